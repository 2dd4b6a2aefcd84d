"""Document numbers (GB/T 9704-2012), orders and announcements, in every printed form.

What belongs here: finding numbers in text and bringing one to its normal form. What does not: whose number it is.
Normal forms: `国发〔2021〕5号`, `国务院令第746号`, `2025年第45号`, `2026年第45号令`.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from pipeline.parsers.numerals import CHINESE, to_int
from pipeline.parsers.vocabulary import BLANKS

_OPEN: Final = r"[〔\[【(（﹝［〖<]"
_CLOSE: Final = r"[〕\]】)）﹞］〗>]"
_YEAR: Final = rf"(?:(?:19|20)\d{{2}}|[{CHINESE}]{{4}})"
_SERIAL: Final = rf"(?:\d{{1,6}}|[{CHINESE}]{{1,6}})"
_INVISIBLE: Final = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
_BRACKETED: Final = re.compile(
    rf"(?P<code>[\u4e00-\u9fffA-Za-z]{{0,24}})\s?{_OPEN}\s?(?P<year>{_YEAR})\s?年?\s?{_CLOSE}\s?第?\s?(?P<n>{_SERIAL})\s?号"
)
_ORDER: Final = re.compile(
    rf"(?P<code>[\u4e00-\u9fff]{{0,24}}(?:令|公告|通告))\s?{_OPEN}?\s?第\s?(?P<n>{_SERIAL})\s?号\s?{_CLOSE}?"
)
_TURNED: Final = re.compile(
    rf"(?P<code>(?:[\u4e00-\u9fff]{{1,20}}(?:政府|国务院|部|委|局|署|厅|行|院|会|主席))?)\s?第\s?(?P<n>{_SERIAL})\s?号\s?令(?!牌)"
)
"""市政府第79号令, which is 市政府令第79号."""
_YEARED: Final = re.compile(
    rf"(?P<code>[\u4e00-\u9fff]{{0,24}}?(?:公告|通告|令)?)\s?{_OPEN}?\s?(?P<year>{_YEAR})\s?年\s?第\s?(?P<n>{_SERIAL})\s?号"
    rf"\s?{_CLOSE}?(?P<form>令|公告|通告)?"
)
_LOST: Final = re.compile(r"(?P<code>[\u4e00-\u9fff]{2,12})\s(?P<year>(?:19|20)\d{2})\s(?:第\s?)?(?P<n>\d{1,5})\s?号")
# Each form with what stands in its middle. The forms begin with up to 24 characters of anything, so that a search for
# one tries two dozen lengths at every place; most texts with 号 in them hold none, or one of the forms.
_FORMS: Final = (
    (_BRACKETED, re.compile(rf"{_YEAR}\s?年?\s?{_CLOSE}\s?第?\s?{_SERIAL}\s?号")),
    (_YEARED, re.compile(rf"{_YEAR}\s?年\s?第\s?{_SERIAL}\s?号")),
    (_TURNED, re.compile(rf"[府院部委局署厅行会席]\s?第\s?{_SERIAL}\s?号\s?令(?!牌)")),
    (_ORDER, re.compile(rf"[令告]\s?{_OPEN}?\s?第\s?{_SERIAL}\s?号")),
    (_LOST, re.compile(r"\s(?:19|20)\d{2}\s(?:第\s?)?\d{1,5}\s?号")),
)
_BODY: Final = r"(?:[A-Z][\w’'\-]{0,30}|of|the|and|for)"
_ENGLISH: Final = re.compile(
    rf"(?P<form>(?:[A-Z][A-Za-z]{{1,20}}\s){{0,3}}?(?:Order|Decree|Announcement|Circular|Notice|Bulletin|Decision|Document))\s(?:of\s(?P<of>(?:{_BODY}\s){{1,12}}?)\s?)?"
    rf"(?:[〔\[(（]?\s?(?P<y1>(?:19|20)\d{{2}})\s?[〕\])）]?,?\s)?No\.?\s?(?P<n>\d{{1,5}})(?:\s?(?:of\s|,\s)?[〔\[(（]?\s?(?P<y2>(?:19|20)\d{{2}})\b\s?[〕\])）]?)?"
    rf"(?:\sof\s(?:the\s)?(?P<by>[A-Z][\w’'\-]{{0,30}}(?:\s{_BODY}){{0,12}}))?"
)
"""Order No. 5 of the Ministry of Water Resources, Announcement No. 45 [2025], Decree of the State Council No. 12."""
_ROMANISED: Final = re.compile(
    r"(?P<code>[A-Z][A-Za-z]{1,20}(?:\s[A-Z][A-Za-z]{0,20}){0,7})\s?[〔\[【(（]\s?(?P<year>(?:19|20)\d{2})\s?[〕\]】)）]\s?No\.?\s?(?P<n>\d{1,5})"
)
"""Guo Fa [2021] No. 3: a Chinese number in Latin letters."""
_ENGLISH_LEAD: Final = re.compile(r"(?:(?:See|The|This|In|Under|With|By|Per|And|Of|Also)\s)+")
_SMALL_LAST: Final = re.compile(r"(?:\s(?:of|the|and|for|on))+$")
_LEAD: Final = re.compile(
    r"^(?:.{0,20}(?:根据|按照|依据|依照|遵照|印发|转发|关于|以及|或者|其中|包括|参照|执行|贯彻|落实|发布的|公布的|发布|废止|原|即|和|与|及|以|的|对|按|由|见|日))"
)
_ORDER_LEAD: Final = re.compile(
    r"^(?:.{0,20}(?:根据|按照|依据|依照|遵照|印发|转发|关于|以及|或者|其中|包括|参照|执行|贯彻|落实|[发公]布的|发布|废止|现将|同时))?"
    r"(?:原|即|和(?!平|田|县|顺|静|政|硕)|与|及|以|的|对(?!外)|按|由|见|日|将|经(?!济))?"
)
"""An order is named by its body, which may hold 和, 对 or 以: these lead in only where they stand first."""
_BODY_LEAD: Final = re.compile(r"^.{2,18}(?:厅|局|委|部|政府|院|会)(?=[\u4e00-\u9fff]{2,7}[发字函规办通告文令电]$)")
_LONG_CODE: Final = 6
_COUNTRY: Final = re.compile(r"^中华人民共和国(?=.{2})")


@dataclass(frozen=True, slots=True)
class Number:
    """A number found in text: normal form, as printed, and where."""

    normal: str
    printed: str
    start: int
    end: int


def _compose(match: re.Match[str], *, strip_lead: bool) -> tuple[str, int] | None:
    """Normal form, and how many characters of the code were running text before it."""
    groups = match.groupdict()
    code = re.sub(r"\s", "", groups["code"] or "")
    cut = 0
    is_order = code.endswith(("令", "公告", "通告")) or match.re is _TURNED
    if strip_lead and (lead := (_ORDER_LEAD if is_order else _LEAD).match(code)):
        cut = lead.end()
        code = code[cut:]
    if strip_lead and not is_order and len(code) > _LONG_CODE and (lead := _BODY_LEAD.match(code)):
        cut += lead.end()
        code = code[lead.end() :]
    if strip_lead and code[:1] in {"年", "月", "日"}:
        cut, code = cut + 1, code[1:]
    code = _COUNTRY.sub("", code)
    serial = to_int(groups["n"])
    if serial is None:
        return None
    year = to_int(groups["year"]) if groups.get("year") else None
    if match.re is _ORDER:
        if code in {"令", "公告", "通告"} and not strip_lead:
            return f"{code}第{serial}号", cut
        return (f"{code}第{serial}号", cut) if len(code) > 1 else None
    if match.re is _TURNED:
        return (f"{code}令第{serial}号", cut) if code or not strip_lead else None
    if match.re is _YEARED:
        return f"{code}{year}年第{serial}号{groups.get('form') or ''}", cut
    return (f"{code}〔{year}〕{serial}号", cut) if code else None


def normal_number(printed: str) -> str | None:
    """One printed number in the form that compares; None for blanks (`无`, `〔〕号`) and what is no number.

    Brackets, spaces, zero-width characters, full-width digits, Chinese numerals, leading zeros and 中华人民共和国
    do not tell numbers apart.
    """
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", printed)).strip(" 　\t\r\n:：,，。;；")
    text = re.sub(r"\s{1,200}", " ", text)
    if text.replace(" ", "") in BLANKS:
        return None
    if "No" in text and (english := _english(text)) and english[0].end - english[0].start == len(text):
        return english[0].normal
    if match := _LOST.fullmatch(text):
        composed = _compose(match, strip_lead=False)
        return composed[0] if composed else None
    tight = text.replace(" ", "")
    if tight[:1] in "(（〔[【" and tight[-1:] in ")）〕]】":
        tight = tight[1:-1]
    for pattern in (_BRACKETED, _YEARED, _TURNED, _ORDER):
        match = pattern.fullmatch(tight)
        if match and (composed := _compose(match, strip_lead=False)):
            return composed[0]
    return None


def find_numbers(text: str) -> list[Number]:
    """Every document number in running text, in order, without overlaps."""
    if "号" not in text:
        return _english(text) if "No" in text else []
    found: list[Number] = []
    taken: list[tuple[int, int]] = []
    for pattern, core in _FORMS:
        for match in pattern.finditer(text) if core.search(text) else ():
            span = match.span()
            if any(span[0] < end and start < span[1] for start, end in taken):
                continue
            composed = _compose(match, strip_lead=True)
            if composed is None:
                continue
            start = span[0] + composed[1]
            found.append(Number(composed[0], match[0][composed[1] :].strip(), start, span[1]))
            taken.append(span)
    return sorted(found, key=lambda item: item.start)


def _english(text: str) -> list[Number]:
    """The numbers of documents in English text, in order."""
    found: list[Number] = []
    for match in _ROMANISED.finditer(text):
        cut = lead.end() if (lead := _ENGLISH_LEAD.match(match["code"])) else 0
        normal = f"{match['code'][cut:]} [{match['year']}] No. {int(match['n'])}"
        found.append(Number(normal, match[0][cut:], match.start() + cut, match.end()))
    for match in _ENGLISH.finditer(text):
        if any(match.start() < one.end and one.start < match.end() for one in found):
            continue
        by = _SMALL_LAST.sub("", (match["by"] or match["of"] or "").strip())
        by = by.removeprefix("the ").removeprefix("The ")
        year = match["y1"] or match["y2"]
        normal = (
            f"{match['form']} No. {int(match['n'])}" + (f" [{year}]" if year else "") + (f" of the {by}" if by else "")
        )
        cut = lead.end() if (lead := _ENGLISH_LEAD.match(match["form"])) else 0
        printed = _SMALL_LAST.sub("", match[0])
        found.append(Number(normal[cut:], printed[cut:], match.start() + cut, match.start() + len(printed)))
    return sorted(found, key=lambda item: item.start)

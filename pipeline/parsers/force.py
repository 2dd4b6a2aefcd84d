"""What a document says of its own force.

What belongs here: statements of start, term and end, with rule, day and quote; the false friends that look like them.
What does not: what it does to other documents (`citations`), and what the portal's box says (`fields`).
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from pipeline.parsers.dates import DAY, after, last_day, parse_day, parse_term
from pipeline.parsers.normal import normal_title
from pipeline.parsers.numerals import CHINESE, to_int
from pipeline.parsers.records import Effect, EffectRule
from pipeline.parsers.vocabulary import FORCE_VERBS, ISSUE_WORDS, OWN_NOUNS, PUBLICATION_WORDS, TERM_WORDS

_NOUN: Final = "|".join(sorted(OWN_NOUNS, key=len, reverse=True))
OWN: Final = rf"本[^，。；本]{{0,8}}?(?:{_NOUN})"
"""How a document names itself: 本办法, 本实施细则, 本暂行规定."""
_VERB: Final = rf"(?:正式|开始|起|全面|全文)?\s?(?:{'|'.join(FORCE_VERBS)})"
_DAY_START: Final = re.compile(
    rf"(?:自|从|于)\s?(?P<day>{DAY})\s?(?:零时|0时)?\s?(?:起|开始|之日起)?\s?(?:正式)?{_VERB}"
)
_EVENT: Final = rf"(?:自|从)\s?(?:{OWN})?\s?(?P<event>{'|'.join((*ISSUE_WORDS, *PUBLICATION_WORDS))})\s?之日"
_EVENT_START: Final = re.compile(
    rf"{_EVENT}\s?起?\s?(?:满\s?)?(?P<term>(?:\d{{1,3}}|[{CHINESE}]{{1,4}})\s?(?:个)?(?:日|天|月|个月))?\s?(?:后|之后|届满)?\s?(?:起)?\s?{_VERB}"
)
_TERM: Final = rf"(?:\d{{1,2}}|[{CHINESE}半]{{1,3}})\s?(?:个)?\s?(?:周年|年|个月|月)"
_TERM_WORDS: Final = "|".join(sorted(TERM_WORDS, key=len, reverse=True))
_FOR: Final = re.compile(rf"(?P<what>{_TERM_WORDS})\s?(?:限)?(?:暂定为|暂定|均为|为|是|定为)?\s?(?P<term>{_TERM})")
_TRIAL_FOR: Final = re.compile(rf"(?:试行|暂行|执行|施行|实施)\s?(?P<term>{_TERM})(?=[。，；,]|$)")
_MONTH_END: Final = r"(?:19|20)\d{2}\s?年(?:\s?\d{1,2}\s?月)?\s?(?:底|末)"
_UNTIL: Final = re.compile(
    rf"(?:有效期限?|执行期限?|试行期限?|实施期限?|施行期限?|政策期限|有效期间|政策|执行|实施|试行|施行|延续|有效|延长)\s?(?:截止|截至|截止到|为|延续|执行|实施|延长)?\s?(?:到|至|日期为)\s?(?P<end>{DAY}|{_MONTH_END})"
)
_SPAN: Final = re.compile(
    rf"(?:自|从|为)?\s?(?P<start>{DAY})\s?(?:起)?\s?(?:至|到|—|-|－)\s?(?P<end>{DAY}|{_MONTH_END})"
)
_SPAN_WORD: Final = re.compile(r"有效期|执行期限|试行期|实施期限|施行期限|期限为")
_UNTIL_TAIL: Final = re.compile(
    rf"^[，,]?\s?(?:有效期)?(?:截止)?(?:至|到)\s?(?P<end>{DAY}|{_MONTH_END})\s?(?:止|废止|失效|终止)?"
)
_LABEL: Final = re.compile(
    r"^(?:第[一二三四五六七八九十百零〇\d]{1,6}条\s?|\d{1,2}(?:\.\d{1,2}){1,3}\s?|[（(]?[一二三四五六七八九十\d]{1,3}[）)、.]\s?){1,2}"
)
_SENTENCE: Final = re.compile(r"[^。；;\n]{1,3000}[。；;]?")
_TITLE: Final = re.compile(r"^《(?P<title>[^《》]{2,120})》(?:[（(][^（）()]{0,40}[）)])?$")
_PROMULGATION: Final = re.compile(
    r"现(?:将|予|予以)?.{0,60}(?:公布|发布|印发|颁布|公告|通告)|予以(?:公布|发布|印发)|现印发"
)
_COLLECTIVE: Final = re.compile(r"^(?:上述|以上|该|本)(?:政策|措施|规定|政策措施)")
_OTHER: Final = re.compile(
    r"(?:标准|修改单|外文版|样品|证书|资质|许可|证|报告|结果|合同|协议|身份|卡|居住证|资格|名单|补贴|待遇)"
)


_TRIGGERS: Final = ("日起", "期限", "延续至", "执行至", "有效至", *(f"日{verb}" for verb in FORCE_VERBS), *TERM_WORDS)
_TRIGGER: Final = re.compile("|".join(sorted(set(_TRIGGERS))))
"""Words without which a paragraph says nothing of force: most have none, and are not looked at."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days that 印发之日 and 公布之日 mean for this document."""

    issued: dt.date | None = None
    published: dt.date | None = None


def sentences(text: str) -> list[str]:
    """`text` in sentences; clauses after a semicolon stand alone."""
    return [match[0] for match in _SENTENCE.finditer(text)]


def read_force(texts: list[str], titles: tuple[str, ...], days: Days) -> tuple[Effect, ...]:
    """Every statement in `texts` (paragraphs of the document proper) about its own start and end.

    `titles` are its own titles; `days` make 印发之日 a date.
    """
    own = tuple(filter(None, map(normal_title, titles)))
    found: list[Effect] = []
    start: dt.date | None = None
    for text in texts:
        if not _TRIGGER.search(text):
            continue
        owned = False
        for sentence in sentences(text):
            body = _LABEL.sub("", sentence.strip(' “"'))
            statements, owned = _statements(body, own, days, start, owned=owned)
            for effect in statements:
                if effect.rule.startswith("effective") and start is None:
                    start = effect.date
                if not any(
                    known.rule == effect.rule and known.date == effect.date and known.term == effect.term
                    for known in found
                ):
                    found.append(effect)
    return tuple(found)


def _statements(
    sentence: str, own: tuple[str, ...], days: Days, start: dt.date | None, *, owned: bool
) -> tuple[list[Effect], bool]:
    """The statements of one sentence, and whether the next may carry on its subject."""
    found: list[Effect] = []
    quote = sentence.strip()
    if not _excluded(sentence) and (beginning := _start(sentence, own, days)):
        rule, day, term, end = beginning
        found.append(Effect(rule, day, quote, term=term))
        start, owned = day, True
        if tail := _UNTIL_TAIL.match(sentence[end:]):
            found.append(Effect("valid_until", _end_day(tail["end"]), quote))
    if span := _span(sentence, own):
        found.extend((Effect("effective_on_date", span[0], quote), Effect("valid_until", span[1], quote)))
        return found, True
    if not any(effect.rule == "valid_until" for effect in found):
        found.extend(_ends(sentence, own, start, quote, owned=owned))
    return found, owned


def _excluded(sentence: str) -> bool:
    return "原定于" in sentence or "现调整为" in sentence


def _start(
    sentence: str, own: tuple[str, ...], days: Days
) -> tuple[EffectRule, dt.date | None, str | None, int] | None:
    for match in _DAY_START.finditer(sentence):
        # 自2015年3月1日起施行的《X》 speaks of X.
        if not sentence.startswith("的", match.end()) and _is_own(sentence[: match.start()], own):
            return "effective_on_date", parse_day(match["day"]), None, match.end()
    for match in _EVENT_START.finditer(sentence):
        if not _is_own(sentence[: match.start()], own) and not re.match(rf"(?:自|从)\s?{OWN}", match[0]):
            continue
        on_issue = match["event"] in ISSUE_WORDS
        day = days.issued if on_issue else days.published
        if match["term"]:
            term = parse_term(match["term"])
            return "effective_after_days", after(day, term) if day and term else None, term, match.end()
        return ("effective_on_issue" if on_issue else "effective_on_publication"), day, None, match.end()
    return None


def _is_own(before: str, own: tuple[str, ...]) -> bool:
    """Whether what stands before a statement makes the document itself its subject."""
    pieces = [piece.strip() for piece in re.split(r"[，,：:]", before)]
    subject = _LABEL.sub("", pieces[-1]).strip(' 　“"、')
    earlier = "，".join(pieces[:-1])
    if not subject or subject in {"并", "现", "均", "同时", "统一", "该办法", "自", "以上内容"}:
        if not earlier:
            return subject in {"", "现", "自"}
        return bool(_PROMULGATION.search(earlier) or re.match(OWN, earlier) or _is_title(pieces[0], own))
    if (
        re.match(
            rf"^(?:以上|上述)?{OWN}(?:[（(][^（）()]{{0,40}}[）)])?(?:及其?附件|及.{{0,12}})?(?:从|将|均|中.{{0,10}})?$",
            subject,
        )
        and "附件" not in subject[-3:]
    ):
        return True
    if _PROMULGATION.search(subject) and subject.endswith(("》", "公布", "发布", "印发", "你们")):
        return True
    return _is_title(subject, own)


def _is_title(subject: str, own: tuple[str, ...]) -> bool:
    match = _TITLE.match(subject)
    if not match:
        return False
    title = normal_title(match["title"])
    return not own or any(title in known or known in title for known in own)


def _span(sentence: str, own: tuple[str, ...]) -> tuple[dt.date | None, dt.date | None] | None:
    """执行期限为2019年1月1日至2023年12月31日, 本办法自…至…施行."""
    match = _SPAN.search(sentence)
    if not match:
        return None
    before, behind = sentence[: match.start()], sentence[match.end() : match.end() + 8]
    subject = re.split(r"[，,]", before)[0].strip()
    worded = _SPAN_WORD.search(before[-12:]) or re.match(r"\s?(?:止)?(?:施行|实施|执行|有效|试行)", behind)
    if not worded or _OTHER.search(re.split(r"[，,]", before)[-1]):
        return None
    if re.match(OWN, subject) or _COLLECTIVE.match(subject) or _is_title(subject, own):
        return parse_day(match["start"]), _end_day(match["end"])
    return None


def _ends(sentence: str, own: tuple[str, ...], start: dt.date | None, quote: str, *, owned: bool) -> list[Effect]:
    found = [
        Effect("valid_until", _end_day(match["end"]), quote)
        for match in _UNTIL.finditer(sentence)
        if _term_is_own(sentence, match.start(), own, owned=owned)
    ]
    for pattern in (_FOR, _TRIAL_FOR):
        for match in pattern.finditer(sentence) if not found else ():
            term = parse_term(match["term"])
            if term and _term_is_own(sentence, match.start(), own, owned=owned):
                found.append(Effect("valid_for", last_day(start, term) if start else None, quote, term=term))
    return found[:1]


def _term_is_own(sentence: str, at: int, own: tuple[str, ...], *, owned: bool) -> bool:
    """Whether a term at `at` is the document's own, not that of a certificate or a report."""
    pieces = re.split(r"[，,：:]", sentence[:at])
    subject = pieces[-1].strip(' 　“"')
    first = _LABEL.sub("", pieces[0]).strip(' “"')
    if subject and not re.fullmatch(
        rf"(?:{OWN}(?:[（(][^（）()]{{0,40}}[）)])?|以上政策|上述政策|政策|上述|以上|本|其|暂定|并|试行|《[^《》]{{2,100}}》)的?",
        subject,
    ):
        return False
    if subject.startswith("《"):
        return _is_title(subject.removesuffix("的"), own) and bool(own)
    if re.match(OWN, subject) or subject in {"本", "上述", "以上", "以上政策", "上述政策"}:
        return True
    return owned or (
        len(pieces) > 1 and (re.match(OWN, first) is not None) and not _OTHER.search("".join(pieces[1:-1]))
    )


def _end_day(text: str) -> dt.date | None:
    """The last day that an end names: a day, or the end of a month or year."""
    day = parse_day(text)
    if day:
        return day
    match = re.match(r"((?:19|20)\d{2})\s?年(?:\s?(\d{1,2})\s?月)?", text)
    if not match:
        return None
    year, month = int(match[1]), to_int(match[2] or "12") or 12
    if not 1 <= month <= 12:  # noqa: PLR2004
        return None
    following = dt.date(year + (month == 12), month % 12 + 1, 1)  # noqa: PLR2004
    return following - dt.timedelta(days=1)

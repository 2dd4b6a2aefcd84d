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
from pipeline.parsers.records import Effect
from pipeline.parsers.vocabulary import FORCE_VERBS, ISSUE_WORDS, OWN_NOUNS, PUBLICATION_WORDS, TERM_WORDS

_NOUN: Final = "|".join(sorted(OWN_NOUNS, key=len, reverse=True))
OWN: Final = rf"本[^，。；本]{{0,8}}?(?:{_NOUN})"
"""How a document names itself: 本办法, 本实施细则, 本暂行规定."""
_VERB: Final = rf"(?:正式|开始|起|全面|全文)?\s?(?:{'|'.join(FORCE_VERBS)})"
_HOUR: Final = r"\s?(?:(?:零|0|00|24)(?:时|[:：]00))?\s?"
_DAY_START: Final = re.compile(rf"(?P<from>自|从|于)?\s?(?P<day>{DAY}){_HOUR}(?:起|开始|之日起)?\s?(?:正式)?{_VERB}")
_EVENT: Final = (
    rf"(?:(?:自|从)\s?(?:{OWN}|文件)?\s?(?P<event>{'|'.join((*ISSUE_WORDS, *PUBLICATION_WORDS))})\s?之日"
    r"|(?:自|从)?(?P<now>即日))"
)
_EVENT_START: Final = re.compile(
    rf"{_EVENT}\s?起?\s?(?:满\s?)?(?P<term>(?:\d{{1,3}}|[{CHINESE}]{{1,4}})\s?(?:个)?(?:日|天|月|个月))?\s?(?:后|之后|届满)?"
    rf"(?:[（(]\s?即?\s?(?P<named>{DAY})[^（）()]{{0,6}}[）)])?\s?(?:起)?\s?{_VERB}"
)
_TERM: Final = rf"(?:\d{{1,2}}|[{CHINESE}半]{{1,3}})\s?(?:个)?\s?(?:周年|年|个月|月)"
_TERM_WORDS: Final = "|".join(sorted(TERM_WORDS, key=len, reverse=True))
_FOR: Final = re.compile(rf"(?P<what>{_TERM_WORDS})\s?(?:限)?(?:暂定为|暂定|均为|为|是|定为)?\s?(?P<term>{_TERM})")
_TRIAL_FOR: Final = re.compile(rf"(?:试行|暂行|执行|施行|实施)\s?(?P<term>{_TERM})(?=[。，；,]|$)")
_LONE_FOR: Final = re.compile(
    rf"(?<=[，,])\s?(?:期限|时间|暂定)(?:暂定为|暂定|为)?\s?(?P<term>{_TERM})(?=[。，；,（(]|$)"
)
"""，期限三年 and ，暂定3年: only where the words before them set the document itself in force."""
_MONTH_END: Final = (
    r"(?:(?:19|20)\d{2}\s?年(?:\s?\d{1,2}\s?月)?\s?(?:底|末)|(?:19|20)\d{2}\s?年\s?\d{1,2}\s?月(?=[。，；,）)止]|$)"
    r"|[“\"]?十[一二三四五六七]五[”\"]?(?:规划)?(?:时期|期)?末)"
)
_UNTIL: Final = re.compile(
    rf"(?:有效期限?|执行期限?|试行期限?|实施期限?|施行期限?|政策期限|有效期间|政策|执行|实施|试行|施行|延续|有效|延长)\s?"
    rf"(?:(?:截止|为|延续|执行|实施|延长)?\s?(?:到|至|日期为|时间为)|截至|截止)\s?(?P<end>{DAY}|{_MONTH_END})(?!{_HOUR}的)"
)
_SPAN: Final = re.compile(
    rf"(?:自|从|为)?\s?(?P<start>{DAY}){_HOUR}(?:起)?\s?(?:至|到|—|-|－)\s?(?P<end>{DAY}|{_MONTH_END}){_HOUR}"
)
_EVENT_SPAN: Final = re.compile(rf"{_EVENT}\s?起?\s?(?:至|到)\s?(?P<end>{DAY}|{_MONTH_END})\s?(?=止|[。，；,]|$|有效)")
_SPAN_WORD: Final = re.compile(r"有效期|(?:执行|试行|实施|施行)(?:期|时间)|有效时间|政策期限|期限为")
_UNTIL_TAIL: Final = re.compile(
    rf"^[，,、]?\s?(?:并|且)?(?:有效期)?(?:截止)?(?:至|到|截至|截止)\s?(?P<end>{DAY}|{_MONTH_END})\s?(?:止|废止|失效|终止)?"
    rf"|^[，,]\s?(?:并|且)?(?:于|在)?\s?(?P<last>{DAY})\s?(?:起)?\s?(?:自行|自动|即行|同时)?(?:废止|失效|终止|停止执行|前有效)"
)
_TRIAL_TAIL: Final = re.compile(rf"^\s?(?P<term>{_TERM})(?=[。，；,（(]|$)")
_TERM_TAIL: Final = re.compile(rf"^[，,（(]\s?(?:即|至|到|自{DAY}起?至)+\s?(?P<end>{DAY})")
_EXTENDED: Final = re.compile(r"(?:(?:执行|实施|施行|试行|有效)期限?|政策)(?:延长|延续)(?:执行|实施)?(?:至|到)")
"""These say by themselves that they are about the document: 政策延续至2023年底."""
_LABEL: Final = re.compile(
    r"^(?:第[一二三四五六七八九十百零〇\d]{1,6}条\s?|\d{1,2}(?:\.\d{1,2}){1,3}\s?|[（(]?[一二三四五六七八九十\d]{1,3}[）)、.]\s?){1,2}"
)
_SENTENCE: Final = re.compile(r"[^。；;\n]{1,3000}[。；;]?")
_TITLE: Final = re.compile(r"^《(?P<title>[^《》]{2,120})》(?:[（(][^（）()]{0,40}[）)])?$")
_PROMULGATION: Final = re.compile(
    r"现(?:将|予|予以)?.{0,60}(?:公布|发布|印发|颁布|公告|通告)|予以(?:公布|发布|印发)|现印发"
)
_COLLECTIVE: Final = re.compile(r"^(?:上述|以上|该|本)(?:政策措施|政策|措施|规定)")
_OF_OWN: Final = re.compile(
    r"^(?:[（(][^（）()]{0,60}[）)])?(?:的?有效期.{0,12}|由.{2,30}|[自从于经在即将].{0,60}|已.{0,40}|是.{0,30})?$"
)
"""What may stand behind 本办法 in a part of a sentence that is about the whole of it: 本办法规定的补贴 is not."""
_QUOTING: Final = re.compile(r"(?:修改为|改为|增加|作为第.{1,8}[条款])[^“”。]{0,20}[:：，,]?\s?[“\"]")
_QUOTES_NEXT: Final = re.compile(r"(?:修改为|改为|增加.{1,20}|作为第.{1,12})[:：]$")
"""What an amendment puts into another document speaks of that one."""
_OTHER: Final = re.compile(
    r"(?:标准|修改单|外文版|样品|证书|资质|许可|证|报告|结果|合同|协议|身份|卡|居住证|资格|名单|补贴|待遇)"
)


_TRIGGERS: Final = (
    "日起", "时起", "日开始", "期限", "期间", "时间为", "延续至", "延长至", "执行至", "有效至", "暂定",
    *(f"日{verb}" for verb in FORCE_VERBS), *TERM_WORDS,
)  # fmt: skip
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
    carried = -2
    for place, text in enumerate(texts):
        if not _TRIGGER.search(text):
            continue
        if text[:1] in '“"' and place and _QUOTES_NEXT.search(texts[place - 1]):
            continue
        # A paragraph that only says how long may stand beneath the one that says from when.
        owned = carried == place - 1
        for sentence in sentences(text):
            body = _LABEL.sub("", sentence.strip(' “"'))
            statements, owned = _statements(body, own, days, start, owned=owned)
            for effect in statements:
                if effect.rule.startswith("effective") and start is None:
                    start = effect.date
                carried = place
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
    if _excluded(sentence):
        return [], False
    found: list[Effect] = []
    quote = sentence.strip()
    begun = len(sentence) + 1
    if beginning := _start(sentence, own, days):
        effect, begun = beginning
        found.append(effect)
        start, owned = effect.date, True
        if tail := _UNTIL_TAIL.match(sentence[begun:]):
            found.append(Effect("valid_until", end_day(tail["end"] or tail["last"]), quote))
        elif tail := _TRIAL_TAIL.match(sentence[begun:]):
            found.append(_term_of(tail["term"], start, quote))
    if span := _span(sentence, own, days):
        if not found:
            found.append(span[0])
            start = span[0].date
        found.append(span[1])
        owned = True
    if len(found) < 2:  # noqa: PLR2004 - a start, and no end yet
        found.extend(_ends(sentence, own, start, quote, owned=owned, begun=begun))
    elif found[-1].rule == "valid_until":
        # 有效期三年（2021年4月1日至2024年3月31日）: the term is kept beside its last day.
        found.extend(e for e in _terms(sentence, own, start, quote, owned=owned, begun=begun) if e.rule == "valid_for")
    return found, owned


def _excluded(sentence: str) -> bool:
    return "原定于" in sentence or "现调整为" in sentence or ("为" in sentence and bool(_QUOTING.search(sentence)))


def _start(sentence: str, own: tuple[str, ...], days: Days) -> tuple[Effect, int] | None:
    """The start that a sentence states, and where behind its words the sentence goes on."""
    quote = sentence.strip()
    for match in _DAY_START.finditer(sentence):
        before = sentence[: match.start()]
        # 自2015年3月1日起施行的《X》 speaks of X; without 自, only what it is said of can tell whose day it is.
        if sentence.startswith("的", match.end()) or not (match["from"] or re.fullmatch(rf"\s?{OWN}", before)):
            continue
        if _is_own(before, own):
            return Effect("effective_on_date", parse_day(match["day"]), quote), match.end()
    for match in _EVENT_START.finditer(sentence):
        if not _is_own(sentence[: match.start()], own) and not re.match(rf"(?:自|从)\s?{OWN}", match[0]):
            continue
        on_issue = match["now"] or match["event"] in ISSUE_WORDS
        day = days.issued if on_issue else days.published
        if match["term"]:
            term = parse_term(match["term"])
            over = parse_day(match["named"]) if match["named"] else after(day, term) if day and term else None
            return Effect("effective_after_days", over, quote, term=term), match.end()
        return Effect("effective_on_issue" if on_issue else "effective_on_publication", day, quote), match.end()
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
    if not earlier and subject[0] != "该" and _COLLECTIVE.fullmatch(subject):
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


def _span(sentence: str, own: tuple[str, ...], days: Days) -> tuple[Effect, Effect] | None:
    """执行期限为2019年1月1日至2023年12月31日, 本办法自…至…施行, 有效期自发布之日起至…止."""
    if "至" not in sentence and "到" not in sentence and not re.search(r"日\s?[—－-]", sentence):
        return None
    match = _SPAN.search(sentence) or _EVENT_SPAN.search(sentence)
    if not match:
        return None
    before, behind = sentence[: match.start()], sentence[match.end() : match.end() + 8]
    pieces = re.split(r"[，,]", before)
    subject = pieces[0].strip()
    worded = _SPAN_WORD.search(before[-12:]) or re.match(r"\s?(?:止)?(?:施行|实施|执行|有效|试行)", behind)
    if not worded or _OTHER.search(pieces[-1]):
        return None
    owner = re.match(OWN, subject)
    if (owner and _about_itself(subject, owner)) or _COLLECTIVE.match(subject) or _is_title(subject, own):
        quote = sentence.strip()
        end = Effect("valid_until", end_day(match["end"]), quote)
        if "start" in match.groupdict():
            return Effect("effective_on_date", parse_day(match["start"]), quote), end
        on_issue = match["now"] or match["event"] in ISSUE_WORDS
        begin = days.issued if on_issue else days.published
        return Effect("effective_on_issue" if on_issue else "effective_on_publication", begin, quote), end
    return None


def _about_itself(piece: str, owner: re.Match[str]) -> bool:
    """Whether a part of a sentence that begins with 本办法 is about that, and not about what it provides."""
    behind = piece[owner.end() :].strip()
    return _OF_OWN.match(behind) is not None or _SPAN_WORD.match(behind.removeprefix("的")) is not None


def _ends(  # noqa: PLR0913 - what is known of the sentence so far
    sentence: str, own: tuple[str, ...], start: dt.date | None, quote: str, *, owned: bool, begun: int
) -> list[Effect]:
    found = [
        Effect("valid_until", end_day(match["end"]), quote)
        for match in _UNTIL.finditer(sentence)
        if _term_is_own(sentence, match.start(), own, owned=owned, begun=begun)
    ]
    return found[:1] or _terms(sentence, own, start, quote, owned=owned, begun=begun)


def _terms(  # noqa: PLR0913 - as `_ends`
    sentence: str, own: tuple[str, ...], start: dt.date | None, quote: str, *, owned: bool, begun: int
) -> list[Effect]:
    """How long it holds, and the last day where the words print it behind the term."""
    for pattern in (_FOR, _TRIAL_FOR, _LONE_FOR):
        for match in pattern.finditer(sentence):
            if pattern is _LONE_FOR and match.start() < begun:
                continue
            if parse_term(match["term"]) and _term_is_own(sentence, match.start(), own, owned=owned, begun=begun):
                tail = _TERM_TAIL.match(sentence[match.end() :])
                end = [Effect("valid_until", parse_day(tail["end"]), quote)] if tail else []
                return [*end, _term_of(match["term"], start, quote)]
    return []


def _term_of(printed: str, start: dt.date | None, quote: str) -> Effect:
    term = parse_term(printed)
    return Effect("valid_for", last_day(start, term) if start and term else None, quote, term=term)


_TERM_SUBJECT: Final = re.compile(
    rf"(?:{OWN}(?:[（(][^（）()]{{0,40}}[）)])?|以上政策|上述政策|以上措施|上述措施|政策|上述|以上|本|其|暂定|并|试行|《[^《》]{{2,100}}》)的?(?:暂定)?"
)


def _term_is_own(sentence: str, at: int, own: tuple[str, ...], *, owned: bool, begun: int) -> bool:
    """Whether a term at `at` is the document's own, not that of a certificate or a report.

    `owned`: an earlier sentence, or this one up to `begun`, was about the document itself.
    """
    pieces = re.split(r"[，,：:]", sentence[:at])
    subject = pieces[-1].strip(' 　“"')
    first = _LABEL.sub("", pieces[0]).strip(' “"')
    if subject and not _TERM_SUBJECT.fullmatch(subject):
        return False
    if subject.startswith("《"):
        return _is_title(subject.removesuffix("的"), own) and bool(own)
    if subject and (re.match(OWN, subject) or subject in {"本", "上述", "以上", "政策"} or _COLLECTIVE.match(subject)):
        return subject != "政策" or len(pieces) == 1
    if not subject and len(pieces) == 1 and _EXTENDED.match(sentence, at):
        return True
    if begun <= at or (owned and len(pieces) == 1):
        return not _OTHER.search("".join(pieces[1:-1]))
    owner = re.match(OWN, first)
    return bool(len(pieces) > 1 and owner and _about_itself(first, owner) and not _OTHER.search("".join(pieces[1:-1])))


def end_day(text: str) -> dt.date | None:
    """The last day that an end names: a day, or the end of a month or year."""
    day = parse_day(text)
    if day:
        return day
    match = re.match(r"((?:19|20)\d{2})\s?年(?:\s?(\d{1,2})\s?月)?", text)
    if not match:
        # “十四五”末: five-year plans end with 2025 and every five years before and after.
        plan = re.search(r"十([一二三四五六七])五", text)
        return dt.date(2005 + 5 * (to_int(plan[1]) or 0), 12, 31) if plan else None
    year, month = int(match[1]), to_int(match[2] or "12") or 12
    if not 1 <= month <= 12:  # noqa: PLR2004
        return None
    following = dt.date(year + (month == 12), month % 12 + 1, 1)  # noqa: PLR2004
    return following - dt.timedelta(days=1)

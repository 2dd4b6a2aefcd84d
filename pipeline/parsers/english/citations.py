"""Other documents that an English document names, and what it does to them.

What belongs here: finding titles and numbers in English sentences, and the relation that the sentence states. What does
not: which of them a record cites (`pipeline.parsers.citations` keeps one of each and leaves out its own).
"""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final

from pipeline.parsers.dates import parse_day
from pipeline.parsers.english.bodies import is_body
from pipeline.parsers.english.forms import DAY, END, NOUN, OWN, end_day, sentences
from pipeline.parsers.english.words import (
    AMEND_VERBS,
    BASIS_WORDS,
    EXTEND_VERBS,
    REPEAL_VERBS,
    SUSPEND_VERBS,
)
from pipeline.parsers.names import MARK, Named
from pipeline.parsers.numbers import find_numbers
from pipeline.parsers.records import Citation, Relation

_SMALL: Final = (
    r"(?:of|on|for|the|and|in|to|with|by|from|a|an|as|at|under|or|its|into|concerning|regarding|relating|governing|"
    r"among|through|between|upon|within|against|over)"
)
_WORD: Final = r"(?:[A-Z0-9][\w’'\-]{0,30}|\([A-Z][\w\s]{1,30}\)|&)"
_QUOTED: Final = r"[“\"](?P<quoted>[A-Z][^“”\"\n]{5,250})[”\"]"
_TITLED: Final = (
    rf"(?P<titled>(?:{_WORD}\s(?:and\s|of\s)?){{0,8}}?\b(?:{NOUN})\s(?:\([A-Z][\w\s]{{2,30}}\)\s)?(?:of|on|for|concerning|regarding|governing|to|Concerning|Regarding|Governing|Relating\sto|relating\sto)"
    rf"\s(?:{_SMALL}\s){{0,3}}{_WORD}(?:,?\s(?:{_SMALL}\s){{0,3}}{_WORD}){{0,40}})"
)
_NAMED: Final = (
    rf"(?P<named>(?:{_WORD}\s(?:and\s|of\s(?:the\s)?)?){{1,8}}(?:Law|Regulations?|Measures|Rules|Code|Provisions|Act)"
    r"(?:\sof\sthe\sPeople[’']s\sRepublic\sof\sChina)?)"
)
_NAME: Final = re.compile(rf"{_QUOTED}|(?<![\w“\"]){_TITLED}|(?<=[Tt]he\s){_NAMED}")
_TYPED: Final = re.compile(rf"\b(?:{NOUN})\b")
_NEXT: Final = re.compile(rf",?\s(?:and|or)\s(?:the\s)?(?=(?:{_WORD}\s){{0,5}}(?:{NOUN})\s(?:of|on|for|concerning)\s)")
"""Where one title ends and another begins: … and the Regulations on …."""
_BEHIND: Final = re.compile(r"^\s?[(（]([^()（）]{2,160})[)）]")
_LEAD: Final = re.compile(
    r"^(?:In Accordance With|Pursuant To|According To|Under|This|These|The|That|When|Where|If|For|In|Article|Section)"
    r"\s+",
    re.IGNORECASE,
)
_FILL: Final = (
    rf"(?:\s|,|and\b|or\b|also\b|both\b|all\b|the\b|{MARK}|\([^()]{{0,120}}\)|issued|promulgated|released|published|implemented|on\b|in\b|{DAY}"
    rf"|(?>by(?:\s(?:[A-Z][\w’'\-]{{0,30}}|of|the|and|for)\b){{1,16}})|which\b|that\b|shall|be\b|is\b|are\b|was|were|hereby|therefore|thereupon"
    r"|simultaneously|concurrently|at\sthe\ssame\stime|therewith|thereby|has\b|have|been){0,60}+"
)
"""What may stand between a name and the verb that is said of it; possessive, so that no row of such words is slow."""
_SCOPE: Final = re.compile(
    r"(?P<scope>(?:Articles?|Sections?|Items?|Paragraphs?|Clauses?|Chapter)\s[\dIVX]{1,4}(?:(?:,\s|\sand\s|\sto\s|,\sand\s)[\dIVX]{1,4}){0,8})\s(?:of|in)\s(?:the\s)?$"
)
_BEFORE: Final = re.compile(
    r"(?:decides?\sto|decided\sto|hereby)\s(?:repeal|repeals|abolish|abolishes|annul|annuls|rescind|rescinds)\s(?:the\s)?(?:[^.;]{0,60}:\s)?$",
    re.IGNORECASE,
)
_BASIS: Final = re.compile(
    rf"\b(?:{'|'.join(BASIS_WORDS)})\s(?:the\s)?(?:(?:relevant\s)?(?:provisions|requirements|spirit|regulations)\s(?:of|in)\s)?(?:Articles?\s[\d,\sand]{{1,20}}\sof\s)?(?:the\s)?(?:{MARK}(?:\s?,|\sand|\sthe|\s){{0,4}}){{0,10}}$",
    re.IGNORECASE,
)
_NEGATED: Final = re.compile(
    r"\b(?:if|whether|unless|not|before|until|after|where|when|may|should|once|upon)\b", re.IGNORECASE
)


_TITLE_VERB: Final = re.compile(
    r"\b(?:on|of|to)\s(?:the\s)?(?P<verb>Repealing|Repeal of|Abolishing|Annulling|Amending|Revising|"
    r"Amendment of|Amendments to|Extending|Extension of)\s(?:the\s)?"
    r"|^(?P<interprets>Interpretation|Explanation)\sof\s(?:the\s)?",
    re.IGNORECASE,
)
_MAYBE: Final = re.compile(rf"\b(?:{NOUN}|Act)\b|No\.")
_EARLY: Final = 4
_MOST: Final = 3000


def _does(verbs: tuple[str, ...], tail: str = "") -> re.Pattern[str]:
    return re.compile(rf"^{_FILL}(?:{'|'.join(verbs)})\b{tail}", re.IGNORECASE)


_REPEALED: Final = _does(REPEAL_VERBS, r"(?!\sby\sthe\scourt)")
_AMENDED: Final = _does(AMEND_VERBS, r"\s(?:to\sread|as\sfollows|as|by\s)")
_SUSPENDED: Final = _does(SUSPEND_VERBS)
_EXTENDED: Final = _does(EXTEND_VERBS, r"\s(?:to|until|till|through|for)")
_CONTINUES: Final = re.compile(
    rf"^{_FILL}(?:remain|continue\sto\sbe|continues\sto\sbe)\s(?:valid|in\sforce|effective|in\seffect)\s(?:until|to|through)",
    re.IGNORECASE,
)
_DATED: Final = re.compile(rf"(?:from|[Aa]s\sof|effective)\s(?P<day>{DAY})")
_AT_ONCE: Final = re.compile(
    r"simultaneously|concurrently|at the same time|(?:of|upon) (?:the )?(?:promulgation|implementation|effective date)",
    re.IGNORECASE,
)
_UNTIL: Final = re.compile(rf"(?:to|until|till|through)\s(?P<end>{END})", re.IGNORECASE)


def mask(sentence: str) -> tuple[str, list[Named]]:
    """`sentence` with a mark in place of every name (a title and the number behind it, bare numbers), and the names."""
    out: list[str] = []
    names: list[Named] = []
    position = length = 0
    while match := _NAME.search(sentence, position):
        title, start = _title(match)
        if title is None:
            length = _numbers(sentence[position : match.end()], out, names, length)
            position = match.end()
            continue
        length = _numbers(sentence[position:start], out, names, length)
        position, number, printed = max(start + len(title), position + 1), None, None
        position = match.end() if match["quoted"] else position
        if behind := _BEHIND.match(sentence[position:]):
            found = find_numbers(behind[1])
            if found:
                number, printed = found[0].normal, found[0].printed
                position += behind.end()
        names.append(Named(title, number, printed, length))
        out.append(MARK)
        length += 1
    _numbers(sentence[position:], out, names, length)
    return "".join(out), names


def _title(match: re.Match[str]) -> tuple[str | None, int]:
    """The title that was matched, without words that lead up to it, and where it begins."""
    if match["quoted"]:
        return (match["quoted"].strip(" ,.") if _TYPED.search(match["quoted"]) else None), match.start()
    printed = match["titled"] or match["named"]
    lead = _LEAD.match(printed)
    at = lead.end() if lead else 0
    title = _NEXT.split(printed[at:])[0].strip(" ,")
    own = re.match(OWN, printed) is not None
    # Order of the Ministry of X names who orders, and no document.
    issued = re.match(r"^(?:Order|Decree|Notice|Announcement)\sof\s(?:the\s)?(?P<by>.+)$", title)
    if own or (issued and is_body(issued["by"])) or len(title.split()) < (2 if match["named"] else 3):
        return None, match.start()
    return title, match.start() + at


def _numbers(text: str, out: list[str], names: list[Named], length: int) -> int:
    position = 0
    for number in find_numbers(text):
        piece = text[position : number.start]
        out.extend((piece, MARK))
        length += len(piece) + 1
        names.append(Named(None, number.normal, number.printed, length - 1))
        position = number.end
    out.append(text[position:])
    return length + len(text) - position


def read(texts: list[str], titles: tuple[str, ...], start: dt.date | None, kind: str) -> Iterator[Citation]:
    """The documents that title and paragraphs name, in order, as often as they are named."""
    for title in titles:
        yield from _from_title(title, kind)
    count = 0
    for place, text in enumerate(texts):
        if _MAYBE.search(text) is None:
            continue
        for sentence in sentences(text):
            for citation in from_sentence(sentence, start, kind, early=place < _EARLY):
                yield citation
                count += 1
        if count > _MOST:
            return


def _from_title(title: str, kind: str) -> Iterator[Citation]:
    """Decision on Repealing the X; Interpretation of the X."""
    verb = _TITLE_VERB.search(title)
    if verb is None or kind not in {"policy", "interpretation"}:
        return
    word = (verb["verb"] or verb["interprets"]).lower()
    relation: Relation = "interprets"
    if kind == "policy":
        if word.startswith("interpret"):
            return
        relation = (
            "amends" if word.startswith(("amend", "revis")) else "extends" if word.startswith("exten") else "repeals"
        )
    masked, names = mask(title[verb.end() :])
    named = masked.replace(MARK, "").strip(" ,.;") in {"", "and", "the", "and the"}
    yield from (
        Citation(relation, name.title, name.number, title, name.printed) for name in names if named or name.title
    )


def from_sentence(sentence: str, start: dt.date | None, kind: str, *, early: bool) -> list[Citation]:
    """The documents that a sentence names, each with the strongest relation that it states."""
    masked, names = mask(sentence)
    quote = sentence.strip()
    cited: list[Citation] = []
    for place, name in enumerate(names):
        before, behind = masked[: name.at], masked[name.at + 1 :]
        relation, scope, date, until = (
            _relation(before, behind, start) if kind == "policy" else (None, None, None, None)
        )
        if relation is None:
            based = _BASIS.search(before) is not None
            relation = (
                "based_on"
                if based
                else "interprets"
                if kind == "interpretation" and early and not place
                else "mentions"
            )
        cited.append(Citation(relation, name.title, name.number, quote, name.printed, date, until, scope))
    return cited


def _relation(
    before: str, behind: str, start: dt.date | None
) -> tuple[Relation | None, str | None, dt.date | None, dt.date | None]:
    """Relation, clause, first day and new last day that a sentence gives a name between `before` and `behind`."""
    part = _SCOPE.search(before)
    scope = part["scope"] if part else None
    dated = _DATED.search(behind) or _DATED.match(before)
    whole = before + behind
    day = parse_day(dated["day"]) if dated else start if _AT_ONCE.search(whole) else None
    if (_REPEALED.match(behind) or _BEFORE.search(before)) and not _NEGATED.search(before[-60:]):
        return ("partially_repeals" if scope else "repeals"), scope, day, None
    if _AMENDED.match(behind):
        return "amends", scope, None, None
    if _SUSPENDED.match(behind):
        return "suspends", scope, None, None
    if _EXTENDED.match(behind) or _CONTINUES.match(behind):
        until = _UNTIL.search(behind)
        return "extends", None, None, end_day(until["end"]) if until else None
    return None, None, None, None

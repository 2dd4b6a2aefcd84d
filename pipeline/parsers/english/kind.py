"""What speaks for an English page being a policy: the form of its title and text.

What belongs here: these signs. What does not: weighing them (`pipeline.parsers.kind`).
"""

import re
from typing import Final

from pipeline.parsers.english.forms import NOUN
from pipeline.parsers.english.words import NOTICE_TYPES

_NOTICE: Final = "|".join(sorted(NOTICE_TYPES, key=len, reverse=True))
_TITLED: Final = re.compile(
    rf"^(?P<before>(?:[A-Z0-9][\w’'&.\-]{{0,30}},?\s|of\s|the\s|and\s|for\s|on\s|in\s|\([^()]{{1,40}}\)\s){{0,16}}?)(?:{NOUN})"
    rf"(?:\s\([^()]{{2,40}}\))*(?:$|\s(?=of|on|for|concerning|regarding|governing|by|from|No\b|\[)|\s?(?=\(|\[))"
)
_NOTICED: Final = re.compile(
    rf"^(?:(?:Joint|Public|Emergency|Supplementary|Guiding|Implementing|Several|Interim)\s)?(?:{_NOTICE})\s(?:of|on|concerning|regarding|by|from|No\b|\[)"
)
_REPORTS: Final = re.compile(
    r"\b(?:Issue|Release|Unveil|Announce|Launch|Introduce|Adopt|Publish|Roll|Set|Hold|Explain|Interpret|Say|Vow|Pledge|Outline|Boost|Promote|Support|Mean|Help|Get|New|Urge|Call)(?:e?s|ed|ing)?\b"
)
"""Verbs before the type of a document: a report on one."""
_REPORTED: Final = re.compile(
    r"\b(?:unveiled|released|issued|announced|launched|adopted|approved|published|introduced|rolled out|"
    r"takes? effect|comes? into (?:force|effect)|"
    r"in effect|expected|explained)\b",
    re.IGNORECASE,
)
"""Verbs behind it: a report on what became of one."""
_TOLD: Final = re.compile(
    r"^[A-Z]{3,20}(?:[ ,]{1,2}[A-Z][A-Za-z]{1,15}){0,3},?\s(?:[A-Z][a-z]{2,8}\.?\s\d{1,2}\s)?"
    r"(?:\([A-Z][a-z]{2,20}\)\s)?(?:--|—|–|-)\s"
    r"|\b(?:officials?|spokes(?:man|woman|person)|minister|director)\s(?:said|told)\b"
    r"|\b(?:said|announced|issued|released|unveiled)\son\s(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"|\baccording\sto\s(?:an?|the)\s(?:[a-z]{2,20}\s){0,2}(?:statement|circular|guidelines?|notice|announcement|report|document)\b",
)
_ARTICLE: Final = re.compile(r"^(?:Article|ARTICLE|Section|SECTION)\s(?:\d{1,3}|[IVXLC]{1,6})\b", re.MULTILINE)
_COMES: Final = re.compile(
    r"\bhereby\s(?:issued?|promulgated?|notif|publish|announce|decide|formulat)|(?:is|are)\sformulated\sin\saccordance"
    r"|\bshall\s(?:come\sinto|take\seffect|enter\sinto|be\simplemented)|(?:notified|announced|decided)\sas\sfollows"
)
_SHALL: Final = re.compile(r"\bshall\b")
_INTERPRETS: Final = re.compile(
    r"^(?:Policy\s)?(?:Interpretation|Explanation|Explainer|Q&A|Questions and Answers|FAQs?)\b(?!\sof\sthe\sSupreme)"
)
_GUIDES: Final = re.compile(
    r"^(?:(?:A|The)\s)?(?:Guide\s(?:to|for)|How\sto|Step-by-step|Frequently\sAsked|FAQs?)\b", re.IGNORECASE
)
_MANY: Final = 3


def is_titled(title: str) -> bool:
    """Whether a title has the form of a document's: Measures for …, … Regulations (Trial), Notice of … on …."""
    match = _TITLED.match(title)
    return match is not None and not _REPORTS.search(match["before"]) and not _REPORTED.search(title)


def is_notice(title: str) -> bool:
    """Whether a title is that of a notice, circular, announcement, decision or order."""
    return _NOTICED.match(title) is not None


def is_told(text: str) -> bool:
    """Whether a text begins as reports do: BEIJING, May 10 -- …, officials said on Tuesday."""
    return _TOLD.search(text[:600]) is not None


def interprets(title: str) -> bool:
    """Whether a title says that the page explains a document."""
    return _INTERPRETS.match(title) is not None


def guides(title: str) -> bool:
    """Whether a title says that the page shows how something is done."""
    return _GUIDES.match(title) is not None


def form_score(title: str, text: str) -> int:
    """How much title and text speak for a policy."""
    score = 3 * is_titled(title) + is_notice(title)
    score += 2 * (len(_ARTICLE.findall(text)) >= _MANY) + bool(_COMES.search(text))
    return score + (len(_SHALL.findall(text[:20_000])) >= _MANY)

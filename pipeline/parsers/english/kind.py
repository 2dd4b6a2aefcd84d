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
    rf"(?:\s\([^()]{{2,40}}\))*(?:$|\s(?=of|on|for|concerning|regarding|governing|to|by|from|No\b|\[)|\s?(?=\(|\[))"
)
_NOTICED: Final = re.compile(
    rf"^(?:(?:Joint|Public|Emergency|Supplementary|Guiding|Implementing|Several|Interim)\s)?(?:{_NOTICE})\s(?:of|on|concerning|regarding|by|from|No\b|\[)"
)
_REPORTS: Final = re.compile(
    r"\b(?:Issue|Release|Unveil|Announce|Launch|Introduce|Adopt|Publish|Roll|Set|Hold|Explain|Interpret|Say|Vow|Pledge|Outline|Boost|Promote|Support|Mean|Help|Get|New|Urge|Call)(?:e?s|ed|ing)?\b"
)
"""Verbs before the type of a document: a report on one."""
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
    return match is not None and _REPORTS.search(match["before"]) is None


def is_notice(title: str) -> bool:
    """Whether a title is that of a notice, circular, announcement, decision or order."""
    return _NOTICED.match(title) is not None


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

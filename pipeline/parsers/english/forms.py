"""Patterns that several English steps share: how a document names itself, days and ends of periods, terms.

What belongs here: these. What does not: what a sentence says with them.
"""

import calendar
import datetime as dt
import re
from typing import Final

from pipeline.parsers.dates import ENGLISH_DAY, MONTH_WORDS, MONTHS, parse_day
from pipeline.parsers.english.words import DOCUMENT_TYPES

NOUN: Final = "|".join(sorted(DOCUMENT_TYPES, key=len, reverse=True))
OWN: Final = (
    rf"(?:[Tt]hese|[Tt]his|[Tt]he present|[Tt]he above(?:-mentioned)?)\s(?:[A-Za-z-]{{1,20}}\s){{0,4}}?(?i:{NOUN})\b"
    r"(?:\s\([^()]{0,60}\))?"
)
"""How a document names itself: these Measures, this Circular, the present Regulations."""
DAY: Final = rf"(?:{ENGLISH_DAY}|(?:19|20)\d{{2}}-\d{{1,2}}-\d{{1,2}})"
END: Final = rf"(?i:the\send\sof\s(?:(?:{MONTH_WORDS})\.?,?\s)?(?:19|20)\d{{2}}|{DAY})"
"""A last day: a day, or the end of a month or year."""
_END_OF: Final = re.compile(
    rf"the\send\sof\s(?:(?P<month>{MONTH_WORDS})\.?,?\s)?(?P<year>(?:19|20)\d{{2}})", re.IGNORECASE
)
_NUMBERS: Final = {
    word: value
    for value, word in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
        ],
        1,
    )
} | {"a": 1, "thirty": 30, "sixty": 60, "ninety": 90, "twenty": 20}
COUNT: Final = rf"(?:\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
TERM: Final = rf"(?:{COUNT})(?:\s\(\d{{1,3}}\))?[\s-](?:calendar\s)?(?:years?|months?|days?)"
_TERM: Final = re.compile(
    rf"(?P<n>{COUNT})(?:\s\(\d{{1,3}}\))?[\s-](?:calendar\s)?(?P<unit>year|month|day)", re.IGNORECASE
)
_STOP: Final = re.compile(r"(?<=[.;])\s+(?=[A-Z“\"(])")
_SHORTENED: Final = re.compile(
    r"(?:\b(?:No|Nos|Art|Arts|Co|Ltd|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|St|Mr|Ms|Dr)\.)$"
)


def sentences(text: str) -> list[str]:
    """`text` in sentences; a full stop behind `No` or a month ends none."""
    out: list[str] = []
    for piece in _STOP.split(text):
        if out and _SHORTENED.search(out[-1]):
            out[-1] += f" {piece}"
        else:
            out.append(piece)
    return out


def end_day(text: str) -> dt.date | None:
    """The last day that `END` names."""
    match = _END_OF.search(text)
    if not match:
        return parse_day(text)
    year, month = int(match["year"]), MONTHS[match["month"].lower()] if match["month"] else 12
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def term_of(text: str) -> str | None:
    """A term (`five years`, `30 days`) as an ISO 8601 duration."""
    match = _TERM.search(text)
    if not match:
        return None
    word = match["n"].lower()
    amount = int(word) if word.isdigit() else _NUMBERS[word]
    return f"P{amount}{match['unit'][0].upper()}" if amount else None

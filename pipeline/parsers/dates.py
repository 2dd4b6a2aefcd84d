"""Days, as official pages print them.

What belongs here: printed day to `date` (Chinese, ISO, slashed, dotted, epoch, English), and the words of a term
(5年, 两年, 30日) to an ISO 8601 duration and back to a day. What does not: which day a field takes (`fields`, `force`).
"""

import calendar
import datetime as dt
import re
from typing import Final
from zoneinfo import ZoneInfo

from pipeline.parsers.numerals import CHINESE, to_int

ZONE: Final = ZoneInfo("Asia/Shanghai")
_N: Final = rf"\d{{1,2}}|[{CHINESE}]{{1,3}}"
DAY: Final = rf"(?:(?:19|20)\d{{2}}|[{CHINESE}◯ＯOo]{{4}})\s?年\s?(?:{_N})\s?月\s?(?:{_N})\s?[日号]"
"""A full Chinese day, for use inside other patterns."""
_CHINESE: Final = re.compile(rf"((?:19|20)\d{{2}}|[{CHINESE}◯ＯOo]{{4}})\s?年\s?({_N})\s?月\s?({_N})\s?[日号]")
_NUMERIC: Final = re.compile(
    r"(?<!\d)((?:19|20)\d{2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?:(?!\d)|(?=(?:19|20)\d{2}[-/.]))"
)
_UNIVERSAL: Final = re.compile(r"((?:19|20)\d{2}-\d{2}-\d{2})T(\d{2}):\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|\+00:?00)")
_COMPACT: Final = re.compile(r"(?<!\d)((?:19|20)\d{2})([01]\d)([0-3]\d)(?!\d)")
_EPOCH: Final = re.compile(r"\d{9,13}")
_NAMES: Final = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december"
]  # fmt: skip
MONTHS: Final = {word: i for i, name in enumerate(_NAMES, 1) for word in (name, name[:3])}
MONTH_WORDS: Final = "|".join(sorted(MONTHS, key=len, reverse=True))
ENGLISH_DAY: Final = (
    rf"(?i:(?:{MONTH_WORDS})\.?\s\d{{1,2}}(?:st|nd|rd|th)?,?\s(?:19|20)\d{{2}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s(?:day\s)?(?:of\s)?(?:{MONTH_WORDS})\.?,?\s(?:19|20)\d{{2}})"
)
"""A full English day, for use inside other patterns."""
_ENGLISH: Final = re.compile(
    rf"\b(?:({MONTH_WORDS})\.?\s(\d{{1,2}})(?:st|nd|rd|th)?,?\s((?:19|20)\d{{2}})"
    rf"|(\d{{1,2}})(?:st|nd|rd|th)?\s(?:day\s)?(?:of\s)?({MONTH_WORDS})\.?,?\s((?:19|20)\d{{2}}))\b",
    re.IGNORECASE,
)
_TERM: Final = re.compile(rf"(\d{{1,3}}|[{CHINESE}半]{{1,3}})\s?(?:个)?\s?(年|周年|个月|月|日|天|个工作日|工作日)")


def _day(year: int | None, month: int | None, day: int | None) -> dt.date | None:
    if not (year and month and day) or not 1900 < year < 2200:  # noqa: PLR2004 - a plausible year
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def find_days(text: str) -> list[tuple[dt.date, int, int]]:
    """Every full day printed in `text`, in order, as (day, start, end). Days without a year are not days."""
    found: list[tuple[dt.date, int, int]] = []
    digits = "20" in text or "19" in text
    for pattern in (_CHINESE if "年" in text else None, _NUMERIC if digits else None):
        for match in pattern.finditer(text) if pattern else ():
            parts = match.groups() if pattern is _CHINESE else (match[1], match[3], match[4])
            day = _day(*(to_int(part) for part in parts))
            if day:
                found.append((day, match.start(), match.end()))
    if not digits:
        return found
    for match in _ENGLISH.finditer(text) if "a" in text or "u" in text or "e" in text else ():
        month, number, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
        day = _day(int(year), MONTHS[month.lower()], int(number))
        if day:
            found.append((day, match.start(), match.end()))
    return sorted(found, key=lambda item: item[1])


def parse_day(text: str) -> dt.date | None:
    """The first day printed in `text`; also `20210401` and epoch seconds or milliseconds (0 is missing).

    Epochs are read in Asia/Shanghai. None where there is no full day.
    """
    days = find_days(text)
    compact = text.strip()
    if days:
        # An instant in universal time is a day later in China from 16 o'clock on.
        late = (match := _UNIVERSAL.fullmatch(compact)) and int(match[2]) >= 16  # noqa: PLR2004
        return days[0][0] + dt.timedelta(days=1) if late else days[0][0]
    if match := _COMPACT.fullmatch(compact):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if _EPOCH.fullmatch(compact):
        return from_epoch(int(compact))
    return None


def from_epoch(value: int) -> dt.date | None:
    """Epoch seconds, or milliseconds where it is that large, as a day in Asia/Shanghai; 0 and nonsense give None."""
    seconds = value / 1000 if value >= 10**11 else value
    if not 10**8 < seconds < 10**10:
        return None
    return dt.datetime.fromtimestamp(seconds, ZONE).date()


def parse_term(text: str) -> str | None:
    """A term (`5年`, `两年`, `6个月`, `30日`) as an ISO 8601 duration (`P5Y`, `P6M`, `P30D`); None for working days."""
    match = _TERM.search(text)
    if not match or "工作日" in match[2]:
        return None
    if match[1] == "半":
        return "P6M" if match[2] == "年" else None
    amount = to_int(match[1])
    if not amount:
        return None
    unit = "Y" if "年" in match[2] else "M" if "月" in match[2] else "D"
    return f"P{amount}{unit}"


def after(start: dt.date, term: str) -> dt.date | None:
    """The day on which `term` (ISO 8601, one unit) that began with `start` is over: its first day without."""
    amount, unit = int(term[1:-1]), term[-1]
    if unit == "D":
        return start + dt.timedelta(days=amount) if amount < 10**5 else None
    months = start.year * 12 + start.month - 1 + amount * (12 if unit == "Y" else 1)
    year, month = divmod(months, 12)
    if year > 2999:  # noqa: PLR2004 - no document runs that long; keeps `date` from raising
        return None
    return dt.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def last_day(start: dt.date, term: str) -> dt.date | None:
    """The last day in force of a term: portals print start + N years - 1 day."""
    over = after(start, term)
    return over - dt.timedelta(days=1) if over else None

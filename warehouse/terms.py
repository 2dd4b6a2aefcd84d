"""The arithmetic of terms: when one that is named in years, months and days is over.

What belongs here: that. What does not: whose term it is (`force`).
"""

import calendar
import re
from datetime import date, timedelta
from typing import Final

_DAY: Final = timedelta(days=1)
_TERM: Final = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?")


def last_day(start: date | None, term: str | None) -> date | None:
    """The last day of a term (ISO 8601 duration of years, months, days) that starts on `start`."""
    matched = _TERM.fullmatch(term or "")
    if start is None or matched is None or not any(matched.groups()):
        return None
    years, months, days = (int(part or 0) for part in matched.groups())
    month = start.month - 1 + months + 12 * years
    year = start.year + month // 12
    if year > date.max.year:
        return None
    month = month % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    try:
        return date(year, month, day) + timedelta(days=days) - _DAY
    except OverflowError:
        return None

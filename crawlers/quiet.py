"""Quiet hours: when a portal is not asked.

What belongs here: reading the spans of a source's YAML, and whether a moment lies in one. What does not: ending a run
that reaches one (`middlewares.py`), not starting one (`run.py`, and whoever keeps the schedule).
"""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|(24):(00))")
_DAY = 24 * 60


def check_spans(values: Sequence[str]) -> None:
    """Check spans like 08:00-18:00; one that ends before it begins runs past midnight.

    Raises:
        ValueError: one is not of the form or is empty, or together they leave no minute of the day.
    """
    for value in values:
        if not _SPAN.fullmatch(value):
            msg = f"'{value}' is no span of the day; write it like \"08:00-18:00\", in quotes"
            raise ValueError(msg)
        if len(set(_minutes(value))) == 1:
            msg = f"'{value}' begins when it ends; write two different times, or take it out"
            raise ValueError(msg)
    if values and all(_within(values, minute) for minute in range(_DAY)):
        msg = "leaves no minute of the day; the portal could never be asked"
        raise ValueError(msg)


def quiet_until(values: Sequence[str], zone: str, at: datetime) -> datetime | None:
    """When the quiet hours end in which `at` (aware) lies, in `zone` (an IANA name); None when it lies in none.

    Spans that touch or overlap are one. By the wall clock: on the night when clocks change, so do the spans.
    """
    if not values:
        return None
    here = at.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0)
    minute = here.hour * 60 + here.minute
    if not _within(values, minute):
        return None
    until = next(ahead for ahead in range(1, _DAY + 1) if not _within(values, (minute + ahead) % _DAY))
    return here + timedelta(minutes=until)


def is_always(values: Sequence[str], hours: Collection[int], minutes: Collection[int]) -> bool:
    """Whether every time of the day at these hours and minutes is quiet: a schedule of them would start nothing."""
    return bool(values) and all(_within(values, hour * 60 + minute) for hour in hours for minute in minutes)


def _within(values: Sequence[str], minute: int) -> bool:
    for value in values:
        begin, end = _minutes(value)
        if (begin <= minute < end) if begin < end else (minute >= begin or minute < end):
            return True
    return False


def _minutes(value: str) -> tuple[int, int]:
    begin, _, end = value.partition("-")
    return _minute(begin), _minute(end)


def _minute(value: str) -> int:
    hour, _, minute = value.partition(":")
    return int(hour) * 60 + int(minute)

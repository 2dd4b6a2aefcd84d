"""Which sources are due: those whose schedule has come round since they were last crawled.

What belongs here: the five cron fields that a source's YAML may hold (`crawlers.model` lets no others in). What does
not: starting runs; Dagster's daemon keeps its own time (`pipeline.schedules`).
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

# Minute, hour, day of month, month, day of week (0 and 7 are Sunday): first and last value.
_FIELDS: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_SUNDAY: Final = 7
_LONGEST: Final = 366 * 5
"""Days that are searched: 29 February comes round within them, or the schedule names no day at all."""


def is_due(schedule: str, zone: str, last: datetime | None, now: datetime) -> bool:
    """Whether `schedule` (five cron fields, in `zone`) has come round after `last` and until `now` (aware).

    A source that was never crawled is due.
    """
    if last is None:
        return True
    here = ZoneInfo(zone)
    began, until = (moment.astimezone(here).replace(tzinfo=None) for moment in (last, now))
    return any(began < tick <= until for tick in _ticks(schedule, began.date(), until))


def _ticks(schedule: str, first: date, until: datetime) -> Iterator[datetime]:
    minutes, hours, days, months, weekdays = (
        _values(field, *limits) for field, limits in zip(schedule.split(), _FIELDS, strict=True)
    )
    weekdays |= {0} if _SUNDAY in weekdays else set()
    fields = schedule.split()
    # Cron's old rule: where both day fields are narrowed, either is enough.
    either = "*" not in (fields[2][0], fields[4][0])
    for offset in range(_LONGEST):
        day = first + timedelta(days=offset)
        if day > until.date():
            return
        fits = [day.day in days, day.isoweekday() % _SUNDAY in weekdays]
        if day.month in months and (any(fits) if either else all(fits)):
            yield from (
                datetime.combine(day, time(hour, minute)) for hour in sorted(hours) for minute in sorted(minutes)
            )


def _values(field: str, low: int, high: int) -> set[int]:
    """The values of one cron field: `*`, `7`, `1-5`, `*/15`, `1,3`."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = low if first == "*" else int(first)
        end = high if first == "*" or (step and not last) else int(last or first)
        found |= set(range(start, end + 1, int(step or 1)))
    return found

"""Which sources are due: those whose schedule has come round since they were last crawled.

What belongs here: the moments that a schedule names. What does not: what a schedule may say (`crawlers.cron`), starting
runs; Dagster's daemon keeps its own time (`pipeline.schedules`).
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from crawlers import cron

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
        cron.values(field, low, high) for field, (_, low, high) in zip(schedule.split(), cron.FIELDS, strict=True)
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

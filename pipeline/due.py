"""Which sources are due: those whose schedule has come round since they were last crawled.

What belongs here: the moments that a schedule names. What does not: what a schedule may say (`crawlers.cron`), starting
runs; Dagster's daemon keeps its own time (`pipeline.schedules`).
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from crawlers import cron

_SUNDAY: Final = 7
_LONGEST: Final = 366 * 5
"""Days that are searched: 29 February comes round within them, or the schedule names no day at all."""
_SAMPLE: Final = (date(2024, 1, 1), 62)
"""A first day and a number of days on which `longest_gap` looks: the same for ever, and two whole months."""


def is_due(schedule: str, zone: str, last: datetime | None, now: datetime) -> bool:
    """Whether `schedule` (five cron fields, in `zone`) has come round after `last` and until `now` (aware).

    A source that was never crawled is due.
    """
    if last is None:
        return True
    began, until = _local(last, zone), _local(now, zone)
    return any(began < tick <= until for tick in _ticks(_Fields.of(schedule), began.date(), until))


def next_tick(schedule: str, zone: str, now: datetime) -> datetime | None:
    """The first moment after `now` (aware) that `schedule` names, in `zone`; None if there is none in five years."""
    here = _local(now, zone)
    end = here + timedelta(days=_LONGEST)
    found = next((tick for tick in _ticks(_Fields.of(schedule), here.date(), end) if tick > here), None)
    return found.replace(tzinfo=ZoneInfo(zone)) if found else None


def past_ticks(schedule: str, zone: str, now: datetime, count: int) -> list[datetime]:
    """The last `count` moments up to `now` (aware) that `schedule` names, in `zone`, latest first."""
    fields, here, found = _Fields.of(schedule), _local(now, zone), list[datetime]()
    for offset in range(_LONGEST):
        day = here.date() - timedelta(days=offset)
        ticks = [tick for tick in fields.on(day) if tick <= here] if fields.names(day) else []
        found += reversed(ticks)
        if len(found) >= count:
            break
    return [tick.replace(tzinfo=ZoneInfo(zone)) for tick in found[:count]]


def longest_gap(schedule: str) -> timedelta:
    """The longest time between two ticks of `schedule`, in two months; two months where it is longer."""
    first, days = _SAMPLE
    end = datetime.combine(first + timedelta(days=days), time())
    gaps = [later - earlier for earlier, later in pairwise(_ticks(_Fields.of(schedule), first, end))]
    return max(gaps, default=timedelta(days=days))


class _Fields(NamedTuple):
    """A schedule, read. `either`: one of the two day fields is enough, cron's old rule where both are narrowed."""

    minutes: list[int]
    hours: list[int]
    days: set[int]
    months: set[int]
    weekdays: set[int]
    either: bool

    @classmethod
    def of(cls, schedule: str) -> "_Fields":
        said = schedule.split()
        minutes, hours, days, months, weekdays = (
            cron.values(field, low, high) for field, (_, low, high) in zip(said, cron.FIELDS, strict=True)
        )
        weekdays |= {0} if _SUNDAY in weekdays else set()
        return cls(sorted(minutes), sorted(hours), days, months, weekdays, "*" not in (said[2][0], said[4][0]))

    def names(self, day: date) -> bool:
        """Whether there is any tick on `day`."""
        fits = (day.day in self.days, day.isoweekday() % _SUNDAY in self.weekdays)
        return day.month in self.months and (any(fits) if self.either else all(fits))

    def on(self, day: date) -> list[datetime]:
        """The ticks of a day that it names, in order."""
        return [datetime.combine(day, time(hour, minute)) for hour in self.hours for minute in self.minutes]


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _ticks(fields: _Fields, first: date, until: datetime) -> Iterator[datetime]:
    for offset in range(_LONGEST):
        day = first + timedelta(days=offset)
        if day > until.date():
            return
        if fields.names(day):
            yield from fields.on(day)

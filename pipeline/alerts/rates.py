"""When a subscription is told: at once, with the next digest, after the quiet hours. Pure: the caller brings the clock.

What belongs here: reckoning with times of day in a subscription's own zone. What does not: what is due (`outbox`).
"""

from datetime import UTC, datetime, time, timedelta
from typing import Final, get_args
from zoneinfo import ZoneInfo

from pipeline.alerts.wishes import Weekday, Wish

MORNING: Final = time(8)
_WEEKDAYS: Final = get_args(Weekday)
_BACK: Final = timedelta(hours=2)
"""How far a clock may have been set back and still be known to be behind."""


def steady(now: datetime, latest: datetime | None) -> datetime:
    """`now`, or `latest` where the clock was set back a little: the digest of that hour went out already."""
    return latest if latest is not None and now < latest <= now + _BACK else now


def due_at(wish: Wish, moment: datetime) -> datetime:
    """When an event that is queued at `moment` is due: that moment, or the end of the period or of the quiet hours.

    Args:
        wish: its rate, time of day, weekday, zone and quiet hours count.
        moment: an aware instant.

    Returns:
        An aware instant in UTC, never before `moment`. A digest is always later: what comes up at the very minute of a
        digest is in the next one.
    """
    local = moment.astimezone(ZoneInfo(wish.timezone))
    at = wish.at or MORNING
    if wish.rate == "hourly":
        # In UTC: an hour that a change of summer time repeats or leaves out is an hour all the same.
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    elif wish.rate in {"daily", "weekly"}:
        days = 0
        if wish.rate == "weekly":
            days = (_WEEKDAYS.index(wish.day or "monday") - local.weekday()) % 7
        period = 1 if wish.rate == "daily" else 7
        found = _on(local, days, at)
        moment = found if found > moment else _on(local, days + period, at)
    return _after_quiet(wish, moment)


def is_quiet(wish: Wish, moment: datetime) -> bool:
    """Whether nothing may be sent at `moment`."""
    return _after_quiet(wish, moment) != moment


def _on(local: datetime, days: int, at: time) -> datetime:
    """The instant of `at` so many days after the day of `local`; one that summer time leaves out is an hour later."""
    day = local.date() + timedelta(days=days)
    return datetime.combine(day, at, tzinfo=local.tzinfo).astimezone(UTC)


def _after_quiet(wish: Wish, moment: datetime) -> datetime:
    hours = wish.quiet_hours
    if hours is None:
        return moment
    begin, end = hours
    local = moment.astimezone(ZoneInfo(wish.timezone))
    clock = local.time()
    if begin < end:
        return _on(local, 0, end) if begin <= clock < end else moment
    if clock >= begin:
        return _on(local, 1, end)
    return _on(local, 0, end) if clock < end else moment

"""The only place that reads the time.

What belongs here: now and today. What does not: parsing dates off pages (`pipeline.parsers.dates`).

`POLICYWATCH_NOW` (ISO 8601 with an offset) freezes the clock for this process and the processes it starts: the demo
replays three years of editions with it, and tests need no sleeping.
"""

import os
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from policywatch.errors import UsageError

ENVIRONMENT = "POLICYWATCH_NOW"


def now() -> datetime:
    """The present instant, aware, in UTC, whole seconds; the frozen one where `POLICYWATCH_NOW` is set.

    Raises:
        UsageError: `POLICYWATCH_NOW` is not an ISO 8601 time with an offset.
    """
    frozen = os.environ.get(ENVIRONMENT)
    if not frozen:
        return datetime.now(UTC).replace(microsecond=0)
    return parse_instant(frozen, what=ENVIRONMENT)


def today(zone: str = "Asia/Shanghai") -> date:
    """The calendar day in `zone` (an IANA name): legal dates are days in the portal's own time zone."""
    return now().astimezone(ZoneInfo(zone)).date()


def parse_instant(text: str, *, what: str) -> datetime:
    """`text` (ISO 8601 with an offset, or a plain date: its first instant in UTC) as an aware UTC datetime.

    Raises:
        UsageError: it does not parse, or it has a time and no offset. `what` names the option in the message.
    """
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        msg = f"{what}: '{text}' is not a time; write it like 2026-03-01T06:00:00+08:00"
        raise UsageError(msg) from None
    if parsed.tzinfo is None:
        if len(text) > len("2026-03-01"):
            msg = f"{what}: '{text}' has no offset; write it like 2026-03-01T06:00:00+08:00"
            raise UsageError(msg)
        parsed = parsed.replace(tzinfo=UTC)
    return parsed.astimezone(UTC).replace(microsecond=0)


def parse_day(text: str, *, what: str) -> date:
    """`text` (YYYY-MM-DD) as a date.

    Raises:
        UsageError: it is not a day of the calendar. `what` names the option in the message.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        msg = f"{what}: '{text}' is not a day; write it like 2026-03-01"
        raise UsageError(msg) from None

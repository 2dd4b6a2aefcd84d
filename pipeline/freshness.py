"""How old what is known may be: of each source by its own schedule, of the assets by all of them.

What belongs here: the rules, as pure functions, and the freshness policies made of them. What does not: the results of
checks (`pipeline.checks`), what an alert says of a source (`warehouse`, event `source_unhealthy`).

Dagster's policies look at an asset as a whole, whichever partition was materialised last. So that a single source
cannot fall behind unseen, the daily `calendar` checks each of them by its own schedule (`late`).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import dagster as dg

from crawlers.source import Source
from pipeline import due
from policywatch import clock
from policywatch.home import Home

CALENDAR_CRON: Final = "3 0 * * *"
CALENDAR_ZONE: Final = "Asia/Shanghai"
CALENDAR: Final = dg.FreshnessPolicy.cron(
    deadline_cron="3 2 * * *", lower_bound_delta=timedelta(hours=3), timezone=CALENDAR_ZONE
)
"""By two hours after its tick the calendar has been looked at."""
MISSES: Final = 2
"""So many ticks of its schedule may pass without a good check before a source is late."""
_SLACK: Final = timedelta(hours=6)
_COLUMNS: Final = "source, last_good_at, last_crawl_at"


def policy(sources: Mapping[str, Source]) -> dg.FreshnessPolicy:
    """The policy of the crawls as a whole: whichever sources are switched on, one of them is crawled in that time."""
    gaps = [due.longest_gap(source.schedule) for source in sources.values() if not source.demo]
    longest = max(gaps, default=timedelta(days=1))
    return dg.FreshnessPolicy.time_window(fail_window=2 * longest + _SLACK, warn_window=longest + _SLACK)


def is_late(source: Source, last_good: datetime | None, now: datetime) -> bool:
    """Whether `MISSES` ticks of the source's schedule have passed since it was last found good.

    Ticks of the last six hours do not count: a run that waits or has just begun is not late.
    """
    ticks = due.past_ticks(source.schedule, source.timezone, now - _SLACK, MISSES)
    return len(ticks) == MISSES and (last_good is None or last_good < ticks[-1])


def late(home: Home, sources: Mapping[str, Source], now: datetime | None = None) -> list[dict[str, Any]]:
    """The sources that are crawled at all and are late: a row each of source, last good check, last crawl, schedule."""
    from warehouse import published  # noqa: PLC0415 - DuckDB loads only where it is used

    if not home.published.exists():
        return []
    moment = now or clock.now()
    found = []
    for row in published.rows(home.published, f"SELECT {_COLUMNS} FROM sources WHERE last_crawl_at IS NOT NULL"):  # noqa: S608 - our own text
        source = sources.get(row["source"])
        if source is not None and not source.demo and is_late(source, row["last_good_at"], moment):
            found.append({**row, "schedule": f"{source.schedule} ({source.timezone})"})
    return found

"""When things are done: one schedule per source, from its YAML, in its own time zone; the calendar; the housekeeping.

What belongs here: the schedules. What does not: what they start (`pipeline.definitions`), what was missed
(`pipeline.sensors`).
"""

import os
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import dagster as dg

from crawlers.manners import quiet_now
from crawlers.source import Source
from pipeline import freshness, runlog, tags
from policywatch import clock

WATCHED: Final = "POLICYWATCH_WATCH"
"""The environment variable that names the sources whose schedules are on from the start, parted by commas."""
EVERY: Final = "*"
"""In that variable: every source but the demo's."""
HOUSEKEEPING_CRON: Final = "40 3 * * *"
STALE: Final = timedelta(minutes=20)
"""A tick older than this is not made up for one by one: the sensor asks once for all that were missed."""


def watched(sources: Mapping[str, Source]) -> set[str]:
    """The sources whose schedules are on unless somebody switched them off in the UI."""
    named = {name.strip() for name in os.environ.get(WATCHED, "").split(",")} - {""}
    if EVERY in named:
        named |= {source.name for source in sources.values() if not source.demo}
    return named & set(sources)


def name_of(source: str) -> str:
    """The name of a source's schedule."""
    return "crawl_" + re.sub(r"\W", "_", source, flags=re.ASCII)


def build(sources: Mapping[str, Source], job: str) -> Sequence[dg.ScheduleDefinition]:
    """One schedule per source, starting the job of that name; off until switched on in the UI or by POLICYWATCH_WATCH.

    Off, because opening the UI must not start asking portals that nobody chose to watch. The demo's sources have none
    unless they are named.
    """
    chosen = watched(sources)
    return [
        _schedule(source, job, is_on=source.name in chosen)
        for source in sources.values()
        if not source.demo or source.name in chosen
    ]


def _schedule(source: Source, job: str, *, is_on: bool) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=name_of(source.name),
        cron_schedule=source.schedule,
        execution_timezone=source.timezone,
        job_name=job,
        description=f"{source.title} ({source.timezone})",
        default_status=dg.DefaultScheduleStatus.RUNNING if is_on else dg.DefaultScheduleStatus.STOPPED,
    )
    def crawl_source(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        at = context.scheduled_execution_time
        if (late := clock.now() - at) > STALE:
            return dg.SkipReason(f"missed by {late.total_seconds() // 60:.0f} minutes; sources_due makes up for it")
        if quiet := quiet_now(source, at):
            return dg.SkipReason(quiet.words)
        # One run per tick, however often the daemon is started anew.
        key = f"{source.name}:{at.isoformat()}"
        asked = tags.of(source, "schedule")
        return dg.RunRequest(run_key=key, partition_key=source.name, tags=asked, run_config=runlog.CONFIG)

    return crawl_source


def upkeep(calendar: str, housekeeping: str) -> Sequence[dg.ScheduleDefinition]:
    """The schedules of the two jobs of those names; on from the start: neither asks any portal."""
    return [
        dg.ScheduleDefinition(
            name=f"{calendar}_daily",
            cron_schedule=freshness.CALENDAR_CRON,
            execution_timezone=freshness.CALENDAR_ZONE,
            job_name=calendar,
            tags={tags.BY: "schedule", tags.WORK: calendar},
            run_config=runlog.CONFIG,
            description="Policies that begin or cease to hold by the date alone, told without a crawl.",
            default_status=dg.DefaultScheduleStatus.RUNNING,
        ),
        dg.ScheduleDefinition(
            name=f"{housekeeping}_daily",
            cron_schedule=HOUSEKEEPING_CRON,
            execution_timezone=freshness.CALENDAR_ZONE,
            job_name=housekeeping,
            tags={tags.BY: "schedule", tags.WORK: housekeeping},
            run_config=runlog.CONFIG,
            description="Forgets old runs, so that Dagster's records stay small.",
            default_status=dg.DefaultScheduleStatus.RUNNING,
        ),
    ]

"""When sources are crawled: one schedule per source, from its YAML, in its own time zone.

What belongs here: the schedules. What does not: what they start (`pipeline.definitions`).
"""

import re
from collections.abc import Mapping, Sequence

import dagster as dg

from crawlers.manners import quiet_now
from crawlers.source import Source


def build(sources: Mapping[str, Source], job: str) -> Sequence[dg.ScheduleDefinition]:
    """One schedule per source that is not a demo, starting the job of that name; off until switched on in the UI.

    Off, because opening the UI must not start asking portals that nobody chose to watch.
    """
    return [_schedule(source, job) for source in sources.values() if not source.demo]


def _schedule(source: Source, job: str) -> dg.ScheduleDefinition:
    @dg.schedule(
        name="crawl_" + re.sub(r"\W", "_", source.name, flags=re.ASCII),
        cron_schedule=source.schedule,
        execution_timezone=source.timezone,
        job_name=job,
        description=f"{source.title} ({source.timezone})",
    )
    def crawl_source(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if quiet := quiet_now(source, context.scheduled_execution_time):
            return dg.SkipReason(quiet.words)
        # One run per tick, however often the daemon is started anew.
        tick = context.scheduled_execution_time.isoformat()
        return dg.RunRequest(run_key=f"{source.name}:{tick}", partition_key=source.name)

    return crawl_source

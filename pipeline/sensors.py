"""What is done because something is so, not because it is time: crawls that were missed, pages read by an older reader.

What belongs here: the sensors, and finding what they ask for. What does not: the work (`pipeline.run`,
`pipeline.reparse`), the regular times (`pipeline.schedules`).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import dagster as dg

from crawlers.manners import quiet_now
from crawlers.source import Source
from pipeline import due, runlog, schedules, tags, trial
from pipeline.parsers import PARSER_VERSION
from pipeline.resources import HomeResource
from policywatch import clock
from policywatch.home import Home

DUE: Final = "sources_due"
READER: Final = "reader_changed"
GRACE: Final = timedelta(minutes=30)
"""So long after its time a source counts as missed: until then its own schedule is at work, with its second tries."""
_UNFINISHED: Final = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_PARTITION: Final = "dagster/partition"
_BEHIND: Final = (
    "SELECT source, count(*) AS pages FROM page WHERE parser_version <> ? AND last_read_capture_id IS NOT NULL"
    " GROUP BY source ORDER BY source"
)


def build(sources: Mapping[str, Source], crawl_job: str, reread_job: str) -> Sequence[dg.SensorDefinition]:
    """The two sensors, starting the jobs of those names; on from the start.

    Neither asks a portal that nobody chose to watch: a source whose schedule is off is never due.
    """
    return [_sources_due(sources, crawl_job), _reader_changed(reread_job)]


def _sources_due(sources: Mapping[str, Source], job: str) -> dg.SensorDefinition:
    @dg.sensor(
        name=DUE,
        job_name=job,
        minimum_interval_seconds=300,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Sources whose time has passed without a crawl: the machine was off, the run failed, it was quiet.",
    )
    def sources_due(context: dg.SensorEvaluationContext, home: HomeResource) -> Sequence[dg.RunRequest] | dg.SkipReason:
        on = switched_on(sources, context.instance)
        if not on:
            return dg.SkipReason(
                "no source's schedule is on; switch some on in the UI, or name them to `policywatch up`"
            )
        last, now = trial.last_crawls(home.home), clock.now()
        found = missed([sources[name] for name in sorted(on - _at_work(context.instance))], last, now)
        if not found:
            return dg.SkipReason(f"none of {len(on)} sources is overdue")
        return [
            dg.RunRequest(
                run_key=f"{source.name}:due:{tick.isoformat()}",
                partition_key=source.name,
                tags=tags.of(source, "due"),
                run_config=runlog.CONFIG,
            )
            for source, tick in found
        ]

    return sources_due


def switched_on(sources: Mapping[str, Source], instance: dg.DagsterInstance) -> set[str]:
    """The sources whose schedules are on: by POLICYWATCH_WATCH, unless somebody said otherwise in the UI."""
    said = {state.instigator_name: str(state.status.value) for state in instance.all_instigator_state()}
    by_default = schedules.watched(sources)
    found = set()
    for name in sources:
        status = said.get(schedules.name_of(name), "DECLARED_IN_CODE")
        if status == "RUNNING" or (status == "DECLARED_IN_CODE" and name in by_default):
            found.add(name)
    return found


def _at_work(instance: dg.DagsterInstance) -> set[str]:
    runs = instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED))
    return {run.tags[_PARTITION] for run in runs if _PARTITION in run.tags}


def missed(
    candidates: Collection[Source], last: Mapping[str, datetime], now: datetime
) -> list[tuple[Source, datetime]]:
    """Those of `candidates` whose latest time has passed by `GRACE` without a crawl since, and that time.

    Args:
        candidates: sources that are watched and not being crawled.
        last: when each was last crawled, well or not (aware); one that never was has no entry and is due.
        now: the present (aware). In its quiet hours a source waits.
    """
    found = []
    for source in candidates:
        ticks = due.past_ticks(source.schedule, source.timezone, now - GRACE, 1)
        crawled = last.get(source.name)
        if ticks and (crawled is None or crawled < ticks[0]) and quiet_now(source, now) is None:
            found.append((source, ticks[0]))
    return found


def _reader_changed(job: str) -> dg.SensorDefinition:
    @dg.sensor(
        name=READER,
        job_name=job,
        minimum_interval_seconds=600,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Pages that an older reader has read: their source's archive is read again, once for each reader.",
    )
    def reader_changed(
        context: dg.SensorEvaluationContext, home: HomeResource
    ) -> Sequence[dg.RunRequest] | dg.SkipReason:
        known = context.repository_def.get_job(job).partitions_def if context.repository_def else None
        names = set(known.get_partition_keys()) if known else set()
        found = {name: pages for name, pages in behind(home.home).items() if name in names}
        if not found:
            return dg.SkipReason(f"every page was read by reader {PARSER_VERSION}")
        context.log.info("%d pages were read by another reader than %s", sum(found.values()), PARSER_VERSION)
        return [
            dg.RunRequest(
                run_key=f"{PARSER_VERSION}:{name}",  # once: pages that today's reader cannot read stay behind
                partition_key=name,
                tags={tags.BY: "reader", tags.WORK: job, "dagster/priority": "-1"},
                run_config=runlog.CONFIG,
            )
            for name in found
        ]

    return reader_changed


def behind(home: Home) -> dict[str, int]:
    """By source, how many of its pages were last read by another reader than today's; empty before anything is."""
    if not home.published.exists():
        return {}
    from warehouse import published  # noqa: PLC0415 - DuckDB loads only where it is used

    return {row["source"]: row["pages"] for row in published.rows(home.published, _BEHIND, [PARSER_VERSION])}

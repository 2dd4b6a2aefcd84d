"""What Dagster loads: assets, checks, jobs, schedules, sensors, resources.

What belongs here: assembly. What does not: anything that can be done without Dagster.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dagster as dg

from crawlers.source import load_sources
from pipeline import delivering, retention, runlog, schedules, sensors
from pipeline.assets import captures, readings, store, upkeep
from pipeline.ingest import SAVED
from pipeline.resources import HomeResource
from policywatch.home import ENVIRONMENT

JOB: Final = "watch"
REREAD: Final = "reread"
CALENDAR: Final = "calendar_day"
HOUSEKEEPING: Final = "housekeeping"


def build_defs(*, resource_overrides: Mapping[str, object] | None = None) -> dg.Definitions:
    """Everything, over the declared sources.

    Args:
        resource_overrides: replaces resources by name; tests and in-process runs swap `home`.

    Raises:
        ConfigError: a source's YAML does not fit its model.
    """
    sources = load_sources()
    partitions = dg.StaticPartitionsDefinition(sorted(sources))
    watched = [
        captures.build(sources, partitions),
        readings.build(sources, partitions),
        *store.build(sources, partitions),
    ]
    besides = upkeep.build(sources, dg.StaticPartitionsDefinition(sorted({*sources, SAVED})))
    return dg.Definitions(
        assets=[*watched, *besides],
        jobs=_jobs(watched, besides),
        schedules=[*schedules.build(sources, JOB), *schedules.upkeep(CALENDAR, HOUSEKEEPING)],
        sensors=[*sensors.build(sources, JOB, REREAD), delivering.sensor],
        resources={"home": HomeResource(root=dg.EnvVar(ENVIRONMENT)), **(resource_overrides or {})},
        loggers={"file": runlog.file_logger},
        # The steps hand over files and wait for each other: a process per step would only cost its start-up.
        executor=dg.in_process_executor,
    )


def _jobs(watched: Sequence[dg.AssetsDefinition], besides: Sequence[dg.AssetsDefinition]) -> list[Any]:
    calendar, rereadings = besides
    parts = [
        (JOB, watched, "Crawl, read, load, publish and alert, for one source."),
        (REREAD, [rereadings], "Read the archive of one source again with today's reader; nobody is told."),
        (CALENDAR, [calendar], "What the date alone brings: commenced, expired, expiring."),
    ]
    jobs = [
        dg.define_asset_job(
            name,
            selection=dg.AssetSelection.assets(*assets),
            config=runlog.CONFIG,
            executor_def=dg.in_process_executor,
            description=description,
        )
        for name, assets, description in parts
    ]
    return [*jobs, delivering.job, _housekeeping]


@dg.op
def forget_old_runs(context: dg.OpExecutionContext, home: HomeResource) -> None:
    """Forget the runs that are old enough, so that Dagster's records stay small."""
    found = retention.forget(home.home, context.instance)
    context.log.info("forgot %d runs of more than %d days ago", found.runs, retention.KEEP.days)
    context.add_output_metadata({"runs": found.runs, "bytes": found.bytes})


@dg.job(
    name=HOUSEKEEPING,
    config=runlog.CONFIG,
    executor_def=dg.in_process_executor,
    logger_defs={"file": runlog.file_logger},
)
def _housekeeping() -> None:
    """Keep Dagster's own records small."""
    forget_old_runs()


@dg.definitions
def defs() -> dg.Definitions:
    """The entry point of Dagster's own tools: `dagster … -m pipeline.definitions`."""
    return build_defs()

"""What Dagster loads: assets, checks, one job, the schedules, the resources.

What belongs here: assembly. What does not: anything that can be done without Dagster.
"""

from collections.abc import Mapping
from typing import Final

import dagster as dg

from crawlers.source import load_sources
from pipeline import schedules
from pipeline.assets import captures, readings, store
from pipeline.resources import HomeResource
from pipeline.runlog import file_logger
from policywatch.home import ENVIRONMENT

JOB: Final = "watch"


def build_defs(*, resource_overrides: Mapping[str, object] | None = None) -> dg.Definitions:
    """Everything, over the declared sources.

    Args:
        resource_overrides: replaces resources by name; tests and in-process runs swap `home`.

    Raises:
        ConfigError: a source's YAML does not fit its model.
    """
    sources = load_sources()
    partitions = dg.StaticPartitionsDefinition(sorted(sources))
    assets = [
        captures.build(sources, partitions),
        readings.build(sources, partitions),
        *store.build(sources, partitions),
    ]
    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.assets(*assets),
        # The steps hand over files and wait for each other: a process per step would only cost its start-up.
        executor_def=dg.in_process_executor,
        description="Crawl, read, load, publish and alert, for one source.",
    )
    return dg.Definitions(
        assets=assets,
        jobs=[job],
        schedules=schedules.build(sources, JOB),
        resources={"home": HomeResource(root=dg.EnvVar(ENVIRONMENT)), **(resource_overrides or {})},
        loggers={"file": file_logger},
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The entry point of Dagster's own tools: `dagster … -m pipeline.definitions`."""
    return build_defs()

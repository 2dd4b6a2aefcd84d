"""The asset `readings`: what the reader made of the new and changed pages of one source.

What belongs here: calling the step and reporting fill rates. What does not: reading (`pipeline.reading`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from crawlers.source import Source
from pipeline import checks, run
from pipeline.assets import common
from pipeline.resources import HomeResource


def build(sources: Mapping[str, Source], partitions: dg.StaticPartitionsDefinition) -> dg.AssetsDefinition:
    """The asset over `sources`, one partition each, with a check per field that any source expects to be filled."""

    @dg.asset(
        group_name=common.GROUP,
        partitions_def=partitions,
        deps=["captures"],
        check_specs=checks.fill_specs("readings", sources),
        kinds={"python", "parquet"},
    )
    def readings(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        """The records of the new and changed pages, staged as Parquet, and the pages that could not be read.

        Grain: capture. Key: `capture_id`. Caveats: unchanged pages are not read, so fill rates are of this run only.
        """
        source = sources[context.partition_key]
        report = run.RunReport(source.name)
        judged: dict[str, dict[str, Any]] = {}
        against: Sequence[str] = ()
        for found in run.read(home.home, source.name):
            run.take_reading(report, found)
            judged[found.crawl_id] = {"verdict": found.verdict, "reasons": list(found.reasons)}
            against = found.against  # of the latest, which comes last
        rates = checks.fill_rates(home.home, source)
        pages = sum(report.read.values())
        content = {"read": report.read, "rejected": report.rejected, "pages": pages, "judged": judged}
        return dg.MaterializeResult(
            metadata=common.metadata(content), check_results=checks.fill_results(sources, source, rates, against)
        )

    return readings

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
        retry_policy=common.RETRIES,
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
        with common.only_what_passes(context):
            for found in run.read(home.home, source.name):
                run.take_reading(report, found)
                judged[found.crawl_id] = {"verdict": found.verdict, "reasons": list(found.reasons)}
                against = found.against  # of the latest, which comes last
            rates = checks.fill_rates(home.home, source)
        read, rejected = common.counted(report.read), common.counted(report.rejected)
        context.log.info("read: %s; rejected: %s", read, rejected)
        return dg.MaterializeResult(
            metadata=_metadata(source, report, judged, rates),
            check_results=checks.fill_results(sources, source, rates, against),
        )

    return readings


def _metadata(
    source: Source, report: run.RunReport, judged: Mapping[str, Any], rates: Mapping[str, float]
) -> dict[str, Any]:
    """Counts and fill rates to plot over the runs, and as tables what a person looks at."""
    pages, rejected = sum(report.read.values()), sum(report.rejected.values())
    content = {"read": report.read, "rejected": report.rejected, "pages": pages, "judged": judged}
    plots: dict[str, float] = {"pages_rejected": rejected}
    plots |= {f"pages_{kind}": count for kind, count in report.read.items()}
    plots |= {f"filled_{field}": round(rate, 4) for field, rate in rates.items()}
    filled = [
        {"field": field, "filled": rates.get(field), "expected": wanted}
        for field, wanted in source.expect.filled.items()
    ]
    refused = [{"reason": reason, "pages": count} for reason, count in report.rejected.items()]
    return {
        "fill_rates": common.table(filled, {"field": "string", "filled": "float", "expected": "float"}),
        "rejected": common.table(refused, {"reason": "string", "pages": "int"}),
        **common.metadata(content, plots),
    }

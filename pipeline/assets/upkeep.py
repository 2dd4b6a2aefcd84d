"""The assets `calendar` and `rereadings`: what comes without a crawl, from the date and from a better reader.

What belongs here: calling the steps. What does not: what the calendar brings (`warehouse`), which pages are read again
(`pipeline.reparse`).
"""

import sys
from collections.abc import Mapping, Sequence

import dagster as dg

from crawlers.source import Source
from pipeline import alerting, checks, freshness, metrics, reparse, run
from pipeline.assets import common, store
from pipeline.resources import HomeResource


def build(sources: Mapping[str, Source], partitions: dg.StaticPartitionsDefinition) -> Sequence[dg.AssetsDefinition]:
    """The two assets; `rereadings` over `sources`, one partition each."""

    @dg.asset(
        group_name=common.GROUP,
        # No pool: it also sends, and no load need wait for somebody's webhook.
        retry_policy=common.RETRIES,
        freshness_policy=freshness.CALENDAR,
        check_specs=[checks.freshness_spec("calendar")],
        kinds={"duckdb"},
    )
    def calendar(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        """What the date alone brings: policies that begin or cease to hold, or soon will, told without a crawl.

        Grain: the whole warehouse, once a day. Caveats: it also says which sources nobody has found good of late.
        """
        report = run.RunReport("calendar")
        with common.only_what_passes(context):
            run.take_load(report, run.load(home.home, "calendar"))
            run.publish(home.home)
            told = alerting.alert(home.home, sys.stdout)
            metrics.write(home.home)
        late = freshness.late(home.home, sources)
        behind = ", ".join(row["source"] for row in late) or "no source"
        context.log.info("events: %s; late: %s", common.counted(report.events), behind)
        return dg.MaterializeResult(
            metadata={**store.told_metadata(context, told), **store.load_metadata(report)},
            check_results=[checks.freshness_result(late)],
        )

    @dg.asset(
        group_name=common.GROUP,
        partitions_def=partitions,
        # No pool: it takes the warehouse for moments only, and whoever loads need not wait for all the reading between.
        retry_policy=common.RETRIES,
        kinds={"python", "duckdb"},
    )
    def rereadings(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        """The archived pages of one source, read again because the reader has become another.

        Grain: page. Caveats: what is read differently is no change of a policy, and nobody is told; a page that the
        reader of today cannot read keeps what was read of it.
        """
        with common.only_what_passes(context):
            rows = reparse.reparse(home.home, [context.partition_key])
        found = rows[0] if rows else {"source": context.partition_key, "pages": 0, "read_again": 0, "failed": 0}
        context.log.info("read again: %(read_again)s of %(pages)s pages, %(failed)s in vain", found)
        return dg.MaterializeResult(metadata=common.metadata(found))

    return [calendar, rereadings]

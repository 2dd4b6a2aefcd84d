"""The assets `ledger`, `published` and `deliveries`: what is known, what analysts see, what people are told.

What belongs here: calling the steps. What does not: their work (`warehouse`, `pipeline.alerts`).
"""

import sys
from collections.abc import Mapping, Sequence

import dagster as dg

from crawlers.source import Source
from pipeline import checks, run
from pipeline.assets import common
from pipeline.resources import HomeResource


def build(sources: Mapping[str, Source], partitions: dg.StaticPartitionsDefinition) -> Sequence[dg.AssetsDefinition]:
    """The three assets over `sources`, one partition each."""

    @dg.asset(group_name=common.GROUP, partitions_def=partitions, deps=["readings"], pool=common.POOL, kinds={"duckdb"})
    def ledger(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        """The versions, effects and events of the warehouse, with this source's staged crawls in them.

        Grain and keys: the tables of docs/tables. Caveats: one transaction a crawl; a crawl is loaded once.
        """
        report = run.RunReport(context.partition_key)
        run.take_load(report, run.load(home.home, sources[context.partition_key].name))
        return dg.MaterializeResult(metadata=common.metadata({"loaded": report.loaded, "events": report.events}))

    @dg.asset(
        group_name=common.GROUP,
        partitions_def=partitions,
        deps=["ledger"],
        pool=common.POOL,
        kinds={"duckdb"},
        check_specs=[checks.health_spec("published")],
    )
    def published(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        """The analysts' database, replaced whole by rename.

        Grain: the whole warehouse, whichever source's run asked for it.
        """
        target = run.publish(home.home)
        health = run.health(home.home, context.partition_key)
        return dg.MaterializeResult(
            metadata={"path": dg.MetadataValue.path(target), "bytes": target.stat().st_size},
            check_results=[checks.health_result(health)],
        )

    @dg.asset(
        group_name=common.GROUP, partitions_def=partitions, deps=["published"], pool=common.POOL, kinds={"python"}
    )
    def deliveries(home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        """The messages to subscribers, each sent once per event and channel.

        Grain: event x subscription x channel. Key: the idempotency key. Caveats: what could not be delivered is tried
        again in a later run.
        """
        return dg.MaterializeResult(metadata=common.metadata({"deliveries": run.alert(home.home, sys.stdout)}))

    return [ledger, published, deliveries]

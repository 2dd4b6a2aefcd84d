"""The assets `ledger`, `published` and `deliveries`: what is known, what analysts see, what people are told.

What belongs here: calling the steps. What does not: their work (`warehouse`, `pipeline.alerts`).
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from crawlers.source import Source
from pipeline import alerting, checks, metrics, run
from pipeline.assets import common
from pipeline.resources import HomeResource


def build(sources: Mapping[str, Source], partitions: dg.StaticPartitionsDefinition) -> Sequence[dg.AssetsDefinition]:
    """The three assets over `sources`, one partition each."""

    @dg.asset(
        group_name=common.GROUP,
        partitions_def=partitions,
        deps=["readings"],
        pool=common.POOL,
        retry_policy=common.RETRIES,
        kinds={"duckdb"},
    )
    def ledger(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        """The versions, effects and events of the warehouse, with this source's staged crawls in them.

        Grain and keys: the tables of docs/dictionary. Caveats: one transaction a crawl; a crawl is loaded once.
        """
        report = run.RunReport(context.partition_key)
        with common.only_what_passes(context):
            run.take_load(report, run.load(home.home, sources[context.partition_key].name))
        context.log.info("loaded: %s; events: %s", common.counted(report.loaded), common.counted(report.events))
        return dg.MaterializeResult(metadata=load_metadata(report))

    @dg.asset(
        group_name=common.GROUP,
        partitions_def=partitions,
        deps=["ledger"],
        # No pool: a run of the command line has the warehouse open since its load (`run.holding`). Were it to queue, it
        # and the run that has the place, which waits for the warehouse to be closed, would wait for each other.
        retry_policy=common.RETRIES,
        kinds={"duckdb"},
        check_specs=[checks.health_spec("published")],
    )
    def published(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        """The analysts' database, replaced whole by rename.

        Grain: the whole warehouse, whichever source's run asked for it.
        """
        with common.only_what_passes(context):
            target = run.publish(home.home)
            health = run.health(home.home, context.partition_key)
        return dg.MaterializeResult(
            metadata={"path": dg.MetadataValue.path(target), "bytes": target.stat().st_size},
            check_results=[checks.health_result(health)],
        )

    @dg.asset(
        group_name=common.GROUP,
        partitions_def=partitions,
        deps=["published"],
        # No pool: it takes the warehouse for moments only, and no load need wait for somebody's webhook.
        retry_policy=common.RETRIES,
        kinds={"python"},
    )
    def deliveries(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        """The messages to subscribers, each sent once per event and channel.

        Grain: event x subscription x channel. Key: the idempotency key. Caveats: what could not be delivered is tried
        again in a later run.
        """
        with common.only_what_passes(context):
            told = alerting.alert(home.home, sys.stdout)
            metrics.write(home.home)
        return dg.MaterializeResult(metadata=told_metadata(context, told))

    return [ledger, published, deliveries]


def told_metadata(context: dg.AssetExecutionContext, told: alerting.Alerted) -> dict[str, Any]:
    """What alerting did: counts to plot over the runs, and what went wrong, which the log says too."""
    context.log.info("deliveries: %s", common.counted(told.counts))
    for note in told.notes:
        context.log.warning("%s", note)
    shown = {"not_delivered": dg.MetadataValue.text("\n".join(told.notes))} if told.notes else {}
    return common.metadata({"deliveries": told.counts, "notes": list(told.notes)}, told.counts) | shown


def load_metadata(report: run.RunReport) -> dict[str, Any]:
    """What a load brought: counts to plot over the runs, and its events as a table."""
    content = {"loaded": report.loaded, "events": report.events}
    plots = report.loaded | {f"events_{kind}": count for kind, count in report.events.items()}
    rows = [{"event": kind, "count": count} for kind, count in report.events.items()]
    return {
        "events": common.table(rows, {"event": "string", "count": "int"}),
        **common.metadata(content, {**plots, "events_all": sum(report.events.values())}),
    }

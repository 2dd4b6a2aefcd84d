"""The asset `captures`: what a crawl of one source brought home.

What belongs here: starting the crawl through Dagster Pipes and judging it. What does not: crawling (`crawlers`).
"""

import warnings
from collections.abc import Mapping
from typing import Any

import dagster as dg

from crawlers import reachable
from crawlers.source import Source
from pipeline import checks, freshness, hosts, run
from pipeline.assets import common
from pipeline.resources import HomeResource
from policywatch.errors import UnreachableError
from policywatch.home import Home


class CrawlConfig(dg.Config):
    """What a run may ask of its crawl. `recheck_all`: ask every known page, whether it is due or not."""

    recheck_all: bool = False


def build(sources: Mapping[str, Source], partitions: dg.StaticPartitionsDefinition) -> dg.AssetsDefinition:
    """The asset over `sources`, one partition each."""

    @dg.asset(
        group_name=common.GROUP,
        partitions_def=partitions,
        check_specs=checks.crawl_specs("captures"),
        retry_policy=common.RETRIES,
        freshness_policy=freshness.policy(sources),
        kinds={"scrapy", "warc"},
    )
    def captures(context: dg.AssetExecutionContext, home: HomeResource, config: CrawlConfig) -> dg.MaterializeResult:  # type: ignore[type-arg]
        """The answers of one crawl of one source, in the WARC archive, with a manifest.

        Grain: URL asked, once per crawl. Key: `capture_id`. Caveats: a materialisation says that the crawl ended in
        order, not that it was good: its verdict (good, partial, suspect, failed) is in the metadata and in the check
        `verdict`; all crawls are loaded, but because of those that were not good nothing is ended.
        """
        source = sources[context.partition_key]
        with common.only_what_passes(context), hosts.held(home.home, source):
            if not common.is_last_try(context):
                _expect_answer(source)
            found, reported = _crawl(context, home.home, source.name, recheck_all=config.recheck_all)
        context.log.info("crawled, %s: %s", found["verdict"], common.counted(found["counts"]))
        return dg.MaterializeResult(
            metadata={**_shown(home.home, source.name, found), **reported, **found["counts"], **common.metadata(found)},
            check_results=checks.crawl_results(source, found),
        )

    return captures


def _expect_answer(source: Source) -> None:
    """Look whether anybody answers, where it can be tried again in a while; a crawl of nothing would be kept.

    The last try crawls whatever this says: that nobody answered is then on record, and counts against the source.

    Raises:
        UnreachableError: the portal is down, or the way there.
    """
    for _, url in source.entry_urls()[:1]:
        if what := reachable.objection(url):
            msg = f"{source.name}: {what}; it is tried again"
            raise UnreachableError(msg)


def _crawl(
    context: dg.AssetExecutionContext, home: Home, source: str, *, recheck_all: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The crawl's summary, and what it reported through Pipes."""
    with warnings.catch_warnings():
        # Dagster warns of its own use of parts that it calls previews or deprecated.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        with dg.open_pipes_session(
            context, dg.PipesTempFileContextInjector(), dg.PipesTempFileMessageReader()
        ) as session:
            found = run.crawl(source, home, env=session.get_bootstrap_env_vars(), recheck_all=recheck_all)
    reported: dict[str, Any] = {}
    for result in session.get_reported_results():
        reported.update(getattr(result, "metadata", None) or {})
    return found, reported


def _shown(home: Home, source: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """What a person looks at: where the answers went, as a table, and where the crawl's own log is."""
    counts = {name: count for name, count in found["counts"].items() if isinstance(count, int)}
    total = sum(counts.values()) or 1
    rows = [{"outcome": name, "pages": count, "share": round(count / total, 3)} for name, count in counts.items()]
    same = counts.get("unchanged", 0) + counts.get("not_modified", 0)
    log = home.crawls / source / str(found["crawl_id"]) / "crawl.log"
    return {
        "pages": common.table(rows, {"outcome": "string", "pages": "int", "share": "float"}),
        "pages_same": same,
        "verdict": str(found["verdict"]),
        "log": dg.MetadataValue.path(log),
    }

"""The asset `captures`: what a crawl of one source brought home.

What belongs here: starting the crawl through Dagster Pipes and judging it. What does not: crawling (`crawlers`).
"""

import warnings
from collections.abc import Mapping
from typing import Any

import dagster as dg

from crawlers.source import Source
from pipeline import checks, run
from pipeline.assets import common
from pipeline.resources import HomeResource


class CrawlConfig(dg.Config):
    """What a run may ask of its crawl. `recheck_all`: ask every known page, whether it is due or not."""

    recheck_all: bool = False


def build(sources: Mapping[str, Source], partitions: dg.StaticPartitionsDefinition) -> dg.AssetsDefinition:
    """The asset over `sources`, one partition each."""

    @dg.asset(
        group_name=common.GROUP,
        partitions_def=partitions,
        check_specs=checks.crawl_specs("captures"),
        kinds={"scrapy", "warc"},
    )
    def captures(context: dg.AssetExecutionContext, home: HomeResource, config: CrawlConfig) -> dg.MaterializeResult:  # type: ignore[type-arg]
        """The answers of one crawl of one source, in the WARC archive, with a manifest.

        Grain: URL asked, once per crawl. Key: `capture_id`. Caveats: a materialisation says that the crawl ended in
        order, not that it was good: its verdict (good, partial, suspect, failed) is in the metadata and in the check
        `verdict`; all crawls are loaded, but because of those that were not good nothing is ended.
        """
        source = sources[context.partition_key]
        with warnings.catch_warnings():
            # Dagster warns of its own use of parts that it calls previews or deprecated.
            warnings.simplefilter("ignore", dg.PreviewWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            with dg.open_pipes_session(
                context, dg.PipesTempFileContextInjector(), dg.PipesTempFileMessageReader()
            ) as session:
                env = session.get_bootstrap_env_vars()
                found = run.crawl(source.name, home.home, env=env, recheck_all=config.recheck_all)
        reported: dict[str, Any] = {}
        for result in session.get_reported_results():
            reported.update(getattr(result, "metadata", None) or {})
        return dg.MaterializeResult(
            metadata={**reported, **found["counts"], **common.metadata(found)},
            check_results=checks.crawl_results(source, found),
        )

    return captures

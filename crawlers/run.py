"""`python -m crawlers.run SOURCE --home DIR`: one crawl in a process of its own.

What belongs here: arguments, the process, what it reports. What does not: the crawl (`session.py`, `spiders/`).
Scrapy's reactor starts once per process, so the orchestrator starts one process per crawl. The last line on stdout is
the summary as JSON. Exit code 0: crawled (the verdict is in the summary); 1: the archive could not be written, or the
run was interrupted and can be taken up again; 2: wrong use. Under Dagster Pipes, log and summary travel there too.
"""

import argparse
import contextlib
import json
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from crawlers.opening import open_session
from crawlers.session import CrawlSession
from crawlers.settings import CONTACT, user_agent
from crawlers.source import Source, load_source
from policywatch import starting
from policywatch.errors import PolicywatchError, StorageError, UsageError
from policywatch.home import Home

_PIPES = "DAGSTER_PIPES_CONTEXT"
_log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Crawl one source; see the module for what comes out."""
    parser = argparse.ArgumentParser(prog="python -m crawlers.run", description="Crawl one source into the archive.")
    parser.add_argument("source", help="the name of a file in crawlers/sources, without .yaml")
    parser.add_argument("--home", help="the folder that holds archive/ and crawls/ (default: POLICYWATCH_HOME)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another Scrapy setting")
    parser.add_argument("--recheck-all", action="store_true", help="ask every known page, whether it is due or not")
    options = parser.parse_args(argv)
    with _pipes() as pipes:
        try:
            overrides = _overrides(options.set)
            source = load_source(options.source)
            summary = crawl(Home.at(options.home), source, overrides, pipes, recheck_all=options.recheck_all)
        except PolicywatchError as error:
            print(f"error: {error}", file=sys.stderr)  # noqa: T201 - this is the command's output
            if pipes is not None:
                pipes.log.error(str(error))  # noqa: TRY400 - one line is all that is needed
            return error.exit_code
        if pipes is not None:
            _report(pipes, summary)
    print(json.dumps(summary, ensure_ascii=False))  # noqa: T201
    return 0


def crawl(
    home: Home,
    source: Source,
    overrides: dict[str, str],
    pipes: Any = None,  # noqa: ANN401
    *,
    recheck_all: bool = False,
) -> dict[str, Any]:
    """Crawl `source` into `home` and return the summary; an interrupted crawl is taken up, a committed one left alone.

    `recheck_all` asks every known page, whether it is due or not.

    Raises:
        StorageError: the archive could not be written or read, or the run was interrupted; nothing is committed.
    """
    session = open_session(home, source, recheck_all=recheck_all)
    try:
        if session.summary is None:
            _run_scrapy(session, overrides, pipes)
        if session.storage_error or session.summary is None:
            msg = f"{session.crawl_id} was interrupted; run again to take it up where it stopped"
            raise session.storage_error or StorageError(msg)
        return session.summary
    finally:
        session.close()


def _run_scrapy(session: CrawlSession, overrides: dict[str, str], pipes: Any) -> None:  # noqa: ANN401
    # Imported here: wrong use is said at once, without waiting for Scrapy.
    with starting.imports():
        from scrapy import signals  # noqa: PLC0415
        from scrapy.crawler import AsyncCrawlerProcess  # noqa: PLC0415
        from scrapy.settings import Settings  # noqa: PLC0415

        from crawlers.loader import spider_class  # noqa: PLC0415

        spider = spider_class(session.source)
    settings = Settings()
    settings.setmodule("crawlers.settings", priority="project")
    settings.set("USER_AGENT", user_agent(), priority="project")  # the module may have been loaded before we were told
    settings.set("LOG_FILE", str(session.folder / "crawl.log"), priority="cmdline")
    settings.setdict(overrides, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    if pipes is not None:
        logging.getLogger().addHandler(_PipesHandler(pipes))
    if not session.source.demo and not os.environ.get(CONTACT):
        _log.warning("set %s to an e-mail address or a web page, so that the portal can reach you", CONTACT)
    crawler = process.create_crawler(spider)
    problems: list[str] = []

    def closed(reason: str) -> None:
        if reason in {"finished", "start_error"} and not session.storage_error:
            count = crawler.stats.get_value("spider_exceptions/count", 0)
            if count:
                problems.append(f"the crawler itself failed {count} times; see crawl.log and report it")
            with contextlib.suppress(StorageError):
                _commit(session, tuple(problems))

    crawler.signals.connect(closed, signals.spider_closed)
    process.crawl(crawler, session=session)
    process.start()


def _commit(session: CrawlSession, problems: tuple[str, ...]) -> None:
    try:
        session.commit(reasons=problems)
    except StorageError as error:
        session.storage_error = error
        raise


def _overrides(pairs: Sequence[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.isupper():
            msg = f"--set {pair}: write it NAME=VALUE with a Scrapy setting's name, like DOWNLOAD_TIMEOUT=10"
            raise UsageError(msg)
        found[name] = value
    return found


@contextlib.contextmanager
def _pipes() -> Iterator[Any]:
    """The line to Dagster when it started us, else None."""
    if not os.environ.get(_PIPES):
        yield None
        return
    from dagster_pipes import open_dagster_pipes  # noqa: PLC0415

    with open_dagster_pipes() as pipes:
        yield pipes


def _report(pipes: Any, summary: dict[str, Any]) -> None:  # noqa: ANN401
    """Send the summary to Dagster, as metadata of the asset that started us or, outside of an asset, as a message."""
    if not pipes.is_asset_step:
        pipes.report_custom_message(summary)
        return
    metadata = {
        "crawl_id": summary["crawl_id"],
        "verdict": summary["verdict"],
        "reasons": "; ".join(summary["reasons"]) or "none",
        "requests": summary["requests"],
        "stats": {"raw_value": summary["stats"], "type": "json"},
    }
    pipes.report_asset_materialization(metadata=metadata)


class _PipesHandler(logging.Handler):
    """Sends log records to Dagster."""

    def __init__(self, pipes: Any) -> None:  # noqa: ANN401
        super().__init__(logging.INFO)
        self._pipes = pipes

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record at its level."""
        name = record.levelname.lower()
        send = getattr(self._pipes.log, name if name in {"info", "warning", "error", "critical"} else "info")
        send(f"[{record.name}] {record.getMessage()}")


if __name__ == "__main__":
    sys.exit(main())

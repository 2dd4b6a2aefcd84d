"""How fast crawls are, the first with its archive and the next of unchanged pages, beside bare Scrapy spiders.

Ours archives every answer, asks with the archive's validators, judges the run and writes its manifest. The bare spider
does none of that: it asks for full pages, or with the ETags that it kept in a file. All are whole processes with equal
concurrency and no delay; the server is a process of its own, on the other core.
"""

import json
import shutil
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measure import Row, alternate, timed
from benchmarks.portal import Portal

PAGES = 5000
CONCURRENCY = 8
FIRST, AGAIN = 0.7, 0.9
SOURCE = """\
name: bench
title: Generated pages
jurisdiction: CN
authority: portal
homepage: {url}/
schedule: "17 6 * * *"
demo: true
recheck: all
politeness: {{delay: 0, concurrency: {concurrency}}}
list:
  kind: html
  start: {start}
  next: index_{{n}}.html
  max_pages: 2000
  item: ul.default_news > li
  fields: {{url: "a@href", title: "a@title", published_date: "span", status: "i.flag"}}
  page_url: /t\\d{{8}}_\\d+\\.html$
"""


def run(*, quick: bool = False) -> list[Row]:
    """Pages a second, median of three rounds (300 pages and one round when `quick`)."""
    pages, rounds = (300, 1) if quick else (PAGES, 3)
    with tempfile.TemporaryDirectory(prefix="policywatch-bench-") as name, Portal(pages) as portal:
        bench = Bench(Path(name), portal)
        first = alternate({"ours": bench.first, "bare": lambda _: bench.bare()}, rounds)
        bench.again(0, "new")
        bench.bare(tags=True)
        contenders = {
            "ours": lambda turn: bench.again(turn + 1, "not_modified"),
            "bare": lambda _: bench.bare(tags=True),
        }
        again = alternate(contenders, rounds)
    return [
        _row(f"first crawl of {pages:,} pages, archived", first, "bare Scrapy, nothing kept", FIRST),
        _row(f"second crawl of {pages:,} unchanged pages", again, "bare Scrapy, own If-None-Match", AGAIN),
    ]


def _row(what: str, found: dict[str, float], name: str, limit: float) -> Row:
    ours, bare = found["ours"], found["bare"]
    return Row(what, ours, "pages/s", bare, name, f"at least {limit} x", ours >= limit * bare)


def write_source(folder: Path, portal: Portal) -> None:
    """Declare the portal as the source `bench` in `folder`."""
    folder.mkdir()
    text = SOURCE.format(url=portal.url, start=portal.start, concurrency=CONCURRENCY)
    (folder / "bench.yaml").write_text(text, encoding="utf-8")


def moment(turn: int) -> str:
    """When the crawl of a turn begins. It is named by its second, so those of one second would be one crawl."""
    return (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=turn)).isoformat()


class Bench:
    """Crawls of one portal, by us and by the peer."""

    def __init__(self, folder: Path, portal: Portal) -> None:
        self.folder = folder
        self.portal = portal
        write_source(folder / "sources", portal)

    def first(self, turn: int) -> float:
        """Pages a second of a crawl into a new home."""
        home = self.folder / f"first-{turn}"
        found = self._ours(home, turn, "new")
        shutil.rmtree(home)
        return found

    def again(self, turn: int, outcome: str) -> float:
        """Pages a second of a crawl into the home that has all, or in turn 0 is to have all."""
        return self._ours(self.folder / "home", turn, outcome)

    def _ours(self, home: Path, turn: int, outcome: str) -> float:
        command = [sys.executable, "-m", "crawlers.run", "bench", "--home", str(home)]
        environment = {"POLICYWATCH_SOURCES": str(self.folder / "sources"), "POLICYWATCH_NOW": moment(turn)}
        spent, printed = timed(command, **environment)
        summary = json.loads(printed.splitlines()[-1])
        if summary["verdict"] != "good" or summary["counts"] != {outcome: self.portal.pages}:
            sys.exit(f"benchmarks: the crawl was not what is measured: {summary}")
        return self.portal.pages / spent

    def bare(self, *, tags: bool = False) -> float:
        """Pages a second of one crawl of the bare spider."""
        command = [
            sys.executable, "-m", "scrapy", "runspider", str(Path(__file__).with_name("bare_spider.py")),
            "-s", f"CONCURRENT_REQUESTS={min(16, 2 * CONCURRENCY)}",
            "-s", f"CONCURRENT_REQUESTS_PER_DOMAIN={CONCURRENCY}",
            "-s", f"LOG_FILE={self.folder / 'bare.log'}",
            "-a", f"start={self.portal.start}",
            *(["-a", f"tags={self.folder / 'tags.json'}"] if tags else []),
        ]  # fmt: skip
        # Not from the project's root: its scrapy.cfg would lend the peer our settings.
        spent, printed = timed(command, folder=self.folder)
        if json.loads(printed.splitlines()[-1])["pages"] != self.portal.pages:
            sys.exit(f"benchmarks: the bare spider did not get every page: {printed}")
        return self.portal.pages / spent

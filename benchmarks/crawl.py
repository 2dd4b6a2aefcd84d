"""How fast a second crawl of unchanged pages is, beside a bare Scrapy spider on the same server.

Ours asks with the archive's validators, archives every answer, judges the run and writes its manifest. The bare
spider does none of that; it is measured asking for full pages, and asking with the ETags that it kept in a file. Both
are whole processes, with equal concurrency and no delay; the server runs in this process, on the other core.
"""

import json
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measure import Row, alternate, timed

PAGES = 2000
CONCURRENCY = 8
LIMIT = 0.7
SOURCE = """\
name: bench
title: Generated pages
jurisdiction: CN
authority: portal
homepage: http://bench.yunjiang.example/
schedule: "17 6 * * *"
demo: true
recheck: all
politeness: {{delay: 0, concurrency: {concurrency}}}
list:
  kind: html
  start: {start}
  next: index_{{n}}.html
  max_pages: 1000
  item: ul.default_news > li
  fields: {{url: "a@href", title: "a@title", published_date: "span", status: "i.flag"}}
  page_url: /t\\d{{8}}_\\d+\\.html$
"""


def run(*, quick: bool = False) -> list[Row]:
    """Pages a second, median of three rounds after a first crawl (200 pages and one round when `quick`)."""
    from demo import generator  # noqa: PLC0415 - figures of other benchmarks must not pay for it
    from demo.server import DemoPortal  # noqa: PLC0415

    pages = 200 if quick else PAGES
    with tempfile.TemporaryDirectory(prefix="policywatch-bench-") as name, DemoPortal(bench_pages=pages) as portal:
        folder = Path(name)
        (folder / "sources").mkdir()
        text = SOURCE.format(start=generator.START, concurrency=CONCURRENCY)
        (folder / "sources" / "bench.yaml").write_text(text, encoding="utf-8")
        bench = _Bench(folder, portal.proxy, generator.START, pages)
        bench.ours(0, "new")
        bench.bare(with_tags=True)
        contenders = {
            "ours": lambda turn: bench.ours(turn + 1, "not_modified"),
            "bare": lambda _: bench.bare(with_tags=False),
            "bare with ETags": lambda _: bench.bare(with_tags=True),
        }
        found = alternate(contenders, 1 if quick else 3)
    what = f"second crawl of {pages:,} unchanged pages"
    rows = [("bare", "bare Scrapy, full pages"), ("bare with ETags", "bare Scrapy, own If-None-Match")]
    return [
        Row(
            what, found["ours"], "pages/s", found[key], name, f"at least {LIMIT} x", found["ours"] >= LIMIT * found[key]
        )
        for key, name in rows
    ]


class _Bench:
    def __init__(self, folder: Path, proxy: str, start: str, pages: int) -> None:
        self.folder = folder
        self.start = start
        self.pages = pages
        self.environment = {"http_proxy": proxy, "POLICYWATCH_SOURCES": str(folder / "sources")}

    def ours(self, turn: int, outcome: str) -> float:
        """Pages a second of one crawl of ours, all of which must end as `outcome`."""
        # A crawl is named by its second; runs of one second would be one run.
        now = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=turn)
        command = [sys.executable, "-m", "crawlers.run", "bench", "--home", str(self.folder / "home")]
        spent, printed = timed(command, **self.environment, POLICYWATCH_NOW=now.isoformat())
        summary = json.loads(printed.splitlines()[-1])
        if summary["verdict"] != "good" or summary["counts"].get(outcome, 0) < self.pages:
            sys.exit(f"benchmarks: the crawl was not what is measured: {summary}")
        return self.pages / spent

    def bare(self, *, with_tags: bool) -> float:
        """Pages a second of one crawl of the bare spider."""
        tags = ["-a", f"tags={self.folder / 'tags.json'}"] if with_tags else []
        command = [
            sys.executable, "-m", "scrapy", "runspider", str(Path(__file__).with_name("bare_spider.py")),
            "-s", f"CONCURRENT_REQUESTS={min(16, 2 * CONCURRENCY)}",
            "-s", f"CONCURRENT_REQUESTS_PER_DOMAIN={CONCURRENCY}",
            "-s", f"LOG_FILE={self.folder / 'bare.log'}",
            "-a", f"start={self.start}", *tags,
        ]  # fmt: skip
        # Not from the project's root: its scrapy.cfg would lend the peer our settings.
        spent, printed = timed(command, folder=self.folder, **self.environment)
        if json.loads(printed.splitlines()[-1])["pages"] != self.pages:
            sys.exit(f"benchmarks: the bare spider did not get every page: {printed}")
        return self.pages / spent

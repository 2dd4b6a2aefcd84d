"""How much memory a crawl of very many addresses takes: a first one, and the next, of which all pages are known.

There is no peer: what is promised is a bound. The pages are a sentence each, so that memory is what the crawl itself
keeps. The figure is the most that the crawl's own process ever held.
"""

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.crawl import moment, write_source
from benchmarks.measure import Row, peak
from benchmarks.portal import Portal

PAGES = 100_000
LIMIT = 300
"""MB."""


def run(*, quick: bool = False) -> list[Row]:
    """Megabytes, one crawl each (2,000 pages when `quick`); four to eight minutes."""
    pages = 2000 if quick else PAGES
    rows = []
    with tempfile.TemporaryDirectory(prefix="policywatch-bench-") as name, Portal(pages, tiny=True) as portal:
        folder = Path(name)
        write_source(folder / "sources", portal)
        command = [sys.executable, "-m", "crawlers.run", "bench", "--home", str(folder / "home")]
        for turn, (what, outcome) in enumerate((("first", "new"), ("second", "not_modified"))):
            environment = {"POLICYWATCH_SOURCES": str(folder / "sources"), "POLICYWATCH_NOW": moment(turn)}
            _, held, printed = peak(command, **environment)
            summary = json.loads(printed.splitlines()[-1])
            if summary["verdict"] != "good" or summary["counts"] != {outcome: pages}:
                sys.exit(f"benchmarks: the crawl was not what is measured: {summary}")
            said = f"{what} crawl of {pages:,} addresses: memory at its peak"
            rows.append(Row(said, held, "MB", limit=f"under {LIMIT} MB", holds=held < LIMIT))
    return rows

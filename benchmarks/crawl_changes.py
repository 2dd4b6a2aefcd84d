"""How long it takes to find the ten pages of a thousand that changed, while a counter on each is never the same.

Both sides are whole processes, from their start until the changed pages are printed, and neither is given a selector:

- ours: `python -m benchmarks.crawl_changes HOME`, the steps crawl and read of a run. It asks every page, archives the
  answers, reads those of which the bytes are others (all, for the counter), and compares the readings with those of
  the time before. It must name exactly the pages that changed.
- urlwatch as its package installs it: a thousand jobs of a URL each, its own number of workers, its own database.

Below it stands, without a promise, what a whole `policywatch run` takes that also loads, publishes and alerts.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.crawl import moment, write_source
from benchmarks.measure import Row, alternate, timed
from benchmarks.portal import Portal, changed
from policywatch.home import Home

PAGES = 1000
URLWATCH = Path(sys.executable).with_name("urlwatch")
_CONFIG = """\
report: {stdout: {enabled: true, color: false}, text: {details: true, footer: false, line_length: 75}}
display: {new: false, error: true, unchanged: false}
"""


def run(*, quick: bool = False) -> list[Row]:
    """Seconds, median of three rounds (200 pages and one round when `quick`)."""
    pages, rounds = (200, 1) if quick else (PAGES, 3)
    with tempfile.TemporaryDirectory(prefix="policywatch-bench-") as name, Portal(pages, counter=True) as portal:
        bench = _Bench(Path(name), portal)
        contenders = {"ours": bench.ours, "run": bench.run}
        if URLWATCH.exists():
            contenders["urlwatch"] = bench.urlwatch
        else:
            print("urlwatch is not installed; `make bench` installs it where it can", file=sys.stderr)
        for contender in contenders.values():  # the first round: everything is new
            contender(-1)
        found = alternate(contenders, rounds)
    ours, peer = found["ours"], found.get("urlwatch")
    name = f"urlwatch, which names {bench.named:,} pages"
    what = f"re-check of {pages:,} pages with a counter, {len(changed(pages))} changed"
    return [
        Row(f"{what}: crawl, read, compare; exact", ours, "s", peer, name, "faster", peer and ours < peer),
        Row(f"{what}: a whole run", found["run"], "s", peer, name),
    ]


class _Bench:
    def __init__(self, folder: Path, portal: Portal) -> None:
        self.folder = folder
        self.portal = portal
        self.named = 0
        self.right = sorted(portal.page(number) for number in changed(portal.pages))
        write_source(folder / "sources", portal)
        for name, text in (
            ("urls.yaml", "\n---\n".join(f"url: {portal.page(number)}" for number in range(1, portal.pages + 1))),
            ("urlwatch.yaml", _CONFIG),
        ):
            (folder / name).write_text(text, encoding="utf-8")

    def _timed(self, turn: int, command: list[str]) -> tuple[float, str]:
        self.portal.turn(turn + 2)
        sources = str(self.folder / "sources")
        return timed(command, POLICYWATCH_SOURCES=sources, POLICYWATCH_NOW=moment(turn + 1), DAGSTER_HOME="")

    def ours(self, turn: int) -> float:
        """Seconds until the changed pages are known."""
        spent, printed = self._timed(
            turn, [sys.executable, "-m", "benchmarks.crawl_changes", str(self.folder / "ours")]
        )
        named = sorted(printed.split())
        if turn >= 0 and named != self.right:
            sys.exit(f"benchmarks: {len(named)} pages were named, {len(self.right)} had changed: {named[:3]}")
        return spent

    def run(self, turn: int) -> float:
        """Seconds of `policywatch run`."""
        command = [sys.executable, "-m", "policywatch", "--home", str(self.folder / "run"), "run", "bench"]
        spent, printed = self._timed(turn, [*command, "--format", "json"])
        (row,) = json.loads(printed)
        events = sum(row["events"].values())
        if turn >= 0 and events != len(self.right):
            sys.exit(f"benchmarks: the run told of {row['events']}, {len(self.right)} pages had changed")
        return spent

    def urlwatch(self, turn: int) -> float:
        """Seconds of urlwatch."""
        command = [
            str(URLWATCH), "--urls", "urls.yaml", "--config", "urlwatch.yaml", "--cache", "cache.db",
            "--hooks", "hooks.py",
        ]  # fmt: skip
        self.portal.turn(turn + 2)
        spent, printed = timed(command, folder=self.folder)
        self.named = sum(line.startswith("CHANGED: ") for line in printed.splitlines())
        return spent


def main(home: Home) -> None:
    """Crawl, read, and print the addresses of pages that now read otherwise than the last time."""
    # The readers load while the crawl, a process of its own, has begun to ask.
    crawl = subprocess.Popen(
        [sys.executable, "-m", "crawlers.run", "bench", "--home", str(home.root)], stdout=subprocess.PIPE, text=True
    )
    import pyarrow.parquet as pq  # noqa: PLC0415

    from crawlers.source import load_sources  # noqa: PLC0415
    from pipeline import reading  # noqa: PLC0415

    # The counter changes every page's bytes, so the latest crawl's readings are those of all pages.
    def readings() -> Mapping[str, str]:
        latest = max(home.staging.glob("bench-*/readings.parquet"), default=None)
        rows = pq.read_table(latest, columns=["url", "reading_hash"]).to_pylist() if latest else []
        return {row["url"]: row["reading_hash"] for row in rows}

    before = readings()
    printed, _ = crawl.communicate()
    if crawl.returncode:
        sys.exit(crawl.returncode)
    summary = json.loads(printed.splitlines()[-1])
    reading.read_crawl(home, home.crawls / "bench" / summary["crawl_id"], load_sources())
    now = readings()
    for url in sorted(url for url, found in now.items() if before.get(url) not in {None, found}):
        print(url)


if __name__ == "__main__":
    os.environ.setdefault("POLICYWATCH_CONTACT", "watch@example.org")
    main(Home.at(sys.argv[1]))

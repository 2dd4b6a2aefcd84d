"""How long it takes to find the ten pages of a thousand that changed, while a counter on each is never the same.

Both sides are whole processes, from their start until the changed pages are printed, and neither is given a selector:

- ours: `policywatch look SOURCE`, in a home that one `policywatch run` filled. It asks all pages, archives the answers,
  reads those of which the bytes are others (all, for the counter), and names those that read otherwise than the time
  before. It must name exactly the pages that changed.
- urlwatch as its package installs it: a thousand jobs of a URL each, its own number of workers, its own database.

Below it stands, without a promise, what a whole `policywatch run` takes that also loads, publishes and alerts, with
Dagster around it.
"""

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.crawl import moment, write_source
from benchmarks.measure import Row, alternate, timed
from benchmarks.portal import Portal, changed

PAGES = 1000
_COMMAND = [sys.executable, "-m", "policywatch"]
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
        Row(f"{what}: `policywatch look`, exact", ours, "s", peer, name, "faster", peer and ours < peer),
        Row(f"{what}: a whole `policywatch run`", found["run"], "s", peer, name),
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
        """Seconds of `policywatch look`; first of a run, which fills the home."""
        home = str(self.folder / "ours")
        if turn < 0:
            return self._timed(turn, [*_COMMAND, "--home", home, "run", "bench"])[0]
        spent, printed = self._timed(turn, [*_COMMAND, "--home", home, "look", "bench", "--format", "json"])
        named = sorted(row["url"] for row in json.loads(printed))
        if named != self.right:
            sys.exit(f"benchmarks: {len(named)} pages were named, {len(self.right)} had changed: {named[:3]}")
        return spent

    def run(self, turn: int) -> float:
        """Seconds of `policywatch run`."""
        command = [*_COMMAND, "--home", str(self.folder / "run"), "run", "bench", "--format", "json"]
        spent, printed = self._timed(turn, command)
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

"""The warehouse beside what others would use: loading, publishing, questions in time, size.

What belongs here: which measurements are made, on how much, and the rows of the table. What does not: the policies
(`warehouse_rounds`), the work that is timed (`warehouse_work`), the peers' packages (`warehouse_peers`). Every figure is
taken in a process of its own; each peer loads the same files in the same run.

dlt and dbt want other versions of what we use: they run in `.venv-peers` (requirements-peers.lock), or in the Python that
POLICYWATCH_PEERS names; where there is none, their rows are left out.
"""

# ruff: noqa: E501 - SQL and rows of the table read best in one line
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.measure import ROOT, Row, peak

POLICIES, ASKED, VERSIONS = 100_000, 10_000, 10_000_000
LARGE: Final = int(os.environ.get("POLICYWATCH_BENCH_LARGE", "0"))
"""Policies of a second, larger warehouse without measures, from crawls of 100,000: 1000000 takes ten minutes and 8 GB."""
PEERS: Final = os.environ.get("POLICYWATCH_PEERS", str(ROOT / ".venv-peers" / "bin" / "python"))
QUICK: Final = 20
"""What everything is divided by for a quick run."""
TURNS: Final = 3
"""How often we and plain SQL load the same, in turn; the median counts. The host's speed changes within minutes."""


class Bench:
    """One run over one folder."""

    def __init__(self, folder: Path, share: int) -> None:
        self.folder = folder
        self.policies, self.asked, self.versions = POLICIES // share, ASKED // share, VERSIONS // share
        self.turns = TURNS if share == 1 else 1
        self.most = 0.0

    def work(
        self, what: str, *arguments: object, python: str = sys.executable, module: str = "work"
    ) -> Mapping[str, Any]:
        """What a process of its own measured: the last line that it printed, as JSON."""
        command = [python, "-m", f"benchmarks.warehouse_{module}", what, *map(str, arguments)]
        os.sync()  # what was written before is nobody's time
        _, memory, printed = peak(command)
        if module == "work" and what in {"load", "publish", "ask", "search"}:
            self.most = max(self.most, memory)
        found: Mapping[str, Any] = json.loads(printed.strip().splitlines()[-1])
        return found

    def made(self, name: str, *, clauses: bool, policies: int) -> Path:
        """The staging of a first crawl (`0`), two rounds (`1`, `2`), and of the first with every page read (`every`)."""
        folder = self.folder / name
        self.work("generate", folder, policies, self.asked, int(clauses))
        return folder


def run(*, quick: bool = False) -> list[Row]:
    """All rows (of a twentieth of the policies when `quick`). Five gigabytes on disk; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="policywatch-bench-") as folder:
        bench = Bench(Path(folder), QUICK if quick else 1)
        narrow, round_ = _narrow(bench)
        return [*narrow, *_whole(bench), *_in_time(bench), *_large(bench, round_), _memory(bench)]


def _memory(bench: Bench) -> Row:
    return Row("peak memory of the processes above", bench.most, "MB", limit="under 2,000 MB", holds=bench.most < 2000)


def _narrow(bench: Bench) -> tuple[list[Row], float]:
    """Pages and policies only, beside all peers; and the seconds of our round."""
    staging = bench.made("narrow", clauses=False, policies=bench.policies)
    homes = [bench.folder / f"ours-{turn}" for turn in range(bench.turns)]
    databases = [bench.folder / f"plain-{turn}.duckdb" for turn in range(bench.turns)]
    first, peer = _in_turn(bench, homes, databases, staging / "0")
    size = (homes[0] / "warehouse.duckdb").stat().st_size / 1e6
    packed = bench.work("gzip", staging / "0")["megabytes"]
    what = f"first load of {bench.policies:,} policies, without measures"
    rows = [
        _beside(what, first, peer, "plain SQL", 2),
        Row(
            "the same on disk, with its text", size, "MB", packed, "the text in gzip", "at most 2 x", size <= 2 * packed
        ),
    ]
    what = f"a round of {bench.asked:,} pages into {bench.policies:,}, pages and policies only"
    round_, peer = _in_turn(bench, homes, databases, staging / "every")
    rows.append(_beside(what, round_, peer, "plain SQL", 2))
    for place in homes:
        shutil.rmtree(place)
    peers = _peers(bench, staging)
    if peers:
        name = min(peers, key=lambda name: peers[name])
        rows += [
            Row(
                what,
                round_,
                "s",
                seconds,
                peer,
                "at most a fifth" if peer == name else "",
                5 * round_ <= seconds if peer == name else None,
            )
            for peer, seconds in peers.items()
        ]
    shutil.rmtree(staging)
    return rows, round_


def _in_turn(bench: Bench, homes: Sequence[Path], databases: Sequence[Path], staging: Path) -> tuple[float, float]:
    """Median seconds of loading `staging` into each of our homes, and of plain SQL into each of its databases."""
    spent: dict[str, list[float]] = {"load": [], "plain": []}
    for turn, places in enumerate(zip(homes, databases, strict=True)):
        pair = list(zip(spent, places, strict=True))
        for what, place in pair if turn % 2 == 0 else reversed(pair):
            spent[what].append(bench.work(what, place, staging)["seconds"])
    return median(spent["load"]), median(spent["plain"])


def _beside(what: str, ours: float, peer: float, name: str, times: float) -> Row:
    return Row(what, ours, "s", peer, name, f"at most {times:g} x", ours <= times * peer)


def _peers(bench: Bench, staging: Path) -> dict[str, float]:
    """Seconds of the same round by name of the peer; empty where they are not installed."""
    if not Path(PEERS).exists():
        print(f"warehouse: no {PEERS}; dlt and dbt are left out", file=sys.stderr)
        return {}
    folder = bench.folder / "peers"
    found = bench.work("all", folder, staging / "0", staging / "every", python=PEERS, module="peers")
    shutil.rmtree(folder)
    return {str(name): float(seconds) for name, seconds in found.items()}


def _whole(bench: Bench) -> list[Row]:
    """Everything: measures, citations, force, events, publication, search."""
    staging = bench.made("whole", clauses=True, policies=bench.policies)
    home = bench.folder / "whole-home"
    first = bench.work("load", home, staging / "0")["seconds"]
    published = bench.work("publish", home)["seconds"]
    # The second round finds the edition before the last, to write into; the first has to copy.
    bench.work("load", home, staging / "1")
    once = bench.work("publish", home)["seconds"]
    round_ = bench.work("load", home, staging / "2")["seconds"]
    again = bench.work("publish", home)
    copied = bench.work("copy", home)["seconds"]
    search = bench.work("search", home)["seconds"]
    size = (home / "warehouse.duckdb").stat().st_size / 1e6
    total = round_ + again["seconds"]
    measures = f"{bench.policies * 40:,} measures"
    return [
        Row(f"first load of {bench.policies:,} policies with {measures}", first, "s"),
        Row("its first publication", published, "s"),
        Row("the same on disk, measures and all", size, "MB"),
        Row(
            f"a round of {bench.asked:,} pages into it, whole, published",
            total,
            "s",
            limit="under 6 s",
            holds=total < 6,
        ),
        _beside("publication after that round", again["seconds"], copied, "a file copy", 1.5),
        Row("the same where no edition before the last is at hand", once, "s", copied, "a file copy"),
        Row(f"search over {measures}", search, "s", limit="under 1 s", holds=search < 1),
    ]


def _in_time(bench: Bench) -> list[Row]:
    """`in_force` over very many versions."""
    found = bench.work("ask", bench.folder / "ask.duckdb", bench.versions)
    return [
        Row(
            f"`in_force` over {bench.versions:,} versions: {what}",
            ours,
            "ms",
            plain,
            "plain SQL",
            "at most 2 x",
            ours <= 2 * plain,
        )
        for what, (ours, plain) in found.items()
    ]


def _large(bench: Bench, round_: float) -> list[Row]:
    """The same round into a larger warehouse, where it is asked for; `round_`: the seconds of ours into the other."""
    if not LARGE:
        return []
    staging, home = bench.folder / "large", bench.folder / "large-home"
    crawls = bench.work("generate_large", staging, LARGE, bench.asked, bench.policies)["crawls"]
    for number in range(crawls):
        bench.work("load", home, staging / str(number))
        shutil.rmtree(staging / str(number))
    seconds = bench.work("load", home, staging / "every")["seconds"]
    what = f"a round of {bench.asked:,} pages into {LARGE:,}, pages and policies only"
    return [_beside(what, seconds, round_, f"into {bench.policies:,}", 1.5)]

"""How reading grows: with the size of a page up to 5 MB, and with the number of worker processes.

What belongs here: the curve of one page's size, and the pool with one and with two workers. What does not: one page
beside its peers (`read`).
"""

import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import pages
from benchmarks.measure import Row, alternate
from benchmarks.read import DISTINCT, by_us, spent

SIZES = (50_000, 200_000, 1_000_000, 5_000_000)
GROWTH = 1.3
WORKERS = 1.6
MANY = 800


def curve(rounds: int) -> list[Row]:
    """Milliseconds of processor time per 100 KB, each size beside the first."""
    rows: list[Row] = []
    first = 0.0
    for size in SIZES:
        page = pages.long(size)
        by_us(*page)
        repeated = max(1, 500_000 // size)
        figure = median(spent(by_us, [page] * repeated) for _ in range(rounds)) / (len(page[1]) / 100_000)
        first = first or figure
        limit, holds = ("", None) if size == SIZES[0] else (f"at most {GROWTH:g} x", figure <= GROWTH * first)
        what = f"read 100 KB of a page of {size / 1000:,.0f} KB"
        rows.append(Row(what, figure, "ms", first, "of one of 50 KB", limit, holds))
    return rows


def _seconds(folder: Path, count: int, workers: int) -> float:
    """The wall time in which so many processes read `count` pages of 50 KB out of `folder`."""
    from pipeline import pool  # noqa: PLC0415 - figures of other benchmarks must not pay for it

    jobs = [
        pool.FileJob(path=folder / f"{n % DISTINCT}.html", url=f"http://bench.yunjiang.example/{n}.html")
        for n in range(count)
    ]
    begun = time.perf_counter()
    failed = [outcome for outcome in pool.read_many(jobs, workers=workers) if isinstance(outcome, pool.Rejection)]
    if failed:
        sys.exit(f"benchmarks: the pool did not read its pages: {failed[0].detail}")
    return time.perf_counter() - begun


def workers(rounds: int, count: int) -> Row:
    """Pages a second with two worker processes and with one; what starting the workers takes is left out."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for n in range(DISTINCT):
            (folder / f"{n}.html").write_bytes(pages.usual(n)[1])

        def rate(processes: int) -> float:
            return count / (_seconds(folder, 2 * count, processes) - _seconds(folder, count, processes))

        found = alternate({"two": lambda _: rate(2), "one": lambda _: rate(1)}, rounds)
    what = "pages of 50 KB a second, two worker processes"
    limit = f"at least {WORKERS:g} x one process"
    return Row(what, found["two"], "/s", found["one"], "one process", limit, found["two"] >= WORKERS * found["one"])


def run(*, quick: bool = False) -> list[Row]:
    """The curve, and the two workers."""
    return [*curve(1 if quick else 5), workers(1 if quick else 5, 150 if quick else MANY)]

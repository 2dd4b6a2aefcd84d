"""What Dagster keeps of a run, and what a year of thirty sources comes to with old runs forgotten.

What belongs here: runs without news on a home of their own, and the bytes of their records. What does not: the archive
and the warehouse, which grow by what portals publish (`make bench`, crawl).

`python -m benchmarks.dagster_store` measures a month of thirty sources in full; in the table a part of it is measured
and multiplied, which the row says. The crawl itself is replaced by its summary: Dagster keeps nothing else of it.
"""

import argparse
import os
import sqlite3
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
from dagster._core.scheduler.instigation import InstigatorType, TickData, TickStatus

from benchmarks.measure import Row
from pipeline import retention
from pipeline import run as steps
from pipeline.job import definitions_for, run_job
from pipeline.resources import open_instance
from policywatch.home import Home

SOURCE = "demo_bureau"
SOURCES, DAYS, YEAR = 30, 30, 365
LIMIT = 2.0
_SAMPLE = 60
_SKIPPED_A_DAY = 86_400 // 300 + 86_400 // 600
"""Looks of the two sensors that ask for nothing."""
_SKIPS_KEPT = 2


def run(*, quick: bool) -> list[Row]:
    """Two rows: a year's records with and without old runs forgotten."""
    return _rows(_SAMPLE // 4 if quick else _SAMPLE)


def _rows(count: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="policywatch-bench-") as folder:
        home = Home(Path(folder, "home"))
        with open_instance(home) as instance, mock.patch.object(steps, "crawl", _summary):
            per_run, left = _runs(home, instance, count)
            per_tick = _ticks(home, instance)
    a_year, kept = SOURCES * YEAR, SOURCES * retention.KEEP.days
    ticks = per_tick * (SOURCES * 90 + _SKIPPED_A_DAY * _SKIPS_KEPT)
    whole, pruned = a_year * per_run + ticks, kept * per_run + (a_year - kept) * left + ticks
    print(
        f"dagster_store: {count} runs measured, {per_run / 1000:.0f} kB a run, {left / 1000:.1f} kB of a forgotten one,"
        f" {per_tick:.0f} bytes a tick; a year is {SOURCES} sources once a day",
        file=sys.stderr,
    )
    said = f"Dagster's records after a year of {SOURCES} sources, reckoned from {count} runs"
    gigabytes = pruned / 1e9
    return [
        Row(f"{said}, with runs of more than {retention.KEEP.days} days forgotten", gigabytes, "GB",
            limit=f"<= {LIMIT:g} GB", holds=gigabytes <= LIMIT),
        Row(f"{said}, nothing forgotten", whole / 1e9, "GB"),
    ]  # fmt: skip


def _summary(source: str, *_: object, **__: object) -> dict[str, Any]:
    """What a crawl that found nothing new says."""
    names = ("new", "changed", "unchanged", "not_modified", "missing", "blocked", "failed", "skipped")
    return {
        "crawl_id": f"{source}-{os.urandom(4).hex()}",
        "verdict": "good",
        "reasons": [],
        "notes": [],
        "counts": dict.fromkeys(names, 0) | {"not_modified": 412},
    }


def _runs(home: Home, instance: dg.DagsterInstance, count: int) -> tuple[float, float]:
    """Bytes of a run, and what is left of one that was forgotten."""
    defs = definitions_for(home)
    run_job(SOURCE, home=home, instance=instance, defs=defs)
    instance.event_log_storage.dispose()
    before = _bytes(home)
    for _number in range(count):
        run_job(SOURCE, home=home, instance=instance, defs=defs)
    instance.event_log_storage.dispose()  # closed, as after each run that the daemon starts
    full = _bytes(home)
    retention.forget(home, instance, datetime.now(UTC) + retention.KEEP + timedelta(days=1))
    instance.event_log_storage.dispose()
    # Room inside the files is used again by later runs; what does not come back is what such files still hold.
    return (full - before) / count, max(0.0, _held(home) - before) / count


def _ticks(home: Home, instance: dg.DagsterInstance) -> float:
    """Bytes of a tick."""
    before = _bytes(home)
    count = 400
    for number in range(count):
        at = datetime.now(UTC).timestamp() + number
        instance.create_tick(
            TickData(
                instigator_origin_id="bench",
                instigator_name="sources_due",
                instigator_type=InstigatorType.SENSOR,
                status=TickStatus.SKIPPED,
                timestamp=at,
                skip_reason="none of 30 sources is overdue",
                selector_id="bench",
            )
        )
    return (_bytes(home) - before) / count


def _bytes(home: Home) -> int:
    """All files of Dagster's, but for our own log, which begins anew at 20 MB."""
    files = (path for path in home.dagster.rglob("*") if path.is_file() and path.suffix not in {".log", ".1"})
    return sum(path.stat().st_size for path in files)


def _held(home: Home) -> float:
    """The same without the pages inside the databases that hold nothing any more."""
    free = 0
    for path in home.dagster.rglob("*.db"):
        connection = sqlite3.connect(path)
        try:
            (pages,), (size,) = (
                connection.execute(f"PRAGMA {name}").fetchone() for name in ("freelist_count", "page_size")
            )
        finally:
            connection.close()
        free += pages * size
    return float(_bytes(home) - free)


def main() -> int:
    """A whole month, run by run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dagster_store", description=__doc__)
    parser.add_argument("--runs", type=int, default=SOURCES * DAYS, help="how many runs to measure")
    for row in _rows(parser.parse_args().runs):
        print(" | ".join(row.cells()))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What a run leaves for those who watch the watcher: `metrics.prom`, Prometheus text, and its numbers for `status`.

What belongs here: gathering the numbers, the text format, the file. What does not: judging them (`pipeline.doctor`),
serving them (`pipeline.servers`).

The file is replaced by rename after each run. What only the warehouse knows (deliveries, what is held) is read where a
run has it to itself anyway; everybody else reads the file, and so waits for nobody.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from policywatch import __version__, clock
from policywatch.home import Home

FILE: Final = "metrics.prom"
_PREFIX: Final = "policywatch_"
_STORES: Final = ("archive", "warehouse", "published", "crawls", "staging", "dagster")
_HEALTH: Final = {"healthy": 0, "suspect": 1, "unhealthy": 2}
HELP: Final = {
    "info": "The version and the reader's version.",
    "written_timestamp_seconds": "When these numbers were gathered.",
    "source_last_good_timestamp_seconds": "When the source was last found good.",
    "source_last_crawl_timestamp_seconds": "When the source was last crawled, well or not.",
    "source_health": "0 healthy, 1 suspect, 2 unhealthy.",
    "source_pages": "Pages known of the source.",
    "source_pages_gone": "Pages of the source that are gone.",
    "source_policies": "Policies known best from the source.",
    "source_rejected": "Pages of the source that could not be read.",
    "events": "Events on record, by kind.",
    "deliveries": "Deliveries on record, by status.",
    "alerts_held": "Runs whose alerts wait for a person.",
    "crawls_waiting": "Crawls that are staged and not loaded.",
    "store_bytes": "Bytes below the home folder, by part.",
    "disk_free_bytes": "Bytes that the disk of the home folder has left.",
}
_SOURCES: Final = (
    "SELECT source, health, last_good_at, last_crawl_at, pages, pages_gone, policies, rejected FROM sources"
    " WHERE last_crawl_at IS NOT NULL ORDER BY source"
)


class Sample(NamedTuple):
    """One number: the metric's name without our prefix, its labels, its value."""

    name: str
    labels: Mapping[str, str]
    value: float


def path_of(home: Home) -> Path:
    """The file."""
    return home.root / FILE


def write(home: Home) -> None:
    """Gather the numbers of `home` and put the file in place; only where the warehouse exists already.

    Raises:
        StorageError: the warehouse is in use for too long.
    """
    target = path_of(home)
    part = target.with_name(f".{FILE}.{os.getpid()}.part")
    try:
        part.write_text(text(gather(home)), encoding="utf-8")
        part.replace(target)
    except OSError:
        # A disk that is full has been told by the run itself; what it has done must not fail for want of a figure.
        with suppress(OSError):
            part.unlink()


def gather(home: Home) -> list[Sample]:
    """The numbers of `home` at this moment; opens the warehouse for a moment.

    Raises:
        StorageError: the warehouse is in use for too long.
    """
    from pipeline.parsers import PARSER_VERSION  # noqa: PLC0415 - the reader loads only where it is used

    found = [
        Sample("info", {"version": __version__, "reader": str(PARSER_VERSION)}, 1),
        Sample("written_timestamp_seconds", {}, clock.now().timestamp()),
    ]
    found += _sources(home)
    found += _from_warehouse(home)
    found.append(Sample("crawls_waiting", {}, sum(1 for _ in home.staging.glob("[!.]*/run.json"))))
    found += disk(home)
    return found


def _sources(home: Home) -> Iterator[Sample]:
    if not home.published.exists():
        return
    from warehouse import published  # noqa: PLC0415 - DuckDB loads only where it is used

    for row in published.rows(home.published, _SOURCES):
        labels = {"source": row["source"]}
        yield Sample("source_health", labels, _HEALTH.get(row["health"], 2))
        for name in ("good", "crawl"):
            if at := row[f"last_{name}_at"]:
                yield Sample(f"source_last_{name}_timestamp_seconds", labels, at.timestamp())
        for name in ("pages", "pages_gone", "policies", "rejected"):
            yield Sample(f"source_{name}", labels, row[name])


def _from_warehouse(home: Home) -> list[Sample]:
    from pipeline.run import ledger  # noqa: PLC0415 - DuckDB loads only where it is used

    if not home.warehouse.exists():
        return []
    with ledger(home) as warehouse:
        events = warehouse.query("SELECT kind, count(*) AS n FROM event GROUP BY kind ORDER BY kind")
        waiting = warehouse.query("SELECT status, count(*) AS n FROM delivery GROUP BY status ORDER BY status")
        held = warehouse.query("SELECT count(*) AS n FROM hold WHERE state = 'held'")
    return [
        *(Sample("events", {"kind": row["kind"]}, row["n"]) for row in events),
        *(Sample("deliveries", {"status": row["status"]}, row["n"]) for row in waiting),
        Sample("alerts_held", {}, held[0]["n"]),
    ]


def disk(home: Home) -> list[Sample]:
    """How much each part of the home folder takes, and how much is left."""
    found = [Sample("store_bytes", {"part": name}, _size(getattr(home, name))) for name in _STORES]
    with suppress(OSError):
        found.append(Sample("disk_free_bytes", {}, shutil.disk_usage(_existing(home.root)).free))
    return found


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _size(path: Path) -> int:
    """The bytes of all files at or below `path`; of a database, its folder's."""
    folder = path if path.is_dir() else path.parent
    if not folder.is_dir():
        return 0
    total, waiting = 0, [folder]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with suppress(OSError):  # gone since it was listed
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
    return total


# --- the text format -------------------------------------------------------------------------------------------------


def text(samples: Iterable[Sample]) -> str:
    """`samples` in Prometheus's text format, those of one metric together."""
    by_name: dict[str, list[Sample]] = {}
    for sample in samples:
        by_name.setdefault(sample.name, []).append(sample)
    lines = []
    for name, group in by_name.items():
        lines += [f"# HELP {_PREFIX}{name} {HELP[name]}", f"# TYPE {_PREFIX}{name} gauge"]
        lines += [f"{_PREFIX}{name}{_labels(sample.labels)} {_number(sample.value)}" for sample in group]
    return "\n".join([*lines, ""])


def _labels(labels: Mapping[str, str]) -> str:
    escaped = (
        (key, value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")) for key, value in labels.items()
    )
    inside = ",".join(f'{key}="{value}"' for key, value in escaped)
    return f"{{{inside}}}" if inside else ""


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


class Last(NamedTuple):
    """What the last run left: when, and the numbers that `status` shows."""

    at: datetime | None
    deliveries: dict[str, int]
    held: int
    waiting: int


def last(home: Home) -> Last:
    """The numbers in the file; none where there is no file or it is not ours."""
    values: dict[str, float] = {}
    with suppress(OSError, ValueError):
        for line in path_of(home).read_text(encoding="utf-8").splitlines():
            if line.startswith(_PREFIX):
                key, _, number = line.removeprefix(_PREFIX).rpartition(" ")
                values[key] = float(number)
    at = values.get("written_timestamp_seconds")
    head, tail = 'deliveries{status="', '"}'
    deliveries = {
        key.removeprefix(head).removesuffix(tail): int(value) for key, value in values.items() if key.startswith(head)
    }
    when = None if at is None else datetime.fromtimestamp(at, UTC)
    return Last(when, deliveries, int(values.get("alerts_held", 0)), int(values.get("crawls_waiting", 0)))

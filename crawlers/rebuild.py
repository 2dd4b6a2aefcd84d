"""Making `crawls/` and the index again from `archive/` alone.

What belongs here: reading back what a commit left in the WARC files (`commit.finish`). What does not: what lies beyond
the crawler; the warehouse reads `crawls/` and the archive as it does after any crawl.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from crawlers.commit import INGEST, lock_crawls, make_folder
from crawlers.index import Index
from crawlers.manifest import RawManifest, write_summary
from crawlers.store import CRAWL_URN, segments
from crawlers.warc import Damage, Record, read_warc
from policywatch.errors import StorageError
from policywatch.home import Home

_FILE = re.compile(r"(?P<crawl>.+?)(?:-\d{5})?\.warc\.gz")


@dataclass(slots=True)
class Rebuilt:
    """What came of it: crawls by id, and what is wrong with which file.

    `made`: their folder was made. `kept`: it was there. `open`: they were never committed, so that the next crawl of
    their source goes on with them or closes them.
    """

    made: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    indexed: int = 0


def rebuild(home: Home) -> Rebuilt:
    """Make again what `archive/` alone can tell: the folder of every crawl that lacks one, and the whole index.

    A folder that is there stays as it is. Killed and run again, it goes on.

    Raises:
        StorageError: a source is being crawled, or the disk refuses.
    """
    found = Rebuilt()
    names = _folders(home.archive)
    with ExitStack() as locks:
        for name in names:
            locks.enter_context(lock_crawls(home, name))
        for name in names:
            for crawl_id in _crawls(home, name):
                _crawl(home, name, crawl_id, found)
        with Index.open(home) as index:
            index.clear()
            for name in _folders(home.crawls):
                found.indexed += index.catch_up(name)
    return found


def _folders(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def _crawls(home: Home, name: str) -> Iterator[str]:
    files = sorted((home.archive / name).glob("*/*.warc.gz"))
    ids = sorted(match["crawl"] for path in files if (match := _FILE.fullmatch(path.name)))
    return (crawl_id for crawl_id, _ in groupby(ids))


def _crawl(home: Home, name: str, crawl_id: str, found: Rebuilt) -> None:
    folder = home.crawls / name / crawl_id
    if (folder / "crawl.json").is_file() and (folder / "manifest.jsonl").is_file():
        found.kept.append(crawl_id)
        return
    make_folder(folder)
    summary = _write_back(home, segments(home, name, crawl_id), folder, found)
    if summary is not None:
        write_summary(folder / "crawl.json", summary)
        found.made.append(crawl_id)
        return
    if name == INGEST:
        folder.rmdir()  # who takes the same files in again begins anew
    found.open.append(crawl_id)


def _write_back(home: Home, files: Iterable[Path], folder: Path, found: Rebuilt) -> dict[str, Any] | None:
    """Write the manifest that the crawl's own records hold; its summary, None where there is none."""
    target, summary, damaged = f"{CRAWL_URN}{folder.name}:", None, False
    manifest = RawManifest(folder / "manifest.jsonl")
    try:
        for path in files:
            for record in _records(path):
                if isinstance(record, Damage):
                    damaged = True
                    where = path.relative_to(home.archive).as_posix()
                    found.damaged.append(f"{where} at {record.offset}: {record.detail}")
                elif record.kind == "metadata" and record.url.startswith(f"{target}manifest"):
                    manifest.add(record.payload)
                elif record.kind == "metadata" and record.url == f"{target}summary":
                    summary = dict(json.loads(record.payload))
        # A crawl of which a part of the manifest is lost would pass for whole.
        if summary is not None and not (damaged and manifest.rows < _expected(summary)):
            manifest.commit()
            return summary
        return None
    finally:
        manifest.close()


def _expected(summary: dict[str, Any]) -> int:
    """How many rows the manifest has at least."""
    return sum(summary["counts"].values())


def _records(path: Path) -> Iterator[Record | Damage]:
    try:
        yield from read_warc(path)
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}; restore the archive folder from its backup"
        raise StorageError(msg) from None

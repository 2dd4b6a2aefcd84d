"""Saved pages and foreign WARC files, down the same road as a crawl: archived, read, loaded, published, told.

What belongs here: which source a saved page is of, the run that takes pages in, and the account of every file. What does
not: looking at folders (`pipeline.saved`), archiving (`crawlers.archive`), reading (`pipeline.reading`).

Knowledge time is the record's own: `captured_at` of the sidecar, WARC-Date; now where nobody says. The run's id follows
from its input alone, so that the same files taken in twice, or after a kill, change nothing.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from crawlers.archive import BadRecord, iter_warc
from crawlers.source import Source
from crawlers.urls import clean_url
from pipeline import pool, reading, run, saved
from pipeline.parsers.records import PageRecord
from policywatch import clock
from policywatch.errors import StorageError
from policywatch.home import Home

SAVED: Final = "saved"
"""The source of pages whose host no declared source has."""
FILE_COLUMNS: Final = ("file", "outcome", "reason", "detail", "url", "source", "captured_at", "kind")
_PAGE_TYPES: Final = (
    "text/html",
    "application/xhtml+xml",
    "text/plain",
    "text/xml",
    "application/xml",
    "application/json",
)
_BLOCK: Final = 1 << 20
_OK: Final = 200

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """One page on its way in. `captured_at` None: now."""

    file: str
    url: str
    content: bytes
    content_type: str | None
    captured_at: datetime | None
    note: str | None = None


@dataclass(slots=True)
class IngestReport:
    """What became of every file, and what the pages brought."""

    files: list[Row] = field(default_factory=list)
    crawl_id: str | None = None
    loaded: dict[str, Any] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)

    @property
    def outcomes(self) -> Mapping[str, int]:
        """How many rows ended how: ingested, rejected, skipped."""
        return Counter(row["outcome"] for row in self.files)

    @property
    def is_clean(self) -> bool:
        """Whether anything could be taken in at all, or nothing was refused."""
        return bool(self.outcomes.get("ingested")) or not self.outcomes.get("rejected")

    def in_words(self) -> str:
        """The report in one line."""
        counts = ", ".join(f"{count} {name}" for name, count in sorted(self.outcomes.items())) or "no file"
        reasons = Counter(row["reason"] for row in self.files if row["outcome"] != "ingested")
        why = ", ".join(f"{count} {name}" for name, count in reasons.most_common())
        kinds = Counter(row["kind"] for row in self.files if row["kind"])
        read = ", ".join(f"{count} {name}" for name, count in kinds.most_common())
        return f"{counts}" + (f" ({why})" if why else "") + (f"; read: {read}" if read else "")


def source_for(url: str, sources: Mapping[str, Source]) -> str:
    """The declared source that watches the host of `url`, the one with the closest homepage first; else `saved`."""
    host = urlsplit(url).hostname
    if not host:
        return SAVED
    near = [source for source in sources.values() if host in source.allowed_hosts]
    return (
        max(near, key=lambda source: (_shared(url, source.homepage), not source.demo), default=None).name
        if near
        else SAVED
    )


def _shared(url: str, homepage: str) -> int:
    """How many folders of the homepage's path `url` is below, counting its host."""
    own, its = urlsplit(url), urlsplit(homepage)
    if own.hostname != its.hostname:
        return 0
    folders = [part for part in its.path.split("/") if part]
    there = [part for part in own.path.split("/") if part][: len(folders)]
    return 1 + (len(folders) if there == folders else 0)


def canonical_of(url: str, source: Source | None) -> str:
    """The address under which the page is known."""
    return source.canonical_url(url) if source is not None else clean_url(url) or url


def _collect(found: Iterable[saved.Found], report: IngestReport) -> Iterator[Taken]:
    """Yield what can be taken in; what cannot goes into the report at once."""
    for item in found:
        if isinstance(item, saved.Left):
            report.files.append(_row(item.relative, item.outcome, reason=item.reason, detail=item.detail))
        elif isinstance(item, saved.Warc):
            yield from _from_warc(item, report)
        else:
            try:
                content = item.path.read_bytes()
            except OSError as error:
                report.files.append(_row(item.relative, "rejected", reason="unreadable", detail=str(error)))
                continue
            yield Taken(item.relative, item.url, content, item.content_type, item.captured_at, item.note)


def _from_warc(item: saved.Warc, report: IngestReport) -> Iterator[Taken]:
    try:
        for record in iter_warc(item.path):
            place = f"{item.relative}#{record.offset}"
            if isinstance(record, BadRecord):
                row = _row(place, "rejected", reason=record.reason, detail=record.detail, url=record.url)
                report.files.append(row)
            elif (left := _why_not(record.status, record.content_type, len(record.content))) is not None:
                report.files.append(_row(place, left[0], reason=left[1], detail=left[2], url=record.url))
            else:
                yield Taken(place, record.url, record.content, record.content_type, record.fetched_at)
    except StorageError as error:  # it is their file, not our storage: the others can still be taken in
        report.files.append(_row(item.relative, "rejected", reason="unreadable", detail=str(error)))


def _why_not(status: int | None, content_type: str | None, size: int) -> tuple[str, str, str] | None:
    """Outcome, reason and detail where a foreign record is no page to read; None where it is one."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    if status is not None and status != _OK:
        return "skipped", "status", f"answered with status {status}"
    if kind and kind not in _PAGE_TYPES:
        return "skipped", "not_a_page", f"is {kind}"
    if size > saved.MOST_BYTES:
        return "rejected", "too_large", f"{size:,} bytes; more than {saved.MOST_BYTES:,} is no page"
    return None


def _row(file: str, outcome: str, **more: Any) -> Row:  # noqa: ANN401 - values of the row's columns
    return dict.fromkeys(FILE_COLUMNS) | {"file": file, "outcome": outcome} | more


def run_id(paths: Sequence[Path]) -> str:
    """The id of taking in `paths`: it follows from the files' names, contents and sidecars, and from nothing else."""
    whole = hashlib.sha256()
    for path, relative in saved.files_of(paths):
        whole.update(f"{relative}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                whole.update(block)
    return f"ingest-{whole.hexdigest()[:16]}"

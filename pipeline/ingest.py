"""Saved pages and foreign WARC files, down the same road as a crawl: archived, read, loaded, published, told.

What belongs here: which source a saved page is of, the run that takes pages in, the account of every file. What does
not: looking at folders (`pipeline.saved`), archiving (`crawlers.saved`), reading (`pipeline.reading`).

Knowledge time is the record's own: `captured_at` of the sidecar, WARC-Date; now where nobody says. The run's id follows
from its input alone, so that the same files taken in twice, or after a kill, change nothing.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TextIO
from urllib.parse import urlsplit

import pyarrow.parquet as pq

from crawlers.archive import BadRecord, Capture, Shelf
from crawlers.saved import SavedPage, SavedRun, write_saved
from crawlers.source import Source
from pipeline import alerting, pool, reading, run, saved
from pipeline.parsers.records import plain
from policywatch import clock
from policywatch.errors import StorageError
from policywatch.home import Home

INGEST: Final = "ingest"
SAVED: Final = "saved"
"""The source of pages whose host no declared source has."""
FILE_COLUMNS: Final = ("file", "outcome", "reason", "detail", "url", "source", "captured_at", "kind")
_BLOCK: Final = 1 << 20
_OK: Final = 200

Row = dict[str, Any]


@dataclass(slots=True)
class IngestReport:
    """What became of every file, and what the pages brought."""

    crawl_id: str
    files: list[Row] = field(default_factory=list)
    loaded: dict[str, int] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """A line for each alert that did not arrive."""

    @property
    def outcomes(self) -> Mapping[str, int]:
        """How many files and records ended how: ingested, rejected, skipped."""
        return Counter(row["outcome"] for row in self.files)

    @property
    def is_clean(self) -> bool:
        """Whether anything could be taken in, or nothing was refused."""
        return bool(self.outcomes.get("ingested")) or not self.outcomes.get("rejected")

    def in_words(self) -> str:
        """The report in one line."""
        counts = ", ".join(f"{count} {name}" for name, count in sorted(self.outcomes.items())) or "no file"
        reasons = Counter(row["reason"] for row in self.files if row["outcome"] != "ingested")
        why = ", ".join(f"{name} {count}" for name, count in reasons.most_common())
        kinds = Counter(row["kind"] for row in self.files if row["kind"])
        told = [
            counts + (f" ({why})" if why else ""),
            "read: " + ", ".join(f"{name} {count}" for name, count in kinds.most_common()) if kinds else "",
            "events: " + ", ".join(f"{name} {count}" for name, count in self.events.items()) if self.events else "",
        ]
        return "; ".join(part for part in told if part)


def source_for(url: str, sources: Mapping[str, Source]) -> str:
    """The declared source that watches the host of `url`, the one with the closest homepage first; else `saved`."""
    host = urlsplit(url).hostname
    near = [source for source in sources.values() if host in source.allowed_hosts]
    if not near:
        return SAVED
    return max(near, key=lambda source: (_shared(url, source.homepage), not source.demo)).name


def _shared(url: str, homepage: str) -> int:
    """0 on another host than the homepage's, else 1, and the number of its folders if `url` is below them."""
    own, its = urlsplit(url), urlsplit(homepage)
    if own.hostname != its.hostname:
        return 0
    folders = [part for part in its.path.split("/") if part]
    there = [part for part in own.path.split("/") if part][: len(folders)]
    return 1 + (len(folders) if there == folders else 0)


def ingest(
    paths: Sequence[Path], *, home: Home, watcher: pool.Watcher | None = None, out: TextIO | None = None
) -> IngestReport:
    """Take in what `paths` name or hold: archive, read, load, publish, alert.

    Args:
        paths: WARC files, page files with sidecars, or folders of them.
        home: the home folder.
        watcher: told how many pages are read.
        out: where console alerts print; stdout by default.

    Raises:
        UsageError: a path does not exist.
        StorageError: archive or warehouse cannot be written.
    """
    report = IngestReport(run_id(paths))
    intake = _Intake(report)
    folder = home.crawls / INGEST / report.crawl_id
    if (folder / "crawl.json").exists():
        for _ in intake.pages(paths):  # taken in before: only the account is made again
            pass
    else:
        run.require_space(home)
        write_saved(home, SavedRun(report.crawl_id, clock.now()), intake.pages(paths))
    run.read(home, INGEST, watcher=watcher)
    intake.account(home, folder)
    _write_account(folder, report)
    totals = run.load(home, INGEST)
    run.publish(home)
    report.notes = alerting.alert(home, out).notes
    report.loaded = {name: value for name, value in totals.items() if isinstance(value, int)}
    report.events = dict(totals.get("events") or {})
    return report


class _Intake:
    """Turns files into pages for the archive and keeps the account."""

    def __init__(self, report: IngestReport) -> None:
        self._report = report
        self._sources = run.declared()
        self._now = clock.now()
        self._rows: dict[str | None, list[Row]] = defaultdict(list)

    def pages(self, paths: Sequence[Path]) -> Iterator[SavedPage]:
        """Yield what can be taken in; what cannot goes into the account at once."""
        with Shelf() as shelf:
            names: dict[Path, str] = {}
            for item in saved.look(paths):
                if isinstance(item, saved.Left):
                    self._leave(item.relative, item.outcome, item.reason, item.detail)
                elif isinstance(item, saved.Warc):
                    names[item.path] = item.relative
                    yield from self._from_warc(item, shelf)
                else:
                    yield from self._from_file(item)
            for path, record in shelf.late():
                yield from self._from_record(names[path], record)

    def _from_file(self, item: saved.Page) -> Iterator[SavedPage]:
        try:
            content = item.path.read_bytes()
        except OSError as error:
            self._leave(item.relative, "rejected", "unreadable", error.strerror or str(error), item.url)
            return
        source = source_for(item.url, self._sources)
        page = SavedPage(
            source=source,
            url=item.url,
            content=content,
            captured_at=item.captured_at or self._now,
            content_type=item.content_type,
            canonical_url=self._canonical(item.url, source),
        )
        note = item.note or (None if item.captured_at else "no captured_at; taken as captured now")
        yield self._take(item.relative, page, note)

    def _from_warc(self, item: saved.Warc, shelf: Shelf) -> Iterator[SavedPage]:
        try:
            for record in shelf.read(item.path):
                yield from self._from_record(item.relative, record)
        except StorageError as error:  # it is their file, not our storage: the others can still be taken in
            self._leave(item.relative, "rejected", "unreadable", str(error))

    def _from_record(self, file: str, record: Capture | BadRecord) -> Iterator[SavedPage]:
        place = f"{file}#{record.offset}"
        left = _why_not(record, self._now)
        if left is not None or isinstance(record, BadRecord):
            self._leave(place, *(left or ("", "", "")), record.url)
            return
        source = source_for(record.url, self._sources)
        page = SavedPage(
            source=source,
            url=record.url,
            content=record.content,
            captured_at=record.fetched_at,
            content_type=record.content_type,
            status=record.status,
            headers=record.headers,
            canonical_url=self._canonical(record.url, source),
        )
        yield self._take(place, page, None)

    def _canonical(self, url: str, source: str) -> str | None:
        return self._sources[source].canonical_url(url) if source in self._sources else None

    def _take(self, file: str, page: SavedPage, note: str | None) -> SavedPage:
        row = _row(file, "ingested", detail=note, url=page.url, source=page.source, captured_at=page.captured_at)
        self._report.files.append(row)
        self._rows["sha256:" + hashlib.sha256(page.content).hexdigest()].append(row)
        return page

    def _leave(self, file: str, outcome: str, reason: str, detail: str, url: str | None = None) -> None:
        self._report.files.append(_row(file, outcome, reason=reason, detail=detail, url=url))

    def account(self, home: Home, folder: Path) -> None:
        """Add to the taken-in rows what the reader made of them, from the staged tables.

        The same bytes are read the same wherever they stood, so the digest finds the rows.
        """
        staged = home.staging / folder.name
        digests = {row["capture_id"]: row["digest"] for row in reading.manifest(folder)}
        for found in _column_rows(staged / "readings.parquet", "capture_id", "kind"):
            for row in self._rows[digests.get(found["capture_id"])]:
                row["kind"] = found["kind"]
        for found in _column_rows(staged / "rejected.parquet", "capture_id", "reason", "detail"):
            for row in self._rows[digests.get(found["capture_id"])]:
                row.update(outcome="rejected", reason=found["reason"], detail=found["detail"])


def _write_account(folder: Path, report: IngestReport) -> None:
    """Keep the account beside the manifest: also what was left out stays on record."""
    lines = (json.dumps(plain(row), ensure_ascii=False) for row in report.files)
    try:
        part = folder / ".files.jsonl.part"
        part.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        part.replace(folder / "files.jsonl")
    except OSError as error:
        msg = f"{folder} cannot be written ({error.strerror}); free some space and run again"
        raise StorageError(msg) from None


def _column_rows(path: Path, *columns: str) -> Iterable[Row]:
    return pq.read_table(path, columns=list(columns)).to_pylist() if path.exists() else []


def _why_not(record: Capture | BadRecord, now: datetime) -> tuple[str, str, str] | None:
    """Outcome, reason and detail where a foreign record is no page to read; None where it is one."""
    if isinstance(record, BadRecord):
        return "rejected", record.reason, record.detail
    if record.fetched_at > now:
        return "rejected", "future_date", f"WARC-Date {record.fetched_at.isoformat()} lies in the future"
    kind = (record.content_type or "").partition(";")[0].strip().lower()
    if record.status is not None and record.status != _OK:
        return "skipped", "status", f"answered with status {record.status}"
    if not saved.may_be_read(record.content_type, record.content):
        return "skipped", "not_a_page", f"is {kind}"
    if len(record.content) > saved.MOST_BYTES:
        return "rejected", "too_large", f"{len(record.content):,} bytes; more than {saved.MOST_BYTES:,} is no page"
    return None


def _row(file: str, outcome: str, **more: Any) -> Row:  # noqa: ANN401 - values of the row's columns
    return dict.fromkeys(FILE_COLUMNS) | {"file": file, "outcome": outcome} | more


def run_id(paths: Sequence[Path]) -> str:
    """The id of taking in `paths`: it follows from the files' names and contents, sidecars too, and nothing else."""
    whole = hashlib.sha256()
    for path, relative in saved.files_of(paths):
        try:
            whole.update(f"{relative}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    whole.update(block)
        except OSError:
            whole.update(b"\0unreadable\0")
    return f"{INGEST}-{whole.hexdigest()[:16]}"

"""Pages that came otherwise than by a crawl (saved files, other people's WARC files), put into the archive like one.

What belongs here: writing them with their own times, and the manifest that makes them look like any crawl from there
on. What does not: finding and decoding the files (`pipeline.ingest`).
"""

import json
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from crawlers.captures import stamp
from crawlers.commit import INGEST, finish, lock_crawls, make_folder
from crawlers.index import Index
from crawlers.manifest import ManifestWriter, Outcome, Row, capture_id
from crawlers.store import Archive
from crawlers.urls import clean_url
from crawlers.warc import Headers
from policywatch import clock
from policywatch.home import Home


@dataclass(frozen=True, slots=True)
class SavedRun:
    """One taking-in. `crawl_id` starts with `ingest-` and follows from the input, so that a second time is noticed."""

    crawl_id: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class SavedPage:
    """One page as saved.

    `content` is decoded (no transfer or content encoding). `captured_at` is aware. `status` None: no HTTP answer was
    saved, only the bytes. `canonical_url` None: the URL itself.
    """

    source: str
    url: str
    content: bytes = field(repr=False)
    captured_at: datetime
    content_type: str | None = None
    status: int | None = None
    headers: Headers = ()
    listed: dict[str, str] | None = None
    canonical_url: str | None = None


def saved_crawl_id(parts: Iterable[str]) -> str:
    """The id of a taking-in, from what tells its input apart (paths with digests, say), whatever their order."""
    return f"{INGEST}-{sha256(chr(10).join(sorted(parts)).encode()).hexdigest()[:16]}"


def write_saved(home: Home, run: SavedRun, pages: Iterable[SavedPage]) -> dict[str, Any]:
    """Archive `pages`, commit them as one crawl and return its summary (crawl.json); done before, nothing is written.

    A page met several times gets a row for each time; the rows say how each differs from the time before.

    Raises:
        StorageError: the disk is full or refuses, or another process is at it.
    """
    lock = lock_crawls(home, INGEST)
    with lock:
        folder = home.crawls / INGEST / run.crawl_id
        committed = folder / "crawl.json"
        with Index.open(home) as index:
            index.catch_up(INGEST)
            if committed.is_file():
                summary: dict[str, Any] = json.loads(committed.read_text(encoding="utf-8"))
                return summary
            make_folder(folder)
            archive = Archive(home)
            archive.open_crawl(INGEST, run.crawl_id, run.started_at, fresh=True)
            try:
                rows = _write(archive, run, pages)
                _judge(rows, index)
                summary = _summary(run, rows)
                with closing(ManifestWriter(folder / "manifest.jsonl")) as manifest:
                    for row in rows:
                        manifest.add_row(row)
                    finish(home, archive, folder, summary, manifest)
            finally:
                archive.close()
        return summary


def _write(archive: Archive, run: SavedRun, pages: Iterable[SavedPage]) -> list[Row]:
    rows: dict[str, Row] = {}
    for page in pages:
        url = clean_url(page.url) or page.url
        canonical = page.canonical_url or url
        at, digest = stamp(page.captured_at), "sha256:" + sha256(page.content).hexdigest()
        key = capture_id(page.source, canonical, url, at)
        if key in rows and rows[key].digest != digest:
            key = capture_id(page.source, canonical, f"{url}#{digest}", at)
        if key in rows:
            continue
        stored = archive.write_saved(page.url, page.content, page.captured_at, _http(page))
        rows[key] = Row(
            capture_id=key,
            crawl_id=run.crawl_id,
            source=page.source,
            role="page",
            url=url,
            canonical_url=canonical,
            fetched_at=at,
            outcome="new",
            status=stored.status,
            digest=digest,
            content_type=page.content_type,
            warc_file=stored.place.file,
            warc_offset=stored.place.offset,
            warc_length=stored.place.length,
            listed=page.listed,
            payload_digest=stored.payload_digest,
            final_url=url,
        )
    return list(rows.values())


def _http(page: SavedPage) -> tuple[int | None, Headers]:
    """The HTTP head to archive: what told how the bytes were packed no longer holds of them."""
    gone = {"content-encoding", "transfer-encoding", "content-length"}
    headers = tuple((name, value) for name, value in page.headers if name.lower() not in gone)
    if page.content_type and not any(name.lower() == "content-type" for name, _ in headers):
        headers = (*headers, ("Content-Type", page.content_type))
    return page.status, headers


def _judge(rows: list[Row], index: Index) -> None:
    """Say of each row how it differs from the time before, be that in these rows or already known."""
    before: dict[tuple[str, str], str] = {}
    for row in sorted(rows, key=lambda row: (row.fetched_at, row.capture_id)):
        last = before.get((row.source, row.url))
        page = index.page(row.source, row.url) if last is None else None
        if last is None and page is not None and page.digest and page.last_fetched_at <= row.fetched_at:
            last = page.digest
        row.outcome = _outcome(row, last)
        if row.outcome in {"new", "changed"} and row.digest:
            before[row.source, row.url] = row.digest


def _outcome(row: Row, last: str | None) -> Outcome:
    if row.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return "missing"
    if row.status != HTTPStatus.OK:
        row.error = f"status {row.status}"
        return "failed"
    if last is None:
        return "new"
    return "unchanged" if last == row.digest else "changed"


def _summary(run: SavedRun, rows: list[Row]) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.outcome] = counts.get(row.outcome, 0) + 1
    return {
        "crawl_id": run.crawl_id,
        "source": None,
        "started_at": stamp(run.started_at),
        "finished_at": stamp(max(clock.now(), run.started_at)),
        "verdict": "good" if rows else "failed",
        "reasons": [] if rows else ["nothing was taken in"],
        "counts": dict(sorted(counts.items())),
        "lists": [],
        "requests": 0,
        "stats": {},
    }

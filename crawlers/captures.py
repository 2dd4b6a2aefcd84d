"""Captures out of the archive, and out of other people's WARC files.

What belongs here: reading. What does not: writing (`store.py`), the format (`warc.py`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from crawlers.warc import Damage, Headers, Record, read_at, read_warc
from policywatch.errors import StorageError
from policywatch.home import Home

# Not part of the standard, which lets readers skip fields they do not know: they make a revisit readable from the
# archive alone.
ORIGINAL_FILE = "WARC-Refers-To-Filename"
ORIGINAL_OFFSET = "WARC-Refers-To-File-Offset"
# As little standard: it makes a crawl resumable from the archive alone.
ROLE = "WARC-Policywatch-Role"


@dataclass(frozen=True, slots=True)
class Capture:
    """One archived answer as a reader gets it: the payload without transfer and content encoding."""

    url: str
    fetched_at: datetime
    status: int | None
    headers: Headers
    content: bytes = field(repr=False)
    content_type: str | None
    record_type: str = "response"
    offset: int = 0


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that gives no capture: `reason` is truncated, damaged, too_large, no_date or unresolved_revisit."""

    offset: int
    reason: str
    detail: str
    url: str | None = None


def stamp(at: datetime) -> str:
    """`at` as WARC-Date and everywhere else in files: ISO 8601, UTC, whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def read_capture(home: Home, warc_file: str, offset: int) -> Capture:
    """The capture at `offset` of `warc_file` (relative to the archive folder); a revisit gives the bytes it repeats.

    Raises:
        StorageError: the file or the record is not there, or its payload is a bomb.
    """
    record = read_at(home.archive / warc_file, offset)
    source = original(home, record) if record.kind == "revisit" else record
    try:
        content = source.content()
    except ValueError as error:
        msg = f"{warc_file} at {offset}: {error}; reject the capture"
        raise StorageError(msg) from None
    return _capture(record, content, source)


def original(home: Home, record: Record) -> Record:
    """The whole answer that a revisit record of ours repeats.

    Raises:
        StorageError: it is not there.
    """
    file, offset = record.fields.get(ORIGINAL_FILE.lower()), record.fields.get(ORIGINAL_OFFSET.lower(), "")
    if not file or not offset.isdigit():
        msg = f"the revisit record of {record.url} names no original; restore the archive folder from its backup"
        raise StorageError(msg)
    return read_at(home.archive / file, int(offset))


def _capture(record: Record, content: bytes, source: Record) -> Capture:
    http = source.http
    content_type = source.header("content-type") if http else source.fields.get("content-type")
    return Capture(
        url=record.url,
        fetched_at=record_date(record.fields) or datetime.fromtimestamp(0, UTC),
        status=source.status if record.status == 304 else record.status,  # noqa: PLR2004
        headers=record.headers,
        content=content,
        content_type=content_type,
        record_type=record.kind,
        offset=record.offset,
    )


def record_date(fields: Mapping[str, str]) -> datetime | None:
    """WARC-Date as an aware UTC datetime, whole seconds; None where there is none."""
    try:
        at = datetime.fromisoformat(fields.get("warc-date", ""))
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


def iter_warc(path: str | Path) -> Iterator[Capture | BadRecord]:
    """The captures of any WARC file (ours, wget's, Browsertrix's, the Internet Archive's), in the file's order.

    Responses, resources and revisits give captures; requests, warcinfo and metadata are passed over. A revisit takes
    its bytes from the same file. What is damaged or cut off comes as a BadRecord and what is whole is kept.

    Raises:
        StorageError: the file cannot be opened.
    """
    path = Path(path)
    originals: dict[str, int] = {}
    try:
        for found in read_warc(path):
            if isinstance(found, Damage):
                reason = "truncated" if "cut off" in found.detail or "ends inside" in found.detail else "damaged"
                yield BadRecord(found.offset, reason, found.detail, found.url)
            elif _is_capture(found) and found.url.startswith(("http:", "https:")):
                yield _foreign(path, found, originals)
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}"
        raise StorageError(msg) from None


def _is_capture(record: Record) -> bool:
    """Conversions count where we wrote them (a page's text out of a listing's answer), not other people's extracts."""
    return record.kind in {"response", "resource", "revisit"} or (
        record.kind == "conversion" and record.fields.get(ROLE.lower()) == "page"
    )


def _foreign(path: Path, record: Record, originals: dict[str, int]) -> Capture | BadRecord:
    if record_date(record.fields) is None:
        return BadRecord(record.offset, "no_date", "WARC-Date is missing or no date", record.url)
    digest = record.fields.get("warc-payload-digest", "")
    source = record
    if record.kind == "revisit":
        if digest not in originals:
            detail = "the bytes that it repeats are not in this file; ingest it together with the file that has them"
            return BadRecord(record.offset, "unresolved_revisit", detail, record.url)
        source = read_at(path, originals[digest])
        if source.fields.get("warc-payload-digest") != digest:  # many records in one gzip member share an offset
            detail = "the file is one gzip member; run `warcio recompress` on it, then ingest it again"
            return BadRecord(record.offset, "unresolved_revisit", detail, record.url)
    elif digest:
        originals.setdefault(digest, record.offset)
    try:
        return _capture(record, source.content(), source)
    except ValueError as error:
        return BadRecord(record.offset, "too_large", str(error), record.url)

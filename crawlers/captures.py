"""Captures out of our own archive, by their place.

What belongs here: reading them. What does not: writing (`store.py`), the format (`warc.py`), other people's files
(`foreign.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crawlers.warc import Headers, Record, read_at
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
    return capture_of(record, content, source)


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


def capture_of(record: Record, content: bytes, source: Record) -> Capture:
    """`record` as a capture with `content`, which stands in `source`: another record where it is a revisit."""
    http = source.http
    content_type = source.header("content-type") if http else source.fields.get("content-type")
    return Capture(
        url=record.url,
        fetched_at=record_date(record.fields) or datetime.fromtimestamp(0, UTC),
        status=source.status if record.status in {None, 304} else record.status,
        headers=record.headers or source.headers,
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

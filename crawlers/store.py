"""Writing the archive: every answer as a WARC record, before anything reads it.

What belongs here: which records an answer becomes (request and response, or request and revisit where nothing is new),
and taking up a file whose writer was killed. What does not: the format (`warc.py`), reading captures (`captures.py`),
finding them by URL (`index.py`), what a run makes of them (`session.py`). One crawl writes
`archive/<source>/<year>/<crawl_id>.warc.gz`, and goes on in `<crawl_id>-00002.warc.gz` where that would grow too large.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import NamedTuple

from warcio.statusandheaders import StatusAndHeaders

import policywatch
from crawlers.captures import ORIGINAL_FILE, ORIGINAL_OFFSET, ROLE, original, record_date, stamp
from crawlers.index import Known
from crawlers.warc import Damage, Headers, Place, Record, read_at, read_warc
from crawlers.warcwriter import Built, WarcWriter, build, payload_digest
from policywatch.errors import StorageError
from policywatch.home import Home

_SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
CRAWL_URN = "urn:policywatch:crawl:"
"""What names the records about a crawl itself, its manifest and its summary."""
MAX_FILE = 1 << 30
"""Bytes of one WARC file, the size that the standard recommends; a record that would not fit opens the next file."""
_TEXT = "#text"
_HEADS = 1 << 16
"""Bytes that a request, and the heads of a record, may take besides the payload."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. `role` is list, page, robots or attachment."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""
    role: str = "page"

    @property
    def key(self) -> str:
        """What tells two requests apart: the URL, and for a POST its body."""
        return request_key(self.method, self.url, self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `payload` is the body without transfer encoding, content encoding kept."""

    status: int
    reason: str
    headers: Headers
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer in the archive: where, when it came, its status, the sha256 of its payload as sent (base 32)."""

    place: Place
    fetched_at: datetime
    status: int
    payload_digest: str
    original: Known | None = None
    """For a revisit: the full answer that it repeats."""
    record_id: str = ""
    """The record's own name, `<urn:uuid:…>`."""


class LeftOver(NamedTuple):
    """An answer in the file of a crawl that will not be taken up again."""

    role: str
    url: str
    key: str | None
    stored: Stored
    content: bytes
    headers: dict[str, str | None]


def _segment(crawl_id: str, number: int) -> str:
    return f"{crawl_id}.warc.gz" if number == 1 else f"{crawl_id}-{number:05}.warc.gz"


def segments(home: Home, source: str, crawl_id: str) -> list[Path]:
    """The WARC files of a crawl that are there, in the order written."""
    root = home.archive / source
    later = (path for path in root.glob(f"*/{crawl_id}-?????.warc.gz") if path.name[-13:-8].isdigit())
    return [*sorted(root.glob(f"*/{crawl_id}.warc.gz")), *sorted(later, key=lambda path: path.name)]


def text_key(url: str) -> str:
    """What tells the text of a page, as a listing's answer holds it, apart from the page itself."""
    return f"{url}{_TEXT}"


def is_text_key(key: str) -> bool:
    """Whether `key` was made by `text_key`; addresses that are asked have no fragment."""
    return key.endswith(_TEXT)


def request_key(method: str, url: str, body: bytes) -> str:
    """See `Request.key`."""
    return url if method == "GET" and not body else f"{url}#{method}:{sha256(body).hexdigest()[:16]}"


class Archive:
    """The archive of one home folder, for writing one crawl.

    `open_crawl` must come first; it continues a crawl's file where a killed writer left it.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self._first = 0
        self._writer: WarcWriter | None = None
        self._replay: dict[str, list[Place]] = {}
        self._texts: dict[tuple[str, str], Place] = {}
        self._info: tuple[str, str, datetime] = ("", "", datetime.fromtimestamp(0, UTC))
        self.replayable = 0
        self.torn: Damage | None = None

    def open_crawl(self, source: str, crawl_id: str, started_at: datetime, *, fresh: bool = False) -> None:
        """Open the crawl's WARC file, cutting a torn tail; answers already in it are ready for `replay`.

        `fresh` starts over, for input that can be read again. After this, `torn` says what was cut, None for nothing.

        Raises:
            StorageError: the file cannot be written.
        """
        self._info = (source, crawl_id, started_at)
        if fresh:
            for path in segments(self.home, source, crawl_id):
                path.unlink(missing_ok=True)
        names = [path.relative_to(self.home.archive).as_posix() for path in segments(self.home, source, crawl_id)]
        ends = [self._take_up(name) for name in names]
        # What the commit adds may have opened files of its own.
        while len(names) > 1 and not ends[-1]:
            (self.home.archive / names.pop()).unlink()
            ends.pop()
        name = names[-1] if names else f"{source}/{started_at:%Y}/{crawl_id}.warc.gz"
        writer = self._writer = WarcWriter(self.home.archive / name, name)
        if writer.size:
            writer.cut(ends[-1])
        if not writer.size:
            self._begin_file(writer)

    def _begin_file(self, writer: WarcWriter) -> None:
        _, crawl_id, started_at = self._info
        info = {
            "software": f"policywatch/{policywatch.__version__}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "isPartOf": crawl_id,
        }
        body = "".join(f"{key}: {value}\r\n" for key, value in info.items()).encode()
        fields = {"WARC-Date": stamp(started_at), "WARC-Filename": writer.path.name}
        writer.append(build("warcinfo", "", fields, None, body))
        self._first = writer.size

    def _room(self, payload: int) -> WarcWriter:
        """The writer, on a new file where `payload` more bytes might make the present one too large.

        Raises:
            StorageError: the archive is closed, or the disk refuses.
        """
        writer = self._open()
        if writer.size > self._first and writer.size + payload + _HEADS > MAX_FILE:
            source, crawl_id, started_at = self._info
            taken = {path.name for path in segments(self.home, source, crawl_id)}
            name = next(name for number in count(2) if (name := _segment(crawl_id, number)) not in taken)
            self.sync()
            self.close()
            name = f"{source}/{started_at:%Y}/{name}"
            writer = self._writer = WarcWriter(self.home.archive / name, name)
            self._begin_file(writer)
        return writer

    def _take_up(self, name: str) -> int:
        """Make the answers of a file ready for `replay`; where the last of them ends, 0 where there is none.

        What the commit adds at the end is no answer: an interrupted one is made anew.
        """
        end, asked = 0, None
        for found in read_warc(self.home.archive / name):
            if isinstance(found, Damage):
                self.torn, asked = found, None
                continue  # what stands behind it is whole, or it is the end
            if found.kind == "request":
                asked = found  # counts only together with its answer
                continue
            if found.kind == "warcinfo" or (found.kind == "metadata" and found.url.startswith(CRAWL_URN)):
                continue
            end = found.offset + found.length
            if found.kind == "conversion":
                self._texts[found.url, found.fields.get("warc-payload-digest", "")] = Place(
                    name, found.offset, found.length
                )
            elif found.kind in {"response", "revisit"} and asked is not None:
                method = (asked.http.protocol if asked.http else "GET") or "GET"
                key = request_key(method, found.url, asked.payload)
                self._replay.setdefault(key, []).append(Place(name, found.offset, found.length))
                self.replayable += 1
                asked = None
        return end

    def replay(self, request: Request) -> tuple[Stored, Record, bytes] | None:
        """The next answer to `request` that this crawl archived before it was interrupted, with its payload."""
        return self._take(request.key)

    def _take(self, key: str) -> tuple[Stored, Record, bytes] | None:
        waiting = self._replay.get(key)
        if not waiting:
            return None
        place = waiting.pop(0)
        record = read_at(self.home.archive / place.file, place.offset)
        payload = record.payload
        if record.kind == "revisit" and record.status != 304:  # noqa: PLR2004
            payload = original(self.home, record).payload
        stored = Stored(
            place=place,
            fetched_at=record_date(record.fields) or datetime.fromtimestamp(0, UTC),
            status=record.status or 0,
            payload_digest=record.fields.get("warc-payload-digest", ""),
            record_id=record.fields.get("warc-record-id", ""),
        )
        return stored, record, payload

    def left_over(self) -> Iterator["LeftOver"]:
        """The answers that nobody asked for again."""
        for key in list(self._replay):
            while found := self._take(key):
                stored, record, _ = found
                source = original(self.home, record) if record.kind == "revisit" else record
                try:
                    content = source.content()
                except ValueError:  # a bomb: it stays in the file, and gives no row
                    continue
                yield LeftOver(
                    role=record.fields.get(ROLE.lower(), "page"),
                    url=record.url,
                    key=None if key == record.url else key,
                    stored=stored,
                    content=content,
                    headers={name: record.header(name) for name in ("content-type", "etag", "last-modified")},
                )
        yield from self._texts_left_over()

    def _texts_left_over(self) -> Iterator["LeftOver"]:
        """The texts of pages that an interrupted crawl took out of its listing's answers."""
        for (url, digest), place in self._texts.items():
            record = read_at(self.home.archive / place.file, place.offset)
            at = record_date(record.fields) or datetime.fromtimestamp(0, UTC)
            yield LeftOver(
                role="page",
                url=url,
                key=text_key(url),
                stored=Stored(place, at, 200, digest),
                content=record.payload,
                headers={"content-type": record.fields.get("content-type"), "etag": None, "last-modified": None},
            )

    def write(self, request: Request, answer: Answer, *, fetched_at: datetime, known: Known | None = None) -> Stored:
        """Archive one answer.

        `known` is the last full answer to the same request: if the payload is the same again, or the status is 304,
        a revisit record that points there is written in place of the bytes.

        Raises:
            StorageError: the disk is full or refuses.
        """
        status, payload = answer.status, answer.payload
        writer = self._room(len(payload) + len(request.body))
        digest = payload_digest(payload)
        date = stamp(fetched_at)
        full = known if known is not None and known.full_file is not None else None
        same = full is not None and digest == full.payload_digest and bool(payload)
        revisit = full is not None and (status == 304 or same)  # noqa: PLR2004
        fields = {"WARC-Date": date, ROLE: request.role}
        if revisit and full is not None:
            fields["WARC-Profile"] = _SAME_PAYLOAD if same else _NOT_MODIFIED
            fields["WARC-Refers-To-Target-URI"] = full.full_url or request.url
            fields["WARC-Refers-To-Date"] = full.full_at or date
            fields[ORIGINAL_FILE] = full.full_file or ""
            fields[ORIGINAL_OFFSET] = str(full.full_offset)
            fields["WARC-Payload-Digest"] = digest = full.payload_digest or digest
        else:
            fields["WARC-Payload-Digest"] = digest
        http = StatusAndHeaders(f"{status} {answer.reason}".rstrip(), list(answer.headers), protocol="HTTP/1.1")
        kind = "revisit" if revisit else "response"
        record = build(kind, request.url, fields, http, b"" if revisit else payload)
        place = writer.append(self._asked(request, date, record), record)[1]
        return Stored(place, fetched_at, status, digest, full if revisit else None, record.record_id)

    def write_text(self, url: str, content: bytes, content_type: str, of: Stored) -> Stored:
        """Archive the text of the page at `url` as the answer `of` holds it.

        One that an interrupted crawl had archived already is not written again.

        Raises:
            StorageError: the disk is full or refuses.
        """
        digest = payload_digest(content)
        place = self._texts.get((url, digest))
        if place is None:
            writer = self._room(len(content))
            fields = {
                "WARC-Date": stamp(of.fetched_at),
                "WARC-Refers-To": of.record_id,
                "WARC-Payload-Digest": digest,
                "Content-Type": content_type,
                ROLE: "page",
            }
            place = writer.append(build("conversion", url, fields, None, content))[0]
        return Stored(place, of.fetched_at, of.status, digest)

    @staticmethod
    def _asked(request: Request, date: str, answer: Built) -> Built:
        target = request.url.split("/", 3)
        path = "/" + (target[3] if len(target) > 3 else "")  # noqa: PLR2004
        headers = [("Host", target[2]), *request.headers]
        http = StatusAndHeaders(f"{request.method} {path} HTTP/1.1", headers, is_http_request=True)
        fields = {"WARC-Date": date, "WARC-Concurrent-To": answer.record_id}
        if not request.body:
            fields["WARC-Payload-Digest"] = _EMPTY
        return build("request", request.url, fields, http, request.body)

    def write_saved(
        self, url: str, content: bytes, captured_at: datetime, http: tuple[int | None, Headers] = (None, ())
    ) -> Stored:
        """Archive bytes that no crawl of ours fetched: as `response` with the HTTP head given, else as `resource`.

        Raises:
            StorageError: the disk is full or refuses.
        """
        status, headers = http
        if status is None:
            content_type = next((value for name, value in headers if name.lower() == "content-type"), None)
            return self._write_plain("resource", url, content, captured_at, content_type)
        writer, digest = self._room(len(content)), payload_digest(content)
        head = StatusAndHeaders(str(status), list(headers), protocol="HTTP/1.1")
        fields = {"WARC-Date": stamp(captured_at), "WARC-Payload-Digest": digest}
        place = writer.append(build("response", url, fields, head, content))[0]
        return Stored(place, captured_at, status, digest)

    def write_metadata(self, name: str, content: bytes, at: datetime, content_type: str) -> Stored:
        """Archive what we know of the crawl itself under the URN `name`.

        Raises:
            StorageError: the disk is full or refuses.
        """
        return self._write_plain("metadata", name, content, at, content_type)

    def _write_plain(self, kind: str, url: str, content: bytes, at: datetime, content_type: str | None) -> Stored:
        writer, digest = self._room(len(content)), payload_digest(content)
        fields = {
            "WARC-Date": stamp(at),
            "WARC-Payload-Digest": digest,
            "Content-Type": content_type or "application/octet-stream",
        }
        place = writer.append(build(kind, url, fields, None, content))[0]
        return Stored(place, at, 200, digest)

    def sync(self) -> None:
        """Return when all that was written is on the disk."""
        self._open().sync()

    def close(self) -> None:
        """Let go of the crawl's file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _open(self) -> WarcWriter:
        if self._writer is None:
            msg = "the archive is closed; call open_crawl first"
            raise StorageError(msg)
        return self._writer


_EMPTY = payload_digest(b"")

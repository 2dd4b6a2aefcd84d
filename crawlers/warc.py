"""WARC records: writing them so that a kill loses at most the record being written, and reading anybody's.

What belongs here: the file format. What does not: which answers become which records (`archive.py`), finding records
by URL (`index.py`). Every record is its own gzip member, as all web-archive tools expect, so that a record can be read
by offset and a torn tail can be cut without touching what stands before it.
"""

import os
import zlib
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from warcio.bufferedreaders import BufferedReader, ChunkedDataReader
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from policywatch.errors import StorageError

Headers = tuple[tuple[str, str], ...]

GZIP_MAGIC = b"\x1f\x8b"
MAX_RECORD = 256 * 1024 * 1024
"""Bytes of one record, decompressed; what is larger is reported and skipped, not read into memory."""
MAX_CONTENT = 64 * 1024 * 1024
"""Bytes of one payload after undoing Content-Encoding: a zip bomb ends here."""
_MAX_HEAD = 64 * 1024
_CHUNK = 64 * 1024


class Place(NamedTuple):
    """Where a record stands: file relative to the archive folder, offset and length in compressed bytes."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Record:
    """One record as read: WARC headers with lower-case names, the HTTP head where there is one, the raw payload."""

    kind: str
    offset: int
    length: int
    fields: dict[str, str]
    http: StatusAndHeaders | None
    payload: bytes = field(repr=False)

    @property
    def url(self) -> str:
        """The address asked; empty for warcinfo records."""
        return self.fields.get("warc-target-uri", "").strip("<>")

    @property
    def status(self) -> int | None:
        """The HTTP status, None where the record holds no HTTP answer."""
        if self.http is None:
            return None
        code = self.http.get_statuscode()
        return int(code) if code.isdigit() else None

    @property
    def headers(self) -> Headers:
        """The HTTP headers in order, names as sent."""
        return tuple(self.http.headers) if self.http else ()

    def header(self, name: str) -> str | None:
        """The first HTTP header of that name, in any case; None where there is none."""
        return (self.http.get_header(name) or None) if self.http else None

    def content(self) -> bytes:
        """The payload without transfer and content encoding.

        Raises:
            ValueError: it grows beyond MAX_CONTENT.
        """
        if self.http is None:
            return self.payload
        encoding = (self.http.get_header("content-encoding") or "").strip().lower() or None
        if encoding not in BufferedReader.get_supported_decompressors():
            encoding = None
        chunked = (self.http.get_header("transfer-encoding") or "").lower() == "chunked"
        if not encoding and not chunked:
            return self.payload
        reader_class = ChunkedDataReader if chunked else BufferedReader
        reader = reader_class(BytesIO(self.payload), decomp_type=encoding)
        parts, size = [], 0
        while part := reader.read(_CHUNK):
            size += len(part)
            if size > MAX_CONTENT:
                msg = f"unpacks to more than {MAX_CONTENT // 2**20} MB"
                raise ValueError(msg)
            parts.append(part)
        return b"".join(parts)


@dataclass(frozen=True, slots=True)
class Damage:
    """A stretch of a WARC file that is no whole record: where, and what is wrong with it."""

    offset: int
    detail: str
    url: str | None = None


def payload_digest(payload: bytes) -> str:
    """The sha256 of `payload` in the form that WARC headers carry (base 32)."""
    return "sha256:" + b32encode(sha256(payload).digest()).decode("ascii")


class _Sha256Writer(WARCWriter):  # type: ignore[misc] # warcio has no types
    """warcio's writer with sha256 for the block digest, to match the payload digest."""

    @staticmethod
    def _create_digester() -> Any:  # noqa: ANN401
        return Digester("sha256")


class WarcWriter:
    """Appends records to one WARC file; a failed write leaves the file as it was before.

    Records reach the operating system as soon as they are written (a killed process loses none); they reach the disk
    at `sync`, which the caller does before anything refers to them for good.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self.path = path
        self._buffer = BytesIO()
        self._warcio = _Sha256Writer(self._buffer, gzip=True, warc_version="1.1")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            self.size = os.lseek(self._fd, 0, os.SEEK_END)
        except OSError as error:
            raise _storage(path, error) from None

    def build(self, kind: str, url: str, fields: dict[str, str], http: StatusAndHeaders | None, payload: bytes) -> Any:  # noqa: ANN401 - warcio's record
        """A record ready for `append`. `fields` holds WARC headers; WARC-Date must be among them."""
        return self._warcio.create_warc_record(
            url, kind, payload=BytesIO(payload), length=len(payload), http_headers=http, warc_headers_dict=fields
        )

    def append(self, *records: Any) -> list[Place]:  # noqa: ANN401
        """Write `records` in one go and say where each stands.

        Raises:
            StorageError: the disk is full or refuses; the file ends where it ended before.
        """
        buffer, places = self._buffer, []
        buffer.seek(0)
        buffer.truncate()
        for record in records:
            start = buffer.tell()
            self._warcio.write_record(record)
            places.append(Place(self.name, self.size + start, buffer.tell() - start))
        try:
            _write_all(self._fd, buffer.getbuffer(), self.size)
        except OSError as error:
            os.ftruncate(self._fd, self.size)
            raise _storage(self.path, error) from None
        self.size += buffer.tell()
        return places

    def cut(self, size: int) -> None:
        """Drop everything from `size` on: the torn tail of a writer that was killed."""
        os.ftruncate(self._fd, size)
        self.size = size

    def sync(self) -> None:
        """Return when the file is on the disk.

        Raises:
            StorageError: the disk could not take it.
        """
        try:
            os.fsync(self._fd)
            for folder in list(self.path.parents)[:3]:  # the year, the source, the archive: all may be new
                _sync_folder(folder)
        except OSError as error:
            raise _storage(self.path, error) from None

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._fd)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _write_all(fd: int, data: memoryview, offset: int) -> None:
    with data:
        done = 0
        while done < len(data):
            done += os.pwrite(fd, data[done:], offset + done)


def _storage(path: Path, error: OSError) -> StorageError:
    return StorageError(f"cannot write {path}: {error.strerror}; free space or correct the rights, then run again")


def read_at(path: Path, offset: int) -> Record:
    """The record that starts at `offset` of the WARC file `path`.

    Raises:
        StorageError: the file is gone, or no whole record stands there.
    """
    try:
        with path.open("rb") as file:
            gzipped = file.read(2) == GZIP_MAGIC
            file.seek(offset)
            found: Record | Damage | None
            if gzipped:
                member = next(_members(file, offset), None)
                if isinstance(member, tuple):
                    found = next(_records(BytesIO(member[2]), offset, member[1]), None)
                else:
                    found = member
            else:
                found = next(_records(file, None, None), None)
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}; restore the archive folder from its backup"
        raise StorageError(msg) from None
    if not isinstance(found, Record):
        detail = found.detail if found else "the file ends before it"
        msg = f"{path} holds no record at {offset} ({detail}); restore the archive folder from its backup"
        raise StorageError(msg)
    return found


def read_warc(path: Path) -> Iterator[Record | Damage]:
    """Every record of a WARC file, gzipped by record or plain, in order; damage is reported and what is whole is kept.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        magic = file.read(2)
        file.seek(0)
        if magic != GZIP_MAGIC:
            yield from _records(file, None, None)
            return
        for member in _members(file, 0):
            if isinstance(member, Damage):
                yield member
            else:
                yield from _records(BytesIO(member[2]), member[0], member[1])


def _members(file: BinaryIO, offset: int) -> Iterator[tuple[int, int, bytes] | Damage]:
    """The gzip members from the file's present position on: start, compressed length, content."""
    pending = b""
    while True:
        inflate, parts, size, used = zlib.decompressobj(zlib.MAX_WBITS | 16), [], 0, 0
        while not inflate.eof:
            data = pending or file.read(_CHUNK)
            pending = b""
            if not data:
                if used:
                    yield Damage(offset, "the file ends inside a record")
                return
            used += len(data)
            try:
                parts.append(inflate.decompress(data, MAX_RECORD - size + 1))
            except zlib.error as error:
                yield Damage(offset, f"not gzip ({error})")
                return
            size += len(parts[-1])
            if size > MAX_RECORD:
                yield Damage(offset, "one gzip member larger than 256 MB; run `warcio recompress` on the file")
                return
        pending = inflate.unused_data
        length = used - len(pending)
        yield offset, length, b"".join(parts)
        offset += length


def _records(file: BinaryIO, offset: int | None, length: int | None) -> Iterator[Record | Damage]:
    """The records of a decompressed stream. `offset` and `length` are those of the gzip member around it, if any."""
    while True:
        start = file.tell() if offset is None else offset
        line = file.readline(_MAX_HEAD)
        while line in {b"\r\n", b"\n"}:
            start = start if offset is not None else file.tell()
            line = file.readline(_MAX_HEAD)
        if not line:
            return
        if not line.startswith(b"WARC/"):
            yield Damage(start, "no WARC record starts here")
            return
        fields = _fields(file)
        if fields is None or not fields.get("content-length", "").isdigit():
            yield Damage(start, "the file ends inside a record's headers, or they name no length")
            return
        size = int(fields["content-length"])
        url = fields.get("warc-target-uri")
        if size > MAX_RECORD:
            yield Damage(start, f"a record of {size // 2**20} MB; too large to read", url)
            file.seek(size, os.SEEK_CUR)
            continue
        block = file.read(size)
        if len(block) < size:
            yield Damage(start, f"the record is cut off after {len(block)} of {size} bytes", url)
            return
        end = length if length is not None else file.tell() - start
        yield _record(start, end, fields, block)


def _fields(file: BinaryIO) -> dict[str, str] | None:
    fields: dict[str, str] = {}
    last, total = "", 0
    while line := file.readline(_MAX_HEAD):
        total += len(line)
        if total > _MAX_HEAD:
            return None
        text = line.decode("utf-8", "replace")
        if not text.strip():
            return fields if text.endswith("\n") else None
        if text[0] in " \t" and last:
            fields[last] += " " + text.strip()
            continue
        name, _, value = text.partition(":")
        last = name.strip().lower()
        fields[last] = value.strip()
    return None


_HTTP = StatusAndHeadersParser(["HTTP/0.9", "HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3"], verify=False)


def _record(offset: int, length: int, fields: dict[str, str], block: bytes) -> Record:
    kind = fields.get("warc-type", "").lower()
    if kind == "request":
        return Record(kind, offset, length, fields, _HTTP_REQUEST.parse(BytesIO(block)), _after_head(block))
    is_http = kind in {"response", "revisit"} and block[:5].upper() == b"HTTP/"
    if not is_http:
        return Record(kind, offset, length, fields, None, block)
    stream = BytesIO(block)
    http = _HTTP.parse(stream)
    return Record(kind, offset, length, fields, http, stream.read())


_HTTP_REQUEST = StatusAndHeadersParser(["GET", "HEAD", "POST"], verify=False)


def _after_head(block: bytes) -> bytes:
    return block.partition(b"\r\n\r\n")[2]

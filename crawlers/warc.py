"""WARC records as anybody writes them: reading files by record or by offset.

What belongs here: the file format, and its forms in the wild: gzip by record, one gzip around everything, plain, with
damage in between or a torn end; and the older ARC format, which says the same in one line. What does not: writing
(`warcwriter.py`), undoing encodings of payloads (`packing.py`), what a record means (`captures.py`, `foreign.py`).
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

from crawlers import packing
from policywatch.errors import StorageError

Headers = tuple[tuple[str, str], ...]

GZIP_MAGIC = b"\x1f\x8b"
MAX_RECORD = 256 * 1024 * 1024
"""Bytes of one record, decompressed; what is larger is reported and skipped, not read into memory."""
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

    def content(self, *, whole: bool = False) -> bytes:
        """The payload without transfer and content encoding; with `whole`, never a part of it.

        Raises:
            ValueError: it grows too large, or cannot be unpacked; see `packing.unpack`.
        """
        if self.http is None:
            return self.payload
        transfer, encoding = self.header("transfer-encoding") or "", self.header("content-encoding") or ""
        return packing.unpack(self.payload, transfer, encoding, whole=whole, limit=packing.MAX_CONTENT)


@dataclass(frozen=True, slots=True)
class Damage:
    """A stretch of a WARC file that is no whole record: where, and what is wrong with it."""

    offset: int
    detail: str
    url: str | None = None


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
                member = next(members(file, offset), None)
                if isinstance(member, tuple):
                    found = next(read_records(BytesIO(member[2]), offset, member[1]), None)
                else:
                    found = member
            else:
                found = next(read_records(file, None, None), None)
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
            yield from read_records(file, None, None)
            return
        for member in members(file, 0):
            if isinstance(member, Damage):
                yield member
            else:
                yield from read_records(BytesIO(member[2]), member[0], member[1])


def members(file: BinaryIO, offset: int) -> Iterator[tuple[int, int, bytes] | Damage]:
    """The gzip members from the file's present position on: start, compressed length, content.

    After damage it goes on with the next member that can be found. Zeros at the end, which tapes leave, are no damage.
    """
    pending, lost = b"", False
    while True:
        content, used, rest, wrong = _inflate(file, pending)
        if wrong:
            start = None if wrong == _ENDS else _next_member(file, offset)
            if not lost and (start is not None or _rest(file, offset).strip(b"\0")):
                yield Damage(offset, wrong)
            if start is None:
                return
            lost, offset, pending = True, start, b""
            file.seek(offset)
            continue
        if not used:
            return
        # Two magic bytes may also stand in the middle of damage.
        if not lost or content.startswith(b"WARC/"):
            lost = False
            yield offset, used, content
        offset, pending = offset + used, rest


_ENDS = "the file ends inside a record"


def _inflate(file: BinaryIO, pending: bytes) -> tuple[bytes, int, bytes, str]:
    """One gzip member: its content, its length, what was read beyond it, and what is wrong with it."""
    inflate, parts, size, used = zlib.decompressobj(zlib.MAX_WBITS | 16), [], 0, 0
    while not inflate.eof:
        data, pending = pending or file.read(_CHUNK), b""
        if not data:
            return b"", used, b"", _ENDS if used else ""
        used += len(data)
        try:
            parts.append(inflate.decompress(data, MAX_RECORD - size + 1))
        except zlib.error as error:
            return b"", used, b"", f"not gzip ({error})"
        size += len(parts[-1])
        if size > MAX_RECORD:
            return b"", used, b"", "one gzip member larger than 256 MB; run `warcio recompress` on the file"
    return b"".join(parts), used - len(inflate.unused_data), inflate.unused_data, ""


def _rest(file: BinaryIO, offset: int) -> bytes:
    """Enough of what stands from `offset` on to see whether it is nothing but zeros."""
    file.seek(offset)
    return file.read(_CHUNK)


def _next_member(file: BinaryIO, offset: int) -> int | None:
    """Where the next gzip member after the one at `offset` may begin."""
    at, before = offset + 1, b""
    file.seek(at)
    while data := file.read(_CHUNK):
        window = before + data
        found = window.find(b"\x1f\x8b\x08")
        if found >= 0:
            return at - len(before) + found
        at, before = at + len(data), window[-2:]
    return None


def read_records(file: BinaryIO, offset: int | None, length: int | None) -> Iterator[Record | Damage]:
    """The records of a decompressed stream. `offset` and `length` are those of the gzip member around it, if any.

    Records of the older ARC format are read as responses. After damage it goes on with the next record that it finds.
    """
    lost = False
    while True:
        start = file.tell() if offset is None else offset
        line = file.readline(_MAX_HEAD)
        while line in {b"\r\n", b"\n"} or (line and not line.strip(b"\0\r\n")):
            start = start if offset is not None else file.tell()
            line = file.readline(_MAX_HEAD)
        if not line:
            return
        is_warc = line.startswith(b"WARC/")
        fields = read_fields(file) if is_warc else arc_fields(line)
        if fields is None or not fields.get("content-length", "").isdigit():
            if not lost:
                wrong = "the file ends inside a record's headers, or they name no length"
                yield Damage(start, wrong if is_warc else "no WARC record starts here")
            lost = True
            continue
        lost = False
        size = int(fields["content-length"])
        url = fields.get("warc-target-uri")
        if size > MAX_RECORD:
            yield Damage(start, f"a record of {size // 2**20} MB; too large to read", url)
            for at in range(0, size, _CHUNK):  # a stream may know no seeking
                file.read(min(_CHUNK, size - at))
            continue
        block = file.read(size)
        if len(block) < size:
            yield Damage(start, f"the record is cut off after {len(block)} of {size} bytes", url)
            return
        end = length if length is not None else file.tell() - start
        yield make_record(start, end, fields, block)


# URL, address, time, type, …, length. https://archive.org/web/researcher/ArcFileFormat.php
_ARC = re.compile(rb"(\w+:\S*) \S+ (\d{14}) \S+(?: \S+)*? (\d+)\r?\n")


def arc_fields(line: bytes) -> dict[str, str] | None:
    """The line that opens a record of an ARC file, as the WARC headers that say the same; None where it is none."""
    found = _ARC.fullmatch(line)
    if not found:
        return None
    url, at, length = (part.decode("utf-8", "replace") for part in found.groups())
    return {
        "warc-type": "warcinfo" if url.startswith("filedesc:") else "response",
        "warc-target-uri": url,
        "warc-date": f"{at[:4]}-{at[4:6]}-{at[6:8]}T{at[8:10]}:{at[10:12]}:{at[12:14]}Z",
        "content-length": length,
    }


def read_fields(file: BinaryIO) -> dict[str, str] | None:
    """The header lines up to the empty one, names in lower case; None where they end before it."""
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
_HTTP_REQUEST = StatusAndHeadersParser(["GET", "HEAD", "POST"], verify=False)
# HTTP/2 has no status line; some recorders write its pseudo-header as it came.
_PSEUDO = re.compile(rb":status:\s*(\d{3})[^\n]*\n")


def make_record(offset: int, length: int, fields: dict[str, str], block: bytes) -> Record:
    """A record out of its headers and its block."""
    kind = fields.get("warc-type", "").lower()
    if kind == "request":
        return Record(kind, offset, length, fields, _HTTP_REQUEST.parse(BytesIO(block)), _after_head(block))
    if kind in {"response", "revisit"}:
        pseudo = _PSEUDO.match(block)
        block = b"HTTP/2 %b\r\n" % pseudo[1] + block[pseudo.end() :] if pseudo else block
        if block[:5].upper() == b"HTTP/":
            stream = BytesIO(block)
            http = _HTTP.parse(stream)
            return Record(kind, offset, length, fields, http, stream.read())
    return Record(kind, offset, length, fields, None, block)


def _after_head(block: bytes) -> bytes:
    return block.partition(b"\r\n\r\n")[2]

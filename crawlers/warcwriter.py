"""Writing WARC files so that a kill loses at most the record being written.

What belongs here: appending records to one file. What does not: reading them (`warc.py`), which answers become which
records (`store.py`). Every record is its own gzip member, as all web-archive tools expect, so that a record can be read
by offset and a torn tail can be cut without touching what stands before it.
"""

import os
import zlib
from base64 import b32encode
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple
from uuid import uuid4

from warcio.statusandheaders import StatusAndHeaders

from crawlers.warc import Place
from policywatch.errors import StorageError


def payload_digest(payload: bytes) -> str:
    """The sha256 of `payload` in the form that WARC headers carry (base 32)."""
    return _digest(sha256(payload).digest())


def _digest(digest: bytes) -> str:
    return "sha256:" + b32encode(digest).decode("ascii")


class Built(NamedTuple):
    """A record ready for `WarcWriter.append`: its name, `<urn:uuid:…>`, and its bytes, in pieces."""

    record_id: str
    pieces: tuple[bytes, ...]


_HTTP: Final = "application/http; msgtype={}"
_TYPES: Final = {
    "request": _HTTP.format("request"),
    "response": _HTTP.format("response"),
    "revisit": _HTTP.format("response"),
    "warcinfo": "application/warc-fields",
}
"""What stands in a record, where its fields do not say it."""
_LEVEL: Final = 6
"""Of gzip; the highest takes half as long again for a hundredth of the bytes."""


def build(kind: str, url: str, fields: dict[str, str], http: StatusAndHeaders | None, payload: bytes) -> Built:
    """A record of this kind.

    Args:
        kind: response, request, revisit, conversion, …
        url: what it is about; empty where it is about no address.
        fields: its WARC headers, WARC-Date among them, and the payload's digest where that is not `payload`'s own.
        http: the HTTP head of a request or an answer.
        payload: what follows the head; empty for a revisit.
    """
    # Written by hand: through warcio's objects each request cost a tenth of a crawl. Tests read it with warcio.
    record_id = f"<urn:uuid:{uuid4()}>"
    block = (http.to_ascii_bytes() if http is not None else b"", payload)
    digest = sha256(block[0])
    digest.update(payload)
    headers = {"WARC-Type": kind, "WARC-Record-ID": record_id}
    if url:
        headers["WARC-Target-URI"] = url
    headers |= fields
    if kind != "warcinfo" and "WARC-Payload-Digest" not in fields:
        headers["WARC-Payload-Digest"] = payload_digest(payload)
    headers["WARC-Block-Digest"] = _digest(digest.digest())
    headers["Content-Type"] = fields.get("Content-Type") or _TYPES[kind]
    headers["Content-Length"] = str(len(block[0]) + len(payload))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return Built(record_id, (f"WARC/1.1\r\n{head}\r\n".encode(), *block, b"\r\n\r\n"))


def _gzipped(pieces: tuple[bytes, ...]) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join([*map(packer.compress, pieces), packer.flush()])


class WarcWriter:
    """Appends records to one WARC file; a failed write leaves the file as it was before.

    Records reach the operating system as soon as they are written (a killed process loses none); they reach the disk
    at `sync`, which the caller does before anything refers to them for good.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            self.size = os.lseek(self._fd, 0, os.SEEK_END)
        except OSError as error:
            raise _storage(path, error) from None

    def append(self, *records: Built) -> list[Place]:
        """Write `records` in one go and say where each stands.

        Raises:
            StorageError: the disk is full or refuses; the file ends where it ended before.
        """
        members = [_gzipped(record.pieces) for record in records]
        at, places = self.size, []
        for member in members:
            places.append(Place(self.name, at, len(member)))
            at += len(member)
        try:
            _write_all(self._fd, memoryview(b"".join(members)), self.size)
        except OSError as error:
            os.ftruncate(self._fd, self.size)
            raise _storage(self.path, error) from None
        self.size = at
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

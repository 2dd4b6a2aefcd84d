"""Writing WARC files so that a kill loses at most the record being written.

What belongs here: appending records to one file. What does not: reading them (`warc.py`), which answers become which
records (`store.py`). Every record is its own gzip member, as all web-archive tools expect, so that a record can be read
by offset and a torn tail can be cut without touching what stands before it.
"""

import os
from base64 import b32encode
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from crawlers.warc import Place
from policywatch.errors import StorageError


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

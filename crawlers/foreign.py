"""Captures out of any WARC or ARC file: ours, wget's, Browsertrix's, the Internet Archive's.

What belongs here: what a record of somebody else's means, and where the bytes are that a revisit only names. What does
not: the file formats (`warc.py`), captures of our own archive by their place (`captures.py`), taking them in
(`pipeline.ingest`).
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import BinaryIO, Final, Self

from crawlers.captures import ROLE, Capture, capture_of, record_date
from crawlers.packing import TooLargeError
from crawlers.warc import GZIP_MAGIC, Damage, Record, read_at, read_records, read_warc
from policywatch.errors import StorageError

MAX_WHOLE: Final = 8 << 30
"""Bytes that a file which is one gzip around everything may unpack to, on the disk."""
_CHUNK: Final = 1 << 20
_SAME_TIME: Final = 16
"""How much of an ISO 8601 time says the minute."""


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that gives no capture: `reason` is truncated, damaged, too_large, no_date or unresolved_revisit."""

    offset: int
    reason: str
    detail: str
    url: str | None = None


def iter_warc(path: str | Path) -> Iterator[Capture | BadRecord]:
    """The captures of one file; see `Shelf.read`. A revisit whose bytes are nowhere in it comes last.

    Raises:
        StorageError: the file cannot be opened.
    """
    with Shelf() as shelf:
        yield from shelf.read(Path(path))
        for _, found in shelf.late():
            yield found


class Shelf:
    """Files that are read together, so that a revisit in one finds its bytes in another; a context manager."""

    def __init__(self) -> None:
        self._originals: dict[int, tuple[Path, int]] = {}
        self._waiting: list[tuple[Path, Path, Record]] = []
        self._folder: TemporaryDirectory[str] | None = None
        self._copies = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def read(self, path: Path) -> Iterator[Capture | BadRecord]:
        """The captures of a file, in its order.

        Responses, resources and revisits of web addresses give captures; requests, warcinfo, metadata, host lookups,
        screenshots and other extracts are passed over. What is damaged or cut off comes as a BadRecord and what is
        whole is kept. A revisit whose bytes have not been met waits for `late`.

        Raises:
            StorageError: the file cannot be opened, or there is no room to unpack it.
        """
        try:
            plain, damage = self._plain(path)
            for found in read_warc(plain):
                if isinstance(found, Damage):
                    cut = "cut off" in found.detail or "ends inside" in found.detail
                    yield BadRecord(found.offset, "truncated" if cut else "damaged", found.detail, found.url)
                elif _is_capture(found) and (capture := self._take(path, plain, found)) is not None:
                    yield capture
            if damage:
                yield damage
        except OSError as error:
            msg = f"cannot read {path}: {error.strerror or error}"
            raise StorageError(msg) from None

    def late(self) -> Iterator[tuple[Path, Capture | BadRecord]]:
        """The revisits whose bytes stood behind them, or in a later file, or are nowhere; each beside its file."""
        waiting, self._waiting = self._waiting, []
        for path, _, record in waiting:
            yield (
                path,
                self._revisit(record)
                or BadRecord(
                    record.offset,
                    "unresolved_revisit",
                    "the bytes that it repeats are not in this file; ingest it together with the file that has them",
                    record.url,
                ),
            )

    def _take(self, path: Path, plain: Path, record: Record) -> Capture | BadRecord | None:
        objection = _objection(record)
        if objection is not None:
            return objection
        if record.kind == "revisit":
            found = self._revisit(record)
            if found is None:
                self._waiting.append((path, plain, record))
            return found
        for key in _keys(record):
            self._originals.setdefault(hash(key), (plain, record.offset))
        return _capture(record, record)

    def _revisit(self, record: Record) -> Capture | BadRecord | None:
        keys = _keys(record)
        for key in keys:
            place = self._originals.get(hash(key))
            if place is None:
                continue
            original = read_at(*place)
            if not keys.isdisjoint(_keys(original)):
                return _capture(record, original)
        return None

    def _plain(self, path: Path) -> tuple[Path, BadRecord | None]:
        """The file itself, or an unpacked copy where one gzip is around many records: they have no places of their own.

        Beside it, what is wrong with the gzip.
        """
        with path.open("rb") as file:
            if not _is_one_gzip(file):
                return path, None
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="policywatch-")
        self._copies += 1
        copy, size = Path(self._folder.name) / str(self._copies), 0
        try:
            with gzip.open(path) as packed, copy.open("wb") as file:
                while part := packed.read(_CHUNK):
                    size += file.write(part)
                    if size > MAX_WHOLE:
                        return copy, BadRecord(size, "too_large", f"unpacks to more than {MAX_WHOLE >> 30} GB")
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            return copy, BadRecord(size, "truncated", f"the file ends inside a record ({error})")
        return copy, None


class _FirstMember(io.RawIOBase):
    """The content of the first gzip member of a file, as a stream."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def readable(self) -> bool:
        return True

    def readinto(self, target: bytearray) -> int:  # type: ignore[override]
        part = b""
        while not part and not self._inflate.eof:
            data = self._inflate.unconsumed_tail or self._file.read(_CHUNK)
            if not data:
                break
            try:
                part = self._inflate.decompress(data, len(target))
            except zlib.error:
                break
        target[: len(part)] = part
        return len(part)


def _is_one_gzip(file: BinaryIO) -> bool:
    """Whether one gzip member holds more than one record."""
    if file.read(2) != GZIP_MAGIC:
        return False
    file.seek(0)
    first: BinaryIO = io.BufferedReader(_FirstMember(file))  # type: ignore[type-var]
    return len(list(islice(read_records(first, 0, 0), 2))) > 1


def _is_capture(record: Record) -> bool:
    """Conversions count where we wrote them (a page's text out of a listing's answer), not other people's extracts."""
    kinds = {"response", "resource", "revisit"}
    ours = record.kind == "conversion" and record.fields.get(ROLE.lower()) == "page"
    return (record.kind in kinds or ours) and record.url.startswith(("http:", "https:"))


def _objection(record: Record) -> BadRecord | None:
    """Why a record gives no capture, whatever its bytes are."""
    if record_date(record.fields) is None:
        return BadRecord(record.offset, "no_date", "WARC-Date is missing or no date", record.url)
    cut = record.fields.get("warc-truncated")
    if cut or record.fields.get("warc-segment-number"):
        why = f"WARC-Truncated: {cut}" if cut else "one segment of several; join them with the recorder's own tool"
        return BadRecord(record.offset, "truncated", f"holds only a part of the answer ({why})", record.url)
    return None


def _keys(record: Record) -> set[str]:
    """By what a revisit and the record that has its bytes are known to each other."""
    fields, keys = record.fields, set[str]()
    digest = fields.get("warc-payload-digest")
    is_revisit = record.kind == "revisit"
    # Where nothing changed there is no payload, and some recorders note the digest of nothing.
    if digest and not (is_revisit and "not-modified" in fields.get("warc-profile", "")):
        keys.add(digest)
    url = fields.get("warc-refers-to-target-uri", record.url).strip("<>") if is_revisit else record.url
    date = fields.get("warc-refers-to-date" if is_revisit else "warc-date", "")
    if date:
        keys.add(f"{url} {date[:_SAME_TIME]}")
    return keys


def _capture(record: Record, source: Record) -> Capture | BadRecord:
    try:
        return capture_of(record, source.content(whole=True), source)
    except TooLargeError as error:
        return BadRecord(record.offset, "too_large", str(error), record.url)
    except ValueError as error:
        return BadRecord(record.offset, "damaged", str(error), record.url)

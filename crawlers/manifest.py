"""The manifest of a crawl: one row per URL asked, and the summary that commits it.

What belongs here: their shape and their files. What does not: how an outcome is decided (`session.py`), how a run is
judged (`health.py`). Both files are written beside their place, synced and renamed: a reader meets all or nothing.
"""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal, get_args

from policywatch.errors import StorageError

Role = Literal["list", "page", "robots", "attachment"]
Outcome = Literal[
    "new",  # a page never seen before answered
    "changed",  # other bytes than last time
    "unchanged",  # the same bytes as last time
    "not_modified",  # the server says so (304)
    "missing",  # 404, 410, or sent on to the home page
    "blocked",  # refused: by the portal (401, 403, 429, a challenge), by robots.txt, or by our own rules
    "failed",  # no answer, or one that is of no use
]
OUTCOMES: Final = get_args(Outcome)
Verdict = Literal[
    "good",
    "partial",  # ended itself, for quiet hours or the day's budget; the next run asks the rest
    "suspect",
    "failed",
]


@dataclass(slots=True)
class Row:
    """One URL asked. `fetched_at` ISO 8601 UTC; `warc_*` the place of the answer, None where none came.

    `payload_digest` (of the bytes as sent), `final_url` (after redirects) and `key` (what tells two requests apart;
    None where it is the URL) let the index be made again from manifests alone. `linked_by`: the canonical
    address of the page for whose sake a file was asked.
    """

    capture_id: str
    crawl_id: str
    source: str
    role: Role
    url: str
    canonical_url: str
    fetched_at: str
    outcome: Outcome
    status: int | None = None
    digest: str | None = None
    content_type: str | None = None
    warc_file: str | None = None
    warc_offset: int | None = None
    warc_length: int | None = None
    listed: dict[str, str] | None = None
    error: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    payload_digest: str | None = None
    final_url: str | None = None
    key: str | None = None
    linked_by: str | None = None

    @property
    def was_asked(self) -> bool:
        """Whether a request for it left, so that it counts as a page of the source from now on."""
        return not (self.outcome == "blocked" and self.status is None and (self.error or "").startswith("not asked"))


_NAMES = tuple(item.name for item in fields(Row))


def capture_id(source: str, canonical_url: str, url: str, fetched_at: str) -> str:
    """The id of a capture: the same for the same answer in every run over the same input."""
    return sha256(f"{source}|{canonical_url}|{url}|{fetched_at}".encode()).hexdigest()[:16]


def row_json(row: Row) -> str:
    """`row` as one line of the manifest."""
    return json.dumps({name: getattr(row, name) for name in _NAMES}, ensure_ascii=False, separators=(",", ":"))


def read_manifest(path: Path) -> Iterator[Row]:
    """The rows of a manifest; keys that a newer version wrote are passed over.

    Raises:
        StorageError: the file is gone or no manifest.
    """
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                values = json.loads(line)
                yield Row(**{name: values[name] for name in _NAMES if name in values})
    except (OSError, ValueError, TypeError) as error:
        msg = f"{path}: cannot be read ({error}); restore crawls/ from its backup"
        raise StorageError(msg) from None


class RawManifest:
    """A manifest in the making: rows go to a file beside its place, so that memory does not grow with the crawl."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self._beside = path.with_name(f".{path.name}.part")
        try:
            self._file = self._beside.open("w+b")
        except OSError as error:
            raise _storage(path, error) from None

    def add(self, lines: bytes) -> None:
        """Append whole lines, each a row.

        Raises:
            StorageError: the disk is full or refuses.
        """
        self.rows += lines.count(b"\n")
        try:
            self._file.write(lines)
        except OSError as error:
            raise _storage(self.path, error) from None

    def portions(self, rows: int) -> Iterator[bytes]:
        """All that was added, in portions of so many rows.

        Raises:
            StorageError: it cannot be read or written.
        """
        try:
            self._file.flush()
            self._file.seek(0)
            while lines := list(islice(self._file, rows)):
                yield b"".join(lines)
        except OSError as error:
            raise _storage(self.path, error) from None

    def commit(self) -> None:
        """Put the manifest in its place, on the disk when this returns.

        Raises:
            StorageError: the disk is full or refuses.
        """
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            _replace(self._beside, self.path)
        except OSError as error:
            raise _storage(self.path, error) from None

    def close(self) -> None:
        """Let go of the file; what was not committed is thrown away, and written anew when the crawl is taken up."""
        with contextlib.suppress(OSError):  # rows that a full disk refused; that was said when they were added
            self._file.close()
        with contextlib.suppress(OSError):
            self._beside.unlink(missing_ok=True)


class ManifestWriter(RawManifest):
    """The manifest of a crawl in progress."""

    def add_row(self, row: Row) -> None:
        """Append one row.

        Raises:
            StorageError: the disk is full or refuses.
        """
        self.add(f"{row_json(row)}\n".encode())


def write_summary(path: Path, summary: Mapping[str, Any]) -> None:
    """Write crawl.json: from here on the crawl is committed.

    Raises:
        StorageError: the disk is full or refuses.
    """
    write_synced(path, (json.dumps(summary, ensure_ascii=False, indent=1) + "\n").encode())


def write_synced(path: Path, data: bytes) -> None:
    """`data` at `path`, whole or not at all, on the disk when this returns.

    Raises:
        StorageError: the disk is full or refuses.
    """
    beside = path.with_name(f".{path.name}.tmp")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _storage(path, error) from None


def _replace(beside: Path, path: Path) -> None:
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _storage(path: Path, error: OSError) -> StorageError:
    return StorageError(f"cannot write {path}: {error.strerror}; free space or correct the rights, then run again")

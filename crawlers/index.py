"""What is known of each page, and which capture stands where: `archive/index.sqlite`.

What belongs here: that file. What does not: the WARC files it points into (`warc.py`, `archive.py`). It is a copy for
speed: everything in it can be made again from the manifests of committed crawls, and a crawl that was committed but
not indexed (the process was killed in between) is taken in at the next opening. The one thing that comes from
elsewhere is the table `dates`: what the reader found out about when a page is worth asking again.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from hashlib import sha256
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from crawlers.manifest import Row, read_manifest
from policywatch.errors import StorageError
from policywatch.home import Home

SCHEMA = 3
_PORTION = 1000
"""Rows in memory at once."""

_TABLES = """
CREATE TABLE IF NOT EXISTS crawl (
    crawl_id TEXT PRIMARY KEY, source TEXT, started_at TEXT, finished_at TEXT, verdict TEXT, listed INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS page (
    source TEXT, key TEXT, role TEXT, url TEXT, canonical_url TEXT, etag TEXT, last_modified TEXT, digest TEXT,
    payload_digest TEXT, first_seen_at TEXT, last_fetched_at TEXT, last_outcome TEXT, missing INTEGER,
    full_url TEXT, full_at TEXT, full_file TEXT, full_offset INTEGER, full_length INTEGER,
    trouble INTEGER NOT NULL DEFAULT 0, listed TEXT, linked_by TEXT,
    PRIMARY KEY (source, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS capture (
    url TEXT, fetched_at TEXT, capture_id TEXT, crawl_id TEXT, outcome TEXT, status INTEGER, digest TEXT,
    warc_file TEXT, warc_offset INTEGER, warc_length INTEGER, PRIMARY KEY (url, fetched_at, capture_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dates (
    source TEXT, canonical_url TEXT, published TEXT, starts TEXT, ends TEXT, changed TEXT,
    PRIMARY KEY (source, canonical_url)
) WITHOUT ROWID;
"""
# Columns that a file of an earlier version lacks, by that version.
_ADDED = {
    1: (
        "ALTER TABLE page ADD COLUMN trouble INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE page ADD COLUMN listed TEXT",
    ),
    2: ("ALTER TABLE page ADD COLUMN linked_by TEXT",),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the archive knows of one address of a source.

    `digest` is of the decoded content, `payload_digest` of the bytes as sent. `missing` counts the latest answers in a
    row that said 404 or 410, `trouble` those that brought nothing, for whatever reason. `full_*` is the place of the
    last whole answer, None where there never was one. `listed` tells apart what listings said of it; `linked_by` is the
    page for whose sake a file was asked. The rest is of the table `dates`, all None where nobody has read the page yet:
    days as ISO 8601.
    """

    key: str
    role: str
    url: str
    canonical_url: str
    etag: str | None
    last_modified: str | None
    digest: str | None
    payload_digest: str | None
    first_seen_at: str
    last_fetched_at: str
    last_outcome: str
    missing: int
    full_url: str | None
    full_at: str | None
    full_file: str | None
    full_offset: int | None
    full_length: int | None
    trouble: int = 0
    listed: str | None = None
    linked_by: str | None = None
    was_read: str | None = None
    published: str | None = None
    starts: str | None = None
    ends: str | None = None
    changed: str | None = None

    @property
    def is_owed(self) -> bool:
        """Whether it is a file that was wanted and did not come; one that is gone (404) is not owed."""
        return self.role == "attachment" and self.trouble > 0 and self.last_outcome != "missing"


class Found(NamedTuple):
    """An archived answer: when it came, where it stands, what it was."""

    fetched_at: str
    warc_file: str
    warc_offset: int
    outcome: str
    status: int | None


class Dates(NamedTuple):
    """What the reader found out about a page, days as ISO 8601 in the portal's zone.

    `starts` and `ends`: when what it says begins and ends to hold. `changed`: when its reading last changed, None where
    it never did.
    """

    canonical_url: str
    published: str | None = None
    starts: str | None = None
    ends: str | None = None
    changed: str | None = None


_OF_DATES = {"was_read": "canonical_url", **{name: name for name in Dates._fields[1:]}}
_COLUMNS = ", ".join(
    f"dates.{_OF_DATES[column.name]}" if column.name in _OF_DATES else f"page.{column.name}" for column in fields(Known)
)
_SELECT = f"SELECT {_COLUMNS} FROM page LEFT JOIN dates USING (source, canonical_url) WHERE source = ?"  # noqa: S608 - our own


def listed_digest(listed: Mapping[str, str] | None) -> str | None:
    """What tells apart what listings say of a page; None where they say nothing."""
    if not listed:
        return None
    return sha256(json.dumps(sorted(listed.items()), ensure_ascii=False).encode()).hexdigest()[:16]


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables where there are none.

    Raises:
        StorageError: the file is of a newer version.
        sqlite3.Error: it is damaged, or cannot be written.
    """
    # No write-ahead log: processes that open the file for the first time together would lock each other out.
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA:
        msg = f"{path} was written by a newer policywatch; upgrade this one"
        raise StorageError(msg)
    if version < SCHEMA:
        added = "".join(f"{sql};" for old in range(version or SCHEMA, SCHEMA) for sql in _ADDED.get(old, ()))
        connection.executescript(f"BEGIN IMMEDIATE;{added}{_TABLES}PRAGMA user_version={SCHEMA};COMMIT;")


class Index:
    """The index of one home folder, open for one process; other processes wait for their turn to write."""

    def __init__(self, connection: sqlite3.Connection, home: Home) -> None:
        self._db = connection
        self._home = home

    @classmethod
    def open(cls, home: Home) -> Self:
        """Open, creating it where there is none.

        Raises:
            StorageError: it is damaged, of a newer version, or cannot be written.
        """
        path = home.archive / "index.sqlite"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        except OSError as error:
            msg = f"cannot write {path}: {error.strerror}; correct the rights or free space"
            raise StorageError(msg) from None
        except sqlite3.Error as error:
            raise _damaged(path, error) from None
        try:
            _prepare(connection, path)
        except BaseException as error:
            connection.close()
            if isinstance(error, sqlite3.Error):
                raise _damaged(path, error) from None
            raise
        return cls(connection, home)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def page(self, source: str, key: str) -> Known | None:
        """What is known of one address of `source`, by request key."""
        return next((Known(*row) for row in self._all(f"{_SELECT} AND page.key = ?", (source, key))), None)

    def pages(self, source: str) -> Iterator[Known]:
        """Every page of `source` that was ever asked for, lists left out, in order of their keys.

        Read in portions, so that memory stays flat and no other process has to wait.
        """
        sql = f"{_SELECT} AND page.key > ? AND page.role = 'page' ORDER BY page.key LIMIT {_PORTION}"
        return self._portions(sql, source)

    def owed(self, source: str) -> Iterator[Known]:
        """The files that `is_owed` holds of, in order of their keys."""
        sql = (
            f"{_SELECT} AND page.key > ? AND page.role = 'attachment' AND page.trouble > 0"
            f" AND page.last_outcome <> 'missing' ORDER BY page.key LIMIT {_PORTION}"
        )
        return self._portions(sql, source)

    def _portions(self, sql: str, source: str) -> Iterator[Known]:
        last = ""
        while rows := self._all(sql, (source, last)):
            yield from (Known(*row) for row in rows)
            last = rows[-1][0]

    def count(self, source: str) -> int:
        """How many pages of `source` have answered at least once."""
        sql = "SELECT count(*) FROM page WHERE source = ? AND role = 'page' AND full_file IS NOT NULL"
        return int(self._all(sql, (source,))[0][0])

    def set_dates(self, source: str, dates: Iterable[Dates]) -> None:
        """Put `dates` in the place of all that readers said before of the pages of `source`."""
        with self._writing() as db:
            db.execute("DELETE FROM dates WHERE source = ?", (source,))
            db.executemany("INSERT OR REPLACE INTO dates VALUES (?,?,?,?,?,?)", ((source, *row) for row in dates))

    def last_good(self, source: str) -> tuple[str, int] | None:
        """The latest good crawl of `source`: its id and how many pages its lists named."""
        sql = (
            "SELECT crawl_id, listed FROM crawl WHERE source = ? AND verdict = 'good' ORDER BY started_at DESC LIMIT 1"
        )
        return next(iter(self._all(sql, (source,))), None)

    def captures(self, url: str, since: str = "", until: str = "~") -> list[Found]:
        """The archived answers to `url`, oldest first.

        `since` and `until` bound fetched_at, as ISO 8601 in UTC or the beginning of it; both ends count.
        """
        sql = (
            "SELECT fetched_at, warc_file, warc_offset, outcome, status FROM capture"
            " WHERE url = ? AND fetched_at >= ? AND fetched_at <= ? || '~' ORDER BY fetched_at"
        )
        return [Found(*row) for row in self._all(sql, (url, since, until))]

    def clear(self) -> None:
        """Forget every crawl, so that `catch_up` takes all of them in again; what readers handed back stays."""
        with self._writing() as db:
            for table in ("capture", "page", "crawl"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names

    def catch_up(self, folder: str) -> int:
        """Take in the committed crawls under `crawls/<folder>/` that the index lacks; how many there were."""
        root = self._home.crawls / folder
        if not root.is_dir():
            return 0
        have = {row[0] for row in self._all("SELECT crawl_id FROM crawl WHERE source = ?", (folder,))}
        lacking = sorted(
            place for place in root.iterdir() if place.name not in have and (place / "crawl.json").is_file()
        )
        for place in lacking:
            summary = json.loads((place / "crawl.json").read_text(encoding="utf-8"))
            self.add(folder, summary, read_manifest(place / "manifest.jsonl"))
        return len(lacking)

    def add(self, folder: str, summary: dict[str, Any], rows: Iterable[Row]) -> None:
        """Take in one committed crawl, in one transaction; a second time changes nothing."""
        with self._writing() as db:
            listed = sum(int(seen["items"]) for seen in summary["lists"])
            values = (summary["crawl_id"], folder, *(summary[key] for key in ("started_at", "finished_at", "verdict")))
            cursor = db.execute("INSERT OR IGNORE INTO crawl VALUES (?,?,?,?,?,?)", (*values, listed))
            if cursor.rowcount:
                self._add_rows(rows, learn=not summary.get("abandoned"))

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it, or nothing.

        Raises:
            StorageError: it could not be written.
        """
        db = self._db
        try:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise _damaged(self._home.archive / "index.sqlite", error) from None

    def _add_rows(self, rows: Iterable[Row], *, learn: bool) -> None:
        rows = iter(rows)
        while portion := list(islice(rows, _PORTION)):
            self._db.executemany(
                "INSERT OR IGNORE INTO capture VALUES (?,?,?,?,?,?,?,?,?,?)",
                (
                    (row.url, row.fetched_at, row.capture_id, row.crawl_id, row.outcome, row.status, row.digest,
                     row.warc_file, row.warc_offset, row.warc_length)
                    for row in portion
                    if row.warc_file is not None
                ),
            )  # fmt: skip
            if learn:
                self._db.executemany(_LEARN, (_learned(row) for row in portion if row.was_asked))

    def _all(self, sql: str, values: tuple[object, ...]) -> list[Any]:
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise _damaged(self._home.archive / "index.sqlite", error) from None


# A row older than what is known (a saved page taken in later) must not set the clock back, hence the WHERE.
_LEARN = """
INSERT INTO page VALUES (
    :source, :key, :role, :url, :canonical_url, :etag, :last_modified, :digest, :payload_digest, :at, :at, :outcome,
    :missing, :full_url, :full_at, :full_file, :full_offset, :full_length, NOT :answered, :listed,
    :linked_by)
ON CONFLICT (source, key) DO UPDATE SET
    role = :role, canonical_url = :canonical_url, last_fetched_at = :at, last_outcome = :outcome,
    missing = CASE WHEN :missing THEN missing + 1 WHEN :answered THEN 0 ELSE missing END,
    trouble = CASE WHEN :answered THEN 0 ELSE trouble + 1 END, listed = coalesce(:listed, listed),
    linked_by = coalesce(:linked_by, linked_by),
    etag = CASE WHEN :answered THEN coalesce(:etag, CASE WHEN :full_file IS NULL THEN etag END) ELSE etag END,
    last_modified = CASE WHEN :answered
        THEN coalesce(:last_modified, CASE WHEN :full_file IS NULL THEN last_modified END) ELSE last_modified END,
    digest = coalesce(:digest, digest), payload_digest = coalesce(:payload_digest, payload_digest),
    full_url = coalesce(:full_url, full_url), full_at = coalesce(:full_at, full_at),
    full_file = coalesce(:full_file, full_file), full_offset = coalesce(:full_offset, full_offset),
    full_length = coalesce(:full_length, full_length)
WHERE last_fetched_at <= :at
"""


def _learned(row: Row) -> dict[str, object]:
    answered = row.outcome in {"new", "changed", "unchanged", "not_modified"}
    full = row.outcome in {"new", "changed"}
    return {
        "source": row.source, "key": row.key or row.url, "role": row.role, "url": row.url,
        "canonical_url": row.canonical_url, "at": row.fetched_at, "outcome": row.outcome, "answered": answered,
        "missing": int(row.outcome == "missing"),
        "etag": row.etag if answered else None, "last_modified": row.last_modified if answered else None,
        "digest": row.digest if full else None, "payload_digest": row.payload_digest if full else None,
        "full_url": row.final_url if full else None, "full_at": row.fetched_at if full else None,
        "full_file": row.warc_file if full else None, "full_offset": row.warc_offset if full else None,
        "full_length": row.warc_length if full else None, "listed": listed_digest(row.listed),
        "linked_by": row.linked_by,
    }  # fmt: skip


def _damaged(path: Path, error: sqlite3.Error) -> StorageError:
    if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
        return StorageError(f"cannot write {path}: the disk is full; free space, then run again")
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return StorageError(f"{path} is locked by another process for half a minute already; end it, then run again")
    return StorageError(f"{path}: {error}; delete it if it is damaged, the next crawl makes it again from crawls/")

"""Pages that changed only behind their text: what was read of them before is carried over to their new capture.

What belongs here: remembering the fingerprints of what was read, and the stored readings as staging rows. What does
not: fingerprints themselves (`pipeline.parsers.prepared`), which pages are read (`pipeline.reading`).

Counters make the bytes of every page new at every visit. A page that still has the fingerprint of its last reading
would be read as it was, so it is not; its row is copied from the warehouse. The memory is the table `fingerprint` of
the crawl index. Whoever deletes it loses time and nothing else: an entry counts for the capture that it names, and for
the version of the parser that made it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from crawlers.sidetable import SideTable
from pipeline import attached, pool, rows
from pipeline.parsers import PARSER_VERSION
from pipeline.parsers.attached import is_in_file
from pipeline.parsers.records import PageRecord
from policywatch.home import Home
from warehouse import staging

_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS fingerprint (source TEXT, canonical_url TEXT, capture_id TEXT, parser_version TEXT,"
    " fingerprint TEXT, reading_hash TEXT, PRIMARY KEY (source, canonical_url)) WITHOUT ROWID"
)
_STORED: Final = """
SELECT p.canonical_url, v.*, t.text
FROM page AS p
INNER JOIN page_version AS v ON v.page_id = p.page_id AND v.known_to IS NULL
LEFT JOIN body_text AS t ON t.text_hash = v.text_hash
WHERE p.canonical_url IN (SELECT unnest($urls))
"""
Entry = Mapping[str, Any]
_NOT_STORED: Final = frozenset({"capture_id", "source", "url", "canonical_url", "fetched_at", "change_cause"})


class Wanted(NamedTuple):
    """A page to read: its manifest row, why (`source`, or `parser` where it is read again), the reader's job."""

    entry: Entry
    cause: str
    job: pool.Job

    def remembering(self, memory: "Memory", known: Mapping[str, Entry]) -> "Wanted":
        """The same, not to be read to the end where its page reads as the stored one."""
        unless = memory.unless(self.entry, known.get(self.entry["canonical_url"]))
        return self._replace(job=replace(self.job, unless=unless)) if unless else self


class Ahead(NamedTuple):
    """What was read of a page before its crawl had ended."""

    entry: Entry
    job: pool.Job
    read: pool.Read


class Carried(NamedTuple):
    """A reading that stayed as it was: the stored row."""

    row: rows.Row


Outcome = pool.Outcome | Carried


class Remembered(NamedTuple):
    """The last reading of a page: of which capture, its fingerprint, and the digest of what was read."""

    source: str
    canonical_url: str
    capture_id: str
    parser_version: str
    fingerprint: str
    reading_hash: str


class Memory(SideTable):
    """The fingerprints of what was read, over all sources; a context manager."""

    def __init__(self, home: Home) -> None:
        """Open the file.

        Raises:
            StorageError: it is damaged or cannot be written.
        """
        super().__init__(home, _TABLE)

    def unless(self, entry: Mapping[str, Any], old: Mapping[str, Any] | None) -> str | None:
        """The fingerprint with which the page of a manifest row need not be read; None where it must be.

        `old` is the page's stored reading (`Ledger.current`): only what stands in the warehouse can be carried over.

        Raises:
            StorageError: the file cannot be read.
        """
        if old is None or not old.get("reading_hash"):
            return None
        sql = "SELECT * FROM fingerprint WHERE source = ? AND canonical_url = ?"
        with self._asked():
            known = self._db.execute(sql, (entry["source"], entry["canonical_url"])).fetchone()
        said = Remembered(*known) if known else None
        wanted = (old["capture_id"], PARSER_VERSION, old["reading_hash"])
        if said is None or (said.capture_id, said.parser_version, said.reading_hash) != wanted:
            return None
        return said.fingerprint

    def keep(self, read: Iterable[Remembered]) -> None:
        """Remember the latest readings of these pages, in place of those before.

        Raises:
            StorageError: the disk refuses.
        """
        with self._asked():
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT OR REPLACE INTO fingerprint VALUES (?,?,?,?,?,?)", read)
            self._db.execute("COMMIT")


def stored(home: Home, urls: Sequence[str]) -> dict[str, rows.Row]:
    """The readings that the warehouse holds of these pages (canonical addresses), by address, as rows of `readings`.

    The columns that say which capture a row is about are left out.
    """
    from warehouse.ledger import Ledger  # noqa: PLC0415 - DuckDB loads only where it is used

    with Ledger.open(home.warehouse) as ledger:
        found = ledger.query(_STORED, {"urls": list(urls)})
    names = [name for name in staging.READINGS.names if name not in _NOT_STORED]
    return {row["canonical_url"]: {name: row[name] for name in names} for row in found}


def read_all(
    home: Home,
    pages: Sequence[Wanted],
    known: Mapping[str, Entry],
    *,
    watcher: pool.Watcher | None,
    ahead: Mapping[str, Ahead],
) -> tuple[list[Outcome], list[Remembered]]:
    """What the reader makes of `pages`, in their order, and what is to be remembered of it.

    Raises:
        StorageError: the archive's index or the warehouse cannot be read.
    """
    reads = _reads(pages, watcher, ahead)
    same = [at for at, read in enumerate(reads) if read.outcome is None]
    held = stored(home, [pages[at].entry["canonical_url"] for at in same]) if same else {}
    carried, changed = dict[int, rows.Row](), []
    for at in same:
        url = pages[at].entry["canonical_url"]
        if url in held and held[url]["reading_hash"] == known[url]["reading_hash"]:
            carried[at] = held[url]
        else:  # loaded meanwhile by another process
            changed.append(at)
    for at, again in zip(changed, pool.read_many([pages[at].job for at in changed]), strict=True):
        reads[at] = pool.Read(again, reads[at].fingerprint)
    found = [read.outcome for read in reads]
    seen = [_seen(page, read, carried.get(at)) for at, (page, read) in enumerate(zip(pages, reads, strict=True))]
    whole = attached.with_files(home, [page.entry for page in pages], [page.job for page in pages], found)
    outcomes = [Carried(carried[at]) if at in carried else one for at, one in enumerate(whole)]
    return outcomes, [one for one in seen if one is not None]


def _reads(pages: Sequence[Wanted], watcher: pool.Watcher | None, ahead: Mapping[str, Ahead]) -> list[pool.Read]:
    """Of each page what was read ahead, where that is of the very same capture, else what is read now."""
    reads: list[pool.Read | None] = []
    for page in pages:
        early = ahead.get(page.entry["capture_id"]) if page.cause == "source" else None
        is_it = early is not None and (early.entry, early.job) == (page.entry, page.job)
        reads.append(early.read if is_it and early is not None else None)
    rest = iter(pool.read_all([page.job for page, read in zip(pages, reads, strict=True) if not read], watcher=watcher))
    return [read or next(rest) for read in reads]


def _seen(page: Wanted, read: pool.Read, carried: rows.Row | None) -> Remembered | None:
    """What is remembered of a page; nothing where it was not read from its markup alone, or of other bytes."""
    entry, outcome = page.entry, read.outcome
    if read.fingerprint is None or page.cause != "source":
        return None
    if carried is not None:
        digest = carried["reading_hash"]
    elif isinstance(outcome, PageRecord) and not is_in_file(outcome):
        digest = outcome.reading_hash
    else:
        return None
    place = (entry["source"], entry["canonical_url"], entry["capture_id"])
    return Remembered(*place, PARSER_VERSION, read.fingerprint, digest)

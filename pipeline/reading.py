"""Step 2, read: committed crawls that are not loaded yet become staging folders.

What belongs here: which captures of a crawl are read, and the tables made of them. What does not: reading one page
(`pipeline.parsers`), the worker pool (`pipeline.pool`), the columns (`pipeline.rows`), loading (`warehouse.ledger`).

Only new and changed captures are read. Where the page's stored reading was made by another version of the reader, its
last bytes are read again first, so that a change of the parser is told apart from a change of the page. So is a page of
which a file arrives later than itself.
Repeating the step is harmless: a finished folder of the same parser version is kept, anything else is made anew.
"""

import json
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pyarrow.parquet as pq

from pipeline import carrying, health, pool, rows
from pipeline.parsers import PARSER_VERSION
from pipeline.parsers.records import Hints, Listed, PageRecord
from policywatch.errors import StorageError
from policywatch.home import Home
from warehouse import staging

if TYPE_CHECKING:
    from crawlers.source import Source

READ_OUTCOMES: Final = ("new", "changed")
_SAME_BYTES: Final = ("unchanged", "not_modified")
_LISTED: Final = tuple(item.name for item in fields(Listed))

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What reading one crawl gave. `read` counts pages with a record, by kind; `rejected` those without, by reason.

    `verdict` and `reasons` are the crawl's, made worse where its pages do not read as the source expects; `against` is
    what was added to them. `news`: the pages that are new or read otherwise than before, as `what`, `title` and `url`.
    """

    crawl_id: str
    source: str | None
    captures: int = 0
    read: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)
    reread: int = 0
    verdict: str = "good"
    reasons: Sequence[str] = ()
    against: Sequence[str] = ()
    news: Sequence[Mapping[str, Any]] = ()

    @property
    def pages(self) -> int:
        """Pages that gave a record."""
        return sum(self.read.values())


def pending(home: Home, loaded: Collection[str], source: str | None = None) -> list[Path]:
    """The folders of committed crawls that are not in `loaded`, oldest first; of one source, or of all."""
    pattern = f"{source or '*'}/*/crawl.json"
    found = [path.parent for path in home.crawls.glob(pattern) if path.parent.name not in loaded]
    return sorted(found, key=lambda folder: (str(summary(folder)["started_at"]), folder.name))


def summary(folder: Path) -> dict[str, Any]:
    """The content of a crawl's crawl.json.

    Raises:
        StorageError: it is not JSON any more.
    """
    path = folder / "crawl.json"
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read ({error}); restore it from a backup, or move the folder away"
        raise StorageError(msg) from error
    return content


def manifest(folder: Path) -> Iterator[Entry]:
    """The rows of a crawl's manifest.

    Raises:
        StorageError: a row is not JSON.
    """
    path = folder / "manifest.jsonl"
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield json.loads(line)
            except ValueError as error:
                msg = f"{path}:{number} is not JSON; restore it from a backup, or move the folder away"
                raise StorageError(msg) from error


def is_readable(entry: Entry) -> bool:
    """Whether a manifest row is a page whose bytes are new to us."""
    return entry["role"] == "page" and entry["outcome"] in READ_OUTCOMES and bool(entry.get("warc_file"))


def to_read(entry: Entry, known: Mapping[str, Entry]) -> Entry | None:
    """The manifest row to read: itself where its bytes are new, or with the bytes read before where the list has news.

    A listing may mark a policy as ended while its page stays as it was, so the same bytes are read again together with
    what the listing says now. None where there is nothing to read.
    """
    if is_readable(entry):
        return entry
    old = known.get(entry["canonical_url"])
    if old is None or entry["role"] != "page" or entry["outcome"] not in _SAME_BYTES or not old.get("warc_file"):
        return None
    said = listed_of(entry)
    if said is None or said == listed_of(old):
        return None
    place = {name: old.get(name) for name in ("warc_file", "warc_offset", "warc_length", "content_type")}
    return {**entry, **place}


def last_read(folder: Path, known: Mapping[str, Entry], home: Home | None = None) -> dict[str, Entry]:
    """What reading a crawl makes known, as `known` of the next one: by canonical URL, the row that was read.

    With `home`, where the crawl is staged, also what each page's reading is told apart by.
    """
    found: dict[str, Entry] = {}
    hashes = _hashes(home, folder.name) if home is not None else {}
    for entry in manifest(folder):
        if (row := to_read(entry, known)) is not None:
            url = entry["canonical_url"]
            found[url] = {**row, "parser_version": PARSER_VERSION, "reading_hash": hashes.get(url)}
    return found


def _hashes(home: Home, crawl_id: str) -> dict[str, str]:
    path = home.staging / crawl_id / "readings.parquet"
    rows = pq.read_table(path, columns=["canonical_url", "reading_hash"]).to_pylist() if path.exists() else []
    return {row["canonical_url"]: row["reading_hash"] for row in rows}


def readable(folder: Path) -> Iterator[Entry]:
    """The rows of a crawl's manifest that are pages whose bytes are new to us."""
    return filter(is_readable, manifest(folder))


def hints_of(source: "Source | None") -> Hints | None:
    """The source's CSS selectors as the reader takes them."""
    if source is None:
        return None
    page = source.page
    return Hints(title=page.title, metadata=page.metadata, body=page.body, attachments=page.attachments)


def counts(source: "Source", kind: str) -> bool:
    """Whether a page of this kind is what the source is for: fill rates are of policies, but media bring reports."""
    return kind == "policy" or (source.authority in ("media", "repost") and kind != "listing")


def listed_of(entry: Entry) -> Listed | None:
    """What the listing said of the page, as the reader takes it."""
    said = entry.get("listed")
    if not said:
        return None
    return Listed(**{name: said[name] for name in _LISTED if said.get(name)})


def job_of(home: Home, entry: Entry, sources: Mapping[str, "Source"]) -> pool.ArchiveJob:
    """The reader's job for one manifest row."""
    source = sources.get(entry["source"])
    authority = source.authority if source is not None else authority_by_host(str(entry["url"]))
    return pool.ArchiveJob(
        home=home.root,
        warc_file=entry["warc_file"],
        warc_offset=entry["warc_offset"],
        url=entry["url"],
        content_type=entry.get("content_type"),
        hints=hints_of(source),
        listed=listed_of(entry),
        authority=authority,
    )


@dataclass(slots=True)
class Tables:
    """The rows of one staging folder in the making."""

    captures: list[rows.Row] = field(default_factory=list)
    readings: list[rows.Row] = field(default_factory=list)
    clauses: list[rows.Row] = field(default_factory=list)
    citations: list[rows.Row] = field(default_factory=list)
    rejected: list[rows.Row] = field(default_factory=list)

    def take(self, entry: Entry, outcome: carrying.Outcome, *, authority: str, cause: str = "source") -> None:
        """Add what the reader made of `entry`."""
        if isinstance(outcome, carrying.Carried):
            # Its clauses and citations stand in the warehouse with the reading.
            self.readings.append(rows.carried_row(entry, outcome.row))
        elif isinstance(outcome, PageRecord):
            self.readings.append(rows.reading_row(entry, outcome, authority=authority, cause=cause))
            self.clauses += rows.clause_rows(entry["capture_id"], outcome)
            self.citations += rows.citation_rows(entry["capture_id"], outcome)
        else:
            row = rows.rejected_row(entry, stage=outcome.stage, reason=outcome.reason, detail=outcome.detail)
            self.rejected.append(row)

    def write(self, home: Home, run: Mapping[str, Any]) -> None:
        """Put the folder `staging/<crawl_id>` in place, whole.

        Raises:
            StorageError: the disk is full or not writable.
        """
        folder = home.staging / str(run["crawl_id"])
        unfinished = folder.with_name(f".{folder.name}.part")
        try:
            shutil.rmtree(unfinished, ignore_errors=True)
            tables = {name: staging.table(name, getattr(self, name)) for name in staging.SCHEMAS}
            staging.write(unfinished, {**run, "parser_version": PARSER_VERSION}, tables)
            shutil.rmtree(folder, ignore_errors=True)
            unfinished.rename(folder)
        except OSError as error:
            msg = f"{folder} cannot be written ({error}); free some space and run again"
            raise StorageError(msg) from error

    def report(self, run: Mapping[str, Any], reread: int = 0) -> ReadReport:
        """The counts of what is in these tables."""
        return ReadReport(
            crawl_id=run["crawl_id"],
            source=run.get("source"),
            captures=len(self.captures),
            read=_counts(row["kind"] for row in self.readings if row["change_cause"] == "source"),
            rejected=_counts(row["reason"] for row in self.rejected),
            reread=reread,
            verdict=str(run["verdict"]),
            reasons=tuple(run.get("reasons") or ()),
        )

    def against(self, source: "Source | None") -> list[str]:
        """What the readings say against the health of `source`; see `pipeline.health`."""
        if source is None:
            return []
        read = [row for row in self.readings if row["change_cause"] == "source"]
        filled = [row for row in read if counts(source, row["kind"])]
        return health.reasons(source, filled, len(self.rejected), len(read))


def _counts(values: Iterator[str] | Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for value in values:
        found[value] = found.get(value, 0) + 1
    return dict(sorted(found.items()))


def staged(home: Home, crawl_id: str) -> dict[str, Any] | None:
    """run.json of a finished staging folder made by today's parser, else None."""
    path = home.staging / crawl_id / staging.RUN_FILE
    try:
        run: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return run if run.get("parser_version") == PARSER_VERSION else None


def read_crawl(  # noqa: PLR0913 - the last two are wishes of some callers
    home: Home,
    folder: Path,
    sources: Mapping[str, "Source"],
    known: Mapping[str, Entry] | None = None,
    *,
    watcher: pool.Watcher | None = None,
    ahead: Mapping[str, carrying.Ahead] | None = None,
) -> ReadReport:
    """Read one committed crawl into `staging/<crawl_id>`.

    Args:
        home: where archive, crawls and staging are.
        folder: the crawl's folder, `crawls/<source>/<crawl_id>`.
        sources: the declared sources by name: their hints and authority.
        known: the stored reading per canonical URL (`Ledger.current`): parser version and place of its last capture.
        watcher: told how many pages there are and how many are done.
        ahead: what was read of the crawl's pages while it ran, by capture id.

    Raises:
        StorageError: the crawl's own files are broken, or staging cannot be written.
    """
    run, known = summary(folder), known or {}
    tables = Tables()
    wanted: list[carrying.Wanted] = []
    late: list[Entry] = []
    for entry in manifest(folder):
        found = to_read(entry, known)
        # What a 304 does not repeat, whoever reads the capture again must know.
        kind = entry.get("content_type") if found is None else found.get("content_type")
        tables.captures.append(rows.capture_row({**entry, "content_type": kind}))
        if found is not None:
            wanted.append(carrying.Wanted(found, "source", job_of(home, found, sources)))
        elif entry["role"] == "attachment" and entry["outcome"] in READ_OUTCOMES and entry.get("linked_by"):
            late.append(entry)
    old_ones = [*_read_by_another(wanted, known), *_with_late_files(late, wanted, known)]
    reread = [carrying.Wanted(old, "parser", job_of(home, old, sources)) for old in old_ones]
    with carrying.Memory(home) as memory:
        everything = reread + [page.remembering(memory, known) for page in wanted]
        outcomes, seen = carrying.read_all(home, everything, known, watcher=watcher, ahead=ahead or {})
        for (entry, cause, job), outcome in zip(everything, outcomes, strict=True):
            if cause == "source" or not isinstance(outcome, pool.Rejection):  # a failed re-reading changes nothing
                tables.take(entry, outcome, authority=job.authority or "repost", cause=cause)
        against = tables.against(sources.get(run.get("source") or ""))
        run = health.judged(run, against)
        tables.write(home, run)
        memory.keep(seen)
    return replace(tables.report(run, reread=len(reread)), against=against, news=_news(tables, known))


def _news(tables: Tables, known: Mapping[str, Entry]) -> list[dict[str, Any]]:
    """The pages that are new, or of which it is known that they read otherwise before."""
    found = []
    for row in tables.readings:
        old = known.get(row["canonical_url"])
        is_news = old is None or old.get("reading_hash") not in {None, row["reading_hash"]}
        if is_news and row["change_cause"] == "source":
            found.append({"what": "changed" if old else "new", "title": row["title"], "url": row["url"]})
    return found


def authority_by_host(url: str) -> str:
    """How much a page of no declared source says: a Chinese government host is a portal, any other a repost."""
    host = urlsplit(url).hostname or ""
    return "portal" if host == "gov.cn" or host.endswith(".gov.cn") else "repost"


def _with_late_files(
    files: Sequence[Entry], wanted: Sequence[carrying.Wanted], known: Mapping[str, Entry]
) -> Iterator[Entry]:
    """The stored captures of pages that stayed as they were while a file of theirs, which an earlier run owed, came.

    They are read again as by another parser: what the page says now that its file is there is no change of the policy.
    """
    read = {page.entry["canonical_url"] for page in wanted}
    for url in dict.fromkeys(file["linked_by"] for file in files if file["linked_by"] not in read):
        old = known.get(url)
        if old is not None and old.get("warc_file"):
            yield old


def _read_by_another(wanted: Sequence[carrying.Wanted], known: Mapping[str, Entry]) -> Iterator[Entry]:
    """The stored captures of the wanted pages that another version of the parser has read, each page once."""
    for url in dict.fromkeys(page.entry["canonical_url"] for page in wanted):
        old = known.get(url)
        if old is not None and old["parser_version"] != PARSER_VERSION and old.get("warc_file"):
            yield old

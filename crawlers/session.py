"""One crawl of one source in progress: its archive file, its manifest, its commit.

What belongs here: what a run keeps and in which order it reaches the disk. What does not: starting one and taking it up
again (`opening.py`), Scrapy (`middlewares.py`, `spiders/`). The order of a commit: WARC synced, manifest.jsonl,
crawl.json (this is the commit), index.
"""

import contextlib
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import sha256
from http import HTTPStatus
from typing import IO, Any
from zoneinfo import ZoneInfo

from crawlers import recheck, rounds
from crawlers.captures import stamp
from crawlers.commit import finish, make_folder
from crawlers.facts import Facts, Filled, shrunk
from crawlers.health import PageCounts, RunSeen, Seen, challenge, judge
from crawlers.index import Index, Known, listed_digest
from crawlers.manifest import ManifestWriter, Outcome, Role, Row, capture_id
from crawlers.manners import Manners, Stop
from crawlers.model import Source
from crawlers.safety import REFUSALS, Guard
from crawlers.store import Answer, Archive, Request, Stored, is_text_key, text_key
from crawlers.warc import Place
from policywatch import clock
from policywatch.errors import StorageError
from policywatch.home import Home

# What a document's text has of markup, where it has any.
_HTML = re.compile(
    r"<(?:p|div|br|span|table|section|html|body|h[1-6]|font|strong|b|ul|ol|a|img)\b[^>]*>", re.IGNORECASE
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Visit:
    """An answer to one page as asked: `content` decoded; `headers` with content-type, etag and last-modified.

    `final_url` is where redirects led; `key` what tells the request apart where its URL does not.
    """

    role: Role
    url: str
    stored: Stored
    content: bytes
    headers: dict[str, str | None]
    final_url: str
    listed: dict[str, str] | None = None
    key: str | None = None
    linked_by: str | None = None


class CrawlSession:
    """A crawl in progress. Made by `opening.open_session`, ended by `commit`; closed without, a later run goes on."""

    def __init__(self, home: Home, source: Source, started_at: datetime) -> None:
        self.home = home
        self.source = source
        self.started_at = started_at
        self.crawl_id = crawl_id(source.name, started_at)
        self.folder = home.crawls / source.name / self.crawl_id
        self.archive = Archive(home)
        self.guard = Guard.of(source.allowed_hosts, is_demo=source.demo)
        self.manners = Manners(home, source)
        self.round = rounds.Round(started_at)
        self._latest = started_at
        # Pages that a person named one by one are few, and the portal would not be asked at all on other days.
        self.recheck_all = source.recheck == "all" or source.list.kind == "pages"
        self.pages = PageCounts()
        self.known_asked = self.gone_now = self._known_before = 0
        self.lists: list[Seen] = []
        self.signals: list[str] = []
        self.notes: list[str] = []
        self.stats: Counter[str] = Counter()
        self.listed_last_time: int | None = None
        self.filled: Filled = {}
        self.filled_last_time: Filled = {}
        self.storage_error: StorageError | None = None
        self.summary: dict[str, Any] | None = None
        self.lock: IO[str] | None = None
        self._index: Index | None = None
        self._manifest: ManifestWriter | None = None
        self._zone = ZoneInfo(source.timezone)
        # A page is looked up when it is asked, when it answers and when that is judged.
        self.known = lru_cache(maxsize=256)(self._known)

    def _known(self, key: str) -> Known | None:
        """What was known, before this crawl, of the page with this request key."""
        return self._index.page(self.source.name, key) if self._index is not None else None

    @property
    def stopped(self) -> Stop | None:
        """What ended the run before all was asked; from then on nothing leaves, and what was left has no row."""
        return self.manners.stopped

    @property
    def halted(self) -> bool:
        """Whether nothing more is asked: the run has ended itself, or the archive cannot be written."""
        return self.stopped is not None or self.storage_error is not None

    def leave(self, url: str) -> str | None:
        """Count a request that is about to leave; a sentence, and nothing counted, when it may not.

        Raises:
            StorageError: the count could not be written; remembered, so that the run is not committed.
        """
        try:
            stop = self.manners.leave(url)
        except StorageError as error:
            self.storage_error = error
            raise
        return stop.words if stop else None

    def now(self, at: datetime | None = None) -> datetime:
        """The present instant, or `at` where an answer came then; the clock may be set back meanwhile, this is not."""
        self._latest = max(self._latest, at or clock.now())
        return at or self._latest

    def wants(self, url: str, listed: dict[str, str]) -> bool:
        """Whether a page that a listing names is asked in this run."""
        known = self.known(url)
        if self.round.is_done(known):
            return False
        if self.recheck_all or known is None:
            return True
        said = listed_digest(listed)
        return (said is not None and said != known.listed) or self._is_due(known)

    def due(self) -> Iterator[str]:
        """The addresses of all known pages that are to be asked in this run, listed or not."""
        if self._index is None:
            return iter(())
        # What a listing's answer holds in full has no page that was ever asked.
        pages = (
            page
            for page in self._index.pages(self.source.name)
            if not is_text_key(page.key) and not self.round.is_done(page)
        )
        return (page.url for page in pages) if self.recheck_all else recheck.due(pages, self._today, self._zone)

    def owed(self) -> Iterator[Known]:
        """The files that an earlier run wanted and did not get, as far as it is their turn."""
        if self._index is None or not self.source.attachments:
            return iter(())
        owed = self._index.owed(self.source.name)
        return owed if self.recheck_all else (file for file in owed if self._is_due(file))

    def _is_due(self, known: Known) -> bool:
        return recheck.is_due(recheck.facts_of(known, self._zone), self._today, known.url)

    @property
    def _today(self) -> date:
        """The day on which the crawl began, so that one taken up after midnight asks the same pages."""
        return self.started_at.astimezone(self._zone).date()

    def begin(self, index: Index) -> None:
        """Open the files.

        Raises:
            StorageError: they cannot be written.
        """
        make_folder(self.folder)
        self._index = Index.open(self.home)
        self._manifest = ManifestWriter(self.folder / "manifest.jsonl")
        self._known_before = index.count(self.source.name)
        self.round = rounds.Round(self.started_at, rounds.last_crawl(self.home, self.source.name))
        last = index.last_good(self.source.name)
        self.listed_last_time = last[1] if last else None
        self.filled_last_time = self._filled_in(last[0]) if last else {}
        self.archive.open_crawl(self.source.name, self.crawl_id, self.started_at)
        if self.archive.torn:
            self.stats["torn_tail"] = 1
            _log.warning("the archive's last record was torn (%s); it was cut off", self.archive.torn.detail)

    def _filled_in(self, crawl_id: str) -> Filled:
        """How often the listing filled each field in an earlier crawl; nothing where its summary is gone."""
        path = self.folder.parent / crawl_id / "crawl.json"
        with contextlib.suppress(OSError, ValueError):
            said = json.loads(path.read_text(encoding="utf-8")).get("filled", {})
            return {name: (counts[0], counts[1]) for name, counts in said.items()}
        return {}

    def store(self, request: Request, answer: Answer, *, asked_as: str) -> Stored:
        """Archive an answer before anything reads it. `asked_as`: the key first asked, before any redirect.

        Raises:
            StorageError: it could not be written; remembered, so that the run is not committed.
        """
        known = self.known(asked_as)
        try:
            stored = self.archive.write(request, answer, fetched_at=self.now(), known=known)
        except StorageError as error:
            self.storage_error = error
            raise
        self.stats["requests"] += 1
        self.stats["bytes"] += len(answer.payload)
        return stored

    def judge_fields(self, facts: Facts) -> None:
        """Note what the listing said of its pages, and what is wrong with it."""
        self.filled = facts.filled()
        self.signals += [*facts.signals(), *shrunk(self.filled, self.filled_last_time)]

    def told(self, url: str, listed: dict[str, str], text: str, answer: Stored) -> None:
        """Record a page whose whole text stands in a listing's answer: archived where it is new or changed.

        Its digest is of the text alone, so that counters around it change nothing.
        """
        content, key = text.encode("utf-8", "replace"), text_key(url)
        content_type = f"text/{'html' if _HTML.search(text) else 'plain'}; charset=utf-8"
        known = self.known(key)
        outcome, _, digest = decide(answer.status, content, known, "text")
        try:
            if outcome == "unchanged" and known is not None:
                place = Place(known.full_file or "", known.full_offset or 0, known.full_length or 0)
                stored = Stored(place, answer.fetched_at, answer.status, known.payload_digest or "")
            else:
                stored = self.archive.write_text(url, content, content_type, answer)
        except StorageError as error:
            self.storage_error = error  # nothing more is asked, and nothing is committed
            return
        row = {"digest": digest, "content_type": content_type, "final_url": url, "key": key}
        self.record("page", url, outcome, stored, listed=listed or None, **row)

    def record(self, role: Role, url: str, outcome: Outcome, stored: Stored | None = None, **more: Any) -> Row:  # noqa: ANN401
        """Add a row to the manifest; `more` holds further columns of it."""
        fetched_at = stamp(self.now(stored.fetched_at if stored else None))
        canonical = self.source.canonical_url(url)
        row = Row(
            capture_id=capture_id(self.source.name, canonical, more.get("key") or url, fetched_at),
            crawl_id=self.crawl_id,
            source=self.source.name,
            role=role,
            url=url,
            canonical_url=canonical,
            fetched_at=fetched_at,
            outcome=outcome,
            **more,
        )
        if stored:
            row.status, row.payload_digest = stored.status, stored.payload_digest
            row.warc_file, row.warc_offset, row.warc_length = stored.place
        self._count(row)
        return row

    def _count(self, row: Row) -> None:
        if row.role == "page":
            self.pages.add(row)
            known = self.known(row.key or row.url)
            if known is not None and known.full_file is not None:
                self.known_asked += 1
                self.gone_now += row.outcome == "missing" and not known.missing
        try:
            if self._manifest is not None:
                self._manifest.add_row(row)
        except StorageError as error:
            self.storage_error = error  # nothing more is asked, and nothing is committed

    def answered(self, visit: Visit) -> Row:
        """Decide what an answer means for the page that was asked, and record it."""
        stored = visit.stored
        known = self.known(visit.key or visit.url)
        outcome, error, digest = decide(stored.status, visit.content, known, visit.role)
        if visit.role == "page" and digest and self._is_home(visit.url, visit.final_url):
            outcome, error = "missing", f"sent on to {visit.final_url}, the portal's front page"
        self.guard.answered(visit.final_url, 403 if outcome == "blocked" else stored.status)
        return self.record(
            visit.role,
            visit.url,
            outcome,
            stored,
            error=error,
            listed=visit.listed or None,
            digest=digest,
            content_type=visit.headers["content-type"],
            etag=visit.headers["etag"],
            last_modified=visit.headers["last-modified"],
            final_url=visit.final_url,
            key=visit.key,
            linked_by=visit.linked_by,
        )

    def _is_home(self, url: str, final_url: str) -> bool:
        """Gone pages are often sent on to the front page; that answer says nothing about the policy."""
        if url == final_url:
            return False
        entries = {self.source.homepage, *(entry for _, entry in self.source.entry_urls())}
        return (
            final_url.split("://", 1)[-1].partition("/")[2] in {"", "index.html", "index.htm"} or final_url in entries
        )

    def commit(self, *, reasons: tuple[str, ...] = ()) -> dict[str, Any]:
        """Judge the run, put everything on the disk and return the summary (crawl.json).

        Raises:
            StorageError: something could not be written; the crawl stays open and nothing is committed.
        """
        if self.storage_error:
            raise self.storage_error
        judgement = judge(
            RunSeen(
                pages=self.pages,
                lists=self.lists,
                signals=[*self.signals, *reasons],
                has_list=self.source.list.kind != "pages",
                known_before=self._known_before,
                known_asked=self.known_asked,
                gone_now=self.gone_now,
                listed_last_time=self.listed_last_time,
                stopped=self.stopped.words if self.stopped else None,
                goes_on=self.round.goes_on,
            ),
            self.source.expect,
        )
        summary = {
            "crawl_id": self.crawl_id,
            "source": self.source.name,
            "started_at": stamp(self.started_at),
            "finished_at": stamp(self.now()),
            "verdict": judgement.verdict,
            "reasons": list(judgement.reasons),
            "counts": dict(sorted(self.pages.outcomes.items())),
            "lists": [{"url": seen.url, "items": seen.items} for seen in self.lists],
            "filled": self.filled,
            "requests": self.stats["requests"],
            "stats": dict(sorted(self.stats.items())),
            "notes": list(dict.fromkeys(self.notes)),
        }
        if self.stopped or judgement.verdict == "failed":
            summary |= self.rest
        self.finish(summary)
        return summary

    @property
    def rest(self) -> dict[str, str]:
        """What a summary says of a rest that the next run asks: what stopped this one, and when the round began."""
        why = {"stopped": self.stopped.why} if self.stopped else {}
        return {**why, "round_started_at": self.round.began} if self.stopped or self.round.goes_on else {}

    def finish(self, summary: dict[str, Any]) -> None:
        """Put the crawl on the disk with this summary.

        Raises:
            StorageError: something could not be written; the crawl stays open.
        """
        if self._manifest is None:
            msg = f"{self.crawl_id} was not begun; call begin first"
            raise StorageError(msg)
        finish(self.home, self.archive, self.folder, summary, self._manifest)
        self.summary = summary

    def close(self) -> None:
        """Let go of the files; a crawl that is not committed stays open for the next run of the source."""
        self.archive.close()
        with contextlib.suppress(StorageError):  # what was counted too much is forgiven the next day
            self.manners.close()
        if self._manifest is not None:
            self._manifest.close()
        if self._index is not None:
            self._index.close()
        if self.lock is not None:
            self.lock.close()
            self.lock = None


def decide(status: int, content: bytes, known: Known | None, role: str) -> tuple[Outcome, str | None, str | None]:
    """What an answer means: outcome, the reason where it is no use, the digest of the content where it has one."""
    full = known if known is not None and known.full_file is not None else None
    if status == HTTPStatus.OK:
        digest = "sha256:" + sha256(content).hexdigest()
        if full and digest == full.digest:
            return "unchanged", None, digest
        mark = challenge(content) if role in {"page", "attachment"} else None
        if mark:
            return "blocked", f"challenge page ({mark}) in place of the page", None
        return ("changed" if full else "new"), None, digest
    if status == HTTPStatus.NOT_MODIFIED and full:
        return "not_modified", None, full.digest
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return "missing", None, None
    mark = challenge(content)
    what = f"the portal answered {status}" + (f" with a challenge page ({mark})" if mark else "")
    return ("blocked" if mark or status in REFUSALS else "failed"), what, None


def crawl_id(name: str, started_at: datetime) -> str:
    """The id of the crawl of source `name` that started then."""
    return f"{name}-{started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"

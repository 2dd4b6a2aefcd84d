"""Starting a crawl of a source, and taking up the one that was interrupted.

What belongs here: which crawl a run goes on with, and writing off what is too old. What does not: the crawl itself
(`session.py`). A crawl folder without crawl.json is an open crawl; the next run of the source takes it up again and
asks nothing twice.
"""

import contextlib
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import get_args

from crawlers import rounds
from crawlers.captures import stamp
from crawlers.commit import INGEST, lock_crawls
from crawlers.index import Index
from crawlers.manifest import Role
from crawlers.model import Source
from crawlers.session import CrawlSession, Visit, crawl_id
from policywatch import clock
from policywatch.home import Home

OPEN_FOR = timedelta(hours=24)
"""How long an interrupted crawl may be taken up again; after that the portal has moved on."""


def open_session(home: Home, source: Source, *, recheck_all: bool = False) -> CrawlSession:
    """Start a crawl of `source`, or take up the one that was interrupted; `recheck_all` asks every known page.

    A session whose `summary` is set was committed before: there is nothing left to do but to close it.

    Raises:
        StorageError: another process crawls the source, or the files cannot be written or read.
    """
    lock = lock_crawls(home, source.name)
    try:
        now = clock.now()
        with Index.open(home) as index:
            index.catch_up(source.name)
            index.catch_up(INGEST)
            started = now
            for at in _open_crawls(home, source.name):
                rounds.require_forward(now, at, f"{crawl_id(source.name, at)} began at {stamp(at)}")
                if started is now and now - at < OPEN_FOR:
                    started = at
                else:
                    _abandon(home, source, at)
            if started is now:
                started = rounds.start_of(now, rounds.last_crawl(home, source.name))
            session = CrawlSession(home, source, started)
            session.lock = lock
            session.recheck_all |= recheck_all
            committed = session.folder / "crawl.json"
            if committed.is_file():
                session.summary = json.loads(committed.read_text(encoding="utf-8"))
            else:
                session.begin(index)
            return session
    except BaseException:
        lock.close()
        raise


def _open_crawls(home: Home, name: str) -> list[datetime]:
    """When the crawls of `name` without crawl.json began, latest first."""
    found = []
    root = home.crawls / name
    for folder in root.iterdir() if root.is_dir() else ():
        if folder.is_dir() and not (folder / "crawl.json").exists():
            with contextlib.suppress(ValueError):
                at = datetime.strptime(folder.name.removeprefix(f"{name}-"), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
                found.append(at)
    return sorted(found, reverse=True)


def _abandon(home: Home, source: Source, started_at: datetime) -> None:
    """Close an open crawl that is too old to go on with: failed, with what it has in the archive."""
    session = CrawlSession(home, source, started_at)
    with closing(session):
        with Index.open(home) as index:
            session.begin(index)
        _write_off(session)


def _write_off(session: CrawlSession) -> None:
    for found in session.archive.left_over():
        role: Role = found.role if found.role in get_args(Role) else "page"  # type: ignore[assignment]
        session.answered(
            Visit(role, found.url, found.stored, found.content, found.headers, final_url=found.url, key=found.key)
        )
    summary = {
        "crawl_id": session.crawl_id,
        "source": session.source.name,
        "started_at": stamp(session.started_at),
        "finished_at": stamp(session.now()),
        "verdict": "failed",
        "reasons": ["the run was interrupted and not taken up again within 24 hours"],
        "counts": dict(sorted(session.pages.outcomes.items())),
        "lists": [],
        "requests": session.archive.replayable,
        "stats": {},
        "abandoned": True,
        **session.rest,
    }
    session.finish(summary)

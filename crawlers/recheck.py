"""When a known page is asked again, and how: the schedule and conditional requests.

What belongs here: the rule, in one place, as pure functions of dates. What does not: sending requests
(`spiders/base.py`), keeping what is known (`index.py`), finding the dates of a document (the reader, which hands them
back through `Index.set_dates`).

Listings are asked in every run, and so is a page of which the listing says something else than before. Every other
known page is asked by its age: the younger it is, the longer ago it changed and the nearer a date stands on which it
begins or ends to hold, the sooner. No page is left for longer than `LONGEST` days, whatever its age and whether a
listing still names it: portals mark an old policy as ended without touching its text.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, tzinfo
from typing import Final, NamedTuple
from zlib import crc32

from crawlers.index import Known

LONGEST: Final = 30
"""Days between two requests for a page, at most."""
BY_AGE: Final = ((30, 1), (90, 3), (365, 7))
"""Up to so many days after it was published, or after it last changed, a page is asked every so many days."""
BY_TURN: Final = ((7, 1), (30, 3))
"""Up to so many days before and after a day on which it begins or ends to hold, every so many days."""
BY_TROUBLE: Final = ((3, 0), (12, 7))
"""Up to so many answers in a row that were none (gone, failed, refused), every so many days; 0 is every run."""


class Facts(NamedTuple):
    """What the rule looks at, all days in the portal's own zone.

    `published` falls back on the day when the page was first met. `turns` are the days on which what it says begins
    and ends to hold. `trouble` counts the latest answers in a row that brought nothing.
    """

    asked: date
    published: date
    changed: date | None = None
    turns: tuple[date, ...] = ()
    trouble: int = 0


def every(facts: Facts, today: date) -> int:
    """Every how many days a page is asked; 0: in every run."""
    found = _step(BY_AGE, (today - facts.published).days)
    if facts.changed is not None:
        found = min(found, _step(BY_AGE, (today - facts.changed).days))
    for turn in facts.turns:
        found = min(found, _step(BY_TURN, abs((today - turn).days)))
    if facts.trouble:
        # Also upwards: a page that has been gone for long is no young page any more.
        found = _step(BY_TROUBLE, facts.trouble)
    return found


def _step(steps: tuple[tuple[int, int], ...], value: int) -> int:
    return next((days for limit, days in steps if value <= limit), LONGEST)


def is_due(facts: Facts, today: date, url: str) -> bool:
    """Whether a page last asked on `facts.asked` is asked today.

    Each page has days of its own, by its address, so that pages first met together are not all asked together; a day
    on which no run took place is made up for in the next run.
    """
    days = every(facts, today)
    if not days:
        return True
    shift = crc32(url.encode("utf-8", "replace"))
    return (today.toordinal() + shift) // days > (facts.asked.toordinal() + shift) // days


def facts_of(known: Known, zone: tzinfo) -> Facts:
    """What the rule looks at, from the index.

    Where nobody has read the page yet, any change of its bytes counts as a change.
    """
    met = _day(known.first_seen_at, zone)
    turns = tuple(date.fromisoformat(day) for day in (known.starts, known.ends) if day)
    changed = date.fromisoformat(known.changed) if known.changed else None
    if known.was_read is None and known.full_at and known.full_at > known.first_seen_at:
        changed = _day(known.full_at, zone)
    published = date.fromisoformat(known.published) if known.published else met
    return Facts(_day(known.last_fetched_at, zone), published, changed, turns, known.trouble)


def _day(at: str, zone: tzinfo) -> date:
    return datetime.fromisoformat(at).astimezone(zone).date()


def due(known: Iterable[Known], today: date, zone: tzinfo) -> Iterator[str]:
    """The addresses of the pages that are due; the longer overdue, the earlier, then in order of their addresses."""
    found = []
    for page in known:
        facts = facts_of(page, zone)
        if is_due(facts, today, page.url):
            waited = (today - facts.asked).days
            found.append((-waited / (every(facts, today) or 1), page.url))
    found.sort()
    return (url for _, url in found)


def conditions(known: Known | None) -> dict[str, str]:
    """The headers by which the server may answer 304; none when no whole answer is archived."""
    if known is None or known.full_file is None:
        return {}
    headers = {}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    return headers

"""What may be fetched: schemes, hosts, addresses, and how long a portal's refusals and silences are put up with.

What belongs here: the rules, as plain objects without Scrapy. What does not: applying them to requests
(`middlewares.py`), judging what a name resolves to (`resolver.py`), sizes and times, which are Scrapy's settings
(`settings.py`), how often a portal is asked (`quiet.py`, `budget.py`).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from policywatch import addresses

MAX_RETRY_AFTER = 120
"""Seconds a run waits when a portal asks it to come back later; longer than that, it leaves the host alone."""
MAX_REFUSALS = 10
"""Refusals in a row after which a run stops asking a host."""
MAX_SILENCES = 10
"""Requests in a row that brought no answer at all after which a run stops asking a host."""
MAX_URL = 4096
"""Characters of an address; portals print shorter ones, and a listing that grows them is a trap."""
REFUSALS = frozenset({401, 403, 407, 418, 429, 451})
"""Statuses by which a portal says: not you, or not so often."""


@dataclass(slots=True)
class Guard:
    """What one run may ask, and whom it has been sent away by. `is_demo`: its hosts may be private addresses."""

    hosts: frozenset[str]
    is_demo: bool = False
    _refusals: Counter[str] = field(default_factory=Counter)
    _silences: Counter[str] = field(default_factory=Counter)
    _closed: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, hosts: Iterable[str], *, is_demo: bool = False) -> "Guard":
        """A guard for these host names."""
        return cls(frozenset(hosts), is_demo)

    def objection(self, url: str) -> str | None:
        """Why `url` may not be asked now, as a sentence; None when it may."""
        if len(url) > MAX_URL:
            return f"an address of {len(url)} characters; at most {MAX_URL} are asked"
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            return "it is no web address"
        if parts.scheme not in {"http", "https"}:
            return f"{parts.scheme or 'no'} scheme; only http and https are asked"
        if host not in self.hosts:
            return f"host {host} is not one of the source's; add it to hosts if it belongs there"
        if not self.is_demo and (what := addresses.host_objection(host)):
            return f"{host} is {what}; only the public internet is asked"
        return self._closed.get(host)

    def has_closed(self, url: str) -> bool:
        """Whether the host of `url` is asked nothing more in this run, though it may be asked in another."""
        return (urlsplit(url).hostname or "") in self._closed

    def answered(self, url: str, status: int) -> None:
        """Note an answer: refusals in a row close the host for this run, any other answer opens the count again."""
        host = urlsplit(url).hostname or ""
        self._silences.pop(host, None)
        if status not in REFUSALS:
            self._refusals.pop(host, None)
            return
        self._refusals[host] += 1
        if self._refusals[host] >= MAX_REFUSALS:
            self.close(host, f"{host} refused {MAX_REFUSALS} requests in a row")

    def silent(self, url: str) -> None:
        """Note that a request brought no answer: a portal that is down is not waited for page by page."""
        host = urlsplit(url).hostname or ""
        self._silences[host] += 1
        if self._silences[host] >= MAX_SILENCES:
            self.close(host, f"{host} did not answer {MAX_SILENCES} requests in a row")

    def close(self, host: str, why: str) -> None:
        """Ask `host` nothing more in this run."""
        self._closed.setdefault(host, why)


def retry_after(value: str | None, now: datetime) -> int | None:
    """The seconds of a Retry-After header: as stated, or until its HTTP date; None where there is none to be read.

    `now` is the portal's own clock where it prints one (the Date header), else ours.
    """
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        return int(value[:9])
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:  # "-0000": UTC, of unknown origin
        until = until.replace(tzinfo=now.tzinfo)
    return max(0, round((until - now).total_seconds()))

"""What may be fetched: schemes, hosts, and how long a portal's refusals are put up with.

What belongs here: the rules, as plain objects without Scrapy. What does not: applying them to requests
(`middlewares.py`), sizes and times, which are Scrapy's settings (`settings.py`).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

MAX_RETRY_AFTER = 120
"""Seconds a run waits when a portal asks it to come back later; longer than that, it leaves the host alone."""
MAX_REFUSALS = 10
"""Refusals in a row after which a run stops asking a host."""
REFUSALS = frozenset({401, 403, 407, 418, 429, 451})
"""Statuses by which a portal says: not you, or not so often."""


@dataclass(slots=True)
class Guard:
    """What one run may ask, and whom it has been sent away by."""

    hosts: frozenset[str]
    _refusals: Counter[str] = field(default_factory=Counter)
    _closed: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, hosts: Iterable[str]) -> "Guard":
        """A guard for these host names."""
        return cls(frozenset(hosts))

    def objection(self, url: str) -> str | None:
        """Why `url` may not be asked now, as a sentence; None when it may."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"}:
            return f"{parts.scheme or 'no'} scheme; only http and https are asked"
        host = parts.hostname or ""
        if host not in self.hosts:
            return f"host {host} is not one of the source's; add it to hosts if it belongs there"
        return self._closed.get(host)

    def answered(self, url: str, status: int) -> None:
        """Note an answer: refusals in a row close the host for this run, any other answer opens the count again."""
        host = urlsplit(url).hostname or ""
        if status not in REFUSALS:
            self._refusals.pop(host, None)
            return
        self._refusals[host] += 1
        if self._refusals[host] >= MAX_REFUSALS:
            self.close(host, f"{host} refused {MAX_REFUSALS} requests in a row")

    def close(self, host: str, why: str) -> None:
        """Ask `host` nothing more in this run."""
        self._closed.setdefault(host, why)


def retry_after(value: str | None) -> int | None:
    """The seconds of a Retry-After header, None where there is none; a date is read as "later than a run waits"."""
    if not value:
        return None
    value = value.strip()
    return int(value) if value.isdigit() else MAX_RETRY_AFTER + 1

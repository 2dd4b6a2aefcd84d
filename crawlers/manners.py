"""The last word before a request leaves: quiet hours and the day's budget, and what ends a run for their sake.

What belongs here: whether one more request may leave now, without Scrapy. What does not: how fast requests follow one
another (`throttle.py`), who may be asked at all (`safety.py`), what a run that was ended leaves for the next
(`session.py`).
"""

from datetime import datetime
from typing import Literal, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawlers.budget import Budget
from crawlers.model import Source
from crawlers.quiet import quiet_until
from policywatch import clock
from policywatch.home import Home


class Stop(NamedTuple):
    """Why a run ends before it has asked all: the rule, and a sentence for people."""

    why: Literal["quiet", "budget"]
    words: str


def quiet_now(source: Source, at: datetime) -> Stop | None:
    """The quiet hours of `source` in which `at` (aware) lies, None when it lies in none."""
    until = quiet_until(source.politeness.quiet, source.timezone, at)
    if until is None:
        return None
    return Stop("quiet", f"quiet hours until {until:%H:%M} ({source.timezone}); the rest is asked in the next run")


class Manners:
    """What one run has asked. `stopped`, once set, ends the run: nothing more leaves."""

    def __init__(self, home: Home, source: Source) -> None:
        self.stopped: Stop | None = None
        self._home = home
        self._source = source
        self._zone = ZoneInfo(source.timezone)
        self._budget: Budget | None = None

    def leave(self, url: str) -> Stop | None:
        """Count a request that is about to leave; a Stop, and nothing counted, when none may leave any more.

        Raises:
            StorageError: the count could not be written.
        """
        if self.stopped is None:
            self.stopped = self._objection(urlsplit(url).hostname or "", clock.now())
        return self.stopped

    def _objection(self, host: str, now: datetime) -> Stop | None:
        if quiet := quiet_now(self._source, now):
            return quiet
        limit = self._source.politeness.daily_budget
        if limit is None and self._source.demo:
            return None  # there is no portal to spare, and a write now and then would show in its speed
        if self._budget is None:
            self._budget = Budget(self._home, limit)
        if self._budget.take(host, now.astimezone(self._zone).date()):
            return None
        words = f"the day's {limit} requests to {host} are spent; the rest is asked from the next day on"
        return Stop("budget", words)

    def close(self) -> None:
        """Let go of the counts."""
        if self._budget is not None:
            self._budget.close()
            self._budget = None

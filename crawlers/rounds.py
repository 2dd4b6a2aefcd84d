"""What a run owes to the one before it: the rest that was left, and a time that never runs backwards.

What belongs here: reading the last committed crawl of a source, and both rules. What does not: asking the rest
(`session.py`), why a run left one (`manners.py`).

A run that is ended by quiet hours or by the day's budget leaves a rest, and the next one goes on with it: together they
are a round. Listings are asked in each run, because they say what is new; a page that answered within the round is not.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from crawlers.captures import stamp
from crawlers.index import Known
from policywatch.errors import StorageError
from policywatch.home import Home

SKEW: Final = timedelta(minutes=10)
"""How far the clock may have been set back between two runs (time servers do that) before the run stops."""
PAUSE: Final = timedelta(days=7)
"""How long after a run that left a rest the next one still goes on with it; later, all is asked anew."""
_ANSWERED: Final = frozenset({"new", "changed", "unchanged", "not_modified"})


def last_crawl(home: Home, name: str) -> dict[str, Any] | None:
    """The summary of the latest committed crawl of source `name`, None where there is none.

    Raises:
        StorageError: it cannot be read any more.
    """
    root = home.crawls / name
    for folder in sorted(root.iterdir(), reverse=True) if root.is_dir() else ():
        path = folder / "crawl.json"
        if path.is_file():
            return _summary(path)
    return None


def _summary(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{path}: cannot be read ({error}); restore crawls/ from its backup"
        raise StorageError(msg) from None
    return found


class Round:
    """The round that a run belongs to. `goes_on`: an earlier run left a rest, which this one asks."""

    def __init__(self, started_at: datetime, last: dict[str, Any] | None = None) -> None:
        left = last.get("round_started_at") if last is not None else None
        if last is not None and started_at - datetime.fromisoformat(last["finished_at"]) > PAUSE:
            left = None
        self.goes_on = left is not None
        self.began = str(left or stamp(started_at))

    def is_done(self, known: Known | None) -> bool:
        """Whether a page answered within the round already: the rest is asked, it is not."""
        return (
            self.goes_on
            and known is not None
            and known.last_outcome in _ANSWERED
            and known.last_fetched_at >= self.began
        )


def start_of(now: datetime, last: dict[str, Any] | None) -> datetime:
    """When a run that starts `now` is said to start: never before what the last one said of itself.

    Raises:
        StorageError: the clock was set back by more than `SKEW`. What was learned first would count as learned last.
    """
    if last is None:
        return now
    ended = datetime.fromisoformat(last["finished_at"])
    if now >= ended or now == datetime.fromisoformat(last["started_at"]):
        return now
    require_forward(now, ended, f"{last['crawl_id']} ended at {last['finished_at']}")
    return ended + timedelta(seconds=1)


def require_forward(now: datetime, before: datetime, what: str) -> None:
    """Check that `now` is not before `before`, give or take `SKEW`.

    Raises:
        StorageError: it is; says what to do.
    """
    if before - now > SKEW:
        msg = (
            f"the clock says {stamp(now)}, but {what}: set the clock right and run again; "
            "if that crawl ran with a wrong clock, restore the home folder from the backup before it"
        )
        raise StorageError(msg)

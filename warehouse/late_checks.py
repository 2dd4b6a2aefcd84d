"""Pages that a run asked for earlier than what is known of them: whether they were there, told from the start again.

What belongs here: the state of one page through all its answers. What does not: the same for what arrives in order,
which `sql/checks.sql` does for all pages at once by the same rules.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa

from warehouse.steps import Steps

_ZONE: Final = ZoneInfo("Asia/Shanghai")
_SINCE: Final = (
    "capture WHERE crawl_id <> (SELECT crawl_id FROM load_run)"
    " AND fetched_at > (SELECT min(fetched_at) FROM in_captures WHERE role = 'page')"
)
_INSTANT: Final = pa.timestamp("us", tz="UTC")
_STATE: Final = pa.schema(
    [
        ("page_id", pa.string()),
        ("state", pa.string()),
        ("last_checked_at", _INSTANT),
        ("last_answered_at", _INSTANT),
        ("missing_count", pa.int32()),
        ("missing_since", _INSTANT),
    ]
)
_TOLD: Final = pa.schema(
    [
        ("page_id", pa.string()),
        ("kind", pa.string()),
        ("since", _INSTANT),
        ("detected_at", _INSTANT),
        ("before", pa.string()),
        ("after", pa.string()),
        ("moment", _INSTANT),
        ("crawl_id", pa.string()),
        ("is_crawl", pa.bool_()),
    ]
)

Row = Mapping[str, Any]


@dataclass(slots=True)
class _Page:
    """A page as far as its answers have been gone through; the columns of `page`."""

    page_id: str
    last_checked_at: datetime
    last_answered_at: datetime
    state: str = "live"
    missing_count: int = 0
    missing_since: datetime | None = None
    told: list[dict[str, Any]] = field(default_factory=list)

    def take(self, row: Row) -> None:
        """One run's answer. A run that does not count (`is_good`) leaves nothing but the time."""
        self.last_checked_at = row["checked_at"]
        if row["is_answered"]:
            self.last_answered_at = row["checked_at"]
        if not row["is_good"]:
            return
        if row["is_answered"]:
            if self.state == "gone":
                self._tell("reappeared", row, row["checked_at"], row["checked_at"])
            self.state, self.missing_count, self.missing_since = "live", 0, None
        elif row["is_missing"]:
            if self.state != "gone" and self.missing_count == 1:
                self._tell(
                    "disappeared", row, self.missing_since, row["finished_at" if row["is_crawl"] else "checked_at"]
                )
            self.state = "gone" if self.missing_count >= 1 else self.state
            self.missing_count += 1
            self.missing_since = self.missing_since or row["checked_at"]
        elif self.state != "gone":
            self.state = "unreachable"

    def _tell(self, kind: str, row: Row, since: datetime | None, detected_at: datetime) -> None:
        event = {"kind": kind, "since": since, "detected_at": detected_at, "before": self.state}
        event |= {name: row[name] for name in ("page_id", "crawl_id", "is_crawl")}
        event["after"] = "live" if row["is_answered"] else "gone"
        event["moment"] = row["finished_at"] if row["is_crawl"] else _day_end(detected_at)
        self.told.append(event)


def _day_end(instant: datetime) -> datetime:
    """The end of the day of `instant` in the portals' zone."""
    local = instant.astimezone(_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return local + timedelta(days=1)


def tell(steps: Steps) -> bool:
    """Go again through all answers of the pages that are checked late, if there are any; whether there were."""
    if not steps.has(_SINCE):
        return False
    steps.run("sql/checks_late.sql")
    if not steps.has("late_checked"):
        return False
    pages = _through(steps.read("sql/read_checks.sql"))
    states = [{name: getattr(page, name) for name in _STATE.names} for page in pages]
    steps.keep("CREATE OR REPLACE TEMP TABLE late_state AS SELECT * FROM computed", states, _STATE)
    told = [event for page in pages for event in page.told]
    steps.keep("CREATE OR REPLACE TEMP TABLE late_told AS SELECT * FROM computed", told, _TOLD)
    steps.run("sql/checks_told.sql")
    steps.run("sql/retell.sql")
    return True


def _through(rows: Iterable[Row]) -> list[_Page]:
    pages = []
    for page_id, answers in groupby(rows, key=lambda row: str(row["page_id"])):
        page = None
        for row in answers:
            page = page or _Page(page_id, row["first_seen_at"], row["first_seen_at"])
            page.take(row)
        if page is not None:
            pages.append(page)
    return pages

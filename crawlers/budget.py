"""How many requests each host was sent today, over all runs of all sources: the table `asked` of the crawl index.

What belongs here: counting, on the disk, before a request leaves. What does not: the limit (a source's
`politeness.daily_budget`), what happens when it is reached (`middlewares.py`).

The count reaches the disk first and the request leaves after: a kill at any instant never lets a portal be asked more
often than its budget allows. Unlike the rest of the index it cannot be made again from the manifests: whoever deletes
the file in the middle of a day gives that day a budget anew.
"""

import sqlite3
from datetime import date, timedelta

from crawlers.sidetable import SideTable
from policywatch.home import Home

_TABLE = (
    "CREATE TABLE IF NOT EXISTS asked (host TEXT, day TEXT, requests INTEGER, PRIMARY KEY (host, day)) WITHOUT ROWID"
)
_TAKE = """
INSERT INTO asked VALUES (:host, :day, :wanted) ON CONFLICT (host, day) DO UPDATE SET requests = requests + :wanted
"""
PORTION = 128
"""Requests that a source without a budget of its own takes at a time, so that counting costs it nothing; a kill leaves
what it had not used yet counted."""
_KEPT = timedelta(days=7)


class Budget(SideTable):
    """The counts of one run. `limit` None: counted for the sake of others who ask the same hosts, never refused."""

    def __init__(self, home: Home, limit: int | None) -> None:
        """Open the file.

        Raises:
            StorageError: it is damaged or cannot be written.
        """
        super().__init__(home, _TABLE)
        self._limit = limit
        self._held: dict[tuple[str, date], int] = {}

    def take(self, host: str, day: date) -> bool:
        """Count one request to `host`; False, and nothing counted, where its budget for `day` is spent.

        Raises:
            StorageError: it could not be written.
        """
        held = self._held.get((host, day), 0) or self._draw(host, day)
        if not held:
            return False
        self._held[host, day] = held - 1
        return True

    def spent(self, host: str, day: date) -> int:
        """How many requests to `host` were counted for `day`."""
        row = self._run("SELECT requests FROM asked WHERE host = ? AND day = ?", (host, day.isoformat())).fetchone()
        return row[0] - self._held.get((host, day), 0) if row else 0

    def _draw(self, host: str, day: date) -> int:
        values = {"host": host, "day": day.isoformat(), "wanted": 1 if self._limit is not None else PORTION}
        if self._limit is None:
            self._run(_TAKE, values)
            return PORTION
        allowed = self._run(f"{_TAKE} WHERE requests < :most", {**values, "most": self._limit})
        return 1 if allowed.rowcount == 1 else 0

    def close(self) -> None:
        """Give back what was not used, forget days that nobody asks for any more, and let go of the file."""
        try:
            sql = "UPDATE asked SET requests = requests - ? WHERE host = ? AND day = ?"
            for (host, day), unused in self._held.items():
                self._run(sql, (unused, host, day.isoformat()))
            if self._held:
                oldest = max(day for _, day in self._held) - _KEPT
                self._run("DELETE FROM asked WHERE day < ?", (oldest.isoformat(),))
        finally:
            self._held.clear()
            super().close()

    def _run(self, sql: str, values: dict[str, object] | tuple[object, ...]) -> sqlite3.Cursor:
        with self._asked():
            return self._db.execute(sql, values)

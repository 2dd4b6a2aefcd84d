"""The writer's database: open it, bring its schema up to date, load, publish. One process at a time.

What belongs here: the file, its lock, the transactions and the errors that people meet. What does not: the steps of a
load (`load`), of publishing (`publish`) and the outbox of the alerts (`outbox`).
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import duckdb
import pyarrow as pa

from policywatch.errors import StorageError
from warehouse import load, opening, publish
from warehouse.outbox import Outbox
from warehouse.report import LoadReport
from warehouse.steps import Steps, Watcher, text_of

SMALL_LOAD: Final = 2**20
"""Bytes of a staging folder below which one thread works, in a small warehouse: handing out would cost more."""

SOURCE_COLUMNS: Final = ("title", "jurisdiction", "authority", "homepage", "timezone", "schedule")

SOURCE: Final = pa.schema([(name, pa.string()) for name in ("source", *SOURCE_COLUMNS)])

_INSTANT: Final = pa.timestamp("us", tz="UTC")
DELIVERY: Final = pa.schema(
    [(name, pa.string()) for name in ("idempotency_key", "event_id", "subscription", "channel")]
    + [("queued_at", _INSTANT), ("next_attempt_at", _INSTANT)]
)

CARRIED: Final = ("event_matched", "delivery", "hold", "held_event")
"""What is known of the alerts and follows from nothing else."""

Result = TypeVar("Result")


class Ledger(Outbox):
    """The warehouse, open for writing; a context manager. Every method is one transaction: all of it, or nothing.

    Raises:
        StorageError: from any method, when the file cannot be read or written.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self._connection = connection
        self.path = path
        self.watcher: Watcher | None = None

    # --- open and close ----------------------------------------------------------------------------------------------

    @classmethod
    def open(cls, path: Path, wait: float = 30, tell: opening.Teller | None = None) -> "Ledger":
        """Open the warehouse at `path`, made and migrated where needed; `wait` seconds for another process to leave it.

        `tell` is told once where it has to wait.

        Raises:
            StorageError: another process holds it for longer, the file is no warehouse, or its schema is newer.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            msg = f"{path.parent} cannot be made ({error.strerror}); choose another --home or free the place"
            raise StorageError(msg) from error
        return cls(opening.open_file(path, wait, tell), path)

    def close(self) -> None:
        """Write everything into the file and let it go. Closing twice is harmless."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _transaction(self, work: Callable[[Steps], Result]) -> Result:
        """Run `work` as one transaction: its outcome is committed whole, or the file stays as it was."""
        steps = Steps(self._connection, self.watcher)
        try:
            self._connection.execute("BEGIN TRANSACTION")
            result = work(steps)
            if self.watcher is not None:
                self.watcher("COMMIT")
            self._connection.execute("COMMIT")
        except BaseException as error:
            self._rollback()
            if isinstance(error, duckdb.Error | OSError):
                raise self._broken(error) from error
            raise
        return result

    def _rollback(self) -> None:
        try:
            self._connection.execute("ROLLBACK")
        except duckdb.Error:
            # The connection is beyond use, or the failed statement ended the transaction; nothing was committed.
            return

    def _broken(self, error: Exception) -> StorageError:
        return opening.broken(self.path, error)

    # --- load --------------------------------------------------------------------------------------------------------

    def loaded(self) -> set[str]:
        """The crawl_ids of all runs that are in the warehouse."""
        return {row["crawl_id"] for row in self._rows("SELECT crawl_id FROM crawl")}

    def load(self, staging: Path) -> LoadReport:
        """Load one staging folder: versions, bindings, effects, events. A run that is loaded already changes nothing.

        Raises:
            StorageError: the folder is incomplete, or the warehouse cannot be written; nothing is loaded then.
        """
        run = load.run_of(staging)
        if run["crawl_id"] in self.loaded():
            return LoadReport()
        try:
            if sum(path.stat().st_size for path in staging.iterdir()) >= SMALL_LOAD:
                self._connection.execute("RESET threads")
                # Straight into the file: in the log first, so much would be written twice.
                self._connection.execute("SET checkpoint_threshold = '1KB'")
            return self._load(lambda steps: load.load(steps, run, staging))
        finally:
            load.let_go(self._connection)
            with suppress(duckdb.Error):
                self._connection.execute("RESET checkpoint_threshold")

    def _load(self, work: Callable[[Steps], LoadReport]) -> LoadReport:
        """Run `work` as one transaction; where memory is too short for it, once more with more."""
        try:
            return self._transaction(work)
        except StorageError as error:
            # A crawl of very many pages. What has to lie side by side in memory cannot wait in files.
            if not (isinstance(error.__cause__, duckdb.OutOfMemoryException) and opening.give_more(self._connection)):
                raise
        return self._transaction(work)

    def calendar(self, today: date, now: datetime, warn_days: Sequence[int] = (30, 7)) -> LoadReport:
        """What the calendar alone brings by `today` (a day in the portals' zone): commenced, expired, expiring.

        Args:
            today: the day that it is.
            now: when this is found out; the events carry it.
            warn_days: how many days before its end a policy is announced as expiring.
        """
        return self._transaction(lambda steps: _calendar(steps, today, now, warn_days))

    def upsert_sources(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Note the declared sources: `name` and the columns of `SOURCE_COLUMNS`; what is missing is null."""
        wanted = [dict(row) for row in rows]
        self._transaction(lambda steps: _upsert(steps, wanted))

    def current(self, source: str | None = None) -> list[dict[str, Any]]:
        """One row per page (of `source`, or all): its last reading's capture as a manifest row, and who read it.

        Returns:
            The columns of `capture` (`listed` as a mapping or None), with `parser_version` and `reading_hash`.
        """
        rows = self._rows(text_of("sql/current.sql"), {"source": source})
        for row in rows:
            row["listed"] = json.loads(row["listed"]) if row["listed"] else None
        return rows

    def recheck_dates(self, source: str) -> list[dict[str, Any]]:
        """Per page of `source`: canonical_url, published_date, in_force_from, in_force_to, changed_at; None: unknown.

        `changed_at` is when the page's own text last changed, None where it never did.
        """
        return self._rows(text_of("sql/recheck_dates.sql"), {"source": source})

    def publish(self, target: Path) -> None:
        """Put the analysts' database at `target`, whole, by rename; who reads the old one keeps it."""
        try:
            publish.publish(self._connection, target, self.watcher)
        except (duckdb.Error, OSError) as error:
            msg = f"{target} could not be published; the old one stays, free disk space and run again: {error}"
            raise StorageError(msg.splitlines()[0]) from error

    def query(self, sql: str, parameters: Any = None) -> list[dict[str, Any]]:  # noqa: ANN401 - as DuckDB takes them
        """Rows of the writer's own tables, for checks and tests. People query the published database instead."""
        return self._rows(sql, parameters)

    def _rows(self, sql: str, parameters: Any = None) -> list[dict[str, Any]]:  # noqa: ANN401 - as DuckDB takes them
        try:
            return Steps(self._connection).rows(sql, parameters)
        except duckdb.Error as error:
            raise self._broken(error) from error

    # --- what people decided ------------------------------------------------------------------------------------------

    def decided(self) -> set[str]:
        """The ids of all decisions that are in the warehouse."""
        return {row["decision_id"] for row in self._rows("SELECT decision_id FROM decision")}

    def last_moment(self) -> datetime | None:
        """The moment of the last batch that is known: what is decided now comes after it."""
        both = "SELECT moment FROM reading UNION ALL SELECT moment FROM decision"
        moment: datetime | None = self._rows(f"SELECT max(m.moment) AS moment FROM ({both}) AS m")[0]["moment"]  # noqa: S608
        return moment

    def decide(self, decision: Mapping[str, Any]) -> LoadReport:
        """Take up what a person decided of a citation (a row of `decision`); one that is known changes nothing.

        Bindings, force and events that follow from it are computed as if it had been there at its moment.
        """
        if decision["decision_id"] in self.decided():
            return LoadReport()
        return self._transaction(lambda steps: load.decide(steps, decision))

    def set_default_terms(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """The terms to infer where a document states none (rows of `default_term`), for all that is loaded later."""
        self._transaction(lambda steps: _set_default_terms(steps, rows))

    def carry_over(self, tables: Mapping[str, pa.Table], known: pa.Table | None) -> None:
        """Take the state of the alerts over from another warehouse of the same home, for nothing to be told twice.

        Args:
            tables: rows by table, those of `CARRIED`.
            known: the event_ids of the other warehouse; what it did not have is not told. None: nothing of before is.
        """
        self._transaction(lambda steps: _carry_over(steps, tables, known))

    # --- the outbox of the alerts ------------------------------------------------------------------------------------

    def queue(self, deliveries: Iterable[Mapping[str, Any]], matched_event_ids: Iterable[str]) -> None:
        """Queue deliveries (a key that is there already stays as it is) and note the events as matched, together."""
        queued, matched = [dict(row) for row in deliveries], list(matched_event_ids)
        self._transaction(lambda steps: _queue(steps, queued, matched))


def _set_default_terms(steps: Steps, rows: Sequence[Mapping[str, Any]]) -> None:
    steps.execute("DELETE FROM default_term")
    for row in rows:
        names = ", ".join(f"${name}" for name in row)
        steps.execute(f"INSERT INTO default_term ({', '.join(row)}) VALUES ({names})", dict(row))  # noqa: S608 - our own


def _carry_over(steps: Steps, tables: Mapping[str, pa.Table], known: pa.Table | None) -> None:
    for name, rows in tables.items():
        steps.connection.register("carried", rows)
        try:
            steps.execute(f"INSERT INTO {name} BY NAME SELECT * FROM carried")  # noqa: S608 - our own names
        finally:
            steps.connection.unregister("carried")
    steps.connection.register("carried", pa.table({"event_id": pa.array([], pa.string())}) if known is None else known)
    try:
        steps.run("sql/outbox_carried.sql")
    finally:
        steps.connection.unregister("carried")


def _upsert(steps: Steps, rows: Sequence[Mapping[str, Any]]) -> None:
    sources = [{"source": row["name"]} | {name: row.get(name) for name in SOURCE_COLUMNS} for row in rows]
    known = "SELECT s.* FROM source AS s ORDER BY s.source"
    before = steps.rows(known)
    steps.keep("CREATE OR REPLACE TEMP TABLE in_sources AS SELECT * FROM computed", sources, SOURCE)
    steps.run("sql/source_upsert.sql")
    if steps.rows(known) != before:
        steps.execute("INSERT INTO unpublished VALUES ('source', NULL)")


def _queue(steps: Steps, deliveries: Sequence[Mapping[str, Any]], matched: Sequence[str]) -> None:
    if deliveries:
        # As a parameter, 10,000 of them take half a second to hand over; as a table, hardly any time.
        steps.keep(text_of("sql/outbox_queue.sql"), deliveries, DELIVERY)
    steps.run("sql/outbox_matched.sql", {"event_ids": list(matched)})


def _calendar(steps: Steps, today: date, now: datetime, warn_days: Sequence[int]) -> LoadReport:
    steps.run("sql/calendar_open.sql", {"today": today, "now": now, "warn_days": list(warn_days)})
    steps.run("sql/events_before.sql")
    steps.run("sql/events_open.sql")
    is_late = steps.has("calendar_run AS c, load_look AS l WHERE c.now > l.now")
    if is_late:
        steps.run("sql/calendar_all.sql")
    steps.run("sql/calendar.sql")
    if is_late:
        steps.run("sql/calendar_told.sql")
        steps.run("sql/retell.sql")
    steps.run("sql/events_append.sql")
    steps.run("sql/retold.sql")
    return load.events_of(steps)

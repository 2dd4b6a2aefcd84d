"""Dagster's records in SQLite files: its own files, written with less ado.

What belongs here: how Dagster's own event log and its list of runs connect, and how a step waits in a pool's queue.
What does not: where the files lie and what goes into them (Dagster's business).

Dagster 1.13 makes an SQLAlchemy engine and a connection each of the 380 times that one run asks its log. With the
engine goes all SQL that it had compiled; with the connection, as the last of its file, the write-ahead log, which is
put into the file and deleted, and each commit is seen on the disk. Together half of what a run without news costs. The
list of runs is asked in the same manner 17 times, and 19 times whether the log has a table. If Dagster stops calling
`_connect`, `connect` or `has_table`, this changes nothing but the speed.

What is given up: after a power cut the last events of a run may be missing in the UI. Nothing else rests on them; a
process that is killed loses none.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.sql import create_engine
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from dagster._utils.concurrency import ConcurrencyClaimStatus
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool

_MOST_ENGINES: Final = 8
"""The daemon meets the file of every run for years, and a server that of every run that somebody looks at; at the same
time there are four runs and the index. What is let go is put in order: its write-ahead log goes into the file."""
_WAL_PAGES: Final = 200
"""So long a write-ahead log may grow before it goes into the file; each run would keep one of 2 MB otherwise."""

_QUEUE_SECONDS: Final = 0.25
"""Between two looks of a run whether the warehouse's place is free."""


class EventLog(SqliteEventLogStorage):
    """Dagster's event log, which keeps the engines of the latest files, and for all of them the SQL once compiled."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        self._compiled: dict[Any, Any] = {}
        self._blank = b""
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        """A connection of its own to the file of one run, or to the index over all, in one transaction."""
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._begin(shard, engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _begin(self, shard: str, engine: Engine) -> None:
        """See that the file has its tables; a run's file begins as a copy of the first that was made here."""
        path = Path(self.path_for_shard(shard))
        is_new = shard != INDEX_SHARD_NAME and not path.exists()
        if is_new and self._blank:
            path.write_bytes(self._blank)
            return
        self._initdb(engine)
        if is_new:
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            self._blank = path.read_bytes()

    def _engine(self, shard: str) -> Engine:
        if (known := self._engines.pop(shard, None)) is not None:
            self._engines[shard] = known  # the latest one is last
        else:
            while len(self._engines) >= _MOST_ENGINES:
                self._engines.pop(next(iter(self._engines))).dispose()
            how = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
            made = create_engine(self.conn_string_for_shard(shard), poolclass=QueuePool, pool_size=1, connect_args=how)
            event.listen(made, "connect", _relaxed)
            self._engines[shard] = made.execution_options(compiled_cache=self._compiled)
        return self._engines[shard]

    def has_table(self, table_name: str) -> bool:
        """Whether the index has the table; one that it has stays there."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def claim_concurrency_slot(
        self, concurrency_key: str, run_id: str, step_key: str, priority: int | None = None
    ) -> ConcurrencyClaimStatus:
        """Take a pool's place for a step, or wait a little and say that there is none yet.

        Dagster's in-process executor means to sleep between two tries, and does not: a run that queues for the
        warehouse took a whole core from the one that loads, and noticed up to 15 seconds late that it was done.
        """
        found: ConcurrencyClaimStatus = super().claim_concurrency_slot(concurrency_key, run_id, step_key, priority)
        if found.is_claimed:
            return found
        time.sleep(_QUEUE_SECONDS)
        waiting: ConcurrencyClaimStatus = found.with_sleep_interval(0.0)  # it has been slept, and is looked at again
        return waiting

    def dispose(self) -> None:
        """Close every connection."""
        super().dispose()
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()


def _relaxed(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")


class Runs(SqliteRunStorage):
    """Dagster's list of runs, which keeps its engine and one connection; threads that come together get more."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        how = {"check_same_thread": False}
        self._engine = create_engine(conn_string, poolclass=QueuePool, pool_size=1, max_overflow=-1, connect_args=how)
        super().__init__(conn_string, inst_data)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection in one transaction."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def dispose(self) -> None:
        """Close every connection."""
        super().dispose()
        self._engine.dispose()


class Storage(DagsterSqliteStorage):
    """Dagster's storage in SQLite files, with the list of runs and the event log above."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._run_storage: Runs = Runs(self._run_storage._conn_string)  # noqa: SLF001 - made ready by Dagster's own
        # The folder that the log beside us has just been given is asked of it, not guessed.
        self._event_log_storage: EventLog = EventLog(str(Path(self._event_log_storage.path_for_shard("index")).parent))

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Self:  # noqa: ANN401 - Dagster's type is private
        """Dagster's way to make one; its own makes one of its own class."""
        return cls.from_local(inst_data=inst_data, **config_value)

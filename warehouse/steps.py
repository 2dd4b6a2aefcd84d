"""Runs the named SQL files of `warehouse/`: one file per step, one statement at a time.

What belongs here: finding, splitting and running SQL files. What does not: what a step means (the files say it) and in
which order they run (`load`, `ledger`, `publish`).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

HERE = Path(__file__).parent

_parsed: dict[str, list[duckdb.Statement]] = {}
"""The statements of the files that were run: taking them all apart takes 20 ms, and a process may load many times."""

Watcher = Callable[[str], None]
"""Called with the step's name before each statement; tests break the load at every one of them."""


@cache
def text_of(name: str) -> str:
    """The SQL of file `name`, relative to the package: `sql/captures.sql`."""
    return (HERE / name).read_text(encoding="utf-8")


def names_in(folder: str) -> list[str]:
    """The SQL files of `folder` (`views`, `migrations`) in order of their names, relative to the package."""
    return [f"{folder}/{path.name}" for path in sorted((HERE / folder).glob("*.sql"))]


class Steps:
    """Runs statements on one connection, telling a watcher before each. DuckDB's errors pass through."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, watcher: Watcher | None = None) -> None:
        self.connection = connection
        self.watcher = watcher

    def run(self, name: str, values: Mapping[str, Any] | None = None) -> int:
        """Run every statement of file `name`, with those `values` that it names; the rows that the last changed."""
        found = 0
        if name not in _parsed:
            _parsed[name] = self.connection.extract_statements(text_of(name))
        for statement in _parsed[name]:
            self._tell(name)
            needed = {key: (values or {})[key] for key in statement.named_parameters}
            row = self.connection.execute(statement, needed or None).fetchone()
            if row is not None:
                found = int(row[0]) if isinstance(row[0], int) else 0
        return found

    def read(self, name: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """What file `name`, a single SELECT, gives."""
        return self.rows(text_of(name), values)

    def execute(self, sql: str, values: Any = None) -> None:  # noqa: ANN401 - as DuckDB takes them
        """Run one statement of the caller's own."""
        self._tell(sql)
        self.connection.execute(sql, values)

    def rows(self, sql: str, values: Any = None) -> list[dict[str, Any]]:  # noqa: ANN401 - as DuckDB takes them
        """What `sql` selects, a mapping by column name per row."""
        result = self.connection.execute(sql, values)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def count(self, sql: str) -> int:
        """The single number that `sql` selects; 0 for none."""
        row = self.connection.execute(sql).fetchone()
        return int(row[0]) if row and row[0] is not None else 0

    def has(self, what: str) -> bool:
        """Whether `what` (a table, with a WHERE if need be) has a row."""
        return self.connection.execute(f"SELECT 1 FROM {what} LIMIT 1").fetchone() is not None  # noqa: S608 - our own names

    def keep(self, sql: str, rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> None:
        """Run `sql`, which selects from `computed`: `rows`, by the names of `schema`."""
        self.keep_table(sql, pa.Table.from_pylist([dict(row) for row in rows], schema=schema))

    def keep_table(self, sql: str, table: pa.Table) -> None:
        """The same for many rows, which are brought together as columns in the first place."""
        self.connection.register("computed", table)
        try:
            self.execute(sql)
        finally:
            self.connection.unregister("computed")

    def _tell(self, step: str) -> None:
        if self.watcher is not None:
            self.watcher(step)

"""The analysts' database, read-only and locked down: queries of people, and the lookup of a policy.

What belongs here: opening the published file and asking it. What does not: making it (`publish`). Many processes may
read at once; nobody waits for the writer.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb

from policywatch import clock
from policywatch.errors import StorageError, UsageError
from warehouse.steps import Steps

_LOCKED: Final = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "lock_configuration": "true",
}
_KINDS: Final = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


@contextmanager
def connect(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection: times in UTC, no files or network, no settings to change.

    Where POLICYWATCH_NOW freezes the clock, it is the present day of the views, too.

    Raises:
        StorageError: nothing is published there yet, or the file cannot be read.
        UsageError: POLICYWATCH_NOW is no time.
    """
    if not path.exists():
        msg = f"nothing is published at {path} yet; run `policywatch run` first"
        raise StorageError(msg)
    present = clock.now().isoformat() if os.environ.get(clock.ENVIRONMENT) else None
    try:
        connection = duckdb.connect(str(path), read_only=True)
        connection.execute("SET TimeZone = 'UTC'")
        if present is not None:  # what `present()` gives in the database
            connection.execute("SET VARIABLE policywatch_now = CAST(? AS VARCHAR)", [present])
        for name, value in _LOCKED.items():
            connection.execute(f"SET {name} = {value}")
    except duckdb.Error as error:
        msg = f"{path} cannot be read; publish it again with `policywatch run`: {_first_line(error)}"
        raise StorageError(msg) from error
    try:
        yield connection
    finally:
        connection.close()


def query(path: Path, sql: str, params: Any = None) -> tuple[list[str], list[tuple[Any, ...]]]:  # noqa: ANN401 - as DuckDB takes them
    """The column names and rows of one statement that reads (SELECT, WITH, FROM, VALUES, DESCRIBE, EXPLAIN).

    Args:
        path: the published database.
        sql: the statement; values belong into `params`.
        params: a sequence for `?`, a mapping for `$name`.

    Raises:
        UsageError: it is no such statement, more than one, or DuckDB refuses it.
        StorageError: the database is not there or cannot be read.
    """
    with connect(path) as connection:
        try:
            statements = connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type not in _KINDS:
                msg = "only one statement that reads (SELECT, WITH, FROM, DESCRIBE, EXPLAIN) is accepted"
                raise UsageError(msg)
            result = connection.execute(statements[0], params)
            columns = [column[0] for column in result.description or []]
            return columns, result.fetchall()
        except duckdb.Error as error:
            msg = f"the query failed: {_first_line(error)}"
            raise UsageError(msg) from error


def rows(path: Path, sql: str, params: Any = None) -> list[dict[str, Any]]:  # noqa: ANN401 - as DuckDB takes them
    """`query`, a mapping by column name per row."""
    columns, found = query(path, sql, params)
    return [dict(zip(columns, row, strict=True)) for row in found]


def find_policy(
    path: Path, text: str, *, numbers: Sequence[str] = (), titles: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """The policies that `text` may mean: an id, a number, the URL of any of its pages, a title or a part of one.

    The first of these that any policy fits decides. Mirrors and old addresses count as URLs.

    Args:
        path: the published database.
        text: what the person wrote.
        numbers: `text` as document numbers in normal form, where it is one (`pipeline.parsers.normal.normal_number`).
        titles: `text` as titles in normal form (`normal_title`).

    Returns:
        policy_id, number, title, issuers, source, url per policy, by number and title; empty where none fits. More than
        one means that `text` is ambiguous: say so and list them.

    Raises:
        StorageError: the database is not there or cannot be read.
    """
    wanted = {"text": text.strip(), "numbers": list(numbers), "titles": list(titles)}
    if not wanted["text"]:
        return []
    with connect(path) as connection:
        try:
            return Steps(connection).read("sql/find_policy.sql", wanted)
        except duckdb.Error as error:
            msg = f"{path} cannot be read; publish it again with `policywatch run`: {_first_line(error)}"
            raise StorageError(msg) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]

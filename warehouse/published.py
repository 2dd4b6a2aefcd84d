"""The analysts' database, read-only and locked down: queries of people, and the lookup of a policy.

What belongs here: opening the published file and asking it. What does not: making it (`publish`). Many processes may
read at once; nobody waits for the writer.
"""

import json
import os
import re
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
_KINDS: Final = ("SELECT", "EXPLAIN")
_WRITES: Final = "it writes, and the published database is only read; the next run would replace it anyway"
_REFUSALS: Final = {
    "ATTACH": "other databases are not opened from here; open both with a DuckDB client of your own",
    "DETACH": "the published database stays open as it is",
    "COPY": "files are not written from here; `policywatch export` writes them, `--format csv` prints",
    "COPY_DATABASE": "files are not written from here; `policywatch export` writes them",
    "EXPORT": "files are not written from here; `policywatch export` writes them",
    "LOAD": "extensions are not loaded from here; use a DuckDB client of your own",
    "SET": "settings are fixed; use a DuckDB client of your own",
    "VARIABLE_SET": "settings are fixed; use a DuckDB client of your own",
    "PRAGMA": "settings are fixed; DESCRIBE and SUMMARIZE tell about tables",
    "TRANSACTION": "one statement is one question, no transaction is needed",
    "PREPARE": "statements are not kept from one question to the next",
    "EXECUTE": "statements are not kept from one question to the next",
} | dict.fromkeys(
    (
        "INSERT", "UPDATE", "DELETE", "MERGE_INTO", "CREATE", "CREATE_FUNC", "DROP", "ALTER", "VACUUM", "ANALYZE",
        "UPDATE_EXTENSIONS",
    ),
    _WRITES,
)  # fmt: skip
CHANGING: Final = (
    r"(?:(?:en|dis)able|quack|import|copy)_[a-z_]{1,40}|write_log|truncate_duckdb_logs|(?:force_)?checkpoint"
    r"|query|json_execute_serialized_sql"
)
"""Functions that change the engine although they stand in a SELECT, and those that run a text as SQL, which may hold
them: DuckDB lets them through a locked connection."""
_CALLED: Final = re.compile(rf'"function_name":"({CHANGING})"', re.IGNORECASE)
"""In a statement as DuckDB tells its parts; in its own text names may be quoted, and texts hold names."""
_EXPLAINED: Final = re.compile(r"\bEXPLAIN(?:\s{1,20}ANALYZE\b)?(?:\s{0,20}\([^()]{0,80}\))?", re.IGNORECASE)
_OUTSIDE: Final = "it reaches for files, the network or extensions, and only the published tables are read here"


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
    return _answer(path, sql, params, is_ours=False)


def _answer(path: Path, sql: str, params: Any, *, is_ours: bool) -> tuple[list[str], list[tuple[Any, ...]]]:  # noqa: ANN401 - as DuckDB takes them
    with connect(path) as connection:
        try:
            if not is_ours:
                _refuse(connection, connection.extract_statements(sql))
            result = connection.execute(sql, params)
            columns = [column[0] for column in result.description or []]
            return columns, result.fetchall()
        except duckdb.PermissionException as error:
            msg = f"the query was refused: {_OUTSIDE}: {_first_line(error)}"
            raise UsageError(msg) from error
        except duckdb.Error as error:
            msg = f"the query failed: {_first_line(error)}"
            raise UsageError(msg) from error


def _refuse(connection: duckdb.DuckDBPyConnection, statements: Sequence[duckdb.Statement]) -> None:
    """Accept one statement that reads.

    Raises:
        UsageError: it is none, or there are more.
    """
    reads = "only one statement that reads (SELECT, WITH, FROM, DESCRIBE, EXPLAIN) is accepted"
    if len(statements) != 1:
        msg = f"{reads}; there are {len(statements)}"
        raise UsageError(msg)
    try:
        kind = str(statements[0].type).rsplit(".", 1)[-1]
    except ValueError:  # a statement that DuckDB's own Python interface has no name for
        kind = "something else"
    if kind not in _KINDS:
        msg = f"{reads}: {_REFUSALS.get(kind, f'this is {kind.lower()}')}"
        raise UsageError(msg)
    text = _EXPLAINED.sub("", statements[0].query, count=1) if kind == "EXPLAIN" else statements[0].query
    parts = _parts(connection, text)
    if parts is None:
        msg = f"{reads}, and EXPLAIN of such a one"
        raise UsageError(msg)
    if found := _CALLED.search(parts):
        msg = f"{reads}: {found[1]}(…) changes the engine or runs a text as SQL; {_REFUSALS['SET']}"
        raise UsageError(msg)


def _parts(connection: duckdb.DuckDBPyConnection, sql: str) -> str | None:
    """The parts of a query as DuckDB's parser tells them, in JSON; None where `sql` is none."""
    row = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
    return row[0] if row and not json.loads(row[0])["error"] else None


def rows(path: Path, sql: str, params: Any = None) -> list[dict[str, Any]]:  # noqa: ANN401 - as DuckDB takes them
    """The rows of a statement of our own, as mappings by column name; errors as of `query`.

    It is not judged first: taking a statement apart costs as much as most of them. What people ask is for `query`.
    """
    columns, found = _answer(path, sql, params, is_ours=True)
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

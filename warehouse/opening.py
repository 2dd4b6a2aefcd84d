"""The warehouse's file: opened by one process at a time, brought up to date, and what people read when it fails.

What belongs here: the file's lock, its schema's version, the copy that is kept before a migration, the words of its
errors. What does not: what is done with the file once it is open (`ledger`).
"""

import errno
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import duckdb

from policywatch.errors import BusyError, StorageError
from warehouse import publish
from warehouse.steps import Steps, names_in

SMALL_FILE: Final = 32 * 2**20
"""Bytes of a warehouse below which one thread works: handing out the work would cost more."""

MEMORY: Final = 10**9
"""Bytes that the engine may hold at once; the rest waits in files beside the warehouse. Our own share comes on top."""

MORE: Final = 0.5
"""Share of the machine's memory that it may hold where that turns out not to be enough."""

NAME: Final = "warehouse"
"""The warehouse's name in statements that name a database."""

POLL: Final = 0.2
"""Seconds between two tries of a locked file."""

REBUILD: Final = "`policywatch rebuild` makes it again from the archive"

Teller = Callable[[str], None]
"""Told in one line why nothing happens for a while."""

_FULL: Final = ("no space left", "disk full", "file too large", "disk quota", "out of disk")
_DAMAGED: Final = ("corrupt", "checksum", "not a valid", "deserializ", "serialization", "magic bytes", "unexpected end")


def open_file(path: Path, wait: float, tell: Teller | None = None) -> duckdb.DuckDBPyConnection:
    """A writing connection to the warehouse at `path`, made where there is none, of today's schema.

    Args:
        path: the file. Before its schema changes, a copy is kept beside it: `policywatch.schema-1.duckdb`.
        wait: seconds to wait for another process to leave it.
        tell: told once where it has to wait.

    Raises:
        StorageError: another process holds it for longer, it is no warehouse, its schema is newer, the disk is full.
    """
    connection = connect(path, wait, tell)
    try:
        lacking = _lacking(connection, path)
        at = version_of(connection)
        if lacking and at:
            # Not while it is open: whoever closes a second handle of a file gives its lock away.
            connection.close()
            _keep_copy(path, at)
            connection = connect(path, wait, tell)
            lacking = _lacking(connection, path)
        for version, name in lacking:
            _migrate(connection, path, version, name)
    except BaseException:
        connection.close()
        raise
    return connection


def connect(path: Path, wait: float, tell: Teller | None = None) -> duckdb.DuckDBPyConnection:
    """A writing connection, in UTC; tries again while another process holds the file.

    Raises:
        StorageError: it is held for longer than `wait` seconds, or is no DuckDB file.
    """
    deadline = time.monotonic() + wait
    spill = path.with_name(f"{path.name}.tmp")
    while True:
        # By name: a second opening in this process shares the first. Two handles of one file would lose its lock.
        connection = duckdb.connect(
            f":memory:{path.absolute()}", config={"memory_limit": f"{MEMORY}B", "temp_directory": str(spill)}
        )
        try:
            _attach(connection, path, spill)
        except duckdb.Error as error:
            connection.close()
            if "lock" not in str(error).lower():
                raise _unreadable(path, error) from error
            if time.monotonic() >= deadline:
                msg = f"{path} is in use by another policywatch run; wait until it ends, or stop it, and run again"
                raise BusyError(msg) from error
            if tell is not None:
                tell(f"waiting for another policywatch run to leave {path} (at most {wait:.0f} seconds)")
                tell = None
            time.sleep(POLL)
        else:
            return connection


def _attach(connection: duckdb.DuckDBPyConnection, path: Path, spill: Path) -> None:
    """The file as the default database of `connection`. Attached, as only so the size of row groups can be chosen."""
    is_first = (NAME,) not in connection.execute("SELECT database_name FROM duckdb_databases()").fetchall()
    connection.execute(publish.attach(path, NAME))
    if is_first:
        # What a killed run could not hold in memory; the file is ours now, so nobody works with it.
        shutil.rmtree(spill, ignore_errors=True)
    connection.execute(f"USE {NAME}")
    connection.execute("SET TimeZone = 'UTC'")
    if path.stat().st_size < SMALL_FILE:
        connection.execute("SET threads = 1")


def give_more(connection: duckdb.DuckDBPyConnection) -> bool:
    """Let the engine hold half of the machine's memory, if that is more than usual; whether it is."""
    more = int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * MORE)
    if more <= MEMORY:
        return False
    connection.execute(f"SET memory_limit = '{more}B'")
    return True


def _unreadable(path: Path, error: duckdb.Error) -> StorageError:
    if _says(error, _FULL):
        return broken(path, error)
    msg = f"{path} is not a readable warehouse; {REBUILD}, and keeps what is there beside it: {first_line(error)}"
    return StorageError(msg)


def broken(path: Path, error: Exception) -> StorageError:
    """What people read when a statement on the file at `path` failed; nothing of its transaction was committed."""
    if _says(error, _FULL) or getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        msg = f"{path} could not be written, the disk is full; nothing was changed, free some space and run again"
    elif isinstance(error, duckdb.FatalException | duckdb.SerializationException) or _says(error, _DAMAGED):
        msg = f"{path} is damaged, nothing was changed; {REBUILD}: {first_line(error)}"
    elif isinstance(error, duckdb.OutOfMemoryException):
        msg = f"{path} needs more memory for this than the machine has, nothing was changed: {first_line(error)}"
    else:
        what = f"{path} could not be read or written, nothing was changed"
        msg = f"{what}; if it stays so, {REBUILD}: {first_line(error)}"
    return StorageError(msg)


def _says(error: Exception, words: tuple[str, ...]) -> bool:
    text = str(error).lower()
    return any(word in text for word in words)


def first_line(error: Exception) -> str:
    """What `error` says, on one line."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


# --- the schema ------------------------------------------------------------------------------------------------------


def migrations() -> dict[int, str]:
    """The migrations that we know, by number."""
    return {int(name.rsplit("/", 1)[-1][:4]): name for name in names_in("migrations")}


def version_of(connection: duckdb.DuckDBPyConnection) -> int:
    """The schema's version; 0 for a file that holds none."""
    has = "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'schema_version' AND NOT temporary"
    # All rows are fetched: DuckDB 2 keeps a connection busy until they are.
    if connection.execute(has).fetchall() == [(0,)]:
        return 0
    return int(connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchall()[0][0])


def _lacking(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[int, str]]:
    """The migrations that the file has not seen, in order.

    Raises:
        StorageError: the file was written by a newer version, or cannot be read.
    """
    known = migrations()
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER)")
        seen = {int(row[0]) for row in connection.execute("SELECT version FROM schema_version").fetchall()}
    except duckdb.Error as error:
        raise broken(path, error) from error
    if seen and max(seen) > max(known):
        msg = f"{path} has schema {max(seen)}, we know {max(known)}; install the newer policywatch that made it"
        raise StorageError(msg)
    return [(version, name) for version, name in sorted(known.items()) if version not in seen]


def _migrate(connection: duckdb.DuckDBPyConnection, path: Path, version: int, name: str) -> None:
    """Run one migration, whole or not at all.

    Raises:
        StorageError: it failed; the file is as it was before this migration.
    """
    steps = Steps(connection)
    try:
        connection.execute("BEGIN TRANSACTION")
        steps.run(name)
        steps.execute("INSERT INTO schema_version VALUES (?)", [version])
        connection.execute("COMMIT")
    except BaseException as error:
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        if isinstance(error, duckdb.Error | OSError):
            raise broken(path, error) from error
        raise


def _keep_copy(path: Path, version: int) -> None:
    """Copy the closed file to `NAME.schema-VERSION.duckdb`, whole.

    Raises:
        StorageError: there is no room for it; the file has not been touched.
    """
    target = path.with_name(f"{path.stem}.schema-{version}{path.suffix}")
    part = target.with_name(f".{target.name}.part")
    try:
        shutil.copyfile(path, part)
        os.replace(part, target)  # noqa: PTH105 - the name of the guarantee: atomic
    except OSError as error:
        part.unlink(missing_ok=True)
        msg = (
            f"{path} needs a newer schema and no copy of it could be kept first ({error.strerror});"
            " nothing was changed, free as much space as it takes and run again"
        )
        raise StorageError(msg) from error

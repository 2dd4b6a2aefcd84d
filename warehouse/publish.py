"""Publishing: the analysts' database, built beside the old one and renamed over it.

What belongs here: copying, views, comments, the rename. What does not: what the views mean (`views/*.sql`) and what the
columns mean (`dictionary`).
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import duckdb

from warehouse import dictionary, editions, folding, spare
from warehouse.steps import Steps, Watcher, names_in

TABLES: Final = (
    "source", "crawl", "page", "page_version", "body_text", "policy", "policy_link", "policy_version",
    "measure_version", "citation", "decision", "effect", "measure_effect", "event", "rejected",
)  # fmt: skip
"""What analysts get of the writer's tables. Captures are the archive's index, deliveries nobody's business."""

STORAGE: Final = "v1.2.0"
"""The oldest form of a database file that knows zstd; in an older one, compression is left out without a word."""

ROW_GROUP: Final = 20_480
"""Rows that are compressed and written as one: so few that all cores can share the work, and that a round which touches
some of them writes little anew."""

PAGE: Final = Path(__file__).parent.parent / "docs" / "dictionary.md"


def publish(connection: duckdb.DuckDBPyConnection, target: Path, watcher: Watcher | None = None) -> None:
    """Put `connection`'s warehouse at `target` for readers, by rename: what stands there, brought up to date.

    Where nothing stands there, or too much changed since, or it is not the last edition, it is built anew. Readers
    of the old file keep it. Nothing but the target is left behind, no `.wal` either; beside a large one the edition
    before it (`spare`).

    Raises:
        duckdb.Error, OSError: the target stays as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.building")
    _remove(beside)
    steps = Steps(connection, watcher)
    row = connection.execute("SELECT current_database()").fetchone()
    home = str(row[0]) if row else ""
    edition = editions.new_name()
    if _is_current(steps, target):
        return
    try:
        is_renewed = _renew(steps, target, beside, home, edition)
        if not is_renewed:
            _remove(beside)
            spare.drop(target)
            _write(steps, beside, home, lambda: _fill(steps, _name(home), edition))
        # A log that somebody's crash left beside the old file would make the new one unreadable.
        target.with_name(f"{target.name}.wal").unlink(missing_ok=True)
        if watcher is not None:
            watcher("rename")
        is_kept = is_renewed and spare.keep(target)
        os.replace(beside, target)  # noqa: PTH105 - the name of the guarantee: atomic
        editions.settle(steps, edition, is_kept=is_kept)
    except BaseException:
        _remove(beside)
        raise


def attach(path: Path, name: str) -> str:
    """The statement that attaches the file at `path` for writing, as `name`, if it is not attached yet."""
    quoted = str(path).replace("'", "''")
    # A file keeps the form that it was made in; asking for an older one is an error.
    form = [] if path.exists() else [f"STORAGE_VERSION '{STORAGE}'"]
    return f"ATTACH IF NOT EXISTS '{quoted}' AS {name} ({', '.join([*form, f'ROW_GROUP_SIZE {ROW_GROUP}'])})"


def _is_current(steps: Steps, target: Path) -> bool:
    """Whether readers have all that there is already."""
    last = editions.name_of(steps)
    if not (last and last.endswith(editions.form()) and target.exists()) or editions.has_news(steps):
        return False
    if target.with_name(f"{target.name}.wal").exists():
        return False
    quoted = str(target).replace("'", "''")
    try:
        steps.connection.execute(f"ATTACH '{quoted}' AS published (READ_ONLY)")
    except duckdb.Error:
        return False
    try:
        return steps.has(f"(SELECT published.edition() AS name) WHERE name = '{last}'")
    except duckdb.Error:
        return False
    finally:
        steps.connection.execute("DETACH published")


def _renew(steps: Steps, target: Path, beside: Path, home: str, edition: str) -> bool:
    """Bring an older edition up to date at `beside`; whether that could be done.

    The older edition is the file before the last, if nobody reads it any more; else a copy of the last, at `target`.
    """
    last = editions.name_of(steps)
    if not (last and last.endswith(editions.form()) and target.exists() and editions.is_near(steps)):
        return False
    if spare.take(target, beside):
        if _bring_up(steps, beside, home, edition):
            return True
        _remove(beside)
    spare.drop(target)  # its place is wanted for the copy
    shutil.copyfile(target, beside)
    return _bring_up(steps, beside, home, edition)


def _bring_up(steps: Steps, beside: Path, home: str, edition: str) -> bool:
    """Bring the file at `beside` up to `edition`; whether that could be done."""
    try:
        return _write(steps, beside, home, lambda: _bring(steps, _name(home), edition))
    except duckdb.Error:
        # What stands there is damaged or was made by something else.
        return False


def _write(steps: Steps, beside: Path, home: str, work: Callable[[], bool]) -> bool:
    """Run `work` on the database at `beside`, attached as `publishing`, as one transaction; what it gives."""
    connection = steps.connection
    steps.execute(attach(beside, "publishing"))
    try:
        # One transaction: nothing goes through a log first.
        steps.execute("BEGIN TRANSACTION")
        done = work()
        steps.execute("COMMIT")
        steps.execute("CHECKPOINT publishing")
    except BaseException:
        _end(connection)
        raise
    finally:
        connection.execute(f"USE {_name(home)}")
        connection.execute("DETACH publishing")
    return done


def _bring(steps: Steps, home: str, edition: str) -> bool:
    """The published database that is attached, brought up to `edition`; whether it is known what it lacks."""
    (found,) = steps.rows("SELECT publishing.edition() AS name")
    if not editions.list_outdated(steps, str(found["name"])):
        return False
    steps.execute("CREATE OR REPLACE TEMP TABLE chosen AS SELECT id AS policy_id FROM outdated WHERE kind = 'policy'")
    if not editions.refresh(steps, home, TABLES):
        return False
    steps.execute("USE publishing")
    if steps.has("chosen"):
        steps.run("sql/publish_derived.sql")
    steps.execute(f"CREATE OR REPLACE MACRO edition() AS '{edition}'")
    steps.execute(dictionary.macro("edition"))
    return True


def _end(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave a transaction that failed, if one is open."""
    with suppress(duckdb.Error):
        connection.execute("ROLLBACK")


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _fill(steps: Steps, home: str, edition: str) -> bool:
    """The whole published database in `publishing`; always true."""
    steps.execute(f"CREATE OR REPLACE TEMP TABLE chosen AS SELECT policy_id FROM {home}.policy")  # noqa: S608 - our own
    for table in TABLES:
        compressed = dictionary.COMPRESSED.get(table)
        if compressed is None:
            steps.execute(f"CREATE TABLE publishing.{table} AS FROM {home}.{table}")
            continue
        columns = steps.rows(
            "SELECT column_name, data_type FROM duckdb_columns()"
            " WHERE database_name = current_database() AND table_name = ? ORDER BY column_index",
            [table],
        )
        listed = ", ".join(
            f"{_name(row['column_name'])} {row['data_type']}"
            + (f" USING COMPRESSION {compressed[row['column_name']]}" if row["column_name"] in compressed else "")
            for row in columns
        )
        steps.execute(f"CREATE TABLE publishing.{table} ({listed})")
        steps.execute(f"INSERT INTO publishing.{table} FROM {home}.{table}")
    steps.execute("USE publishing")
    for statement in folding.statements():
        steps.execute(statement)
    for name in names_in("views"):
        steps.run(name)
    steps.run("sql/publish_derived.sql")
    steps.execute(f"CREATE MACRO edition() AS '{edition}'")
    for statement in dictionary.statements(steps):
        steps.execute(statement)
    return True


def main() -> None:
    """Publish a warehouse that holds nothing, and write what its database says of itself to docs/dictionary.md."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        for name in names_in("migrations"):
            Steps(connection).run(name)
        target = Path(folder) / "published.duckdb"
        publish(connection, target)
        with duckdb.connect(str(target), read_only=True) as reader:
            PAGE.write_text(dictionary.page(Steps(reader)), "utf-8")


if __name__ == "__main__":
    main()

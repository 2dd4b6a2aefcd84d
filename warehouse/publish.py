"""Publishing: the analysts' database, built beside the old one and renamed over it.

What belongs here: copying, views, comments, the rename. What does not: what the views mean (`views/*.sql`) and what the
columns mean (`dictionary`).
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

import duckdb

from warehouse import dictionary, folding
from warehouse.steps import Steps, Watcher, names_in

TABLES: Final = (
    "source", "crawl", "page", "page_version", "body_text", "policy", "policy_link", "policy_version",
    "measure_version", "citation", "decision", "effect", "measure_effect", "event", "rejected",
)  # fmt: skip
"""What analysts get of the writer's tables. Captures are the archive's index, deliveries nobody's business."""

STORAGE: Final = "v1.2.0"
"""The oldest form of a database file that knows zstd; in an older one, compression is left out without a word."""

PAGE: Final = Path(__file__).parent.parent / "docs" / "dictionary.md"


def publish(connection: duckdb.DuckDBPyConnection, target: Path, watcher: Watcher | None = None) -> None:
    """Build the published database from `connection`'s and put it at `target` by rename.

    Readers of the old file keep it. Nothing but the target is left behind, no `.wal` either.

    Raises:
        duckdb.Error, OSError: the target stays as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.building")
    _remove(beside)
    steps = Steps(connection, watcher)
    row = connection.execute("SELECT current_database()").fetchone()
    home = _name(str(row[0]) if row else "")
    quoted = str(beside).replace("'", "''")
    try:
        steps.execute(f"ATTACH '{quoted}' AS publishing (STORAGE_VERSION '{STORAGE}')")
        try:
            # One transaction: nothing goes through a log first.
            steps.execute("BEGIN TRANSACTION")
            _fill(steps, home)
            steps.execute("COMMIT")
            steps.execute("CHECKPOINT publishing")
        except BaseException:
            _end(connection)
            raise
        finally:
            connection.execute(f"USE {home}")
            connection.execute("DETACH publishing")
        # A log that somebody's crash left beside the old file would make the new one unreadable.
        target.with_name(f"{target.name}.wal").unlink(missing_ok=True)
        if watcher is not None:
            watcher("rename")
        os.replace(beside, target)  # noqa: PTH105 - the name of the guarantee: atomic
    except BaseException:
        _remove(beside)
        raise


def _end(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave a transaction that failed, if one is open."""
    with suppress(duckdb.Error):
        connection.execute("ROLLBACK")


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _fill(steps: Steps, home: str) -> None:
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
    for statement in dictionary.statements(steps):
        steps.execute(statement)


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

"""Writing the published tables as files: Parquet, CSV, JSON lines.

What belongs here: the files. What does not: which tables are published (`warehouse.publish`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from pipeline import asking, cli_output
from pipeline.pool import Watcher
from policywatch.errors import StorageError, UsageError
from policywatch.home import Home
from warehouse import published

KINDS: Final = ("parquet", "csv", "jsonl")
TABLES: Final = {
    "policies": "policy_id",
    "measures": "policy_id, position, measure_id",
    "changes": "detected_at, kind, event_id",
    "citations": "citation_id, known_from, page_id",
    "pages": "page_id",
    "sources": "source",
    "calendar": "day, policy_id, what",
}
"""The published tables, and the order of their rows: the same data gives the same files."""
_BATCH: Final = 2_000
_SINCE: Final = {
    # A policy is new, too, where something happened to it that its own fields do not tell: a repeal, a day that came.
    "policies": "known_from >= $since OR policy_id IN (SELECT policy_id FROM event WHERE detected_at >= $since)"
    " OR policy_id IN (SELECT policy_id FROM effect WHERE known_from >= $since)",
    "measures": "known_from >= $since",
    "changes": "detected_at >= $since",
    "citations": "known_from >= $since OR bound_at >= $since",
    "pages": "last_changed_at >= $since OR first_seen_at >= $since OR missing_since >= $since",
    "sources": "TRUE",
    "calendar": "known_from >= $since",
}
"""What of a table is new since an instant. Sources go along whole: they say how fresh the rest is."""


def export(
    home: Home,
    folder: Path,
    kinds: Sequence[str] = KINDS,
    *,
    since: datetime | None = None,
    watcher: Watcher | None = None,
) -> list[dict[str, Any]]:
    """Write every published table to `folder` once per kind; file, rows and bytes of each.

    Args:
        home: where the published database is.
        folder: made if it is not there; files of the same names are replaced, each whole.
        kinds: which forms.
        since: only the rows that became known, changed or were bound from then on; all by default.
        watcher: told of every file.

    Raises:
        UsageError: nothing is published, or a kind is unknown.
        StorageError: a file cannot be written.
    """
    for kind in kinds:
        if kind not in KINDS:
            msg = f"--as {kind}: write one of {', '.join(KINDS)}"
            raise UsageError(msg)
    database = asking.published_path(home)
    written = []
    if watcher is not None:
        watcher.total(len(TABLES) * len(kinds))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with published.connect(database) as connection:
            for table in TABLES:
                for kind in dict.fromkeys(kinds):
                    written.append(_write(connection, table, kind, folder / f"{table}.{kind}", since))
                    if watcher is not None:
                        watcher.tick(1)
    except OSError as error:
        msg = f"{error.filename or folder} cannot be written ({error.strerror}); choose another folder"
        raise StorageError(msg) from None
    return written


def _write(
    connection: Any,  # noqa: ANN401 - DuckDB's
    table: str,
    kind: str,
    target: Path,
    since: datetime | None,
) -> dict[str, Any]:
    """Write one table beside its place and put it there by rename."""
    part = target.with_name(f".{target.name}.part")
    kept = "TRUE" if since is None else _SINCE[table]
    statement = f"SELECT * FROM {table} WHERE {kept} ORDER BY {TABLES[table]}"  # noqa: S608 - our own names
    values = {"since": since} if "$since" in kept else None
    try:
        if kind == "parquet":
            count = _parquet(connection.sql(statement, params=values), part)
        else:
            count = _text(connection.execute(statement, values), kind, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return {"file": str(target), "rows": count, "bytes": target.stat().st_size}


def _parquet(relation: Any, part: Path) -> int:  # noqa: ANN401 - DuckDB's
    reader = relation.to_arrow_reader(_BATCH)
    count = 0
    with pq.ParquetWriter(part, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
            count += batch.num_rows
    return count


def _text(result: Any, kind: str, part: Path) -> int:  # noqa: ANN401 - DuckDB's
    columns = [column[0] for column in result.description]
    count = 0

    def rows() -> Iterator[Mapping[str, Any]]:
        nonlocal count
        while found := result.fetchmany(_BATCH):
            count += len(found)
            yield from (dict(zip(columns, row, strict=True)) for row in found)

    # With a byte order mark, spreadsheets take a CSV for what it is: UTF-8.
    with part.open("w", encoding="utf-8-sig" if kind == "csv" else "utf-8", newline="") as out:
        if kind == "csv":
            cli_output.write_csv(rows(), columns, out)
        else:
            out.writelines(f"{cli_output.to_json(row)}\n" for row in rows())
    return count

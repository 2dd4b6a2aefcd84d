"""The load: staging to versions, bindings, effects and events, step by step; the caller holds the transaction.

What belongs here: which SQL step runs when, and the two steps that are functions in Python (measure matching, force).
What does not: what a step means (`sql/*.sql`), the transaction and its errors (`ledger`).
"""

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb

from policywatch.errors import StorageError
from warehouse import editions, late_checks, replay, rounds, staging
from warehouse.report import LoadReport
from warehouse.steps import Steps

_LATER: Final = "load_reading AS r, load_before AS b WHERE (r.moment, r.batch) <= (b.moment, b.batch)"
_OVERTAKEN: Final = (
    "load_reading AS r INNER JOIN load_stored AS s ON s.page_id = r.page_id"
    " WHERE (s.known_at, s.fetched_at, s.capture_id, s.change_cause = 'parser')"
    " > (r.known_at, r.fetched_at, r.capture_id, r.change_cause = 'parser')"
)
_ANSWERED: Final = (
    "in_captures WHERE outcome IN ('unchanged', 'not_modified') AND EXISTS (SELECT 1 FROM reading WHERE batch = '')"
)

_ANSWERED_SINCE: Final = (
    "load_reading AS r INNER JOIN capture AS c ON c.page_id = r.page_id AND c.fetched_at > r.known_at"
    " WHERE r.batch = '' AND c.outcome IN ('unchanged', 'not_modified')"
)
_ILL: Final = "crawl AS c INNER JOIN load_run AS l ON l.source = c.source WHERE c.verdict IN ('suspect', 'failed')"
"""Where no run of the source ever was one of these, there is nothing to tell of its health."""
_IN_FILE: Final = ("readings", "clauses")
"""Staging files that are not copied into a table."""

_DECIDED: Final = "decision AS d INNER JOIN load_run AS l ON l.crawl_id = d.decision_id"


def run_of(folder: Path) -> dict[str, Any]:
    """The content of a staging folder's run.json, with its times as aware UTC datetimes.

    Raises:
        StorageError: it is missing, cut off, or lacks a key.
    """
    path = folder / staging.RUN_FILE
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
        return {
            "crawl_id": str(run["crawl_id"]),
            "source": run.get("source"),
            "started_at": _instant(run["started_at"]),
            "finished_at": _instant(run["finished_at"]),
            "verdict": str(run["verdict"]),
            "reasons": [str(reason) for reason in run.get("reasons") or []],
            "counts": json.dumps(run.get("counts") or {}, ensure_ascii=False, sort_keys=True),
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"{path} cannot be loaded ({error}); delete its folder and read the crawl again"
        raise StorageError(msg) from error


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        msg = f"'{text}' has no offset"
        raise ValueError(msg)
    return found.astimezone(UTC)


def load(steps: Steps, run: Mapping[str, Any], folder: Path) -> LoadReport:
    """Load one staging folder inside the caller's transaction.

    Raises:
        StorageError: a file of it is broken or lacks a column.
    """
    _stage(steps, run, folder)
    try:
        return _load(steps)
    except duckdb.Error:
        # What stays in its file may turn out to be broken only when it is read.
        _check(folder)
        raise


def decide(steps: Steps, decision: Mapping[str, Any]) -> LoadReport:
    """Take up a person's decision: a run that brings no page, and has the histories it bears on computed anew."""
    steps.run("sql/decision.sql", decision)
    editions.touch_all(steps)
    at, name = decision["decided_at"], decision["decision_id"]
    run = {"crawl_id": name, "source": None, "started_at": at, "finished_at": at, "verdict": "good"}
    _stage(steps, run | {"reasons": [], "counts": "{}"}, None)
    return _load(steps)


def _load(steps: Steps) -> LoadReport:
    """Load what is staged."""
    steps.run("sql/captures.sql")
    steps.run("sql/readings.sql")
    steps.run("sql/pages.sql")
    _readings(steps)
    steps.run("sql/texts.sql")
    steps.run("sql/firsts.sql")
    steps.run("sql/events_before.sql")
    steps.run("sql/events_open.sql")
    is_late = (_may_be_late(steps) or steps.has(_DECIDED)) and replay.find(steps)
    counts = rounds.run_batches(steps)
    if is_late:
        counts.update(replay.replay(steps))
        editions.touch_all(steps)
    _tell(steps)
    known = steps.count(
        "SELECT count(*) FROM in_captures WHERE role = 'page' AND outcome IN ('unchanged', 'not_modified')"
    )
    counts["pages_unchanged"] += known
    counts["rejected"] = steps.count("SELECT count(*) FROM in_rejected")
    totals: dict[str, Any] = dict(counts)
    return replace(events_of(steps), **totals)


def _readings(steps: Steps) -> None:
    """Which of what was read counts, and what of it is known already."""
    is_reread = steps.has("load_reading WHERE change_cause = 'parser'")
    if is_reread:
        steps.run("sql/readings_older.sql")
    steps.run("sql/readings_known.sql")
    if steps.has("load_reading WHERE url <> canonical_url"):
        steps.run("sql/readings_mirrors.sql")
    if is_reread:
        steps.run("sql/readings_stale.sql")
    steps.run("sql/readings_store.sql")


def let_go(connection: duckdb.DuckDBPyConnection) -> None:
    """Let go of the staging files, however the load ended."""
    with suppress(duckdb.Error):
        for view in ("in_texts", *(f"in_{name}" for name in _IN_FILE)):
            connection.execute(f"DROP VIEW IF EXISTS temp.{view}")
    for name in staging.SCHEMAS:
        with suppress(duckdb.Error):
            connection.unregister(f"none_{name}")


def events_of(steps: Steps) -> LoadReport:
    """The events that `events_append` has just added, as a report."""
    rows = steps.connection.execute("SELECT kind, event_id FROM load_event_new ORDER BY event_id").fetchall()
    kinds = Counter(kind for kind, _ in rows)
    return LoadReport(events=dict(sorted(kinds.items())), event_ids=tuple(event_id for _, event_id in rows))


def _stage(steps: Steps, run: Mapping[str, Any], folder: Path | None) -> None:
    """The staging files by name (`in_captures` and so on), and the run as a row.

    What is long (`in_readings`, `in_clauses`, `in_texts`) stays in its file and is read where it is wanted.

    Raises:
        StorageError: a file is broken or lacks a column.
    """
    steps.connection.execute("RESET disabled_optimizers")  # a step that broke may have left it
    steps.run("sql/load_open.sql", run)
    try:
        for name, schema in staging.SCHEMAS.items():
            path = None if folder is None else folder / f"{name}.parquet"
            if path is not None and path.exists():
                quoted = str(path).replace("'", "''")
                rows, place = f"read_parquet('{quoted}', file_row_number = true)", "file_row_number"
            else:
                rows, place = f"none_{name}", "CAST(0 AS BIGINT)"
                steps.connection.register(rows, schema.empty_table())
            columns = [f'"{column}"' for column in schema.names if (name, column) != ("readings", "text")]
            kind = "VIEW" if name in _IN_FILE else "TABLE"
            steps.execute(f"CREATE OR REPLACE TEMP {kind} in_{name} AS SELECT {', '.join(columns)} FROM {rows}")  # noqa: S608 - our own
            if name == "readings":
                texts = f"capture_id, text_hash, text, {place} AS place"
                steps.execute(f"CREATE OR REPLACE TEMP VIEW in_texts AS SELECT {texts} FROM {rows}")  # noqa: S608 - our own
    except duckdb.Error as error:
        raise _unloadable(folder, error) from error


def _check(folder: Path) -> None:
    """Read the staging files from end to end.

    Raises:
        StorageError: one of them is broken.
    """
    with duckdb.connect() as reader:
        for name in staging.SCHEMAS:
            path = folder / f"{name}.parquet"
            try:
                if path.exists():
                    reader.execute("SELECT max(hash(r)) FROM read_parquet(?) AS r", [str(path)]).fetchall()
            except duckdb.Error as error:
                raise _unloadable(folder, error) from error


def _unloadable(folder: Path | None, error: Exception) -> StorageError:
    first = str(error).strip().splitlines()[0]
    return StorageError(f"{folder} cannot be loaded, nothing was changed; delete it and read the crawl again: {first}")


def _tell(steps: Steps) -> None:
    """What the run as a whole and the calendar add; then every event of this load is stored."""
    steps.run("sql/checks.sql")
    if late_checks.tell(steps):
        editions.touch_all(steps)
    steps.run("sql/run_close.sql")
    steps.run("sql/sources.sql")
    if steps.has(_ILL):
        steps.run("sql/health.sql")
    if steps.has("load_told") or steps.has("load_held"):
        steps.run("sql/retell.sql")
    if steps.has("load_touched"):
        for name in ("calendar_late", "calendar", "calendar_told", "retell"):
            steps.run(f"sql/{name}.sql")
    steps.run("sql/events_append.sql")
    steps.run("sql/retold.sql")
    steps.run("sql/firsts_moved.sql")
    if not steps.has(editions.ALL):
        steps.run("sql/load_unpublished.sql")


def _may_be_late(steps: Steps) -> bool:
    """Whether anything that is known was learned later than something of this load; cheap, and nearly always false."""
    return any(steps.has(what) for what in (_LATER, _OVERTAKEN, _ANSWERED, _ANSWERED_SINCE))

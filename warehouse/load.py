"""The load: staging to versions, bindings, effects and events, step by step; the caller holds the transaction.

What belongs here: which SQL step runs when, and the two steps that are functions in Python (measure matching, force).
What does not: what a step means (`sql/*.sql`), the transaction and its errors (`ledger`).
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
from pyarrow import dataset

from policywatch.errors import StorageError
from warehouse import changes, force, measures, staging
from warehouse.report import LoadReport
from warehouse.steps import Steps

EFFECT: Final = pa.schema(
    [
        ("policy_id", pa.string()),
        ("interval_no", pa.int32()),
        ("in_force_from", pa.date32()),
        ("in_force_to", pa.date32()),
        ("stated_on", pa.date32()),
        ("start_rule", pa.string()),
        ("start_quote", pa.string()),
        ("end_kind", pa.string()),
        ("end_rule", pa.string()),
        ("end_quote", pa.string()),
        ("end_policy_id", pa.string()),
        ("is_approximate", pa.bool_()),
        ("disputed", pa.bool_()),
        ("evidence", pa.string()),
    ]
)
_MATCH: Final = pa.schema([("policy_id", pa.string()), ("position", pa.int32()), ("measure_id", pa.string())])
_BATCH: Final = 10_000

_COUNTED: Final = {
    "pages_new": "r_changed WHERE is_new",
    "pages_changed": "r_changed WHERE NOT is_new",
    "pages_unchanged": "r_reading WHERE page_id NOT IN (SELECT page_id FROM r_changed)",
    "policies_new": "r_policy WHERE is_new",
    "policies_changed": "r_policy WHERE has_changed AND NOT is_new",
    "citations_bound": "r_bound",
    "citations_unbound": "r_citation WHERE citation_id NOT IN (SELECT citation_id FROM r_bound)",
}
"""The fields of LoadReport that a round counts, and where."""
_AFTER_ROUNDS: Final = ("sql/checks.sql", "sql/sources.sql", "sql/events_append.sql")


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
    """Load one staging folder inside the caller's transaction."""
    _stage(steps, run, folder)
    steps.run("sql/captures.sql")
    steps.run("sql/pages.sql")
    steps.run("sql/texts.sql")
    steps.run("sql/late_find.sql")
    if steps.has("late_reading"):
        steps.run("sql/late.sql")
    steps.run("sql/rounds.sql")
    steps.run("sql/events_open.sql")
    counts: Counter[str] = Counter()
    rounds = steps.count("SELECT max(round_no) FROM load_queue")
    for number in range(1, rounds + 1):
        steps.execute("UPDATE load_round SET round_no = ?", [number])
        counts.update(_round(steps))
    for name in _AFTER_ROUNDS:
        steps.run(name)
    known = steps.count(
        "SELECT count(*) FROM in_captures WHERE role = 'page' AND outcome IN ('unchanged', 'not_modified')"
    )
    counts["pages_unchanged"] += known
    counts["rejected"] = steps.count("SELECT count(*) FROM in_rejected")
    totals: dict[str, Any] = dict(counts)
    return replace(events_of(steps), **totals)


def let_go(connection: duckdb.DuckDBPyConnection) -> None:
    """Let go of the staging files, however the load ended."""
    for name in ("staged", "in_texts"):
        with suppress(duckdb.Error):
            connection.unregister(name)


def events_of(steps: Steps) -> LoadReport:
    """The events that `events_append` has just added, as a report."""
    rows = steps.connection.execute("SELECT kind, event_id FROM load_event_new ORDER BY event_id").fetchall()
    kinds = Counter(kind for kind, _ in rows)
    return LoadReport(events=dict(sorted(kinds.items())), event_ids=tuple(event_id for _, event_id in rows))


def _stage(steps: Steps, run: Mapping[str, Any], folder: Path) -> None:
    """The staging files as temporary tables, the run as a row; the texts, which dwarf the rest, stay in their file.

    Raises:
        StorageError: a file is broken or lacks a column.
    """
    steps.run("sql/load_open.sql", run)
    try:
        for name, schema in staging.SCHEMAS.items():
            path = folder / f"{name}.parquet"
            file = dataset.dataset(str(path), format="parquet") if path.exists() else schema.empty_table()
            columns = ", ".join(f'"{column}"' for column in schema.names if (name, column) != ("readings", "text"))
            steps.connection.register("staged", file)
            steps.execute(f"CREATE OR REPLACE TEMP TABLE in_{name} AS SELECT {columns} FROM staged")  # noqa: S608 - our own
            if name == "readings":
                steps.connection.register("in_texts", file)
    except (pa.ArrowException, OSError, duckdb.BinderException, duckdb.ConversionException) as error:
        first = str(error).strip().splitlines()[0]
        msg = f"{folder} cannot be loaded, nothing was changed; delete it and read the crawl again: {first}"
        raise StorageError(msg) from error


def _round(steps: Steps) -> dict[str, int]:
    """One round: at most one reading per page. Gives the round's counts."""
    steps.run("sql/round_readings.sql")
    if not steps.has("r_changed"):
        steps.run("sql/page_versions.sql")
        return {"pages_unchanged": steps.count("SELECT count(*) FROM r_reading")}
    _identify(steps)
    steps.run("sql/page_versions.sql")
    steps.run("sql/policy_versions.sql")
    added = steps.run("sql/measures_new.sql")
    if steps.has("r_policy WHERE NOT is_new AND is_read"):
        steps.run("sql/measures_differ.sql")
        _match_measures(steps)
        added += steps.run("sql/measures_apply.sql")
    steps.run("sql/citations.sql")
    steps.run("sql/bind.sql")
    steps.run("sql/force_facts.sql")
    if steps.has("r_force"):
        _weigh(steps)
        steps.run("sql/force_apply.sql")
    steps.run("sql/events_policy.sql")
    if steps.has("r_policy WHERE has_new_content"):
        steps.run("sql/events_edited.sql")
        _tell_edits(steps)
    if steps.has("r_bound"):
        steps.run("sql/events_citation.sql")
        steps.run("sql/events_pages.sql")
    if steps.has("r_force"):
        steps.run("sql/events_force.sql")
    counts = {name: steps.count(f"SELECT count(*) FROM {what}") for name, what in _COUNTED.items()}  # noqa: S608 - our own
    return counts | {"measures": added}


def _identify(steps: Steps) -> None:
    """Which policy each new or changed page carries."""
    steps.run("sql/identity_match.sql")
    if not steps.has("r_changed WHERE policy_id IS NULL AND kind = 'policy'"):
        steps.run("sql/identity_none.sql")
        return
    steps.run("sql/identity_fold.sql")
    if steps.has("r_edge"):
        while steps.run("sql/identity_spread.sql"):
            pass
    steps.run("sql/identity_new.sql")
    if steps.has("r_homeless WHERE is_witness_only"):
        # Witnesses of a policy that is only known since the statement before.
        steps.run("sql/identity_match.sql")


def _keep(steps: Steps, sql: str, rows: Mapping[str, Sequence[Any]], schema: pa.Schema) -> None:
    """Run `sql`, which selects from `computed`: the columns of `rows`."""
    steps.connection.register("computed", pa.table(dict(rows), schema=schema))
    try:
        steps.execute(sql)
    finally:
        steps.connection.unregister("computed")


# --- measures --------------------------------------------------------------------------------------------------------


def _clauses(rows: Iterable[Mapping[str, Any]]) -> list[measures.Clause]:
    return [
        measures.Clause(
            row["position"], row["path"] or "", row["heading"], row["text"] or "", row.get("measure_id") or ""
        )
        for row in rows
    ]


def _match_measures(steps: Steps) -> None:
    """Which new clause continues which measure: the temporary table `r_measure_id`."""
    old = _by_policy(steps.read("sql/read_measures_before.sql"))
    matched: dict[str, list[Any]] = {name: [] for name in _MATCH.names}
    for policy_id, rows in _by_policy(steps.read("sql/read_clauses.sql")).items():
        clauses = _clauses(rows)
        found = measures.match(_clauses(old.get(policy_id, [])), clauses)
        for clause in clauses:
            matched["policy_id"].append(policy_id)
            matched["position"].append(clause.position)
            matched["measure_id"].append(
                found.get(clause.position) or measures.new_id(policy_id, rows[0]["instant"], clause)
            )
    _keep(steps, "CREATE OR REPLACE TEMP TABLE r_measure_id AS SELECT * FROM computed", matched, _MATCH)


# --- force -----------------------------------------------------------------------------------------------------------


def _weigh(steps: Steps) -> None:
    """The intervals of every touched policy: the temporary table `r_effect`."""
    acts: dict[str, list[force.Act]] = {}
    for row in steps.read("sql/read_acts.sql"):
        act = force.Act(row["relation"], row["day"], row["quote"] or "", row["by_policy_id"], row["until"])
        acts.setdefault(row["policy_id"], []).append(act)
    for batch in _batches(steps.read("sql/read_facts.sql")):
        found = [interval for row in batch for interval in force.intervals(_facts(row, acts))]
        columns = {name: [getattr(interval, name) for interval in found] for name in EFFECT.names}
        _keep(steps, "INSERT INTO r_effect BY NAME SELECT * FROM computed", columns, EFFECT)


def _batches(rows: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, len(rows), _BATCH):
        yield rows[start : start + _BATCH]


def _facts(row: Mapping[str, Any], acts: Mapping[str, Sequence[force.Act]]) -> force.Facts:
    return force.Facts(
        policy_id=row["policy_id"],
        status_day=row["status_day"] or date.min,
        statements=force.statements_of(row["effect"]),
        acts=tuple(acts.get(row["policy_id"], ())),
        effective_date=row["effective_date"],
        repealed_date=row["repealed_date"],
        in_force_from=row["in_force_from"],
        in_force_to=row["in_force_to"],
        stated_status=row["stated_status"],
        status_raw=row["status_raw"],
        issued_on=row["issued_on"],
    )


# --- edits -----------------------------------------------------------------------------------------------------------


def _tell_edits(steps: Steps) -> None:
    """An event per policy whose document changed: `revised` or `silently_edited`, with what changed."""
    edited = steps.rows("SELECT policy_id, text_hash_before, text_hash FROM r_edited ORDER BY policy_id")
    if not edited:
        return
    before = _by_policy(steps.rows("SELECT * FROM r_policy_before"))
    after = _by_policy(steps.rows("SELECT * FROM r_policy"))
    old = _by_policy(steps.read("sql/read_measures_before.sql"))
    new = _by_policy(steps.read("sql/read_measures_now.sql"))
    texts = {row["text_hash"]: row["text"] for row in steps.read("sql/read_texts.sql")}
    for row in edited:
        key = row["policy_id"]
        was, is_now, quote = changes.describe(
            before[key][0],
            after[key][0],
            (old.get(key, []), new.get(key, [])),
            (texts.get(row["text_hash_before"]) or "", texts.get(row["text_hash"]) or ""),
        )
        steps.run("sql/event_edit.sql", {"policy_id": key, "before": was, "after": is_now, "quote": quote})


def _by_policy(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["policy_id"], []).append(row)
    return found

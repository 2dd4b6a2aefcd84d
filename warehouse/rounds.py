"""The rounds of a load: each batch in order of time, at most one reading per page at once.

What belongs here: which SQL step of a round runs when, and the steps that are functions in Python (measure matching,
force, edits). What does not: staging and the run as a whole (`load`), what arrives late (`replay`).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import pyarrow as pa

from warehouse import changes, editions, force, measures, parts
from warehouse.steps import Steps, text_of

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
PART_EFFECT: Final = pa.schema(
    [
        ("measure_id", pa.string()),
        ("policy_id", pa.string()),
        ("in_force_from", pa.date32()),
        ("in_force_to", pa.date32()),
        ("start_rule", pa.string()),
        ("start_quote", pa.string()),
        ("end_kind", pa.string()),
        ("end_rule", pa.string()),
        ("end_quote", pa.string()),
        ("end_policy_id", pa.string()),
        ("disputed", pa.bool_()),
        ("evidence", pa.string()),
    ]
)
_MATCH: Final = pa.schema([("policy_id", pa.string()), ("position", pa.int32()), ("measure_id", pa.string())])
_EDIT: Final = pa.schema([(name, pa.string()) for name in ("policy_id", "before", "after", "quote")])
_MERGE: Final = pa.schema(
    [
        ("policy_id", pa.string()),
        ("other_policy_id", pa.string()),
        ("known_at", pa.timestamp("us", tz="UTC")),
        ("page_id", pa.string()),
        ("rule", pa.string()),
    ]
)
_RENUMBERED: Final = (
    "r_changed AS c INNER JOIN r_told AS t ON t.page_id = c.page_id"
    " INNER JOIN page_version AS v ON v.rowid = t.version_place"
    " WHERE c.policy_id IS NOT NULL AND c.number IS DISTINCT FROM v.number"
)
_UNBOUND: Final = "citation WHERE known_to IS NULL AND bound_policy_id IS NULL"
_ENDED: Final = (
    "r_effect WHERE end_kind IN ('repealed', 'repealed_stated')",
    "r_ended AS e INNER JOIN r_force AS f ON f.policy_id = e.policy_id",
)
"""Where none of these has a row, nobody ended what was weighed, before or now, and its acts hold as they did."""
_DEEPEST: Final = 50
"""How many ends may hang on one another. Only an act of an earlier day can make one void, so chains are short; but what
portals print of days may be nonsense."""
_MATCHED: Final = "r_match"
"""Where no page has another number than before, and none was found a policy, identity has nothing more to say."""
_PARTS: Final = (
    "citation WHERE known_to IS NULL AND scope IS NOT NULL AND bound_policy_id IS NOT NULL",
    "measure_effect WHERE known_to IS NULL",
    "r_policy WHERE has_changed AND contains(effect, '条')",
    "measure_version WHERE known_to IS NULL AND expiries <> '[]'",
)
"""Where none of these has a row, no part of a policy has a force of its own."""
_PART_ACT: Final = ("relation", "day", "until", "scope", "quote", "by_policy_id", "bound_by", "is_void")
_PORTION: Final = 10_000
"""Policies that are weighed at once."""

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


def run_batches(steps: Steps) -> Counter[str]:
    """Every batch of `load_reading`, round by round. Gives the counts of all rounds."""
    steps.run("sql/rounds.sql")
    steps.run("sql/acts.sql")
    counts: Counter[str] = Counter()
    number = 0
    for batch in steps.rows("SELECT batch_no, last_round, is_decision FROM load_batch ORDER BY batch_no"):
        steps.run("sql/batch_open.sql", batch)
        while number < batch["last_round"]:
            number += 1
            steps.execute("UPDATE load_round SET round_no = ?", [number])
            counts.update(_round(steps, is_decision=batch["is_decision"]))
        steps.run("sql/batch_close.sql")
    return counts


def _round(steps: Steps, *, is_decision: bool) -> dict[str, int]:
    """One round: at most one reading per page, or one decision of a person. Gives the round's counts."""
    steps.run("sql/round_readings.sql")
    if not is_decision and not steps.has("r_changed"):
        steps.run("sql/page_versions.sql")
        return {"pages_unchanged": steps.count("SELECT count(*) FROM r_reading")}
    _identify(steps)
    steps.run("sql/page_versions.sql")
    steps.run("sql/policy_versions.sql")
    added = _measures(steps)
    _bind(steps, is_decision=is_decision)
    _force(steps)
    steps.run("sql/events_policy.sql")
    if steps.has("r_policy WHERE has_new_content"):
        steps.run("sql/events_edited.sql")
        _tell_edits(steps)
    if steps.has("r_bound"):
        steps.run("sql/events_citation.sql")
        steps.run("sql/events_pages.sql")
    if steps.has("r_effect_before") and steps.has("r_effect_changed WHERE is_source"):
        steps.run("sql/events_force.sql")
    if not steps.has(editions.ALL):
        steps.run("sql/round_unpublished.sql")
    counted = ", ".join(f"(SELECT count(*) FROM {what}) AS {name}" for name, what in _COUNTED.items())  # noqa: S608 - our own
    return steps.rows(f"SELECT {counted}")[0] | {"measures": added}


def _measures(steps: Steps) -> int:
    """The measures of the policies that the round touched; how many versions of them were added."""
    added = steps.run("sql/measures_new.sql")
    if steps.has("r_policy WHERE NOT is_new AND (is_read OR has_new_winner)"):
        steps.run("sql/measures_differ.sql")
        _match_measures(steps)
        added += steps.run("sql/measures_apply.sql")
    return added


def _bind(steps: Steps, *, is_decision: bool) -> None:
    """What the pages name, and which policies that is."""
    steps.run("sql/citations.sql")
    steps.run("sql/decided.sql" if steps.has("decision") else "sql/decided_none.sql")
    if is_decision:
        steps.run("sql/decide.sql")
    is_waiting = steps.has(_UNBOUND)
    if is_waiting:
        steps.run("sql/unbound.sql")
    steps.run("sql/bind.sql" if is_waiting and steps.has("r_unbound") else "sql/bind_none.sql")


def _force(steps: Steps) -> None:
    """What follows for the force of policies and of their parts."""
    steps.run("sql/force_touched.sql")
    if steps.has("r_force"):
        _weigh(steps)
        for _ in range(_DEEPEST):
            if not any(steps.has(what) for what in _ENDED):
                break
            steps.run("sql/force_ended.sql")
            steps.run("sql/force_follow.sql")
            if not steps.has("r_follow"):
                break
            steps.run("sql/force_again.sql")
            _weigh(steps)
        steps.run("sql/force_apply.sql")
    steps.run("sql/force_ended.sql")
    if any(steps.has(what) for what in _PARTS):
        steps.run("sql/part_facts.sql")
        if steps.has("r_part"):
            _weigh_parts(steps)
            steps.run("sql/part_apply.sql")


def _identify(steps: Steps) -> None:
    """Which policy each new or changed page carries."""
    steps.run("sql/identity_plain.sql")
    is_renumbered = steps.has(_RENUMBERED)
    if is_renumbered:
        steps.run("sql/identity_leave.sql")
    _find_homes(steps)
    if is_renumbered or steps.has(_MATCHED):
        steps.run("sql/identity_merge.sql")
        if steps.has("r_pair"):
            _merge(steps)
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
        _find_homes(steps)
    if steps.has("r_left"):
        steps.run("sql/identity_left.sql")


def _find_homes(steps: Steps) -> None:
    """The known policies that pages without one carry."""
    steps.run("sql/identity_homeless.sql")
    if steps.has("r_homeless"):
        steps.run("sql/identity_match.sql")


def _merge(steps: Steps) -> None:
    """Policies that turn out to be one: of each group the one that was known first survives."""
    pairs = steps.read("sql/read_pairs.sql")
    since = {row["policy_id"]: row["known_from"] for row in pairs}
    since |= {row["other_policy_id"]: row["other_known_from"] for row in pairs}
    leader = {policy_id: policy_id for policy_id in since}
    shown: dict[str, Mapping[str, Any]] = {}
    for row in pairs:
        one, other = (_led(leader, row[name]) for name in ("policy_id", "other_policy_id"))
        first, second = sorted((one, other), key=lambda policy_id: (since[policy_id], policy_id))
        if first != second:
            leader[second] = first
            shown[second] = row
    merged = [
        {"policy_id": policy_id, "other_policy_id": _led(leader, policy_id)}
        | {name: row[name] for name in ("known_at", "page_id", "rule")}
        for policy_id, row in shown.items()
    ]
    steps.keep("CREATE OR REPLACE TEMP TABLE r_merge AS SELECT * FROM computed", merged, _MERGE)
    steps.run("sql/identity_join.sql")


def _led(leader: Mapping[str, str], policy_id: str) -> str:
    while leader[policy_id] != policy_id:
        policy_id = leader[policy_id]
    return policy_id


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
    steps.keep_table(
        "CREATE OR REPLACE TEMP TABLE r_measure_id AS SELECT * FROM computed", pa.table(matched, schema=_MATCH)
    )


# --- force -----------------------------------------------------------------------------------------------------------


def _weigh(steps: Steps) -> None:
    """The intervals of every policy that has a place in `r_force`: the temporary table `r_effect`."""
    steps.run("sql/force_facts.sql")
    acts: dict[str, list[force.Act]] = {}
    for row in steps.read("sql/read_acts.sql"):
        how = (row["by_policy_id"], row["until"], row["bound_by"])
        act = force.Act(row["relation"], row["day"], row["quote"] or "", *how, is_void=row["is_void"])
        acts.setdefault(row["policy_id"], []).append(act)
    defaults = (
        {row["policy_id"]: row for row in steps.read("sql/read_defaults.sql")} if steps.has("default_term") else {}
    )
    # So many at a time: as Python's own values they are twenty times as large.
    for first in range(0, steps.count("SELECT count(place) FROM r_force"), _PORTION):
        rows = steps.read("sql/read_facts.sql", {"first": first, "last": first + _PORTION - 1})
        found = [interval for row in rows for interval in force.intervals(_facts(row, acts, defaults))]
        columns = {name: [getattr(interval, name) for interval in found] for name in EFFECT.names}
        steps.keep_table("INSERT INTO r_effect BY NAME SELECT * FROM computed", pa.table(columns, schema=EFFECT))


def _facts(
    row: Mapping[str, Any], acts: Mapping[str, Sequence[force.Act]], defaults: Mapping[str, Mapping[str, Any]]
) -> force.Facts:
    default = defaults.get(row["policy_id"])
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
        default_term=None
        if default is None
        else force.Statement(force.INFERRED, None, default["rule"], "rule", f"P{default['years']}Y"),
    )


def _weigh_parts(steps: Steps) -> None:
    """The force of the measures that have one of their own: the temporary table `r_part_effect`."""
    acts = _by_policy(steps.read("sql/read_part_acts.sql"))
    found: list[dict[str, Any]] = []
    for policy_id, rows in _by_policy(steps.read("sql/read_parts.sql")).items():
        done = [
            parts.PartAct(
                **{name: act[name] for name in _PART_ACT},
                stood=_standing(rows, act["bound_at"]),
            )
            for act in acts.get(policy_id, [])
        ]
        said = force.statements_of(rows[0]["effect"])
        weighed = parts.forces(policy_id, _standing(rows, None), said, done, rows[0]["issued_on"])
        found += [part.row() for part in weighed]
    steps.keep("INSERT INTO r_part_effect BY NAME SELECT * FROM computed", found, PART_EFFECT)


def _standing(rows: Iterable[Mapping[str, Any]], at: datetime | None) -> list[parts.Measure]:
    """The measures that stood at `at`; None: that stand now."""
    held = (
        row
        for row in rows
        if (row["known_to"] is None or (at is not None and at < row["known_to"]))
        and (at is None or row["known_from"] <= at)
    )
    return [
        parts.Measure(row["measure_id"], row["path"] or "", row["label"] or "", *parts.expiry_of(row["expiries"]))
        for row in held
    ]


# --- edits -----------------------------------------------------------------------------------------------------------


def _tell_edits(steps: Steps) -> None:
    """An event per policy whose document changed: `revised` or `silently_edited`, with what changed."""
    edited = steps.rows("SELECT policy_id, text_hash_before, text_hash FROM r_edited ORDER BY policy_id")
    if not edited:
        return
    before = _by_policy(
        steps.rows("SELECT b.* FROM r_policy_before AS b SEMI JOIN r_edited AS e ON e.policy_id = b.policy_id")
    )
    after = _by_policy(steps.rows("SELECT p.* FROM r_policy AS p SEMI JOIN r_edited AS e ON e.policy_id = p.policy_id"))
    old = _by_policy(steps.read("sql/read_measures_before.sql"))
    new = _by_policy(steps.read("sql/read_measures_now.sql"))
    told = []
    # Texts are long and stored tightly: they are only read where no clause says what changed.
    for row in edited:
        key = row["policy_id"]
        differing = changes.differing(old.get(key, []), new.get(key, []))
        is_told = any(differing) or row["text_hash"] == row["text_hash_before"]
        told.append((row, differing, is_told))
    wanted = {row[name] for row, _, is_told in told if not is_told for name in ("text_hash", "text_hash_before")}
    texts = _texts(steps, wanted - {None})
    found = []
    for row, differing, is_told in told:
        key = row["policy_id"]
        both = ("", "") if is_told else tuple(texts.get(row[name]) or "" for name in ("text_hash_before", "text_hash"))
        was, is_now, quote = changes.describe(before[key][0], after[key][0], differing, both)
        found.append({"policy_id": key, "before": was, "after": is_now, "quote": quote})
    steps.keep(text_of("sql/event_edit.sql"), found, _EDIT)


def _texts(steps: Steps, wanted: Collection[str]) -> dict[str, str]:
    """The bodies with these hashes."""
    if not wanted:
        return {}
    values = {"wanted": sorted(wanted)}
    return {row["text_hash"]: row["text"] for row in steps.read("sql/read_texts.sql", values)}


def _by_policy(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["policy_id"], []).append(row)
    return found

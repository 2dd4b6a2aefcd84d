"""Questions to the published database, as rows: what `policywatch status`, `changes`, `show` … print.

What belongs here: finding the policy that somebody means, and the queries. What does not: options and printing
(`pipeline.cli_query`), the meaning of the tables (`warehouse/views`).
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from policywatch.errors import UsageError
from policywatch.home import Home
from warehouse import published

Row = dict[str, Any]

CHANGE_COLUMNS: Final = (
    "event_id", "kind", "policy_id", "number", "title", "source", "url", "happened_on", "detected_at", "before",
    "after", "quote",
)  # fmt: skip
IN_FORCE_COLUMNS: Final = (
    "policy_id", "number", "title", "issuers", "source", "in_force_from", "in_force_to", "reason", "quote", "disputed",
)  # fmt: skip
STATUS_COLUMNS: Final = (
    "source", "title", "health", "since", "reasons", "checked", "crawled", "verdict", "pages", "gone", "policies",
    "rejected",
)  # fmt: skip
SEARCH_COLUMNS: Final = (
    "policy_id", "number", "title", "issuers", "source", "url", "published_date", "measure_id", "path",
    "heading", "text", "score",
)  # fmt: skip
AT: Final = "known_from <= $at AND (known_to IS NULL OR known_to > $at)"
_MOST_CANDIDATES: Final = 5


def ask(home: Home, sql: str, parameters: Mapping[str, Any] | Sequence[Any] | None = None) -> list[Row]:
    """The rows of `sql` on the published database, as mappings.

    Raises:
        UsageError: nothing is published yet, or DuckDB refuses the statement.
        StorageError: the database cannot be read.
    """
    return published.rows(published_path(home), sql, parameters)


def published_path(home: Home) -> Path:
    """The published database.

    Raises:
        UsageError: nothing is published yet.
    """
    if not home.published.exists():
        msg = (
            f"nothing is published in {home.root} yet; run `policywatch run SOURCE` or `policywatch ingest PATH` first"
        )
        raise UsageError(msg)
    return home.published


def as_value(text: str | None) -> Any:  # noqa: ANN401 - any JSON value
    """The JSON text of a column as a value; text that is none stays as it is."""
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


# --- which policy ----------------------------------------------------------------------------------------------------


def find_policy(home: Home, text: str) -> str:
    """The id of the policy that `text` means: an id, a document number in any printed form, a URL, or a title.

    Raises:
        UsageError: none fits, or several do.
    """
    from pipeline.parsers import normal  # noqa: PLC0415 - the normalisers load the character tables

    number, title = normal.normal_number(text), normal.normal_title(text)
    found = published.find_policy(
        published_path(home), text, numbers=[number] if number else [], titles=[title] if title else []
    )
    if len(found) == 1:
        return str(found[0]["policy_id"])
    if not found:
        msg = f"no policy is known as '{text}'; `policywatch search` finds words in titles and texts"
        raise UsageError(msg)
    shown = "; ".join(f"{row['policy_id']} {row['title']}" for row in found[:_MOST_CANDIDATES])
    more = f" and {len(found) - _MOST_CANDIDATES} more" if len(found) > _MOST_CANDIDATES else ""
    msg = f"'{text}' fits {len(found)} policies; say which by its id: {shown}{more}"
    raise UsageError(msg)


# --- one policy ------------------------------------------------------------------------------------------------------

_SHOWN: Final = (
    "policy_id", "number", "number_raw", "title", "instrument_title", "issuers", "joint_issuers", "signatories",
    "publisher", "topic", "index_number", "signed_date", "published_date", "effective_date", "repealed_date",
    "stated_status", "status_raw", "source", "authority", "url", "known_from",
)  # fmt: skip


def show(home: Home, policy_id: str, *, on: date, at: datetime) -> Row:
    """All that was known at `at` of a policy: its fields, its status on `on`, clauses, citations, versions, events.

    Raises:
        PolicywatchError: nothing was known of it then.
    """
    key = {"id": policy_id, "at": at}
    found = ask(home, _POLICY, key)
    if not found:
        msg = f"nothing was known of {policy_id} at {at.isoformat()}; ask for a later --as-known-at"
        raise UsageError(msg)
    measures = ask(home, MEASURES, key)
    return found[0] | {
        "status": status_on(home, policy_id, on=on, at=at),
        "measures": [row | {name: as_value(row[name]) for name in ("amounts", "targets")} for row in measures],
        "citations": ask(home, _CITATIONS, key),
        "cited_by": ask(home, _CITED_BY, key),
        "versions": ask(home, _VERSIONS, key),
        "pages": ask(home, _PAGES, {"id": policy_id}),
        "events": [changes_row(row) for row in ask(home, _EVENTS, key)],
    }


def status_on(home: Home, policy_id: str, *, on: date, at: datetime) -> Row:
    """The policy's status on a day, as far as was known at an instant, with reason and quote; `unknown` without any."""
    found = ask(home, "SELECT * FROM status_of($id, $on, $at)", {"id": policy_id, "on": on, "at": at})
    if not found:
        return {"on": on, "status": "unknown"}
    row = {name: value for name, value in found[0].items() if name != "policy_id"}
    return {"on": on, **row, "evidence": as_value(row.get("evidence"))}


_POLICY: Final = f"""
SELECT {", ".join(_SHOWN)} FROM policy_version WHERE policy_id = $id AND {AT}
"""  # noqa: S608 - our own text
MEASURES: Final = f"""
SELECT measure_id, path, label, heading, text, level, bodies, amounts, targets FROM measure_version
WHERE policy_id = $id AND {AT} ORDER BY position
"""  # noqa: S608 - our own text
_CITATIONS: Final = f"""
SELECT relation, title, number, quote, bound_policy_id AS policy_id, binding_rule FROM citation
WHERE policy_id = $id AND {AT} ORDER BY position
"""  # noqa: S608 - our own text
_CITED_BY: Final = f"""
SELECT c.relation, c.policy_id, v.number, v.title, c.quote, c.page_kind AS kind
FROM (SELECT * FROM citation WHERE bound_policy_id = $id AND {AT}) AS c
LEFT JOIN policy_version AS v ON v.policy_id = c.policy_id AND v.known_to IS NULL
ORDER BY c.known_from, c.position
"""  # noqa: S608 - our own text
_VERSIONS: Final = """
SELECT known_from, known_to, change_cause, number, title, signed_date, published_date, url FROM policy_version
WHERE policy_id = $id AND known_from <= $at ORDER BY known_from
"""
_PAGES: Final = """
SELECT canonical_url AS url, kind, state, source, last_checked_at FROM page WHERE policy_id = $id ORDER BY first_seen_at
"""
_EVENTS: Final = (
    "SELECT * FROM event WHERE policy_id = $id AND detected_at <= $at ORDER BY detected_at, happened_on, kind"
)


def changes_row(row: Mapping[str, Any]) -> Row:
    """An event as the contract's row: `before` and `after` as JSON values."""
    return {name: as_value(row[name]) if name in ("before", "after") else row[name] for name in CHANGE_COLUMNS}


# --- states of one policy ---------------------------------------------------------------------------------------------


def moments(home: Home, policy_id: str) -> list[datetime]:
    """The instants at which the policy's fields or clauses became known anew, oldest first."""
    rows = ask(
        home,
        "SELECT DISTINCT known_from FROM policy_version WHERE policy_id = $id"
        " UNION SELECT DISTINCT known_from FROM measure_version WHERE policy_id = $id ORDER BY known_from",
        {"id": policy_id},
    )
    return [row["known_from"] for row in rows]


# --- many policies ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filters:
    """What a listing is narrowed to; empty lets everything pass. Issuers and topics match by part."""

    kinds: Sequence[str] = ()
    sources: Sequence[str] = ()
    issuers: Sequence[str] = ()
    topics: Sequence[str] = ()

    def where(self, *, kinds: bool) -> tuple[list[str], Row]:
        """The conditions and their parameters."""
        conditions, values = [], {}
        if kinds and self.kinds:
            conditions.append("list_contains($kinds, kind)")
            values["kinds"] = list(self.kinds)
        if self.sources:
            conditions.append("list_contains($sources, source)")
            values["sources"] = list(self.sources)
        if self.issuers:
            conditions.append(
                "len(list_filter(issuers, lambda i: len(list_filter($issuers, lambda w: contains(i, w))) > 0)) > 0"
            )
            values["issuers"] = list(self.issuers)
        if self.topics:
            conditions.append("len(list_filter($topics, lambda w: contains(topic, w))) > 0")
            values["topics"] = list(self.topics)
        return conditions, values


def changes(home: Home, since: datetime | None, filters: Filters, *, baseline: bool = True) -> list[Row]:
    """The events that became known from `since` on, oldest first; without `baseline` only what came after it."""
    conditions, values = filters.where(kinds=True)
    if since is not None:
        conditions.append("detected_at >= $since")
        values["since"] = since
    if not baseline:
        conditions.append("NOT is_baseline")
    sql = f"SELECT * FROM changes{_all(conditions)} ORDER BY detected_at, happened_on NULLS FIRST, kind, event_id"  # noqa: S608
    return [changes_row(row) for row in ask(home, sql, values)]


def in_force(home: Home, on: date, at: datetime, filters: Filters) -> list[Row]:
    """The policies in force on a day, as far as was known at an instant."""
    conditions, values = filters.where(kinds=False)
    columns = ", ".join(IN_FORCE_COLUMNS)
    sql = (
        f"SELECT {columns} FROM in_force($on, $at){_all(conditions)} ORDER BY in_force_from NULLS FIRST, number, title"  # noqa: S608
    )
    return ask(home, sql, values | {"on": on, "at": at})


def _all(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def search(home: Home, words: Sequence[str], limit: int) -> list[Row]:
    """The policies that hold all the words, best first; traditional characters are looked for in simplified form."""
    from pipeline.parsers.characters import simplify  # noqa: PLC0415 - loads the character tables

    text = unicodedata.normalize("NFKC", simplify(" ".join(words)))
    return ask(home, "SELECT * FROM search($words, most := $limit)", {"words": text, "limit": limit})


def status(home: Home) -> list[Row]:
    """How fresh and how whole every source is that has been checked."""
    return ask(
        home,
        "SELECT source, title, health, health_since AS since, health_reasons AS reasons, last_good_at AS checked,"
        " last_crawl_at AS crawled, last_verdict AS verdict, pages, pages_gone AS gone, policies, rejected"
        " FROM sources ORDER BY source",
    )

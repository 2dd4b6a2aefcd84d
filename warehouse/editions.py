"""Which edition of the warehouse a published database holds, and what changed since: the basis of publishing in place.

What belongs here: the list of what is unpublished, an edition's name, and bringing a copy of the published database up
to date. What does not: building it anew and putting it in place (`publish`). The idea and its limits:
docs/decisions/0022-publishing-what-changed.md.

A warehouse notes with each change which pages, policies, citations and events it touched; a copy of the published
database takes the rows of these anew, and only these.
"""

# ruff: noqa: S608 - the names in the statements are our own
import hashlib
import uuid
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

import duckdb

from warehouse.steps import HERE, Steps, names_in, text_of

KEYED: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "page": ("page_id", ("page", "checked")),
    "page_version": ("page_id", ("page",)),
    "policy": ("policy_id", ("policy",)),
    "policy_link": ("policy_id", ("policy",)),
    "policy_version": ("policy_id", ("policy",)),
    "measure_version": ("policy_id", ("policy",)),
    "effect": ("policy_id", ("policy",)),
    "measure_effect": ("policy_id", ("policy",)),
    "event": ("event_id", ("event",)),
    "crawl": ("crawl_id", ("crawl",)),
    "rejected": ("crawl_id", ("crawl",)),
    "body_text": ("text_hash", ("text",)),
}
"""Tables whose rows are taken anew by a column, with the kinds of its keys. Citations go by two, the rest whole."""

DERIVED: Final = ("search_text", "standing")
"""Tables that only the published database has; by policy."""

MOST: Final = 0.1
FEW: Final = 1000
"""Share of the pages, and number of keys, up to which what is published is brought up to date."""


ALL: Final = "unpublished WHERE kind = 'all'"
"""Where this has a row, everything is unpublished, and nothing more needs to be noted."""


def touch_all(steps: Steps) -> None:
    """Note that anything may have changed: the next publication is built anew."""
    steps.execute("DELETE FROM unpublished")
    steps.execute("INSERT INTO unpublished VALUES ('all', NULL)")


def name_of(steps: Steps, *, before: bool = False) -> str:
    """The last edition, which the list of what is unpublished counts from, or the one `before`; empty for none."""
    rows = steps.rows(f"SELECT id FROM {'unpublished_before' if before else 'unpublished'} WHERE kind = 'edition'")
    return str(rows[0]["id"]) if rows else ""


def list_outdated(steps: Steps, since: str) -> bool:
    """List in `outdated` what edition `since`, the last or the one before, lacks; False where it is another one."""
    lists = {name_of(steps, before=True): ("unpublished", "unpublished_before"), name_of(steps): ("unpublished",)}
    if not since or since not in lists:
        return False
    every = " UNION ".join(f"SELECT DISTINCT kind, id FROM {table} WHERE kind <> 'edition'" for table in lists[since])
    steps.execute(f"CREATE OR REPLACE TEMP TABLE outdated AS {every}")
    return True


def has_news(steps: Steps) -> bool:
    """Whether anything was touched since that edition."""
    return steps.has("unpublished WHERE kind <> 'edition'")


def new_name() -> str:
    """A name for a new edition, like no other; what other code or another engine made is told apart by its end."""
    return f"{uuid.uuid4().hex} {form()}"


@cache
def form() -> str:
    """A hash of all that a published database is made by besides the warehouse: the code, the views, the engine."""
    code = [(HERE / name).read_bytes() for name in ("publish.py", "editions.py", "dictionary.py", "folding.py")]
    words = [text_of(name) for folder in ("views", "migrations") for name in names_in(folder)]
    words += [text_of("sql/publish_derived.sql"), duckdb.__version__]
    return hashlib.sha256(b"\0".join(code) + "\0".join(words).encode()).hexdigest()[:16]


def is_near(steps: Steps) -> bool:
    """Whether so little changed since the last publication that bringing it up to date is the shorter way."""
    if steps.has(ALL):
        return False
    changed = steps.count("SELECT count(*) FROM unpublished WHERE kind IN ('policy', 'page', 'event')")
    return changed <= FEW or changed <= MOST * steps.count("SELECT count(*) FROM page")


def refresh(steps: Steps, home: str, tables: Sequence[str]) -> bool:
    """Bring the attached `publishing`, an older edition, up to date by what `list_outdated` listed.

    `home` is the quoted name of the warehouse.

    Returns:
        Whether every table then has as many rows as the warehouse's: if not, something was touched that was not noted.
    """
    kinds = {row["kind"] for row in steps.rows("SELECT DISTINCT kind FROM outdated")}
    for table in tables:
        if table == "citation":
            _take(steps, home, table, "page_id", {"page"} & kinds)
            _take(steps, home, table, "citation_id", {"citation"} & kinds)
        elif table in KEYED:
            column, wanted = KEYED[table]
            _take(steps, home, table, column, set(wanted) & kinds)
        else:
            steps.execute(f"DELETE FROM publishing.{table}")
            steps.execute(f"INSERT INTO publishing.{table} BY NAME FROM {home}.{table}")
    for table in DERIVED if "policy" in kinds else ():
        steps.execute(
            f"DELETE FROM publishing.{table} WHERE policy_id IN (SELECT id FROM outdated WHERE kind = 'policy')"
        )
    counts = " UNION ALL ".join(
        f"SELECT (SELECT count(*) FROM publishing.{table}) = (SELECT count(*) FROM {home}.{table}) AS same"
        for table in tables
    )
    return not steps.has(f"({counts}) WHERE NOT same")


def _take(steps: Steps, home: str, table: str, column: str, kinds: Iterable[str]) -> None:
    """The rows of `table` whose `column` is among the keys of `kinds`: out with the old, in with the new."""
    listed = ", ".join(f"'{kind}'" for kind in sorted(kinds))
    if not listed:
        return
    keys = f"(SELECT u.id FROM outdated AS u WHERE u.kind IN ({listed}))"
    if table == "body_text":  # texts are never changed
        steps.execute(
            f"INSERT INTO publishing.{table} FROM {home}.{table} AS t WHERE t.rowid IN ("
            f"SELECT a.rowid FROM {home}.{table} AS a WHERE a.{column} IN {keys}"
            f" AND a.{column} NOT IN (SELECT b.{column} FROM publishing.{table} AS b))"
        )
        return
    steps.execute(f"DELETE FROM publishing.{table} WHERE {column} IN {keys}")
    steps.execute(f"INSERT INTO publishing.{table} BY NAME FROM {home}.{table} WHERE {column} IN {keys}")


def settle(steps: Steps, edition: str, *, is_kept: bool) -> None:
    """What was unpublished is published, as `edition`; with `is_kept`, what its predecessor lacks is remembered."""
    steps.execute("BEGIN TRANSACTION")
    try:
        steps.execute("DELETE FROM unpublished_before")
        if is_kept:
            steps.execute("INSERT INTO unpublished_before FROM unpublished")
        steps.execute("DELETE FROM unpublished")
        steps.execute("INSERT INTO unpublished VALUES ('edition', ?)", [edition])
        steps.execute("COMMIT")
    except BaseException:
        steps.connection.execute("ROLLBACK")
        raise

"""A person's decision about a citation: what it names is that policy, or nothing that we hold; or as before.

What belongs here: finding the citation and the policy, writing the decision down, loading it. What does not: where it
is kept (`pipeline.journal`), what follows from it (`warehouse/sql/decide.sql`), which citations want one
(`pipeline.naming`).

A decision is about what a document names, not about where it stands in it: it holds for its mirrors and later editions,
whichever way they are read, until it is decided otherwise.
"""

import getpass
import hashlib
import json
import sys
from collections.abc import Mapping
from typing import Any, Final

from pipeline import alerting, asking, journal, run
from policywatch import clock
from policywatch.errors import UsageError
from policywatch.home import Home

BIND: Final = "bind"
NONE: Final = "none"
UNDO: Final = "undo"
COLUMNS: Final = (
    "decision_id", "action", "citation_id", "url", "relation", "title", "number", "policy_id", "bound_title", "person",
    "reason", "decided_at", "events",
)  # fmt: skip

_CITATION: Final = """
SELECT c.*, p.canonical_url FROM citations AS c INNER JOIN page AS p ON p.page_id = c.page_id WHERE c.citation_id = $id
"""
_TARGET: Final = """
SELECT v.policy_id, v.number, v.title, p.canonical_url
FROM policy_version AS v
INNER JOIN page AS p ON p.page_id = v.page_id
WHERE v.policy_id = $id AND v.known_to IS NULL
"""
_NORMAL: Final = "SELECT c.title_norm FROM citation AS c WHERE c.citation_id = $id AND c.known_to IS NULL"


def decide(  # noqa: PLR0913 - what a decision consists of
    home: Home, citation_id: str, action: str, *, policy: str | None = None, reason: str = "", person: str | None = None
) -> dict[str, Any]:
    """Write the decision down, load it, publish and alert.

    Args:
        home: the home folder.
        citation_id: as `policywatch citations` prints it.
        action: BIND (to `policy`), NONE or UNDO.
        policy: an id, a number, a URL or a title.
        reason: why, in the person's words.
        person: who decided; the user of this process by default.

    Returns:
        A row of COLUMNS.

    Raises:
        UsageError: there is no such citation or policy, or it cannot mean that policy.
    """
    found = _citation(home, citation_id)
    target = _target(home, found, policy) if action == BIND and policy is not None else {}
    with run.ledger(home) as warehouse:
        now = clock.now()
        last = warehouse.last_moment()
        row = {
            "decided_at": now,
            # Never before what it was decided upon.
            "moment": now if last is None else max(now, last),
            "person": person or getpass.getuser(),
            "action": action,
            "reason": reason,
            "url": found["canonical_url"],
            "number": found["number"],
            "title": found["title"],
            "title_norm": found["title_norm"],
            "policy_id": target.get("policy_id"),
            "target_url": target.get("canonical_url"),
        }
        said = json.dumps(row, ensure_ascii=False, sort_keys=True, default=str)
        row["decision_id"] = f"bind-{hashlib.sha256(said.encode()).hexdigest()[:16]}"
        journal.catch_up(home, warehouse)
        about = {"relation": found["relation"], "quote": found["quote"], "target_title": target.get("title")}
        journal.append(home, [{"what": journal.DECISION, **row, **about}])
        report = warehouse.decide(row)
        warehouse.publish(home.published)
    # Beside the decision itself, which a machine may read on stdout.
    for note in alerting.alert(home, sys.stderr).notes:
        sys.stderr.write(f"policywatch: {note}\n")
    shown = {"citation_id": citation_id, "bound_title": target.get("title"), "events": report.events, **about}
    return {name: (row | shown).get(name) for name in COLUMNS}


def _citation(home: Home, citation_id: str) -> dict[str, Any]:
    found = asking.ask(home, _CITATION, {"id": citation_id})
    if not found:
        msg = (
            f"there is no citation '{citation_id}' that stands now; `policywatch citations --unbound` prints their ids"
        )
        raise UsageError(msg)
    row = found[0] | asking.ask(home, _NORMAL, {"id": citation_id})[0]
    if row["title"] is None and row["number"] is None:
        raise UsageError("this citation names neither a title nor a number: there is nothing that could be bound")
    return row


def _target(home: Home, citation: Mapping[str, Any], policy: str) -> dict[str, Any]:
    policy_id = asking.find_policy(home, policy)
    found = asking.ask(home, _TARGET, {"id": policy_id})
    if not found:
        msg = f"{policy_id} is no policy of today; `policywatch show {policy_id}` says what became of it"
        raise UsageError(msg)
    if policy_id == citation["policy_id"]:
        raise UsageError("a document cannot mean itself; bind the citation to another policy, or to --none")
    return found[0]

"""What arrives late: the histories that it bears on are computed anew, by the same rounds as any load.

What belongs here: in which order the steps of a replay run. What does not: what they mean (`sql/late_*.sql`,
`sql/replay_*.sql`), the rounds (`rounds`). The idea and its limits: docs/decisions/0017-late-captures.md.

The rounds know nothing of it: they run on empty temporary tables that stand before the stored ones by name.
"""

from typing import Final

from warehouse import rounds
from warehouse.steps import Steps

_COUNTED: Final = {
    "pages_new": "(SELECT DISTINCT page_id FROM replay_reading WHERE page_id NOT IN (SELECT page_id FROM load_stored))",
    "pages_changed": "load_reading WHERE crawl_id = (SELECT crawl_id FROM load_run)"
    " AND page_id IN (SELECT page_id FROM load_stored)",
}
"""The fields of LoadReport that late readings count in, and where."""


def find(steps: Steps) -> bool:
    """Whether anything of this load bears on what was learned later; takes those readings out of `load_reading`."""
    steps.run("sql/late_find.sql")
    steps.run("sql/late_confirm.sql")
    if not steps.has("late_page"):
        return False
    steps.run("sql/replay_core.sql")
    _spread(steps)
    while steps.run("sql/replay_follow.sql"):
        _spread(steps)
    steps.run("sql/replay_take.sql")
    return True


def replay(steps: Steps) -> dict[str, int]:
    """Compute the histories anew that `find` has found, after all else is loaded. Gives the counts of late readings."""
    steps.run("sql/replay_context.sql")
    _spread(steps)
    steps.run("sql/replay_open.sql")
    steps.run("sql/replay_shadow.sql")
    steps.run("sql/events_open.sql")
    rounds.run_batches(steps)
    steps.run("sql/replay_unshadow.sql")
    steps.run("sql/replay_close.sql")
    steps.run("sql/replay_events.sql")
    steps.run("sql/retell.sql")
    counts = {name: steps.count(f"SELECT count(*) FROM {what}") for name, what in _COUNTED.items()}  # noqa: S608 - our own
    steps.run("sql/replay_drop.sql")
    return counts


def _spread(steps: Steps) -> None:
    while steps.run("sql/replay_spread.sql"):
        pass

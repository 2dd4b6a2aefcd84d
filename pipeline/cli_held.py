"""The commands about alerts that are held until a person has looked: held, release, drop.

What belongs here: their options and what they print. What does not: what is held and why (`pipeline.alerts.holding`).
"""

import getpass
from datetime import datetime
from typing import Annotated, Any, Final

import typer

from pipeline import cli_output
from pipeline.cli_output import Format
from policywatch import clock
from policywatch.errors import UsageError
from policywatch.home import Home

Form = Annotated[Format, typer.Option("--format", help="How to print it.")]
Json = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
Ids = Annotated[list[str] | None, typer.Argument(metavar="HOLD", help="Ids, as `policywatch alerts held` shows them.")]
Everything = Annotated[bool, typer.Option("--all", help="All that is held.")]
Why = Annotated[str, typer.Option("--why", help="The reason, for the record.")]
By = Annotated[str | None, typer.Option("--by", help="Who decides; the name that you are logged in with by default.")]

_HOLDS: Final = (
    "hold_id", "source", "crawl_id", "held_at", "policies", "known", "share", "events", "reason", "limit", "counts",
    "state", "decided_at", "decided_by", "why",
)  # fmt: skip
_EVENTS: Final = ("event_id", "kind", "policy_id", "number", "title", "url", "happened_on", "detected_at")
_SHOWN: Final = 1000
"""Events of one hold that are listed."""


def register(app: typer.Typer) -> None:
    """Add the commands to `policywatch alerts`."""
    app.command("held")(held)
    app.command("release")(release)
    app.command("drop")(drop)


def held(
    context: typer.Context,
    hold_id: Annotated[str | None, typer.Argument(metavar="[HOLD]", help="Show the events of this one.")] = None,
    form: Form = Format.table,
    as_json: Json = False,  # noqa: FBT002 - an option
    decided: Annotated[bool, typer.Option("--decided", help="Also what was released or dropped.")] = False,  # noqa: FBT002
) -> None:
    """Show what is held back because one run changed too much, or the events of one such HOLD."""
    form = Format.json if as_json else form
    if hold_id is None:
        rows = _holds(context.obj, decided=decided)
        if not rows and form is Format.table:
            cli_output.say("nothing is held" if not decided else "nothing is held, and nothing ever was")
            return
        brief = ("hold_id", "source", "held_at", "policies", "known", "counts")
        cli_output.emit(_shown(rows, form), _HOLDS, form, brief=(*brief, *(("state", "why") if decided else ())))
        return
    _chosen(_holds(context.obj, decided=True), [hold_id])
    from pipeline.run import ledger  # noqa: PLC0415

    with ledger(context.obj) as warehouse:
        events = warehouse.held_events(hold_id, _SHOWN)
    rows = [{name: row[name] for name in _EVENTS} for row in events]
    cli_output.emit(rows, _EVENTS, form, brief=("kind", "number", "title", "happened_on"))


def release(  # noqa: PLR0913, PLR0917 - options
    context: typer.Context,
    hold_ids: Ids = None,
    everything: Everything = False,  # noqa: FBT002 - an option
    why: Why = "",
    by: By = None,
    form: Form = Format.table,
    as_json: Json = False,  # noqa: FBT002 - an option
) -> None:
    """Let what is held go out after all: its events are matched and sent with the next run or `alerts deliver`."""
    _settle(context.obj, hold_ids or [], "released", everything=everything, why=why, by=by, form=form, as_json=as_json)


def drop(  # noqa: PLR0913, PLR0917 - options
    context: typer.Context,
    hold_ids: Ids = None,
    everything: Everything = False,  # noqa: FBT002 - an option
    why: Why = "",
    by: By = None,
    form: Form = Format.table,
    as_json: Json = False,  # noqa: FBT002 - an option
) -> None:
    """Never send what is held. The events stay on record: `policywatch changes` shows them."""
    _settle(context.obj, hold_ids or [], "dropped", everything=everything, why=why, by=by, form=form, as_json=as_json)


def _settle(  # noqa: PLR0913 - options
    home: Home,
    hold_ids: list[str],
    state: str,
    *,
    everything: bool,
    why: str,
    by: str | None,
    form: Format,
    as_json: bool,
) -> None:
    from pipeline.run import ledger  # noqa: PLC0415

    if bool(hold_ids) == everything:
        msg = "say which: ids as `policywatch alerts held` shows them, or --all"
        raise UsageError(msg)
    waiting = _holds(home, decided=not everything)
    chosen = [row["hold_id"] for row in (waiting if everything else _chosen(waiting, hold_ids, is_open=True))]
    with ledger(home) as warehouse:
        warehouse.settle(chosen, state, clock.now(), by or _somebody(), why or None)
    rows = [row for row in _holds(home, decided=True) if row["hold_id"] in chosen]
    if not rows and form is Format.table and not as_json:
        cli_output.say("nothing is held")
        return
    brief = ("hold_id", "source", "events", "state", "decided_by", "why")
    cli_output.emit(rows, _HOLDS, Format.json if as_json else form, brief=brief)


def _holds(home: Home, *, decided: bool) -> list[dict[str, Any]]:
    from pipeline.alerts.holding import hold_of  # noqa: PLC0415
    from pipeline.alerts.message import hold_json  # noqa: PLC0415
    from pipeline.run import ledger  # noqa: PLC0415

    if not home.warehouse.exists():
        return []
    with ledger(home) as warehouse:
        rows = warehouse.holds(decided=decided)
    more = ("counts", "state", "decided_at", "decided_by", "why")
    return [hold_json(hold_of(row)) | {name: row[name] for name in more} for row in rows]


def _shown(rows: list[dict[str, Any]], form: Format) -> list[dict[str, Any]]:
    """The rows as people read them in a table; machines get them as they are."""
    if form is not Format.table:
        return rows
    return [
        row
        | {
            "held_at": datetime.fromisoformat(row["held_at"]),
            "counts": ", ".join(f"{count} {kind}" for kind, count in row["counts"].items()),
        }
        for row in rows
    ]


def _chosen(rows: list[dict[str, Any]], hold_ids: list[str], *, is_open: bool = False) -> list[dict[str, Any]]:
    """The rows of `hold_ids`.

    Raises:
        UsageError: there is none of an id, or (`is_open`) somebody decided on it already.
    """
    by_id = {row["hold_id"]: row for row in rows}
    for hold_id in hold_ids:
        row = by_id.get(hold_id)
        if row is None:
            msg = f"nothing is held as '{hold_id}'; `policywatch alerts held` shows what is"
            raise UsageError(msg)
        if is_open and row["state"] != "held":
            msg = f"{hold_id} was {row['state']} by {row['decided_by']} at {row['decided_at']:%Y-%m-%d %H:%MZ}"
            raise UsageError(msg)
    return [by_id[hold_id] for hold_id in dict.fromkeys(hold_ids)]


def _somebody() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "unknown"

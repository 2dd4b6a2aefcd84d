"""The commands about messages that could not be delivered: dead, resend.

What belongs here: their options and what they print. What does not: when a message is given up
(`pipeline.alerts.outbox`), and where that is recorded (`warehouse.outbox`).
"""

from typing import Annotated, Any, Final

import typer

from pipeline import cli_output
from pipeline.cli_output import Format
from policywatch import clock
from policywatch.errors import UsageError
from policywatch.home import Home

Form = Annotated[Format, typer.Option("--format", help="How to print it.")]
Json = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
Keys = Annotated[
    list[str] | None, typer.Argument(metavar="KEY…", help="Keys, or the beginnings of keys, as `dead` shows.")
]
Everything = Annotated[bool, typer.Option("--all", help="All that was given up.")]
Of = Annotated[str | None, typer.Option("--subscription", metavar="NAME", help="Those of one subscription.")]

_COLUMNS: Final = (
    "message_key", "subscription", "channel", "message_kind", "events", "attempts", "queued_at", "failed_at",
    "next_attempt_at", "error", "kind", "title",
)  # fmt: skip
_BRIEF: Final = ("message_key", "subscription", "channel", "events", "failed_at", "error", "title")


def register(app: typer.Typer) -> None:
    """Add the commands to `policywatch alerts`."""
    app.command("dead")(dead)
    app.command("resend")(resend)


def dead(
    context: typer.Context,
    subscription: Of = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Those that failed and will be tried again.")] = False,  # noqa: FBT002
    form: Form = Format.table,
    as_json: Json = False,  # noqa: FBT002 - an option
) -> None:
    """Show the messages that were given up after all attempts, and why; `resend` sends them after all."""
    rows = [row for row in _dead(context.obj, waiting=waiting) if subscription in {None, row["subscription"]}]
    form = Format.json if as_json else form
    if not rows and form is Format.table:
        cli_output.say("no message waits for another attempt" if waiting else "no message was given up")
        return
    cli_output.emit(rows, _COLUMNS, form, brief=(*_BRIEF, "next_attempt_at") if waiting else _BRIEF)


def resend(  # noqa: PLR0913, PLR0917 - options
    context: typer.Context,
    keys: Keys = None,
    everything: Everything = False,  # noqa: FBT002 - an option
    subscription: Of = None,
    form: Form = Format.table,
    as_json: Json = False,  # noqa: FBT002 - an option
) -> None:
    """Put what was given up back in line; the next run or `alerts deliver` sends them, under their old keys."""
    if sum((bool(keys), everything, subscription is not None)) != 1:
        msg = "say which: keys as `policywatch alerts dead` shows them, --subscription NAME, or --all"
        raise UsageError(msg)
    rows = _dead(context.obj)
    if keys:
        rows = [_meant(rows, key) for key in dict.fromkeys(keys)]
    elif subscription is not None:
        rows = [row for row in rows if row["subscription"] == subscription]
    if rows:
        from pipeline.run import ledger  # noqa: PLC0415

        with ledger(context.obj) as warehouse:
            warehouse.resend([row["message_key"] for row in rows], clock.now())
    form = Format.json if as_json else form
    if not rows and form is Format.table:
        cli_output.say("no message was given up")
        return
    cli_output.emit(rows, _COLUMNS, form, brief=_BRIEF)
    cli_output.say(f"due again: {numbered(len(rows), 'message')}; `policywatch alerts deliver` sends what is due")


def numbered(count: int, what: str) -> str:
    """`1 message`, `2 messages`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _dead(home: Home, *, waiting: bool = False) -> list[dict[str, Any]]:
    from pipeline.run import ledger  # noqa: PLC0415

    if not home.warehouse.exists():
        return []
    with ledger(home) as warehouse:
        return warehouse.dead(waiting=waiting)


def _meant(rows: list[dict[str, Any]], key: str) -> dict[str, Any]:
    """The one row whose key begins with `key`.

    Raises:
        UsageError: there is none, or there are several.
    """
    found = [row for row in rows if row["message_key"].startswith(key)]
    if len(found) != 1:
        how = "no message was given up as" if not found else f"{len(found)} messages begin with"
        msg = f"{how} '{key}'; `policywatch alerts dead` shows them"
        raise UsageError(msg)
    return found[0]

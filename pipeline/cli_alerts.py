"""The commands about alerts: list, check, test, deliver; and those of `cli_held` and `cli_deliveries`.

What belongs here: their options and what they print. What does not: matching and delivery (`pipeline.alerts`).
"""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import cli_deliveries, cli_held, cli_output
from pipeline.cli_deliveries import numbered
from pipeline.cli_output import Format
from policywatch import clock
from policywatch.errors import UsageError
from policywatch.home import Home

if TYPE_CHECKING:
    from pipeline.alerts.config import Subscriptions

app = typer.Typer(help="Who is told what, and how it is delivered.", no_args_is_help=True, rich_markup_mode=None)

cli_held.register(app)
cli_deliveries.register(app)

Form = Annotated[Format, typer.Option("--format", help="How to print it.")]
Json = Annotated[bool, typer.Option("--json", help="The same as --format json.")]

_FILTERS = ("events", "sources", "jurisdictions", "issuers", "topics", "policies")
_COLUMNS = (
    "name", *_FILTERS, "words", "amount_at_least", "expiring_within", "include_baseline", "language", "rate", "at",
    "day", "timezone", "quiet", "most", "group", "deliver",
)  # fmt: skip
_SAID = {
    "retrying": "to be tried again",
    "failed": "given up",
    "deferred": "not tried, because the same target had just failed",
}


def _subscriptions(home: Home) -> "Subscriptions":
    from pipeline.alerts.config import load_subscriptions  # noqa: PLC0415
    from pipeline.run import declared  # noqa: PLC0415

    if not home.alerts.exists():
        msg = f"there is no {home.alerts}; copy alerts.example.yaml there and say what you want to hear of"
        raise UsageError(msg)
    return load_subscriptions(home.alerts, known_sources=declared())


@app.command("list")
def list_(context: typer.Context, form: Form = Format.table) -> None:
    """Show the subscriptions in home/alerts.yaml; addresses and tokens are not shown."""
    rows = []
    for item in _subscriptions(context.obj).subscriptions:
        plain = item.model_dump(include=set(_COLUMNS) - {"deliver"})
        lists = {name: list(plain[name]) for name in _FILTERS}
        words = {key: list(found) for key, found in plain["words"].items() if found} or None
        at = item.at.isoformat(timespec="minutes") if item.at else None
        deliver_to = [channel.label for _, channel in item.channels()]
        rows.append({**plain, **lists, "words": words, "at": at, "deliver": deliver_to})
    cli_output.emit(rows, _COLUMNS, form, brief=("name", "events", "sources", "words", "rate", "deliver"))


@app.command()
def check(context: typer.Context, form: Form = Format.table, as_json: Json = False) -> None:  # noqa: FBT002 - an option
    """Check home/alerts.yaml: mistakes end with code 2, line and remedy; what is merely odd is listed.

    Issuers and policies are compared with what is published; nothing is sent.
    """
    from pipeline.alerts.remarks import remarks  # noqa: PLC0415

    subscriptions = _subscriptions(context.obj)
    rows = [{"line": item.line, "key": item.key, "remark": item.text} for item in remarks(context.obj, subscriptions)]
    form = Format.json if as_json else form
    if rows or form is not Format.table:
        cli_output.emit(rows, ("line", "key", "remark"), form)
    items = subscriptions.subscriptions
    counts = {"subscription": len(items), "channel": sum(len(item.deliver) for item in items), "remark": len(rows)}
    cli_output.say(f"{context.obj.alerts}: {', '.join(numbered(count, what) for what, count in counts.items())}")


@app.command("test")
def send_test(context: typer.Context, form: Form = Format.table) -> None:
    """Send a made-up event to every channel and say what came of it."""
    from pipeline.alerts.outbox import probe  # noqa: PLC0415

    probes = probe(_subscriptions(context.obj), context.obj, clock.now(), sys.stderr)
    columns = ("subscription", "channel", "arrived", "error")
    values = [(found.subscription, found.channel, not found.error, found.error) for found in probes]
    cli_output.emit([dict(zip(columns, row, strict=True)) for row in values], columns, form)
    if any(found.error for found in probes):
        raise typer.Exit(1)


@app.command()
def deliver(context: typer.Context) -> None:
    """Match new events, and deliver everything that is due, without crawling."""
    from pipeline import metrics  # noqa: PLC0415
    from pipeline.alerting import alert  # noqa: PLC0415

    _subscriptions(context.obj)
    found = alert(context.obj, sys.stdout)
    metrics.write(context.obj)
    done = ", ".join(f"{count} {_SAID.get(name, name)}" for name, count in found.counts.items() if count)
    for line in (done or (not found.notes and "nothing is due"), *found.notes):
        if line:
            cli_output.say(line)
    if any(found.counts.get(name) for name in ("failed", "retrying", "deferred")):
        raise typer.Exit(1)

"""The commands about alerts: list, test, deliver.

What belongs here: their options and what they print. What does not: matching and delivery (`pipeline.alerts`).
"""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import cli_output
from pipeline.cli_output import Format
from policywatch import clock
from policywatch.errors import UsageError
from policywatch.home import Home

if TYPE_CHECKING:
    from pipeline.alerts.config import Subscriptions

app = typer.Typer(help="Who is told what, and how it is delivered.", no_args_is_help=True, rich_markup_mode=None)

Form = Annotated[Format, typer.Option("--format", help="How to print it.")]

_COLUMNS = ("name", "events", "sources", "issuers", "topics", "words", "include_baseline", "deliver")


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
    rows = [
        {
            "name": item.name,
            "events": list(item.events),
            "sources": list(item.sources),
            "issuers": list(item.issuers),
            "topics": list(item.topics),
            "words": {key: list(words) for key, words in item.words.model_dump().items() if words} or None,
            "include_baseline": item.include_baseline,
            "deliver": [channel.label for _, channel in item.channels()],
        }
        for item in _subscriptions(context.obj).subscriptions
    ]
    cli_output.emit(rows, _COLUMNS, form, brief=("name", "events", "sources", "words", "deliver"))


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
    from pipeline.run import alert  # noqa: PLC0415

    _subscriptions(context.obj)
    found = alert(context.obj, sys.stdout)
    cli_output.say(", ".join(f"{name} {count}" for name, count in found.items()))
    if any(found.get(name) for name in ("failed", "retrying", "deferred")):
        raise typer.Exit(1)

"""The commands about sources: list, check, capture, new.

What belongs here: their options and what they print. What does not: their work (`pipeline.trial`) and the model
(`crawlers.source`).
"""

from pathlib import Path
from typing import Annotated

import typer

from pipeline import cli_output
from pipeline.cli_output import Format

app = typer.Typer(help="The portals that are watched.", no_args_is_help=True, rich_markup_mode=None)

Form = Annotated[Format, typer.Option("--format", help="How to print it.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The source's name: its YAML file's.")]

_COLUMNS = ("name", "title", "jurisdiction", "authority", "kind", "schedule", "checked")


@app.command("list")
def list_(
    context: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="Only check the files; print nothing when all fit.")] = False,  # noqa: FBT002
    form: Form = Format.table,
) -> None:
    """Show the declared sources and when each was last found good."""
    from pipeline import trial  # noqa: PLC0415

    rows = trial.listing(context.obj)
    if not check:
        cli_output.emit(rows, _COLUMNS, form)


@app.command()
def check(name: Name, form: Form = Format.table) -> None:
    """Crawl one list page and its pages into a folder of no consequence; show what was read, field by field."""
    from pipeline import trial  # noqa: PLC0415

    with cli_output.spinner(f"{name}: asking the portal, politely"):
        found = trial.check(name)
    cli_output.emit(found.fields, trial.FIELD_COLUMNS, form)
    for line in found.advice:
        cli_output.say(line)
    if found.advice:
        raise typer.Exit(1)


@app.command()
def capture(
    name: Name,
    url: Annotated[str, typer.Argument(metavar="URL", help="A page of the source.")],
    case: Annotated[str | None, typer.Option(help="The case's name; made from the URL by default.")] = None,
    folder: Annotated[Path, typer.Option(help="Where fixtures are kept.")] = Path("tests/fixtures"),
) -> None:
    """Store one page as a fixture: page, meta.json, and expected.json for a person to review."""
    from pipeline import trial  # noqa: PLC0415

    with cli_output.spinner(f"{name}: fetching {url}"):
        stored = trial.capture(name, url, case=case, folder=folder)
    typer.echo(str(stored))
    cli_output.say("look through expected.json and set reviewed to true in meta.json: that is what the test will hold")


@app.command()
def new(
    name: Name,
    url: Annotated[str, typer.Argument(metavar="URL", help="The listing's first page.")],
    folder: Annotated[Path | None, typer.Option(help="Where to write it; among the sources by default.")] = None,
) -> None:
    """Begin a source: write its YAML, with a comment beside every fact to fill in."""
    from pipeline import trial  # noqa: PLC0415

    typer.echo(str(trial.new(name, url, folder)))
    cli_output.say(f"fill in the selectors, then: policywatch source check {name}")

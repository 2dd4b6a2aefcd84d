"""The commands about sources: list, check, capture, new.

What belongs here: their options and what they print. What does not: their work (`pipeline.trial`, `pipeline.checking`,
`pipeline.capturing`, `pipeline.drafting`) and the model (`crawlers.source`).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import cli_output
from pipeline.cli_output import Format
from policywatch.errors import UsageError

if TYPE_CHECKING:
    from pipeline.checking import Checked

app = typer.Typer(help="The portals that are watched.", no_args_is_help=True, rich_markup_mode=None)

Form = Annotated[Format, typer.Option("--format", help="How to print it.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The source's name: its YAML file's.")]

_COLUMNS = ("name", "title", "jurisdiction", "authority", "kind", "schedule", "checked")
_SHOWN_ITEMS = 12
_SHOWN_SAMPLES = 5


@app.command("list")
def list_(
    context: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="Check the files; print nothing when all is well.")] = False,  # noqa: FBT002
    form: Form = Format.table,
) -> None:
    """Show the declared sources, how sure their facts are, and when each was last found good.

    With --check, exit code 1 when something must be mended.
    """
    from pipeline import trial  # noqa: PLC0415

    if not check:
        columns = (*_COLUMNS, "facts") if form is Format.table else _COLUMNS
        cli_output.emit(trial.listing(context.obj), columns, form)
        return
    from crawlers.lint import lint  # noqa: PLC0415

    found = lint()
    for finding in found:
        cli_output.say(str(finding))
    if found:
        raise typer.Exit(1)


@app.command()
def check(
    name: Name,
    pages: Annotated[int, typer.Option("--pages", metavar="N", min=1, max=200, help="How many pages to read.")] = 5,
    form: Form = Format.table,
) -> None:
    """Crawl two list pages and a few pages into a folder of no consequence; show what was read, and what to mend.

    Exit code 1 when something must be mended. Nothing is kept.
    """
    from pipeline import checking  # noqa: PLC0415

    with cli_output.spinner(f"{name}: asking the portal, politely"):
        checked = checking.check(name, pages=pages)
    if form is Format.json:
        typer.echo(cli_output.to_json(checked.as_json(), indent=1))
    else:
        _show(checked, form)
    for fix in checked.fixes:
        cli_output.say(f"mend {fix}")
    for note in checked.notes:
        cli_output.say(f"note: {note}")
    if checked.fixes:
        raise typer.Exit(1)


def _show(checked: "Checked", form: Format) -> None:
    """The report for people; as CSV only its fields, as one table."""
    from pipeline import checking  # noqa: PLC0415

    if form is Format.csv:
        cli_output.emit(checked.fields, checking.FIELD_COLUMNS, form)
        return
    for row in checked.lists:
        typer.echo(f"{row['items']} entries on {cli_output.clean(str(row['url']))}")
    if checked.items:
        cli_output.emit(checked.items[:_SHOWN_ITEMS], checking.ITEM_COLUMNS, form)
    if len(checked.items) > _SHOWN_ITEMS:
        typer.echo(f"and {len(checked.items) - _SHOWN_ITEMS} more")
    if checked.items:
        cli_output.emit(checked.fields, checking.FIELD_COLUMNS, form)
    silent = [row for row in checked.selectors if not row["found"]]
    if silent:
        typer.echo("selectors that found nothing")
        cli_output.emit(silent, ("key", "selector", "of"), form)


@app.command()
def capture(  # noqa: PLR0913, PLR0917 - options of a command
    name: Name,
    place: Annotated[
        str | None, typer.Argument(metavar="URL|FILE", help="A page of the source, or a saved copy of one.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="With a file: the address that it was saved from.")] = None,
    case: Annotated[str | None, typer.Option(help="The case's name; made from the URL by default.")] = None,
    folder: Annotated[Path, typer.Option(help="Where fixtures are kept.")] = Path("tests/fixtures"),
    lists: Annotated[bool, typer.Option("--lists", help="Store the first list pages, to begin a replay.")] = False,  # noqa: FBT002
) -> None:
    """Store one page as a fixture: page, meta.json, and expected.json for a person to review."""
    from pipeline import capturing  # noqa: PLC0415

    if lists and place is None:
        with cli_output.spinner(f"{name}: asking for the first list pages"):
            typer.echo(str(capturing.capture_lists(name, folder)))
        cli_output.say(
            "shorten the answers, make their words up, and correct replay.yaml: that is what the test will hold"
        )
        return
    if place is None or lists:
        raise UsageError("give a page's address or a file, or --lists and neither")
    with cli_output.spinner(f"{name}: fetching {place}"):
        stored = capturing.capture(name, place, url=url, case=case, folder=folder)
    typer.echo(str(stored))
    cli_output.say("look through expected.json and set reviewed to true in meta.json: that is what the test will hold")


@app.command()
def new(
    place: Annotated[str, typer.Argument(metavar="URL|FILE", help="The listing's first page, or a saved copy of it.")],
    name: Annotated[str | None, typer.Option(help="The source's name; made from the address by default.")] = None,
    folder: Annotated[
        Path | None, typer.Option("--dir", "--folder", help="Where to write it; among the sources by default.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="With a file: the address that it was saved from.")] = None,
) -> None:
    """Begin a source: look at its listing once, guess how it is read, write the YAML with every guess marked."""
    from pipeline import drafting  # noqa: PLC0415
    from pipeline.parsers.dates import parse_day  # noqa: PLC0415

    with cli_output.spinner(f"asking {place} once"):
        begun = drafting.new(place, name=name, folder=folder, url=url)
    typer.echo(str(begun.path))
    draft = begun.draft
    cli_output.say(
        f"kind {draft.kind}, {len(draft.samples)} entries" + (", the first of them:" if draft.samples else "")
    )
    for sample in draft.samples[:_SHOWN_SAMPLES]:
        day = (parse_day(sample.date) if sample.date else None) or "no date"
        cli_output.say(f"  {day}  {sample.title[:60]}  {sample.url}")
    for note in draft.notes:
        cli_output.say(f"note: {note}")
    for key, why in draft.missing.items():
        cli_output.say(f"open: list.{key}: {why}")
    where = "" if folder is None else f"POLICYWATCH_SOURCES={folder} "
    cli_output.say(
        f"next: read the file, fill in what says TODO, then run `{where}policywatch source check {begun.name}`; "
        "docs/adding-a-source.md goes on from there"
    )

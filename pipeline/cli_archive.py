"""The commands about the archive: find, rebuild.

What belongs here: their options and what they print. What does not: their work (`crawlers.index`, `crawlers.rebuild`).
"""

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import cli_output
from pipeline.cli_output import Format

if TYPE_CHECKING:
    from policywatch.home import Home

app = typer.Typer(help="The archived answers.", no_args_is_help=True, rich_markup_mode=None)

Form = Annotated[Format, typer.Option("--format", help="How to print it.")]

_FOUND = ("fetched_at", "outcome", "status", "warc_file", "warc_offset")
_REBUILT = ("crawls", "outcome")


@app.command()
def find(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="The address as it was asked.")],
    since: Annotated[str, typer.Option(help="From this time on, like 2024-05 or 2024-05-01T06:17 (UTC).")] = "",
    until: Annotated[str, typer.Option(help="Up to this time, written likewise.")] = "~",
    form: Form = Format.table,
) -> None:
    """Show when an address was archived, and in which record of which WARC file each answer stands."""
    from crawlers.index import Index  # noqa: PLC0415

    with Index.open(context.obj) as index:
        rows = [found._asdict() for found in index.captures(url, since, until)]
    cli_output.emit(rows, _FOUND, form)
    if not rows:
        cli_output.say(f"{url} is not in the archive at that time; addresses are found as they were asked")
        raise typer.Exit(1)


@app.command()
def rebuild(context: typer.Context, form: Form = Format.table) -> None:
    """Make crawls/ and the index again from the WARC files alone; what is there of crawls/ stays as it is."""
    from crawlers import rebuild as work  # noqa: PLC0415

    home: Home = context.obj
    with cli_output.spinner("reading the archive"):
        found = work.rebuild(home)
    rows = [{"crawls": len(getattr(found, name)), "outcome": name} for name in ("made", "kept", "open")]
    cli_output.emit(rows, _REBUILT, form)
    for damage in found.damaged:
        cli_output.say(f"{damage}; restore the file from its backup")
    if found.damaged:
        raise typer.Exit(1)

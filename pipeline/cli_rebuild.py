"""The command that makes the warehouse again: rebuild.

What belongs here: its options and what it prints. What does not: its work (`pipeline.rebuild`).
"""

from typing import Annotated

import typer

from pipeline import cli_output
from pipeline.cli_output import Format


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(rebuild)


def rebuild(
    context: typer.Context,
    even_if_newer: Annotated[  # noqa: FBT002
        bool, typer.Option("--even-if-newer", help="Also in the place of a file that a newer version made.")
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.table,
) -> None:
    """Make the whole warehouse again from the archive, when its file is damaged, lost, or not to be trusted.

    The old file is kept beside the new one. Nobody is alerted of anything twice.
    """
    from pipeline import rebuild as work  # noqa: PLC0415

    with cli_output.progress("rebuilding") as shown:
        report = work.rebuild(context.obj, even_if_newer=even_if_newer, watcher=shown)
    brief = [name for name in work.COLUMNS if name not in {"old_file", "lost", "damaged"}]
    cli_output.emit([report.row()], work.COLUMNS, form, brief=brief)
    if report.old_file:
        cli_output.say(f"the old file is kept as {report.old_file}; delete it when you no longer need it")
    for name in report.lost:
        cli_output.say(f"{name} was loaded once and is not in the archive; restore archive/ from its backup")
    for damage in report.damaged:
        cli_output.say(f"{damage}; restore the file from its backup")
    if report.lost or report.damaged:
        raise typer.Exit(1)

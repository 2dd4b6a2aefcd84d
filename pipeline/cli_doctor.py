"""The command `doctor`: what is wrong with this installation, and how to put it right.

What belongs here: its options and what it prints. What does not: the checks (`pipeline.doctor`).
"""

from typing import Annotated

import typer

from pipeline import cli_output
from pipeline.cli_output import Format


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(doctor)


def doctor(
    context: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="SOURCE", help="Try these portals besides those in use.")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Connect to no portal.")] = False,  # noqa: FBT002
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,  # noqa: FBT002
    form: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.table,
) -> None:
    """Check installation, configuration, permissions, disk, clock, time zones, warehouse, and whether portals answer.

    Each finding says how to put it right. Exit code 1 when something is broken. Nothing is changed.
    """
    from pipeline import doctor as work  # noqa: PLC0415
    from pipeline.run import declared  # noqa: PLC0415

    for name in sources or ():
        declared(name)
    with cli_output.spinner("looking"):
        found = list(work.examine(context.obj, reach=not offline, watched=sources or ()))
    rows = [finding._asdict() for finding in found]
    cli_output.emit(rows, work.COLUMNS, Format.json if as_json else form)
    if work.is_broken(found):
        raise typer.Exit(1)

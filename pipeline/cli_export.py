"""The command `export`: the published tables as files that any tool reads.

What belongs here: its options and what it prints. What does not: writing the files (`pipeline.export`).
"""

from pathlib import Path
from typing import Annotated

import typer

from pipeline import cli_output
from pipeline.cli_output import Format
from policywatch import clock


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(export)


def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; made if it is not there.")],
    kind: Annotated[list[str] | None, typer.Option("--as", help="parquet, csv or jsonl; all by default.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only what became known or changed since; a day or a time.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print what was written.")] = Format.table,
) -> None:
    """Write the published tables to DIR as Parquet, CSV (no cell a formula) and JSON lines."""
    start = None if since is None else clock.parse_instant(since, what="--since")
    from pipeline import export as work  # noqa: PLC0415

    with cli_output.progress("exporting") as shown:
        rows = work.export(context.obj, folder, kind or work.KINDS, since=start, watcher=shown)
    cli_output.emit(rows, ("file", "rows", "bytes"), form)

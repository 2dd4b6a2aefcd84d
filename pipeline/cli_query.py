"""The commands that ask: status, changes, show, diff, in-force, search, sql."""

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    del app

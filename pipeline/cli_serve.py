"""The command `serve`: the published database, live, for many readers.

What belongs here: its options, and looking for new editions until it is stopped. What does not: the server
(`warehouse.serving`).
"""

import os
import signal
import threading
from contextlib import suppress
from typing import Annotated, Final

import typer

from pipeline import cli_output
from policywatch.errors import StorageError

TOKEN: Final = "POLICYWATCH_TOKEN"  # noqa: S105 - the name of the variable
_LOOK: Final = 1.0
"""Seconds between two looks for a new edition."""


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(serve)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen on; by default only this machine's own.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 9494,
) -> None:
    """Serve the published database to DuckDB clients, read-only, each new edition as it comes; Ctrl-C stops it.

    Readers need the token: that of POLICYWATCH_TOKEN, or one that is made and shown.
    """
    from pipeline import asking  # noqa: PLC0415
    from warehouse import serving  # noqa: PLC0415

    stopped = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda _signal, _frame: stopped.set())
    try:
        given = os.environ.get(TOKEN) or None
        with serving.Server(asking.published_path(context.obj), host=host, port=port, token=given) as server:
            _greet(server.uri, None if given else server.token)
            with suppress(KeyboardInterrupt):
                while not stopped.wait(_LOOK):
                    try:
                        if server.follow():
                            cli_output.say("a new edition is being served")
                    except StorageError as error:
                        cli_output.say(str(error))
        cli_output.say("stopped")
    finally:
        signal.signal(signal.SIGTERM, before)


def _greet(uri: str, token: str | None) -> None:
    shown = f"'{token}'" if token else f"<what {TOKEN} says>"
    cli_output.say(f"serving at {uri}, read-only; Ctrl-C stops it. In a DuckDB client with the quack extension:")
    cli_output.say(f"  ATTACH '{uri}' AS policywatch (TOKEN {shown});")
    cli_output.say("  FROM policywatch.policies;")
    cli_output.say("  FROM policywatch.query('FROM in_force(current_date)');")

"""The command `up`: everything that a small office needs, as one process that runs for years.

What belongs here: its options and what it prints. What does not: the servers (`pipeline.servers`), health and numbers
(`pipeline.answering`).
"""

from typing import Annotated, Final

import typer

from pipeline import cli_output, cli_ui, servers
from policywatch.errors import UsageError

_HEALTH_PORT: Final = 3001
_WATCHED: Final = "POLICYWATCH_WATCH"


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(up)


def up(  # noqa: PLR0913, PLR0917 - an option each
    context: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="SOURCE", help="Sources to crawl on their schedules.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All declared sources, but for the demo's.")] = False,  # noqa: FBT002
    port: cli_ui.Port = None,
    health_port: Annotated[
        int | None, typer.Option(help="The port of /health and /metrics; 3001, or any free one if that is taken.")
    ] = None,
    demo: cli_ui.Demo = False,  # noqa: FBT002
    verbose: cli_ui.Verbose = False,  # noqa: FBT002
) -> None:
    """Crawl the SOURCEs on their schedules, with the web UI, /health and /metrics, all on 127.0.0.1.

    It runs until Ctrl-C or SIGTERM, and then stops with nothing half done. Without a SOURCE, those of
    POLICYWATCH_WATCH (parted by commas) are crawled; whatever is switched on or off in the UI stays so.
    """
    watched = _environment(sources or [], every=every)
    from pipeline.answering import Answering  # noqa: PLC0415

    with (
        cli_ui.surroundings(demo=demo) as around,
        cli_ui.opened(context.obj, port, {**around, **watched}, verbose=verbose) as started,
        Answering(started, servers.free_port(health_port, _HEALTH_PORT)) as answering,
    ):
        cli_output.say(f"Dagster's UI is at http://{servers.HOST}:{started.port}/  Ctrl-C stops it")
        cli_output.say(f"health and metrics are at http://{servers.HOST}:{answering.port}/health and /metrics")
        started.wait()


def _environment(named: list[str], *, every: bool) -> dict[str, str]:
    """The environment that switches the schedules on.

    Raises:
        UsageError: there is no such source, or both names and --all are given.
    """
    from pipeline.run import declared  # noqa: PLC0415

    if every and named:
        raise UsageError("name sources or say --all, not both")
    for name in named:
        declared(name)
    if every:
        return {_WATCHED: "*"}
    return {_WATCHED: ",".join(dict.fromkeys(named))} if named else {}

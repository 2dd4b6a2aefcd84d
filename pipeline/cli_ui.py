"""The command `ui`: Dagster's web UI and the daemon that starts what is launched there.

What belongs here: its options and what it prints. What does not: the servers (`pipeline.servers`), running them for
good (`pipeline.cli_up`).
"""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Annotated

import typer

from pipeline import cli_output, servers
from policywatch.home import Home

Port = Annotated[int | None, typer.Option(help="The port; 3000, or any free one if that is taken.")]
Demo = Annotated[bool, typer.Option("--demo", help="Serve the demo portal too, for its sources.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show the servers' logs.")]


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(ui)


def ui(context: typer.Context, port: Port = None, demo: Demo = False, verbose: Verbose = False) -> None:  # noqa: FBT002
    """Open Dagster's web UI on 127.0.0.1, with the daemon that runs what is started there; Ctrl-C stops both.

    No source is crawled unless its schedule is switched on there; `policywatch up` switches them on.
    """
    with surroundings(demo=demo) as environment, opened(context.obj, port, environment, verbose=verbose) as started:
        cli_output.say(f"Dagster's UI is at http://{servers.HOST}:{started.port}/  Ctrl-C stops it")
        started.wait()


@contextlib.contextmanager
def surroundings(*, demo: bool) -> Iterator[dict[str, str]]:
    """The environment of the servers: with `demo`, the demo portal at its last edition is up, and they reach it."""
    if not demo:
        yield {}
        return
    from demo.editions import EDITIONS  # noqa: PLC0415
    from demo.server import DemoPortal  # noqa: PLC0415

    with DemoPortal(EDITIONS[-1].number) as portal:
        yield {"http_proxy": portal.proxy, "https_proxy": portal.proxy, "no_proxy": f"{servers.HOST},localhost"}


@contextlib.contextmanager
def opened(home: Home, port: int | None, environment: Mapping[str, str], *, verbose: bool) -> Iterator[servers.Servers]:
    """The servers, up; Ctrl-C or SIGTERM inside stops them and leaves in peace.

    Raises:
        BusyError: there are others for this home.
        UsageError: the port is taken.
        PolicywatchError: they do not start, or end by themselves.
    """
    from pipeline.resources import open_instance, prepare  # noqa: PLC0415 - Dagster takes half a second

    prepare(home)
    chosen = servers.free_port(port)
    with servers.only_one(home, chosen):
        with open_instance(home):
            pass  # makes the storage, and closes the runs that died, before two servers ask for it at once
        with servers.signals_as_interrupts():
            started = servers.Servers(home, chosen, environment, verbose=verbose)
            try:
                started.wait_until_up()
                yield started
            except KeyboardInterrupt:
                cli_output.say("stopping")
            finally:
                started.stop()
                with open_instance(home):
                    pass  # a run that had to be killed is marked as failed now, not at the next start

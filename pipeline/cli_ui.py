"""The command `ui`: Dagster's web UI and the daemon that starts what is launched there.

What belongs here: starting the two, on this machine's own address only, and stopping both in order. What does not: what
they show (`pipeline.definitions`).
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Annotated, Final

import typer

from pipeline import cli_output
from policywatch.errors import PolicywatchError, UsageError
from policywatch.home import Home

HOST: Final = "127.0.0.1"
_USUAL_PORT: Final = 3000
_START_SECONDS: Final = 120
_STOP_SECONDS: Final = 30


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(ui)


def ui(
    context: typer.Context,
    port: Annotated[int | None, typer.Option(help="The port; 3000, or any free one if that is taken.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Serve the demo portal too, for its sources.")] = False,  # noqa: FBT002
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the servers' logs.")] = False,  # noqa: FBT002
) -> None:
    """Open Dagster's web UI on 127.0.0.1, with the daemon that runs what is started there; Ctrl-C stops both."""
    surroundings: contextlib.AbstractContextManager[Mapping[str, str]]
    surroundings = _demo_portal() if demo else contextlib.nullcontext({})
    with surroundings as environment:
        _serve(context.obj, port, environment, verbose=verbose)


@contextlib.contextmanager
def _demo_portal() -> Iterator[dict[str, str]]:
    """The demo portal at its last edition; yields the environment in which its sources reach it, and nothing else."""
    from demo.editions import EDITIONS  # noqa: PLC0415
    from demo.server import DemoPortal  # noqa: PLC0415

    with DemoPortal(EDITIONS[-1].number) as portal:
        yield {"http_proxy": portal.proxy, "https_proxy": portal.proxy, "no_proxy": f"{HOST},localhost"}


def _serve(home: Home, port: int | None, environment: Mapping[str, str], *, verbose: bool) -> None:
    """Run the servers until they are stopped."""
    chosen = free_port(port)
    from pipeline.resources import open_instance  # noqa: PLC0415 - Dagster takes half a second

    with open_instance(home):
        pass  # prepares the storage, and closes the runs that died, before two servers ask for it at once
    log = None if verbose else (home.dagster / "ui.log").open("ab")
    try:
        with _signals_as_interrupts():
            process = subprocess.Popen(
                _command(chosen),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C reaches us, and we stop them in order
                env={**os.environ, **environment, "DAGSTER_DISABLE_TELEMETRY": "1"},
            )
            try:
                _wait_until_up(process, chosen, home)
                cli_output.say(f"Dagster's UI is at http://{HOST}:{chosen}/  Ctrl-C stops it")
                code = process.wait()
                msg = f"the UI ended by itself (code {code}); see {home.dagster / 'ui.log'}"
                raise PolicywatchError(msg)
            except KeyboardInterrupt:
                cli_output.say("stopping")
            finally:
                stop(process)
    finally:
        if log is not None:
            log.close()


def _command(port: int) -> list[str]:
    # `dev` is the webserver, the daemon and one code server for both; its home stays home/dagster.
    where = ["--host", HOST, "--port", str(port)]
    return [sys.executable, "-m", "dagster", "dev", "-m", "pipeline.definitions", *where, "--log-level", "warning"]


def free_port(wanted: int | None) -> int:
    """`wanted` if it is free; without a wish, the usual one or any.

    Raises:
        UsageError: the wanted port is taken.
    """
    for candidate in (wanted,) if wanted is not None else (_USUAL_PORT, 0):
        with socket.socket() as probe, contextlib.suppress(OSError, OverflowError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, candidate))
            return int(probe.getsockname()[1])
    msg = f"port {wanted} is taken; choose another with --port"
    raise UsageError(msg)


@contextlib.contextmanager
def _signals_as_interrupts() -> Iterator[None]:
    """SIGTERM ends us as Ctrl-C does."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _wait_until_up(process: "subprocess.Popen[bytes]", port: int, home: Home) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.2)
    msg = f"the UI did not start; see {Path(home.dagster, 'ui.log')}"
    raise PolicywatchError(msg)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Stop the servers in order; what does not go is killed with everything it started."""
    for sign, patience in ((signal.SIGINT, _STOP_SECONDS), (signal.SIGTERM, _STOP_SECONDS / 3)):
        if process.poll() is None:
            process.send_signal(sign)
            with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
                process.wait(patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # orphans of the session, if any are left
    process.wait()

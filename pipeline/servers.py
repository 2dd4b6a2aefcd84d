"""Dagster's web UI and daemon as one thing that is started, watched and stopped; one per home folder.

What belongs here: the processes, their one place per home, stopping them with nothing half done. What does not: what
they show (`pipeline.definitions`), what people say to start them (`pipeline.cli_ui`, `pipeline.cli_up`).
"""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import IO, TYPE_CHECKING, Any, Final

from policywatch.errors import BusyError, PolicywatchError, StorageError, UsageError
from policywatch.heeding import heeding_signals

if TYPE_CHECKING:
    from policywatch.home import Home

HOST: Final = "127.0.0.1"
USUAL_PORT: Final = 3000
LOG: Final = "ui.log"
_PLACE: Final = "up.lock"
_START_SECONDS: Final = 120
_STOP_SECONDS: Final = 30
_RUNS_SECONDS: Final = 60
"""How long a run may take to end in order once it is told: its crawl closes its files meanwhile."""
_POLL: Final = 0.2
_MOST_LOG: Final = 20_000_000


class Servers:
    """The two servers, started; whoever starts them calls `stop`. `port` is the UI's."""

    def __init__(self, home: "Home", port: int, environment: Mapping[str, str], *, verbose: bool = False) -> None:
        """Start them.

        Args:
            home: the home folder, prepared.
            port: where the UI listens, on this machine's own address.
            environment: added to this process's environment.
            verbose: show the servers' logs; by default they go to home/dagster/ui.log.
        """
        self.home, self.port = home, port
        self._log = None if verbose else _log_file(home)
        with heeding_signals():
            self._process = subprocess.Popen(
                _command(port),
                stdout=self._log,
                stderr=self._log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C reaches us, and we stop them in order
                env={**os.environ, **environment, "DAGSTER_DISABLE_TELEMETRY": "1"},
            )

    def wait_until_up(self) -> None:
        """Wait until the UI answers.

        Raises:
            PolicywatchError: it does not.
        """
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if self.answers:
                return
            time.sleep(_POLL)
        msg = f"the UI did not start; see {self.home.dagster / LOG}"
        raise PolicywatchError(msg)

    @property
    def answers(self) -> bool:
        """Whether the UI takes connections."""
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), timeout=1):
            return True
        return False

    def wait(self) -> None:
        """Wait for their end, which is nothing they should come to by themselves.

        Raises:
            PolicywatchError: they ended.
        """
        code = self._process.wait()
        msg = f"the UI ended by itself (code {code}); see {self.home.dagster / LOG}"
        raise PolicywatchError(msg)

    def stop(self) -> None:
        """Stop them and the runs in order: none is left half done, and what does not go is killed.

        The servers are told first, so that no further run begins. A run that is told ends its crawl, which closes its
        files, and is marked as such; what it had committed stays, and the next run goes on from there.
        """
        session = self._process.pid
        try:
            for sign, patience in ((signal.SIGINT, _STOP_SECONDS), (signal.SIGTERM, _STOP_SECONDS / 3)):
                if self._process.poll() is None:
                    self._process.send_signal(sign)
                    _end_runs(self.home, session)
                    with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
                        self._process.wait(patience)
            _end_runs(self.home, session)  # one that began meanwhile
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(session, signal.SIGKILL)  # orphans of the session, if any are left
            self._process.wait()
            if self._log is not None:
                self._log.close()


def _log_file(home: "Home") -> IO[bytes]:
    """The servers' log, to append to; one that has grown to 20 MB is set aside."""
    path = home.dagster / LOG
    with contextlib.suppress(OSError):
        if path.stat().st_size > _MOST_LOG:
            path.replace(path.with_name(f"{LOG}.1"))
    return path.open("ab")


def _command(port: int) -> list[str]:
    # `dev` is the webserver, the daemon and one code server for both; its home stays home/dagster.
    where = ["--host", HOST, "--port", str(port)]
    return [sys.executable, "-m", "dagster", "dev", "-m", "pipeline.definitions", *where, "--log-level", "warning"]


def _end_runs(home: "Home", session: int) -> None:
    """Tell the runs of `session` to end, once, and wait until their processes did: the last they do is to say so."""
    told: set[int] = set()
    deadline = time.monotonic() + _RUNS_SECONDS
    while time.monotonic() < deadline:
        fresh = _workers(home, session) - told
        for pid in fresh:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGINT)
        told |= fresh
        if not any(_is_alive(pid) for pid in told):
            return
        time.sleep(_POLL)


def _is_alive(pid: int) -> bool:
    """Whether a process is there, and not only its entry, which nobody may be left to collect."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return False
    except (OSError, IndexError):  # no /proc here, or it went just now: the next look tells
        return True
    return state != "Z"


def _workers(home: "Home", session: int) -> set[int]:
    """The processes of `session` that are doing a run; others do runs in this home, too, from the command line."""
    from pipeline.resources import RUN_LOCKS  # noqa: PLC0415 - Dagster takes half a second

    found = set()
    folder = home.dagster / RUN_LOCKS
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(OSError, ValueError):
            pid = int(path.read_text(encoding="ascii"))
            if os.getsid(pid) == session:
                found.add(pid)
    return found


def free_port(wanted: int | None, usual: int = USUAL_PORT) -> int:
    """`wanted` if it is free; without a wish, the `usual` one or any.

    Raises:
        UsageError: the wanted port is taken.
    """
    for candidate in (wanted,) if wanted is not None else (usual, 0):
        with socket.socket() as probe, contextlib.suppress(OSError, OverflowError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, candidate))
            return int(probe.getsockname()[1])
    msg = f"port {wanted} is taken; choose another with --port"
    raise UsageError(msg)


@contextlib.contextmanager
def only_one(home: "Home", port: int) -> Iterator[None]:
    """Hold the one place for a daemon in `home`; two would start every scheduled run twice.

    Raises:
        BusyError: another process holds it.
        StorageError: the folder cannot be written.
    """
    path = home.dagster / _PLACE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        place = path.open("a+", encoding="utf-8")
    except OSError as error:
        msg = f"{home.dagster} cannot be written ({error.strerror}); choose another folder with --home"
        raise StorageError(msg) from None
    with place:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held = running(home) or {}
            where = f" at http://{HOST}:{held['port']}/ (process {held['pid']})" if held else ""
            msg = f"the UI and its daemon are running already for {home.root}{where}; use that one, or stop it first"
            raise BusyError(msg) from None
        place.truncate(0)
        place.write(json.dumps({"pid": os.getpid(), "port": port}))
        place.flush()
        try:
            yield
        finally:
            place.truncate(0)


def running(home: "Home") -> dict[str, Any] | None:
    """`pid` and `port` of the UI that is running for `home`; None where none is."""
    path = home.dagster / _PLACE
    try:
        with path.open("r", encoding="utf-8") as place:
            try:
                fcntl.flock(place, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                found: dict[str, Any] = json.loads(place.read())
                return found
    except (OSError, ValueError):
        pass
    return None


@contextlib.contextmanager
def signals_as_interrupts() -> Iterator[None]:
    """SIGTERM ends us as Ctrl-C does; further ones do not disturb the stopping."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

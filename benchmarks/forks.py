"""The command line in processes of its own, forked from one that has loaded it.

What belongs here: that process and what is said to it. What does not: what is run in the processes. A test, or a soak,
that kills the command a hundred times would load orchestrator, reader and database a hundred times; forked, once.
"""

import atexit
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from multiprocessing import util
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, NoReturn, Self

from policywatch import starting

ROOT = Path(__file__).parents[1]
LOADED = (
    "pipeline.cli", "pipeline.job", "pipeline.eventlog", "pipeline.resources", "pipeline.run", "pipeline.reading",
    "pipeline.pool", "pipeline.alerts.outbox", "warehouse.ledger",
)  # fmt: skip


class Done(NamedTuple):
    """How a script ended: its exit code (below zero: the signal), and what it printed."""

    code: int
    out: str
    err: str


class Forks:
    """Starts scripts, one after another, each in a process and a process group of its own."""

    def __init__(self, loaded: Sequence[str] = ()) -> None:
        """Start the process that has loaded the command line.

        Args:
            loaded: further modules. With `crawlers.preload`, what the scripts fork their crawls from has it, too: their
                fork server is then forked from here instead of started anew.
        """
        self._server = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "benchmarks.forks", *loaded],
            cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(self, script: str, arguments: Sequence[object] = (), *, started: Callable[[int], object] = id) -> Done:
        """Run `script`, Python, with `arguments`, in this process's environment; `started` gets its pid."""
        to, back = self._server.stdin, self._server.stdout
        assert to is not None
        assert back is not None
        with tempfile.TemporaryDirectory() as folder:
            streams = [str(Path(folder) / name) for name in ("out", "err")]
            words = {"script": script, "argv": [str(word) for word in arguments], "env": dict(os.environ)}
            to.write(json.dumps({**words, "streams": streams}) + "\n")
            to.flush()
            started(int(back.readline()))
            code = int(back.readline())
            out, err = (Path(path).read_text("utf-8") for path in streams)
        return Done(code, out, err)

    def close(self) -> None:
        """End the process that scripts are forked from."""
        self._server.communicate(timeout=60)


def work(script: str, argv: list[str], env: dict[str, str], streams: list[str]) -> NoReturn:
    """What a forked process does."""
    os.setsid()
    for number, path in enumerate([os.devnull, *streams]):
        os.dup2(os.open(path, (os.O_WRONLY | os.O_CREAT | os.O_APPEND) if number else os.O_RDONLY), number)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["policywatch", *argv]
    code = 0
    try:
        exec(script, {"__name__": "__main__"})
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does at its end
        sys.excepthook(*sys.exc_info())
        code = 1
    finally:
        atexit._run_exitfuncs()  # noqa: SLF001 - os._exit leaves them out
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _fork_server(path: str, arguments: Sequence[str], descriptors: Sequence[int]) -> int:
    """`multiprocessing.util.spawnv_passfds` for a fork server: a fork that has everything loaded, not a new process."""
    words = arguments[-1]
    if not words.startswith("from multiprocessing.forkserver import main"):
        return _spawn(path, arguments, descriptors)
    if pid := os.fork():
        return pid
    try:
        kept = {0, 1, 2, *descriptors}
        for number in {int(path.name) for path in Path("/dev/fd").iterdir()} - kept:
            with suppress(OSError):  # the one by which they were listed
                os.close(number)
        exec(words, {})
    finally:
        os._exit(0)


_spawn: Any = util.spawnv_passfds  # type: ignore[attr-defined]


def serve(loaded: Sequence[str]) -> None:
    """Load the command line and `loaded`, then fork for every line on stdin."""
    with starting.imports():
        for name in (*LOADED, *loaded):
            import_module(name)
    if "crawlers.preload" in loaded:
        util.spawnv_passfds = _fork_server  # type: ignore[attr-defined]
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if not pid:
            work(**asked)
        os.write(1, f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        os.write(1, f"{os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    serve(sys.argv[1:])

"""A crawl in a process of its own: starting it, waiting for it, what it said.

What belongs here: the process. What does not: what is done in it (`run.py`), who wants it (`pipeline.run`).

Scrapy's reactor starts once per process, so each crawl gets one; and Scrapy takes longer to load than a small crawl to
run. So the first crawl starts a process that does nothing but load it (`preload.py`), and every crawl is forked from
there: the standard library's fork server. Where a system has none, each crawl loads Scrapy by itself.
"""

import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

from policywatch.heeding import heeding_signals

_HAS_SERVER = "forkserver" in multiprocessing.get_all_start_methods()
_CONTEXT: Any = multiprocessing.get_context("forkserver" if _HAS_SERVER else "spawn")
_SETTLE_SECONDS = 30
"""How long an interrupted crawl may take to close its files."""


class CrawlProcess:
    """One crawl, started. A context manager: whoever leaves it early interrupts the crawl and waits until it settled.

    `pid` is its process; `out` and `said` are what it printed to stdout and stderr, once it ended.
    """

    def __init__(
        self, arguments: Sequence[str], env: Mapping[str, str] | None = None, *, verbose: bool = False, first: str = ""
    ) -> None:
        """Start it.

        Args:
            arguments: as `python -m crawlers.run` takes them.
            env: the whole environment of the new process; this one's by default.
            verbose: let its log through to this process's stderr; `said` is empty then.
            first: Python statements to run there before anything else, for tests that need a clock or a fault of
                their own in it.
        """
        warm()
        self._folder = tempfile.TemporaryDirectory(prefix="policywatch-crawl-")
        streams = [Path(self._folder.name) / name for name in ("out", "said")[: 1 if verbose else 2]]
        words = (list(arguments), dict(os.environ if env is None else env), list(map(str, streams)), first)
        self._process = _CONTEXT.Process(target=_work, args=words)
        with _no_main(), heeding_signals():
            self._process.start()
        self.pid: int = self._process.pid

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the end; returns the exit code (below zero: the signal that ended it), None after `timeout` seconds.

        Args:
            timeout: seconds; None waits for as long as it takes.
        """
        self._process.join(timeout)
        code: int | None = self._process.exitcode
        return code

    @property
    def out(self) -> str:
        """What it printed to stdout."""
        return self._printed("out")

    @property
    def said(self) -> str:
        """What it printed to stderr."""
        return self._printed("said")

    def stop(self) -> None:
        """Interrupt it, so that it closes its files; kill it where it does not within half a minute."""
        if self.wait(0) is None:
            os.kill(self.pid, signal.SIGINT)
            if self.wait(_SETTLE_SECONDS) is None:
                self._process.kill()
                self.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._process.close()
        self._folder.cleanup()

    def _printed(self, name: str) -> str:
        path = Path(self._folder.name) / name
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def warm() -> None:
    """Let Scrapy be loaded meanwhile, by the process that crawls are forked from: returns at once.

    Whoever knows early that a crawl will come saves the time that Scrapy takes to load.
    """
    if _HAS_SERVER:
        from multiprocessing import forkserver  # noqa: PLC0415 - not on every system

        forkserver.set_forkserver_preload(["crawlers.preload"])
        with heeding_signals():
            forkserver.ensure_running()


@contextmanager
def _no_main() -> Iterator[None]:
    """Inside, the starter has no main module that the new process would run again.

    `multiprocessing` does so because what is handed over may be defined there; nothing of a crawl is. The main module
    of `dagster`, or of a script, loads much more than a crawl does, and takes longer than a small one.
    """
    ours = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = ours


def _work(arguments: list[str], env: dict[str, str], streams: list[str], first: str) -> None:
    """What the new process does; `streams`: the files that stdout and stderr go to."""
    for number, path in enumerate(streams, start=1):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    if first:
        exec(first, {})  # noqa: S102 - a test's own words
    from crawlers.run import main  # noqa: PLC0415 - in the new process

    sys.exit(main(arguments))

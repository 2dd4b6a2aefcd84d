"""One crawl per host at a time, whoever started it.

What belongs here: the lock. What does not: how fast one crawl asks (`crawlers.throttle`). Dagster's queue keeps runs of
one host apart as well (`dagster.yaml`), but a run from the command line or from an asset's page does not pass it.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, TYPE_CHECKING, Final

from pipeline import tags
from policywatch.errors import BusyError

if TYPE_CHECKING:
    from crawlers.source import Source
    from policywatch.home import Home

FOLDER: Final = "hosts"
_PATIENCE: Final = 1800.0
"""Seconds to wait for another crawl of the host."""
_POLL: Final = 0.2


@contextmanager
def held(home: "Home", source: "Source", patience: float = _PATIENCE) -> Iterator[None]:
    """Hold the hosts that a crawl of `source` begins with; the kernel lets go of them however the process ends.

    Raises:
        BusyError: another crawl has one of them for longer than `patience` seconds.
    """
    folder = home.dagster / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + patience
    with ExitStack() as stack:
        for host in tags.hosts(source):  # sorted: two that want the same never wait for each other
            _take(stack.enter_context((folder / host.replace(":", "_")).open("w")), host, deadline)
        yield


def _take(lock: IO[str], host: str, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                msg = f"another crawl is asking {host}; wait until it ends, or stop it, and run again"
                raise BusyError(msg) from None
            time.sleep(_POLL)
        else:
            return

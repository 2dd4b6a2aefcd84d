"""What year and month live in: the portal and the clock of a day, a home that tells everything, and who is told.

What belongs here: the receiver of webhooks on loopback, the subscription, one morning. What does not: which days there
are and what is expected of them (`year`, `month`).
"""

import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from demo import year
from demo.editions import Edition
from demo.replay import standing_at
from demo.server import LOOPBACK, DemoPortal
from policywatch.home import Home

_ALERTS = """subscriptions:
  - name: everything
    deliver:
      - {kind: file, path: alerts/all.md}
      - {kind: webhook, url: "%s", allow_private: true}
"""
_FILE = Path("alerts", "all.md")


class Post(NamedTuple):
    """One message that came: its idempotency key, and its body."""

    key: str
    body: dict[str, Any]


class Receiver:
    """A webhook on loopback that takes everything, whole or not at all; a context manager."""

    def __init__(self) -> None:
        self._came: list[Post] = []
        self._server = ThreadingHTTPServer((LOOPBACK, 0), _handler(self._came))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="receiver")
        self.url = f"http://{LOOPBACK}:{self._server.server_address[1]}/hook"

    def take(self) -> list[Post]:
        """What came since it was last asked."""
        found = self._came.copy()
        del self._came[: len(found)]
        return found

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(came: list[Post]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Take one message; of a sender that is killed while it sends, nothing."""
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:
                self.close_connection = True
                return
            came.append(Post(self.headers["Idempotency-Key"], json.loads(body)))
            try:
                self.send_response(204)
                self.end_headers()
            except OSError:  # killed before it had our answer: it will send this again
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class's signature
            """Say nothing."""

    return Handler


def new_home(path: Path, receiver: Receiver) -> Home:
    """A home folder with one subscription to everything, to a file and to `receiver`."""
    home = Home.at(path)
    home.root.mkdir(parents=True)
    home.alerts.write_text(_ALERTS % receiver.url, encoding="utf-8")
    return home


@contextmanager
def morning(portal: DemoPortal, day: date) -> Iterator[None]:
    """The portal, the clock and the way to the web as they are on `day`."""
    number = year.edition_on(day)
    portal.edition, portal.script = number, year.script(day)
    with standing_at(Edition(number, year.morning(day), ""), portal.proxy):
        os.environ["no_proxy"] = LOOPBACK  # the receiver is asked as it is; the way back removes this
        yield


def in_file(home: Home) -> list[str]:
    """The keys of the messages in the file, as often as they stand there."""
    path = home.root / _FILE
    return re.findall(r"<!-- policywatch-key (\w+)", path.read_text(encoding="utf-8")) if path.exists() else []


def size_of(folder: Path) -> int:
    """Bytes of all files below `folder`."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

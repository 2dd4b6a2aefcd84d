"""What `up` answers to those who watch it: `/health` as JSON, `/metrics` as Prometheus text; on this machine only.

What belongs here: the small server and judging whether the two big ones are well. What does not: the numbers
(`pipeline.metrics`), whether the installation is in order (`pipeline.doctor`).
"""

import json
import os
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Self

from pipeline import metrics, servers

if TYPE_CHECKING:
    from policywatch.home import Home

STALE: Final = 120
"""Seconds without a sign of life from a daemon after which it counts as dead; it gives one every 30."""
DAEMONS: Final = ("SCHEDULER", "SENSOR", "QUEUED_RUN_COORDINATOR")
_STARTING: Final = 90
"""Seconds that a daemon may take to its first sign of life."""


class Answering:
    """The server, in a thread of its own. A context manager; `port` is where it listens."""

    def __init__(self, started: servers.Servers, port: int) -> None:
        self._server = ThreadingHTTPServer((servers.HOST, port), _handler(started))
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def health(home: "Home", *, ui: bool, beats: dict[str, float | None], age: float) -> dict[str, Any]:
    """Whether all is well, and of what is not, what.

    Args:
        home: the home folder.
        ui: whether the web UI answers.
        beats: by daemon, how many seconds ago it last gave a sign of life; None: never.
        age: seconds since they were started.
    """
    wrong = [] if ui else ["the web UI does not answer"]
    for name, ago in beats.items():
        if (ago is None and age > _STARTING) or (ago is not None and ago > STALE):
            wrong.append(f"the daemon {name.lower()} gives no sign of life")
    if not os.access(home.root, os.W_OK):
        wrong.append(f"{home.root} cannot be written")
    last = metrics.last(home)
    return {
        "status": "unwell" if wrong else "ok",
        "wrong": wrong,
        "last_run_at": last.at.isoformat() if last.at else None,
        "alerts_held": last.held,
    }


def _beats(home: "Home") -> dict[str, float | None]:
    """By daemon, how many seconds ago it last gave a sign of life."""
    from pipeline.resources import open_instance_quietly  # noqa: PLC0415 - Dagster takes half a second

    with open_instance_quietly(home) as instance:
        known = instance.get_daemon_heartbeats()
    now = time.time()
    return {name: now - known[name].timestamp if name in known else None for name in DAEMONS}


def _handler(started: servers.Servers) -> type[BaseHTTPRequestHandler]:
    home, born = started.home, time.monotonic()

    class Handler(BaseHTTPRequestHandler):
        """GET /health and GET /metrics."""

        server_version = "policywatch"
        sys_version = ""
        timeout = 10

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/health":
                found = health(home, ui=started.answers, beats=_beats(home), age=time.monotonic() - born)
                code = HTTPStatus.OK if found["status"] == "ok" else HTTPStatus.SERVICE_UNAVAILABLE
                self._answer(code, "application/json", json.dumps(found, ensure_ascii=False) + "\n")
            elif path == "/metrics":
                file = metrics.path_of(home)
                text = file.read_text(encoding="utf-8") if file.exists() else metrics.text(metrics.disk(home))
                self._answer(HTTPStatus.OK, "text/plain; version=0.0.4; charset=utf-8", text)
            else:
                self._answer(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", "/health or /metrics\n")

        def _answer(self, code: HTTPStatus, kind: str, text: str) -> None:
            content = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing: it is asked every few seconds."""

    return Handler

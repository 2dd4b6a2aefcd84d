"""What the tests of adding a source share: the helper modules beside them, the command line, a portal on loopback."""

import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from pipeline.cli import run_cli
from policywatch import clock

NOW = "2025-12-01T06:17:00+08:00"


class Proxy:
    """The web as the tests want it, met as a proxy is: `answers` maps an address to (status, headers, body)."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: Counter[str] = Counter()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def serve(
        self, url: str, body: str = "", status: int = 200, kind: str = "text/html; charset=utf-8", **more: str
    ) -> None:
        self.answers[url] = (status, {"Content-Type": kind, **more}, body.encode())

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(proxy) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the handler has its own self
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                proxy.asked[self.path] += 1
                status, headers, body = proxy.answers.get(self.path, (404, {}, b"gone"))
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        return Handler


@pytest.fixture
def web(monkeypatch):
    proxy = Proxy()
    monkeypatch.setenv("http_proxy", proxy.url)
    yield proxy
    proxy.close()


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """A folder of sources of the test's own, on a frozen clock."""
    folder = tmp_path / "sources"
    folder.mkdir()
    monkeypatch.setenv("POLICYWATCH_SOURCES", str(folder))
    monkeypatch.setenv(clock.ENVIRONMENT, NOW)
    monkeypatch.delenv("POLICYWATCH_HOME", raising=False)
    monkeypatch.delenv("POLICYWATCH_DEBUG", raising=False)
    return folder


@pytest.fixture
def cli(tmp_path, capsys):
    """Run the command line in this process: (exit code, stdout, stderr)."""

    def call(*words):
        code = run_cli(["--home", str(tmp_path / "home"), *map(str, words)])
        out, err = capsys.readouterr()
        return code, out, err

    return call

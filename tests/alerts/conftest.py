import sys
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition, Event, Thread

import pytest

from policywatch.home import Home

# Test folders are no packages; the helpers of this one are found here.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def home(tmp_path):
    return Home.at(tmp_path / "home")


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setenv("POLICYWATCH_NOW", "2024-03-02T22:17:00+00:00")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def killed():
    """`killed(owner, name)`: within it, whoever calls `name` ends there as by a kill, once `when` is true."""

    @contextmanager
    def within(owner, name, when=lambda: True):
        real = getattr(owner, name)

        def dying(*args, **more):
            if when():
                raise KeyboardInterrupt
            return real(*args, **more)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(owner, name, dying)
            with pytest.raises(KeyboardInterrupt):
                yield

    return within


class Receiver:
    """A webhook's other end on loopback: answers `answers` one after the other, the last one again and again.

    An answer is a status, (status, headers), "hang" (no answer until the server closes), "drip" (a byte now and then,
    without end) or "late" (200, but only after `release` is set).
    """

    def __init__(self):
        self.answers = [200]
        self.requests = []
        self.connections = 0
        self.arrived = Condition()
        self.handled = Event()
        self.release = Event()
        self.closing = Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def setup(self):
                receiver.connections += 1
                super().setup()

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.title(): value for name, value in self.headers.items()}
                with receiver.arrived:
                    receiver.requests.append((self.path, headers, body))
                    receiver.arrived.notify_all()
                with suppress(OSError):  # the sender gave up before
                    receiver.answer(self)

            def log_message(self, *_args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def answer(self, link):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer == "hang":
            self.closing.wait(20)
            return
        if answer == "drip":
            link.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not self.closing.wait(0.02):
                link.wfile.write(b"X")
            return
        if answer == "late":
            self.release.wait(20)
            answer = 200
        try:
            status, headers = answer if isinstance(answer, tuple) else (answer, {})
            link.send_response(status)
            for name, value in headers.items():
                link.send_header(name, value)
            link.send_header("Content-Length", "0")
            link.end_headers()
        finally:
            self.handled.set()

    def has_been_asked(self, times=1):
        """Wait until it has been, and say whether it was."""
        with self.arrived:
            return self.arrived.wait_for(lambda: len(self.requests) >= times, 30)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/hook/T0KEN"

    @property
    def keys(self):
        return [headers["Idempotency-Key"] for _, headers, _ in self.requests]

    def close(self):
        self.closing.set()
        self.release.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture
def receiver():
    server = Receiver()
    yield server
    server.close()

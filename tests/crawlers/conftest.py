"""A portal on loopback whose every answer a test decides, and crawls of it in processes of their own."""

import json
import os
import signal
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crawlers.process import CrawlProcess

ROOT = Path(__file__).parents[2]


@dataclass
class Reply:
    """An answer; `hang` gives none, `short` sends fewer bytes than it says, `length` False does not say how many."""

    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "text/html; charset=utf-8"
    etag: str | None = None
    hang: bool = False
    short: int = 0
    length: bool = True


Route = Reply | Callable[[str], Reply]


class Portal:
    """`routes` maps a path (with query) to a Reply; what is not there is 404. `hits` counts the paths asked."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.routes: dict[str, Route] = {"/robots.txt": Reply("", 404)}
        self.hits: Counter[str] = Counter()
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.before: Callable[[str], object] = str
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            scheme = "https"
        self.port = self._server.server_address[1]
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self.other = f"{scheme}://localhost:{self.port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def forget(self) -> None:
        self.hits.clear()
        self.asked.clear()

    def _handler(portal) -> type[BaseHTTPRequestHandler]:  # noqa: C901, N805 - the handler has its own self
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(size)
                with portal._lock:
                    portal.hits[self.path] += 1
                    portal.asked.append((self.path, dict(self.headers), body))
                    portal.before(self.path)
                route = portal.routes.get(self.path, Reply("gone", 404))
                reply = route(self.path) if callable(route) else route
                if reply.hang:
                    portal.stopping.wait(30)
                    return
                self._send(reply)

            do_POST = do_GET  # noqa: N815 - the name that http.server calls

            def _send(self, reply: Reply) -> None:
                body = reply.body.encode() if isinstance(reply.body, str) else reply.body
                status = reply.status
                if reply.etag and self.headers.get("If-None-Match") == reply.etag:
                    status, body = 304, b""
                self.send_response(status)
                if reply.etag:
                    self.send_header("ETag", reply.etag)
                if status != 304:
                    self.send_header("Content-Type", reply.kind)
                if reply.length:
                    self.send_header("Content-Length", str(len(body) + reply.short))
                else:
                    self.send_header("Connection", "close")
                    self.close_connection = True
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True
                if reply.short:
                    self.close_connection = True

            def log_message(self, *args: object) -> None:
                pass

        return Handler


class Crawls:
    """Sources written for a test, and crawls of them. Each crawl has its own second on the frozen clock."""

    def __init__(self, folder: Path) -> None:
        self.sources = folder / "sources"
        self.sources.mkdir()
        self.home = folder / "home"
        self.hour = 0
        self.started: list[CrawlProcess] = []

    def source(self, name: str, portal: Portal, listing: str, **more: Any) -> None:
        recheck, demo = more.pop("recheck", "all"), more.pop("demo", "true")
        politeness = more.pop("politeness", "{delay: 0, concurrency: 4}")
        extra = "".join(f"{key}: {value}\n" for key, value in more.items())
        text = (
            f"name: {name}\ntitle: A portal\njurisdiction: CN\nauthority: portal\nhomepage: {portal.url}/\n"
            f'schedule: "17 6 * * *"\ndemo: {demo}\nrecheck: {recheck}\npoliteness: {politeness}\n'
            f"list: {listing}\n{extra}"
        )
        (self.sources / f"{name}.yaml").write_text(text, encoding="utf-8")

    def now(self) -> str:
        return f"2024-03-{1 + self.hour // 24:02}T{self.hour % 24:02}:00:00+00:00"

    def environment(self, **more: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
        return {
            **kept,
            "POLICYWATCH_SOURCES": str(self.sources),
            "POLICYWATCH_NOW": self.now(),
            "POLICYWATCH_CONTACT": "watch@example.org",
            **more,
        }

    def start(self, name: str, *arguments: str, first: str = "", env: dict[str, str] | None = None) -> CrawlProcess:
        """Start a crawl; `first`: statements to run in the new process before anything else."""
        words = [name, "--home", str(self.home), *arguments]
        process = CrawlProcess(words, self.environment(**(env or {})), first=first)
        self.started.append(process)
        return process

    def run(self, name: str, *arguments: str, hours: int = 1, **more: Any) -> "Outcome":
        self.hour += hours
        return self.end(self.start(name, *arguments, **more))

    def run_all(self, *names: str, arguments: tuple[str, ...] = ()) -> dict[str, "Outcome"]:
        """Crawl several sources at once, as an orchestrator does."""
        self.hour += 1
        processes = {name: self.start(name, *arguments) for name in names}
        return {name: self.end(process) for name, process in processes.items()}

    def end(self, process: CrawlProcess) -> "Outcome":
        code = process.wait(60)
        assert code is not None, "the crawl does not end"
        return Outcome(self.home, code, process.out, process.said)

    def close(self) -> None:
        """Let go of every process that was started."""
        for process in self.started:
            with process:
                pass


class Outcome:
    """What a crawl left behind."""

    def __init__(self, home: Path, code: int, printed: str, said: str) -> None:
        self.code, self.said = code, said
        self.summary: dict[str, Any] = json.loads(printed.splitlines()[-1]) if code == 0 else {}
        self.rows: list[dict[str, Any]] = []
        if self.summary:
            self.folder = home / "crawls" / self.summary["source"] / self.summary["crawl_id"]
            lines = (self.folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
            self.rows = [json.loads(line) for line in lines]

    def row(self, end: str) -> dict[str, Any]:
        (found,) = [row for row in self.rows if row["url"].endswith(end)]
        return found

    def outcomes(self, role: str = "page") -> dict[str, str]:
        return {row["url"].split("/", 3)[3]: row["outcome"] for row in self.rows if row["role"] == role}


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    found = Portal()
    yield found
    found.close()


@pytest.fixture(scope="module")
def crawls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawls]:
    made = Crawls(tmp_path_factory.mktemp("crawls"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def new_portal() -> Callable[..., Portal]:
    return Portal


@pytest.fixture(scope="session")
def reply() -> type[Reply]:
    return Reply


@pytest.fixture(scope="session")
def kill() -> Callable[[int], None]:
    return lambda pid: os.kill(pid, signal.SIGKILL)

"""The demo portal on loopback: one threaded server that plays all its hosts.

A crawl reaches it with `http_proxy=http://127.0.0.1:PORT`, so that addresses are the same wherever it runs; a client
may also connect to the port and name the host in its `Host` header. A person's browser finds every host by path prefix
from `http://127.0.0.1:PORT/`.

What belongs here: sockets, conditional requests, start and stop. What does not: what is answered (`demo.site`).
"""

import itertools
import re
import socket
import sys
import threading
from collections.abc import Mapping
from email.message import Message
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from demo import generator, site
from demo.editions import EDITIONS, edition

LOOPBACK: Final = "127.0.0.1"
BROWSED: Final = frozenset({LOOPBACK, "localhost"})
IDLE_SECONDS: Final = 30

Asked = Mapping[str, str] | Message


class DemoPortal:
    """The running portal, a context manager. `edition` and `script` may be set meanwhile: the next request sees them.

    Args:
        edition: which edition it shows, from 1.
        port: where it listens on 127.0.0.1; 0 takes a free port.
        bench_pages: how many generated pages `bench.yunjiang.example` has.

    Raises:
        KeyError: there is no such edition.
        OSError: the port is taken.
    """

    def __init__(self, edition: int = 1, *, port: int = 0, bench_pages: int = generator.PAGES) -> None:
        self.edition = edition
        self.script = site.AS_IT_IS
        self.bench_pages = bench_pages
        self._asked_port = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def edition(self) -> int:
        """The edition now shown."""
        return self._edition

    @edition.setter
    def edition(self, number: int) -> None:
        self._edition = edition(number).number

    @property
    def port(self) -> int:
        """Where it listens.

        Raises:
            RuntimeError: it is not running.
        """
        if self._server is None:
            msg = "the portal is not running; use it in a with statement"
            raise RuntimeError(msg)
        return int(self._server.server_address[1])

    @property
    def proxy(self) -> str:
        """The value for `http_proxy`."""
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> Self:
        """Listen and answer from a thread of its own."""
        self._server = _Server((LOOPBACK, self._asked_port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="demo-portal")
        self._thread.start()
        return self

    def stop(self) -> None:
        """Answer no more, close every connection and wait for the threads; harmless when not running."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # stop() hangs up and waits, so that no thread outlives the portal
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], portal: DemoPortal) -> None:
        self.portal = portal
        self.fetches = itertools.count(1)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base class's types
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - the base class's types
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that clients keep alive."""
        with self._lock:
            waiting = list(self._open)
        for connection in waiting:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # the client was quicker
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base class's types
        if not isinstance(sys.exception(), OSError):  # a client that went away is no news
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "YunjiangPortal"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    server: _Server

    def do_GET(self) -> None:
        """Answer a proxy-style or a plain request."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """The same without the body."""
        self._answer(with_body=False)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class's signature
        """Say nothing: the crawler keeps its own log."""

    def _answer(self, *, with_body: bool) -> None:
        portal = self.server.portal
        parts = urlsplit(self.path)
        host = (parts.hostname or self.headers.get("Host", "").partition(":")[0]).lower()
        path = parts.path or "/"
        prefix = ""
        if host in BROWSED:
            if path == "/":
                return self._send(_index(portal.edition), {}, with_body=with_body)
            host, _, rest = path[1:].partition("/")
            path, prefix = f"/{rest}", f"/{host}"
        request = site.Request(host, path, parts.query, next(self.server.fetches))
        given = site.answer(portal.edition, request, bench_pages=portal.bench_pages, script=portal.script)
        if prefix:
            given = _prefixed(given, prefix)
        return self._send(given, self.headers, with_body=with_body)

    def _send(self, given: site.Answer, asked: Asked, *, with_body: bool) -> None:
        status, body = given.status, given.body
        if status == HTTPStatus.OK and _is_unchanged(given.headers, asked):
            status, body = HTTPStatus.NOT_MODIFIED, b""
        self.send_response(status)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", given.content_type)
            self.send_header("Content-Length", str(len(body)))
        for name, value in given.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body and body:
            self.wfile.write(body)


def _is_unchanged(headers: Mapping[str, str], asked: Asked) -> bool:
    """RFC 9110, 13.2.2: If-None-Match decides alone where it is given."""
    tags = asked.get("If-None-Match")
    if tags is not None:
        mine = headers.get("ETag")
        return mine is not None and (mine in tags or tags.strip() == "*")
    since, modified = asked.get("If-Modified-Since"), headers.get("Last-Modified")
    if not since or not modified:
        return False
    try:
        return parsedate_to_datetime(modified) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False


def _index(number: int) -> site.Answer:
    """The page that a person's browser opens first."""
    hosts = "".join(f'<li><a href="/{host}/">{host}</a></li>' for host in site.HOSTS)
    days = "".join(f"<li>{item.number}: {item.at:%Y-%m-%d} {item.description}</li>" for item in EDITIONS)
    text = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Demo portal</title></head><body>'
        f"<h1>Demo portal, edition {number}</h1><ul>{hosts}</ul><h2>Editions</h2><ul>{days}</ul></body></html>"
    )
    return site.Answer(HTTPStatus.OK, text.encode())


def _prefixed(given: site.Answer, prefix: str) -> site.Answer:
    """The page with its links led through the path prefix, for browsing without a proxy."""
    if not given.content_type.startswith("text/html"):
        return given
    charset = given.content_type.rpartition("=")[2]
    text = given.body.decode(charset)
    text = re.sub(r'href="(?:http:)?//([a-z.]+\.example)/', r'href="/\1/', text)
    hosts = "|".join(re.escape(host) for host in site.HOSTS)
    text = re.sub(rf'href="/(?!(?:{hosts})/)', f'href="{prefix}/', text)
    return site.Answer(given.status, text.encode(charset), given.content_type)

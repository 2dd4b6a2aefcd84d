"""A running portal and a way to ask it, for the tests of the demo."""

import http.client
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from demo.server import DemoPortal


@dataclass(frozen=True)
class Got:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(self.headers.get_content_charset() or "utf-8")


Ask = Callable[..., Got]


@pytest.fixture(scope="module")
def running() -> Iterator[DemoPortal]:
    with DemoPortal(1, bench_pages=250) as portal:
        yield portal


@pytest.fixture
def portal(running: DemoPortal) -> DemoPortal:
    running.edition = 1
    return running


@pytest.fixture
def ask(portal: DemoPortal) -> Ask:
    """Ask for an address the way a proxy client does, or, with `plain=True`, by path and Host header."""

    def send(url: str, *, plain: bool = False, method: str = "GET", **headers: str) -> Got:
        connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=10)
        parts = urlsplit(url)
        target = parts._replace(scheme="", netloc="").geturl() if plain else url
        try:
            names = {name.replace("_", "-"): value for name, value in headers.items()} | {"Host": parts.netloc}
            connection.request(method, target, headers=names)
            answer = connection.getresponse()
            return Got(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    return send

"""A portal on loopback that costs next to nothing: what is measured is who asks it.

What belongs here: serving generated pages (`demo.generator`) from a process of its own, on the other core. What does
not: measuring. `python -m benchmarks.portal [--tiny] [--counter] PAGES` prints its port, then serves until it is ended.
A request for `/round/N` moves it on: from the second round on every hundredth page says something else in each.
"""

import argparse
import asyncio
import itertools
import subprocess
import sys
from functools import lru_cache
from types import TracebackType
from typing import Self
from urllib.request import urlopen
from zlib import crc32

from benchmarks.measure import ROOT
from demo import generator

EVERY = 100
"""One page in so many changes in a round."""
_CHANGED = 7


def changed(pages: int) -> set[int]:
    """The numbers of the pages that each round from the second on changes."""
    return {number for number in range(1, pages + 1) if number % EVERY == _CHANGED}


class Portal:
    """The portal as a process; a context manager. Pages have 12 KB, or a sentence where `tiny`.

    With `counter` each answer says how often it was asked, as portals do, and carries no ETag.
    """

    def __init__(self, pages: int, *, tiny: bool = False, counter: bool = False) -> None:
        flags = [flag for flag, given in (("--tiny", tiny), ("--counter", counter)) if given]
        self._command = [sys.executable, "-m", "benchmarks.portal", *flags, str(pages)]
        self.pages = pages

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        self.start = f"{self.url}/zhengce/"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def turn(self, number: int) -> None:
        """Go on to round `number`."""
        with urlopen(f"{self.url}/round/{number}") as answer:
            answer.read()

    def page(self, number: int) -> str:
        """The address of page `number`."""
        return f"{self.start}t20210301_{number}.html"


class _Site:
    def __init__(self, pages: int, *, tiny: bool, counter: bool) -> None:
        self.pages, self.tiny, self.counter = pages, tiny, counter
        self.round = 1
        self.asked = itertools.count(1)
        self.page = lru_cache(maxsize=20_000)(self._page)

    def answer(self, path: str, tag: bytes) -> bytes:
        if path.startswith("/round/"):
            self.round = int(path.rpartition("/")[2])
            return _response(b"200 OK", b"")
        found = self.page(path, self.round)
        if found is None:
            return _response(b"404 Not Found", b"")
        content, own = found
        if self.counter:
            return _response(b"200 OK", content.replace(b"</body>", b"<p>%d</p></body>" % next(self.asked), 1))
        if tag == own:
            return _response(b"304 Not Modified", b"", own)
        return _response(b"200 OK", content, own)

    def _page(self, path: str, turn: int) -> tuple[bytes, bytes] | None:
        text = generator.answer(path, self.pages)
        if text is None:
            return None
        number = path.rpartition("_")[2].removesuffix(".html")
        if "/t2021" in path:
            if self.tiny:
                text = f"<html><body><p>第{number}号</p></body></html>"
            if turn > 1 and int(number) % EVERY == _CHANGED:
                text = text.replace("不得重复申报", f"可以重复申报（第{turn}次修订）", 1)
            if self.counter:
                text = text.replace("</body>", "<p>浏览次数：</p></body>")
        content = text.encode()
        return content, b'"%08x"' % crc32(content)


def _response(status: bytes, content: bytes, tag: bytes = b"") -> bytes:
    more = b"ETag: %b\r\n" % tag if tag else b""
    head = b"HTTP/1.1 %b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n%b\r\n"
    return head % (status, len(content), more) + content


class _Connection(asyncio.Protocol):
    def __init__(self, site: _Site) -> None:
        self._site = site
        self._pending = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._pending = (self._pending + data).split(b"\r\n\r\n")
        for request in requests:
            lines = request.split(b"\r\n")
            tags = [line.split(b":", 1)[1].strip() for line in lines[1:] if line[:14].lower() == b"if-none-match:"]
            self._transport.write(self._site.answer(lines[0].split(b" ")[1].decode(), tags[0] if tags else b""))


async def _serve(site: _Site) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(site), "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--counter", action="store_true")
    parser.add_argument("pages", type=int)
    options = parser.parse_args()
    asyncio.run(_serve(_Site(options.pages, tiny=options.tiny, counter=options.counter)))


if __name__ == "__main__":
    main()

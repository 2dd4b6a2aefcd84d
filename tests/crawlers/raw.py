"""A server that says what it likes, byte by byte: what http.server is too well brought up for."""

import contextlib
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterable

Said = Callable[[], Iterable[bytes]]


def whole(body: bytes, *headers: str, status: str = "200 OK") -> Said:
    """An answer of so many bytes; the connection closes after it, so that the next request resolves the name anew."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""])
    return lambda: [head.encode() + body]


class RawPortal:
    """`routes` maps a path to what is sent for it; what is not there is 404. `sent` counts bytes by path."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.routes: dict[str, Said] = {}
        self.hits: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self._server = socket.create_server((address, 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            asked = b""
            while b"\r\n\r\n" not in asked:
                more = connection.recv(4096)
                if not more:
                    return
                asked += more
            path = asked.split(b" ", 2)[1].decode()
            self.hits[path] += 1
            for part in self.routes.get(path, whole(b"", status="404 Not Found"))():
                connection.sendall(part)
                self.sent[path] += len(part)

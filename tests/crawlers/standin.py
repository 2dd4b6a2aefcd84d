"""Stand-ins for real portals: their answers on loopback, under their own host names and schemes.

A crawl reaches them as it would reach any proxy (`http_proxy`, `https_proxy`), so the product under test is untouched:
it asks the real addresses. For https the stand-in answers CONNECT and shows a certificate that only the test trusts.
"""

import ipaddress
import json
import ssl
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from re import Pattern
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """What one request is answered with. Without the headers in `needs` (a part of each is enough) it is 403."""

    body: bytes
    kind: str = HTML
    status: int = 200
    needs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Filler:
    """What every page is answered with whose address fits `page_url`, where a test says nothing of it.

    No two pages are byte for byte the same: blanks behind the end, made of the address, tell them apart.
    """

    hosts: frozenset[str]
    page_url: Pattern[str]
    answer: Answer

    def answer_to(self, url: str) -> Answer:
        number = int.from_bytes(sha256(url.encode()).digest()[:8])
        blanks = f"{number:064b}".replace("0", " ").replace("1", "\t")
        return replace(self.answer, body=self.answer.body + blanks.encode())


class StandIn:
    """`answers` maps (method, address, body in normal form) to an Answer. What is nowhere is 404; `asked` counts."""

    def __init__(self, pem: Path) -> None:
        self.folder = pem.parent
        self.answers: dict[tuple[str, str, str], Answer] = {}
        self.fillers: list[Filler] = []
        self.asked: Counter[str] = Counter()
        self.not_found: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(pem)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(self, url: str, answer: Answer, *, method: str = "GET", body: Any = "") -> None:
        self.answers[method, url, normal(body)] = answer

    def find(self, method: str, url: str, body: str, headers: Mapping[str, str]) -> Answer:
        with self._lock:
            self.asked[url] += 1
        found = self.answers.get((method, url, normal(body)))
        if found is None and method == "GET":
            host = urlsplit(url).hostname
            fits = (one for one in self.fillers if host in one.hosts and one.page_url.search(url))
            found = next((one.answer_to(url) for one in fits), None)
        if found is None:
            with self._lock:
                self.not_found[f"{method} {url} {body}".strip()] += 1
            return Answer(b"no such page", "text/plain", 404)
        if any(wanted not in (headers.get(name) or "") for name, wanted in found.needs.items()):
            return Answer(b"forbidden", "text/plain", 403)
        return found


def normal(body: Any) -> str:
    """A request's body as a text that compares: JSON whatever its spacing and order, anything else as it is."""
    if isinstance(body, str):
        try:
            body = json.loads(body) if body.startswith(("{", "[")) else body
        except ValueError:
            return str(body)
    return body if isinstance(body, str) else json.dumps(body, sort_keys=True, ensure_ascii=False)


def certificate(folder: Path, hosts: Iterable[str]) -> Path:
    """A certificate for `hosts` that vouches for itself, with its key, as one file: both the server's and the trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    start = datetime.now(UTC) - timedelta(days=1)
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in sorted(hosts)]
    names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem = folder / "standin.pem"
    pem.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return pem


def _handler(standin: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30
        disable_nagle_algorithm = True
        tunnel = ""

        def do_CONNECT(self) -> None:
            self.send_response(200, "Connection established")
            self.end_headers()
            self.wfile.flush()
            try:
                self.connection = standin.tls.wrap_socket(self.connection, server_side=True)
            except OSError:
                self.close_connection = True
                return
            self.rfile = self.connection.makefile("rb", -1)
            self.wfile = self.connection.makefile("wb", 0)
            self.tunnel = self.path.removesuffix(":443")
            self.close_connection = False

        def do_GET(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size).decode()
            url = f"https://{self.tunnel}{self.path}" if self.tunnel else self.path
            answer = standin.find(self.command, url, body, self.headers)
            head = f"Content-Type: {answer.kind}\r\nContent-Length: {len(answer.body)}\r\n\r\n"
            # One write: a head and a body that travel apart wait for one another.
            self.wfile.write(f"HTTP/1.1 {answer.status} {answer.status}\r\n{head}".encode() + answer.body)

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

        def finish(self) -> None:
            super().finish()
            if self.tunnel:  # the server closes the socket that it accepted, not the one wrapped around it
                self.connection.close()

        def log_message(self, *args: object) -> None:
            pass

    return Handler

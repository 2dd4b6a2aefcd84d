"""A crawl among traps: names that lead inside, answers without end, bombs, redirects into nowhere; all on loopback."""

import gzip
import itertools
import json
import threading
import zlib

import pytest

from tests.crawlers.raw import RawPortal, whole

GIGABYTES = 10 * 2**30
MEGABYTE = b"x" * 2**20
# Names resolve as the test says, and 127.0.0.1 counts as public: everything else is the real thing.
NAMES = """
import ipaddress, socket, policywatch.addresses as a
a._IPV4 = tuple(pair for pair in a._IPV4 if pair[0] != ipaddress.IPv4Network("127.0.0.0/8"))
names = {names}
def find(name):
    answers = names.get(name)
    if not answers:
        raise socket.gaierror("no such name")
    return answers.pop(0) if len(answers) > 1 else answers[0]
socket.gethostbyname = find
"""


@pytest.fixture(scope="module")
def traps():
    """A portal that misbehaves on purpose."""
    found = RawPortal()
    stopping = threading.Event()

    def drip():
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
        while not stopping.wait(0.05):
            yield b"x"

    def claimed():
        yield f"HTTP/1.1 200 OK\r\nContent-Length: {GIGABYTES}\r\n\r\n".encode()
        yield from itertools.repeat(MEGABYTE, GIGABYTES // len(MEGABYTE))

    def endless():
        yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        yield from itertools.repeat(b"100000\r\n" + MEGABYTE + b"\r\n", GIGABYTES // len(MEGABYTE))

    def to(address):
        return whole(b"", f"Location: {address}", status="302 Found")

    bare = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    bombs = {
        "gzip": gzip.compress(bytes(64 * 2**20)),
        "deflate": zlib.compress(bytes(64 * 2**20)),
        "bare-deflate": bare.compress(bytes(64 * 2**20)) + bare.flush(),
        "twice": gzip.compress(gzip.compress(bytes(64 * 2**20))),
    }
    encodings = {"bare-deflate": "deflate", "twice": "gzip, gzip"}
    found.routes = {
        "/drip": drip, "/claimed": claimed, "/endless": endless,
        "/metadata": to("http://169.254.169.254/latest/meta-data/"), "/decimal": to("http://2130706433/"),
        "/file": to("file:///etc/passwd"), "/gopher": to("gopher://127.0.0.1/"), "/long": to("/" + "x" * 5000),
        "/inside": to(f"http://inside.example:{found.port}/secret"), "/secret": whole(b"secret"),
        "/mapped": to(f"http://[::ffff:127.0.0.1]:{found.port}/secret"), "/good": whole(b"policy"),
        "/rebound": whole(b"policy"), "/not-deflate": whole(b"plain", "Content-Encoding: deflate"),
        **{f"/hop{number}": to(f"/hop{number + 1}") for number in range(7)}, "/hop7": whole(b"policy"),
        **{
            f"/{name}": whole(body, f"Content-Encoding: {encodings.get(name, name)}") for name, body in bombs.items()
        },
    }  # fmt: skip
    yield found
    stopping.set()
    found.close()


@pytest.fixture(scope="module")
def crawled(traps, crawls):
    """One crawl of a source that is no demo: every page is another trap."""
    paths = [path for path in traps.routes if path not in {"/secret", "/rebound"} and not path.startswith("/hop")]
    here = f"http://portal.example:{traps.port}"
    urls = [here + path for path in [*paths, "/hop0", "/hop2", "/" + "y" * 5000]]
    urls += [f"http://{host}:{traps.port}/secret" for host in ("inside.example", "nowhere.example")]
    urls += [f"http://rebinding.example:{traps.port}/rebound?{number}" for number in (1, 2)]
    names = {
        "portal.example": ["127.0.0.1"], "inside.example": ["10.0.0.5"],
        "rebinding.example": ["127.0.0.1", "127.0.0.1", "169.254.169.254"],
    }  # fmt: skip
    traps.routes["/rebound?1"] = traps.routes["/rebound?2"] = traps.routes["/rebound"]
    listing = f"{{kind: pages, urls: {json.dumps(urls)}}}"
    portal = type("At", (), {"url": here})
    hosts = "[inside.example, nowhere.example, rebinding.example]"
    crawls.source("trapped", portal, listing, hosts=hosts, demo="false", politeness="{delay: 0.2}")
    fast = ["DOWNLOAD_TIMEOUT=2", "RETRY_TIMES=0", "DNSCACHE_ENABLED=0", "AUTOTHROTTLE_ENABLED=0"]
    fast += ["DOWNLOAD_DELAY=0", "CONCURRENT_REQUESTS=1"]
    sets = [part for name in fast for part in ("--set", name)]
    return crawls.run("trapped", *sets, first=f"exec({NAMES.format(names=names)!r})")


@pytest.mark.parametrize(
    ("end", "outcome", "words"),
    [
        ("/drip", "failed", "no answer in time"),
        ("/claimed", "failed", "too large"),
        ("/endless", "failed", "too large"),
        ("/gzip", "failed", "too large"),
        ("/deflate", "failed", "too large"),
        ("/bare-deflate", "failed", "too large"),
        ("/twice", "failed", "too large"),
        ("/not-deflate", "failed", "says deflate and is none"),
        ("/metadata", "blocked", "redirected to http://169.254.169.254/latest/meta-data/: host 169.254.169.254 is not"),
        ("/decimal", "blocked", "redirected to http://2130706433/: host 2130706433 is not"),
        ("/mapped", "blocked", "is not one of the source's"),
        ("/file", "failed", "answered 302"),
        ("/gopher", "failed", "answered 302"),
        ("/long", "blocked", "an address of 50"),
        ("/hop0", "failed", "more than 5 redirects"),
        ("y" * 100, "blocked", "an address of 50"),
        ("/inside", "blocked", "inside.example leads to 10.0.0.5, a private address"),
        ("inside.example:{port}/secret", "blocked", "inside.example leads to 10.0.0.5, a private address"),
        ("nowhere.example:{port}/secret", "blocked", "the host name does not resolve"),
        ("/rebound?2", "blocked", "rebinding.example leads to 169.254.169.254, a link-local address"),
    ],
)
def test_each_trap_is_a_row_with_its_reason(crawled, traps, end, outcome, words):
    row = crawled.row(end.replace("{port}", str(traps.port)))
    assert row["outcome"] == outcome
    assert words in row["error"]


def test_what_is_harmless_is_fetched_all_the_same(crawled):
    assert {crawled.row(end)["outcome"] for end in ("/good", "/hop2", "/rebound?1")} == {"new"}
    assert crawled.summary["verdict"] == "suspect"


def test_nothing_inside_was_asked(crawled, traps):
    assert crawled.code == 0
    assert traps.hits["/secret"] == 0
    assert traps.hits["/rebound?2"] == 0


def test_an_answer_of_ten_gigabytes_is_cut_and_not_asked_again(crawled, traps):
    assert crawled.code == 0
    assert traps.sent["/claimed"] < 64 * 2**20
    assert 20 * 2**20 < traps.sent["/endless"] < 64 * 2**20
    assert traps.hits["/claimed"] == traps.hits["/endless"] == 1


def test_a_source_that_is_no_demo_never_reaches_this_machine(portal, crawls, reply):
    portal.routes["/mine"] = reply("secret")
    portal.forget()
    listing = f'{{kind: pages, urls: ["{portal.other}/mine"]}}'
    other = type("At", (), {"url": portal.other})
    crawls.source("mine", other, listing, demo="false", politeness="{delay: 0.2}")
    outcome = crawls.run("mine")
    assert not portal.hits
    assert outcome.summary["verdict"] == "failed"
    assert outcome.row("/mine")["error"] == (
        "not asked: localhost leads to 127.0.0.1, a loopback address; only the public internet is asked"
    )

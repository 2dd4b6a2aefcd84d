"""Portals that misbehave: each answer a recorded outcome, each run a verdict with its reason."""

import gzip
import ipaddress
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CHALLENGE = "<html><head><title>安全验证</title><script>var _ts=1</script></head><body>请完成验证</body></html>"
FAST = ("--set", "DOWNLOAD_TIMEOUT=0.4", "--set", "DOWNLOAD_MAXSIZE=100000")


@pytest.fixture(scope="module")
def trouble(portal, crawls, reply):
    """One crawl of a source in which every page has another trouble, after one in which all were well."""
    turns = iter([reply("wait", 429, headers={"Retry-After": "0"}), reply("at last")])
    well = [f"/t/{name}" for name in ("403", "429", "500", "away", "loop", "never", "big", "wall", "cut", "notgzip")]
    well += ["/t/moved", "/t/later-ok", "/t/home", "/t/bomb", "/t/file", "/t/empty", "/t/endless"]
    for path in well:
        portal.routes[path] = reply(f"policy {path}")
    urls = [portal.url + path for path in well] + [f"{portal.other}/o/{n}" for n in (1, 2, 3)]
    for number in (1, 2, 3):
        portal.routes[f"/o/{number}"] = reply("policy")
    crawls.source("trouble", portal, f"{{kind: pages, urls: {json.dumps(urls)}}}", hosts="[localhost]")
    before = crawls.run("trouble")
    routes = portal.routes
    routes["/t/403"] = reply("no", 403)
    routes["/t/429"] = lambda _: next(turns)
    routes["/t/500"] = reply("sorry", 500)
    routes["/t/away"] = reply("", 302, headers={"Location": "http://elsewhere.example/x"})
    routes["/t/loop"] = reply("", 302, headers={"Location": "/t/loop"})
    routes["/t/never"] = reply(hang=True)
    routes["/t/big"] = reply(b"x" * 200_000)
    routes["/t/endless"] = reply(b"x" * 300_000, length=False)
    routes["/t/wall"] = reply(CHALLENGE)
    routes["/t/cut"] = reply("half of", short=500)
    routes["/t/notgzip"] = reply("plain", headers={"Content-Encoding": "gzip"})
    routes["/t/bomb"] = reply(gzip.compress(b"0" * 5_000_000), headers={"Content-Encoding": "gzip"})
    routes["/t/moved"] = reply("", 301, headers={"Location": "/t/moved/to"})
    routes["/t/moved/to"] = reply("policy /t/moved")
    routes["/t/home"] = reply("", 302, headers={"Location": "/"})
    routes["/"] = reply("front page")
    routes["/t/file"] = reply("", 302, headers={"Location": "file:///etc/passwd"})
    routes["/t/empty"] = reply("")
    routes["/o/1"] = reply("too often", 429, headers={"Retry-After": "3600"})
    portal.forget()
    after = crawls.run("trouble", *FAST)
    return before, after


def test_all_is_well_before(trouble):
    before, _ = trouble
    assert before.summary["verdict"] == "good"
    assert set(before.outcomes().values()) == {"new"}


@pytest.mark.parametrize(
    ("end", "outcome", "status", "words"),
    [
        ("/t/403", "blocked", 403, "answered 403"),
        ("/t/500", "failed", 500, "answered 500"),
        ("/t/away", "blocked", 302, "redirected to http://elsewhere.example/x: host elsewhere.example is not"),
        ("/t/loop", "failed", 302, "redirect loop"),
        ("/t/never", "failed", None, "no answer in time"),
        ("/t/big", "failed", None, "too large"),
        ("/t/endless", "failed", None, "too large"),
        ("/t/bomb", "failed", 200, "too large"),
        ("/t/wall", "blocked", 200, "challenge page (安全验证)"),
        ("/t/cut", "failed", None, "cut off"),
        ("/t/notgzip", "failed", 200, "says gzip and is none"),
        ("/t/home", "missing", 200, "front page"),
        ("/t/file", "failed", 302, "answered 302"),
        ("/o/1", "blocked", 429, "answered 429"),
    ],
)
def test_each_trouble_is_recorded_with_its_reason(trouble, end, outcome, status, words):
    _, after = trouble
    row = after.row(end)
    assert (row["outcome"], row["status"]) == (outcome, status)
    assert words in row["error"]
    assert row["warc_file"] is not None or status is None


def test_a_short_pause_is_waited_for_and_a_long_one_ends_the_asking(trouble, portal):
    _, after = trouble
    assert after.row("/t/429")["outcome"] == "changed"
    assert portal.hits["/t/429"] == 2
    assert portal.hits["/o/1"] == 1
    left_alone = [row for row in after.rows if "localhost" in row["url"] and row["outcome"] == "blocked"]
    assert all("3600" in row["error"] for row in left_alone if not row["status"])
    assert portal.hits["/t/500"] == 3


def test_nothing_is_falsely_called_changed(trouble):
    _, after = trouble
    changed = {url for url, outcome in after.outcomes().items() if outcome == "changed"}
    assert changed == {"t/429", "t/empty"}
    assert after.row("/t/moved")["outcome"] == "unchanged"
    assert after.row("/t/moved")["final_url"].endswith("/t/moved/to")


def test_the_run_is_suspect_and_says_why(trouble):
    _, after = trouble
    assert after.code == 0
    assert after.summary["verdict"] == "suspect"
    assert "pages failed" in after.summary["reasons"][0]


@pytest.fixture(scope="module")
def lists(portal, crawls, reply):
    """One listing under several names, crawled when all was well and again when each had its own trouble."""
    routes = portal.routes
    good = "".join(f'<li><a href="/l/{number}">{number}</a></li>' for number in range(12))
    for number in range(12):
        routes[f"/l/{number}"] = reply(f"policy {number}", etag='"x"')
    answers = {
        "challenge": reply(CHALLENGE),
        "refused": reply("no", 403),
        "short": reply(good[: good.index("/l/5")]),
        "selector": reply(good),
    }

    def write(name, item):
        listing = f'{{kind: html, start: "{portal.url}/lists/{name}", item: {item}}}'
        crawls.source(name, portal, listing, expect="{items_per_list: [5, 20]}")

    for name in answers:
        routes[f"/lists/{name}"] = reply(good)
        write(name, "li")
    before = crawls.run_all(*answers)
    assert {outcome.summary["verdict"] for outcome in before.values()} == {"good"}
    routes.update({f"/lists/{name}": answer for name, answer in answers.items()})
    write("selector", "tr")
    return crawls.run_all(*answers)


@pytest.mark.parametrize(
    ("name", "verdict", "asked", "words"),
    [
        ("challenge", "failed", 0, "a challenge page (安全验证) came in its place"),
        ("refused", "failed", 0, "the portal answered 403"),
        ("short", "suspect", 12, "shrank from 12 to 5"),
        ("selector", "suspect", 12, "lists nothing; look at it, then correct the list's item selector"),
    ],
)
def test_a_list_in_trouble_gives_a_verdict_and_a_reason(lists, name, verdict, asked, words):
    summary = lists[name].summary
    assert (summary["verdict"], sum(summary["counts"].values())) == (verdict, asked)
    assert words in " ".join(summary["reasons"])


def test_robots_that_cannot_be_read_forbids_all(portal, crawls, reply):
    crawls.source("closed", portal, f'{{kind: pages, urls: ["{portal.url}/l/1"]}}')
    portal.routes["/robots.txt"] = reply("User-agent: *\nAllow: /\n", 503)
    outcome = crawls.run("closed")
    portal.routes["/robots.txt"] = reply("", 404)
    assert outcome.summary["verdict"] == "failed"
    assert outcome.row("/l/1")["error"] == "robots.txt forbids it"
    assert "answered 503, which forbids all" in outcome.summary["reasons"][0]


def test_https_is_verified(crawls, new_portal, reply, tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    start = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost"), address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "portal.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    secure = new_portal(pem)
    secure.routes["/s"] = reply("secret of state: none")
    crawls.source("secure", secure, f'{{kind: pages, urls: ["{secure.other}/s"]}}', hosts="[localhost]")
    unknown = crawls.run("secure", "--set", "RETRY_TIMES=0")
    trusted = crawls.run("secure", env={"SSL_CERT_FILE": str(pem)})
    secure.close()
    assert (unknown.row("/s")["outcome"], unknown.summary["verdict"]) == ("blocked", "failed")
    assert "robots.txt of localhost could not be had" in unknown.row("/s")["error"]
    assert "certificate" in unknown.row("/s")["error"]
    assert (trusted.row("/s")["outcome"], trusted.summary["verdict"]) == ("new", "good")

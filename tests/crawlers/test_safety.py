"""Which addresses may be asked, however they are spelled, and what a guard lets through; without a network."""

import ipaddress
from datetime import UTC, datetime

import pytest
from twisted.internet.base import ThreadedResolver
from twisted.internet.defer import succeed
from twisted.internet.error import DNSLookupError

from crawlers.resolver import PublicResolver
from crawlers.safety import MAX_SILENCES, MAX_URL, Guard, retry_after
from policywatch.addresses import host_objection, literal, objection

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "2001::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:808:808::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
]
PUBLIC = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "128.0.0.1",
    "169.253.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.0.1.1",
    "192.167.0.1",
    "198.17.0.1",
    "198.20.0.1",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2400:3200::1",
    "2606:4700::1111",
    "2003::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_of_the_public_internet_is_refused(address):
    assert objection(ipaddress.ip_address(address))
    assert host_objection(f"[{address}]" if ":" in address else address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_may_be_asked(address):
    assert objection(ipaddress.ip_address(address)) is None
    assert host_objection(address) is None


def test_our_list_refuses_all_that_python_calls_private():
    for number in range(0, 2**32, 65_521):
        address = ipaddress.IPv4Address(number)
        if not address.is_global or address.is_multicast:
            assert objection(address), address


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0X7F000001",
        "017700000001",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "127.1",
        "127.0.1",
        "0",
        "0x0",
        "0177.1",
        "127.0.0.1.",
        "１２７.0.0.1",
        "127。0。0。1",
        "127｡1",
        "①②⑦.0.0.1",
        "0127.0.0.1",
        "0x7f.1",
        "00.0",
    ],
)
def test_no_spelling_hides_an_address_of_this_machine(host):
    assert literal(host) is not None
    assert host_objection(host)


@pytest.mark.parametrize("host", ["0x08080808", "134744072", "8.8.2056", "010.8.8.8", "8.8.8.8.", "８.8.8.8"])
def test_a_public_address_is_asked_in_its_plain_form_only(host):
    assert host_objection(host) == "an address in a disguised spelling"


@pytest.mark.parametrize(
    "host",
    [
        "1.2.3.4.5",
        "300.1.1.1",
        "1.2.3.256",
        "4294967296",
        "0x1ffffffff",
        "089.1.1.1",
        "portal.7",
        "::g",
        "[::1",
        "1..2",
    ],
)
def test_what_looks_like_an_address_and_is_none_is_refused(host):
    assert host_objection(host)


@pytest.mark.parametrize(
    "host", ["www.gov.cn", "12371.cn", "localhost", "0xgov.cn", "7.portal.example", "政务.example", "a"]
)
def test_names_are_left_to_what_they_resolve_to(host):
    assert literal(host) is None
    assert host_objection(host) is None


def test_only_the_sources_own_hosts_are_asked_and_only_by_http():
    guard = Guard.of({"a.example", "8.8.8.8", "127.0.0.1"})
    assert guard.objection("https://a.example/x") is None
    assert guard.objection("http://8.8.8.8/") is None
    for url, words in [
        ("http://b.example/", "not one of the source's"),
        ("http://sub.a.example/", "not one of the source's"),
        ("http://a.example.evil.example/", "not one of the source's"),
        ("http://a.example@evil.example/", "not one of the source's"),
        ("http://169.254.169.254/latest/", "not one of the source's"),
        ("http://127.0.0.1/", "a loopback address"),
        ("file:///etc/passwd", "file scheme"),
        ("ftp://a.example/", "ftp scheme"),
        ("data:text/html,x", "data scheme"),
        ("http://[::1/", "no web address"),
        (f"http://a.example/{'x' * MAX_URL}", "characters"),
    ]:
        assert words in (guard.objection(url) or ""), url


def test_a_demo_may_be_on_this_machine_and_nowhere_else():
    guard = Guard.of({"127.0.0.1"}, is_demo=True)
    assert guard.objection("http://127.0.0.1:8000/") is None
    assert guard.objection("http://127.0.0.2:8000/")


def test_a_portal_that_does_not_answer_is_left_alone():
    guard = Guard.of({"a.example", "b.example"})
    for _ in range(MAX_SILENCES - 1):
        guard.silent("http://a.example/")
    guard.answered("http://a.example/", 500)
    for _ in range(MAX_SILENCES - 1):
        guard.silent("http://a.example/")
    assert guard.objection("http://a.example/") is None
    guard.silent("http://a.example/")
    assert "did not answer 10 requests in a row" in (guard.objection("http://a.example/") or "")
    assert guard.objection("http://b.example/") is None


def test_retry_after_in_seconds_and_as_a_date():
    now = datetime(2024, 1, 5, 1, 0, 0, tzinfo=UTC)
    read = {
        None: None,
        "": None,
        "0": 0,
        " 30 ": 30,
        "9" * 400: 999_999_999,
        "soon": None,
        "-5": None,
        "٣": None,
        "Fri, 05 Jan 2024 01:00:45 GMT": 45,
        "Fri, 05 Jan 2024 09:01:00 +0800": 60,
        "Thu, 04 Jan 2024 01:00:00 GMT": 0,
        "Friday, 05-Jan-24 01:02:00 GMT": 120,
        "Fri Jan  5 01:00:10 2024": 10,
    }
    assert {value: retry_after(value, now) for value in read} == read


@pytest.fixture
def resolving(monkeypatch):
    """A resolver whose every answer is decided: `answers` gives the next address of any name."""
    answers = iter(())
    monkeypatch.setattr(PublicResolver, "trusted", frozenset())
    monkeypatch.setattr(PublicResolver, "refused", {})
    monkeypatch.setattr(ThreadedResolver, "getHostByName", lambda *_: succeed(next(answers)))

    def ask(name, *addresses):
        nonlocal answers
        answers = iter(addresses)
        resolver = PublicResolver(None, cache_size=0, timeout=1)  # nothing is remembered: each asking resolves anew
        found = []
        for _ in addresses:
            resolver.getHostByName(name).addBoth(found.append)
        return [getattr(item, "value", item) for item in found]

    return ask


def test_a_name_that_resolves_to_this_machine_is_not_connected_to(resolving):
    (error,) = resolving("portal.example", "127.0.0.1")
    assert isinstance(error, DNSLookupError)
    assert PublicResolver.refused == {"portal.example": "portal.example leads to 127.0.0.1, a loopback address"}


def test_a_name_that_changes_its_address_is_judged_each_time(resolving):
    first, second, third = resolving("rebinding.example", "1.1.1.1", "169.254.169.254", "1.1.1.1")
    assert (first, third) == ("1.1.1.1", "1.1.1.1")
    assert isinstance(second, DNSLookupError)


def test_trusted_hosts_and_the_operators_proxies_may_be_anywhere(resolving, monkeypatch):
    for name in ("HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://user:word@proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    PublicResolver.trust({"demo.example"})
    assert PublicResolver.trusted == {"demo.example", "proxy.example"}
    assert resolving("demo.example", "127.0.0.1") == ["127.0.0.1"]
    assert resolving("proxy.example", "10.0.0.8") == ["10.0.0.8"]
    assert isinstance(resolving("inside.example", "10.0.0.9")[0], DNSLookupError)

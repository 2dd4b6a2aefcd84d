"""The keys of every kind of listing: what is refused, where, and what to do; and the rules for what lists say."""

from zoneinfo import ZoneInfo

import pytest

from crawlers.facts import Facts, day, shrunk
from crawlers.source import load_source
from policywatch.errors import ConfigError
from tests.crawlers.walking import HEAD, SITE

HTML = f"kind: html\nstart: {SITE}/\nitem: li"
JSON = f"kind: json\nurl: {SITE}/api\nrows: data\nfields: {{url: u}}"
STORE = f"kind: datastore\nurl: {SITE}/dataproxy.jsp"


@pytest.fixture
def load(tmp_path):
    def load(listing):
        indented = "\n".join(f"  {line}" for line in listing.splitlines())
        (tmp_path / "here.yaml").write_text(HEAD.replace("{name}", "here").replace("{listing}", indented), "utf-8")
        return load_source("here", tmp_path).list

    return load


@pytest.mark.parametrize(
    ("listing", "line", "words"),
    [
        (f"{HTML}\nnext: i_{{n}}.html\nnext_link: a.next", 12, "list.next_link: stands beside next; keep the one"),
        (f"{HTML}\nnext_link: 'a['", 11, "list.next_link: 'a[' is not a CSS selector"),
        (f"{HTML}\nnext: i_{{n}}.html\npages_from: 'count = \\d+'", 12, "list.pages_from: 'count = \\d+' must"),
        (f"{HTML}\npages_from: 'count = (\\d+)'", 11, "list.pages_from: needs next"),
        (f"{HTML}\nnext_step: 0", 11, "list.next_step"),
        (f"{HTML}\nvalues: {{colour: {{1: x}}}}", 11, "list.values.colour"),
        (f"{HTML}\nvalues: {{status: {{1: [x]}}}}", 11, "list.values.status.1: ['x'] is not text"),
        (f"{HTML}\neach: {{page: [1]}}", 11, "list.each: 'page' cannot be a placeholder"),
        (f"{HTML}\neach: {{cat: []}}", 11, "list.each: cat has no values"),
        (f"{HTML}\neach: {{cat: [1]}}", 7, "each: {cat} stands nowhere"),
        (f"{HTML}\nrows: data", 11, "list.rows: is not a key of the model"),
        (f"kind: json\nurl: {SITE}/api\nfields: {{url: u}}", 7, "rows: is missing; add the path to the array of rows"),
        (f"kind: json\nurl: {SITE}/api\nrows: data", 7, "fields: is missing"),
        (f"{JSON}\nhtml: data.html", 12, "list.html: stands beside rows"),
        (f"{JSON}\nitem: li", 7, "item: goes together with html"),
        (f"kind: json\nurl: {SITE}/api\nhtml: data", 7, "item: goes together with html"),
        (f"kind: json\nurl: {SITE}/api\nhtml: data\nitem: li\ntext: x", 7, "text: needs rows"),
        (f"kind: json\nurl: {SITE}/api\nhtml: data\nitem: li\nfields: {{title: 'a['}}", 12, "list.fields: 'a[' is"),
        (f"{JSON}\ntotal: data..total", 12, "list.total: 'data..total' is not a path"),
        (f"{JSON}\nparams: {{offset: '{{offset}}'}}", 7, "page_size: is missing; {offset} counts by it"),
        (f"{JSON}\nparams: {{where: [1]}}", 12, "list.params: where: is no single value"),
        (f"{JSON}\nmethod: POST\nparams: {{where: {{a: 1}}}}", 13, "list.params: where: is no single value"),
        (f"{JSON}\nno_hits: {{path: code}}", 12, "list.no_hits.equals: is missing"),
        (f"{STORE}\nitem: 'li['", 10, "list.item: 'li[' is not a CSS selector"),
        (f"{STORE}\nrows: data", 10, "list.rows: is not a key"),
        ("kind: feed", 7, "list.start: is missing"),
        ("kind: feed\nstart: http://[x/", 9, "list.start: 'http://[x/' is not a web address"),
        ("kind: pages", 7, "list.urls: names no page"),
        (f"kind: pages\nurls: [{SITE}/, ftp://x.example/]", 9, "list.urls.1: 'ftp://x.example/' is not a web address"),
        ("kind: xml", 7, "list: has an unknown kind; write one of html, json, datastore, feed, pages"),
        (f"start: {SITE}/", 7, "list: has no kind; write one of html, json, datastore, feed, pages"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_listing_is_named_with_its_line_and_the_way_out(load, tmp_path, listing, line, words):
    with pytest.raises(ConfigError) as caught:
        load(listing)
    message = str(caught.value)
    assert words in message
    assert message.startswith(f"{tmp_path / 'here.yaml'}:{line}: "), message


def test_categories_make_one_listing_each_with_the_hosts_of_each_checked(load):
    listing = load(
        f'kind: html\nstart: {SITE}/{{a}}/{{b}}/\nitem: li\npage_url: "/{{a}}/"\neach: {{a: [x, 2], b: [y, z]}}'
    )
    assert [variant.start for variant in listing.variants()] == [
        f"{SITE}/{end}/" for end in ("x/y", "x/z", "2/y", "2/z")
    ]
    assert listing.variants()[2].page_url == "/2/"
    with pytest.raises(ConfigError, match=r"add 'elsewhere\.example' to hosts"):
        load("kind: html\nstart: 'http://{a}/'\nitem: li\neach: {a: [www.yunjiang.example, elsewhere.example]}")


def test_the_text_keys_that_yaml_reads_as_something_else(load):
    listing = load(f"{JSON.replace('u}', 'u, status: s}')}\nvalues: {{status: {{3: a, true: b, no: c, x: d}}}}")
    assert listing.values["status"] == {"3": "a", "true": "b", "false": "c", "x": "d"}


SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("1704384000", "2024-01-05"),
        ("1704384000000", "2024-01-05"),
        ("1704383999000", "2024-01-04"),
        ("-473414400000", "1955-01-01"),
        ("0", None),
        ("-28800000", None),
        ("-28800", None),
        ("-62135596800000", None),
        ("20240105", "20240105"),
        ("99999999999999999999", "99999999999999999999"),
        ("2024-01-05T16:00:00.000Z", "2024-01-06"),
        ("2024-01-05T00:00:00.000+0800", "2024-01-05"),
        ("2024-01-05 18:00:00", "2024-01-05 18:00:00"),
        ("2018.11.09 00:00:00", "2018.11.09 00:00:00"),
        ("2024年1月5日", "2024年1月5日"),
        ("Fri, 05 Jan 2024 18:00:00 GMT", "2024-01-06"),
        ("Fri, 45 Jan 2024", "Fri, 45 Jan 2024"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
        ("９９９", "９９９"),
    ],
)
def test_points_in_time_are_days_in_the_portals_zone(raw, found):
    assert day(raw, SHANGHAI) == found


def test_the_zone_is_the_portals_own():
    assert day("1704384000", ZoneInfo("America/New_York")) == "2024-01-04"


def test_fields_that_dwindle_since_the_last_good_run_are_named():
    now = {"number": (1, 20), "title": (20, 20), "status": (0, 20), "few": (0, 5)}
    before = {"number": (18, 20), "title": (20, 20), "status": (0, 20), "few": (5, 5)}
    (said,) = shrunk(now, before)
    assert said.startswith("list.fields.number: filled in 1 of 20 entries, in the last good run in 18 of 20; look at")
    assert shrunk(now, {}) == []


def test_few_entries_without_a_field_say_nothing():
    facts = Facts({}, SHANGHAI)
    for _ in range(2):
        facts.take({"status": None}, {"status"})
    assert facts.signals() == []

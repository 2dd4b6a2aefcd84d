"""The strict model: every mistake is named with file, line, key and the way out."""

import pytest

from crawlers.source import load_source, load_sources
from policywatch.errors import ConfigError, UsageError

GOOD = """\
name: here
title: 政策文件
jurisdiction: CN-BJ
authority: portal
homepage: https://www.here.example/
schedule: "17 6 * * *"
list:
  kind: html
  start: https://www.here.example/list/
  next: index_{n}.html
  item: ul.news > li:not(:last-child)
"""


@pytest.fixture
def write(tmp_path):
    def write(text, name="here.yaml", folder="."):
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_a_whole_source_with_defaults(write):
    source = load_sources(write(GOOD))["here"]
    assert source.allowed_hosts == {"www.here.example"}
    assert (source.timezone, source.demo, source.politeness.delay, source.politeness.concurrency) == (
        "Asia/Shanghai", False, 1.0, 1,
    )  # fmt: skip
    assert source.list.kind == "html"
    assert source.canonical_url("HTTP://WWW.Here.example:80/a b#c") == "http://www.here.example/ab"


def test_the_shipped_sources_are_whole():
    sources = load_sources()
    assert {"beijing", "state_council", "ndrc", "guangzhou"} <= set(sources)
    mirror = "http://www.beijing.gov.cn/gate/big5/www.beijing.gov.cn/zhengce/zhengcefagui/202112/t20211224_2571434.html"
    original = "https://www.beijing.gov.cn/zhengce/zhengcefagui/202112/t20211224_2571434.html"
    assert sources["beijing"].canonical_url(mirror) == original
    assert sources["beijing"].canonical_url(original) == original


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("title: 政策文件", "titel: 政策文件", 2, "titel: is not a key of the model"),
        ("  item: ul", "  itemm: ul", 11, "list.itemm: is not a key"),
        ("authority: portal", "authority: boss", 4, "authority: 'boss' is not one of 'issuer', 'portal'"),
        ("kind: html", "kind: htm", 7, "list: has an unknown kind; write one of html, json, datastore, feed, pages"),
        ("li:not(:last-child)", "li:not(", 11, "list.item: 'ul.news > li:not(' is not a CSS selector"),
        ("next: index_{n}.html", "next: index_2.html", 10, "list.next: 'index_2.html' has no {n}"),
        ('"17 6 * * *"', '"at six"', 6, "schedule: 'at six' is not a schedule; write five cron fields"),
        ("title: 政策文件", "title: 2024-01-01", 2, "put it in quotes"),
        ("www.here.example/list/", "list.here.example/", 1, "add 'list.here.example' to hosts"),
        ("homepage: https://", "homepage: ", 5, "homepage: 'www.here.example/' is not a web address"),
        ("jurisdiction: CN-BJ", "jurisdiction: Beijing", 3, "jurisdiction: 'Beijing' does not have the form"),
        ("name: here", "name: there", 1, "name: 'there' must be the file's own name, 'here'"),
        ("title: 政策文件", "title: a\ntitle: b", 3, "title: the key stands twice"),
        ("name: here", "name: [here", 2, "not YAML"),
        ("title: 政策文件\n", "", 1, "title: is missing; add it"),
        ("name: here", "hosts: [http://x.example/]\nname: here", 1, "hosts: 'http://x.example/' is not a host name"),
        ("name: here", "timezone: Asia/Pekin\nname: here", 1, "timezone: 'Asia/Pekin' is not a time zone"),
        ("name: here", "politeness: {delay: 0}\nname: here", 1, "0 s hurries the portal; write 0.2 or more"),
        ("name: here", "canonical: [{match: '(', replace: ''}]\nname: here", 1, "canonical.0.match: '(' is not"),
        ("name: here", "expect: {items_per_list: [9, 3]}\nname: here", 1, "[9, 3] is not a range"),
        ("name: here", "expect: {filled: {title: 95}}\nname: here", 1, "title: 95.0 is not a share"),
        ("name: here", "page: {body: 'p['}\nname: here", 1, "page.body: 'p[' is not a CSS selector"),
        ("  kind: html", "  fields: {url: 'a[@href'}\n  kind: html", 8, "is not a CSS selector"),
        ("  kind: html", "  fields: {colour: a}\n  kind: html", 8, "list.fields.colour"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_the_way_out(write, old, new, line, words):
    assert old in GOOD
    folder = write(GOOD.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load_sources(folder)
    message = str(caught.value)
    assert words in message
    assert message.startswith(f"{folder / 'here.yaml'}:{line}: ")
    assert "\n" not in message


def test_two_files_of_one_name_are_refused(write, tmp_path, monkeypatch):
    write(GOOD, folder="a")
    write(GOOD, folder="b")
    monkeypatch.setenv("POLICYWATCH_SOURCES", f"{tmp_path / 'a'}:{tmp_path / 'b'}")
    with pytest.raises(ConfigError, match=r"there is a source 'here' already in .*rename one"):
        load_sources()
    (tmp_path / "b" / "here.yaml").unlink()
    assert list(load_sources()) == ["here"]
    monkeypatch.setenv("POLICYWATCH_SOURCES", str(tmp_path / "c"))
    with pytest.raises(ConfigError, match="no such folder of sources"):
        load_sources()


def test_files_that_hold_nothing_or_no_text(write):
    folder = write("", "empty.yaml")
    with pytest.raises(ConfigError, match="holds no keys"):
        load_source("empty", folder)
    (folder / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="save it as UTF-8"):
        load_source("bytes", folder)


def test_an_unknown_source_is_answered_with_the_known_ones(write):
    with pytest.raises(UsageError, match=r"no source is called 'nowhere'; there are: here"):
        load_source("nowhere", write(GOOD))


def test_the_other_kinds(write):
    head = GOOD.partition("list:")[0]
    json_list = 'list: {kind: json, url: "https://www.here.example/api", rows: data, fields: {title: t}}'
    with pytest.raises(ConfigError, match=r"list\.fields: names no url"):
        load_sources(write(head + json_list))
    source = load_sources(write(head + json_list.replace("title: t", "url: u, title: t")))["here"]
    assert (source.list.method, source.list.first_page) == ("GET", 1)
    with pytest.raises(ConfigError, match=r"list\.urls"):
        load_sources(write(head + "list: {kind: pages, urls: []}"))
    with pytest.raises(ConfigError, match=r"list\.urls\.1: http://other.example/ is on a host"):
        load_sources(write(head + 'list: {kind: pages, urls: ["https://www.here.example/", "http://other.example/"]}'))


def test_a_file_is_checked_again_when_it_changed_and_only_then(write):
    folder = write(GOOD)
    first = load_source("here", folder)
    assert load_sources(folder)["here"] is first
    write(GOOD.replace("政策文件", "规范文件"))
    assert load_source("here", folder).title == "规范文件"
    write(GOOD.replace("title", "titel"))
    with pytest.raises(ConfigError, match="titel: is not a key"):
        load_source("here", folder)


def test_a_list_of_addresses_beside_the_file_is_read_each_time(write):
    listing = GOOD.partition("list:")[0] + "list: {kind: pages, urls_file: here.txt}\n"
    folder = write(listing)
    for page in "ab":
        write(f"https://www.here.example/{page}\n", "here.txt")
        assert load_source("here", folder).list.urls == (f"https://www.here.example/{page}",)

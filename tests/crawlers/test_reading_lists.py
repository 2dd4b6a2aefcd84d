"""Links, selectors, text and JSON paths: the small functions by which listings are read."""

import pytest
from lxml import html

from crawlers.selectors import compile_field
from crawlers.spiders.json_search import dig, text_of
from crawlers.spiders.text import decoded
from crawlers.urls import clean_url

ITEM = html.fromstring(
    '<li><i class="flag">是</i> <a href="x.html" title=" 关于  甲 ">关于…</a><div><a href="y">解读</a></div>'
    "<span>2024</span></li>"
)


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        ("a@href", "x.html"),
        ("a@title", "关于 甲"),
        ("> a", "关于…"),
        ("b@title | a@title | a", "关于 甲"),
        ("b | i.flag", "是"),
        ("span", "2024"),
        ("em", None),
        ("a@rel", None),
        ("> span", "2024"),
        ("> div > a@href", "y"),
    ],
)
def test_fields_of_an_item(spec, value):
    assert compile_field(spec)(ITEM) == value


def test_an_item_that_is_the_link_itself():
    assert compile_field("a@href")(ITEM[1]) == "x.html"
    assert compile_field("@title")(ITEM[1]) == "关于 甲"


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("./202101/t1.html", "http://a.example/list/202101/t1.html"),
        ("//b.example/x", "http://b.example/x"),
        ("HTTPS://A.example:443/X?y=1#z", "https://a.example/X?y=1"),
        ("http://a.example", "http://a.example/"),
        (" /a\n b.html ", "http://a.example/ab.html"),
        ("/政策/1.html", "http://a.example/%E6%94%BF%E7%AD%96/1.html"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("javascript:void(0)", None),
        ("mailto:a@b.example", None),
        ("ftp://a.example/x", None),
        ("file:///etc/passwd", None),
        ("http://a.example:port/", None),
        ("http://[broken/", None),
    ],
)
def test_links_as_printed(href, url):
    assert clean_url(href, "http://a.example/list/") == url


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("政策".encode(), "text/html; charset=gb2312"),
        ("政策".encode("gb18030"), ""),
        ("政策".encode("gb18030"), "text/html; charset=gbk"),
        ("政策".encode("gb18030"), "text/html; charset=utf-8"),
        (b'<meta charset="big5">' + "政策".encode("big5"), ""),
        ("\ufeff政策".encode(), ""),
        ("政策文".encode()[:-1], "text/html"),
        ("政策".encode("gb18030"), "text/html; charset=x-no-such"),
    ],
)
def test_text_is_found_whatever_is_declared(body, content_type):
    assert "政策" in decoded(body, content_type)


def test_paths_into_an_answer():
    answer = {"a": {"b": [{"c": 1}, {"c": None}]}, "s": "x"}
    assert dig(answer, "a.b.0.c") == 1
    assert dig(answer, "a.b.1.c") is None
    assert dig(answer, "a.x.c") is dig(answer, "s.x") is dig(answer, "a.b.7")


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("title", "甲 & 乙"),
        ("orgs", "甲局、乙局"),
        ("zero", None),
        ("none", None),
        ("flag", None),
        ("nested", None),
        ("https://x.example/{id}/{nested.k}.html", "https://x.example/7/v.html"),
        ("https://x.example/{missing}", None),
    ],
)
def test_fields_of_a_row(spec, text):
    row = {
        "title": "<em>甲</em> &amp;\n乙<br/>",
        "orgs": ["甲局", "乙局"],
        "zero": 0,
        "none": None,
        "flag": True,
        "nested": {"k": "v"},
        "id": 7,
    }
    assert text_of(row, spec) == text

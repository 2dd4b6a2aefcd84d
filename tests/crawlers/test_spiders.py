"""The archetypes on answers of changed shape, without a network."""

from collections import Counter
from types import SimpleNamespace

import pytest

from crawlers.loader import SourceSpiderLoader, spider_class
from crawlers.source import load_source
from crawlers.spiders.asking import request
from crawlers.spiders.base import ListPage, ListTrouble

HEAD = """name: {name}
title: x
jurisdiction: CN
authority: portal
homepage: http://a.example/
schedule: "1 1 * * *"
list: {listing}
"""
JSON = (
    '{kind: json, url: "http://a.example/s", rows: data.list, total: data.total, fields: {url: u, title: t}, '
    "no_hits: {path: code, equals: 1001}}"
)
FEED = '{kind: feed, start: "http://a.example/feed"}'
HTML = '{kind: html, start: "http://a.example/l/", next: "index_{n}.html", next_from: 2, max_pages: 3, item: li}'


@pytest.fixture
def spider(tmp_path, monkeypatch):
    monkeypatch.setenv("POLICYWATCH_SOURCES", str(tmp_path))

    def make(listing):
        (tmp_path / "x.yaml").write_text(HEAD.replace("{name}", "x").replace("{listing}", listing), encoding="utf-8")
        session = SimpleNamespace(stats=Counter(), signals=[], lists=[])
        return spider_class(load_source("x"))(session=session)

    return make


def page(text):
    return ListPage("http://a.example/l/", text, text.encode())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ('{"data": {"list": {"rows": []}}}', "dict at 'data.list' where a list of rows stood"),
        ('{"data": []}', "nothing at 'data.list'"),
        ('{"data": {"list": null}}', "NoneType at 'data.list'"),
        ('{"data": {"list": [{"u"', "not JSON"),
        ("<html>原来的接口已停用</html>", "not JSON"),
        ("", "not JSON"),
        ("<html><title>安全验证</title></html>", "a challenge page (安全验证)"),
    ],
)
def test_a_changed_json_answer_is_never_nothing_found(spider, answer, words):
    found = spider(JSON)
    with pytest.raises(ListTrouble) as caught:
        found.rows(page(answer))
    assert words in str(caught.value)
    assert caught.value.refused == ("challenge" in words)
    assert found.session.lists[0].items == 0


def test_no_hits_and_rows_and_totals(spider):
    found = spider(JSON)
    assert found.rows(page('{"code": 1001}')) == ([], 0)
    assert found.rows(page('{"data": {"list": [], "total": "7"}}')) == ([], 7)
    assert found.rows(page('{"data": {"list": [1], "total": null}}')) == ([1], None)


def test_rows_of_any_shape(spider):
    found = spider(JSON)
    rows = [{"u": "/1", "t": "a"}, {"u": "/1"}, {"u": "javascript:x"}, "odd", None, {"u": {"deep": 1}}, {"u": "/2"}]
    entries = found.read(rows, ListPage("http://a.example/s?p=1", "", b""))
    assert [(entry.url, entry.listed) for entry in entries] == [
        ("http://a.example/1", {"title": "a"}),
        ("http://a.example/2", {}),
    ]
    assert found.session.stats["rows_without_url"] == 4
    assert "4 of 7 rows hold no address at 'u'" in found.session.signals[0]


@pytest.mark.parametrize("text", ["", "not xml", "<html><body>x</body></html>", "<a/>"])
def test_no_feed_is_trouble(spider, text):
    with pytest.raises(ListTrouble, match="no RSS, Atom or sitemap"):
        list(spider(FEED).read(page(text)))


def test_atom_and_sitemap_and_a_cut_feed(spider):
    found = spider(FEED)
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><link href="/"/><entry><title>甲 <b>乙</b></title>'
        '<link rel="enclosure" href="/x.pdf"/><link href="/1"/><published>2024-01-05</published></entry></feed>'
    )
    (entry,) = found.read(page(atom))
    assert entry == ("http://a.example/1", {"title": "甲 乙", "published_date": "2024-01-05"})
    sitemap = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc> /2 </loc></url></urlset>'
    assert [entry.url for entry in found.read(page(sitemap))] == ["http://a.example/2"]
    cut = "<rss><channel><item><link>/3</link></item><item><link>/4</li"
    assert next(found.read(page(cut))).url == "http://a.example/3"


def test_an_entity_in_a_feed_reads_no_file(spider, tmp_path):
    (tmp_path / "secret").write_text("secret")
    feed = (
        f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>'
        "<rss><channel><item><title>&x;</title><link>/1</link></item></channel></rss>"
    )
    (entry,) = spider(FEED).read(page(feed))
    assert "secret" not in str(entry)


@pytest.mark.parametrize("text", ["", "   ", "<?xml version='1.0'?>", "<!-- -->"])
def test_an_empty_list_page_has_no_entries(spider, text):
    assert list(spider(HTML).read(page(text))) == []


def test_a_stray_end_of_the_document_hides_nothing(spider):
    text = '<?xml version="1.0" encoding="gb2312"?><html><body></body></html><ul><li><a href=1.html>一</a></li></ul>'
    assert [entry.url for entry in spider(HTML).read(page(text))] == ["http://a.example/l/1.html"]


def test_the_pages_of_a_listing(spider):
    found = spider(HTML)
    assert [found._after(page(""), number) for number in (0, 1)] == [
        "http://a.example/l/index_2.html",
        "http://a.example/l/index_3.html",
    ]


def test_real_shapes_of_the_shipped_sources(monkeypatch):
    monkeypatch.delenv("POLICYWATCH_SOURCES", raising=False)
    session = SimpleNamespace(stats=Counter(), signals=[], lists=[])
    beijing = spider_class(load_source("beijing"))(session=session)
    text = (
        '<ul class="default_news"><li><i class="flag">是</i> <a href="./202609/t20260915_1.html" title="关于甲的通知">'
        '关于…</a> <span>2026-09-15</span></li><li><a href="javascript:void(0)">更多</a></li></ul>'
    )
    (entry,) = beijing.read(ListPage("https://www.beijing.gov.cn/zhengce/zhengcefagui/", text, b""))
    assert entry == (
        "https://www.beijing.gov.cn/zhengce/zhengcefagui/202609/t20260915_1.html",
        {"title": "关于甲的通知", "published_date": "2026-09-15", "status": "是"},
    )
    ndrc = spider_class(load_source("ndrc"))(session=session)
    text = (
        '<ul class="u-list"><li><a href="./202607/t20260731_1.html" title="《甲》 2026年第45号令">《甲》</a>'
        '<div class="popbox"><ul><li><a href="/jd/x.html">解读</a><span>2026/08/02</span></li></ul></div>'
        '<span>2026/07/31</span></li><li class="empty"></li></ul>'
    )
    (entry,) = ndrc.read(ListPage("https://www.ndrc.gov.cn/xxgk/zcfb/fzggwl/", text, b""))
    assert entry == (
        "https://www.ndrc.gov.cn/xxgk/zcfb/fzggwl/202607/t20260731_1.html",
        {"title": "《甲》 2026年第45号令", "published_date": "2026/07/31"},
    )
    council = spider_class(load_source("state_council"))(session=session)
    url, rest = request(council.listing, council.listing.slots(1, None))
    assert url.endswith("?t=zhengcelibrary_gw&q=&sort=pubtime&sortType=1&p=2&n=20&type=gwyzcwjk")
    assert (rest.keys(), dict(rest["headers"]).keys()) == ({"headers"}, {"Referer"})


def test_the_loader_knows_who_may_ask_what():
    loader = SourceSpiderLoader.from_settings(None)
    assert loader.load("beijing").name == "beijing"
    with pytest.raises(KeyError):
        loader.load("nowhere")
    assert "ndrc" in loader.find_by_request(SimpleNamespace(url="https://www.ndrc.gov.cn/x"))

"""Feeds of every make, sitemaps by the thousand, packed ones, and fixed pages out of a file."""

import gzip

import pytest

from crawlers.source import load_source
from policywatch.errors import ConfigError
from tests.crawlers.walking import HEAD, SITE, Walk

START = f"{SITE}/feed.xml"
FEED = f"  kind: feed\n  start: {START}\n"
MAPS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def sitemap(*numbers, close="</urlset>"):
    urls = "".join(f"<url><loc>{SITE}/p/{n}.html</loc><lastmod>2024-01-05</lastmod></url>" for n in numbers)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {MAPS}>{urls}{close}'


def index(*names):
    maps = "".join(f"<sitemap><loc>{name}</loc></sitemap>" for name in names)
    return f"<sitemapindex {MAPS}>{maps}</sitemapindex>"


def test_an_index_of_sitemaps_is_followed_into_packed_ones_and_never_in_circles(tmp_path):
    answers = {
        START: index("/maps/1.xml.gz", "maps/2.xml", "/feed.xml", "javascript:x"),
        f"{SITE}/maps/1.xml.gz": gzip.compress(sitemap(1, 2).encode()),
        f"{SITE}/maps/2.xml": index(f"{SITE}/maps/3.xml", START),
        f"{SITE}/maps/3.xml": sitemap(3, 1),
    }
    walk = Walk(tmp_path, FEED + r"  page_url: '[123]\.html$'", answers)
    assert walk.paths == ["/p/1.html", "/p/2.html", "/p/3.html", "/p/1.html"]
    assert (len(walk.asked), walk.items, walk.session.signals) == (4, [2, 2], [])


def test_a_sitemap_that_an_index_names_and_is_gone_is_a_signal(tmp_path):
    walk = Walk(tmp_path, FEED, {START: index("/gone.xml", "/there.xml"), f"{SITE}/there.xml": sitemap(1)})
    assert walk.paths == ["/p/1.html"]
    assert walk.session.signals == [f"list {SITE}/gone.xml: named by an index of sitemaps and not there"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (gzip.compress(sitemap(1).encode())[:-20], "packed with gzip, and damaged"),
        (b"\x1f\x8bno gzip at all", "packed with gzip, and damaged"),
        (gzip.compress(b" " * (51 * 1024 * 1024)), "unpacks to more than 50 MB"),
        ("<html><body>x</body></html>", "no RSS, Atom or sitemap came"),
        ('{"items": []}', "no RSS, Atom or sitemap came"),
        ("", "no RSS, Atom or sitemap came"),
    ],
    ids=["cut gzip", "no gzip", "a bomb", "html", "json", "nothing"],
)
def test_what_is_no_feed_ends_the_walk_with_words(tmp_path, answer, words):
    walk = Walk(tmp_path, FEED, {START: answer})
    assert walk.found == []
    assert words in str(walk.trouble)


@pytest.mark.parametrize(
    "text",
    [sitemap(1, 2, close=""), sitemap(1, 2)[:-12], "<rss><channel><item><link>/p/1.html</link></item><item><li"],
    ids=["before the root's end", "in the root's end", "in an item"],
)
def test_a_feed_that_is_cut_off_gives_what_is_whole_and_a_signal(tmp_path, text):
    walk = Walk(tmp_path, FEED, {START: text})
    assert walk.paths[0] == "/p/1.html"
    assert "the answer is cut off" in walk.session.signals[0]


def test_rss_atom_and_rdf_say_title_and_day(tmp_path):
    rss = (
        '<rss version="2.0"><channel><title>要闻</title><link>/</link><item><title> 关于<![CDATA[ 甲 ]]>的通知 </title>'
        "<link>/p/1.html</link><pubDate>Fri, 05 Jan 2024 18:00:00 GMT</pubDate></item></channel></rss><!-- made -->\n"
    )
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><link href="/"/><entry><title>乙</title><link rel="self" href="/x"/>'
        '<link href="/p/2.html"/><published>2024-01-05T23:30:00+08:00</published></entry></feed>'
    )
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<item><title>丙</title><link>/p/3.html</link><dc:date>2024-01-05</dc:date></item></rdf:RDF>"
    )
    said = [Walk(tmp_path, FEED, {START: text}) for text in (rss, atom, rdf)]
    assert [walk.paths for walk in said] == [["/p/1.html"], ["/p/2.html"], ["/p/3.html"]]
    assert [walk.found[0].listed for walk in said] == [
        {
            "title": "关于 甲 的通知",
            "published_date": "2024-01-06",
            "published_date_raw": "Fri, 05 Jan 2024 18:00:00 GMT",
        },
        {"title": "乙", "published_date": "2024-01-05", "published_date_raw": "2024-01-05T23:30:00+08:00"},
        {"title": "丙", "published_date": "2024-01-05"},
    ]
    assert [walk.session.signals for walk in said] == [[], [], []]


def write(folder, listing, addresses=None):
    (folder / "here.yaml").write_text(HEAD.replace("{name}", "here").replace("{listing}", listing), "utf-8")
    if addresses is not None:
        (folder / "pages.txt").write_bytes(addresses)


def test_fixed_pages_out_of_a_file(tmp_path):
    text = f"\ufeff# 手工收集\r\n\r\n  {SITE}/p/2.html  \r\n#{SITE}/p/3.html\n{SITE}/p/1.html#top\n"
    (tmp_path / "pages.txt").write_text(text, "utf-8")
    listing = f'  kind: pages\n  urls: ["{SITE}/p/1.html"]\n  urls_file: pages.txt'
    walk = Walk(tmp_path, listing, {})
    assert walk.paths == ["/p/1.html", "/p/2.html", "/p/1.html"]


@pytest.mark.parametrize(
    ("addresses", "words"),
    [
        (None, "here.yaml:9: list.urls_file: {folder}/pages.txt cannot be read"),
        (b"\xff\xfe\x00", "here.yaml:9: list.urls_file: {folder}/pages.txt cannot be read"),
        (b"# nothing yet\n", "here.yaml:7: list.urls: names no page; add an address, or urls_file"),
        (b"# a\nwww.yunjiang.example/p/1.html\n", "pages.txt:2: list.urls.0: 'www.yunjiang.example/p/1.html' is not a"),
        (b"http://elsewhere.example/p/1.html\n", "http://elsewhere.example/p/1.html is on a host the source may not"),
    ],
)
def test_a_file_of_addresses_that_is_wrong_is_named_with_its_line(tmp_path, addresses, words):
    write(tmp_path, "  kind: pages\n  urls_file: pages.txt", addresses)
    with pytest.raises(ConfigError) as caught:
        load_source("here", tmp_path)
    assert words.replace("{folder}", str(tmp_path)) in str(caught.value)

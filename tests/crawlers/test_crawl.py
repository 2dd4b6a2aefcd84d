"""Whole crawls of the four kinds of listing, first and second time, in processes of their own."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawlers.archive import read_capture
from crawlers.index import Index
from policywatch.home import Home

ROOT = Path(__file__).parents[2]
LIST = """<!DOCTYPE html><html><head><meta charset="gb2312"><base href="/list/"></head><body><ul class="news">
<li><i>是</i> <a href="../p/1.html" title="关于印发《甲办法》的通知">关于印发…</a> <span> 2024-01-05 </span>
  <div class="popbox"><a href="/explained/1.html">解读</a></div></li>
<li><a href=//127.0.0.1:{port}/p/2.html>乙办法</a><span>2024-01-04</span></li>
<li><a href="{url}/p/3.html#top" title="丙办法">丙</a></li>
<li><a href="/p/3.html">丙办法 again</a></li>
<li class="empty"></li>
<li><a href="javascript:open(4)">丁</a></li>
<li><a href="mailto:a@example.org">写信</a></li>
<li><a href="/files/5.pdf">戊规划</a></li>
<li><a href="http://elsewhere.example/p/6.html">己办法</a></li>
<li><a href="/more/">更多</a></li>
</ul></body></html>"""
ROWS = {
    "code": 200,
    "data": {
        "total": 3,
        "list": [
            {"url": "/j/1.html", "title": "<em>甲</em>&amp;乙", "no": "云发〔2024〕1号", "at": 1704384000000},
            {"url": "/j/2.html", "title": "乙", "no": None, "at": 0},
        ],
    },
}
FEED = """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<rss version="2.0"><channel><title>要闻&x;</title><link>/</link>
<item><title>一条新闻</title><link>{url}/f/1.shtml</link><pubDate>Fri, 05 Jan 2024 09:00:00 +0800</pubDate></item>
<item><title>两条新闻</title><link>{url}/f/2.shtml</link></item>
<item><title>广告</title><link>{url}/ad/1.html</link></item></channel></rss>"""
PDF = b"%PDF-1.4\n\x00\xff\xfe not text"


@pytest.fixture(scope="module")
def runs(portal, crawls, reply):
    """Every source crawled twice; between the two, one page changes, one goes, one loses its place in the list."""
    routes = portal.routes
    routes["/robots.txt"] = reply("User-agent: *\nDisallow: /p/2.html\n", kind="text/plain")
    routes["/list/"] = reply(LIST.format(url=portal.url, port=portal.port))
    routes["/list/index_1.html"] = reply('<ul class="news"><li><a href="/p/7.html">庚办法</a></li></ul>')
    routes["/list/index_2.html"] = routes["/list/index_1.html"]  # a portal that repeats its last page for ever
    routes["/p/1.html"] = reply("<html>甲".encode("gb18030"), etag='"one"')
    routes["/p/3.html"] = reply("丙", headers={"Last-Modified": "Fri, 05 Jan 2024 01:00:00 GMT"})
    routes["/p/7.html"] = reply("庚, first")
    routes["/files/5.pdf"] = reply(PDF, kind="application/pdf")
    routes["/api?page=1&size=2"] = reply(json.dumps(ROWS), kind="application/json")
    routes["/api?page=2&size=2"] = reply(
        json.dumps({"code": 200, "data": {"total": 3, "list": [{"url": "/j/3.html"}]}})
    )
    for number in (1, 2, 3):
        routes[f"/j/{number}.html"] = reply(f"rows {number}")
    routes["/post"] = reply(json.dumps({"rows": [{"id": "9", "name": "n"}, {"name": "no address"}]}))
    routes["/id/9.html"] = reply("nine")
    routes["/feed.xml"] = reply(FEED.format(url=portal.url), kind="application/rss+xml")
    routes["/f/1.shtml"], routes["/f/2.shtml"] = reply("one"), reply("two")
    fields = '{url: "a@href", title: "a@title | a", published_date: span, status: i}'
    crawls.source(
        "html",
        portal,
        f'{{kind: html, start: "{portal.url}/list/", next: "index_{{n}}.html", item: "ul.news > li", fields: {fields}, '
        r"page_url: '/(p|files)/\d+\.(html|pdf)$'}",
        canonical="[{match: '/p/3', replace: '/p/three'}]",
    )
    crawls.source(
        "json",
        portal,
        f'{{kind: json, url: "{portal.url}/api", params: {{page: "{{page}}", size: "2"}}, rows: data.list, '
        'total: data.total, fields: {url: url, title: title, number: "no", published_date: at}}',
    )
    crawls.source(
        "posted",
        portal,
        f'{{kind: json, url: "{portal.url}/post", method: POST, body: json, params: {{page: "{{page}}"}}, '
        f'max_pages: 3, rows: rows, fields: {{url: "{portal.url}/id/{{id}}.html", title: name}}}}',
    )
    crawls.source("feed", portal, f"{{kind: feed, start: \"{portal.url}/feed.xml\", page_url: '\\.shtml$'}}")
    crawls.source("pages", portal, f'{{kind: pages, urls: ["{portal.url}/f/1.shtml", "{portal.url}/nowhere"]}}')
    names = ("html", "json", "posted", "feed", "pages")
    first = crawls.run_all(*names)
    first_asked = list(portal.asked)
    portal.forget()
    routes["/p/7.html"] = reply("庚, second")
    routes["/f/2.shtml"] = reply("gone", 410)
    routes["/feed.xml"] = reply(FEED.format(url=portal.url).replace("2.shtml", "1.shtml"))
    second = crawls.run_all("html", "feed")
    return first, second, first_asked


def test_every_kind_of_listing_gives_its_pages(runs):
    first, _, _ = runs
    assert first["html"].outcomes() == {
        "p/1.html": "new",
        "p/2.html": "blocked",
        "p/3.html": "new",
        "files/5.pdf": "new",
        "p/6.html": "blocked",
        "p/7.html": "new",
    }
    assert first["json"].outcomes() == {"j/1.html": "new", "j/2.html": "new", "j/3.html": "new"}
    assert first["posted"].outcomes() == {"id/9.html": "new"}
    assert first["feed"].outcomes() == {"f/1.shtml": "new", "f/2.shtml": "new"}
    assert first["pages"].outcomes() == {"f/1.shtml": "new", "nowhere": "missing"}
    assert {name: outcome.summary["verdict"] for name, outcome in first.items()} == {
        "html": "good",
        "json": "good",
        "posted": "suspect",
        "feed": "good",
        "pages": "good",
    }
    assert "1 of 2 rows hold no address" in first["posted"].summary["reasons"][0]


def test_what_the_listing_says_travels_with_the_page(runs):
    first, _, _ = runs
    assert first["html"].row("/p/1.html")["listed"] == {
        "title": "关于印发《甲办法》的通知",
        "published_date": "2024-01-05",
        "status": "是",
    }
    assert first["json"].row("/j/1.html")["listed"] == {
        "title": "甲&乙",
        "number": "云发〔2024〕1号",
        "published_date": "2024-01-05",
        "published_date_raw": "1704384000000",
    }
    assert first["json"].row("/j/2.html")["listed"] == {"title": "乙"}
    assert first["feed"].row("/f/1.shtml")["listed"]["published_date"] == "2024-01-05"


def test_robots_is_obeyed_and_archived(runs):
    first, second, asked = runs
    assert first["html"].row("/p/2.html")["error"] == "robots.txt forbids it"
    assert first["html"].row("/p/6.html")["error"].startswith("not asked: host elsewhere.example")
    assert "/p/2.html" not in {path for path, _, _ in asked}
    assert first["html"].outcomes("robots") == {"robots.txt": "new"}
    assert second["html"].outcomes("robots") == {"robots.txt": "unchanged"}


def test_requests_are_honest_and_ask_the_portal_itself(runs):
    _, _, asked = runs
    for _, headers, _ in asked:
        assert headers["User-Agent"].startswith("policywatch/")
        assert "watch@example.org" in headers["User-Agent"]
        assert headers["Cache-Control"] == "max-age=0"
        assert "Cookie" not in headers
    assert next(json.loads(body) for path, _, body in asked if path == "/post") == {"page": 1}


def test_a_second_crawl_says_what_changed_and_asks_no_page_twice(runs, portal):
    _, second, _ = runs
    assert second["html"].outcomes() == {
        "p/1.html": "not_modified",
        "p/2.html": "blocked",
        "p/3.html": "unchanged",
        "files/5.pdf": "unchanged",
        "p/6.html": "blocked",
        "p/7.html": "changed",
    }
    # f/2 is listed no more, and asked all the same.
    assert second["feed"].outcomes() == {"f/1.shtml": "unchanged", "f/2.shtml": "missing"}
    assert second["feed"].row("/f/2.shtml")["listed"] is None
    assert max(count for path, count in portal.hits.items() if path != "/robots.txt") == 1
    sent = {path: headers for path, headers, _ in portal.asked}
    assert sent["/p/1.html"]["If-None-Match"] == '"one"'
    assert sent["/p/3.html"]["If-Modified-Since"] == "Fri, 05 Jan 2024 01:00:00 GMT"


def test_every_row_leads_to_the_bytes_that_came(runs, crawls):
    first, second, _ = runs
    home = Home.at(crawls.home)
    for outcome in (*first.values(), *second.values()):
        for row in outcome.rows:
            if row["outcome"] in {"new", "changed", "unchanged", "not_modified"}:
                capture = read_capture(home, row["warc_file"], row["warc_offset"])
                assert capture.url == row["url"]
                assert "sha256:" + sha256(capture.content).hexdigest() == row["digest"]
    pdf = second["html"].row("5.pdf")
    capture = read_capture(home, pdf["warc_file"], pdf["warc_offset"])
    assert (capture.content, capture.content_type, capture.status) == (PDF, "application/pdf", 200)
    not_modified = second["html"].row("/p/1.html")
    capture = read_capture(home, not_modified["warc_file"], not_modified["warc_offset"])
    assert (capture.status, capture.record_type) == (200, "revisit")


@pytest.mark.usefixtures("runs")
def test_another_reader_finds_a_valid_archive(crawls):
    kinds: dict[str, list[str]] = {}
    for path in sorted((crawls.home / "archive" / "html").rglob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                record.content_stream().read()
                kinds.setdefault(path.name, []).append(record.rec_type)
                if record.rec_type == "revisit":
                    assert record.rec_headers["WARC-Refers-To-Target-URI"].startswith("http://127.0.0.1")
                    assert record.rec_headers["WARC-Refers-To-Date"] == "2024-03-01T01:00:00Z"
    first, second = kinds.values()
    assert first[0] == "warcinfo"
    assert first.count("request") == first.count("response") == 8
    assert second.count("revisit") == 7  # robots, three list pages, two unchanged pages, one not modified
    assert second.count("response") == 1  # the changed page
    assert second.count("metadata") == 2  # the manifest and the summary


def test_mirrors_share_a_canonical_address_and_are_fetched_where_listed(runs, portal):
    first, _, _ = runs
    assert first["html"].row("/p/3.html")["canonical_url"] == f"{portal.url}/p/three.html"


def test_capture_ids_follow_the_contract(runs):
    first, _, _ = runs
    row = first["html"].row("/p/1.html")
    parts = (row["source"], row["canonical_url"], row["url"], row["fetched_at"])
    assert row["capture_id"] == sha256("|".join(parts).encode()).hexdigest()[:16]
    assert row["fetched_at"] == "2024-03-01T01:00:00Z"
    assert row["crawl_id"] == "html-20240301T010000Z"


@pytest.mark.usefixtures("runs")
def test_the_index_can_be_made_again_from_the_manifests(crawls, portal):
    home = Home.at(crawls.home)
    with Index.open(home) as index:
        before = list(index.pages("html"))
    for path in home.archive.glob("index.sqlite*"):
        path.unlink()
    (page,) = (page for page in before if page.url == f"{portal.url}/p/1.html")
    assert (page.etag, page.last_outcome, page.missing) == ('"one"', "not_modified", 0)
    with Index.open(home) as index:
        assert index.catch_up("html") == 2
        assert list(index.pages("html")) == before
        found = [capture.fetched_at for capture in index.captures(page.url)]
        assert found == ["2024-03-01T01:00:00Z", "2024-03-01T02:00:00Z"]


def test_running_a_committed_crawl_again_changes_nothing(runs, crawls, portal):
    _, second, _ = runs
    portal.forget()
    again = crawls.run("feed", hours=0)
    assert again.summary == second["feed"].summary
    assert not portal.hits


@pytest.mark.usefixtures("runs")
def test_scrapys_own_commands_work_from_the_project_root(crawls):
    listed = subprocess.run(
        [sys.executable, "-m", "scrapy", "list"], cwd=ROOT, env=crawls.environment(), capture_output=True, text=True,
        check=True, timeout=60,
    )  # fmt: skip
    assert listed.stdout.split() == ["feed", "html", "json", "pages", "posted"]
    crawls.hour += 1
    environment = crawls.environment(POLICYWATCH_HOME=str(crawls.home))
    subprocess.run(
        [sys.executable, "-m", "scrapy", "crawl", "feed", "-s", "LOG_ENABLED=0"], cwd=ROOT, env=environment, check=True,
        timeout=60, capture_output=True,
    )  # fmt: skip
    with Index.open(Home.at(crawls.home)) as index:
        known = list(index.pages("feed"))
    assert [row.missing for row in known if row.url.endswith("/f/2.shtml")] == [2]

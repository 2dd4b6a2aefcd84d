"""Files that pages link: asked with their page, archived beside it, and read where the page has no text of its own."""

import io

import docx
import duckdb
import pyarrow.parquet as pq
import pytest

from crawlers.spiders.files import MOST, file_links
from pipeline import reading, reparse, run
from policywatch.home import Home

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BARE = """<html><head><meta charset="utf-8"></head><body><h1>云江市水务局关于印发雨水利用办法的通知</h1>
<table><tr><td>发文机关：</td><td>云江市水务局</td><td>发文字号：</td><td>云水〔2024〕8号</td></tr>
<tr><td>发布日期：</td><td>2024-01-09</td><td>有效性：</td><td>有效</td></tr></table>
<div><p>附件：<a href="files/%E5%85%A8%E6%96%87.docx?v=1#top">云水〔2024〕8号.docx</a></p>
<p><a href="gone.pdf">扫描件.pdf</a></p></div>
</body></html>"""
FULL = """<html><head><meta charset="utf-8"></head><body><h1>云江市水务局关于停水的通知</h1><p>各区水务局：</p>
<p>一、提前三日告知用户停水的时间。</p><p>二、本通知自2024年2月1日起施行。</p><p>云江市水务局</p><p>2024年1月5日</p>
<p>附件：<a href="files/table.docx">样表.docx</a></p></body></html>"""


def word(*paragraphs):
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


RULES = (
    "各区水务局：",
    "一、新建房屋应当收集雨水。",
    "二、本办法自2024年3月1日起施行，有效期{}年。",
    "云江市水务局",
    "2024年1月5日",
)


def rules(years):
    return word(*(text.format(years) for text in RULES))


@pytest.fixture(scope="module")
def crawled(portal, crawls, reply):
    """A source that wants its files, crawled three times: the same, and with another file behind a changed page."""
    listing = '<ul><li><a href="/att/1.html">甲</a></li><li><a href="/att/2.html">乙</a></li></ul>'
    portal.routes["/att/"] = reply(listing)
    portal.routes["/att/1.html"] = reply(BARE, etag='"1"')
    portal.routes["/att/2.html"] = reply(FULL)
    portal.routes["/att/files/%E5%85%A8%E6%96%87.docx?v=1"] = reply(rules("五"), kind=WORD)
    portal.routes["/att/files/table.docx"] = reply(word("姓名"), kind=WORD)
    source = f'{{kind: html, start: "{portal.url}/att/", item: li}}'
    crawls.source("att", portal, source, attachments="true")
    found = [crawls.run("att", "--recheck-all"), crawls.run("att", "--recheck-all")]
    portal.routes["/att/1.html"] = reply(BARE.replace("附件", "附件下载"))
    portal.routes["/att/files/%E5%85%A8%E6%96%87.docx?v=1"] = reply(rules("三"), kind=WORD)
    return [*found, crawls.run("att", "--recheck-all")], Home.at(crawls.home)


def test_files_of_new_and_changed_pages_are_asked_and_count_as_no_pages(crawled):
    (first, second, third), _ = crawled
    file, table = "att/files/%E5%85%A8%E6%96%87.docx?v=1", "att/files/table.docx"
    assert first.outcomes("attachment") == {file: "new", "att/gone.pdf": "missing", table: "new"}
    assert first.outcomes() == {"att/1.html": "new", "att/2.html": "new"}
    assert (second.outcomes("attachment"), second.outcomes()["att/1.html"]) == ({}, "not_modified")
    assert third.outcomes("attachment") == {file: "changed", "att/gone.pdf": "missing"}
    assert third.outcomes() == {"att/1.html": "changed", "att/2.html": "unchanged"}
    assert {outcome.summary["verdict"] for outcome in crawled[0]} == {"good"}
    assert first.summary["counts"] == {"new": 2}


def test_a_page_without_text_is_read_from_its_file(crawled, crawls, monkeypatch):
    _, home = crawled
    monkeypatch.setenv("POLICYWATCH_SOURCES", str(crawls.sources))
    monkeypatch.setenv("POLICYWATCH_NOW", crawls.now())
    run.read(home, "att")
    run.load(home, "att")
    sql = "SELECT number, title, in_force_from, in_force_to FROM policies WHERE source = 'att' AND number IS NOT NULL"
    with duckdb.connect(str(run.publish(home)), read_only=True) as connection:
        ((number, title, start, end),) = connection.execute(sql).fetchall()
        kinds = [row[0] for row in connection.execute("SELECT kind FROM changes WHERE number IS NOT NULL").fetchall()]
    assert (number, title) == ("云水〔2024〕8号", "云江市水务局关于印发雨水利用办法的通知")
    assert (str(start), str(end)) == ("2024-03-01", "2027-02-28")
    assert "silently_edited" in kinds
    # Read again by another parser, the page keeps the text of its file.
    monkeypatch.setattr(reparse, "PARSER_VERSION", "next")
    (row,) = [row for row in reparse.reparse(home) if row["source"] == "att"]
    assert (row["read_again"], row["failed"]) == (2, 0)
    with duckdb.connect(str(home.published), read_only=True) as connection:
        ((*_, again),) = connection.execute(sql).fetchall()
    assert str(again) == "2027-02-28"


def test_what_a_run_did_not_get_a_later_one_asks_and_its_page_is_read_with_it(portal, crawls, reply, monkeypatch):
    file = "/owe/files/%E5%85%A8%E6%96%87.docx?v=1"
    portal.routes["/owe/"] = reply('<ul><li><a href="/owe/1.html">甲</a></li></ul>')
    portal.routes["/owe/1.html"] = reply(BARE, etag='"1"')
    listing = f'{{kind: html, start: "{portal.url}/owe/", item: li, max_pages: 1}}'
    budget = "{{delay: 0, concurrency: 1, daily_budget: {}}}"

    def crawl(requests, hours=24):
        crawls.source("owe", portal, listing, attachments="true", recheck="by_age", politeness=budget.format(requests))
        portal.forget()
        return crawls.run("owe", hours=hours)

    stopped = crawl(3)  # robots.txt, the list, the page
    assert stopped.outcomes("attachment") == {file[1:]: "failed", "owe/gone.pdf": "failed"}
    monkeypatch.setenv("POLICYWATCH_SOURCES", str(crawls.sources))
    home, sources = Home.at(crawls.home), run.declared("owe")
    reading.read_crawl(home, stopped.folder, sources)
    assert crawl(3, hours=1).outcomes("attachment") == {}  # the same day: what is owed is known
    portal.routes[file] = reply("not now", 403)
    refused = crawl(100)
    assert refused.outcomes("attachment") == {file[1:]: "blocked", "owe/gone.pdf": "missing"}
    portal.routes[file] = reply(rules("五"), kind=WORD)
    got = crawl(100)
    assert got.outcomes("attachment") == {file[1:]: "new"}
    assert set(got.outcomes().values()) == {"not_modified"}
    assert crawl(100).outcomes("attachment") == {}

    reading.read_crawl(home, got.folder, sources, reading.last_read(stopped.folder, {}))
    (bare,) = pq.read_table(home.staging / stopped.folder.name / "readings.parquet").to_pylist()
    (whole,) = pq.read_table(home.staging / got.folder.name / "readings.parquet").to_pylist()
    assert (bare["in_force_to"], str(whole["in_force_to"])) == (None, "2029-02-28")
    # No change of the policy: it says what it said all along.
    assert (whole["change_cause"], whole["capture_id"]) == ("parser", bare["capture_id"])


def test_files_are_documents_of_the_page_and_few():
    text = (
        '<base href="/b/"><div class="nav"><a href="guide.pdf">指南</a></div><ul class="fujian"><li>'
        '<a href="1.PDF">一</a><a href="1.PDF#p=2">一</a><a href="2.docx?x=1">二</a>'
        '<a href="3.zip">三</a><a href="javascript:x.pdf">四</a>'
        '<a href="4.html">五</a><a>六</a></li></ul>'
    )
    files = ["http://a.example/b/1.PDF", "http://a.example/b/2.docx?x=1"]
    assert file_links(text, "http://a.example/x/y.html", "ul.fujian") == files
    assert file_links(text, "http://a.example/x/y.html", None) == ["http://a.example/b/guide.pdf", *files]
    assert file_links("", "http://a.example/", None) == []
    many = "".join(f'<a href="{number}.pdf">x</a>' for number in range(100))
    assert len(file_links(many, "http://a.example/", None)) == MOST

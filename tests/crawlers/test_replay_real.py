"""Shipped sources against real answers of their portals, where the folder with saved ones stands beside the checkout.

The answers are served under their own addresses, whatever the request's page number; what a careful reader counted and
read in them (`gold` in their sidecars) is met.
"""

import html
import json
import re
from urllib.parse import urlencode, urlsplit

import pytest

from crawlers.listings import fill as fill_slots
from pipeline.parsers.records import PageRecord
from tests.crawlers.replays import ROOT, SHIPPED, crawl, fill, stand_in
from tests.crawlers.standin import Answer

PAGES = ROOT.parent / "shared" / "pages"
NAMES = ("beijing", "ndrc", "tianjin", "hubei", "fujian", "guizhou", "jiangsu", "state_council", "guangzhou",
         "state_council_departments", "gansu_education")  # fmt: skip
FILLER = Answer("<html><body><h1>一篇文件</h1><p>真实列表所指的页面，这里不是它。</p></body></html>".encode())

pytestmark = pytest.mark.skipif(
    not PAGES.is_dir(),
    reason=f"no real answers: there is no folder {PAGES.name} in {PAGES.parent.name}/ beside this one",
)


def saved(path):
    return (PAGES / path).read_bytes()


def asked(name, page=1):
    """The request for list page `page` of a source: address, method, body."""
    listing = SHIPPED[name].list.variants()[0]
    if listing.kind == "html":
        return listing.start, "GET", ""
    slots = listing.slots(page - 1, getattr(listing, "page_size", None))
    params = fill_slots(listing.params, slots, whole=listing.body == "json" and listing.method == "POST")
    url = fill_slots(listing.url, slots)
    if listing.method == "GET":
        return f"{url}?{urlencode(params)}", "GET", ""
    return url, "POST", params if listing.body == "json" else urlencode(params)


def put(standin, name, path, page=1, kind="application/json"):
    url, method, body = asked(name, page)
    standin.add(url, Answer(saved(path) if isinstance(path, str) else path, kind), method=method, body=body)


def sidecars(folder, prefix):
    """The saved pages of `folder` under an address with `prefix`: their sidecars, with the page's bytes."""
    for path in sorted((PAGES / folder).glob("*.json")):
        said = json.loads(path.read_text(encoding="utf-8"))
        page = path.with_suffix(".html")
        if page.exists() and (said.get("url") or "").split("://")[-1].startswith(prefix) and said.get("gold"):
            yield said, page.read_bytes()


@pytest.fixture(scope="module")
def pages():
    """Saved pages with gold, by the source that lists them."""
    return {
        "guangzhou": list(sidecars("guangzhou", "www.gz.gov.cn/gfxwj/")),
        "state_council": list(sidecars("gov.cn", "www.gov.cn/")),
        "state_council_departments": list(sidecars("transcribed", "www.gov.cn/")),
    }


def library(category, found):
    rows = [{"url": said["url"], "title": said["gold"]["title"], "pubtime": 0, "ptime": 0} for said, _ in found]
    # The total is that of all real answers together, so that the walk goes on to the ones behind this page.
    lists = {category: {"totalCount": 1000, "listVO": rows}}
    return json.dumps({"code": 200, "searchVO": {"catMap": lists}}).encode()


@pytest.fixture(scope="module")
def crawled(tmp_path_factory, pages):
    standin = stand_in(tmp_path_factory.mktemp("real"), [SHIPPED[name] for name in NAMES])
    put(standin, "beijing", "transcribed/beijing_zhengcefagui_list_fragment.html", kind="text/html")
    put(standin, "ndrc", "transcribed/ndrc_fzggwl_list.html", kind="text/html")
    put(standin, "gansu_education", "lists/gansu_jyt_list.html", kind="text/html")
    put(standin, "tianjin", "provincial_json/TJProvince.response.json")
    put(standin, "hubei", "provincial_json/HBProvince.response.json")
    put(standin, "fujian", "provincial_json/FJPronvince.response.json")
    put(standin, "guizhou", "provincial_json/GZProvince.response.json")
    for page in (1, 2):
        put(standin, "jiangsu", f"lists/jiangsu_gxt_dataproxy_page_{page}.xml", page, "text/xml")
    put(standin, "state_council", library("gongwen", pages["state_council"]))
    put(standin, "state_council_departments", library("bumenfile", pages["state_council_departments"]))
    for name in ("state_council", "state_council_departments"):
        put(standin, name, "provincial_json/GWY.response.json", 2)
        put(standin, name, "transcribed/sousuo_policy_search_sample.response.json", 3)
    links = (
        f'<tr><td><a href="{html.escape(said["url"])}">{said["url"]}</a></td></tr>' for said, _ in pages["guangzhou"]
    )
    rows = "".join(links)
    table = f'<form id="form1"><table id="bbsTab">{rows}</table></form>'
    put(standin, "guangzhou", table.encode(), kind="text/html")
    for said, content in (found for group in pages.values() for found in group):
        standin.add(said["url"], Answer(content))
    for name in NAMES:
        fill(standin, SHIPPED[name], FILLER)
    yield crawl(standin.folder, standin, NAMES)
    standin.close()


def gold(path):
    return json.loads(saved(path))["gold"]


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("beijing", lambda: [gold("transcribed/beijing_zhengcefagui_list_fragment.json")["items"]]),
        ("ndrc", lambda: [gold("transcribed/ndrc_fzggwl_list.json")["items"]]),
        ("jiangsu", lambda: [gold(f"lists/jiangsu_gxt_dataproxy_page_{page}.json")["items"] for page in (1, 2)]),
        ("state_council", lambda: [36, 5, 1]),
        ("state_council_departments", lambda: [1, 5]),
        ("gansu_education", lambda: [saved("lists/gansu_jyt_list.html").count(b"<b>20")]),
        ("tianjin", lambda: [10]),
        ("hubei", lambda: [10]),
        ("fujian", lambda: [10]),
        ("guizhou", lambda: [10]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_entry_of_a_real_list_is_found(crawled, name, counts):
    assert crawled[name].items[: len(counts())] == counts()


def test_the_walk_goes_on_to_the_total_that_a_real_answer_states(crawled):
    """Two answers of Jiangsu hold 152 of 756 records, 51 of them twice: a third is asked for."""
    assert int(gold("lists/jiangsu_gxt_dataproxy_page_1.json")["totalrecord"]) > 2 * 76
    lists = [row["url"] for row in crawled["jiangsu"].rows if row["role"] == "list"]
    assert lists == [asked("jiangsu", page)[0] for page in (1, 2, 3)]
    assert len(crawled["jiangsu"].pages) == 2 * 76 - 51


def test_what_real_lists_say(crawled):
    (first,) = [row for row in crawled["ndrc"].pages if row["url"].endswith("t20260731_1406815.html")]
    wanted = gold("transcribed/ndrc_fzggwl_list.json")["first"]
    assert wanted[1] in first["listed"]["title"]
    assert wanted[2] in first["listed"]["title"]
    assert first["listed"]["published_date"].replace("/", "-") == wanted[3]
    path, title, _, day = gold("transcribed/beijing_zhengcefagui_list_fragment.json")["first"]
    first = crawled["beijing"].pages[0]
    assert first["url"].endswith(path.removeprefix("."))
    assert first["listed"] == {"title": title, "published_date": day, "status": "是"}

    (old,) = [row for row in crawled["state_council"].pages if row["url"].endswith("content_5455828.htm")]
    read = ("number", "issuers", "signed_date", "published_date")
    assert [old["listed"][key] for key in read] == ["国函〔2019〕113号", "国务院", "2019-11-18", "2019-11-26"]
    (now,) = [row for row in crawled["state_council"].pages if row["url"].endswith("content_7082493.htm")]
    assert [now["listed"][key] for key in read] == ["国办发〔2026〕28号", "国务院办公厅", "2026-09-25", "2026-09-30"]
    gansu = crawled["gansu_education"].pages
    assert all(row["listed"]["title"] and row["listed"]["published_date"].startswith("2025-") for row in gansu)


@pytest.mark.parametrize("name", ["tianjin", "hubei", "fujian"])
def test_the_whole_text_of_a_real_answer_is_read_as_a_policy(crawled, name):
    records = [crawled[name].read(row) for row in crawled[name].pages if row["content_type"].startswith("text/")]
    assert len(records) == 10
    assert all(isinstance(record, PageRecord) for record in records), records
    kinds = [record.kind for record in records]
    assert kinds.count("policy") >= 8, kinds
    assert all(record.title and record.published_date and record.text for record in records)
    # A real row may have no number (无 in Hubei), and then none is made up.
    numbers = [record.number for record in records if record.number]
    assert len(numbers) >= 8
    assert not {"无", "无号"} & set(numbers)


@pytest.mark.parametrize("name", ["guangzhou", "state_council", "state_council_departments"])
def test_real_pages_come_through_the_crawl_and_are_read_as_the_gold_says(crawled, pages, name):
    wrong = []
    for said, _ in pages[name]:
        record = crawled[name].read(crawled[name].row(said["url"]))
        wanted = said["gold"].get("doc_no")
        if not isinstance(record, PageRecord):
            wrong.append((said["url"], record))
        elif wanted and plain_number(record.number) != plain_number(wanted):
            wrong.append((said["url"], record.number, wanted))
    assert len(pages[name]) >= {"guangzhou": 5, "state_council": 36}.get(name, 1)
    assert wrong == []


def plain_number(number):
    return re.sub(r"[\s\u200b]", "", number or "").translate(str.maketrans("﹝﹞[]【】", "〔〕〔〕〔〕"))


def test_guangdongs_rows_have_the_keys_that_the_sources_name():
    """The saved search answer is of another address of the platform, with the same rows."""
    row = json.loads(saved("provincial_json/GDProvince.response.json"))["data"]["list"][0]
    for name in ("guangdong", "guangzhou_hrss"):
        assert set(SHIPPED[name].list.fields.values()) <= set(row)
        assert re.search(SHIPPED[name].list.page_url, row["url"])
    assert urlsplit(row["url"]).path.startswith("/gkmlpt/content/")

"""The guess on real listings, and on real pages that are none; skipped where the saved pages are not at hand."""

import json
from pathlib import Path

import pytest
import yaml

from crawlers.guess import NotAListing, guess
from crawlers.replay import Answered, walk
from crawlers.source import Source
from pipeline.drafting import written

PAGES = Path(__file__).parents[3] / "shared" / "pages"
pytestmark = pytest.mark.skipif(not PAGES.is_dir(), reason="no saved pages in ../shared/pages")

DATASTORE = (
    "https://gxt.jiangsu.gov.cn/module/web/jpage/dataproxy.jsp?startrecord=1&endrecord=75&perpage=25&columnid=80179"
)
LISTS = {
    "lists/jiangsu_gxt_dataproxy_page_1.xml": DATASTORE,
    "lists/jiangsu_gxt_dataproxy_page_2.xml": DATASTORE,
    "transcribed/ndrc_fzggwl_list.html": "https://www.ndrc.gov.cn/xxgk/zcfb/fzggwl/",
    "lists/gansu_jyt_list.html": "https://jyt.gansu.gov.cn/jyt/c110634/zwgklist.shtml",
    "transcribed/beijing_zhengcefagui_list_fragment.html": "https://www.beijing.gov.cn/zhengce/zhengcefagui/",
}
COUNTED = {"lists/gansu_jyt_list.html": 20}  # by eye, in the comment that a script takes off
# path: the rows that its answer holds, counted by hand
SEARCHES = {
    "FJPronvince": ("datas", 10),
    "GDProvince": ("data.list", 20),
    "GWY": ("searchVO.catMap.gongwen.listVO", 5),
    "GZProvince": ("data.middle.list", 10),
    "HBProvince": ("page.content", 10),
    "TJProvince": ("page.content", 10),
}
# Their own lists of entries: a folder of guides, which a person may want to watch.
FOLDERS = {"20b_广州劳动仲裁服务指南_目录"}


def listed(path, url):
    body = (PAGES / path).read_bytes()
    source = Source.model_validate(yaml.safe_load(written("real", url, guess(body, url))))
    answers = [Answered(body, "", url)]
    return source, walk(source, lambda _: answers.pop() if answers else None).entries


@pytest.mark.parametrize("path", LISTS)
def test_a_real_list_gives_the_entries_that_were_counted(path):
    gold = json.loads((PAGES / path).with_suffix(".json").read_text(encoding="utf-8"))["gold"]
    _, entries = listed(path, LISTS[path])
    assert len(entries) == (gold["items"] or COUNTED[path])
    assert all(entry.said["title"] and entry.said["published_date"] for entry in entries)
    if first := gold.get("first"):
        assert entries[0].url.endswith(first[0].removeprefix("."))
        assert entries[0].said["published_date"].replace("/", "-") == first[-1]


@pytest.mark.parametrize("name", SEARCHES)
def test_a_real_search_gives_its_rows(name):
    path = f"provincial_json/{name}.response.json"
    rows, count = SEARCHES[name]
    source, entries = listed(path, "https://search.example.gov.cn/list?page=1")
    assert (source.list.rows, len(entries)) == (rows, count)
    assert all(entry.said["title"] and entry.said["published_date"] for entry in entries)


def test_a_real_list_in_a_comment_is_said_to_be_one():
    path = "lists/gansu_jyt_list.html"
    source, _ = listed(path, LISTS[path])
    assert (source.list.commented, source.list.next, source.list.next_from) == (True, "zwgklist_{n}.shtml", 2)


def test_real_documents_are_no_listings():
    taken = []
    paths = [path for folder in ("gov.cn", "guangzhou", "gne", "seeds") for path in (PAGES / folder).glob("*.html")]
    assert len(paths) > 50
    for path in paths:
        try:
            guess(path.read_bytes(), "https://www.example.gov.cn/zwgk/content_1.html")
        except NotAListing:
            continue
        taken.append(path.stem)
    assert set(taken) <= FOLDERS

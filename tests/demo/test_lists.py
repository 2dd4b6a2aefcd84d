import json
import re
import xml.etree.ElementTree as ET
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

import pytest
import yaml

from demo import listing
from demo.documents import load_documents
from demo.editions import BUREAU, EDITIONS, MEDIA, PORTAL

LIST = "http://www.yunjiang.example/zhengce/zhengcefagui/"
SEARCH = "http://jxj.yunjiang.example/api/search?page={page}&size={size}"
FEED = "http://news.yunjiang.example/rss/zhengce.xml"
ITEM = re.compile(
    r'<li>(?:<i class="flag">(.*?)</i> )?<a href="(.*?)" target="_blank" title="(.*?)">(.*?)</a> <span>(.*?)<'
)
GOOD = [item.number for item in EDITIONS if not item.challenged and not item.broken]


@pytest.fixture(scope="module")
def sources(pytestconfig):
    folder = pytestconfig.rootpath / "crawlers" / "sources"
    return {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in folder.glob("demo_*.yaml")}


def pages_of(ask):
    number = 0
    while True:
        page = ask(LIST if number == 0 else f"{LIST}index_{number}.html")
        if page.status != 200:
            return
        yield page
        number += 1


@pytest.mark.parametrize("number", GOOD)
def test_the_list_names_every_document_of_the_edition_once(ask, portal, number, sources):
    portal.edition = number
    low, high = sources["demo_portal"]["expect"]["items_per_list"]
    pattern = re.compile(sources["demo_portal"]["list"]["page_url"])
    found = []
    for page in pages_of(ask):
        items = ITEM.findall(page.text)
        assert low <= len(items) <= high
        assert page.text.count("更多") == 1
        found += [(urljoin(LIST, href), title) for _, href, title, _, _ in items]
    assert all(pattern.search(url) for url, _ in found)
    assert not pattern.search("javascript:void(0)")
    canonical = [url.replace("/gate/big5/www.yunjiang.example", "") for url, _ in found]
    expected = {(document.url, version.title) for document, version in listing.entries(PORTAL, number)}
    assert len(canonical) == len(set(canonical))
    assert set(zip(canonical, (title for _, title in found), strict=True)) == expected


@pytest.mark.parametrize("number", GOOD)
def test_every_listed_address_answers(ask, portal, number):
    portal.edition = number
    listed = [urljoin(LIST, href) for page in pages_of(ask) for _, href, *_ in ITEM.findall(page.text)]
    listed += [document.url for host in (BUREAU, MEDIA) for document, _ in listing.entries(host, number)]
    assert {url: ask(url).status for url in listed} == dict.fromkeys(listed, 200)


def test_visible_titles_are_cut_and_the_attribute_is_whole(ask):
    cut = [item for item in ITEM.findall(ask(LIST).text) if item[3].endswith("...")]
    assert cut
    assert all(title.startswith(visible.removesuffix("...")) for _, _, title, visible, _ in cut)


def test_the_flag_follows_the_page_and_is_blank_where_the_page_is(ask, portal):
    def flags():
        return {title: flag for page in pages_of(ask) for flag, _, title, _, _ in ITEM.findall(page.text)}

    housing = load_documents()["talent-housing-2020"].at(1).title
    blank = load_documents()["irrigation-2021"].at(1).title
    portal.edition = 10
    assert (flags()[housing], flags()[blank]) == ("是", "")
    portal.edition = 11
    assert flags()[housing] == "否"


def test_the_challenge_answers_200_without_items_and_pages_go_on(ask, portal):
    portal.edition = 8
    answer = ask(LIST)
    assert answer.status == 200
    assert "安全验证" in answer.text
    assert not ITEM.findall(answer.text)
    assert ask(load_documents()["software-2021"].url).status == 200


def test_the_server_breaks_half_way(ask, portal):
    portal.edition = 9
    assert ask(LIST).status == 200
    assert ask(f"{LIST}index_1.html").status == 500
    asked = [document for document, _ in listing.entries(PORTAL, 9)]
    broken = [document.id for document in asked if ask(document.url).status == 500]
    assert "private-economy-2022" in broken
    assert 0.2 * len(asked) < len(broken) < len(asked)


@pytest.mark.parametrize(("number", "status"), [(7, 200), (8, 404), (9, 404), (10, 404), (11, 200)])
def test_one_page_is_missing_while_the_portal_is_unwell_and_once_after(ask, portal, number, status):
    portal.edition = number
    assert ask(load_documents()["cold-chain-2021"].url).status == status


@pytest.mark.parametrize(("number", "status"), [(2, 200), (3, 404), (4, 404), (5, 404), (6, 200)])
def test_one_page_is_taken_down_and_comes_back(ask, portal, number, status):
    portal.edition = number
    assert ask(load_documents()["public-venues-2020"].url).status == status


@pytest.mark.parametrize("number", [item.number for item in EDITIONS])
def test_the_search_is_paged_and_complete(ask, portal, number, sources):
    portal.edition = number
    low, high = sources["demo_bureau"]["expect"]["items_per_list"]
    rows, page = [], 1
    while True:
        answer = json.loads(ask(SEARCH.format(page=page, size=10)).body)
        if answer["code"] == 1001:
            assert answer["data"] is None
            break
        assert low <= len(answer["data"]["list"]) <= high
        total = answer["data"]["total"]
        rows += answer["data"]["list"]
        page += 1
    expected = [document.url for document, _ in listing.entries(BUREAU, number)]
    assert [row["url"] for row in rows] == expected
    assert total == len(expected)


def test_the_last_edition_needs_two_pages_of_the_search_and_three_of_the_list(ask, portal):
    portal.edition = 12
    assert json.loads(ask(SEARCH.format(page=2, size=10)).body)["code"] == 200
    assert len(list(pages_of(ask))) == 3


def test_the_search_prints_times_in_milliseconds_of_the_portals_zone(ask):
    rows = json.loads(ask(SEARCH.format(page=1, size=100)).body)["data"]["list"]
    design = next(row for row in rows if row["fwzh"] == "云经信规〔2020〕1号")
    assert design["cwrq"] == 1584288000000  # 2020-03-16 00:00 +08:00


def test_a_page_number_that_is_none_is_refused(ask):
    assert ask(SEARCH.format(page="x", size=10)).status == 400


@pytest.mark.parametrize("number", [item.number for item in EDITIONS])
def test_the_feed_is_valid_and_shows_the_latest_only(ask, portal, number, sources):
    portal.edition = number
    answer = ask(FEED)
    assert answer.headers.get_content_type() == "application/rss+xml"
    items = ET.fromstring(answer.body).findall("./channel/item")
    low, high = sources["demo_media"]["expect"]["items_per_list"]
    assert low <= len(items) <= high
    assert [item.findtext("link") for item in items] == list(listing.feed_pages(number))
    days = [parsedate_to_datetime(item.findtext("pubDate")) for item in items]
    assert days == sorted(days, reverse=True)
    assert all(day.utcoffset() is not None and day <= EDITIONS[number - 1].at for day in days)


def test_each_source_file_is_named_after_its_source_and_points_at_the_demo(sources):
    assert set(sources) == {"demo_portal", "demo_bureau", "demo_media"}
    for name, source in sources.items():
        assert source["name"] == name
        assert source["demo"] is True
        assert source["politeness"]["delay"] == 0
        assert source["homepage"].endswith(".yunjiang.example/")
    assert {name: source["list"]["kind"] for name, source in sources.items()} == {
        "demo_portal": "html",
        "demo_bureau": "json",
        "demo_media": "feed",
    }


def test_the_mirror_address_rewrites_to_the_canonical_one(sources):
    (rule,) = sources["demo_portal"]["canonical"]
    document = load_documents()["software-2021"]
    mirror = f"http://www.yunjiang.example{listing.MIRROR}{document.path}"
    assert re.sub(rule["match"], rule["replace"], mirror) == document.url
    assert re.sub(rule["match"], rule["replace"], document.url) == document.url

"""Every shipped source against a stand-in of its portal: its listing walked, its pages asked, read and refused.

The answers are invented and have the portals' shape; `test_replay_real.py` does the same with real ones.
"""

import pytest

from pipeline.parsers.records import PageRecord, plain
from pipeline.pool import Rejection
from tests.crawlers.replays import SHIPPED, Replay, cases_of, crawl, fill, stand_in

REFUSED = [(name, label) for name in SHIPPED for label, case in cases_of(name).items() if "unreadable" in case.expected]
# What the crawl must bring to the reader unharmed; the rest is the reader's business (tests/parsers/test_fixtures.py).
BROUGHT = ("kind", "title", "number", "issuers", "published_date", "signed_date", "stated_status")


@pytest.fixture(scope="module")
def standin(tmp_path_factory):
    made = stand_in(tmp_path_factory.mktemp("portals"), SHIPPED.values())
    for name, source in SHIPPED.items():
        Replay.of(name).put(made)
        cases = cases_of(name)
        for case in cases.values():
            made.add(case.url, case.answer)
        fill(made, source, cases["good"].answer)
        for _, url in source.entry_urls() if source.list.kind == "pages" else ():
            made.answers.setdefault(("GET", url, ""), cases["good"].answer)
    yield made
    made.close()


@pytest.fixture(scope="module")
def crawled(standin):
    return crawl(standin.folder, standin, SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_crawl_is_good(crawled, name):
    summary = crawled[name].summary
    assert (summary["verdict"], summary["reasons"]) == ("good", [])
    assert {row["outcome"] for row in crawled[name].pages} <= {"new", "blocked"}


@pytest.mark.parametrize("name", SHIPPED)
def test_the_whole_listing_is_walked(crawled, name):
    assert crawled[name].items == Replay.of(name).lists


@pytest.mark.parametrize("name", SHIPPED)
def test_what_the_listing_says_travels_with_the_page(crawled, name):
    wanted = Replay.of(name).listed
    listed = {url: crawled[name].row(url)["listed"] for url in wanted}
    # Values as printed stand beside those that were read; they are told here only where they are the point.
    read = {
        url: {key: said[key] for key in said if key in wanted[url] or not key.endswith("_raw")}
        for url, said in listed.items()
    }
    assert read == wanted


@pytest.mark.parametrize("name", SHIPPED)
def test_the_good_page_is_read_as_its_fixture_says(crawled, name):
    good = cases_of(name)["good"]
    record = crawled[name].read(crawled[name].row(good.url))
    assert isinstance(record, PageRecord), record
    wanted = {field: value for field, value in good.expected.items() if field in BROUGHT}
    assert {field: plain(getattr(record, field)) for field in wanted} == wanted


@pytest.mark.parametrize(("name", "label"), REFUSED)
def test_a_page_that_is_none_is_refused(crawled, name, label):
    case = cases_of(name)[label]
    row = crawled[name].row(case.url)
    if row["outcome"] == "blocked":  # the crawl knew it already, and it never reaches the reader
        assert "challenge page" in row["error"]
        return
    outcome = crawled[name].read(row)
    assert isinstance(outcome, Rejection)
    assert outcome.reason == case.expected["unreadable"]


def test_a_mirror_is_known_under_the_pages_own_address(crawled):
    mirror = cases_of("beijing")["traditional_mirror"]
    row = crawled["beijing"].row(mirror.url)
    assert row["canonical_url"] == mirror.url.replace("http://www.beijing.gov.cn/gate/big5/", "https://")
    record = crawled["beijing"].read(row)
    assert (record.title, record.script) == (mirror.expected["title"], "Hant")


def test_a_portal_that_wants_a_referer_gets_it(crawled):
    """The stand-in refuses such requests without one, as the portal does: so the list would be empty."""
    wanting = [name for name in SHIPPED if any("needs" in answer for answer in Replay.of(name).answers)]
    assert {"miit", "state_council"} <= set(wanting)
    assert all(crawled[name].summary["verdict"] == "good" for name in wanting)


def test_nothing_is_asked_that_no_list_names(crawled, standin):
    asked = {row["url"] for one in crawled.values() for row in one.rows}
    stray = [
        key for key in standin.not_found if key.removeprefix("GET ").removeprefix("POST ").split(" {")[0] not in asked
    ]
    assert stray == []

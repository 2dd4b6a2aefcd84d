"""Which known pages a run asks again: the rule as a function of dates, and crawls that follow it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crawlers.index import Dates, Index, Known, listed_digest
from crawlers.manifest import Row
from crawlers.recheck import LONGEST, Facts, due, every, facts_of, is_due
from crawlers.session import CrawlSession
from crawlers.source import load_sources
from policywatch.home import Home

TODAY = date(2024, 6, 1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def ago(days):
    return TODAY - timedelta(days)


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        (Facts(ago(1), published=ago(0)), 1),
        (Facts(ago(1), published=ago(-3)), 1),  # dated ahead
        (Facts(ago(1), published=ago(30)), 1),
        (Facts(ago(1), published=ago(31)), 3),
        (Facts(ago(1), published=ago(90)), 3),
        (Facts(ago(1), published=ago(91)), 7),
        (Facts(ago(1), published=ago(365)), 7),
        (Facts(ago(1), published=ago(366)), LONGEST),
        (Facts(ago(1), published=date(1951, 1, 1)), LONGEST),
        (Facts(ago(1), published=ago(4000), changed=ago(10)), 1),
        (Facts(ago(1), published=ago(4000), changed=ago(100)), 7),
        (Facts(ago(1), published=ago(4000), changed=ago(1000)), LONGEST),
        (Facts(ago(1), published=ago(4000), turns=(ago(-7),)), 1),
        (Facts(ago(1), published=ago(4000), turns=(ago(-30), ago(3000))), 3),
        (Facts(ago(1), published=ago(4000), turns=(ago(30),)), 3),
        (Facts(ago(1), published=ago(4000), turns=(ago(-31), ago(31))), LONGEST),
        (Facts(ago(1), published=ago(4000), trouble=1), 0),
        (Facts(ago(1), published=ago(4000), trouble=3), 0),
        (Facts(ago(1), published=ago(1), trouble=4), 7),
        (Facts(ago(1), published=ago(1), trouble=13), LONGEST),
    ],
)  # fmt: skip
def test_how_often(facts, days):
    assert every(facts, TODAY) == days


@pytest.mark.parametrize(("published", "days"), [(ago(4000), LONGEST), (ago(250), 7), (ago(60), 3), (ago(2), 1)])
def test_no_page_waits_longer_than_its_turn_and_pages_met_together_are_spread(published, days):
    asked = {f"http://a.example/{number}": ago(0) for number in range(300)}
    load = []
    for _ in range(2 * days):
        day = TODAY + timedelta(len(load) + 1)
        now = [url for url, last in asked.items() if is_due(Facts(last, published=published), day, url)]
        assert all((day - asked[url]).days <= days for url in now)
        asked |= dict.fromkeys(now, day)
        load.append(len(now))
    assert all((TODAY + timedelta(2 * days) - last).days < days for last in asked.values())
    assert sum(load) == 2 * len(asked)
    assert max(load) <= 2 * len(asked) / days + days


def test_missed_days_are_made_up_for():
    url = "http://a.example/"
    facts = Facts(ago(45), published=ago(4000))
    assert is_due(facts, TODAY, url)
    assert not is_due(facts._replace(asked=TODAY), TODAY, url)
    assert is_due(facts._replace(asked=TODAY, trouble=2), TODAY, url)


def known(url="http://a.example/1", **more):
    values = dict.fromkeys(Known.__dataclass_fields__)
    at = "2024-05-20T20:00:00Z"  # the 21st in Shanghai
    return Known(**values | {
        "key": url, "role": "page", "url": url, "first_seen_at": at, "last_fetched_at": at, "full_at": at, "trouble": 0,
        **more,
    })  # fmt: skip


def test_facts_are_of_the_portals_own_days():
    met = date(2024, 5, 21)
    assert facts_of(known(), SHANGHAI) == Facts(asked=met, published=met)
    # Before anybody has read it, other bytes are a change; then the reader's word counts: a counter is none.
    changed = known(full_at="2024-05-29T20:00:00Z")
    assert facts_of(changed, SHANGHAI).changed == date(2024, 5, 30)
    read = known(full_at="2024-05-29T20:00:00Z", was_read="u", published="2015-02-03", ends="2024-12-31")
    assert facts_of(read, SHANGHAI) == Facts(met, date(2015, 2, 3), turns=(date(2024, 12, 31),))
    assert facts_of(known(was_read="u", changed="2024-05-01"), SHANGHAI).changed == date(2024, 5, 1)


def test_the_longest_overdue_comes_first():
    pages = [
        known("http://a.example/old", first_seen_at="2015-01-01T00:00:00Z", last_fetched_at="2024-01-01T00:00:00Z"),
        known("http://a.example/young", full_at="2024-05-20T20:00:00Z", last_fetched_at="2024-05-29T00:00:00Z"),
        known("http://a.example/asked", last_fetched_at="2024-05-31T17:00:00Z"),  # the first of June there
    ]
    assert list(due(pages, TODAY, SHANGHAI)) == ["http://a.example/old", "http://a.example/young"]


def test_dates_of_the_reader_reach_the_crawler(tmp_path):
    home = Home.at(tmp_path)
    row = Row(
        "c", "s-1", "s", "page", "http://a.example/1", "http://a.example/", "2024-05-20T20:00:00Z", "new",
        listed={"title": "通知"},
    )  # fmt: skip
    summary = {"crawl_id": "s-1", "started_at": "t", "finished_at": "t", "verdict": "good", "lists": []}
    with Index.open(home) as index:
        index.add("s", summary, [row])
        (page,) = index.pages("s")
        assert (page.was_read, page.listed) == (None, listed_digest({"title": "通知"}))
        index.set_dates("s", [Dates("http://a.example/", "2015-02-03", None, "2024-12-31")])
        index.set_dates("other", [])
        (page,) = index.pages("s")
        assert page == index.page("s", "http://a.example/1")
        assert (page.was_read, page.published, page.ends, page.changed) == (
            "http://a.example/", "2015-02-03", "2024-12-31", None,
        )  # fmt: skip
        index.set_dates("s", [])
        assert index.page("s", "http://a.example/1").was_read is None


def test_an_index_of_the_version_before_is_brought_up_to_date(tmp_path):
    home = Home.at(tmp_path)
    with Index.open(home) as index:
        index._db.execute("DROP TABLE dates")
        for column in ("trouble", "listed", "linked_by"):
            index._db.execute(f"ALTER TABLE page DROP COLUMN {column}")
        index._db.execute("PRAGMA user_version=1")
    with Index.open(home) as index:
        assert list(index.pages("s")) == []


def test_crawls_keep_to_it(portal, crawls, reply):
    def listing(*numbers, **titles):
        items = "".join(f'<li><a href="/a/{n}" title="{titles.get(f"n{n}", n)}">x</a></li>' for n in numbers)
        portal.routes["/a/"] = reply(f"<ul>{items}</ul>")

    for number in range(6):
        portal.routes[f"/a/{number}"] = reply(f"policy {number}", etag=f'"{number}"')
    listing(*range(6))
    crawls.source("aged", portal, f'{{kind: html, start: "{portal.url}/a/", item: li}}', recheck="by_age")
    assert len(crawls.run("aged").outcomes()) == 6
    with Index.open(Home.at(crawls.home)) as index:
        index.set_dates("aged", [Dates(f"{portal.url}/a/{number}", "2001-01-01") for number in (1, 2, 3, 4)])
    # Number 5 stands in no list any more, and number 1 under another title; the others' turn comes in their own time.
    listing(0, 1, n1="改了的标题")
    portal.forget()
    second = crawls.run("aged", hours=24)
    assert {"a/0", "a/1", "a/5"} <= set(second.outcomes()) < {f"a/{number}" for number in range(6)}
    assert portal.hits["/a/"] == 1
    # The same day again: nothing is due, which is no failure.
    third = crawls.run("aged")
    assert (third.outcomes(), third.summary["verdict"], third.summary["stats"]["not_due"]) == ({}, "good", 2)
    portal.routes["/a/3"] = reply("gone", 404)
    everything = crawls.run("aged", "--recheck-all")
    assert everything.outcomes() == {f"a/{number}": "missing" if number == 3 else "not_modified" for number in range(6)}
    assert crawls.run("aged").outcomes() == {"a/3": "missing"}  # one miss is confirmed or taken back soon


def test_a_crawl_taken_up_after_midnight_asks_for_the_day_on_which_it_began(tmp_path):
    source = load_sources()["beijing"]
    days = [
        CrawlSession(Home.at(tmp_path), source, datetime(2024, 5, 31, hour, 59, tzinfo=UTC))._today for hour in (15, 16)
    ]
    assert days == [ago(1), ago(0)]

"""Quiet hours, budgets, delays and the clock: the rules, without a network."""

import asyncio
import gc
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from pydantic import ValidationError
from scrapy.http import Request, Response
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.settings import Settings
from scrapy.signalmanager import SignalManager

from crawlers import middlewares, rounds, throttle
from crawlers.budget import PORTION, Budget
from crawlers.model import Politeness, Source
from crawlers.quiet import quiet_until
from crawlers.settings import COOKIES, source_settings
from policywatch.errors import StorageError
from policywatch.home import Home

TODAY = date(2024, 3, 1)
SHANGHAI = "Asia/Shanghai"


def at(text):
    return datetime.fromisoformat(f"2024-03-01T{text}:00+08:00")


@pytest.mark.parametrize(
    ("spans", "now", "until"),
    [
        ((), "09:00", None),
        (("08:00-18:00",), "07:59", None),
        (("08:00-18:00",), "08:00", "18:00"),
        (("08:00-18:00",), "17:59", "18:00"),
        (("08:00-18:00",), "18:00", None),
        (("22:00-06:00",), "23:30", "06:00"),
        (("22:00-06:00",), "00:10", "06:00"),
        (("22:00-06:00",), "06:00", None),
        (("08:00-12:00", "12:00-18:00"), "11:00", "18:00"),
        (("20:00-24:00", "00:00-06:00"), "21:00", "06:00"),
    ],
)
def test_quiet_hours(spans, now, until):
    found = quiet_until(spans, SHANGHAI, at(now).astimezone(UTC))
    assert (f"{found:%H:%M}" if found else None) == until


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"quiet": ["8-18"]}, "no span of the day"),
        ({"quiet": ["08:00-25:00"]}, "no span of the day"),
        ({"quiet": ["08:00-08:00"]}, "begins when it ends"),
        ({"quiet": ["00:00-24:00"]}, "no minute of the day"),
        ({"quiet": ["06:00-18:00", "17:00-06:00"]}, "no minute of the day"),
        ({"user_agent": "Mozilla/5.0"}, "user_agent_reason"),
        ({"user_agent_reason": "refuses us"}, "user_agent_reason"),
        ({"daily_budget": 0}, "greater than or equal to 1"),
    ],
)
def test_what_politeness_does_not_take(value, words):
    with pytest.raises(ValidationError, match=words):
        Politeness(**value)


FACTS = {
    "name": "here", "title": "t", "jurisdiction": "CN", "authority": "portal", "homepage": "http://a.example/",
    "schedule": "1 1 * * *", "list": {"kind": "html", "start": "http://a.example/l/", "item": "li", "max_pages": 30},
}  # fmt: skip


def test_a_budget_that_the_listing_alone_would_use_up_is_refused():
    assert Source(**FACTS, politeness={"daily_budget": 31}).politeness.daily_budget == 31
    with pytest.raises(ValidationError, match=r"max_pages \(30\) would use up all 30 requests"):
        Source(**FACTS, politeness={"daily_budget": 30})


def test_a_schedule_that_could_never_start_is_refused():
    quiet = {"quiet": ["08:00-18:00"]}
    assert Source(**{**FACTS, "schedule": "17 6,9 * * *"}, politeness=quiet).name == "here"
    with pytest.raises(ValidationError, match=r"all times of '\*/20 9-17 \* \* 1-5' lie in politeness\.quiet"):
        Source(**{**FACTS, "schedule": "*/20 9-17 * * 1-5"}, politeness=quiet)


def test_only_a_demo_may_name_a_private_address():
    inside = {**FACTS, "hosts": ["10.0.0.8"]}
    with pytest.raises(ValidationError, match=r"10\.0\.0\.8 is a private address"):
        Source(**inside)
    assert Source(**inside, demo=True).demo


def test_cookies_are_kept_only_where_declared():
    assert "COOKIES_ENABLED" not in source_settings(Source(**FACTS))
    declared = source_settings(Source(**FACTS, cookies=True))
    assert declared["COOKIES_ENABLED"]
    assert COOKIES in declared["DOWNLOADER_MIDDLEWARES"]


def test_another_user_agent_stands_beside_its_reason():
    polite = {"user_agent": "Mozilla/5.0", "user_agent_reason": "403 for anything else, seen on 2024-03-01"}
    assert source_settings(Source(**FACTS, politeness=polite))["USER_AGENT"] == "Mozilla/5.0"


# --- the day's budget ------------------------------------------------------------------------------------------------


def test_a_budget_is_shared_by_all_who_ask_a_host(tmp_path):
    home = Home(tmp_path)
    with Budget(home, 5) as one, Budget(home, 3) as other:
        assert [one.take("a.example", TODAY) for _ in range(2)] == [True, True]
        assert [other.take("a.example", TODAY) for _ in range(2)] == [True, False]
        assert [one.take("a.example", TODAY) for _ in range(3)] == [True, True, False]
        assert one.take("b.example", TODAY)
        assert one.take("a.example", TODAY + timedelta(days=1))
        assert one.spent("a.example", TODAY) == 5


def test_a_budget_survives_a_kill(tmp_path):
    home = Home(tmp_path)
    killed = Budget(home, 5)
    for _ in range(4):
        killed.take("a.example", TODAY)
    killed._db.close()  # as a kill does: nothing is given back, nothing is said
    with Budget(home, 5) as again:
        assert [again.take("a.example", TODAY) for _ in range(2)] == [True, False]


def test_who_has_no_budget_is_counted_for_those_who_have(tmp_path):
    home = Home(tmp_path)
    with Budget(home, None) as free:
        assert all(free.take("a.example", TODAY) for _ in range(PORTION + 3))
        assert free.spent("a.example", TODAY) == PORTION + 3
    with Budget(home, PORTION + 4) as bound:
        assert [bound.take("a.example", TODAY) for _ in range(2)] == [True, False]


def test_old_counts_are_forgotten(tmp_path):
    home = Home(tmp_path)
    for day in (TODAY, TODAY + timedelta(days=30)):
        with Budget(home, 5) as budget:
            budget.take("a.example", day)
    with Budget(home, 5) as budget:
        assert budget.spent("a.example", TODAY) == 0
        assert budget.spent("a.example", TODAY + timedelta(days=30)) == 1


def test_a_budget_that_cannot_be_kept_stops_the_run(tmp_path):
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "index.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(StorageError, match="cannot write"):
        Budget(Home(tmp_path), 5)
    gc.collect()  # a file left open speaks up here, and not in whatever test comes next


# --- delays ----------------------------------------------------------------------------------------------------------


def robots(text):
    return ProtegoRobotParser(text.encode(), None)


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("", 0),
        ("User-agent: *\nCrawl-delay: 10\n", 10),
        ("User-agent: *\nCrawl-delay: 0.5\n", 0.5),
        ("User-agent: *\nCrawl-delay: ten\n", 0),
        ("User-agent: *\nCrawl-delay: -3\n", 0),
        ("User-agent: *\nRequest-rate: 1/30\n", 30),
        ("User-agent: *\nRequest-rate: 2/1m\nCrawl-delay: 5\n", 30),
        ("User-agent: *\nCrawl-delay: 60\n\nUser-agent: policywatch\nCrawl-delay: 3\n", 3),
        ("User-agent: other\nCrawl-delay: 60\n", 0),
    ],
)
def test_what_robots_asks_for(text, delay):
    assert throttle.asked_delay(robots(text), "policywatch") == delay


@pytest.fixture
def crawler():
    """As much of Scrapy's crawler as a delay needs: a source with a delay of 2 s, a host that was asked already."""
    downloader = SimpleNamespace(slots={"a.example": SimpleNamespace(delay=2.0, lastseen=0.0)}, per_slot_settings={})
    settings = Settings(
        {
            "ROBOTSTXT_USER_AGENT": "policywatch", "DOWNLOAD_DELAY": 2.0, "AUTOTHROTTLE_ENABLED": True,
            "AUTOTHROTTLE_MAX_DELAY": 60.0, "AUTOTHROTTLE_TARGET_CONCURRENCY": 1.0,
        }
    )  # fmt: skip
    found = SimpleNamespace(
        settings=settings,
        engine=SimpleNamespace(downloader=downloader),
        spider=SimpleNamespace(session=SimpleNamespace(notes=[])),
    )
    found.signals = SignalManager(found)
    return found


def follow(crawler, text):
    extension = throttle.CrawlDelay.from_crawler(crawler)
    extension.read(robots(text), Request("http://a.example/x"))
    return crawler.engine.downloader


def test_robots_raises_the_delay_of_its_host_for_good(crawler):
    downloader = follow(crawler, "User-agent: *\nCrawl-delay: 10\n")
    assert downloader.slots["a.example"].delay == 10
    assert downloader.per_slot_settings == {"a.example": {"delay": 10}}


def test_robots_never_shortens_the_delay(crawler):
    downloader = follow(crawler, "User-agent: *\nCrawl-delay: 1\n")
    assert downloader.slots["a.example"].delay == 2
    assert not downloader.per_slot_settings


def test_an_absurd_delay_is_bounded_and_said(crawler):
    downloader = follow(crawler, "User-agent: *\nCrawl-delay: 86400\n")
    assert downloader.slots["a.example"].delay == throttle.MAX_CRAWL_DELAY == 120
    (note,) = crawler.spider.session.notes
    assert note == "robots.txt of a.example asks for 86400 s between two requests; 120 s are kept"


def test_a_fast_answer_does_not_shorten_what_robots_asks_for(crawler):
    downloader = follow(crawler, "User-agent: *\nCrawl-delay: 90\n")
    auto = throttle.HostThrottle(crawler)
    auto.mindelay, auto.maxdelay = 2.0, 60.0
    for url, delay in [("http://a.example/x", 90), ("http://b.example/x", 2)]:
        slot = SimpleNamespace(delay=delay)
        auto._adjust_delay(slot, 0.01, Response(url))
        assert slot.delay == delay
    slow = SimpleNamespace(delay=2.0)
    auto._adjust_delay(slow, 30.0, Response("http://b.example/x"))
    assert slow.delay == 30
    assert downloader.slots["a.example"].delay == 90


def test_a_pause_that_the_portal_asks_for_is_kept(crawler, monkeypatch):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    monkeypatch.setattr(middlewares, "monotonic", lambda: 1000.0)
    monkeypatch.setattr(middlewares.asyncio, "sleep", sleep)
    patient = middlewares.PatientRetryMiddleware(Settings())
    patient.crawler = crawler
    patient._hold("a.example", 30)
    asyncio.run(patient.process_request(Request("http://b.example/")))
    assert not slept
    asyncio.run(patient.process_request(Request("http://a.example/")))
    assert slept == [30]
    # What was in Scrapy's own queue already waits as long: its next turn is `lastseen` and the delay.
    slot = crawler.engine.downloader.slots["a.example"]
    assert slot.lastseen + slot.delay == 1030


def test_a_date_of_retry_after_counts_from_the_portals_own_clock(monkeypatch):
    monkeypatch.setenv("POLICYWATCH_NOW", "2024-03-01T00:00:00+00:00")
    until = {"Retry-After": "Fri, 01 Mar 2024 00:01:00 GMT"}
    assert middlewares._pause(Response("http://a.example/", headers=until)) == 60
    wrong = {**until, "Date": "Fri, 01 Mar 2024 00:00:50 GMT"}
    assert middlewares._pause(Response("http://a.example/", headers=wrong)) == 10
    assert middlewares._pause(Response("http://a.example/", headers={**until, "Date": "today"})) == 60


# --- the clock -------------------------------------------------------------------------------------------------------

LAST = {"crawl_id": "here-1", "started_at": "2024-03-01T06:00:00Z", "finished_at": "2024-03-01T06:20:00Z"}


@pytest.mark.parametrize(
    ("now", "start"),
    [
        ("06:30:00", "06:30:00"),
        ("06:20:00", "06:20:00"),
        ("06:19:00", "06:20:01"),  # set back a little: times go on from where they were
        ("06:10:00", "06:20:01"),
        ("06:00:00", "06:00:00"),  # the very run that is committed already
    ],
)
def test_a_run_never_starts_before_the_last_one_ended(now, start):
    found = rounds.start_of(datetime.fromisoformat(f"2024-03-01T{now}Z"), LAST)
    assert f"{found:%H:%M:%S}" == start


@pytest.mark.parametrize(
    ("last", "day", "began"),
    [
        (None, 2, None),
        (LAST, 2, None),
        ({**LAST, "round_started_at": "2024-02-20T06:00:00Z"}, 2, "2024-02-20T06:00:00Z"),
        ({**LAST, "round_started_at": "2024-02-20T06:00:00Z"}, 9, None),  # nobody ran it for a week: all anew
    ],
)
def test_a_round_goes_on_where_a_rest_was_left(last, day, began):
    found = rounds.Round(datetime(2024, 3, day, 6, tzinfo=UTC), last)
    assert (found.goes_on, found.began) == (began is not None, began or f"2024-03-{day:02}T06:00:00Z")


def test_a_clock_that_was_set_back_stops_the_run():
    with pytest.raises(StorageError, match=r"the clock says 2024-02-29T06:00:00Z, but here-1 ended at .*set the clock"):
        rounds.start_of(datetime(2024, 2, 29, 6, tzinfo=UTC), LAST)

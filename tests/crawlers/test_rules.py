"""The rules of a good guest and of a fair judge, without a network."""

import pytest
from scrapy.exceptions import IgnoreRequest

from crawlers import middlewares, settings
from crawlers.health import Judgement, PageCounts, RunSeen, Seen, challenge, judge
from crawlers.manifest import Row
from crawlers.model import Expect
from crawlers.safety import MAX_REFUSALS, Guard
from crawlers.source import load_sources

TWENTY = (Seen("http://a.example/", 20),)


def row(outcome, number=0, status=200, error=None):
    return Row("c", "r", "s", "page", f"http://a.example/{number}", "u", "t", outcome, status, error=error)


def verdict(pages=(), expect=None, **more):
    values = {
        "signals": (), "has_list": True, "known_before": 0, "known_asked": 0, "gone_now": 0, "listed_last_time": None,
    }  # fmt: skip
    return judge(RunSeen(pages=PageCounts.of(pages), **{"lists": TWENTY, **values, **more}), expect or Expect())


NINE_NEW = [row("new", number) for number in range(9)]
GOOD = [row("not_modified", number) for number in range(20)]


def test_a_good_run():
    assert verdict(GOOD) == Judgement("good", ())


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"lists": (Seen("http://a.example/", 0),)}, "lists nothing"),
        ({"expect": Expect(items_per_list=(30, 40))}, "lists 20 items, expected 30 to 40"),
        ({"expect": Expect(items_per_list=(1, 10))}, "lists 20 items, expected 1 to 10"),
        ({"listed_last_time": 41}, "shrank from 41 to 20"),
        ({"signals": ("list http://a.example/: not JSON",)}, "not JSON"),
        ({"pages": [*GOOD, *(row("failed", n, 500) for n in range(6))]}, "6 of 26 pages failed"),
        ({"pages": [*GOOD, *(row("blocked", n, 403) for n in range(6))]}, "status 403"),
        ({"known_asked": 20, "gone_now": 7}, "7 of 20 known pages vanished at once"),
        ({"pages": [*GOOD, *NINE_NEW], "known_before": 9, "expect": Expect(new_per_run=(0, 8))}, "9 new pages"),
    ],
)  # fmt: skip
def test_a_suspect_run_says_why(how, words):
    found = verdict(**{"pages": GOOD, **how})
    assert found.verdict == "suspect"
    assert words in " ".join(found.reasons)


@pytest.mark.parametrize(
    "how",
    [
        {"lists": (Seen("u", 20), Seen("u", 3)), "expect": Expect(items_per_list=(15, 30))},  # the last page is short
        {"pages": [*GOOD, *(row("failed", n, 500) for n in range(5))]},
        {
            "pages": [
                *GOOD,
                *(row("blocked", n, None, "not asked: host x is not one of the source's") for n in range(50)),
            ]
        },
        {"pages": [*GOOD, *(row("new", n) for n in range(90))], "expect": Expect(new_per_run=(0, 8))},  # the first run
        {"listed_last_time": 40},
        {"known_asked": 20, "gone_now": 4},
        {"lists": (), "has_list": False},
    ],
)
def test_what_is_no_reason(how):
    assert verdict(**{"pages": GOOD, **how}).verdict == "good"


def test_a_run_without_one_useful_page_has_failed():
    assert verdict([row("missing"), row("failed")]).verdict == "failed"
    assert verdict([], lists=(), has_list=False).reasons == ("no page answered; look at crawl.log",)


def test_a_day_on_which_no_page_is_due_is_a_good_one_where_the_listing_was_read():
    assert verdict([]).verdict == "good"
    assert verdict([], signals=("list http://a.example/: no answer",)).verdict == "failed"
    assert verdict([], lists=(Seen("http://a.example/", 0),)).verdict == "failed"


@pytest.mark.parametrize(
    "text",
    [
        "<html><head><title>安全验证</title></head><body>请完成验证后继续访问</body></html>",
        "<html><script>var arg1='x';document.cookie='acw_sc__v2='+arg1</script></html>",
        "<html><title>Just a moment...</title></html>",
        "<body>您的访问请求可能对网站造成威胁，已被管理员设置拦截</body>",
        "<noscript>请开启JavaScript并刷新该页</noscript>",
    ],
)
def test_a_challenge_page_is_recognised(text):
    assert challenge(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html><body>关于停电的通知</body></html>",
        "<html><script>_ts=window['x']</script><body>" + "政策条文" * 400 + "</body></html>",
        "<html><body><h1>移动应用安全验证管理办法</h1>" + "<p>第一条 为了规范管理</p>" * 100 + "</body></html>",
        "安全验证" + "x" * 300_000,
    ],
)
def test_a_page_is_no_challenge(text):
    assert challenge(text.encode()) is None


def test_only_the_sources_hosts_are_asked():
    guard = Guard.of({"a.example"})
    assert guard.objection("https://a.example/x") is None
    for url in (
        "http://b.example/",
        "http://sub.a.example/",
        "file:///etc/passwd",
        "http://169.254.169.254/",
        "ftp://a.example/",
    ):
        assert guard.objection(url)


def test_a_portal_that_keeps_refusing_is_left_alone():
    guard = Guard.of({"a.example", "b.example"})
    for _ in range(MAX_REFUSALS - 1):
        guard.answered("http://a.example/", 403)
    guard.answered("http://a.example/", 200)
    assert guard.objection("http://a.example/") is None
    for _ in range(MAX_REFUSALS):
        guard.answered("http://a.example/", 429)
    assert "refused 10 requests in a row" in (guard.objection("http://a.example/") or "")
    assert guard.objection("http://b.example/") is None


def test_words_for_what_goes_wrong():
    assert middlewares.words_for(IgnoreRequest("Forbidden by robots.txt")) == "robots.txt forbids it"
    assert middlewares.words_for(ValueError("odd")) == "ValueError: odd"


def test_settings_are_those_of_a_good_guest(monkeypatch):
    monkeypatch.setenv("POLICYWATCH_CONTACT", "watch@example.org\n")
    assert settings.user_agent().endswith("(+watch@example.org)")
    monkeypatch.delenv("POLICYWATCH_CONTACT")
    assert "no contact" in settings.user_agent()
    for source in load_sources().values():
        own = settings.source_settings(source)
        if not source.demo:
            assert own["AUTOTHROTTLE_ENABLED"]
            assert own["DOWNLOAD_DELAY"] == own["AUTOTHROTTLE_START_DELAY"] >= 1
            assert own["CONCURRENT_REQUESTS_PER_DOMAIN"] == 1

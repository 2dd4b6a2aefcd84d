"""How a run is judged: what it expects of itself, the run before, walls that nobody knows, runs that end themselves."""

import pytest

from crawlers.health import Judgement, PageCounts, RunSeen, Seen, challenge, judge
from crawlers.manifest import Row
from crawlers.model import Expect

SPENT = "the day's 6 requests to a.example are spent; the rest is asked from the next day on"
WALL = "<html><head><meta charset='{}'><title>安全验证</title></head><body>请完成验证后继续访问</body></html>"


def rows(outcome, count, digest=None, **more):
    return [
        Row("c", "r", "s", "page", f"http://a.example/{n}", "u", "t", outcome, digest=digest or f"sha256:{n}", **more)
        for n in range(count)
    ]


def judged(pages=(), expect=None, **more):
    values = {
        "signals": (), "has_list": True, "known_before": 50, "known_asked": 0, "gone_now": 0, "listed_last_time": 40,
        "lists": (Seen("http://a.example/", 20), Seen("http://a.example/2", 20)),
    }  # fmt: skip
    return judge(RunSeen(pages=PageCounts.of(pages), **{**values, **more}), expect or Expect())


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "gbk"])
def test_a_challenge_page_is_recognised_in_the_encodings_of_chinese_firewalls(encoding):
    assert challenge(WALL.format(encoding).encode(encoding)) == "安全验证"


def test_every_marker_shows_by_itself():
    markers = [
        "访问验证", "安全验证", "人机验证", "滑动验证", "拖动滑块", "请完成下方的验证", "请完成验证", "验证码",
        "访问过于频繁", "请求太频繁", "正在进行安全检查", "您的请求已被拦截", "您的访问存在威胁", "您的访问被阻断",
        "网站防火墙", "云防御", "创宇盾", "安全狗", "开启JavaScript", "启用javascript", "打开Javascript", "Captcha",
        "__jsl_clearance", "acw_sc__v2", "_ts=window[", "cf-chl", "challenge-platform",
    ]  # fmt: skip
    spaced = ["请启用 JavaScript", "Just a moment", "Checking your browser", "Enable JavaScript", "Are you a robot"]
    for marker in [*markers, *spaced, "Verify you are human", "verify you are a human", "_ts = window["]:
        assert challenge(f"<p>{marker}".encode()), marker
    assert challenge("<p>启用新的办公地点</p><script src='a.js' type='text/javascript'></script>".encode()) is None


def test_a_policy_in_gbk_that_writes_of_checks_is_no_challenge():
    text = "<html><body><h1>移动应用安全验证管理办法</h1>" + "<p>第一条 为了规范管理</p>" * 100 + "</body></html>"
    assert challenge(text.encode("gbk")) is None


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        (rows("new", 4, "sha256:same"), None),
        (rows("new", 5, "sha256:same"), "5 or more of 5 new or changed pages answered with the very same bytes"),
        ([*rows("changed", 6, "sha256:same"), *rows("changed", 10)], "6 or more of 16"),
        ([*rows("changed", 6, "sha256:same"), *rows("changed", 30)], None),
        ([*rows("unchanged", 60, "sha256:same"), *rows("new", 3)], None),
        # A wall that comes up late in a large crawl, after more different pages than are kept in mind.
        ([*rows("new", 3000), *rows("changed", 1000, "sha256:same")], "pages answered with the very same bytes"),
        (rows("new", 5_000), None),
    ],
    ids=["few", "five", "among others", "mirrors", "unchanged", "late", "all different"],
)
def test_a_wall_that_nobody_knows_shows_by_its_sameness(pages, words):
    found = judged(pages)
    assert found.verdict == ("suspect" if words else "good")
    assert words is None or words in found.reasons[0]


@pytest.mark.parametrize(
    "how",
    [
        {"pages": rows("new", 4)},
        {"pages": []},
        {"pages": [], "lists": ()},
        {"pages": rows("new", 4), "lists": (Seen("http://a.example/", 12),)},  # the walk was not at its end
        {"pages": rows("new", 4), "expect": Expect(new_per_run=(10, 90))},
        {"pages": rows("missing", 2)},
    ],
)
def test_a_run_that_ended_itself_says_nothing_of_the_portal(how):
    assert judged(stopped=SPENT, **how) == Judgement("partial", (SPENT,))


@pytest.mark.parametrize(
    ("how", "verdict", "words"),
    [
        ({"pages": rows("failed", 4, status=500)}, "failed", "4 of 4 pages failed"),
        ({"pages": [*rows("new", 4), *rows("blocked", 4, status=403)]}, "suspect", "status 403"),
        ({"pages": rows("new", 4), "signals": ("list http://a.example/: not JSON",)}, "suspect", "not JSON"),
        ({"pages": rows("new", 99), "expect": Expect(new_per_run=(10, 90))}, "suspect", "99 new pages"),
        ({"pages": rows("new", 4), "lists": (Seen("http://a.example/", 0),)}, "suspect", "lists nothing"),
    ],
)
def test_trouble_is_trouble_also_in_a_run_that_ended_itself(how, verdict, words):
    found = judged(stopped=SPENT, **how)
    assert found.verdict == verdict
    assert words in found.reasons[0]
    assert found.reasons[-1] == SPENT


def test_the_rest_of_a_round_need_not_bring_what_a_whole_one_does():
    few = {"pages": rows("new", 4), "expect": Expect(new_per_run=(10, 90))}
    assert judged(**few).verdict == "suspect"
    assert judged(**few, goes_on=True).verdict == "good"
    assert judged(pages=rows("new", 4), goes_on=True, listed_last_time=100).verdict == "suspect"

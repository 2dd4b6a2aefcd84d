"""A crawl as a guest: budgets, quiet hours, robots.txt, cookies, kills and clocks, on a portal on loopback."""

from datetime import date
from types import SimpleNamespace

import pytest

from crawlers.budget import Budget
from crawlers.warc import Damage, read_warc
from policywatch.home import Home

PAGES = 9
# Every look at the clock is a minute later than the one before.
TICKING = (
    "import itertools, datetime, policywatch.clock as c; real, n = c.now, itertools.count(); "
    "c.now = lambda: real() + datetime.timedelta(minutes=next(n))"
)
DAY = 24


@pytest.fixture
def listed(portal, crawls, reply, request):
    """A source of its own for each test: a list of nine pages. `write` changes its facts."""
    name = request.node.name.split("[")[0].removeprefix("test_")[:40]
    items = "".join(f'<li><a href="/{name}/{number}">{number}</a></li>' for number in range(PAGES))
    portal.routes[f"/{name}/"] = reply(items)
    for number in range(PAGES):
        portal.routes[f"/{name}/{number}"] = reply(f"policy {number} of {name}", etag=f'"{number}"')
    portal.routes["/robots.txt"] = reply("", 404)

    def write(**more):
        crawls.source(name, portal, f'{{kind: html, start: "{portal.url}/{name}/", item: li, max_pages: 1}}', **more)

    def run(*arguments, **more):
        portal.forget()
        outcome = crawls.run(name, *arguments, **more)
        numbers = [path.rsplit("/", 1)[1] for path in portal.hits if path.startswith(f"/{name}/") and path[-1] != "/"]
        return SimpleNamespace(outcome=outcome, asked=sum(portal.hits.values()), pages=set(numbers))

    write()
    yield SimpleNamespace(name=name, write=write, run=run)
    portal.routes["/robots.txt"] = reply("", 404)


def budget(requests):
    return f"{{delay: 0, concurrency: 4, daily_budget: {requests}}}"


def test_a_spent_budget_ends_the_run_and_the_next_day_goes_on(listed, portal, crawls, reply):
    crawls.hour = 0  # 08:00 in Shanghai
    portal.routes[f"/{listed.name}/0"] = reply("sorry", 500)
    portal.routes[f"/{listed.name}/1"] = reply("gone", 404)
    listed.write(politeness=budget(10))
    with Budget(Home(crawls.home), None) as other:  # as another source that asks the same host does
        other.take("127.0.0.1", date(2024, 3, 1))
        other.take("127.0.0.1", date(2024, 3, 1))
    first = listed.run("--set", "RETRY_TIMES=0")
    summary = first.outcome.summary
    assert first.asked == 8  # robots.txt, the list, six pages
    assert summary["stopped"] == "budget"
    assert summary["reasons"][-1] == (
        "the day's 10 requests to 127.0.0.1 are spent; the rest is asked from the next day on"
    )
    assert summary["counts"] == {"failed": 1, "missing": 1, "new": 4}

    again = listed.run()  # the same day
    assert again.asked == 0
    assert again.outcome.summary["verdict"] == "partial"
    assert again.outcome.rows == []

    portal.routes[f"/{listed.name}/0"] = reply("policy 0", etag='"0"')
    rest = listed.run(hours=DAY)
    assert rest.outcome.summary["verdict"] == "good"
    assert "stopped" not in rest.outcome.summary
    # What answered is not asked twice in a round; what did not answer is, and the list, which says what is new.
    assert first.pages & rest.pages == {"0", "1"}
    assert first.pages | rest.pages == {str(number) for number in range(PAGES)}
    assert rest.asked == 7


def test_a_kill_does_not_renew_the_budget(listed, portal, crawls, kill):
    listed.write(politeness=budget(7))
    crawls.hour += DAY
    process = crawls.start(listed.name)
    count = iter(range(100))
    portal.forget()
    portal.before = lambda _: kill(process.pid) if next(count) == 3 else None
    process.wait(60)
    portal.before = str
    before = sum(portal.hits.values())
    after = listed.run(hours=1)
    assert after.outcome.summary["verdict"] == "partial"
    assert before < 7
    assert before + after.asked <= 7
    with Budget(Home(crawls.home), None) as counts:
        days = [row[0] for row in counts._run("SELECT requests FROM asked WHERE host = ? ORDER BY day", ("127.0.0.1",))]
    assert days[-1] == 7


def test_quiet_hours_end_a_run_and_the_next_one_goes_on(listed, crawls):
    crawls.hour += DAY - crawls.hour % DAY  # 08:00 in Shanghai
    listed.write(politeness='{delay: 0, concurrency: 1, quiet: ["08:15-18:00"]}')
    began = listed.run(hours=0, first=TICKING)
    assert began.outcome.summary["verdict"] == "partial"
    assert 0 < len(began.pages) < PAGES

    quiet = listed.run(hours=1)
    assert quiet.asked == 0
    assert (quiet.outcome.summary["verdict"], quiet.outcome.summary["stopped"]) == ("partial", "quiet")
    assert quiet.outcome.summary["reasons"] == [
        "quiet hours until 18:00 (Asia/Shanghai); the rest is asked in the next run"
    ]

    rest = listed.run(hours=10)
    assert rest.outcome.summary["verdict"] == "good"
    assert not began.pages & rest.pages
    assert len(began.pages | rest.pages) == PAGES


def test_what_robots_asks_for_is_followed_within_bounds(listed, portal, reply):
    portal.routes["/robots.txt"] = reply("User-agent: *\nCrawl-delay: 0.02\n", kind="text/plain")
    run = listed.run(first="import crawlers.throttle as t; t.MAX_CRAWL_DELAY = 0.01")
    assert run.outcome.summary["verdict"] == "good"  # a note is no reason against a run
    note = "robots.txt of 127.0.0.1 asks for 0.02 s between two requests; 0.01 s are kept"
    assert run.outcome.summary["notes"] == [note]
    log = (run.outcome.folder / "crawl.log").read_text(encoding="utf-8")
    assert "robots.txt of 127.0.0.1 asks for 0.01 s between two requests" in log


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"body": "User-agent: *\nDisallow: /\n", "kind": "text/plain"}, "robots.txt forbids it"),
        ({"hang": True}, "robots.txt of 127.0.0.1 could not be had (no answer in time), which forbids all"),
    ],
    ids=["disallow", "silent"],
)
def test_robots_that_forbids_all(listed, portal, reply, answer, words):
    portal.routes["/robots.txt"] = reply(**answer)
    run = listed.run("--set", "DOWNLOAD_TIMEOUT=0.4", "--set", "RETRY_TIMES=0")
    assert set(portal.hits) == {"/robots.txt"}
    assert run.outcome.summary["verdict"] == "failed"
    assert words in " ".join(run.outcome.summary["reasons"])
    (row,) = [row for row in run.outcome.rows if row["role"] == "list"]
    assert row["outcome"] == "blocked"
    assert words in row["error"]


def test_a_date_that_is_over_is_no_pause_and_cookies_are_not_kept(listed, portal, reply):
    turns = iter([reply("busy", 429, headers={"Retry-After": "Mon, 01 Jan 1990 00:00:00 GMT"}), reply("at last")])
    portal.routes[f"/{listed.name}/0"] = lambda _: next(turns)
    portal.routes[f"/{listed.name}/1"] = reply("policy", headers={"Set-Cookie": "visitor=7"})
    run = listed.run()
    assert run.outcome.row(f"/{listed.name}/0")["outcome"] == "new"
    assert portal.hits[f"/{listed.name}/0"] == 2
    assert not any("Cookie" in headers for _, headers, _ in portal.asked)


def test_declared_cookies_live_as_long_as_a_run(listed, portal, reply):
    page = f"/{listed.name}/"
    portal.routes[page] = reply(portal.routes[page].body, headers={"Set-Cookie": "visitor=7; Max-Age=99999999"})
    listed.write(cookies="true")
    for _ in range(2):
        listed.run()
        sent = {path: headers.get("Cookie") for path, headers, _ in portal.asked if path.startswith(page)}
        assert sent.pop(page) is None
        assert set(sent.values()) == {"visitor=7"}


def archived(crawls, name):
    """The paths that the crawl's WARC holds whole answers of."""
    path = max((crawls.home / "archive" / name).rglob("*.warc.gz"))
    records = [record for record in read_warc(path) if not isinstance(record, Damage)]
    return {"/" + record.url.split("/", 3)[3] for record in records if record.kind in {"response", "revisit"}}


def test_killed_anywhere_it_asks_again_only_what_it_had_not_archived(listed, portal, crawls, kill):
    crawls.hour += 1
    listed.write(politeness="{delay: 0, concurrency: 1}")
    points = ["/robots.txt", f"/{listed.name}/", f"/{listed.name}/5", f"/{listed.name}/8"]
    have = set()
    for point in points:
        portal.forget()
        process = crawls.start(listed.name)
        portal.before = lambda path, point=point, pid=process.pid: kill(pid) if path == point else None
        process.wait(60)
        assert process.wait(0) < 0
        assert not set(portal.hits) & have
        have = archived(crawls, listed.name)
        assert point not in have
    portal.before = str
    end = listed.run(hours=0)
    assert not set(portal.hits) & have
    assert set(portal.hits) | have == {
        "/robots.txt",
        f"/{listed.name}/",
        *(f"/{listed.name}/{n}" for n in range(PAGES)),
    }
    assert end.outcome.summary["verdict"] == "good"
    assert end.outcome.summary["counts"] == {"new": PAGES}


def test_a_clock_that_was_set_back_stops_the_run_and_writes_nothing(listed, crawls):
    assert listed.run(hours=5).outcome.summary["verdict"] == "good"
    back = listed.run(hours=-3)
    assert (back.outcome.code, back.asked) == (1, 0)
    assert "set the clock right and run again" in back.outcome.said
    assert len(back.outcome.said.splitlines()) == 1
    assert len(list((crawls.home / "crawls" / listed.name).rglob("crawl.json"))) == 1
    crawls.hour += 3


def test_a_clock_that_is_set_back_while_a_run_goes_on(listed):
    backwards = "import itertools, datetime, policywatch.clock as c; real, n = c.now, itertools.count(); "
    backwards += "c.now = lambda: real() - datetime.timedelta(minutes=7 * (next(n) > 8))"
    run = listed.run(first=backwards, hours=2)
    times = [row["fetched_at"] for row in run.outcome.rows]
    summary = run.outcome.summary
    assert min(times) >= summary["started_at"]
    assert max(times) <= summary["finished_at"]
    # And in the next run, whose clock is still a little behind.
    later = listed.run(hours=0, env={"POLICYWATCH_NOW": summary["finished_at"].replace(":00Z", ":00+00:00")}, first=(
        "import datetime, policywatch.clock as c; real = c.now; c.now = lambda: real() - datetime.timedelta(minutes=5)"
    ))  # fmt: skip
    assert later.outcome.summary["started_at"] > summary["finished_at"]
    assert later.outcome.summary["counts"] == {"not_modified": PAGES}

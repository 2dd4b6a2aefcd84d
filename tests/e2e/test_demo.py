"""The whole pipeline on the demo portal: every event that must come, and not one more; and what the README shows of it.

One file, because one replay serves all its tests: the suite gives each file to one worker.
"""

import json
import re
import runpy
import shlex
from collections import Counter
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from demo import answers, messages
from demo.editions import EDITIONS, edition
from demo.expected import load_expected
from pipeline.alerts.event import EVENT_KINDS

EXPECTED = load_expected()
ROOT = Path(__file__).parents[2]
# About a page, so that its address is part of what is reported; and about a source, whose title says nothing.
PAGE_EVENTS = {event.kind for event in EXPECTED.events if event.url}
SOURCE_EVENTS = {"source_unhealthy", "source_recovered"}


def reported(published, number):
    """The events that edition `number` brought, as the expected file names them."""
    at = edition(number).at
    rows = published.execute(
        """SELECT kind, source, number, title, url, happened_on, is_baseline FROM changes
        WHERE detected_at >= ? AND detected_at < ?""",
        [at, at + timedelta(days=1)],
    ).fetchall()
    return [
        (kind, source, policy or title, url if kind in PAGE_EVENTS else None, happened_on, is_baseline)
        for kind, source, policy, title, url, happened_on, is_baseline in rows
    ]


def wanted(number):
    return [
        (event.kind, event.source, event.number or event.title, event.url, event.happened_on, event.is_baseline)
        for event in EXPECTED.of(number)
    ]


@pytest.mark.parametrize("number", [edition.number for edition in EDITIONS])
def test_an_edition_brings_its_events_and_no_other(published, number):
    def comparable(rows):
        # A source's health is about the source: what the title says there is free.
        return Counter(row if row[0] not in SOURCE_EVENTS else (*row[:2], None, *row[3:]) for row in rows)

    want, got = comparable(wanted(number)), comparable(reported(published, number))
    assert list((want - got).elements()) == [], "missed"
    assert list((got - want).elements()) == [], "reported and should not be"


def test_no_event_stands_outside_the_editions(published):
    (count,) = published.execute("SELECT count(*) FROM changes").fetchone()
    assert count == len(EXPECTED.events)


@pytest.mark.parametrize("number", [edition.number for edition in EDITIONS])
def test_the_crawls_that_went_badly_are_judged_so(demo, number):
    at = edition(number).at.astimezone(UTC)
    verdicts = {
        path.parent.parent.name: json.loads(path.read_text("utf-8"))["verdict"]
        for path in demo.home.glob(f"crawls/*/*-{at:%Y%m%dT%H%M%SZ}/crawl.json")
    }
    assert {source for source, verdict in verdicts.items() if verdict != "good"} == EXPECTED.not_good[number]
    assert len(verdicts) == 3


ISSUED = {event.policy: event for event in EXPECTED.events if event.kind == "issued"}
FORCE = [(policy, row) for policy, rows in EXPECTED.force.items() for row in rows]


@pytest.mark.parametrize(("policy", "row"), FORCE, ids=[f"{policy}-{row.known}" for policy, row in FORCE])
def test_force_as_known_at_each_edition(published, policy, row):
    known = edition(row.known).at + timedelta(hours=1)
    issued = ISSUED[policy]
    found = published.execute(
        """SELECT e.in_force_from, e.in_force_to, e.disputed FROM effect e JOIN policies p USING (policy_id)
        WHERE (p.number = ? OR p.title = ?) AND e.known_from <= ? AND (e.known_to IS NULL OR e.known_to > ?)
        ORDER BY e.in_force_from""",
        [issued.number, issued.title, known, known],
    ).fetchall()
    assert (row.start, row.to, row.disputed) in found


def test_a_second_demo_runs_nothing_and_shows_the_same(demo, command):
    again = command("--home", demo.home, "demo")
    assert again.returncode == 0, again.stderr
    table = demo.out[demo.out.index("What changed") :]
    assert again.stdout[again.stdout.index("What changed") :].strip() in table
    assert "known from an earlier demo" in again.stdout


def test_the_demo_ends_with_the_path_of_a_database_that_opens(demo):
    (path,) = re.findall(r"The database: (\S+)", demo.out)
    assert (ROOT / path).samefile(demo.database)


def test_what_ended_was_delivered_once(demo, published):
    text = (demo.home / "alerts" / "endings.md").read_text("utf-8")
    (due,) = published.execute(
        """SELECT count(*) FROM changes WHERE NOT is_baseline
        AND kind IN ('repealed', 'partially_repealed', 'expired', 'expiring')"""
    ).fetchone()
    keys = re.findall(r"<!-- policywatch-key (\w+)", text)
    assert len(keys) == len(set(keys)) == due


# --- what the README shows works on the demo -------------------------------------------------------------------------


def blocks(name, language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)


QUESTIONS = blocks("README.md", "sql")


def test_the_readme_asks_three_questions():
    assert len(QUESTIONS) == 3
    assert blocks("README.zh-CN.md", "sql") == QUESTIONS


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered(demo, command, question):
    answered = command("--home", demo.home, "sql", question, "--format", "json")
    assert answered.returncode == 0, answered.stderr
    rows = json.loads(answered.stdout)
    assert rows
    assert all(any(value is not None for value in row.values()) for row in rows)


def shown_commands():
    lines = [line for block in blocks("README.md", "console") for line in block.splitlines()]
    return [line[2:] for line in lines if line.startswith("$ policywatch --home .demo-home")]


@pytest.mark.parametrize("line", shown_commands())
def test_a_command_of_the_readme_works(demo, command, line):
    words = shlex.split(line)[3:]
    done = command("--home", demo.home, *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


# --- what the page for analysts asks ---------------------------------------------------------------------------------

ASKED = list(answers.questions(answers.PAGE.read_text("utf-8")))


def test_the_page_for_analysts_asks_enough():
    assert len(ASKED) == answers.PAGE.read_text("utf-8").count("```sql") >= 15


@pytest.mark.parametrize("number", range(1, len(ASKED) + 1))
def test_an_answer_of_the_page_for_analysts(demo, monkeypatch, number):
    monkeypatch.setenv("POLICYWATCH_NOW", answers.NOW)
    asked = ASKED[number - 1]
    assert asked.answer.count("\n") > 2, "no rows: not a question for this demo"
    assert answers.answer(demo.database, asked.sql) == asked.answer, "`python -m demo.answers HOME` writes them anew"


# --- the notebook ----------------------------------------------------------------------------------------------------


def test_the_notebook_runs_and_counts_what_the_database_says(demo, published, monkeypatch):
    monkeypatch.setenv("POLICYWATCH_HOME", str(demo.home))
    _, found = runpy.run_path(str(ROOT / "notebooks" / "overview.py"))["app"].run()
    assert sum(row["policies"] for row in found["issued"]) == len(ISSUED)
    now, then = found["force"][::2], found["force"][1::2]
    count = "SELECT count(*) FROM in_force(?)"
    assert now[-1]["policies"] == published.execute(count, [now[-1]["day"]]).fetchone()[0]
    assert [row["policies"] for row in now] != [row["policies"] for row in then], "two clocks that never differ are one"
    ended = {event.number for event in EXPECTED.events if event.kind in {"repealed", "partially_repealed"}}
    assert {row["ended"] for row in found["repeals"]} <= ended
    for name in ("issued_chart", "force_chart", "repeals_chart"):
        assert found[name].to_dict()["data"]["values"]


def test_the_demo_ends_with_a_life_and_the_reason_of_each_turn(demo):
    life = demo.out[demo.out.index("One policy's life") :]
    assert re.search(r"in force 2020-01-15 to 2023-01-14 +本办法自2020年1月15日起施行", life)
    assert re.search(r"extended +2022-06-30 +.*有效期延长至2025年12月31日", life)


# --- alerts ----------------------------------------------------------------------------------------------------------


def test_the_page_on_alerts_shows_what_the_demo_gives(demo):
    text = messages.PAGE.read_text("utf-8")
    assert messages.written_anew(text, demo.database) == text, "`python -m demo.messages HOME` writes them anew"
    assert [kind for kind in EVENT_KINDS if f"\n`{kind}`, " not in text] == []


def test_the_feeds_hold_the_news_and_the_calendar_the_days(demo, published):
    def told(name):
        items = json.loads((demo.home / "published" / "feeds" / f"{name}.json").read_text("utf-8"))["items"]
        return [item["_policywatch"]["event_id"] for item in items]

    news = "SELECT event_id FROM changes WHERE NOT is_baseline AND NOT coalesce(is_late, FALSE)"
    ends = f"{news} AND kind IN ('repealed', 'partially_repealed', 'expired', 'expiring')"
    for name, sql in (("all", news), ("subscriptions/endings", ends)):
        assert sorted(told(name)) == sorted(row[0] for row in published.execute(sql).fetchall())
    days = (demo.home / "published" / "feeds" / "calendar.ics").read_text("utf-8")
    assert days.count("BEGIN:VEVENT") >= 3

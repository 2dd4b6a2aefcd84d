"""The soak over days instead of a year: it passes where all is well, and says what is lost, doubled or too much."""

import random
from datetime import date

import pytest

from benchmarks.soak import month, year
from benchmarks.soak.world import Post
from demo import year as script
from demo.expected import load_expected

DAYS = (script.FIRST, date(2022, 3, 21))
"""The first day, and the next one with news."""


def test_a_few_days_of_the_year_are_as_expected_and_what_is_not_is_named(capsys, monkeypatch):
    monkeypatch.setattr(script, "days", lambda: iter(DAYS))
    posts, told_wrong = [], year.told_wrong
    monkeypatch.setattr(year, "told_wrong", lambda found, last: posts.extend(found) or told_wrong(found, last))
    assert year.soak((DAYS[-1] - DAYS[0]).days + 1) == []
    assert f"{len(posts)} posts" in capsys.readouterr().out
    assert len(posts) > 5
    lost = list(told_wrong(posts[1:], DAYS[-1]))
    assert [line.split(":")[0] for line in lost] == ["alert missing"]
    assert list(told_wrong([*posts, posts[0]], DAYS[-1])) == [lost[0].replace("missing", "too much")]


def test_what_is_held_and_what_befalls_a_source_is_told_as_such():
    day = script.UNDER_EVERY_TEXT
    posts = [
        post(news) for news in script.expected() if news.found_on <= day and not news.is_baseline and not news.is_held
    ]
    held = [post(news) for news in script.expected() if news.is_held]
    asking = Post("h", {"hold": {"source": "demo_portal"}, "events": [one.body["events"][0] for one in held[:10]]})
    assert list(year.told_wrong([*posts, asking], day)) == []
    assert list(year.told_wrong(posts, day)) == ["a person was asked 0 times to release alerts, expected 1 times"]
    assert len(list(year.told_wrong([*posts, *held, asking], day))) == len(held)


def post(news):
    """The message about a piece of news."""
    issued = {event.policy: event for event in load_expected().events if event.kind == "issued"}
    about = issued.get(news.about)
    event = {
        "kind": news.kind,
        "policy_id": about and "po_1",
        "title": about.title if about else "云江市人民政府",
        "number": about and about.number,
        "source": about.source if about else news.about,
        "happened_on": news.happened_on and str(news.happened_on),
        "detected_at": script.morning(news.found_on).isoformat(),
    }
    return Post(f"{news.kind} {news.about} {news.found_on}", {"hold": None, "events": [event]})


def test_a_few_killed_runs_change_nothing(monkeypatch, capsys):
    monkeypatch.setattr(month, "FIRST", script.UNDER_EVERY_TEXT)  # a hold, which is released on the second day
    monkeypatch.setattr(month, "SOURCES", ("demo_portal",))  # the one that has all this; each run takes a second
    assert month.soak(2, 4, random.Random(1)) == []
    said = capsys.readouterr().out
    assert "kills: 4 runs killed by SIGKILL" in said
    assert "released: 23 events" in said
    assert said.count("24 pieces of news by each channel") == 2


@pytest.mark.parametrize(
    ("rough", "said"),
    [
        ({"event": ["a"]}, ["event: lost by the kills: b"]),
        ({"event": ["a", "b", "b"]}, ["event: brought by the kills: b"]),
        ({"event": ["b", "a"]}, []),
    ],
)
def test_what_only_one_month_has_is_named(rough, said):
    assert list(month.differences({"event": ["a", "b"]}, rough)) == said


def test_messages_of_one_key_must_be_one_message():
    posts = [Post("k", {"events": [1]}), Post("k", {"events": [2]})]
    assert "webhook: two messages under one key: k" in list(month.delivered.repeated(posts))
    assert list(month.delivered.repeated(posts[:1] * 2)) == []

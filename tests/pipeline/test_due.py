from datetime import datetime

import pytest

from pipeline.due import is_due, longest_gap, next_tick, past_ticks


def at(text):
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("schedule", "last", "now", "due"),
    [
        ("17 6 * * *", "2024-05-01T06:17", "2024-05-02T06:16", False),
        ("17 6 * * *", "2024-05-01T06:17", "2024-05-02T06:17", True),
        ("17 6 * * *", "2024-05-01T06:16", "2024-05-01T06:17", True),
        ("*/15 * * * *", "2024-05-01T06:15", "2024-05-01T06:29", False),
        ("*/15 * * * *", "2024-05-01T06:15", "2024-05-01T06:30", True),
        ("0 8-18/2 * * 1-5", "2024-05-03T18:00", "2024-05-06T07:59", False),  # Friday evening to Monday morning
        ("0 8-18/2 * * 1-5", "2024-05-03T18:00", "2024-05-06T08:00", True),
        ("0 0 * * 7", "2024-05-04T23:00", "2024-05-05T00:00", True),  # Sunday by either number
        ("0 0 * * 0", "2024-05-05T00:00", "2024-05-11T23:59", False),
        ("0 0 1,15 * *", "2024-05-01T00:00", "2024-05-14T23:59", False),
        ("0 0 13 * 5", "2024-05-01T00:00", "2024-05-03T00:00", True),  # the 13th, or any Friday
        ("0 0 29 2 *", "2024-03-01T00:00", "2028-02-28T23:59", False),
        ("0 0 29 2 *", "2024-03-01T00:00", "2028-02-29T00:00", True),
        ("0 0 30 2 *", "2024-03-01T00:00", "2034-03-01T00:00", False),  # a day that never comes
    ],
)
def test_a_source_is_due_when_its_schedule_has_come_round(schedule, last, now, due):
    assert is_due(schedule, "Asia/Shanghai", at(last), at(now)) is due


def test_a_source_that_was_never_crawled_is_due():
    assert is_due("17 6 * * *", "Asia/Shanghai", None, at("2024-05-01T00:00"))


def test_the_schedule_is_read_in_its_own_zone():
    last, now = at("2024-05-01T06:17"), at("2024-05-01T12:17")  # 00:17 and 06:17 in Berlin
    assert is_due("17 6 * * *", "Europe/Berlin", last, now)
    assert not is_due("17 6 * * *", "Asia/Shanghai", last, now)


def test_the_next_and_the_last_times_of_a_schedule():
    now = at("2024-05-03T12:00")  # a Friday
    assert next_tick("17 6 * * 1-5", "Asia/Shanghai", now) == at("2024-05-06T06:17")
    assert next_tick("0 0 29 2 *", "Asia/Shanghai", now) == at("2028-02-29T00:00")
    assert next_tick("0 0 30 2 *", "Asia/Shanghai", now) is None
    assert past_ticks("17 6,18 * * 1-5", "Asia/Shanghai", at("2024-05-06T06:17"), 3) == [
        at("2024-05-06T06:17"), at("2024-05-03T18:17"), at("2024-05-03T06:17"),
    ]  # fmt: skip
    assert past_ticks("0 0 30 2 *", "Asia/Shanghai", now, 1) == []


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [("17 6 * * *", 24), ("17 6,18 * * *", 12), ("0 8 * * 1-5", 72), ("0 8 1 * *", 31 * 24), ("0 0 29 2 *", 62 * 24)],
)
def test_the_longest_time_between_two_ticks(schedule, hours):
    assert longest_gap(schedule).total_seconds() == hours * 3600

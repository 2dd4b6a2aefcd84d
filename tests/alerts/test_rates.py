"""When a subscription is told, in its own zone: digests, quiet hours, summer time, a clock that was set back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipeline.alerts.rates import due_at, is_quiet, steady
from pipeline.alerts.wishes import Wish


def wish(**options):
    return Wish.model_validate(options)


def local(text, zone="Asia/Shanghai"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("options", "moment", "due"),
    [
        ({}, "2024-03-04T09:30", "2024-03-04T09:30"),
        ({"rate": "hourly"}, "2024-03-04T09:30", "2024-03-04T10:00"),
        ({"rate": "hourly"}, "2024-03-04T10:00", "2024-03-04T11:00"),
        ({"rate": "daily"}, "2024-03-04T07:59:59", "2024-03-04T08:00"),
        ({"rate": "daily"}, "2024-03-04T08:00", "2024-03-05T08:00"),
        ({"rate": "daily", "at": "18:30"}, "2024-12-31T19:00", "2025-01-01T18:30"),
        # 2024-03-04 is a Monday.
        ({"rate": "weekly"}, "2024-03-04T07:00", "2024-03-04T08:00"),
        ({"rate": "weekly"}, "2024-03-04T08:00", "2024-03-11T08:00"),
        ({"rate": "weekly", "day": "sunday", "at": "00:00"}, "2024-03-04T08:00", "2024-03-10T00:00"),
        ({"quiet": "22:00-07:00"}, "2024-03-04T21:59", "2024-03-04T21:59"),
        ({"quiet": "22:00-07:00"}, "2024-03-04T22:00", "2024-03-05T07:00"),
        ({"quiet": "22:00-07:00"}, "2024-03-04T06:59", "2024-03-04T07:00"),
        ({"quiet": "22:00-07:00"}, "2024-03-04T07:00", "2024-03-04T07:00"),
        ({"quiet": "12:00-13:30"}, "2024-03-04T12:15", "2024-03-04T13:30"),
        ({"quiet": "12:00-13:30"}, "2024-03-04T13:30", "2024-03-04T13:30"),
        ({"rate": "hourly", "quiet": "22:00-07:00"}, "2024-03-04T21:30", "2024-03-05T07:00"),
        ({"rate": "daily", "at": "23:00", "quiet": "22:00-07:00"}, "2024-03-04T09:00", "2024-03-05T07:00"),
    ],
)
def test_due(options, moment, due):
    assert due_at(wish(**options), local(moment)) == local(due)


def test_quiet_hours_are_those_of_the_subscriptions_zone():
    berlin = wish(quiet="22:00-07:00", timezone="Europe/Berlin")
    moment = local("2024-03-04T06:30")  # half past eleven the evening before in Berlin
    assert is_quiet(berlin, moment)
    assert due_at(berlin, moment) == local("2024-03-04T07:00", "Europe/Berlin")
    assert not is_quiet(wish(quiet="22:00-06:00"), moment)


def test_a_day_without_the_hour_of_the_digest_has_one_all_the_same_and_one_that_has_it_twice_has_one():
    # 02:30 does not exist in Berlin on 2024-03-31, and exists twice on 2024-10-27.
    item = wish(rate="daily", at="02:30", timezone="Europe/Berlin")
    moment = local("2024-03-30T12:00", "Europe/Berlin")
    found = []
    for _ in range(3):
        moment = due_at(item, moment)
        found.append(moment.astimezone(ZoneInfo("Europe/Berlin")).strftime("%d %H:%M"))
    assert found == ["31 03:30", "01 02:30", "02 02:30"]
    first = due_at(item, local("2024-10-26T12:00", "Europe/Berlin"))
    assert due_at(item, first) - first == timedelta(hours=25)


def test_a_digest_is_due_after_any_moment_and_never_a_period_later():
    for rate, period in (("hourly", 1), ("daily", 24), ("weekly", 168)):
        item = wish(rate=rate)
        for minutes in range(0, 14 * 24 * 60, 217):
            moment = local("2024-03-04T00:00") + timedelta(minutes=minutes)
            assert timedelta() < due_at(item, moment) - moment <= timedelta(hours=period)


def test_a_clock_that_was_set_back_a_little_is_held_against_what_is_on_record():
    now, hour = local("2024-03-04T07:10"), timedelta(hours=1)
    assert steady(now, None) == now
    assert steady(now, now - hour) == now
    assert steady(now, now + hour) == now + hour
    # A record of tomorrow was written by a clock that was wrong, and must not silence anybody.
    assert steady(now, now + 24 * hour) == now

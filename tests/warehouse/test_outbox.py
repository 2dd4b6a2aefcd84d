"""The outbox: every event matched once, every delivery queued once, and each attempt on record."""

import json
from datetime import timedelta


def delivery(world, key, event_id, **more):
    row = {"idempotency_key": key, "event_id": event_id, "subscription": "ends", "channel": "0/console"}
    return row | {"queued_at": world.at("2021-01-03"), "next_attempt_at": None} | more


def test_events_wait_until_they_are_matched(world):
    world.ledger.upsert_sources([{"name": "city", "title": "云江市"}])
    world.crawl("2021-01-02", world.policy(topic="财政"))
    (event,) = world.ledger.unmatched_events()
    assert (event["kind"], event["topic"], event["source_title"], list(event["issuers"])) == (
        "issued",
        "财政",
        "云江市",
        ["云江市人民政府"],
    )
    assert event["source_checked_at"] == world.at("2021-01-02")
    world.ledger.queue([], [event["event_id"], event["event_id"]])
    world.ledger.queue([], [event["event_id"]])
    assert world.ledger.unmatched_events() == []
    assert world.one("SELECT count(*) FROM event_matched") == 1


def test_a_delivery_is_queued_sent_failed_and_given_up(world):
    world.crawl("2021-01-02", world.policy())
    (event,) = world.ledger.unmatched_events()
    now = world.at("2021-01-03")
    rows = [delivery(world, key, event["event_id"]) for key in ("a", "b", "c")]
    world.ledger.queue(rows, [event["event_id"]])
    world.ledger.queue(rows, [event["event_id"]])
    world.ledger.bundle(now, [])
    assert world.ledger.count_due(now) == 3
    due = world.ledger.due(now)
    assert [(row["message_key"], row["message_kind"], row["attempts"]) for row in due] == [
        ("a", "single", 0),
        ("b", "single", 0),
        ("c", "single", 0),
    ]
    assert [[row["kind"] for row in rows] for rows in world.ledger.events_of(["a"], 5).values()] == [["issued"]]
    assert world.ledger.due(now, most=1) == due[:1]
    assert world.ledger.due(now, down=["ends/0/console"]) == []
    outcomes = [
        {"message_key": "a", "attempted_at": now},
        {"message_key": "b", "attempted_at": now, "error": "refused", "next_attempt_at": now + timedelta(minutes=5)},
        {"message_key": "c", "attempted_at": now, "error": "gone"},
    ]
    world.ledger.mark_all(outcomes)
    # A process that was killed before it forgot them hands them in again.
    world.ledger.mark_all(outcomes, again=True)
    assert world.ledger.due(now) == []
    assert [row["message_key"] for row in world.ledger.due(now + timedelta(minutes=5))] == ["b"]
    rows = world.rows(
        "SELECT idempotency_key, status, attempts, last_error, sent_at IS NOT NULL FROM delivery ORDER BY 1"
    )
    assert rows == [
        ("a", "sent", 1, None, True),
        ("b", "pending", 1, "refused", False),
        ("c", "failed", 1, "gone", False),
    ]
    world.ledger.mark_all([{"message_key": "b", "attempted_at": now}])
    assert world.one("SELECT attempts FROM delivery WHERE idempotency_key = 'b'") == 2


def test_what_filters_ask_of_the_warehouse(world):
    money = {"value": 2_000_000.0, "unit": "CNY", "limit": "cap", "quote": "最高200万元", "per": None}
    share = money | {"value": 9_000_000.0, "unit": "percent"}
    plain = world.clause("二", "由市财政局负责。")
    world.crawl(
        "2021-01-02",
        world.policy(clauses=[world.clause("一", "给予最高200万元补助。", amounts=json.dumps([money, share])), plain]),
        world.policy("http://city/b", "云江市乙办法", "云政发〔2020〕2号", clauses=[plain]),
        world.policy("http://city/c", "云江市丙办法", "云政发〔2021〕3号",
                     citations=[world.cites("based_on", "云江市甲办法", "云政发〔2020〕1号")]),
    )  # fmt: skip
    ids = {row["title"]: row["policy_id"] for row in world.ledger.query("SELECT title, policy_id FROM policy_version")}
    a, b, c = (ids[f"云江市{name}办法"] for name in "甲乙丙")
    wanted = [
        {"reference": "number", "number": "云政发〔2020〕2号", "title": None},
        {"reference": "title", "number": None, "title": "云江市丙办法"},
        {"reference": "http://city/a", "number": None, "title": None},
        {"reference": b, "number": None, "title": "云江市甲办法"},
        {"reference": "nothing", "number": "云政发〔1999〕9号", "title": "没有"},
    ]
    assert world.ledger.policies_meant(wanted) == {"number": {b}, "title": {c}, "http://city/a": {a}, b: {a, b}}
    assert world.ledger.policies_meant([]) == {}
    assert world.ledger.touching([a, b, c], [a]) == {c: {a}}
    assert world.ledger.touching([a, b, c], [c]) == {a: {c}}
    assert world.ledger.amounts([a, b, c])[a] == 2_000_000
    assert b not in world.ledger.amounts([a, b])


def test_an_announced_end_knows_its_earlier_announcements(world):
    world.crawl("2021-01-02", world.policy(effect=[world.says("valid_until", "2021-05-31", "失效日期")]))
    for today in ("2021-05-02", "2021-05-18", "2021-05-25"):
        world.calendar(today, warn_days=[30, 14, 7])
    found = [row for row in world.ledger.unmatched_events() if row["kind"] == "expiring"]
    assert [row["told_days"] for row in found] == [None, [30], [30, 14]]
    assert world.ledger.unmatched_events(1)[0]["kind"] == "issued"

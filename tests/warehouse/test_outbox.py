"""The outbox: every event matched once, every delivery queued once, and each attempt on record."""

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
    due = list(world.ledger.due(now))
    assert [(row["message_key"], row["message_kind"], row["attempts"]) for row in due] == [
        ("a", "single", 0),
        ("b", "single", 0),
        ("c", "single", 0),
    ]
    assert [[row["kind"] for row in rows] for rows in world.ledger.events_of(["a"], 5).values()] == [["issued"]]
    world.ledger.mark_sent("a", now)
    world.ledger.mark_failed("b", now, "refused", now + timedelta(minutes=5))
    world.ledger.mark_failed("c", now, "gone")
    assert list(world.ledger.due(now)) == []
    assert [row["message_key"] for row in world.ledger.due(now + timedelta(minutes=5))] == ["b"]
    rows = world.rows(
        "SELECT idempotency_key, status, attempts, last_error, sent_at IS NOT NULL FROM delivery ORDER BY 1"
    )
    assert rows == [
        ("a", "sent", 1, None, True),
        ("b", "pending", 1, "refused", False),
        ("c", "failed", 1, "gone", False),
    ]
    world.ledger.mark_sent("b", now)
    assert world.one("SELECT attempts FROM delivery WHERE idempotency_key = 'b'") == 2

import io
import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from fake_ledger import NOW, FakeLedger, event_row

from pipeline.alerts import outbox
from pipeline.alerts.config import Subscriptions
from pipeline.alerts.notes import FILE as FILE_OF_NOTES
from pipeline.alerts.notes import Notes, turn
from pipeline.alerts.outbox import BACK_OFF, DeliveryReport, deliver, delivery_key, probe, queue
from policywatch.errors import StorageError

CONSOLE = {"kind": "console"}
FILE = {"kind": "file", "path": "alerts/a.md"}


def subscribed(*channels, **filters):
    item = {"name": "ends", "deliver": list(channels or [CONSOLE]), **filters}
    return Subscriptions.model_validate({"subscriptions": [item]})


def hook(receiver, timeout=5.0):
    return {"kind": "webhook", "url": receiver.url, "allow_private": True, "timeout": timeout}


@pytest.fixture
def run(home):
    """One run as the pipeline makes it; gives the report and what the console showed."""

    def run_once(ledger, subscriptions, now=NOW):
        out = io.StringIO()
        queue(ledger, subscriptions, now)
        return deliver(ledger.door, subscriptions, home, now, out), out.getvalue()

    return run_once


def rows(ledger):
    return sorted(ledger.deliveries.values(), key=lambda row: row["event_id"])


def test_a_key_is_of_the_event_the_subscription_and_the_channel():
    key = delivery_key("ev_1", "ends", "console")
    assert len(key) == 32
    assert key == delivery_key("ev_1", "ends", "console")
    others = {
        delivery_key("ev_2", "ends", "console"),
        delivery_key("ev_1", "x", "console"),
        delivery_key("ev_1", "ends", "file"),
    }
    assert key not in others
    assert len(others) == 3


def test_every_wanted_event_is_queued_once_for_every_channel():
    ledger = FakeLedger(event_row(1), event_row(2), event_row(3, kind="issued"))
    wanted = subscribed(CONSOLE, FILE, events=["repealed"])
    assert queue(ledger, wanted, NOW) == 4
    assert {(row["event_id"][-1], row["channel"]) for row in rows(ledger)} == {
        ("1", "console"), ("1", "file"), ("2", "console"), ("2", "file"),
    }  # fmt: skip
    assert queue(ledger, wanted, NOW) == 0
    assert len(ledger.matched) == 3


def test_a_repeated_run_sends_nothing_twice(run):
    ledger = FakeLedger(event_row(1), event_row(2))
    report, shown = run(ledger, subscribed())
    assert (report.sent, report.is_clean, shown.count("废止：")) == (2, True, 2)
    assert run(ledger, subscribed()) == (type(report)(), "")
    assert [row["status"] for row in rows(ledger)] == ["sent", "sent"]


def test_a_subscription_hears_only_of_what_comes_after_it(run):
    ledger = FakeLedger(event_row(1))
    run(ledger, Subscriptions())
    ledger.add(event_row(2, event_id="ev_new"))
    report, shown = run(ledger, subscribed())
    assert report.sent == 1
    assert "〔2021〕2号" in shown


def test_a_baseline_is_not_sent_unless_asked_for(run):
    baseline = event_row(1, kind="issued", is_baseline=True)
    assert run(FakeLedger(baseline), subscribed())[0].sent == 0
    assert run(FakeLedger(baseline), subscribed(include_baseline=True))[0].sent == 1


@pytest.mark.parametrize(("where", "attempts"), [("add", 2), ("hand_in", 1), ("_forget", 1)])
def test_killed_after_sending_the_same_key_is_sent_again_at_most(run, receiver, killed, where, attempts):
    """Before it was noted, the same key goes out again; afterwards, nothing does."""
    ledger, key = FakeLedger(event_row(1)), delivery_key(event_row(1)["event_id"], "ends", "webhook")
    with killed(Notes, where, when=lambda: receiver.keys):
        run(ledger, subscribed(hook(receiver)))
    assert receiver.keys == [key]
    run(ledger, subscribed(hook(receiver)))
    assert receiver.keys == [key] * attempts
    assert [(row["status"], row["attempts"]) for row in rows(ledger)] == [("sent", 1)]
    assert run(ledger, subscribed(hook(receiver)))[0].sent == 0


def test_an_attempt_that_failed_counts_once_whenever_the_pass_was_killed(run, receiver, killed):
    receiver.answers = [500]
    ledger, wanted = FakeLedger(event_row(1)), subscribed(hook(receiver))
    with killed(Notes, "_forget"):
        run(ledger, wanted)
    assert run(ledger, wanted, NOW + BACK_OFF[0])[0].retrying == 1
    assert (rows(ledger)[0]["attempts"], len(receiver.keys)) == (2, 2)


def test_a_note_that_was_torn_is_no_note_and_the_next_is_whole(run, home):
    ledger, path = FakeLedger(event_row(1)), home.warehouse.with_name(FILE_OF_NOTES)
    path.parent.mkdir(parents=True)
    sent = {"message_key": delivery_key(event_row(1)["event_id"], "ends", "console"), "attempted_at": NOW.isoformat()}
    path.write_text(f"\n{json.dumps(sent)[:-9]}", encoding="utf-8")
    queue(ledger, subscribed(), NOW)
    with turn(home) as notes:
        notes.add({"message_key": "x", "attempted_at": NOW})
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[-1] == f'{{"message_key": "x", "attempted_at": "{NOW.isoformat()}"}}'
    assert run(ledger, subscribed())[0].sent == 1
    assert path.read_bytes() == b""


def test_a_file_that_had_it_before_the_kill_holds_it_once(run, home):
    ledger = FakeLedger(event_row(1))
    for _ in range(2):
        assert run(ledger, subscribed(FILE))[0].sent == 1
        ledger.one("UPDATE delivery SET status = 'pending', next_attempt_at = ?", NOW)
    assert (home.root / "alerts" / "a.md").read_text(encoding="utf-8").count("policywatch-key") == 1


def test_while_another_process_sends_nothing_is_sent_and_the_first_takes_along_what_came_up(receiver, home):
    ledger, wanted = FakeLedger(event_row(1)), subscribed(hook(receiver))
    later = [NOW + timedelta(minutes=1)]
    left = []

    def second_process():
        """Looks while the first is at work: it queues what it brought, and leaves."""
        if not left:
            ledger.add(event_row(2))
            queue(ledger, wanted, later[0])
            left.append(deliver(ledger.door, wanted, home, later[0], io.StringIO(), patience=0))
        return later[0]

    queue(ledger, wanted, NOW)
    report = deliver(ledger.door, wanted, home, NOW, io.StringIO(), later=second_process)
    assert (left[0].sent, left[0].is_left) == (0, True)
    assert list(left[0].lines()) == ["another process is sending alerts; it takes along what is due"]
    assert report.sent == len(set(receiver.keys)) == len(receiver.keys) == 2


def test_the_warehouse_is_closed_while_messages_are_sent(home, receiver, monkeypatch):
    ledger, is_open, seen = FakeLedger(*(event_row(nth) for nth in range(1, 6))), [], []
    monkeypatch.setattr(outbox, "HEADS", 2)
    monkeypatch.setattr(
        receiver, "answer", lambda link: (seen.append(list(is_open)), type(receiver).answer(receiver, link))
    )

    @contextmanager
    def door():
        is_open.append(True)
        yield ledger
        is_open.clear()

    queue(ledger, subscribed(hook(receiver)), NOW)
    assert deliver(door, subscribed(hook(receiver)), home, NOW, io.StringIO()).sent == 5
    assert seen == [[]] * 5


def test_a_failing_webhook_is_tried_again_after_growing_waits_and_then_given_up(run, receiver):
    receiver.answers = [500]
    ledger, wanted, now = FakeLedger(event_row(1)), subscribed(hook(receiver)), NOW
    for attempt, wait in enumerate(BACK_OFF, start=1):
        report, _ = run(ledger, wanted, now)
        assert (report.retrying, report.failed) == (1, 0)
        assert rows(ledger)[0]["next_attempt_at"] == now + wait
        assert rows(ledger)[0]["attempts"] == attempt
        assert run(ledger, wanted, now + wait - timedelta(seconds=1))[0] == type(report)()
        now += wait
    report, _ = run(ledger, wanted, now)
    assert (report.retrying, report.failed) == (0, 1)
    assert (rows(ledger)[0]["status"], rows(ledger)[0]["last_error"]) == ("failed", "127.0.0.1 answered 500")
    assert timedelta(hours=20) < now - NOW < timedelta(hours=28)
    assert set(receiver.keys) == {rows(ledger)[0]["idempotency_key"]}
    assert run(ledger, wanted, now + timedelta(days=9))[0] == type(report)()


def test_a_webhook_that_recovers_gets_everything(run, receiver):
    receiver.answers = [503, 200]
    ledger = FakeLedger(event_row(1), event_row(2), event_row(3))
    report, _ = run(ledger, subscribed(hook(receiver)))
    # One attempt shows that it is down; the others are not even tried and stay due.
    assert (report.sent, report.retrying, report.deferred, len(receiver.requests)) == (0, 1, 2, 1)
    assert report.errors == ("ends, webhook 127.0.0.1: 127.0.0.1 answered 503",)
    report, _ = run(ledger, subscribed(hook(receiver)), NOW + BACK_OFF[0])
    assert (report.sent, report.is_clean) == (3, True)
    assert len(set(receiver.keys)) == 3


def test_one_refused_message_does_not_hold_up_the_others(run, receiver):
    receiver.answers = [422, 200]
    report, _ = run(FakeLedger(event_row(1), event_row(2)), subscribed(hook(receiver)))
    assert (report.sent, report.retrying, report.deferred) == (1, 1, 0)


def test_a_server_asks_for_a_longer_wait_and_gets_it(run, receiver):
    receiver.answers = [(429, {"Retry-After": "3600"})]
    ledger = FakeLedger(event_row(1))
    run(ledger, subscribed(hook(receiver)))
    assert rows(ledger)[0]["next_attempt_at"] == NOW + timedelta(hours=1)


def test_a_webhook_that_is_gone_is_given_up_at_once(run, receiver):
    receiver.answers = [410]
    ledger = FakeLedger(event_row(1))
    assert run(ledger, subscribed(hook(receiver)))[0].failed == 1
    assert "410 Gone" in rows(ledger)[0]["last_error"]


def test_a_dead_server_costs_one_timeout_and_the_other_channels_go_on(run, receiver, home):
    receiver.answers = ["hang"]
    ledger = FakeLedger(*(event_row(nth) for nth in range(1, 6)))
    report, shown = run(ledger, subscribed(hook(receiver, 0.1), CONSOLE, FILE))
    assert (report.sent, report.retrying, report.deferred) == (10, 1, 4)
    assert len(receiver.requests) == 1
    assert shown.count("废止：") == 5
    assert (home.root / "alerts" / "a.md").read_text(encoding="utf-8").count("###") == 5


def test_a_late_answer_leads_to_a_second_attempt_with_the_same_key(run, receiver):
    receiver.answers = ["late", 200]
    ledger = FakeLedger(event_row(1))
    assert run(ledger, subscribed(hook(receiver, 0.1)))[0].retrying == 1
    receiver.release.set()
    assert run(ledger, subscribed(hook(receiver, 0.1)), NOW + BACK_OFF[0])[0].sent == 1
    assert len(receiver.keys) == 2
    assert len(set(receiver.keys)) == 1


def test_a_mended_address_gets_what_was_waiting(run, receiver):
    ledger = FakeLedger(event_row(1))
    wrong = {"kind": "webhook", "url": "http://127.0.0.1:1/", "allow_private": True}
    assert run(ledger, subscribed(FILE, wrong))[0].retrying == 1
    assert run(ledger, subscribed(hook(receiver), FILE), NOW + BACK_OFF[0])[0].sent == 1
    assert len(receiver.keys) == 1


def test_a_channel_that_was_taken_out_fails_in_the_end_and_comes_back_before(run):
    ledger = FakeLedger(event_row(1), event_row(2))
    queue(ledger, subscribed(), NOW)
    report, _ = run(ledger, Subscriptions())
    assert (report.retrying, report.deferred) == (1, 1)
    assert "no such subscription and channel" in rows(ledger)[0]["last_error"]
    assert run(ledger, subscribed(), NOW + BACK_OFF[0])[0].sent == 2


def test_a_variable_that_is_not_set_is_said_and_waits(run):
    ledger = FakeLedger(event_row(1))
    report, _ = run(ledger, subscribed({"kind": "webhook", "url_env": "PW_NOT_SET"}))
    assert report.retrying == 1
    assert rows(ledger)[0]["last_error"] == (
        "the environment variable PW_NOT_SET is not set; set it where policywatch runs"
    )


def test_no_secret_reaches_the_rows_and_the_report(run, receiver, monkeypatch):
    monkeypatch.setenv("PW_SECRET", "S3CRET-in-environment")
    monkeypatch.setenv("PW_HOOK", receiver.url)
    channels = [
        {**hook(receiver, 0.1), "secret_env": "PW_SECRET"},
        {"kind": "webhook", "url_env": "PW_HOOK", "allow_private": True, "secret_env": "PW_SECRET", "timeout": 0.1},
        {"kind": "webhook", "url": "http://127.0.0.1:1/T0KEN", "allow_private": True},
        {
            "kind": "apprise",
            "url": receiver.url.replace("http://", "json://us3r:p4ssword@"),
            "timeout": 0.2,
            "allow_private": True,
        },
        {"kind": "apprise", "url": "nosuch://T0KEN"},
    ]
    for answer in (500, 301, 410, "hang"):
        receiver.answers = [answer]
        ledger = FakeLedger(event_row(1))
        report, shown = run(ledger, subscribed(*channels))
        said = f"{rows(ledger)} {report} {shown}"
        assert report.sent == 0
        assert not [word for word in ("S3CRET", "T0KEN", "us3r", "p4ssword") if word in said]


def test_a_channel_that_breaks_ends_one_delivery_and_no_secret_escapes(run, monkeypatch):
    def broken(*_args):
        msg = "http://hooks.example/T0KEN"
        raise RuntimeError(msg)

    monkeypatch.setattr("pipeline.alerts.channels.ConsoleSender.send", broken)
    ledger = FakeLedger(event_row(1), event_row(2))
    report, _ = run(ledger, subscribed(CONSOLE, FILE))
    assert (report.sent, report.retrying) == (2, 2)
    assert "T0KEN" not in f"{rows(ledger)} {report}"


def test_a_storage_error_ends_the_pass(run):
    ledger = FakeLedger(event_row(1))

    def full(*_args, **_more):
        msg = "the disk is full"
        raise StorageError(msg)

    ledger.mark_all = full
    with pytest.raises(StorageError):
        run(ledger, subscribed())
    # What was sent is noted all the same.
    del ledger.mark_all
    assert run(ledger, subscribed()) == (DeliveryReport(), "")
    assert rows(ledger)[0]["status"] == "sent"


def test_a_place_where_nothing_can_be_noted_is_said_before_anything_is_sent(run, home):
    home.root.mkdir()
    home.warehouse.parent.write_text("no folder")
    with pytest.raises(StorageError, match=r"outbox.jsonl cannot be written \(.*\); check owner and disk"):
        run(FakeLedger(event_row(1)), subscribed())


def test_a_test_message_goes_to_every_channel_and_says_what_came_of_it(home, receiver):
    receiver.answers = [500]
    out = io.StringIO()
    found = probe(subscribed(CONSOLE, FILE, hook(receiver), language="en"), home, NOW, out)
    assert [(item.channel, item.error) for item in found] == [
        ("console", None),
        ("file alerts/a.md", None),
        ("webhook 127.0.0.1", "127.0.0.1 answered 500"),
    ]
    assert "Issued: 测试" in out.getvalue()
    probe(subscribed(FILE), home, NOW + timedelta(seconds=1), out)
    assert (home.root / "alerts" / "a.md").read_text(encoding="utf-8").count("policywatch-key") == 2


def test_messages_link_to_the_operators_replay_server(run):
    wanted = subscribed().model_copy(update={"archived_copy": "https://replay.example/{timestamp}/{url}"})
    _, shown = run(FakeLedger(event_row(1)), wanted)
    assert "存档副本：https://replay.example/20240301221700/http://www.yunjiang.example/a/1.html\n" in shown

"""What goes out together: digests, outages, caps; and that kills, clocks and second daemons change nothing of it."""

import io
from datetime import timedelta

import pytest
from fake_ledger import CHECKED, NOW, FakeLedger, event_row

from pipeline.alerts import notes, outbox
from pipeline.alerts.config import Subscriptions

CONSOLE = {"kind": "console"}
HOOK = {"kind": "webhook", "url": "http://hooks.example/x"}
MORNING = NOW.replace(day=3, hour=0, minute=0)  # 08:00 in Shanghai; NOW is 06:17 there
HOUR = timedelta(hours=1)


@pytest.fixture
def sent(monkeypatch):
    """Every message handed over, in order, with the kind of its channel."""
    found = []

    class Collector:
        def __init__(self, kind):
            self.kind = kind

        def send(self, item):
            found.append((self.kind, item.message))

    monkeypatch.setattr(outbox, "open_channel", lambda channel, *_: Collector(channel.kind))
    return found


def wants(*items, **options):
    items = items or [options]
    return Subscriptions.model_validate(
        {"subscriptions": [{"name": f"s{nth}", "deliver": [CONSOLE], **item} for nth, item in enumerate(items)]}
    )


def run(ledger, wanted, home, now=NOW):
    outbox.queue(ledger, wanted, now)
    return outbox.deliver(ledger.door, wanted, home, now, io.StringIO())


def shape(messages):
    return [
        (message.subscription, message.kind, [event.event_id[-1] for event in message.events], message.more)
        for _, message in messages
    ]


def test_a_daily_digest_is_one_message_with_policies_together_and_counts(sent, home):
    wanted = wants(rate="daily")
    later = CHECKED + HOUR
    rows = [event_row(1), event_row(2, kind="issued"), event_row(3, policy_id="po_" + "1".zfill(16), detected_at=later)]
    ledger = FakeLedger(*rows)
    assert run(ledger, wanted, home).sent == 0
    ledger.add(event_row(4, detected_at=later))
    assert run(ledger, wanted, home, MORNING - HOUR).sent == 0
    assert run(ledger, wanted, home, MORNING).sent == 1
    ((_, message),) = sent
    assert shape(sent) == [("s0", "digest", ["1", "3", "2", "4"], 0)]
    assert [len(group) for group in message.groups] == [2, 1, 1]
    assert (message.counts, message.total, message.rate) == ({"repealed": 3, "issued": 1}, 4, "daily")
    assert run(ledger, wanted, home, MORNING + 30 * HOUR).sent == 0
    assert {row["status"] for row in ledger.deliveries.values()} == {"sent"}


def test_a_digest_of_one_event_is_told_as_that_event(sent, home):
    ledger = FakeLedger(event_row(1))
    run(ledger, wants(rate="weekly", day="sunday"), home)
    run(ledger, wants(rate="weekly", day="sunday"), home, MORNING)
    assert shape(sent) == [("s0", "single", ["1"], 0)]


def test_a_message_shows_at_most_so_many_and_says_how_many_more_and_a_machine_gets_them_all(sent, home):
    wanted = wants(rate="hourly", most=2, deliver=[CONSOLE, HOOK])
    ledger = FakeLedger(*(event_row(nth) for nth in range(1, 6)))
    run(ledger, wanted, home)
    assert run(ledger, wanted, home, NOW + HOUR).sent == 4
    people = [item for item in sent if item[0] == "console"]
    machine = [item for item in sent if item[0] == "webhook"]
    assert shape(people) == [("s0", "digest", ["1", "2"], 3)]
    assert shape(machine) == [
        ("s0", "digest", ["1", "2"], 0),
        ("s0", "digest", ["3", "4"], 0),
        ("s0", "single", ["5"], 0),
    ]
    assert len({message.key for _, message in sent}) == 4


def test_at_once_one_policy_is_one_message_unless_told_otherwise_and_a_machine_gets_each_event(sent, home):
    one = "po_" + "1".zfill(16)
    rows = [event_row(1), event_row(2), event_row(3, kind="amended", policy_id=one)]
    wanted = wants({"deliver": [CONSOLE, HOOK]}, {"group": "none"})
    assert run(FakeLedger(*rows), wanted, home).sent == 2 + 3 + 3
    assert shape(item for item in sent if item[0] == "console") == [
        ("s0", "single", ["1", "3"], 0),
        ("s1", "single", ["1"], 0),
        ("s0", "single", ["2"], 0),
        ("s1", "single", ["2"], 0),
        ("s1", "single", ["3"], 0),
    ]
    assert [len(message.events) for kind, message in sent if kind == "webhook"] == [1, 1, 1]


def test_too_many_at_once_are_one(sent, home):
    rows = [event_row(nth) for nth in range(1, 6)]
    run(FakeLedger(*rows), wants(most=4), home)
    assert shape(sent) == [("s0", "digest", ["1", "2", "3", "4"], 1)]
    sent.clear()
    run(FakeLedger(*rows), wants(most=5), home)
    assert len(sent) == 5


def test_an_outage_of_many_sources_is_one_message_and_so_is_their_recovery(sent, home):
    def health(kind, first):
        about = {"kind": kind, "policy_id": None, "page_id": None, "title": None, "number": None, "quote": None}
        return [event_row(first + nth, source=f"portal-{nth}", **about) for nth in range(9)]

    wanted, ledger = wants(events=["source_unhealthy", "source_recovered"]), FakeLedger(*health("source_unhealthy", 1))
    assert run(ledger, wanted, home).sent == 1
    assert run(ledger, wanted, home, NOW + HOUR).sent == 0
    ledger.add(*health("source_recovered", 20))
    assert run(ledger, wanted, home, NOW + 5 * HOUR).sent == 1
    assert [(message.kind, message.counts) for _, message in sent] == [
        ("outage", {"source_unhealthy": 9}),
        ("outage", {"source_recovered": 9}),
    ]


def test_quiet_hours_hold_new_messages_and_further_attempts_and_then_tell_all_at_once(sent, home, monkeypatch):
    wanted = wants(quiet="06:00-08:00")
    ledger = FakeLedger(event_row(1), event_row(2))
    assert run(ledger, wanted, home) == type(run(ledger, wanted, home))()
    assert run(ledger, wanted, home, MORNING).sent == 1
    assert shape(sent) == [("s0", "digest", ["1", "2"], 0)]
    # An attempt that failed shortly before the quiet hours is not made again within them.
    ledger = FakeLedger(event_row(3))
    with monkeypatch.context() as broken:
        broken.setattr(outbox, "open_channel", None)
        assert run(ledger, wanted, home, NOW - HOUR).retrying == 1
    assert run(ledger, wanted, home, NOW).is_clean
    assert run(ledger, wanted, home, MORNING).sent == 1
    assert shape(sent[1:]) == [("s0", "single", ["3"], 0)]


def test_a_killed_digest_goes_out_again_with_the_same_events_under_the_same_key_whatever_came_since(sent, home, killed):
    wanted = wants(rate="daily")
    ledger = FakeLedger(event_row(1), event_row(2))
    run(ledger, wanted, home)
    with killed(notes.Notes, "add"):
        run(ledger, wanted, home, MORNING)
    ledger.add(event_row(3))
    run(ledger, wanted, home, MORNING + HOUR)
    assert shape(sent) == [("s0", "digest", ["1", "2"], 0)] * 2
    assert sent[0][1] == sent[1][1]
    assert run(ledger, wanted, home, MORNING + 24 * HOUR).sent == 1
    assert shape(sent[2:]) == [("s0", "single", ["3"], 0)]


def test_killed_before_anything_was_sent_the_messages_are_those_of_an_undisturbed_run(sent, home):
    wanted = wants({"rate": "daily"}, {})
    keys = []
    for at in (None, "queue", "bundle", "events_of"):
        ledger = FakeLedger(event_row(1), event_row(2))
        if at:

            def killed(*_args, **_more):
                raise KeyboardInterrupt

            setattr(ledger, at, killed)
            with pytest.raises(KeyboardInterrupt):
                run(ledger, wanted, home)
            delattr(ledger, at)
        run(ledger, wanted, home)
        run(ledger, wanted, home, MORNING)
        keys.append([message.key for _, message in sent])
        sent.clear()
    assert len(keys[0]) == 3
    assert all(found == keys[0] for found in keys)


def test_a_clock_set_back_an_hour_loses_nothing_and_makes_no_second_digest_of_the_day(sent, home):
    wanted = wants({"rate": "daily"}, {})
    ledger = FakeLedger(event_row(1))
    run(ledger, wanted, home)
    run(ledger, wanted, home, MORNING)
    assert shape(sent) == [("s1", "single", ["1"], 0), ("s0", "single", ["1"], 0)]
    sent.clear()
    ledger.add(event_row(2))
    run(ledger, wanted, home, MORNING - HOUR)
    assert shape(sent) == [("s1", "single", ["2"], 0)]
    run(ledger, wanted, home, MORNING)
    run(ledger, wanted, home, MORNING + HOUR)
    assert len(sent) == 1
    run(ledger, wanted, home, MORNING + 24 * HOUR)
    assert shape(sent[1:]) == [("s0", "single", ["2"], 0)]


def test_a_week_without_a_run_gives_one_digest_and_not_seven(sent, home):
    wanted, ledger = wants(rate="daily"), FakeLedger(event_row(1))
    outbox.queue(ledger, wanted, NOW)
    ledger.add(event_row(2))
    outbox.queue(ledger, wanted, NOW + 24 * HOUR)
    run(ledger, wanted, home, NOW + 7 * 24 * HOUR)
    assert shape(sent) == [("s0", "digest", ["1", "2"], 0)]


def test_an_event_that_was_withdrawn_leaves_the_digest(sent, home):
    wanted, ledger = wants(rate="daily"), FakeLedger(event_row(1), event_row(2))
    run(ledger, wanted, home)
    ledger.query("UPDATE event SET withdrawn_at = ? WHERE event_id = ?", [NOW, event_row(1)["event_id"]])
    run(ledger, wanted, home, MORNING)
    assert shape(sent) == [("s0", "single", ["2"], 0)]


def test_late_captures_and_parser_changes_are_no_news_and_never_wait_in_line(home):
    ledger = FakeLedger(event_row(1, is_late=True), event_row(2, change_cause="parser"))
    assert run(ledger, wants(include_baseline=True), home).sent == 0
    assert ledger.deliveries == {}

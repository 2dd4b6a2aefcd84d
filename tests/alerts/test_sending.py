"""Sending on a real home: nobody waits for somebody else's webhook, and two that send at once send nothing twice."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from fake_ledger import event_row
from test_real_ledger import add, rows

from pipeline import alerting, delivering, run
from pipeline.alerts import outbox
from pipeline.alerts.notes import turn
from policywatch.errors import BusyError, StorageError
from warehouse import outbox as warehouse_outbox
from warehouse.ledger import Ledger

ROOT = Path(__file__).parents[2]
ALERT = """
import sys
from pipeline import alerting
from policywatch.home import Home
found = alerting.alert(Home.at(sys.argv[1]))
print(found.counts["sent"], *found.notes)
"""
MANY = """
hold: {enabled: false}
subscriptions:
  - {name: one, most: 5, deliver: [{kind: file, path: one.jsonl}]}
  - {name: all, most: 5, deliver: [{kind: file, path: all.md}]}
"""


@pytest.fixture
def told(home, receiver):
    """A home with three events for the receiver's webhook; gives what changes the channel."""
    add(home.warehouse, *(event_row(nth) for nth in range(1, 4)))

    def subscribe(**options):
        hook = {"kind": "webhook", "url": receiver.url, "allow_private": True, **options}
        items = [{"name": "ends", "deliver": [hook]}]
        home.alerts.write_text(json.dumps({"subscriptions": items}), encoding="utf-8")

    subscribe()
    return subscribe


@contextmanager
def alerting_apart(home):
    """`alerting.alert` in a process of its own."""
    command = [sys.executable, "-c", ALERT, str(home.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}) as it:
        try:
            yield it
        finally:
            it.kill()


def test_while_a_webhook_hangs_a_load_goes_through(home, receiver, told):
    told(timeout=30)
    receiver.answers = ["late", 200]
    with alerting_apart(home) as sending:
        assert receiver.has_been_asked()
        # Not a moment is waited for: the warehouse is free.
        with Ledger.open(home.warehouse, wait=0) as ledger:
            assert ledger.loaded() == set()
        run.load(home)
        with Ledger.open(home.warehouse, wait=0) as ledger:
            assert len(ledger.query("SELECT * FROM calendar_run")) == 1
        receiver.release.set()
        assert sending.communicate(timeout=60)[0] == "3\n"
    assert len(set(receiver.keys)) == len(receiver.keys) == 3
    assert {row["status"] for row in rows(home)} == {"sent"}


def test_two_that_send_at_once_send_nothing_twice(home, receiver, told):
    told(timeout=30)
    receiver.answers = ["late", 200]
    with alerting_apart(home) as first:
        assert receiver.has_been_asked()
        with alerting_apart(home) as second:
            receiver.release.set()
            said = [first.communicate(timeout=60)[0], second.communicate(timeout=60)[0]]
    assert sorted(said) == ["0\n", "3\n"]
    assert len(set(receiver.keys)) == len(receiver.keys) == 3


def test_killed_while_a_webhook_hangs_the_same_keys_go_out_again_and_those_that_arrived_do_not(home, receiver, told):
    told(timeout=30)
    receiver.answers = [200, "late", 200]
    with alerting_apart(home) as sending:
        assert receiver.has_been_asked(2)
        sending.kill()
    receiver.release.set()
    assert alerting.alert(home).counts["sent"] == 2
    # The first had been noted; the second nobody knows about, but for its key.
    first, second, *others = receiver.keys
    assert others[0] == second
    assert len(others) == 2
    assert first not in others


def test_the_sensor_asks_for_no_run_while_somebody_sends(home, told):
    told()
    with turn(home), pytest.raises(BusyError):
        delivering.is_due(home)
    assert delivering.is_due(home) is False


def test_very_many_events_are_taken_in_portions_and_the_warehouse_is_closed_between_them(home, monkeypatch):
    """What is read, matched, put together and sent at a time does not grow with what waits."""
    count, opened = 60, []
    lots = {"match": [], "read": [], "bundle": []}
    home.root.mkdir()
    home.alerts.write_text(MANY, encoding="utf-8")
    add(home.warehouse, *(event_row(nth, policy_id=f"po_{nth:016x}") for nth in range(1, count + 1)))
    monkeypatch.setattr(outbox, "CHUNK", 7)
    monkeypatch.setattr(outbox, "HEADS", 7)
    monkeypatch.setattr(warehouse_outbox, "LOT", 7)

    def watch(owner, name, key, size):
        real = getattr(owner, name)

        def watched(*args, **more):
            found = real(*args, **more)
            lots[key].append(size(found))
            return found

        monkeypatch.setattr(owner, name, watched)

    watch(Ledger, "unmatched_events", "match", len)
    watch(Ledger, "events_of", "read", lambda found: sum(map(len, found.values())))
    watch(Ledger, "_lot", "bundle", int)
    real = Ledger.open.__func__
    monkeypatch.setattr(Ledger, "open", classmethod(lambda *args, **more: opened.append(1) or real(*args, **more)))
    assert alerting.alert(home).counts["sent"] == count + 1
    assert max(lots["match"]) == 7
    assert max(lots["read"]) <= 7 + 5
    # What one person reads together is put together at once.
    assert lots["bundle"][: count // 7] == [7] * (count // 7)
    assert len(opened) > 2 * count // 7
    told = (home.root / "one.jsonl").read_text(encoding="utf-8").splitlines()
    assert len({json.loads(line)["events"][0]["event_id"] for line in told}) == len(told) == count
    assert f"另有 {count - 5} 项变化未列出" in (home.root / "all.md").read_text(encoding="utf-8")


def test_feeds_that_cannot_be_written_are_said_after_the_messages_went_out(home, receiver, told):
    told()
    home.published.parent.write_text("no folder")
    with pytest.raises(StorageError, match=r"feeds cannot be written"):
        alerting.alert(home)
    assert len(receiver.keys) == 3
    assert {row["status"] for row in rows(home)} == {"sent"}

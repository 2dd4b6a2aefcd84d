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

from pipeline import delivering, run
from pipeline.alerts.notes import turn
from policywatch.errors import BusyError
from warehouse.ledger import Ledger

ROOT = Path(__file__).parents[2]
ALERT = """
import sys
from pipeline import run
from policywatch.home import Home
found = run.alert(Home.at(sys.argv[1]))
print(found.counts["sent"], *found.notes)
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
def alerting(home):
    """`run.alert` in a process of its own."""
    command = [sys.executable, "-c", ALERT, str(home.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}) as it:
        try:
            yield it
        finally:
            it.kill()


def test_while_a_webhook_hangs_a_load_goes_through(home, receiver, told):
    told(timeout=30)
    receiver.answers = ["late", 200]
    with alerting(home) as sending:
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
    with alerting(home) as first:
        assert receiver.has_been_asked()
        with alerting(home) as second:
            receiver.release.set()
            said = [first.communicate(timeout=60)[0], second.communicate(timeout=60)[0]]
    assert sorted(said) == ["0\n", "3\n"]
    assert len(set(receiver.keys)) == len(receiver.keys) == 3


def test_killed_while_a_webhook_hangs_the_same_keys_go_out_again_and_those_that_arrived_do_not(home, receiver, told):
    told(timeout=30)
    receiver.answers = [200, "late", 200]
    with alerting(home) as sending:
        assert receiver.has_been_asked(2)
        sending.kill()
    receiver.release.set()
    assert run.alert(home).counts["sent"] == 2
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

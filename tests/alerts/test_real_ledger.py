"""The outbox on the warehouse itself, with its own file closed and opened between runs, as between processes."""

import io
import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import duckdb
import pytest
from fake_ledger import CHECKED, NOW, event_row

from pipeline.alerts.config import Subscriptions
from pipeline.alerts.event import EVENT_KINDS
from pipeline.alerts.outbox import BACK_OFF, deliver, queue
from warehouse.ledger import Ledger

FILE = {"kind": "file", "path": "alerts/a.md"}
COLUMNS = (
    "event_id", "kind", "policy_id", "page_id", "source", "number", "title", "url", "happened_on", "detected_at",
    "before", "after", "quote", "is_baseline", "change_cause", "crawl_id",
)  # fmt: skip


def add(path, *rows):
    """Events as a load would leave them, with what the outbox joins to them."""
    with Ledger.open(path):
        pass
    with duckdb.connect(str(path)) as database:
        database.execute(
            "INSERT INTO source (source, title, last_good_at) VALUES ('yunjiang', '云江市门户', ?)", [CHECKED]
        )
        for row in rows:
            marks = ", ".join("?" * len(COLUMNS))
            database.execute(f"INSERT INTO event ({', '.join(COLUMNS)}) VALUES ({marks})", [row[n] for n in COLUMNS])
            policy = [row["policy_id"], row["issuers"], row["topic"], CHECKED]
            database.execute(
                "INSERT INTO policy_version (policy_id, issuers, topic, known_from) VALUES (?, ?, ?, ?)", policy
            )


def subscribed(*channels, **filters):
    item = {"name": "ends", "deliver": list(channels), **filters}
    return Subscriptions.model_validate({"subscriptions": [item]})


def run(home, subscriptions, now=NOW):
    out = io.StringIO()
    door = partial(Ledger.open, home.warehouse)
    with door() as ledger:
        queued = queue(ledger, subscriptions, now)
    return queued, deliver(door, subscriptions, home, now, out), out.getvalue()


def rows(home):
    with Ledger.open(home.warehouse) as ledger:
        return ledger.query("SELECT * FROM delivery ORDER BY event_id, channel")


def test_an_event_is_told_once_with_issuer_topic_and_freshness(home):
    add(home.warehouse, event_row(1), event_row(2, kind="issued", is_baseline=True))
    wanted = subscribed({"kind": "console"}, FILE, issuers=["雲江市人民政府"], topics=["中小企业"])
    queued, report, shown = run(home, wanted)
    assert (queued, report.sent) == (2, 2)
    assert "来源：云江市门户（最近一次正常抓取：2024-03-02 06:17+08:00）" in shown
    assert "发布机关：云江市人民政府" in shown
    assert run(home, wanted) == (0, type(report)(), "")
    assert {(row["status"], row["attempts"], row["sent_at"]) for row in rows(home)} == {("sent", 1, NOW)}


def test_every_kind_of_event_can_be_delivered(home):
    add(home.warehouse, *(event_row(nth, kind=kind) for nth, kind in enumerate(EVENT_KINDS)))
    # The two about the source are one message.
    assert run(home, subscribed({"kind": "console"}))[1].sent == len(EVENT_KINDS) - 1


def test_a_failed_attempt_waits_its_time_and_is_given_up_in_the_end(home, receiver):
    receiver.answers = [500]
    add(home.warehouse, event_row(1))
    wanted = subscribed({"kind": "webhook", "url": receiver.url, "allow_private": True})
    now = NOW
    for attempt, wait in enumerate(BACK_OFF, start=1):
        assert run(home, wanted, now)[1].retrying == 1
        assert run(home, wanted, now + wait - timedelta(seconds=1))[1].is_clean
        assert len(receiver.requests) == attempt
        now += wait
    assert run(home, wanted, now)[1].failed == 1
    (row,) = rows(home)
    assert (row["status"], row["attempts"], row["next_attempt_at"]) == ("failed", len(BACK_OFF) + 1, None)
    assert row["last_error"] == "127.0.0.1 answered 500"
    assert "T0KEN" not in json.dumps(row, default=str)
    assert run(home, wanted, now + timedelta(days=30))[1].is_clean


KILLED = """
import io, os, signal, sys
sys.path.insert(0, sys.argv[2])
from functools import partial
from pathlib import Path
from fake_ledger import NOW
from pipeline.alerts import notes, outbox
from pipeline.alerts.config import Subscriptions
from policywatch.home import Home
from warehouse.ledger import Ledger

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def after(owner, name, count):
    real, left = getattr(owner, name), [count]
    def dying(*args, **more):
        left[0] -= 1
        return real(*args, **more) if left[0] >= 0 else die()
    setattr(owner, name, dying)

point = sys.argv[4]
if point == "queue":
    Ledger.queue = die
elif point == "send":
    outbox.open_channel = die
elif point.startswith("note"):
    after(notes.Notes, "add", int(point[-1]))
elif point == "hand in":
    Ledger.mark_all = die
elif point == "forget":
    notes.Notes._forget = die
home = Home.at(sys.argv[1])
subscriptions = Subscriptions.model_validate_json(sys.argv[3])
door = partial(Ledger.open, home.warehouse)
with door() as ledger:
    outbox.queue(ledger, subscriptions, NOW)
outbox.deliver(door, subscriptions, home, NOW, io.StringIO())
"""


# The file comes first: at the second note it is on record, and the webhook has been sent and is not.
@pytest.mark.parametrize(
    ("point", "attempts", "left"),
    [("queue", 1, 2), ("send", 1, 2), ("note 0", 1, 2), ("note 1", 2, 1), ("hand in", 1, 0), ("forget", 1, 0)],
)
def test_killed_at_any_point_the_next_run_ends_as_an_undisturbed_one(home, receiver, point, attempts, left):
    add(home.warehouse, event_row(1))
    item = {"name": "ends", "deliver": [{"kind": "webhook", "url": receiver.url, "allow_private": True}, FILE]}
    root, here = Path(__file__).parents[2], str(Path(__file__).parent)
    path = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(home.root), here, json.dumps({"subscriptions": [item]}), point],
        cwd=root, env=os.environ | {"PYTHONPATH": path}, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    wanted = Subscriptions.model_validate({"subscriptions": [item]})
    assert run(home, wanted)[1].sent == left
    assert run(home, wanted)[1].sent == 0
    assert {(row["status"], row["attempts"]) for row in rows(home)} == {("sent", 1)}
    # The webhook's other end knows by the key that it is one message.
    assert len(receiver.keys) == attempts
    assert len(set(receiver.keys)) == 1
    assert (home.root / "alerts" / "a.md").read_text(encoding="utf-8").count("policywatch-key") == 1


def test_two_daemons_at_once_tell_it_once(home, receiver):
    add(home.warehouse, *(event_row(nth) for nth in range(1, 4)))
    item = {"name": "ends", "deliver": [{"kind": "webhook", "url": receiver.url, "allow_private": True}, FILE]}
    words = [str(home.root), str(Path(__file__).parent), json.dumps({"subscriptions": [item]}), "never"]
    path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    daemons = [
        subprocess.Popen(
            [sys.executable, "-c", KILLED, *words], env=os.environ | {"PYTHONPATH": path}, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    assert [(daemon.wait(60), daemon.communicate()[1]) for daemon in daemons] == [(0, b"")] * 2
    assert len(receiver.keys) == len(set(receiver.keys)) == 3
    assert {(row["status"], row["attempts"]) for row in rows(home)} == {("sent", 1)}
    assert (home.root / "alerts" / "a.md").read_text(encoding="utf-8").count("policywatch-key") == 3

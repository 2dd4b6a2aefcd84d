"""What could not be delivered: given up in the end, told in one line, listed, sent after all when somebody says so."""

import io
import json
from datetime import timedelta
from functools import partial

import pytest
from fake_ledger import NOW, FakeLedger, event_row
from smtp_server import MailServer
from test_real_ledger import add

from pipeline.alerts.config import Subscriptions
from pipeline.alerts.outbox import BACK_OFF, deliver, queue
from pipeline.cli import run_cli
from warehouse.ledger import Ledger

CONSOLE = {"kind": "console"}


def subscribed(*channels):
    return Subscriptions.model_validate({"subscriptions": [{"name": "ends", "deliver": list(channels)}]})


def mailed(port):
    url = f"mailto://127.0.0.1:{port}/?to=officer@a.example&from=policywatch@a.example"
    return {"kind": "apprise", "url": url, "timeout": 5}


def test_a_mail_server_that_is_away_for_a_week_costs_nobody_a_mail(home):
    """Each day brings news and a pass; the other channel of the subscription is not held up."""
    server = MailServer()
    port = server.port
    server.close()
    ledger, wanted, reports = FakeLedger(), subscribed(mailed(port), CONSOLE), []

    def run(hours):
        now = NOW + timedelta(hours=hours)
        queue(ledger, wanted, now)
        return deliver(ledger.door, wanted, home, now, io.StringIO())

    for day in range(8):
        if day < 7:
            ledger.add(event_row(day + 1))
        reports.append(run(24 * day))
    # One line a pass at most, however much waits.
    assert {report.errors for report in reports} - {()} == {
        ("ends, apprise mailto: mail: 127.0.0.1: Connection refused",)
    }
    assert sum(report.sent for report in reports) == 7
    dead = ledger.dead()
    assert len(dead) >= 1
    assert {row["attempts"] for row in dead} == {len(BACK_OFF) + 1}

    ledger.resend([row["message_key"] for row in dead], NOW + timedelta(days=8))
    server = MailServer(port)
    try:
        assert run(9 * 24).sent == 7
        assert len({mail["Message-ID"] for mail in server.mails}) == len(server.mails) == 7
    finally:
        server.close()


@pytest.fixture
def given_up(home, receiver):
    """A home whose only message was given up: its webhook refused it a whole day."""
    receiver.answers = [500]
    add(home.warehouse, event_row(1))
    item = {"name": "ends", "deliver": [{"kind": "webhook", "url": receiver.url, "allow_private": True}]}
    home.alerts.write_text(json.dumps({"subscriptions": [item]}), encoding="utf-8")
    wanted, now = Subscriptions.model_validate({"subscriptions": [item]}), NOW
    with Ledger.open(home.warehouse) as ledger:
        queue(ledger, wanted, now)
    for wait in (*BACK_OFF, timedelta()):
        deliver(partial(Ledger.open, home.warehouse), wanted, home, now, io.StringIO())
        now += wait
    return wanted


def test_dead_letters_are_listed_and_sent_after_all_under_their_old_keys(home, receiver, given_up, capsys, monkeypatch):
    def cli(*words):
        code = run_cli(["--home", str(home.root), "alerts", *words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    monkeypatch.setenv("POLICYWATCH_NOW", (NOW + timedelta(days=9)).isoformat())
    code, out, _ = cli("dead", "--json")
    (row,) = json.loads(out)
    assert (code, row["subscription"], row["channel"], row["events"], row["attempts"]) == (0, "ends", "webhook", 1, 8)
    assert (row["error"], row["kind"], row["title"]) == ("127.0.0.1 answered 500", "repealed", event_row()["title"])
    assert "T0KEN" not in out
    assert json.loads(cli("dead", "--json", "--subscription", "other")[1]) == []

    for wrong, says in (
        (("resend",), "say which"),
        (("resend", "--all", row["message_key"]), "say which"),
        (("resend", "feed"), "no message was given up as 'feed'"),
    ):
        code, _, err = cli(*wrong)
        assert code == 2
        assert says in err
    code, out, err = cli("resend", row["message_key"][:8], "--json")
    assert (code, len(json.loads(out))) == (0, 1)
    assert "due again: 1 message; " in err
    assert json.loads(cli("dead", "--json")[1]) == []

    assert json.loads(cli("dead", "--waiting", "--json")[1]) == []
    receiver.answers = [503, 200]
    assert cli("deliver")[0] == 1
    (row,) = json.loads(cli("dead", "--waiting", "--json")[1])
    assert (row["error"], row["next_attempt_at"]) == ("127.0.0.1 answered 503", "2024-03-11T22:18:00+00:00")
    door = partial(Ledger.open, home.warehouse)
    report = deliver(door, given_up, home, NOW + timedelta(days=9, minutes=1), io.StringIO())
    assert (report.sent, report.is_clean) == (1, True)
    with door() as ledger:
        assert ledger.query("SELECT status, attempts FROM delivery") == [{"status": "sent", "attempts": 2}]
    assert len(set(receiver.keys)) == 1
    assert len(receiver.keys) == len(BACK_OFF) + 3

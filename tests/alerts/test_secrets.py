"""Secrets are planted wherever one may stand, deliveries fail in every way, and all that is left behind is searched."""

import io
import json
import logging
from datetime import timedelta

import duckdb
import pytest
from fake_ledger import NOW, event_row
from smtp_server import MailServer
from test_real_ledger import add

from pipeline.cli import run_cli

PLANTED = ("T0KEN-in-a-path", "Qu3ry-value", "S1gning-secret", "M4il-password", "F1le-token", "R0bot-token")
ANSWERS = [500, 404, 429, (301, {"Location": "/T0KEN-in-a-path"}), "hang", 410]


@pytest.fixture
def servers(receiver):
    mail = MailServer()
    mail.answers = [
        {"AUTH": "535 M4il-password is wrong"},
        {"EHLO": "501 who", "HELO": "501 M4il-password"},
        {".": "554 M4il-password"},
        "drop",
    ]
    receiver.answers = list(ANSWERS)
    yield receiver, mail
    mail.close()


def channels(home, receiver, mail):
    """One channel of each sort, the secret each time in another place."""
    home.root.mkdir(exist_ok=True)
    base = f"http://127.0.0.1:{receiver.server.server_port}"
    secret = home.root.parent / "secret"
    secret.write_text(f"{base}/F1le-token?x=Qu3ry-value")
    secret.chmod(0o600)
    quick = {"timeout": 1, "allow_private": True}
    return [
        {"kind": "webhook", "url": f"{base}/T0KEN-in-a-path?key=Qu3ry-value", "secret_env": "PW_SECRET", **quick},
        {"kind": "webhook", "url_env": "PW_HOOK", **quick},
        {"kind": "webhook", "url_file": str(secret), **quick},
        {"kind": "webhook", "url": "http://127.0.0.1:1/T0KEN-in-a-path", **quick},
        {"kind": "webhook", "url": "http://10.0.0.1/T0KEN-in-a-path"},
        {
            "kind": "apprise",
            "url": f"mailto://us3r:M4il-password@127.0.0.1:{mail.port}/?to=a@a.example&from=b@a.example",
            **quick,
        },
        {"kind": "apprise", "url": base.replace("http", "json") + "/T0KEN-in-a-path/?+key=Qu3ry-value", **quick},
        {"kind": "apprise", "url": "slack://T0KEN-in-a-path/x"},
        {"kind": "apprise", "url": "nosuch://R0bot-token"},
        {"kind": "apprise", "url": "json://10.0.0.1/R0bot-token", "timeout": 0.2},
    ]


@pytest.fixture
def log():
    """All that any library logs, at the lowest level."""
    stream = io.StringIO()
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def everything_in(database):
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        return "".join(str(connection.execute(f'SELECT * FROM "{name}"').fetchall()) for (name,) in tables)


def test_no_secret_is_left_anywhere(home, servers, log, capfd, monkeypatch):
    receiver, mail = servers
    monkeypatch.setenv("PW_SECRET", "S1gning-secret")
    monkeypatch.setenv("PW_HOOK", f"http://127.0.0.1:{receiver.server.server_port}/T0KEN-in-a-path")
    monkeypatch.setenv("POLICYWATCH_DEBUG", "")
    add(home.warehouse, *(event_row(nth) for nth in range(1, 3)))
    items = [{"name": f"s{nth}", "deliver": [channel]} for nth, channel in enumerate(channels(home, receiver, mail))]
    home.alerts.write_text(json.dumps({"subscriptions": items}), encoding="utf-8")

    def cli(*words):
        return run_cli(["--home", str(home.root), "alerts", *words])

    # Every way to fail comes up for one channel or another, and every command that speaks of channels is asked.
    for days in range(3):
        monkeypatch.setenv("POLICYWATCH_NOW", (NOW + timedelta(days=days)).isoformat())
        assert cli("deliver") == 1
    assert cli("test") == 1
    assert cli("list", "--format", "json") == 0
    assert cli("check") == 0
    assert cli("dead", "--json") == 0
    home.alerts.write_text(json.dumps({"subscriptions": items}).replace('"kind"', '"kimd"'), encoding="utf-8")
    assert cli("check") == 2
    assert len(receiver.requests) >= len(ANSWERS)
    assert mail.connections >= 3

    home.alerts.unlink()  # what a person wrote there stays theirs
    said = "".join(capfd.readouterr()) + log.getvalue() + everything_in(home.warehouse)
    assert "127.0.0.1 answered 4" in said
    files = [path for path in home.root.rglob("*") if path.is_file()]
    assert files
    left = said.encode() + b"".join(path.read_bytes() for path in files)
    assert [secret for secret in PLANTED if secret.encode() in left] == []
    # The search finds what is there.
    assert b"127.0.0.1" in left


def test_an_address_in_a_file_that_others_can_read_is_remarked_upon(home, capsys):
    home.root.mkdir()
    item = {
        "name": "a",
        "deliver": [{"kind": "console"}, {"kind": "webhook", "url": "https://a.example/T0KEN-in-a-path"}],
    }
    home.alerts.write_text(json.dumps({"subscriptions": [item]}), encoding="utf-8")
    for mode, expected in ((0o644, ["subscriptions[0].deliver[1].url"]), (0o600, [])):
        home.alerts.chmod(mode)
        assert run_cli(["--home", str(home.root), "alerts", "check", "--json"]) == 0
        out = capsys.readouterr().out
        assert [row["key"] for row in json.loads(out)] == expected
        assert "T0KEN" not in out

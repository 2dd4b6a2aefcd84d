"""A whole run whose alerts cannot be delivered: it says so, and none of the channels' secrets is left anywhere.

What belongs here: what Dagster, the archive, the logs and the databases hold after a run. What does not: how channels
fail (`tests/alerts/test_secrets.py`).
"""

import gzip
import json
import sqlite3
import zlib
from contextlib import closing

import dagster as dg
import duckdb
import pytest

from demo.editions import edition
from demo.server import DemoPortal
from pipeline.cli import run_cli
from pipeline.resources import open_instance_quietly
from policywatch.home import Home

SOURCE = "demo_bureau"
PLANTED = (
    "T0KEN-in-a-path",
    "Qu3ry-value",
    "S1gning-secret",
    "M4il-password",
    "F1le-token",
    "R0bot-token",
    "Env-t0ken",
)
DEAD = "127.0.0.1:1"  # nothing listens there
SAID = "s0, webhook 127.0.0.1: 127.0.0.1: Connection refused"


@pytest.fixture
def home(tmp_path, monkeypatch):
    with DemoPortal(1) as portal:
        monkeypatch.delenv("POLICYWATCH_SOURCES", raising=False)
        monkeypatch.setenv("http_proxy", portal.proxy)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("POLICYWATCH_NOW", edition(1).at.isoformat())
        monkeypatch.setenv("PW_HOOK", f"http://{DEAD}/Env-t0ken")
        monkeypatch.setenv("PW_SECRET", "S1gning-secret")
        monkeypatch.setenv("DAGSTER_HOME", "")
        monkeypatch.setenv("POLICYWATCH_HOME", "")
        secret = tmp_path / "secret"
        secret.write_text(f"http://{DEAD}/F1le-token")
        secret.chmod(0o600)
        made = Home.at(tmp_path / "home")
        made.root.mkdir()
        quick = {"timeout": 2, "allow_private": True}
        channels = [
            {"kind": "webhook", "url": f"http://{DEAD}/T0KEN-in-a-path?key=Qu3ry-value", **quick},
            {"kind": "webhook", "url_env": "PW_HOOK", "secret_env": "PW_SECRET", **quick},
            {"kind": "webhook", "url_file": str(secret), **quick},
            {"kind": "apprise", "url": f"mailto://us3r:M4il-password@{DEAD}/?to=a@a.example&from=b@a.example", **quick},
            {"kind": "apprise", "url": f"json://{DEAD}/R0bot-token", **quick},
            {"kind": "apprise", "url": "nosuch://R0bot-token"},
        ]
        items = [
            {"name": f"s{nth}", "include_baseline": True, "deliver": [channel]} for nth, channel in enumerate(channels)
        ]
        made.alerts.write_text(json.dumps({"subscriptions": items}), encoding="utf-8")
        yield made


def inside(path):
    """What a file holds: as it is, unpacked, and the values of its tables, those unpacked too."""
    raw = path.read_bytes()
    yield raw
    if path.name.endswith(".gz"):
        yield gzip.decompress(raw)
    elif raw.startswith(b"SQLite format 3"):
        with closing(sqlite3.connect(path)) as database:
            for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                for row in database.execute(f'SELECT * FROM "{table}"'):
                    yield from map(unpacked, row)
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as database:
            tables = database.execute("SELECT table_name FROM duckdb_tables()").fetchall()
            for (table,) in tables:
                yield str(database.execute(f'SELECT * FROM "{table}"').fetchall()).encode()


def unpacked(value):
    if not isinstance(value, bytes):
        return str(value).encode(errors="replace")
    try:
        return value + zlib.decompress(value)
    except zlib.error:
        return value


def test_what_was_not_delivered_is_in_log_and_report_and_no_secret_is_anywhere(home, capfd):
    def cli(*words):
        return run_cli(["--home", str(home.root), *words])

    assert cli("run", SOURCE) == 0
    out, err = capfd.readouterr()
    assert f"{SOURCE}: not delivered: {SAID}" in " ".join(err.split())
    log = (home.dagster / "dagster.log").read_text(encoding="utf-8")
    assert f"not delivered: {SAID}" in log
    assert log.count("not delivered: ") == 6
    with open_instance_quietly(home) as instance:
        (record,) = instance.fetch_materializations(dg.AssetKey("deliveries"), limit=1).records
        metadata = record.asset_materialization.metadata
    assert f"not delivered: {SAID}" in metadata["not_delivered"].value
    assert metadata["retrying"].value == 6

    codes = [cli("alerts", *words) for words in (["deliver"], ["test"], ["dead", "--waiting", "--json"], ["list"])]
    codes += [cli("doctor", "--offline"), cli("status"), cli("changes")]
    assert codes[:3] == [1, 1, 0]
    home.alerts.write_text(home.alerts.read_text(encoding="utf-8").replace('"kind"', '"kimd"'), encoding="utf-8")
    assert cli("alerts", "deliver") == 2
    assert cli("run", SOURCE) == 1
    out2, err2 = capfd.readouterr()
    home.alerts.unlink()  # what a person wrote there stays theirs

    files = [path for path in home.root.rglob("*") if path.is_file()]
    kinds = {path.relative_to(home.root).parts[0] for path in files}
    assert kinds >= {"archive", "crawls", "dagster", "metrics.prom", "published", "warehouse"}
    assert any(path.name.endswith(".warc.gz") for path in files)
    assert any(path.is_relative_to(home.feeds) for path in files)
    found = {
        (str(path.relative_to(home.root)), secret)
        for path in files
        for content in inside(path)
        for secret in PLANTED
        if secret.encode() in content
    }
    assert found == set()
    said = out + err + out2 + err2
    assert [secret for secret in PLANTED if secret in said] == []
    # The search finds what is there.
    assert sum(b"Connection refused" in content for path in files for content in inside(path)) >= 3

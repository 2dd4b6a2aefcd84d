"""What the doctor finds broken, and that it always says what to do."""

import shutil
import socket
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from crawlers import reachable
from pipeline import doctor, resources, servers


def found(home, **how):
    return {row.check: row for row in doctor.examine(home, **{"reach": False, **how})}


@pytest.fixture(autouse=True)
def _awake(monkeypatch, declare):
    monkeypatch.delenv("POLICYWATCH_NOW")
    declare("tiny")


def test_an_empty_home_is_nothing_broken(cli, home):
    code, out, err = cli("doctor", "--offline")
    assert (code, err) == (0, "")
    assert "can be made" in out
    assert not home.root.exists()
    assert found(home)["clock"].level == "ok"
    assert {row.level for row in found(home).values()} == {"ok", "warning"}
    assert all(row.fix for row in found(home).values() if row.level != "ok")


def test_a_source_that_is_wrong_is_broken_with_its_line(cli, declare):
    declare("other", more="colour: red")
    code, out, _ = cli("doctor", "--offline", "--json")
    assert code == 1
    assert "other.yaml:7: colour" in out.replace('", "fix', "")


def test_what_stops_everything_is_broken(home, monkeypatch):
    home.dagster.mkdir(parents=True)
    monkeypatch.setattr(
        doctor.tempfile, "TemporaryFile", lambda **_: (_ for _ in ()).throw(OSError(30, "Read-only file system"))
    )
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))
    monkeypatch.setattr(resources, "CONFIG", "no.yaml")
    rows = found(home)
    assert {name for name, row in rows.items() if row.level == "broken"} == {"permissions", "disk", "installation"}
    assert "Read-only file system" in rows["permissions"].found
    assert "choose another folder with --home" in rows["permissions"].fix
    assert "install anew" in rows["installation"].fix
    assert doctor.is_broken(rows.values())


def test_a_warehouse_that_is_gone_or_damaged_is_broken(home):
    home.published.parent.mkdir(parents=True)
    home.published.write_bytes(b"nonsense")
    assert found(home)["warehouse"].level == "broken"


def test_a_clock_behind_the_last_crawl_is_broken(home, monkeypatch):
    monkeypatch.setattr("pipeline.trial.last_crawls", lambda _home: {"tiny": datetime(2999, 1, 1, tzinfo=UTC)})
    assert found(home)["clock"].level == "broken"


def test_a_running_daemon_is_shown(home):
    with servers.only_one(home, 3000):
        assert "http://127.0.0.1:3000/" in found(home)["schedules"].found


def test_portals_are_connected_to_and_nothing_is_asked(home, declare, monkeypatch):
    declare("other", more="hosts: [b.example]")
    urls = []
    monkeypatch.setattr(reachable, "objection", lambda url, _timeout: urls.append(url) or "it is down")
    row = found(home, reach=True, watched=["tiny", "other"])["reachability"]
    assert (row.level, len(urls)) == ("broken", 1)  # one host, one connection
    assert "check the network" in row.fix


def test_whether_anybody_answers(monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert "only the public internet is asked" in reachable.objection("http://127.0.0.1/")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: (_ for _ in ()).throw(socket.gaierror()))
    assert reachable.objection("https://www.a.example/") == "the name www.a.example cannot be resolved"
    monkeypatch.undo()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        monkeypatch.delenv("no_proxy", raising=False)
        refused = reachable.objection("http://www.a.example/", timeout=1)
        assert refused.startswith(f"127.0.0.1 (the proxy for www.a.example) does not answer on port {port}")
        listening.listen()
        assert reachable.objection("http://www.a.example/", timeout=1) is None

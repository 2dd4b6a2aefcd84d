"""A run killed at any of its steps, followed by another, leaves what an undisturbed one leaves."""

import shutil
import signal

import pytest

from demo.editions import edition
from demo.server import DemoPortal
from pipeline import run
from policywatch.home import Home

SOURCE = "demo_bureau"
# What kills the process, put in place of, or around, one thing that the run does; in the order of the run.
KILL = "import os, signal\ndef kill(*args, **kwargs):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
PATCHES = {
    "before anything is read": "from pipeline import run; run.read = kill",
    "while pages are read": "from pipeline import pool; pool.read_many = kill",
    "while staging is written": "from warehouse import staging; staging.os.replace = kill",
    "before staging is put in place": "from pathlib import Path; Path.rename = kill",
    "before the load": "from pipeline import run; run.load = kill",
    "in the load": """
from warehouse.ledger import Ledger
ours = Ledger.load
def load(self, staging):
    self.watcher = lambda step: kill() if step == "COMMIT" else None
    return ours(self, staging)
Ledger.load = load
""",
    "before staging is removed": "from pipeline import run; run.shutil.rmtree = kill",
    "between the load and the calendar": "from warehouse.ledger import Ledger; Ledger.calendar = kill",
    "before the published file is in place": """
from warehouse.ledger import Ledger
ours = Ledger.publish
def publish(self, target):
    self.watcher = lambda step: kill() if step == "rename" else None
    return ours(self, target)
Ledger.publish = publish
""",
    "before the alerts are queued": "from warehouse.ledger import Ledger; Ledger.queue = kill",
    "before the alerts are sent": "from pipeline.alerts import outbox; outbox.deliver = kill",
    "before a sent alert is noted": "from pipeline.alerts.notes import Notes; Notes.add = kill",
    "before the notes are handed in": "from warehouse.ledger import Ledger; Ledger.mark_all = kill",
    "before the notes are forgotten": "from pipeline.alerts.notes import Notes; Notes._forget = kill",
}
SCRIPT = """
from pipeline import run
from policywatch.home import Home
run.crawl = lambda *_, **__: {summary!r}
run.run_source({source!r}, home=Home.at({home!r}))
"""
ALERTS = "subscriptions: [{name: all, include_baseline: true, deliver: [{kind: file, path: alerts/all.md}]}]\n"
TABLES = (
    "source", "crawl", "capture", "page", "page_version", "body_text", "policy", "policy_version", "measure_version",
    "citation", "effect", "event", "event_matched", "rejected",
)  # fmt: skip


@pytest.fixture(scope="module")
def portal():
    with DemoPortal(1) as server:
        yield server


@pytest.fixture(scope="module")
def environment(portal):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("POLICYWATCH_SOURCES", raising=False)
        patch.setenv("http_proxy", portal.proxy)
        yield patch


@pytest.fixture(scope="module")
def prepared(portal, environment, tmp_path_factory):
    """Two homes: one in which edition 2 has been crawled only, one in which it was run to the end."""
    base = Home.at(tmp_path_factory.mktemp("kill") / "crawled")
    base.root.mkdir()
    base.alerts.write_text(ALERTS, encoding="utf-8")
    portal.edition = 1
    environment.setenv("POLICYWATCH_NOW", edition(1).at.isoformat())
    run.run_source(SOURCE, home=base)
    portal.edition = 2
    environment.setenv("POLICYWATCH_NOW", edition(2).at.isoformat())
    summary = run.crawl(SOURCE, base)
    whole = Home.at(base.root.parent / "whole")
    shutil.copytree(base.root, whole.root)
    run.run_source(SOURCE, home=whole)
    return base, whole, summary


def content(home):
    with run.ledger(home) as ledger:
        found = {table: sorted(map(repr, ledger.query(f"SELECT * FROM {table}"))) for table in TABLES}
        found["delivery"] = sorted(
            map(repr, ledger.query("SELECT idempotency_key, event_id, subscription, channel, status FROM delivery"))
        )
    found["published"] = home.published.exists()
    found["told"] = sorted((home.root / "alerts" / "all.md").read_text(encoding="utf-8").splitlines())
    found["staging"] = sorted(path.name for path in home.staging.glob("*"))
    return found


@pytest.fixture
def killed(forks):
    def run_and_be_killed(script):
        done = forks.run(KILL + script)
        assert done.code == -signal.SIGKILL, done.err

    return run_and_be_killed


@pytest.fixture
def home(prepared, environment, tmp_path):
    """A copy of the home in which edition 2 has been crawled only."""
    environment.setenv("POLICYWATCH_NOW", edition(2).at.isoformat())
    copy = Home.at(tmp_path / "home")
    shutil.copytree(prepared[0].root, copy.root)
    return copy


def test_killed_at_every_step_and_run_again_is_as_if_never_killed(prepared, home, killed, monkeypatch):
    """Each run gets one step further than the one before it and is killed there; the last one runs to the end."""
    _, whole, summary = prepared
    for patch in PATCHES.values():
        killed(patch + SCRIPT.format(summary=summary, source=SOURCE, home=str(home.root)))
    monkeypatch.setattr(run, "crawl", lambda *_, **__: summary)  # killed crawls are tested where crawls are made
    run.run_source(SOURCE, home=home)
    assert content(home) == content(whole)


@pytest.mark.parametrize("where", ["in the load", "before a sent alert is noted", "before the notes are forgotten"])
def test_killed_once_and_run_again_is_as_if_never_killed(prepared, home, killed, monkeypatch, where):
    _, whole, summary = prepared
    killed(PATCHES[where] + SCRIPT.format(summary=summary, source=SOURCE, home=str(home.root)))
    monkeypatch.setattr(run, "crawl", lambda *_, **__: summary)
    run.run_source(SOURCE, home=home)
    assert content(home) == content(whole)


def test_a_run_killed_within_the_job_lets_the_next_one_in(prepared, home, killed, forks):
    """The dead run held the warehouse's one place in Dagster's pool; the next run must not wait for it."""
    words = ["--home", str(home.root), "run", SOURCE]
    ending = "from warehouse.ledger import Ledger\nLedger.load = kill\n"
    killed(f"{ending}from pipeline.cli import run_cli\nrun_cli({words!r})")
    assert len(list((home.dagster / "alive").iterdir())) == 1
    again = forks.run(f"from pipeline.cli import run_cli\nraise SystemExit(run_cli({words!r}))")
    assert (again.code, again.err) == (0, "")
    assert content(home) == content(prepared[1])

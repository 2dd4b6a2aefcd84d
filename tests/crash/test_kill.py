"""A run killed in each of its seven steps and started again ends with what an undisturbed run ends with."""

import os
import shutil
import signal
import threading
from pathlib import Path

import duckdb
import pytest

from demo import site
from demo.editions import edition
from demo.replay import standing_at
from demo.server import DemoPortal

ROOT = Path(__file__).parents[2]
SOURCE = "demo_portal"
EDITION = 5
# Where a record lies and the bytes of a page that counts its visitors are facts of one fetch, not content.
OF_ONE_FETCH = {"warc_file", "warc_offset", "warc_length", "digest", "etag", "last_modified"}
POINTS = {
    "read": "table:3",
    "load": "sql/policy_versions.sql",
    "resolve": "sql/bind.sql",
    "detect": "sql/events_append.sql",
    "publish": "rename",
    "alert": "mark_all",
}


COMMAND = "import sys; from pipeline.cli import run_cli; sys.exit(run_cli(sys.argv[1:]))"


def run(home, forks):
    done = forks.run(COMMAND, ["run", SOURCE, "--home", home])
    assert done.code == 0, done.out + done.err


def content(home):
    """Every row of every table, without what belongs to one fetch alone."""
    found = {}
    with duckdb.connect(str(home / "warehouse" / "policywatch.duckdb"), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for (table,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall():
            if (
                table == "unpublished"
            ):  # what readers have not seen yet, and which edition they have: of one publication
                continue
            columns = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
            kept = ", ".join(f'"{name}"' for name in columns if name not in OF_ONE_FETCH)
            rows = connection.execute(f"SELECT {kept} FROM {table}").fetchall()
            found[table] = sorted(map(repr, rows))
    return found


@pytest.fixture(scope="module")
def portal():
    with DemoPortal(1) as running:
        yield running


@pytest.fixture(scope="module")
def before(portal, forks, tmp_path_factory):
    """A home that knows edition 1, with a subscription; the portal and the clock then stand at a later edition."""
    home = tmp_path_factory.mktemp("crash") / "before"
    home.mkdir()
    shutil.copyfile(ROOT / "demo" / "alerts.yaml", home / "alerts.yaml")
    with standing_at(edition(1), portal.proxy):
        run(home, forks)
    portal.edition = EDITION
    with standing_at(edition(EDITION), portal.proxy):
        yield home


@pytest.fixture(scope="module")
def undisturbed(before, forks):
    home = before.with_name("undisturbed")
    shutil.copytree(before, home)
    run(home, forks)
    found = content(home)
    assert len(found["event"]) > len(content(before)["event"])
    return found, (home / "alerts" / "endings.md").read_text("utf-8")


def die_crawling(home, forks, monkeypatch, asked):
    """Run, and kill the crawl when the portal has been asked so many times."""
    pids, left, lock = [], [asked], threading.Lock()
    answer = site.answer

    def deadly(*arguments, **keywords):
        with lock:
            left[0] -= 1
            if left[0] == 0:
                os.killpg(pids[0], signal.SIGKILL)
        return answer(*arguments, **keywords)

    with monkeypatch.context() as patched:
        patched.setattr(site, "answer", deadly)
        done = forks.run(COMMAND, ["run", SOURCE, "--home", home], started=pids.append)
    assert done.code == -signal.SIGKILL, f"killed at answer {asked} of the crawl"


def test_killed_in_every_step_in_turn(before, undisturbed, forks, tmp_path, monkeypatch):
    """Each start gets a step further than the one before; the work of all is taken up, and none counts twice."""
    home = tmp_path / "home"
    shutil.copytree(before, home)
    for asked in (2, 12):
        die_crawling(home, forks, monkeypatch, asked)
    driver = (ROOT / "tests" / "crash" / "driver.py").read_text("utf-8")
    for step, point in POINTS.items():
        done = forks.run(driver, [point, "run", SOURCE, "--home", home])
        assert done.code == -signal.SIGKILL, f"{step}: {done.out}{done.err}"
    run(home, forks)
    rows, delivered = undisturbed
    assert content(home) == rows
    assert (home / "alerts" / "endings.md").read_text("utf-8") == delivered

"""Deliveries between crawls: the sensor asks for one where something is due, and the job sends it."""

import dagster as dg
import pytest

from pipeline import delivering, run
from pipeline.definitions import build_defs
from pipeline.resources import HomeResource
from policywatch import clock
from policywatch.errors import BusyError
from tests.pipeline.test_rebuild import OLD, Life

ALERTS = """subscriptions:
  - name: evening
    rate: daily
    at: "18:00"
    events: [issued]
    include_baseline: true
    deliver: [{kind: file, path: told.md}]
"""


@pytest.fixture
def life(tmp_path, monkeypatch):
    (tmp_path / "sources").mkdir()
    monkeypatch.setenv("POLICYWATCH_SOURCES", str(tmp_path / "sources"))
    made = Life(tmp_path, monkeypatch)
    made.home.root.mkdir()
    made.home.alerts.write_text(ALERTS, encoding="utf-8")
    made.take("2024-01-02", "a", OLD, "http://www.tiny.example/a.html")  # at nine in the morning
    return made


def asked(life):
    """The sensor's answer: (number of runs asked for, why none)."""
    resource = HomeResource(root=str(life.home.root))
    with dg.build_sensor_context(resources={"home": resource}) as context:
        found = delivering.sensor.evaluate_tick(context)
    return len(found.run_requests or ()), found.skip_message


def test_a_digest_goes_out_when_its_time_has_come(life, monkeypatch):
    told = life.home.root / "told.md"
    assert asked(life) == (0, "nothing is due")
    assert not told.exists()
    monkeypatch.setenv(clock.ENVIRONMENT, "2024-01-02T18:05:00+08:00")
    assert asked(life) == (1, None)
    defs = build_defs(resource_overrides={"home": HomeResource(root=str(life.home.root))})
    assert defs.resolve_job_def(delivering.JOB).execute_in_process().success
    assert told.read_text("utf-8").count(OLD["title"]) == 1
    assert asked(life) == (0, "nothing is due")


def test_what_turned_out_never_to_have_happened_asks_for_no_run(life, monkeypatch):
    monkeypatch.setenv(clock.ENVIRONMENT, "2024-01-02T18:05:00+08:00")
    with run.ledger(life.home) as warehouse:
        warehouse._connection.execute("UPDATE event SET withdrawn_at = TIMESTAMPTZ '2024-01-02 12:00:00+08'")
    assert asked(life) == (0, "nothing is due")


def test_a_run_at_work_takes_it_along(life, monkeypatch):
    def busy(_):
        raise BusyError("held")

    monkeypatch.setattr(delivering, "is_due", busy)
    assert asked(life) == (0, "another run writes the warehouse or sends; that one delivers what is due")


def test_what_is_wrong_with_the_subscriptions_is_said(life):
    life.home.alerts.write_text("subscriptions: [{name: evening, rat: daily}]\n", encoding="utf-8")
    assert "alerts.yaml, line 1" in asked(life)[1]


def test_where_nobody_subscribes_nothing_is_due(life):
    life.home.alerts.unlink()
    assert not delivering.is_due(life.home)

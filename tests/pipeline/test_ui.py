"""`policywatch up` and `ui`: the servers come up on this machine's own address, answer, and go in order when told."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest

from pipeline import answering, metrics, runlog, servers
from pipeline.resources import RUN_LOCKS, open_instance
from policywatch.errors import BusyError, UsageError
from warehouse.published import query


def test_a_taken_port_is_said():
    with socket.socket() as taken:
        taken.bind((servers.HOST, 0))
        taken.listen()
        with pytest.raises(UsageError, match="choose another with --port"):
            servers.free_port(taken.getsockname()[1])


def test_without_a_wish_some_port_is_free():
    assert servers.free_port(None) > 0


def test_a_home_has_one_daemon(home):
    assert servers.running(home) is None
    with servers.only_one(home, 3000):
        assert servers.running(home) == {"pid": os.getpid(), "port": 3000}
        told = r"running already for .* at http://127\.0\.0\.1:3000/ \(process \d+\); use that one, or stop it first"
        with pytest.raises(BusyError, match=told), servers.only_one(home, 3001):
            pass
    assert servers.running(home) is None
    with servers.only_one(home, 3001):
        pass


def test_health_says_what_is_wrong(home):
    home.root.mkdir(parents=True)
    well = dict.fromkeys(answering.DAEMONS, 10.0)
    assert answering.health(home, ui=True, beats=well, age=5)["status"] == "ok"
    young = dict.fromkeys(answering.DAEMONS)
    assert answering.health(home, ui=True, beats=young, age=5)["status"] == "ok"
    assert len(answering.health(home, ui=True, beats=young, age=1000)["wrong"]) == len(answering.DAEMONS)
    dead = answering.health(home, ui=False, beats=well | {"SENSOR": 500.0}, age=1000)
    assert dead["wrong"] == ["the web UI does not answer", "the daemon sensor gives no sign of life"]


def got(url):
    """Status and text of an answer."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def asked(port, query, **variables):
    request = urllib.request.Request(
        f"http://{servers.HOST}:{port}/graphql",
        data=json.dumps({"query": query, "variables": variables}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)["data"]


SHOWN = """{ repositoriesOrError { ... on RepositoryConnection { nodes {
  jobs { name } schedules { name } sensors { name sensorState { status } } } } } }"""
LAUNCH = """mutation ($wanted: ExecutionParams!) {
  launchRun(executionParams: $wanted) { __typename ... on LaunchRunSuccess { run { runId } } } }"""
STATUS = "query ($run: ID!) { runOrError(runId: $run) { ... on Run { status } } }"


def waited_for(condition, seconds=300):
    waiting, deadline = threading.Event(), time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < deadline:
        waiting.wait(0.3)
    return found


def launched(port, source):
    """Start the job for `source` as the UI's button does; the run's id."""
    wanted = {
        "selector": {
            "repositoryLocationName": "pipeline.definitions",
            "repositoryName": "__repository__",
            "pipelineName": "watch",
        },
        "runConfigData": runlog.CONFIG,
        "mode": "default",
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": source}]},
    }
    return asked(port, LAUNCH, wanted=wanted)["launchRun"]["run"]["runId"]


def ended(port, run):
    status = asked(port, STATUS, run=run)["runOrError"]["status"]
    return status if status in {"SUCCESS", "FAILURE", "CANCELED"} else None


def test_up_shows_the_job_runs_it_and_stops_with_nothing_half_done(home, monkeypatch):
    monkeypatch.delenv("POLICYWATCH_SOURCES", raising=False)
    port, health = servers.free_port(0), servers.free_port(0)
    words = ["up", "--demo", "--port", str(port), "--health-port", str(health)]
    process = subprocess.Popen(
        [sys.executable, "-m", "policywatch", "--home", str(home.root), *words],
        stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "no_proxy": servers.HOST, "POLICYWATCH_LOG": "json"},
    )  # fmt: skip
    try:
        assert f"http://127.0.0.1:{port}/" in process.stderr.readline()
        assert f"http://127.0.0.1:{health}/health" in process.stderr.readline()
        (repository,) = asked(port, SHOWN)["repositoriesOrError"]["nodes"]
        assert "watch" in [job["name"] for job in repository["jobs"]]
        schedules = [schedule["name"] for schedule in repository["schedules"]]
        assert "crawl_beijing" in schedules
        assert "crawl_demo_media" not in schedules  # the demo is nothing to wake up for
        assert {sensor["sensorState"]["status"] for sensor in repository["sensors"]} == {"RUNNING"}
        with pytest.raises(BusyError, match="running already"), servers.only_one(home, 1):
            pass
        first = launched(port, "demo_media")
        assert waited_for(lambda: ended(port, first)) == "SUCCESS"
        assert query(home.published, "SELECT count(*) FROM pages")[1][0][0] > 0
        code, text = got(f"http://{servers.HOST}:{health}/health")
        assert (code, json.loads(text)["wrong"]) == (200, [])
        code, text = got(f"http://{servers.HOST}:{health}/metrics")
        assert (code, 'policywatch_source_health{source="demo_media"} 0' in text.splitlines()) == (200, True)
        assert got(f"http://{servers.HOST}:{health}/")[0] == 404
        # Told to stop in the middle of a run, it ends the run in order, and leaves nothing behind.
        second = launched(port, "demo_portal")
        assert waited_for((home.dagster / RUN_LOCKS / second).exists)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=200) == 0
        assert process.stderr.read() == "stopping\n"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.stderr.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((servers.HOST, port), timeout=1)
    assert servers.running(home) is None
    assert list((home.dagster / RUN_LOCKS).iterdir()) == []
    with open_instance(home) as instance:
        assert instance.get_run_by_id(second).is_finished  # as failed, unless it was quicker than the signal
        assert instance.event_log_storage.get_concurrency_info("warehouse").claimed_slots == []
    lines = [json.loads(line) for line in (home.dagster / "dagster.log").read_text("utf-8").splitlines()]
    assert {"captures", "deliveries"} <= {line.get("step") for line in lines if line.get("source") == "demo_media"}
    assert metrics.last(home).deliveries == {}

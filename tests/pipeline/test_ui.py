"""`policywatch ui`: both servers come up on this machine's own address, and go when they are told."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import pytest

from pipeline import cli_ui
from policywatch.errors import UsageError
from warehouse.published import query


def test_a_taken_port_is_said():
    with socket.socket() as taken:
        taken.bind((cli_ui.HOST, 0))
        taken.listen()
        with pytest.raises(UsageError, match="choose another with --port"):
            cli_ui.free_port(taken.getsockname()[1])


def test_without_a_wish_some_port_is_free():
    assert cli_ui.free_port(None) > 0


def asked(port, query, **variables):
    request = urllib.request.Request(
        f"http://{cli_ui.HOST}:{port}/graphql",
        data=json.dumps({"query": query, "variables": variables}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)["data"]


SHOWN = "{ repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name } schedules { name } } } } }"
LAUNCH = """mutation ($wanted: ExecutionParams!) {
  launchRun(executionParams: $wanted) { __typename ... on LaunchRunSuccess { run { runId } } } }"""
STATUS = "query ($run: ID!) { runOrError(runId: $run) { ... on Run { status } } }"


def launched(port, source):
    """Start the job for `source` as the UI's button does; its status when it ended."""
    wanted = {
        "selector": {
            "repositoryLocationName": "pipeline.definitions",
            "repositoryName": "__repository__",
            "pipelineName": "watch",
        },
        "runConfigData": {},
        "mode": "default",
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": source}]},
    }
    run = asked(port, LAUNCH, wanted=wanted)["launchRun"]["run"]["runId"]
    waiting, deadline = threading.Event(), time.monotonic() + 300
    while time.monotonic() < deadline:
        status = asked(port, STATUS, run=run)["runOrError"]["status"]
        if status in {"SUCCESS", "FAILURE", "CANCELED"}:
            return status
        waiting.wait(0.3)
    return "still running"


def test_the_ui_shows_the_job_runs_it_and_stops_when_told(home, monkeypatch):
    monkeypatch.delenv("POLICYWATCH_SOURCES", raising=False)
    port = cli_ui.free_port(0)
    process = subprocess.Popen(
        [sys.executable, "-m", "policywatch", "--home", str(home.root), "ui", "--demo", "--port", str(port)],
        stderr=subprocess.PIPE, text=True, env={**os.environ, "no_proxy": cli_ui.HOST}, start_new_session=True,
    )  # fmt: skip
    try:
        assert f"http://127.0.0.1:{port}/" in process.stderr.readline()
        (repository,) = asked(port, SHOWN)["repositoriesOrError"]["nodes"]
        assert "watch" in [job["name"] for job in repository["jobs"]]
        schedules = [schedule["name"] for schedule in repository["schedules"]]
        assert "crawl_beijing" in schedules
        assert "crawl_demo_media" not in schedules  # the demo is nothing to wake up for
        assert launched(port, "demo_media") == "SUCCESS"
        assert query(home.published, "SELECT count(*) FROM pages")[1][0][0] > 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=150) == 0
        assert process.stderr.read() == "stopping\n"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.stderr.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((cli_ui.HOST, port), timeout=1)

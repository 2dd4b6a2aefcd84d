"""`policywatch ui`: both servers come up on this machine's own address, and go when they are told."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from pipeline import cli_ui
from policywatch.errors import UsageError


def test_a_taken_port_is_said():
    with socket.socket() as taken:
        taken.bind((cli_ui.HOST, 0))
        taken.listen()
        with pytest.raises(UsageError, match="choose another with --port"):
            cli_ui.free_port(taken.getsockname()[1])


def test_without_a_wish_some_port_is_free():
    assert cli_ui.free_port(None) > 0


def asked(port, query):
    request = urllib.request.Request(
        f"http://{cli_ui.HOST}:{port}/graphql",
        data=json.dumps({"query": query}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["data"]


def test_the_ui_shows_the_job_has_its_daemon_and_stops_when_told(home, declare):
    declare("tiny")
    port = cli_ui.free_port(0)
    process = subprocess.Popen(
        [sys.executable, "-m", "policywatch", "--home", str(home.root), "ui", "--port", str(port)],
        stderr=subprocess.PIPE, text=True, env={**os.environ, "no_proxy": cli_ui.HOST}, start_new_session=True,
    )  # fmt: skip
    try:
        assert f"http://127.0.0.1:{port}/" in process.stderr.readline()
        found = asked(
            port,
            "{ repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name } schedules { name } } } } }",
        )
        (repository,) = found["repositoriesOrError"]["nodes"]
        assert "watch" in [job["name"] for job in repository["jobs"]]
        assert [schedule["name"] for schedule in repository["schedules"]] == ["crawl_tiny"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0
        assert process.stderr.read() == "stopping\n"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.stderr.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((cli_ui.HOST, port), timeout=1)

"""What stands in deploy/ names what there is. Whether systemd, nginx and Prometheus take it, they say themselves."""

import configparser
import re
from pathlib import Path

import pytest

from pipeline import metrics
from pipeline.cli import app

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
PORTS = {"--port": "3000", "--health-port": "3001"}


def text(name):
    return (DEPLOY / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def service():
    class Repeated(dict):
        """Keys that stand several times are kept as one text of many lines."""

        def __setitem__(self, key, value):
            if isinstance(value, list) and key in self:
                self[key].extend(value)
            else:
                super().__setitem__(key, value)

    unit = configparser.ConfigParser(interpolation=None, strict=False, dict_type=Repeated, delimiters="=")
    unit.optionxform = str
    unit.read_string(text("policywatch.service"))
    return unit["Service"]


def commands():
    return {
        command.name or command.callback.__name__.rstrip("_").replace("_", "-") for command in app.registered_commands
    }


def options(line):
    words = line.split()
    return {word: words[place + 1] for place, word in enumerate(words) if word in PORTS}


def test_the_unit_starts_commands_that_there_are(service):
    folder = service["WorkingDirectory"]
    for key in ("ExecStartPre", "ExecStart"):
        program, command, *_ = service[key].split()
        assert program == f"{folder}/.venv/bin/policywatch"
        assert command in commands()
    assert options(service["ExecStart"]) == PORTS


def test_the_unit_can_write_the_home_and_nothing_else(service):
    assert "POLICYWATCH_HOME=/var/lib/policywatch" in service["Environment"]
    assert f"/var/lib/{service['StateDirectory']}" == "/var/lib/policywatch"
    assert service["ProtectSystem"] == "strict"
    # The load that is at work may end.
    assert (service["KillSignal"], service["KillMode"]) == ("SIGTERM", "mixed")
    assert int(service["TimeoutStopSec"]) >= 60


def test_every_variable_that_is_set_means_something():
    code = "".join(path.read_text(encoding="utf-8") for name in ("pipeline", "policywatch")
                   for path in (ROOT / name).rglob("*.py"))  # fmt: skip
    names = set(re.findall(r"POLICYWATCH_[A-Z]+", text("policywatch.service") + text("Containerfile")))
    assert names
    assert {name for name in names if f'"{name}"' not in code} == set()


def test_the_container_copies_what_there_is_and_all_that_runs():
    lines = [line.split() for line in text("Containerfile").splitlines() if line.startswith("COPY")]
    copied = {name for _, *names, _ in lines for name in names}
    assert {name for name in copied if not (ROOT / name).exists()} == set()
    found = re.search(r"include = \[(.+?)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {name.strip(' "*') for name in found[1].split(",")}
    assert packages | {"requirements.lock", "pyproject.toml", "dagster.yaml"} <= copied
    words = re.findall(r'"([^"]+)"', text("Containerfile").splitlines()[-1])
    assert words[0] == "policywatch"
    assert words[1] in commands()
    assert options(" ".join(words)) == PORTS
    # What builds the package must be in the lock: pip may fetch nothing by itself.
    assert re.search(r"(?m)^setuptools==", (ROOT / "requirements.lock").read_text(encoding="utf-8"))


def test_the_proxy_asks_for_a_login_before_everything_but_the_redirect():
    servers = text("nginx.conf").split("server {")[1:]
    assert "auth_basic_user_file" in servers[0]
    assert "auth_basic off" not in text("nginx.conf")
    assert re.findall(r"proxy_pass (\S+);", text("nginx.conf")) == [
        f"http://127.0.0.1:{PORTS['--port']}", f"http://127.0.0.1:{PORTS['--health-port']}/health",
    ]  # fmt: skip
    assert "return 301 https://" in servers[1]
    assert "proxy_pass" not in servers[1]


def test_the_alerts_are_on_numbers_that_are_written():
    named = set(re.findall(r"policywatch_([a-z_]+)", text("prometheus.yml")))
    assert named
    assert named <= set(metrics.HELP)
    assert f"127.0.0.1:{PORTS['--health-port']}" in text("prometheus.yml")

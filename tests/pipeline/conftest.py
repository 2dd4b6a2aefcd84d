"""What the tests of orchestration and command line share: a home, a frozen clock, sources of their own."""

import pytest

from pipeline.cli import run_cli
from policywatch import clock
from policywatch.home import Home

NOW = "2024-05-01T06:17:00+08:00"

SOURCE = """\
name: {name}
title: 试验门户
jurisdiction: CN-BJ
authority: portal
homepage: http://www.tiny.example/zhengce/
schedule: "17 6 * * *"
{more}
list: {{kind: html, start: "http://www.tiny.example/zhengce/", item: li, fields: {{url: "a@href", title: a}}}}
expect: {{items_per_list: [1, 10], new_per_run: [0, 5], filled: {{title: 1.0, issuers: 0.5}}}}
politeness: {{delay: 0.2}}
"""


@pytest.fixture
def home(tmp_path):
    return Home.at(tmp_path / "home")


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setenv(clock.ENVIRONMENT, NOW)
    monkeypatch.delenv("POLICYWATCH_HOME", raising=False)
    monkeypatch.delenv("POLICYWATCH_DEBUG", raising=False)
    monkeypatch.setenv("DAGSTER_HOME", "")  # restored afterwards: preparing a home sets it


@pytest.fixture
def declare(tmp_path, monkeypatch):
    """Declare a source by name; only those declared by the test exist."""
    folder = tmp_path / "sources"
    folder.mkdir()
    monkeypatch.setenv("POLICYWATCH_SOURCES", str(folder))

    def write(name, more="", text=SOURCE):
        path = folder / f"{name}.yaml"
        path.write_text(text.format(name=name, more=more), encoding="utf-8")
        return path

    return write


@pytest.fixture
def cli(home, capsys):
    """Run the command line in this process: (exit code, stdout, stderr)."""

    def call(*words):
        code = run_cli(["--home", str(home.root), *map(str, words)])
        out, err = capsys.readouterr()
        return code, out, err

    return call

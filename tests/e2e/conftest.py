"""One replay of the whole demo, shared by every test that looks at what it left."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

ROOT = Path(__file__).parents[2]


def policywatch(*arguments, **environment):
    """The command as a user starts it; no proxy or clock of the tests' own environment leaks in."""
    return subprocess.run(
        [sys.executable, "-m", "policywatch", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=ROOT,
        timeout=600,
        env={**os.environ, "COLUMNS": "200", **environment},
    )


@pytest.fixture(scope="session")
def command():
    """The command line, as a function of its words."""
    return policywatch


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The home folder after `policywatch demo`, and what the command said."""
    home = tmp_path_factory.mktemp("demo") / "home"
    done = policywatch("--home", home, "demo")
    assert done.returncode == 0, done.stderr
    return SimpleNamespace(home=home, database=home / "published" / "policies.duckdb", out=done.stdout)


@pytest.fixture
def published(demo):
    """A read-only connection to the demo's published database."""
    with duckdb.connect(str(demo.database), read_only=True) as connection:
        yield connection

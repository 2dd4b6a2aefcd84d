import json
import subprocess
import sys

import pytest

from pipeline.cli import hoist_home, run_cli

COMMANDS = (
    "run", "ingest", "read", "reparse", "status", "changes", "show", "diff", "in-force", "search", "export", "alerts",
    "serve", "source", "sql", "ui", "demo",
)  # fmt: skip
HEAVY = ("dagster", "duckdb", "scrapy", "twisted", "pyarrow", "lxml", "pydantic", "opencc", "rich")


def one_line(err):
    assert err.startswith("policywatch: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


@pytest.mark.parametrize("command", COMMANDS)
def test_help_names_every_command(cli, command):
    code, out, _ = cli("--help")
    assert code == 0
    assert f"\n  {command} " in out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(cli, command):
    code, out, _ = cli(command, "--help")
    assert code == 0
    assert "Usage: policywatch" in out


def test_without_a_command_the_help_is_shown(cli):
    code, out, _ = cli()
    assert code == 0
    assert "in-force" in out


def test_help_imports_nothing_heavy():
    script = (
        "import sys\nfrom pipeline.cli import run_cli\nrun_cli(['--help'])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    "words",
    [
        ("bogus",),
        ("run", "--bogus"),
        ("run",),
        ("run", "nope"),
        ("run", "tiny", "--all"),
        ("changes", "--since", "2021-13-45"),
        ("changes", "--kind", "exploded"),
        ("changes", "--format", "xls"),
        ("in-force", "--on", "2021-13-45"),
        ("in-force", "--as-known-at", "2021-01-01T00:00:00"),
        ("show", "nope", "--on", "yesterday"),
        ("ingest", "does-not-exist"),
        ("read", "does-not-exist", "--json"),
        ("source", "check", "nope"),
        ("source", "new", "tiny", "http://x.example/"),
        ("source", "new", "x.example"),
        ("alerts", "list"),
        ("status",),
        ("sql", "SELECT 1"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_one_line_and_exit_code_2(cli, declare, words):
    declare("tiny")
    code, out, err = cli(*words)
    assert code == 2
    assert out == ""
    one_line(err)


def test_a_wrong_clock_is_wrong_use(cli, declare, monkeypatch):
    declare("tiny")
    monkeypatch.setenv("POLICYWATCH_NOW", "yesterday")
    code, _, err = cli("in-force")
    assert code == 2
    assert "POLICYWATCH_NOW" in one_line(err) or "published" in err


def test_a_home_that_is_a_file_is_wrong_use(tmp_path, capsys):
    file = tmp_path / "file"
    file.touch()
    assert run_cli(["--home", str(file), "status"]) == 2
    assert "--home names a folder" in one_line(capsys.readouterr().err)


def test_home_may_stand_anywhere():
    assert hoist_home(["run", "x", "--home", "d"]) == ["--home", "d", "run", "x"]
    assert hoist_home(["run", "--home=d", "x"]) == ["--home=d", "run", "x"]
    assert hoist_home(["search", "--", "--home", "d"]) == ["search", "--", "--home", "d"]


def test_source_list_has_the_fields_of_the_contract(cli, declare):
    declare("tiny")
    code, out, _ = cli("source", "list", "--format", "json")
    assert code == 0
    assert json.loads(out) == [
        {
            "name": "tiny",
            "title": "试验门户",
            "jurisdiction": "CN-BJ",
            "authority": "portal",
            "kind": "html",
            "schedule": "17 6 * * *",
            "checked": None,
        }
    ]


def test_source_list_says_when_the_portal_last_agreed_and_how_sure_the_facts_are(cli, declare):
    declare("tiny", more="checked: 2026-01-05\nreviewed: 2026-02-01\nconfidence: {list: M, page: guess}")
    _, out, _ = cli("source", "list", "--format", "json")
    assert json.loads(out)[0]["checked"] == "2026-01-05"
    _, out, _ = cli("source", "list")
    assert "2026-01-05" in out
    assert "M, guess" in out


def test_a_broken_source_is_named_with_its_file(cli, declare):
    declare("tiny", more="colour: red")
    code, _, err = cli("source", "list")
    assert code == 2
    assert "tiny.yaml" in one_line(err)
    assert "colour" in err


def test_source_list_check_is_silent_when_all_fit(cli, declare):
    declare("tiny")
    assert cli("source", "list", "--check") == (0, "", "")


def test_a_fault_of_the_program_is_one_line_too(cli, declare, monkeypatch):
    declare("tiny")
    monkeypatch.setattr("pipeline.trial.listing", lambda _home: 1 / 0)
    code, _, err = cli("source", "list")
    assert code == 1
    assert "ZeroDivisionError" in one_line(err)

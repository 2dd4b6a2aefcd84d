"""What the README shows works on the demo: its three questions, and the commands that it prints."""

import json
import re
import shlex
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("demo")

ROOT = Path(__file__).parents[2]


def blocks(name, language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)


QUESTIONS = blocks("README.md", "sql")


def test_the_readme_asks_three_questions():
    assert len(QUESTIONS) == 3
    assert blocks("README.zh-CN.md", "sql") == QUESTIONS


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered(demo, command, question):
    answered = command("--home", demo.home, "sql", question, "--format", "json")
    assert answered.returncode == 0, answered.stderr
    rows = json.loads(answered.stdout)
    assert rows
    assert all(any(value is not None for value in row.values()) for row in rows)


def shown_commands():
    lines = [line for block in blocks("README.md", "console") for line in block.splitlines()]
    return [line[2:] for line in lines if line.startswith("$ policywatch --home .demo-home")]


@pytest.mark.parametrize("line", shown_commands())
def test_a_command_of_the_readme_works(demo, command, line):
    words = shlex.split(line)[3:]
    done = command("--home", demo.home, *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()

"""The repository keeps its own promises: pinned dependencies, no index addresses, no machine paths, twin READMEs."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Split so that this file does not hold what it looks for.
INDEX_HOSTS = ("pypi" + ".org", "files.python" + "hosted.org", "registry.npm" + "js.org", "deb.debian" + ".org")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/\w+")


def tracked():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: the list of tracked files is not known")
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def text_of(file):
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_file_names_a_package_index():
    guilty = [str(file) for file in tracked() for host in INDEX_HOSTS if host in text_of(file)]
    assert guilty == []


def test_no_file_names_a_path_of_one_machine():
    guilty = [str(file) for file in tracked() if file.suffix != ".lock" and MACHINE_PATHS.search(text_of(file))]
    assert guilty == []


@pytest.mark.parametrize(
    "name",
    [
        "requirements.lock",
        "requirements-dev.lock",
        "requirements-duckdb2.lock",
        "requirements-bench.lock",
        "requirements-peers.lock",
    ],
)
def test_every_dependency_is_pinned_with_a_hash(name):
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8"))
    requirements = [block for block in blocks if block.strip() and not block.startswith("#")]
    assert requirements
    loose = [block.splitlines()[0] for block in requirements if "==" not in block or "--hash=sha256:" not in block]
    assert loose == []


def test_the_two_readmes_have_the_same_shape():
    def shape(name):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        return [line.split(" ")[0] for line in lines if re.match(r"#+ |```", line)]

    assert shape("README.md") == shape("README.zh-CN.md")

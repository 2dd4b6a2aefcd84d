"""What the whole suite shares: the order of its files, and how little the garbage collector has to do meanwhile."""

import gc
from pathlib import Path

import pytest

from benchmarks.forks import Forks

HERE = Path(__file__).parent
# `--dist loadfile` gives each file to one worker, in this order, so the long ones begin first and both workers end
# together. Each is a whole replay, a server, or many crawls in processes of their own; the other files are short.
LONG = (
    "e2e/test_demo.py",
    "crash/test_kill.py",
    "pipeline/test_ui.py",
    "pipeline/test_job.py",
    "pipeline/test_kill.py",
    "benchmarks/test_soak.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    # Young objects live long here: thousands of collected tests are walked over and over without this.
    gc.set_threshold(20_000, 20, 20)
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False  # it would begin with the files that have the most tests


def pytest_collection_modifyitems(items):
    rank = {HERE / name: place for place, name in enumerate(LONG)}
    if gone := [path for path in rank if not path.exists()]:
        msg = f"tests/conftest.py names {gone[0].relative_to(HERE)}, which is not there; take it out of LONG"
        raise pytest.UsageError(msg)
    items.sort(key=lambda item: rank.get(item.path, len(LONG)))


def pytest_collection_finish():
    gc.freeze()


@pytest.fixture(scope="session")
def forks():
    """Scripts in processes of their own that have the command line loaded already."""
    started = Forks()
    yield started
    started.close()

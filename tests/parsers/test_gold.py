"""The reader against the pages with gold that are kept beside the repository; skipped where they are not."""

import sys

import pytest
from cases import ROOT, SHARED

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"{SHARED} is not there: the gold is kept beside the repository"
)

# Folders whose every gold value must be right; a miss names page and field.
WHOLE = ("seeds", "gov.cn", "guangzhou", "miit_text", "transcribed", "lists", "provincial_json", "phrases")


@pytest.fixture(scope="module")
def accuracy():
    sys.path.insert(0, str(ROOT))
    from benchmarks import accuracy as module  # noqa: PLC0415 - it is a script; only this test needs it

    return module


@pytest.mark.parametrize("folder", WHOLE)
def test_every_gold_value(accuracy, folder):
    score = accuracy.measure((folder,))
    assert sum(sum(counts.values()) for counts in score.table.values()) > 0
    assert score.misses == []


def test_pages_without_gold_do_not_crash(accuracy):
    assert accuracy.measure(("gne",)).times["gne"]

"""How long `make run` takes after set-up: the demo portal through all its editions, and once more."""

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Row, seconds

LIMIT = 90.0
LIMIT_AGAIN = 10.0


def run(*, quick: bool = False) -> list[Row]:
    """Seconds on a fresh home and on the one that it leaves; `quick` makes no difference, there is one run of each."""
    del quick
    with tempfile.TemporaryDirectory(prefix="policywatch-bench-") as folder:
        command = [sys.executable, "-m", "policywatch", "--home", str(Path(folder) / "home"), "demo"]
        first, again = seconds(command), seconds(command)
    return [
        Row("`make run`, all editions, fresh home", first, "s", limit=f"under {LIMIT:g} s", holds=first < LIMIT),
        Row("`make run` again", again, "s", limit=f"under {LIMIT_AGAIN:g} s", holds=again < LIMIT_AGAIN),
    ]

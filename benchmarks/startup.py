"""How long a person waits for `policywatch --help`, beside an interpreter that does nothing."""

import sys

from benchmarks.measure import Row, alternate, seconds

LIMIT = 0.3


def run(*, quick: bool = False) -> list[Row]:
    """Seconds until the process has ended, median of ten (of three when `quick`)."""
    contenders = {
        "ours": lambda _: seconds([sys.executable, "-m", "policywatch", "--help"]),
        "python": lambda _: seconds([sys.executable, "-c", "pass"]),
    }
    found = alternate(contenders, 3 if quick else 10)
    return [
        Row(
            "start: `policywatch --help`", found["ours"], "s", found["python"], "`python -c pass`",
            f"under {LIMIT} s", found["ours"] < LIMIT,
        )
    ]  # fmt: skip

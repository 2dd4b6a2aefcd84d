"""What all benchmarks share: one row of the table, taking turns, processes that must succeed.

What belongs here: measuring. What does not: what is measured.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: ours and the peer's figure in `unit`, and what must hold (None: nothing is promised)."""

    what: str
    ours: float
    unit: str
    peer: float | None = None
    peer_name: str = ""
    limit: str = ""
    holds: bool | None = None

    def cells(self) -> list[str]:
        """The row as the table's cells."""
        ratio = f"{self.ours / self.peer:.2f}" if self.peer else ""
        verdict = {None: "", True: "yes", False: "NO"}[self.holds]
        return [
            self.what,
            f"{figure(self.ours)} {self.unit}",
            f"{self.peer_name}: {figure(self.peer)} {self.unit}" if self.peer is not None else "",
            ratio,
            self.limit,
            verdict,
        ]


def figure(value: float) -> str:
    """`value` to three digits that count, without an exponent."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"


def alternate(contenders: Mapping[str, Callable[[int], float]], rounds: int) -> dict[str, float]:
    """The median of `rounds` figures of each contender. They take turns, and each round another one begins.

    Args:
        contenders: by name, a function that measures once, given the round's number, and returns its figure.
        rounds: how often each is measured.
    """
    names = list(contenders)
    found: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            found[name].append(contenders[name](turn))
    return {name: median(values) for name, values in found.items()}


def seconds(command: Sequence[str], **environment: str) -> float:
    """The wall time of `command`, run from the project's root. A failure ends the benchmark."""
    return timed(command, **environment)[0]


def peak(command: Sequence[str], **environment: str) -> tuple[float, float, str]:
    """The wall time of `command`, the most memory that its process held (MB), and what it printed."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        begun = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)  # of this process alone, not of all children so far
        spent = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        printed = said.read()
    if process.returncode != 0:
        sys.exit(f"benchmarks: `{' '.join(command[:6])}` left with {process.returncode}:\n{printed[-2000:]}")
    return spent, usage.ru_maxrss / 1024, printed


def timed(command: Sequence[str], *, folder: Path = ROOT, **environment: str) -> tuple[float, str]:
    """The wall time of `command`, run in `folder` with `environment` added, and what it printed."""
    begun = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    spent = time.perf_counter() - begun
    if done.returncode != 0:
        shown = " ".join(command[:6])
        sys.exit(f"benchmarks: `{shown}` left with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}")
    return spent, done.stdout

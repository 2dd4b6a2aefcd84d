"""`python -m benchmarks.soak`: the year and the month, each in a process of its own, at the same time.

What belongs here: arguments, the two processes, the limit of time. Exit code 1 says that something was missing, too
much, different or too slow, and prints it. A machine with one core takes the sum of both.
"""

import argparse
import random
import signal
import subprocess
import sys
import time

from benchmarks import soak
from benchmarks.measure import ROOT

SECONDS_LIMIT = 20 * 60
PATIENCE = 4 * SECONDS_LIMIT
"""A busy machine may take longer than the limit; whoever takes so long hangs."""
DAYS = 365
MONTH = 30
KILLS = 100


def main() -> int:
    """Run what is asked for; prints what was found and how long it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=(soak.__doc__ or "").split("\n")[0])
    parser.add_argument("--days", type=int, default=DAYS, help="of the year, from its first; 0 leaves the year out")
    parser.add_argument("--kills", type=int, default=KILLS, help="in the month; 0 leaves the month out")
    parser.add_argument("--month", type=int, default=MONTH, help="days of the month")
    parser.add_argument("--seed", type=int, default=20261121, help="of the moments of the kills")
    options = parser.parse_args()
    if options.days and options.kills:
        return _both(options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("soak: stopped"))  # and so the folders are cleared away
    # Each loads what it needs: the process that starts the two needs nothing of it.
    if options.days:
        from benchmarks.soak import year  # noqa: PLC0415

        return _tell("year", year.soak(options.days))
    if options.kills:
        from benchmarks.soak import month  # noqa: PLC0415

        return _tell("month", month.soak(options.month, options.kills, random.Random(options.seed)))
    return 0


def _both(options: argparse.Namespace) -> int:
    """Year and month at the same time, a core for each."""
    command = [sys.executable, "-m", "benchmarks.soak"]
    month = ["--days=0", f"--kills={options.kills}", f"--month={options.month}", f"--seed={options.seed}"]
    parts = {"year": [*command, f"--days={options.days}", "--kills=0"], "month": [*command, *month]}
    began = time.monotonic()
    processes = {name: subprocess.Popen(words, cwd=ROOT) for name, words in parts.items()}
    wrong = []
    try:
        for name, process in processes.items():
            try:
                wrong += [name] if process.wait(PATIENCE - (time.monotonic() - began)) else []
            except subprocess.TimeoutExpired:
                wrong.append(f"{name} hangs")
    finally:
        for process in processes.values():
            process.terminate()
            process.wait()
    took = time.monotonic() - began
    if took > SECONDS_LIMIT:
        wrong.append(f"time: {took:.0f} s, the limit is {SECONDS_LIMIT} s")
    print(f"soak: not as expected: {', '.join(wrong)}" if wrong else f"soak: all as expected, in {took:.0f} s")
    return int(bool(wrong))


def _tell(name: str, wrong: list[str]) -> int:
    for line in wrong or ["all as expected"]:
        print(f"{name}: {line}", flush=True)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())

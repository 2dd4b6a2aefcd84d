"""Processes that we start can be stopped, whatever we were started to ignore."""

import subprocess
import sys

import pytest

CHILD = "import signal; print(*(signal.getsignal(s) is signal.SIG_IGN for s in (signal.SIGINT, signal.SIGTERM)))"
PROGRAM = f"""
import signal, subprocess, sys
from policywatch.heeding import heeding_signals
for sign in (signal.SIGINT, signal.SIGTERM):
    signal.signal(sign, signal.SIG_IGN if sys.argv[1] == "ignoring" else signal.SIG_DFL)
with heeding_signals():
    subprocess.run([sys.executable, "-c", {CHILD!r}], check=True)
{CHILD}
"""


@pytest.mark.parametrize(("how", "ignores"), [("ignoring", "True"), ("heeding", "False")])
def test_what_is_started_from_a_script_with_an_ampersand_can_be_stopped(how, ignores):
    command = [sys.executable, "-c", PROGRAM, how]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert printed == ["False", "False", ignores, ignores]  # the child's, and then our own as they were


POOL = """
import signal
from pipeline import pool
from tests.pipeline.test_pool import Bomb, job
if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    jobs = [job(number) for number in range(40)]
    jobs[20] = job(20, Bomb(b"x"))
    print(sum(isinstance(found, pool.Rejection) for found in pool.read_many(jobs, in_process=0, workers=2)))
"""


def test_a_pool_of_a_process_that_ignores_being_told_to_end_outlives_a_dead_worker(tmp_path, request):
    script = tmp_path / "reading.py"
    script.write_text(POOL, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True, text=True, check=True, timeout=100,
        cwd=request.config.rootpath, env={"PYTHONPATH": str(request.config.rootpath)},
    )  # fmt: skip
    assert done.stdout.split() == ["1"]

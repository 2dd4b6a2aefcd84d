"""What the servers are started with; how they run and stop is in test_ui.py."""

import subprocess
import sys

import pytest

PROGRAM = """
import signal, subprocess, sys
from pipeline import servers
child = [sys.executable, "-c", "import signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"]
with servers.heeding_interrupts():
    subprocess.run(child, check=True)
print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)
"""


@pytest.mark.parametrize(("shell", "ignores"), [("trap '' INT; exec", "True"), ("exec", "False")])
def test_what_is_started_from_a_script_with_an_ampersand_can_be_interrupted(shell, ignores):
    command = ["sh", "-c", f'{shell} "$0" -c "$1"', sys.executable, PROGRAM]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert printed == ["False", ignores]  # the child's, and then our own as it was

"""Runs the policywatch command and kills it, and all that it started, at a named point: `driver.py POINT WORDS…`.

POINT is `table:N` (before the Nth staging file is written), a step of the load or of publishing as the warehouse's
watcher names it (`sql/bind.sql`, `COMMIT`, `rename`), `queue` or `mark_all`. The kill is SIGKILL to the whole process
group, so that nothing gets the chance to clean up.
"""

import os
import signal
import sys

from pipeline.cli import run_cli
from warehouse import staging
from warehouse.ledger import Ledger


def die(*_arguments, **_keywords):
    os.killpg(os.getpgrp(), signal.SIGKILL)


def arm(point):
    if point.startswith("table:"):
        left = [int(point.removeprefix("table:"))]
        write_table = staging.pq.write_table

        def counting(*arguments, **keywords):
            left[0] -= 1
            if left[0] == 0:
                die()
            return write_table(*arguments, **keywords)

        staging.pq.write_table = counting
    elif point in {"queue", "mark_all"}:
        setattr(Ledger, point, die)
    else:
        opened = Ledger.open.__func__

        def watched(cls, *arguments, **keywords):
            ledger = opened(cls, *arguments, **keywords)
            ledger.watcher = lambda name: die() if name == point else None
            return ledger

        Ledger.open = classmethod(watched)


if __name__ == "__main__":
    arm(sys.argv[1])
    sys.exit(run_cli(sys.argv[2:]))

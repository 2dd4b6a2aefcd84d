"""Who may send now, and what became of what was sent until the warehouse has it on record: one file beside it.

What belongs here: `outbox.jsonl`, whose lock is the turn to send, and whose lines are outcomes. What does not: what is
sent (`outbox`), and where outcomes are kept for good (`warehouse.outbox`).

While messages go over the network the warehouse is closed, for loads to go on. So each outcome is first noted here, and
handed in with the next opening; where the process is killed in between, the next one hands it in. The kernel lets go of
the lock however the process ends.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Final

from pipeline.alerts.ledger import OutboxLedger, Row
from policywatch.errors import StorageError
from policywatch.home import Home

FILE: Final = "outbox.jsonl"
PATIENCE: Final = 10.0
"""Seconds to wait for another process that is sending; it looks again at what is due before it ends."""
FLUSHED: Final = 100
"""Notes on machines after which the disk is waited for: a power cut may repeat so many, under their keys."""
_POLL: Final = 0.1
_INSTANTS: Final = ("attempted_at", "next_attempt_at")


@contextmanager
def turn(home: Home, patience: float = PATIENCE) -> Iterator["Notes | None"]:
    """Hold the turn to send; None where another process has it for longer than `patience` seconds.

    Raises:
        StorageError: the file cannot be written.
    """
    path = home.warehouse.with_name(FILE)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b", buffering=0)
    except OSError as problem:
        raise _unwritten(str(path), problem) from problem
    with file:
        yield Notes(file) if _is_ours(file, patience) else None


def _is_ours(file: IO[bytes], patience: float) -> bool:
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL)
        else:
            return True


class Notes:
    """The outcomes that the warehouse does not have yet."""

    def __init__(self, file: IO[bytes]) -> None:
        """Take over what a killed process left in `file`, whose lock is ours."""
        self._file = file
        self._unflushed = 0
        self._new: list[Row] = []
        file.seek(0)
        self._old = [row for line in file.read().splitlines() if (row := _row(line)) is not None]

    def add(self, outcome: Mapping[str, object], *, flush: bool = True) -> None:
        """Note an outcome (as `OutboxLedger.mark_all` takes it); `flush`: on return it is on the disk.

        Raises:
            StorageError: it cannot be written.
        """
        line = json.dumps(outcome, ensure_ascii=False, default=datetime.isoformat)
        try:
            # A line that a power cut tore ends where ours begins.
            self._file.write(b"\n" + line.encode("utf-8", errors="replace") + b"\n")
            self._unflushed += 1
            if flush or self._unflushed >= FLUSHED:
                os.fsync(self._file.fileno())
                self._unflushed = 0
        except OSError as problem:
            raise _unwritten(str(self._file.name), problem) from problem
        self._new.append(dict(outcome))

    def hand_in(self, ledger: OutboxLedger) -> None:
        """Put on record what is noted, and forget it."""
        if self._old:
            ledger.mark_all(self._old, again=True)
        if self._new:
            ledger.mark_all(self._new)
        if self._old or self._new:
            self._forget()

    def _forget(self) -> None:
        try:
            self._file.truncate(0)
        except OSError as problem:
            raise _unwritten(str(self._file.name), problem) from problem
        self._old, self._new, self._unflushed = [], [], 0


def _row(line: bytes) -> Row | None:
    """The outcome on a line; None where there is none, or one that was not written to its end."""
    try:
        found = json.loads(line)
        if not isinstance(found, dict) or not isinstance(found.get("message_key"), str):
            return None
        instants = {name: datetime.fromisoformat(found[name]) for name in _INSTANTS if found.get(name)}
    except (ValueError, TypeError):
        return None
    return {**found, **instants} if "attempted_at" in instants else None


def _unwritten(path: str, problem: OSError) -> StorageError:
    what = problem.strerror or problem
    return StorageError(f"{path} cannot be written ({what}); check owner and disk, and run again")

"""The edition before the last, kept beside the published database as a file to write the next edition into.

What belongs here: when that file is kept, and when nobody can mind that it is written to. What does not: what is
written (`publish`), and what it lacks (`editions`). The idea and its limits: docs/decisions/0028-two-files-in-turn.md.
"""

import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

LARGE: Final = 64 * 2**20
"""Bytes of a published database from which its predecessor is kept: a smaller one is copied in no time."""


def path_of(target: Path) -> Path:
    """Where the edition before that at `target` is kept."""
    return target.with_name(f".{target.name}.before")


def take(target: Path, beside: Path) -> bool:
    """Rename the spare file to `beside`, to be written to; False where there is none, or anybody has it open."""
    path = path_of(target)
    try:
        if not _is_ours_alone(path):
            return False
        os.replace(path, beside)  # noqa: PTH105 - the name of the guarantee: atomic
    except OSError:
        return False
    return True


def keep(target: Path) -> bool:
    """Keep what stands at `target`, which is about to be replaced, under its second name; whether that was done."""
    try:
        if target.stat().st_size < LARGE:
            return False
        os.link(target, path_of(target))
    except OSError:  # a file system without links, or something in the way: the next edition is copied
        return False
    return True


def drop(target: Path) -> None:
    """Forget the spare file; who reads it keeps what he reads."""
    with suppress(OSError):
        path_of(target).unlink(missing_ok=True)


def _is_ours_alone(path: Path) -> bool:
    """Whether this file has one name, and no process of this machine has it open.

    Raises:
        OSError: it cannot be opened.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            return False
        # Given only while the file is open nowhere else, not for reading either. Locks would tell of DuckDB alone, not
        # of somebody who copies the file.
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    finally:
        os.close(handle)
    return True

"""Where addresses and secrets come from: the environment, or a file that nobody else can read.

What belongs here: fetching them at the moment of use, and refusing a file that others can read. What does not: using
them (`webhook`, `services`). A secret is never in an error: variables and files are named, not quoted.
"""

import os
import stat
from pathlib import Path
from typing import Final

from pipeline.alerts.channels import DeliveryError

MAX_BYTES: Final = 65_536
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def address(channel_url: str | None, variable: str | None, file: str | None, root: Path) -> str:
    """The address of a channel, from whichever of its three places was written.

    Raises:
        DeliveryError: the variable is not set, or the file cannot be used.
    """
    return channel_url if channel_url is not None else secret(variable, file, root) or ""


def secret(variable: str | None, file: str | None, root: Path) -> str | None:
    """The value of the environment variable, or of the file (relative ones below `root`); None where neither is named.

    Raises:
        DeliveryError: the variable is not set, or the file cannot be used.
    """
    if variable is not None:
        return required(variable)
    return None if file is None else from_file(root / Path(file).expanduser())


def required(name: str) -> str:
    """The value of the environment variable `name`.

    Raises:
        DeliveryError: it is not set, or empty.
    """
    value = os.environ.get(name, "").strip()
    if not value:
        msg = f"the environment variable {name} is not set; set it where policywatch runs"
        raise DeliveryError(msg, is_target_down=True)
    return value


def from_file(path: Path) -> str:
    """The text in `path` without white space around it.

    Raises:
        DeliveryError: it is missing, empty, no ordinary file, or others than its owner may read or write it.
    """
    try:
        # Judged and read through one descriptor: what was judged is what is read. A pipe must not make us wait.
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:  # noqa: PTH123
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise _unusable(path, "is not an ordinary file; put the secret into one")
            if os.name == "posix" and found.st_mode & _OTHERS:
                raise _unusable(path, f"can be read by others ({stat.filemode(found.st_mode)}); chmod 600 it")
            value = file.read(MAX_BYTES + 1)
    except OSError as problem:
        raise _unusable(path, f"cannot be read ({problem.strerror}); check path and owner") from None
    try:
        text = value.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise _unusable(path, "is not UTF-8 text; save it as such") from None
    if not text or len(value) > MAX_BYTES:
        raise _unusable(path, "is empty or too long; it holds one address or secret and nothing else")
    return text


def is_exposed(path: Path) -> bool:
    """Whether others than its owner may read `path`: asked of an alerts.yaml that holds addresses in the open."""
    return os.name == "posix" and bool(path.stat().st_mode & _OTHERS)


def _unusable(path: Path, why: str) -> DeliveryError:
    text = f"the file {path} {why}"
    return DeliveryError(text, is_target_down=True)

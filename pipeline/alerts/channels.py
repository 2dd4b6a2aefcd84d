"""Where messages go: console, file, webhook, and every service that Apprise speaks.

What belongs here: one attempt to hand over one message, ending in nothing or in a `DeliveryError` that repeats no
address and no secret. What does not: when to try again and what was already sent (`outbox`).
"""

import logging
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, Self, TextIO
from urllib.parse import unquote

from pipeline.alerts.config import AppriseChannel, Channel, ConsoleChannel, FileChannel, Format, WebhookChannel
from pipeline.alerts.message import Message
from pipeline.alerts.render import Rendered, render_message
from policywatch.home import Home

# The end of an entry in each format. No page can print one: its words stand escaped, or behind words of ours.
_KEYS: Final = {
    "markdown": re.compile(r"^<!-- policywatch-key ([0-9a-f]{32}) -->\n"),
    "text": re.compile(r"^-- policywatch-key ([0-9a-f]{32})\n"),
    "json": re.compile(r', "policywatch-key": "([0-9a-f]{32})"\}\n'),
}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way: what machines read of it, and the words that people read."""

    message: Message
    words: Rendered

    @classmethod
    def of(cls, message: Message, archive: str | None = None) -> Self:
        """`message` with the words for it; `archive` as `render_message` takes it."""
        return cls(message, render_message(message, archive))

    @property
    def key(self) -> str:
        """The delivery's idempotency key."""
        return self.message.key

    def to_json(self) -> dict[str, Any]:
        """The body of a webhook and the line of a JSON file; the same for every attempt."""
        return {
            "policywatch-key": self.key,
            **self.message.to_json(),
            "message": {"subject": self.words.subject, "text": self.words.text, "markdown": self.words.markdown},
        }


class DeliveryError(Exception):
    """A message was not handed over. The text is one line and holds no secret.

    Attributes:
        is_final: trying again is of no use.
        retry_after: seconds that the other side asks to wait, or None.
        is_target_down: nothing else will get through to this target now either.
    """

    def __init__(
        self, text: str, *, is_final: bool = False, retry_after: float | None = None, is_target_down: bool = False
    ) -> None:
        super().__init__(" ".join(text.split())[:500])
        self.is_final = is_final
        self.retry_after = retry_after
        self.is_target_down = is_target_down


class Sender(Protocol):
    """An open channel."""

    def send(self, item: Outgoing) -> None:
        """Hand over `item`; on return it has arrived.

        Raises:
            DeliveryError: it has not, or nobody knows.
        """
        ...


def open_channel(channel: Channel, home: Home, out: TextIO) -> Sender:
    """The sender for `channel`: relative files below `home`, the console on `out`.

    Raises:
        DeliveryError: an environment variable that the channel names is not set or holds no address.
    """
    # Imported when a channel of the kind is there: neither belongs in the start of a command that sends nothing.
    match channel:
        case ConsoleChannel():
            return ConsoleSender(out)
        case FileChannel():
            return FileSender(home.root / channel.path, channel.written_as)
        case WebhookChannel():
            from pipeline.alerts import credentials  # noqa: PLC0415
            from pipeline.alerts.webhook import WebhookSender  # noqa: PLC0415

            return WebhookSender(
                credentials.address(_written(channel), channel.url_env, channel.url_file, home.root),
                secret=credentials.secret(channel.secret_env, channel.secret_file, home.root),
                timeout=channel.timeout,
                allow_private=channel.allow_private,
            )
        case AppriseChannel():
            from pipeline.alerts import credentials  # noqa: PLC0415
            from pipeline.alerts.services import open_service  # noqa: PLC0415

            return open_service(
                credentials.address(_written(channel), channel.url_env, channel.url_file, home.root),
                timeout=channel.timeout,
                allow_private=channel.allow_private,
            )


def _written(channel: WebhookChannel | AppriseChannel) -> str | None:
    return channel.url.get_secret_value() if channel.url else None


class ConsoleSender:
    """Prints the plain text and an empty line."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def send(self, item: Outgoing) -> None:
        """Print `item`."""
        try:
            self._out.write(item.words.text + "\n")
            self._out.flush()
        except UnicodeEncodeError:
            text = "the console cannot show Chinese; set PYTHONIOENCODING=utf-8"
            raise DeliveryError(text, is_target_down=True) from None
        except (OSError, ValueError) as problem:
            text = f"the console cannot be written: {problem}"
            raise DeliveryError(text, is_target_down=True) from None


class FileSender:
    """Appends entries that end in their keys: one cut off has none and is written again, a whole one is not."""

    def __init__(self, path: Path, written_as: Format) -> None:
        self._path = path
        self._written_as = written_as
        self._keys: set[str] | None = None

    def send(self, item: Outgoing) -> None:
        """Append `item` and wait until it is on the disk, unless its key is in the file."""
        try:
            if self._keys is None:
                self._keys = self._read_keys()
            if item.key not in self._keys:
                self._append(self._entry(item))
                self._keys.add(item.key)
        except OSError as problem:
            text = f"{self._path} cannot be written: {problem.strerror or problem}; check path, owner and disk"
            raise DeliveryError(text, is_target_down=True) from None

    def _read_keys(self) -> set[str]:
        if not self._path.exists():
            return set()
        with self._path.open(encoding="utf-8", errors="replace") as lines:
            return {found[1] for line in lines if (found := _KEYS[self._written_as].search(line))}

    def _entry(self, item: Outgoing) -> str:
        if self._written_as == "json":
            import json  # noqa: PLC0415 - only this format needs it

            # The key comes last on the line here too: a line that was cut has none.
            row = item.to_json()
            row["policywatch-key"] = row.pop("policywatch-key")
            return json.dumps(row, ensure_ascii=False) + "\n"
        if self._written_as == "text":
            return f"{item.words.text}-- policywatch-key {item.key}\n\n"
        return f"{item.words.markdown}\n<!-- policywatch-key {item.key} -->\n\n"

    def _append(self, entry: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            # Whatever was cut off before, the new entry begins on a line of its own.
            torn = file.tell() and not _ends_with_newline(self._path)
            file.write((b"\n" if torn else b"") + entry.encode("utf-8", errors="replace"))
            file.flush()
            os.fsync(file.fileno())


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def within(seconds: float, call: Callable[[], None]) -> None:
    """Run `call` and give up after `seconds`, whatever it waits for: name servers and slow drips know no time-out.

    The abandoned call may still succeed later; the receiver knows the second attempt by its key.

    Raises:
        DeliveryError: it took too long, or what `call` raised.
    """
    outcome: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as problem:  # noqa: BLE001 - carried to the caller's thread
            outcome.append(problem)

    thread = threading.Thread(target=run, name="policywatch-delivery", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        text = f"no answer within {seconds:g} s"
        raise DeliveryError(text, is_target_down=True)
    if outcome:
        raise outcome[0]


def scrubbed(text: str, *secrets: str | None) -> str:
    """`text` without any of `secrets` (shorter than four characters hide nothing and would blot out words)."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        if len(secret) > 3:  # noqa: PLR2004
            text = text.replace(secret, "***")
    return text


def secrets_of(url: str) -> list[str]:
    """The URL and every part of it that may be a secret, as it stands and decoded."""
    parts = re.split(r"[/?&=@:,]+", url)[1:]
    return [url, *parts, *map(unquote, parts)]


def quieten() -> None:
    """Keep the libraries that carry messages from logging addresses: what matters of it is in the delivery's error."""
    for name in ("apprise", "urllib3", "requests"):
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
    logging.getLogger("apprise").propagate = False

"""What alerts need of the warehouse, as a protocol: no SQL here.

What belongs here: the shape of the outbox. What does not: its tables (`warehouse.outbox`, which says what each method
gives) or what is done with it (`outbox`, `holding`, `digest`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

Row = dict[str, Any]


class OutboxLedger(Protocol):
    """The outbox methods of `warehouse.ledger.Ledger`. Instants are aware, UTC; storage errors end the run."""

    def unmatched_events(self, most: int) -> list[Row]:
        """The first events that no matching has seen yet and that nobody keeps back."""
        ...

    def policies_meant(self, references: Iterable[Mapping[str, str | None]]) -> dict[str, set[str]]:
        """The ids that references (reference, number, title in normal form) mean, by reference."""
        ...

    def touching(self, policy_ids: Sequence[str], wanted: Sequence[str]) -> dict[str, set[str]]:
        """By policy: those of `wanted` that it names or that name it."""
        ...

    def amounts(self, policy_ids: Sequence[str]) -> dict[str, float]:
        """By policy: the largest sum in yuan among its measures."""
        ...

    def queue(self, deliveries: Sequence[Mapping[str, Any]], matched_event_ids: Sequence[str]) -> None:
        """Put `deliveries` into the outbox and mark the events as matched, in one transaction; a known key is left."""
        ...

    def hold(self, now: datetime, *, over: int, percent: float, at_least: int) -> list[Row]:
        """Keep back the runs that changed too much; gives the holds whose message is not queued yet."""
        ...

    def told(self, hold_ids: Sequence[str]) -> None:
        """Note that the messages about these holds are queued."""
        ...

    def holds(self, *, decided: bool = False) -> list[Row]:
        """What is kept back, and with `decided` what was."""
        ...

    def held_events(self, hold_id: str, most: int) -> list[Row]:
        """The first events of a hold."""
        ...

    def latest(self) -> datetime | None:
        """The latest instant on record in the outbox."""
        ...

    def bundle(self, now: datetime, rules: Sequence[Mapping[str, Any]]) -> None:
        """Make messages of the deliveries that are due and in none yet."""
        ...

    def due(self, now: datetime, quiet: Sequence[str], down: Sequence[str], most: int) -> list[Row]:
        """The first messages that are due, oldest event first, but for `quiet` subscriptions and `down` targets."""
        ...

    def count_due(self, now: datetime, quiet: Sequence[str]) -> int:
        """How many messages are due, but for the subscriptions of `quiet`."""
        ...

    def events_of(self, keys: Sequence[str], most: int) -> dict[str, list[Row]]:
        """The events of each message, at most `most`."""
        ...

    def kinds_of(self, keys: Sequence[str]) -> dict[str, dict[str, int]]:
        """How many events of each kind each message stands for."""
        ...

    def mark_all(self, outcomes: Sequence[Mapping[str, Any]], *, again: bool = False) -> None:
        """Record one attempt each: message_key, attempted_at, and where it failed error and next_attempt_at."""
        ...


Door = Callable[[], AbstractContextManager[OutboxLedger]]
"""Opens the warehouse for a moment; on leaving, other processes have it again."""


class FeedLedger(Protocol):
    """What the feeds need of the warehouse."""

    def feeds(self) -> dict[str, tuple[int, datetime | None]]:
        """By subscription ("" for all): how many events there are for its feed, and when the latest was noticed."""
        ...

    def feed(self, subscription: str | None, most: int) -> list[Row]:
        """The latest events of a subscription's feed, or of all news, the latest first."""
        ...

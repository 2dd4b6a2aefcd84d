"""What alerts need of the warehouse, as a protocol: no SQL here, and tests can stand in for it.

What belongs here: the shape of the outbox. What does not: its tables (`warehouse`) or what is done with it (`outbox`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol


class OutboxLedger(Protocol):
    """The outbox methods of `warehouse.ledger.Ledger`. Instants are aware, UTC; storage errors end the run."""

    def unmatched_events(self) -> list[dict[str, Any]]:
        """The events that no matching has seen yet: the columns of `event` with issuers, topic and source freshness."""
        ...

    def queue(self, deliveries: Sequence[Mapping[str, Any]], matched_event_ids: Sequence[str]) -> None:
        """Put `deliveries` into the outbox and mark the events as matched, in one transaction; a known key is left."""
        ...

    def pending(self, now: datetime) -> list[dict[str, Any]]:
        """The deliveries due at `now`, oldest event first, each with the columns of its event."""
        ...

    def mark_sent(self, key: str, at: datetime) -> None:
        """Record that the delivery with this idempotency key arrived."""
        ...

    def mark_failed(self, key: str, at: datetime, error: str, next_attempt_at: datetime | None = None) -> None:
        """Record a failed attempt; None as the next means that nobody tries again by itself."""
        ...

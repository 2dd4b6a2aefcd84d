"""Messages made of what is due: which deliveries go together, and what of them a message shows.

What belongs here: the rules by subscription and channel, and filling a `Message` with its events. What does not: who
wants what (`match`), when (`rates`), the words (`render`). The putting together itself is the warehouse's
(`warehouse/sql/outbox_bundle.sql`), done before anything is sent, so that a killed run sends the same messages again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pipeline.alerts.config import Channel, FileChannel, Subscription, Subscriptions, WebhookChannel
from pipeline.alerts.event import Event
from pipeline.alerts.holding import hold_of
from pipeline.alerts.ledger import OutboxLedger, Row
from pipeline.alerts.message import Message
from pipeline.alerts.rates import is_quiet

_PORTION: Final = 1000
"""Events held in memory at a time."""
_EXAMPLES: Final = 10
"""Events that a message about a hold shows."""


def is_machine(channel: Channel) -> bool:
    """Whether a machine reads the channel: it gets every event, each in a message of its own, or all in parts."""
    return isinstance(channel, WebhookChannel) or (isinstance(channel, FileChannel) and channel.written_as == "json")


def rules(subscriptions: Subscriptions, now: datetime) -> list[dict[str, Any]]:
    """How deliveries become messages, by subscription and channel: what sql/outbox_bundle.sql goes by."""
    return [
        {
            "subscription": item.name,
            "channel": channel_id,
            "is_digest": item.rate != "at_once",
            "is_machine": is_machine(channel),
            "by_policy": item.group == "policy",
            "is_quiet": is_quiet(item, now),
            "most": item.most,
        }
        for item in subscriptions.subscriptions
        for channel_id, channel in item.channels()
    ]


def portion(heads: Sequence[Row]) -> Sequence[Row]:
    """The first of the due messages, so many as hold about a thousand events."""
    events = 0
    for count, head in enumerate(heads, start=1):
        # No message shows more than 200, whatever it stands for.
        events += min(head["events"], 200)
        if events >= _PORTION:
            return heads[:count]
    return heads


def single(key: str, item: Subscription, event: Event) -> Message:
    """The message of one event."""
    return Message(key, item.name, item.language, "single", (event,), counts={event.kind: 1}, rate=item.rate)


class Desk:
    """Fills due messages with their events."""

    def __init__(self, subscriptions: Mapping[str, Subscription]) -> None:
        self._subscriptions = subscriptions
        self._holds: dict[str, Row] = {}

    def messages(self, ledger: OutboxLedger, heads: Sequence[Row]) -> dict[str, Message]:
        """The messages of `heads` by key; their subscriptions are all there."""
        plain = [head for head in heads if head["message_kind"] != "held"]
        several = [head["message_key"] for head in plain if head["events"] > 1]
        counts = ledger.kinds_of(several) if several else {}
        most = max((self._subscriptions[head["subscription"]].most for head in plain), default=0)
        rows = ledger.events_of([head["message_key"] for head in plain], most) if plain else {}
        found = {}
        for head in heads:
            key = head["message_key"]
            if head["message_kind"] == "held":
                found[key] = self._held(ledger, head)
            else:
                found[key] = self._told(head, rows.get(key, []), counts.get(key))
        return found

    def _told(self, head: Row, rows: Sequence[Row], counts: Mapping[str, int] | None) -> Message:
        item = self._subscriptions[head["subscription"]]
        events = tuple(Event.from_row(row) for row in rows[: item.most])
        counts = counts or {event.kind: 1 for event in events}
        more = sum(counts.values()) - len(events)
        kind = head["message_kind"]
        return Message(head["message_key"], item.name, item.language, kind, events, more, counts, item.rate)

    def _held(self, ledger: OutboxLedger, head: Row) -> Message:
        item, hold_id = self._subscriptions[head["subscription"]], head["first_event"]
        if hold_id not in self._holds:
            self._holds = {row["hold_id"]: row for row in ledger.holds()}
        row = self._holds[hold_id]
        examples = ledger.held_events(hold_id, min(_EXAMPLES, item.most))
        events = tuple(Event.from_row(found) for found in examples)
        counts, hold = dict(row["counts"]), hold_of(row)
        more = max(hold.events - len(events), 0)
        return Message(head["message_key"], item.name, item.language, "held", events, more, counts, item.rate, hold)

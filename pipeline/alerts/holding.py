"""Runs that changed too much: kept back until a person has looked, and told in one message.

What belongs here: keeping back, who hears of it, and the decision. What does not: the limits (`wishes.HoldLimits`) and
the tables (`warehouse.outbox`). See docs/decisions/0023-rules-of-alerting.md.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pipeline.alerts.config import Subscription, Subscriptions
from pipeline.alerts.event import Event
from pipeline.alerts.following import around_of, matcher_of
from pipeline.alerts.keys import delivery_key
from pipeline.alerts.ledger import OutboxLedger
from pipeline.alerts.message import Hold
from pipeline.alerts.rates import due_at

_LOOKED_AT: Final = 5000
"""Events of a hold that are looked at for somebody who would have heard of them."""


def keep_back(ledger: OutboxLedger, subscriptions: Subscriptions, now: datetime) -> None:
    """Hold what passes the limits, and queue one message about each hold for every channel of those who hear of it."""
    limits = subscriptions.hold
    # Where nobody hears of anything, nobody would ever decide.
    if not (limits.enabled and subscriptions.subscriptions):
        return
    rows = ledger.hold(now, over=limits.policies, percent=limits.percent, at_least=limits.at_least)
    deliveries = [
        {
            "idempotency_key": delivery_key(row["hold_id"], item.name, channel_id),
            "event_id": row["hold_id"],
            "subscription": item.name,
            "channel": channel_id,
            "queued_at": now,
            "next_attempt_at": due_at(item.model_copy(update={"rate": "at_once"}), now),
        }
        for row in rows
        for item in _hearers(ledger, subscriptions, row)
        for channel_id, _ in item.channels()
    ]
    if rows:
        # Killed between the two, the next pass queues the same keys again, which changes nothing.
        ledger.queue(deliveries, [])
        ledger.told([row["hold_id"] for row in rows])


def hold_of(row: Mapping[str, Any]) -> Hold:
    """The hold of a ledger row."""
    return Hold(
        hold_id=row["hold_id"],
        source=row["source"],
        source_title=row["source_title"],
        crawl_id=row["crawl_id"],
        held_at=row["held_at"],
        policies=row["policies"],
        known=row["known"],
        events=row["events"],
        reason=row["reason"],
        limit=row["passed"],
    )


def _hearers(ledger: OutboxLedger, subscriptions: Subscriptions, row: Mapping[str, Any]) -> Sequence[Subscription]:
    """Who hears of a hold: whoever hears when its source fails, or else whoever would have heard of its events."""
    matcher = matcher_of(ledger, subscriptions.subscriptions)
    events = [Event.from_row(found) for found in ledger.held_events(row["hold_id"], _LOOKED_AT)]
    jurisdiction = events[0].jurisdiction if events else None
    failing = Event(row["hold_id"], "source_unhealthy", row["source"], row["held_at"], jurisdiction=jurisdiction)
    found = {item.name for item in matcher.wanted_by(failing)}
    if not found:
        around = around_of(ledger, matcher, events)
        found = {item.name for event in events for item in matcher.wanted_by(event, around)}
    return [item for item in subscriptions.subscriptions if item.name in found]

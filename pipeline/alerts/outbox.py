"""The outbox: new events become deliveries, deliveries are handed over, every outcome is recorded.

What belongs here: keys, order, trying again, giving up. What does not: tables (`warehouse`) and wires (`channels`).

At least once with a key: a delivery is marked as sent only after it arrived, so a run that is killed in between sends
it again under the same idempotency key, by which receivers (and the file channel itself) know it. An event is matched
once, in the transaction that queues its deliveries, so a repeated run sends nothing twice.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TextIO

from pipeline.alerts.channels import DeliveryError, Outgoing, Sender, open_channel
from pipeline.alerts.config import Channel, Subscription, Subscriptions
from pipeline.alerts.event import Event
from pipeline.alerts.ledger import OutboxLedger
from pipeline.alerts.match import Matcher
from pipeline.alerts.message import Message
from policywatch.errors import PolicywatchError
from policywatch.home import Home

BACK_OFF: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 20, 60, 180, 420, 720))
"""The waits before the seven further attempts: about a day in all. After the last, the delivery has failed."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one delivery pass did, in deliveries."""

    sent: int = 0
    retrying: int = 0
    """Attempted in vain, to be tried again."""
    failed: int = 0
    """Attempted in vain for the last time."""
    deferred: int = 0
    """Not attempted, because their target had just failed; due at the next pass."""
    errors: tuple[str, ...] = ()
    """One line for each subscription and channel that failed, with the first error there."""

    @property
    def is_clean(self) -> bool:
        """Whether everything that was due arrived."""
        return not (self.retrying or self.failed or self.deferred)


@dataclass(frozen=True, slots=True)
class Probe:
    """The outcome of a test message: subscription, channel, and the error or None."""

    subscription: str
    channel: str
    error: str | None


def delivery_key(event_id: str, subscription: str, channel: str) -> str:
    """The idempotency key of one event for one channel of one subscription: 32 hexadecimal digits."""
    return hashlib.sha256(f"{event_id}|{subscription}|{channel}".encode()).hexdigest()[:32]


def queue(ledger: OutboxLedger, subscriptions: Subscriptions, now: datetime) -> int:
    """Match the events that nobody matched yet and queue a delivery for every channel that wants them.

    All are marked as matched, wanted or not: a subscription that is added later hears of what comes later.

    Returns:
        The number of deliveries queued.
    """
    events = [Event.from_row(row) for row in ledger.unmatched_events()]
    matcher = Matcher(subscriptions.subscriptions)
    deliveries = [
        {
            "idempotency_key": delivery_key(event.event_id, wanting.name, channel_id),
            "event_id": event.event_id,
            "subscription": wanting.name,
            "channel": channel_id,
            "queued_at": now,
            "next_attempt_at": now,
        }
        for event in events
        for wanting in matcher.wanted_by(event)
        for channel_id, _ in wanting.channels()
    ]
    if events:
        ledger.queue(deliveries, [event.event_id for event in events])
    return len(deliveries)


def deliver(
    ledger: OutboxLedger, subscriptions: Subscriptions, home: Home, now: datetime, out: TextIO
) -> DeliveryReport:
    """Hand over everything that is due at `now` and record each outcome at once.

    A target that is down costs one attempt in a pass; what else waits for it stays due and is counted as deferred.

    Args:
        ledger: the open warehouse.
        subscriptions: what is in alerts.yaml now; a delivery whose channel is no longer there has failed.
        home: relative files of file channels stand below it.
        now: the time of the pass: what is due, and what the outcomes are recorded with.
        out: where console channels print.

    Returns:
        The counts. Failing channels end in the report, never in an exception; storage errors do end the pass.
    """
    run = _Pass(subscriptions, home, now, out)
    for row in ledger.pending(now):
        run.attempt(ledger, row)
    counts = run.counts
    return DeliveryReport(
        counts["sent"], counts["retrying"], counts["failed"], counts["deferred"], tuple(run.errors.values())
    )


def probe(subscriptions: Subscriptions, home: Home, now: datetime, out: TextIO) -> list[Probe]:
    """Send a made-up event to every channel of every subscription, past the outbox, and say what came of it."""
    event = Event(
        event_id="ev_test",
        kind="issued",
        source="test",
        detected_at=now,
        title="测试：policywatch 提醒通道 / a test of this channel",
        happened_on=now.date(),
        quote="收到此消息说明通道可用。 / If you read this, the channel works.",
        source_title="policywatch",
        source_checked_at=now,
    )
    found = []
    for item in subscriptions.subscriptions:
        for channel_id, channel in item.channels():
            # The time makes the key new, or a second test would be taken for the first one repeated.
            key = delivery_key(f"ev_test {now.isoformat()}", item.name, channel_id)
            outgoing = Outgoing.of(_single(key, item, event))
            problem = _tried(partial(_send_once, channel, home, out, outgoing))
            found.append(Probe(item.name, channel.label, str(problem) if problem else None))
    return found


def _single(key: str, item: Subscription, event: Event) -> Message:
    return Message(key, item.name, item.language, "single", (event,), counts={event.kind: 1})


def _send_once(channel: Channel, home: Home, out: TextIO, outgoing: Outgoing) -> None:
    open_channel(channel, home, out).send(outgoing)


class _Pass:
    """One delivery pass: the channels it opened, the targets that it found down, what came of it."""

    def __init__(self, subscriptions: Subscriptions, home: Home, now: datetime, out: TextIO) -> None:
        self._channels = {
            (item.name, channel_id): (item, channel)
            for item in subscriptions.subscriptions
            for channel_id, channel in item.channels()
        }
        self._home = home
        self._now = now
        self._out = out
        # By channel, not by subscription: one file has one writer, one dead server one time-out.
        self._senders: dict[Channel, Sender] = {}
        self._down: set[object] = set()
        self.counts: Counter[str] = Counter()
        self.errors: dict[object, str] = {}

    def attempt(self, ledger: OutboxLedger, row: Mapping[str, Any]) -> None:
        """Hand over the delivery of `row`, unless its target is down, and record what came of it."""
        place = (str(row["subscription"]), str(row["channel"]))
        item, channel = self._channels.get(place, (None, None))
        target = channel or place
        if target in self._down:
            self.counts["deferred"] += 1
            return
        problem = self._hand_over(row, item, channel)
        if problem is None:
            ledger.mark_sent(row["idempotency_key"], self._now)
            self.counts["sent"] += 1
            return
        if problem.is_target_down:
            self._down.add(target)
        self.errors.setdefault(place, f"{place[0]}, {channel.label if channel else place[1]}: {problem}")
        self._record(ledger, row, problem)

    def _hand_over(
        self, row: Mapping[str, Any], item: Subscription | None, channel: Channel | None
    ) -> DeliveryError | None:
        if item is None or channel is None:
            # Not at once for good: a file that is being edited may have it back at the next pass.
            text = "alerts.yaml has no such subscription and channel any more; put it back or let the delivery fail"
            return DeliveryError(text, is_target_down=True)

        def send() -> None:
            if channel not in self._senders:
                self._senders[channel] = open_channel(channel, self._home, self._out)
            event = Event.from_row(row)
            message = _single(str(row["idempotency_key"]), item, event)
            self._senders[channel].send(Outgoing.of(message))

        return _tried(send)

    def _record(self, ledger: OutboxLedger, row: Mapping[str, Any], problem: DeliveryError) -> None:
        attempts = int(row.get("attempts") or 0)
        next_at = None
        if not problem.is_final and attempts < len(BACK_OFF):
            next_at = self._now + max(BACK_OFF[attempts], timedelta(seconds=problem.retry_after or 0))
        ledger.mark_failed(row["idempotency_key"], self._now, str(problem), next_at)
        self.counts["retrying" if next_at else "failed"] += 1


def _tried(send: Callable[[], None]) -> DeliveryError | None:
    """What went wrong in `send`, or None. Whatever a channel raises ends one delivery and not the pass."""
    try:
        send()
    except DeliveryError as problem:
        return problem
    except PolicywatchError:
        raise
    except Exception as problem:  # noqa: BLE001 - libraries raise what they like
        # Its text might repeat an address; its type does not.
        return DeliveryError(f"the channel failed with {type(problem).__name__}; see `policywatch alerts test`")
    return None

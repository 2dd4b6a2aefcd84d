"""The outbox: new events become deliveries, deliveries become messages and are handed over, every outcome is recorded.

What belongs here: order, trying again, giving up. What does not: tables (`warehouse.outbox`), what a message holds
(`digest`), what is kept back (`holding`) and wires (`channels`).

At least once with a key: a message is marked as sent only after it arrived, so a run that is killed in between sends
it again under the same idempotency key, by which receivers (and the file channel itself) know it. What people read is
marked at once, each message by itself; what machines read is marked a hundred at a time. An event is matched
once, in the transaction that queues its deliveries, and a delivery put into one message before that is sent, so a
repeated run sends nothing twice.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TextIO

from pipeline.alerts import digest
from pipeline.alerts.channels import DeliveryError, Outgoing, Sender, open_channel
from pipeline.alerts.config import Channel, Subscriptions
from pipeline.alerts.event import Event
from pipeline.alerts.following import around_of, matcher_of
from pipeline.alerts.holding import keep_back
from pipeline.alerts.keys import delivery_key
from pipeline.alerts.ledger import OutboxLedger, Row
from pipeline.alerts.message import Message
from pipeline.alerts.rates import due_at, is_quiet, steady
from policywatch.errors import PolicywatchError
from policywatch.home import Home

CHUNK: Final = 5000
"""Events matched and queued in one transaction: what a run of a hundred thousand needs no more memory for."""

NOTED: Final = 100
"""Messages to machines after which it is recorded that they arrived: so many may come again, under their keys."""

BACK_OFF: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 20, 60, 180, 420, 720))
"""The waits before the seven further attempts: about a day in all. After the last, the delivery has failed."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one delivery pass did, in messages."""

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


def queue(ledger: OutboxLedger, subscriptions: Subscriptions, now: datetime) -> int:
    """Match the events that nobody matched yet and queue a delivery for every channel that wants them.

    All are marked as matched, wanted or not: a subscription that is added later hears of what comes later.

    Returns:
        The number of deliveries queued.
    """
    keep_back(ledger, subscriptions, now)
    items = subscriptions.subscriptions
    matcher = matcher_of(ledger, items)
    # A digest that went out before the clock was set back does not go out again.
    moment = steady(now, ledger.latest())
    due = {item.name: due_at(item, now if item.rate == "at_once" else moment) for item in items}
    channels = {item.name: [channel_id for channel_id, _ in item.channels()] for item in items}
    queued = 0
    while rows := ledger.unmatched_events(CHUNK):
        events = [Event.from_row(row) for row in rows]
        around = around_of(ledger, matcher, events)
        deliveries = [
            {
                "idempotency_key": delivery_key(event.event_id, wanting.name, channel_id),
                "event_id": event.event_id,
                "subscription": wanting.name,
                "channel": channel_id,
                "queued_at": now,
                "next_attempt_at": due[wanting.name],
            }
            for event in events
            for wanting in matcher.wanted_by(event, around)
            for channel_id in channels[wanting.name]
        ]
        ledger.queue(deliveries, [event.event_id for event in events])
        queued += len(deliveries)
    return queued


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
    run = _Pass(ledger, subscriptions, home, now, out)
    try:
        for heads in digest.batches(_due(ledger, subscriptions, now)):
            run.attempt_all(heads)
    finally:
        run.note()
    counts = run.counts
    return DeliveryReport(
        counts["sent"], counts["retrying"], counts["failed"], counts["deferred"], tuple(run.errors.values())
    )


def is_due(ledger: OutboxLedger, subscriptions: Subscriptions, now: datetime) -> bool:
    """Whether `deliver` would have something to attempt at `now`."""
    return any(True for _ in _due(ledger, subscriptions, now))


def _due(ledger: OutboxLedger, subscriptions: Subscriptions, now: datetime) -> Iterator[Row]:
    """The messages that are due, put together if they were not."""
    ledger.bundle(now, digest.rules(subscriptions, now))
    return ledger.due(now, [item.name for item in subscriptions.subscriptions if is_quiet(item, now)])


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
            outgoing = Outgoing.of(digest.single(key, item, event), subscriptions.archived_copy)
            problem = _tried(partial(_send_once, channel, home, out, outgoing))
            found.append(Probe(item.name, channel.label, str(problem) if problem else None))
    return found


def _send_once(channel: Channel, home: Home, out: TextIO, outgoing: Outgoing) -> None:
    open_channel(channel, home, out).send(outgoing)


class _Pass:
    """One delivery pass: the channels it opened, the targets that it found down, what came of it."""

    def __init__(
        self, ledger: OutboxLedger, subscriptions: Subscriptions, home: Home, now: datetime, out: TextIO
    ) -> None:
        self._ledger = ledger
        self._channels = {
            (item.name, channel_id): (item, channel)
            for item in subscriptions.subscriptions
            for channel_id, channel in item.channels()
        }
        self._desk = digest.Desk(ledger, {item.name: item for item in subscriptions.subscriptions})
        self._home = home
        self._archive = subscriptions.archived_copy
        self._now = now
        self._out = out
        # By channel, not by subscription: one file has one writer, one dead server one time-out.
        self._senders: dict[Channel, Sender] = {}
        self._down: set[object] = set()
        self._unnoted: list[Row] = []
        self.counts: Counter[str] = Counter()
        self.errors: dict[object, str] = {}

    def attempt_all(self, heads: Sequence[Row]) -> None:
        """Hand over the messages of `heads`, but for those whose target is down, and record what came of each."""
        alive = [head for head in heads if self._target(head) not in self._down]
        self.counts["deferred"] += len(heads) - len(alive)
        messages = self._desk.messages([head for head in alive if self._place(head) in self._channels])
        for head in alive:
            if self._target(head) in self._down:
                self.counts["deferred"] += 1
            else:
                self._attempt(head, messages.get(head["message_key"]))

    def _place(self, head: Row) -> tuple[str, str]:
        return head["subscription"], head["channel"]

    def _target(self, head: Row) -> object:
        place = self._place(head)
        return self._channels[place][1] if place in self._channels else place

    def _attempt(self, head: Row, message: Message | None) -> None:
        place = self._place(head)
        _, channel = self._channels.get(place, (None, None))
        problem = self._hand_over(message, channel)
        if problem is None:
            self._sent(head["message_key"], channel)
            self.counts["sent"] += 1
            return
        if problem.is_target_down:
            self._down.add(self._target(head))
        self.errors.setdefault(place, f"{place[0]}, {channel.label if channel else place[1]}: {problem}")
        self._failed(head, channel, problem)

    def _hand_over(self, message: Message | None, channel: Channel | None) -> DeliveryError | None:
        if message is None or channel is None:
            # Not at once for good: a file that is being edited may have it back at the next pass.
            text = "alerts.yaml has no such subscription and channel any more; put it back or let the delivery fail"
            return DeliveryError(text, is_target_down=True)

        def send() -> None:
            if channel not in self._senders:
                self._senders[channel] = open_channel(channel, self._home, self._out)
            self._senders[channel].send(Outgoing.of(message, self._archive))

        return _tried(send)

    def _sent(self, key: str, channel: Channel | None) -> None:
        if channel is None or not digest.is_machine(channel):
            # A person would see it twice.
            self._ledger.mark_sent(key, self._now)
            return
        # A machine knows by the key what it has, so that many can be noted at once.
        self._note_later({"message_key": key})

    def _note_later(self, outcome: Row) -> None:
        self._unnoted.append({"attempted_at": self._now, **outcome})
        if len(self._unnoted) >= NOTED:
            self.note()

    def note(self) -> None:
        """Record what became of messages to machines and is not on record yet."""
        unnoted, self._unnoted = self._unnoted, []
        if unnoted:
            self._ledger.mark_all(unnoted)

    def _failed(self, head: Row, channel: Channel | None, problem: DeliveryError) -> None:
        attempts = int(head["attempts"] or 0)
        next_at = None
        if not problem.is_final and attempts < len(BACK_OFF):
            next_at = self._now + max(BACK_OFF[attempts], timedelta(seconds=problem.retry_after or 0))
        key, text = head["message_key"], str(problem)
        if channel is None or not digest.is_machine(channel):
            self._ledger.mark_failed(key, self._now, text, next_at)
        else:
            self._note_later({"message_key": key, "error": text, "next_attempt_at": next_at})
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

"""The outbox: new events become deliveries, deliveries become messages and are handed over, every outcome is recorded.

What belongs here: order, trying again, giving up. What does not: tables (`warehouse.outbox`), what a message holds
(`digest`), what is kept back (`holding`), whose turn it is and what is noted (`notes`), and wires (`channels`).

The warehouse is open for moments only: a portion of what is due is read, the warehouse closed, the portion sent, and
what came of it recorded with the next portion's reading. A webhook that hangs keeps no load waiting.

At least once with a key: an outcome is noted only after the message arrived, so a run that is killed in between sends
that one again under the same idempotency key, by which receivers (and the file channel itself) know it. An event is
matched once, in the transaction that queues its deliveries, and a delivery put into one message before that is sent, so
a repeated run sends nothing twice; and one process sends at a time.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TextIO

from pipeline.alerts import digest, notes
from pipeline.alerts.channels import DeliveryError, Outgoing, Sender, open_channel
from pipeline.alerts.config import Channel, Subscriptions
from pipeline.alerts.event import Event
from pipeline.alerts.following import around_of, matcher_of
from pipeline.alerts.holding import keep_back
from pipeline.alerts.keys import delivery_key
from pipeline.alerts.ledger import Door, OutboxLedger, Row
from pipeline.alerts.match import Around, Matcher
from pipeline.alerts.message import Message
from pipeline.alerts.rates import due_at, is_quiet, steady
from policywatch.errors import PolicywatchError
from policywatch.home import Home

CHUNK: Final = 5000
"""Events matched and queued in one transaction: what a run of a hundred thousand needs no more memory for."""

HEADS: Final = 1000
"""Due deliveries looked at for one portion."""

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
    is_left: bool = False
    """Nothing was done, because another process is sending, which takes along what is due."""

    @property
    def is_clean(self) -> bool:
        """Whether everything that was due arrived."""
        return not (self.retrying or self.failed or self.deferred)

    def lines(self) -> Iterator[str]:
        """What the log and the report of a run say: whatever did not arrive, and why."""
        for error in self.errors:
            yield f"not delivered: {error}"
        if self.is_left:
            yield "another process is sending alerts; it takes along what is due"


@dataclass(frozen=True, slots=True)
class Probe:
    """The outcome of a test message: subscription, channel, and the error or None."""

    subscription: str
    channel: str
    error: str | None


def queue(ledger: OutboxLedger, subscriptions: Subscriptions, now: datetime) -> int:
    """Match all events that nobody matched yet; see `Matching`. Returns the number of deliveries queued."""
    matching = Matching(subscriptions, now)
    while matching.go_on(ledger):
        pass
    return matching.queued


class Matching:
    """Matches events that nobody matched yet, and queues a delivery for every channel that wants them.

    All are marked as matched, wanted or not: a subscription that is added later hears of what comes later.
    """

    def __init__(self, subscriptions: Subscriptions, now: datetime) -> None:
        self._subscriptions = subscriptions
        self._now = now
        self._matcher: Matcher | None = None
        self._due: dict[str, datetime] = {}
        self.queued = 0
        """How many deliveries were queued."""

    def go_on(self, ledger: OutboxLedger) -> bool:
        """Take up to `CHUNK` events; whether there may be more. The warehouse may be another one each time."""
        if self._matcher is None:
            self._matcher = self._begin(ledger)
        rows = ledger.unmatched_events(CHUNK)
        if rows:
            events = [Event.from_row(row) for row in rows]
            deliveries = list(self._deliveries(self._matcher, events, around_of(ledger, self._matcher, events)))
            ledger.queue(deliveries, [event.event_id for event in events])
            self.queued += len(deliveries)
        return len(rows) == CHUNK

    def _begin(self, ledger: OutboxLedger) -> Matcher:
        items = self._subscriptions.subscriptions
        keep_back(ledger, self._subscriptions, self._now)
        # A digest that went out before the clock was set back does not go out again.
        moment = steady(self._now, ledger.latest())
        self._due = {item.name: due_at(item, self._now if item.rate == "at_once" else moment) for item in items}
        return matcher_of(ledger, items)

    def _deliveries(self, matcher: Matcher, events: Sequence[Event], around: Around) -> Iterator[Row]:
        for event in events:
            for wanting in matcher.wanted_by(event, around):
                for channel_id, _ in wanting.channels():
                    yield {
                        "idempotency_key": delivery_key(event.event_id, wanting.name, channel_id),
                        "event_id": event.event_id,
                        "subscription": wanting.name,
                        "channel": channel_id,
                        "queued_at": self._now,
                        "next_attempt_at": self._due[wanting.name],
                    }


def deliver(  # noqa: PLR0913 - what a pass consists of
    door: Door,
    subscriptions: Subscriptions,
    home: Home,
    now: datetime,
    out: TextIO,
    *,
    later: Callable[[], datetime] | None = None,
    patience: float = notes.PATIENCE,
) -> DeliveryReport:
    """Hand over everything that is due and record each outcome.

    A target that is down costs one attempt in a pass; what else waits for it stays due and is counted as deferred.

    Args:
        door: opens the warehouse; it is closed while messages are sent.
        subscriptions: what is in alerts.yaml now; a delivery whose channel is no longer there has failed.
        home: relative files of file channels stand below it.
        now: the time of the pass: what is due, and what the outcomes are recorded with.
        out: where console channels print.
        later: the clock, for another look at what came up meanwhile.
        patience: seconds to wait for another process that is sending.

    Returns:
        The counts. Failing channels end in the report, never in an exception; storage errors do end the pass.
    """
    with notes.turn(home, patience) as ours:
        if ours is None:
            return DeliveryReport(is_left=True)
        run = _Pass(subscriptions, home, now, out, later, ours)
        with door() as ledger:
            portion = run.claim(ledger)
        while portion:
            run.attempt_all(portion)
            with door() as ledger:
                portion = run.claim(ledger)
    counts = run.counts
    return DeliveryReport(
        counts["sent"], counts["retrying"], counts["failed"], counts["deferred"], tuple(run.errors.values())
    )


def is_due(ledger: OutboxLedger, subscriptions: Subscriptions, now: datetime) -> bool:
    """Whether `deliver` would have something to attempt at `now`; what is due is put together, if it was not."""
    ledger.bundle(now, digest.rules(subscriptions, now))
    return bool(ledger.due(now, _quiet(subscriptions, now), (), 1))


def _quiet(subscriptions: Subscriptions, now: datetime) -> list[str]:
    return [item.name for item in subscriptions.subscriptions if is_quiet(item, now)]


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

    def __init__(  # noqa: PLR0913, PLR0917 - what `deliver` was given
        self,
        subscriptions: Subscriptions,
        home: Home,
        now: datetime,
        out: TextIO,
        later: Callable[[], datetime] | None,
        noted: notes.Notes,
    ) -> None:
        self._subscriptions = subscriptions
        self._channels = {
            (item.name, channel_id): (item, channel)
            for item in subscriptions.subscriptions
            for channel_id, channel in item.channels()
        }
        self._desk = digest.Desk({item.name: item for item in subscriptions.subscriptions})
        self._home = home
        self._now = now
        self._out = out
        self._later = later
        self._notes = noted
        self._is_bundled = False
        # By channel, not by subscription: one file has one writer, one dead server one time-out.
        self._senders: dict[Channel, Sender] = {}
        self._down: set[object] = set()
        self.counts: Counter[str] = Counter()
        self.errors: dict[object, str] = {}

    def claim(self, ledger: OutboxLedger) -> list[tuple[Row, Message | None]]:
        """Record what came of the portion before, and read the next one; empty where nothing else can be sent."""
        self._notes.hand_in(ledger)
        heads = self._heads(ledger)
        if not heads and self._later is not None and (moment := self._later()) > self._now:
            # Another process may have left to us what it queued meanwhile.
            self._now, self._is_bundled = moment, False
            heads = self._heads(ledger)
        if not heads and self._down:
            self.counts["deferred"] = ledger.count_due(self._now, _quiet(self._subscriptions, self._now))
        messages = self._desk.messages(ledger, [head for head in heads if self._place(head) in self._channels])
        return [(head, messages.get(head["message_key"])) for head in heads]

    def _heads(self, ledger: OutboxLedger) -> Sequence[Row]:
        if not self._is_bundled:
            ledger.bundle(self._now, digest.rules(self._subscriptions, self._now))
            self._is_bundled = True
        down = [place for place, (_, channel) in self._channels.items() if channel in self._down]
        down += [place for place in self._down if isinstance(place, tuple)]
        quiet = _quiet(self._subscriptions, self._now)
        return digest.portion(ledger.due(self._now, quiet, ["/".join(place) for place in down], HEADS))

    def attempt_all(self, portion: Sequence[tuple[Row, Message | None]]) -> None:
        """Hand over the messages of `portion`, but for those whose target is down, and note what came of each."""
        for head, message in portion:
            if self._target(head) not in self._down:
                self._attempt(head, message)

    def _place(self, head: Row) -> tuple[str, str]:
        return head["subscription"], head["channel"]

    def _target(self, head: Row) -> object:
        place = self._place(head)
        return self._channels[place][1] if place in self._channels else place

    def _attempt(self, head: Row, message: Message | None) -> None:
        place = self._place(head)
        _, channel = self._channels.get(place, (None, None))
        problem = self._hand_over(message, channel)
        # A person would see a message twice; a machine knows by the key what it has.
        flush = channel is None or not digest.is_machine(channel)
        outcome = {"message_key": head["message_key"], "attempted_at": self._now}
        if problem is None:
            self._notes.add(outcome, flush=flush)
            self.counts["sent"] += 1
            return
        if problem.is_target_down:
            self._down.add(self._target(head))
        self.errors.setdefault(place, f"{place[0]}, {channel.label if channel else place[1]}: {problem}")
        next_at = self._next_attempt(head, problem)
        self._notes.add({**outcome, "error": str(problem), "next_attempt_at": next_at}, flush=flush)
        self.counts["retrying" if next_at else "failed"] += 1

    def _hand_over(self, message: Message | None, channel: Channel | None) -> DeliveryError | None:
        if message is None or channel is None:
            # Not at once for good: a file that is being edited may have it back at the next pass.
            text = "alerts.yaml has no such subscription and channel any more; put it back or let the delivery fail"
            return DeliveryError(text, is_target_down=True)

        def send() -> None:
            if channel not in self._senders:
                self._senders[channel] = open_channel(channel, self._home, self._out)
            self._senders[channel].send(Outgoing.of(message, self._subscriptions.archived_copy))

        return _tried(send)

    def _next_attempt(self, head: Row, problem: DeliveryError) -> datetime | None:
        attempts = int(head["attempts"] or 0)
        if problem.is_final or attempts >= len(BACK_OFF):
            return None
        return self._now + max(BACK_OFF[attempts], timedelta(seconds=problem.retry_after or 0))


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

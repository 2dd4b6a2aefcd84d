"""The last step of a run: what is new is told to whoever asked for it.

What belongs here: matching, queueing and sending as one step, and when the warehouse is open meanwhile. What does not:
how each is done (`pipeline.alerts`), the other steps (`pipeline.run`).
"""

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TextIO

from pipeline import run
from policywatch import clock
from policywatch.errors import StorageError
from policywatch.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Alerted:
    """What alerting did: counts (queued, sent, retrying, failed, deferred), and a line for whatever went wrong."""

    counts: dict[str, int]
    notes: tuple[str, ...] = ()


def alert(home: Home, out: TextIO | None = None) -> Alerted:
    """Match new events to subscriptions, queue them, deliver what is due, bring the feeds up to date.

    The warehouse is closed while messages are sent: other processes need not wait for somebody's webhook.

    Args:
        home: its `alerts.yaml` holds the subscriptions; without one, events are taken note of and nothing is sent.
        out: where the `console` channel writes; stdout by default.

    Raises:
        ConfigError: alerts.yaml does not fit its model.
        StorageError: the warehouse, the outbox's notes or the feeds cannot be written; what was sent is on record.
    """
    from pipeline.alerts import config, feeds, outbox  # noqa: PLC0415 - the alert packages load only where they are used

    now = clock.now()
    subscriptions = config.load_subscriptions(home.alerts) if home.alerts.exists() else config.Subscriptions()
    unwritten: StorageError | None = None
    matching, more, is_due = outbox.Matching(subscriptions, now), True, False
    while more:
        with run.ledger(home) as warehouse:
            more = matching.go_on(warehouse)
            if not more:
                is_due = outbox.is_due(warehouse, subscriptions, now)
                try:
                    feeds.publish(warehouse, subscriptions, home)
                except StorageError as problem:  # messages can go out all the same
                    unwritten = problem
        if more:
            run.let_go(home)  # and with it the memory that a lot takes
    report = outbox.DeliveryReport()
    if is_due:
        door = partial(_for_a_moment, home)
        report = outbox.deliver(door, subscriptions, home, now, out or sys.stdout, later=clock.now)
    if unwritten is not None:
        raise unwritten
    counts = {name: count for name, count in run.counts_of(report).items() if type(count) is int}
    return Alerted({"queued": matching.queued, **counts}, tuple(report.lines()))


@contextmanager
def _for_a_moment(home: Home) -> "Iterator[Ledger]":
    """The warehouse, closed on leaving, whoever had it open before."""
    try:
        with run.ledger(home) as warehouse:
            yield warehouse
    finally:
        run.let_go(home)

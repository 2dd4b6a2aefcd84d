"""One message before it is worded: for whom, of what sort, and the events that it tells of.

What belongs here: the value that the rules of alerting (`outbox`, `digest`, `holding`) hand to the wording (`render`)
and that goes on to the channels for the JSON of machines. What does not: words, and how a message came about.

One function words it: `pipeline.alerts.render.render_message(message)`, which gives text, Markdown and HTML. It is
pure, so a message that is made again after a kill reads the same and goes out under the same key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from pipeline.alerts.event import Event
from pipeline.alerts.words import Language

MessageKind = Literal["single", "digest", "held", "outage"]
Rate = Literal["at_once", "hourly", "daily", "weekly"]


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a run's events are kept back until a person releases or drops them."""

    hold_id: str
    """What `policywatch alerts release` and `drop` take: `ho_` and 16 hexadecimal digits."""
    source: str
    source_title: str | None
    crawl_id: str
    held_at: datetime
    policies: int
    """Policies (or pages without one) that the run changed."""
    known: int
    """Policies of the source that were known before the run."""
    events: int
    """Events kept back."""
    reason: Literal["number", "share"]
    """Which limit was passed: more than so many policies, or more than such a share of the source's."""
    limit: float
    """The limit that was passed: policies, or percent."""

    @property
    def share(self) -> float:
        """The changed policies in percent of those known, at most 100."""
        return min(100.0, 100 * self.policies / self.known) if self.known else 100.0


@dataclass(frozen=True, slots=True)
class Message:
    """What one subscription is told at once.

    `single` has one event, or several of one policy found in the same pass; `digest` the events of a period. `outage`
    has only events about sources (unhealthy, recovered). `held` has a `hold`, and some of its events as examples.
    """

    key: str
    """The idempotency key: the same at every attempt, and made from what the message holds."""
    subscription: str
    language: Language
    kind: MessageKind
    events: tuple[Event, ...]
    """The events to show, those of one policy next to each other, in the order in which they are read."""
    more: int = 0
    """How many events the message stands for and does not show: "and N more"."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """All its events by kind, shown or not."""
    rate: Rate = "at_once"
    hold: Hold | None = None

    @property
    def groups(self) -> list[tuple[Event, ...]]:
        """The events by policy; one that has none stands for itself."""
        return [tuple(group) for _, group in groupby(self.events, key=lambda event: event.policy_id or event.event_id)]

    @property
    def total(self) -> int:
        """The events that the message stands for."""
        return len(self.events) + self.more

    def to_json(self) -> dict[str, Any]:
        """The message for machines, without words: what a webhook's body and a JSON file hold of it."""
        return {
            "subscription": self.subscription,
            "message_kind": self.kind,
            "rate": self.rate,
            "events": [event.to_json() for event in self.events],
            "more": self.more,
            "counts": dict(self.counts),
            "hold": None if self.hold is None else hold_json(self.hold),
        }


def hold_json(hold: Hold) -> dict[str, Any]:
    """`hold` as the webhook and `policywatch alerts held --json` say it."""
    return {
        "hold_id": hold.hold_id,
        "source": hold.source,
        "source_title": hold.source_title,
        "crawl_id": hold.crawl_id,
        "held_at": hold.held_at.isoformat(),
        "policies": hold.policies,
        "known": hold.known,
        "share": round(hold.share, 1),
        "events": hold.events,
        "reason": hold.reason,
        "limit": hold.limit,
    }

"""What matching asks of the warehouse: which policies subscriptions follow, and what stands around those of the events.

What belongs here: reading references (an id, a number in any printed form, a title, an address) and looking up what is
asked for, and nothing that nobody asks for. What does not: the tables (`warehouse.outbox`) and matching (`match`).
"""

from collections.abc import Iterable, Sequence

from pipeline.alerts.config import Subscription
from pipeline.alerts.event import Event
from pipeline.alerts.ledger import OutboxLedger
from pipeline.alerts.match import Around, Matcher
from pipeline.parsers.normal import normal_number, normal_title


def references(subscriptions: Iterable[Subscription]) -> list[dict[str, str | None]]:
    """What `policies` of all subscriptions name, each once: as written, and as a number and a title in normal form."""
    written = dict.fromkeys(text for item in subscriptions for text in item.policies)
    return [
        {"reference": text, "number": normal_number(text) or None, "title": normal_title(text) or None}
        for text in written
    ]


def matcher_of(ledger: OutboxLedger, subscriptions: Sequence[Subscription]) -> Matcher:
    """The matcher of `subscriptions`, with the policies that they follow as the warehouse knows them now."""
    return Matcher(subscriptions, ledger.policies_meant(references(subscriptions)))


def around_of(ledger: OutboxLedger, matcher: Matcher, events: Sequence[Event]) -> Around:
    """What the filters of `matcher` ask about the policies of `events`."""
    policies = sorted({event.policy_id for event in events if event.policy_id})
    return Around(
        touched=ledger.touching(policies, matcher.followed) if matcher.followed else {},
        amounts=ledger.amounts(policies) if matcher.asks_for_amounts else {},
    )

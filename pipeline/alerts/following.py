"""The policies that subscriptions follow, as they are written and as the warehouse knows them.

What belongs here: reading references (an id, a number in any printed form, a title, an address). What does not: finding
them (`warehouse.outbox`) and matching (`match`).
"""

from collections.abc import Iterable

from pipeline.alerts.config import Subscription
from pipeline.parsers.normal import normal_number, normal_title


def references(subscriptions: Iterable[Subscription]) -> list[dict[str, str | None]]:
    """What `policies` of all subscriptions name, each once: as written, and as a number and a title in normal form."""
    written = dict.fromkeys(text for item in subscriptions for text in item.policies)
    return [
        {"reference": text, "number": normal_number(text) or None, "title": normal_title(text) or None}
        for text in written
    ]

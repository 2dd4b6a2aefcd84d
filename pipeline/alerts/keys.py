"""Idempotency keys: by which a receiver knows a message that comes again.

What belongs here: making them. What does not: sending them (`channels`). A message of several deliveries has a key made
of theirs (`warehouse/sql/outbox_bundle.sql`).
"""

import hashlib


def delivery_key(event_id: str, subscription: str, channel: str) -> str:
    """The idempotency key of one event for one channel of one subscription: 32 hexadecimal digits."""
    return hashlib.sha256(f"{event_id}|{subscription}|{channel}".encode()).hexdigest()[:32]

"""What the warehouse says of its deliveries, beside what was received: the file, and the webhook on loopback.

What belongs here: comparing the two. What does not: which events there should be (`demo.year`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from benchmarks.soak.world import Post, in_file
from pipeline.run import ledger
from policywatch.home import Home

_DUE = """
SELECT event_id FROM event WHERE NOT is_baseline AND withdrawn_at IS NULL
AND event_id NOT IN (
    SELECT e.event_id FROM held_event AS e INNER JOIN hold AS h ON h.hold_id = e.hold_id WHERE h.state <> 'released'
)
UNION ALL SELECT hold_id FROM hold
"""
_CHANNELS = ("file", "webhook")


def wrong(whose: str, home: Home, posts: Sequence[Post], *, may_repeat: bool = False) -> Iterator[str]:
    """News that was not told, told though a person has to release it, told twice, or not as it is on record.

    Args:
        whose: stands before what is printed.
        home: whose warehouse and file are looked at.
        posts: what the webhook got.
        may_repeat: whether it may have got a message again, under its key and word for word: a sender that is killed
            after it has sent cannot know. In the file it shows, so there a message stands once in any case.
    """
    with ledger(home) as warehouse:
        due = {row["event_id"] for row in warehouse.query(_DUE)}
        rows = warehouse.query("SELECT event_id, channel, status, message_key FROM delivery")
        held = warehouse.query("SELECT source, policies, events, state FROM hold ORDER BY hold_id")
    received = {"file": in_file(home), "webhook": [post.key for post in posts]}
    for channel in _CHANNELS:
        mine = [row for row in rows if row["channel"] == channel]
        sent = {row["event_id"] for row in mine if row["status"] == "sent"}
        yield from (f"{channel}: not told: {event}" for event in sorted(due - sent))
        yield from (f"{channel}: told, but should not be: {event}" for event in sorted(sent - due))
        keys = {row["message_key"] for row in mine if row["status"] == "sent"}
        yield from (f"{channel}: on record as sent, but it never came: {key}" for key in keys - set(received[channel]))
        yield from (f"{channel}: it came, but is not on record: {key}" for key in set(received[channel]) - keys)
        if channel == "file" or not may_repeat:
            times = Counter(received[channel])
            yield from (f"{channel}: told twice: {key}" for key in times if times[key] > 1)
    yield from repeated(posts)
    messages = len({post.key for post in posts})
    again = len(posts) - messages
    repeats = f" and {again} repeats under their keys" if again else ""
    kept = "".join(f"; {row['state']}: {row['events']} events of {row['source']}" for row in held)
    print(f"{whose}: {len(due)} pieces of news by each channel, in {messages} posts{repeats}{kept}", flush=True)


def repeated(posts: Iterable[Post]) -> Iterator[str]:
    """Keys under which different messages came."""
    bodies: dict[str, object] = {}
    for post in posts:
        if bodies.setdefault(post.key, post.body) != post.body:
            yield f"webhook: two messages under one key: {post.key}"

"""The outbox of the alerts: events to match, what is kept back, messages made of deliveries, and what became of them.

What belongs here: the tables `event_matched`, `delivery`, `hold` and `held_event`. What does not: who wants what, rates
and words (`pipeline.alerts`), and the events themselves, which a load appends in its own transaction (`load`): they are
in the outbox the moment they exist, so none can be lost between the two.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from warehouse.steps import Steps, text_of

PAGE: Final = 1000
"""Due deliveries read at a time."""

LOT: Final = 10_000
"""Deliveries that are put into messages at a time."""

ALL: Final = 2**62

Row = dict[str, Any]
Result = TypeVar("Result")


class Outbox:
    """The outbox's methods of the ledger, each one transaction. Instants are aware, UTC."""

    def _rows(self, sql: str, parameters: Any = None) -> list[Row]:  # noqa: ANN401 - as DuckDB takes them
        raise NotImplementedError

    def _transaction(self, work: Callable[[Steps], Result]) -> Result:
        raise NotImplementedError

    # --- events ------------------------------------------------------------------------------------------------------

    def unmatched_events(self, most: int = ALL) -> list[Row]:
        """Events that no matching has seen and nobody keeps back, oldest first, `most` at a time.

        Returns:
            The columns of `event` with issuers, topic, jurisdiction, source_title, source_checked_at, and told_days:
            how many days were left each time that the same end was announced before (None: never).
        """
        return self._rows(text_of("sql/outbox_unmatched.sql"), {"most": most})

    def policies_meant(self, references: Iterable[Mapping[str, str | None]]) -> dict[str, set[str]]:
        """Which policies are meant by `references` (reference, number and title in normal form): ids by reference."""
        found: dict[str, set[str]] = {}
        wanted = [dict(row) for row in references]
        for row in self._rows(text_of("sql/outbox_policies.sql"), {"wanted": wanted}) if wanted else ():
            found.setdefault(row["reference"], set()).add(row["policy_id"])
        return found

    def touching(self, policy_ids: Sequence[str], wanted: Sequence[str]) -> dict[str, set[str]]:
        """By policy of `policy_ids`: those of `wanted` that it names, or that name it, as known now."""
        found: dict[str, set[str]] = {}
        values = {"policy_ids": list(policy_ids), "wanted": list(wanted)}
        for row in self._rows(text_of("sql/outbox_touching.sql"), values):
            found.setdefault(row["policy_id"], set()).add(row["touched"])
        return found

    def amounts(self, policy_ids: Sequence[str]) -> dict[str, float]:
        """By policy of `policy_ids`: the largest sum in yuan that a measure of its present text names."""
        rows = self._rows(text_of("sql/outbox_amounts.sql"), {"policy_ids": list(policy_ids)})
        return {row["policy_id"]: row["amount"] for row in rows}

    # --- what is kept back -------------------------------------------------------------------------------------------

    def hold(self, now: datetime, *, over: int, percent: float, at_least: int) -> list[Row]:
        """Keep back every run that changed more than `over` policies, or `percent` of its source's and `at_least` many.

        Returns:
            All holds whose message is not queued yet (`told`), those of an earlier, killed pass included; see `holds`.
        """
        values = {"now": now, "over": over, "percent": percent, "at_least": at_least}
        self._transaction(lambda steps: steps.run("sql/outbox_hold.sql", values))
        return [row for row in self.holds() if not row["is_told"]]

    def told(self, hold_ids: Sequence[str]) -> None:
        """The messages about these holds are queued."""
        self._transaction(lambda steps: steps.run("sql/outbox_told.sql", {"hold_ids": list(hold_ids)}))

    def holds(self, *, decided: bool = False) -> list[Row]:
        """What is kept back, oldest first, with `decided` also what was: columns of `hold`, source_title, counts."""
        return self._rows(text_of("sql/outbox_holds.sql"), {"decided": decided})

    def held_events(self, hold_id: str, most: int = ALL) -> list[Row]:
        """The first `most` events of a hold, those of one policy together; columns as of `unmatched_events`."""
        return self._rows(text_of("sql/outbox_held_events.sql"), {"hold_id": hold_id, "most": most})

    def settle(self, hold_ids: Sequence[str], state: str, at: datetime, by: str, why: str | None) -> int:
        """Set open holds to `released` (their events are matched next) or `dropped`; how many it was."""
        values = {"hold_ids": list(hold_ids), "state": state, "at": at, "by": by, "why": why}
        return self._transaction(lambda steps: steps.run("sql/outbox_settle.sql", values))

    # --- messages ----------------------------------------------------------------------------------------------------

    def latest(self) -> datetime | None:
        """The latest instant on record in the outbox, by which a clock that was set back is known."""
        sql = "SELECT greatest(max(d.queued_at), max(d.last_attempt_at)) AS latest FROM delivery AS d"
        found: datetime | None = self._rows(sql)[0]["latest"]
        return found

    def bundle(self, now: datetime, rules: Sequence[Mapping[str, Any]]) -> None:
        """Make messages of the deliveries that are due and in none yet; `rules` as in sql/outbox_bundle.sql.

        Many are taken in lots, for the memory; what belongs together is of one subscription and channel, and in one.
        """
        waiting = self._rows(text_of("sql/outbox_waiting.sql"))
        known = {f"{row['subscription']}/{row['channel']}": dict(row) for row in rules}
        plain = {place for place, rule in known.items() if _is_plain(rule)}
        counts = {f"{row['subscription']}/{row['channel']}": int(row["deliveries"]) for row in waiting}
        if alone := sorted(plain & counts.keys()):
            values = {"now": now, "places": alone, "most": LOT}
            while self._lot("sql/outbox_bundle_plain.sql", values) == LOT:
                self._rows("CHECKPOINT")  # what was changed stays in memory until then
        for nth, places in enumerate(_lots({place: count for place, count in counts.items() if place not in plain})):
            if nth:
                self._rows("CHECKPOINT")
            values = {"now": now, "places": places, "rules": [known[place] for place in places if place in known]}
            self._lot("sql/outbox_bundle.sql", values)

    def _lot(self, name: str, values: Mapping[str, Any]) -> int:
        return self._transaction(lambda steps: steps.run(name, values))

    def due(self, now: datetime, quiet: Sequence[str] = (), down: Sequence[str] = (), most: int = PAGE) -> list[Row]:
        """The messages of the oldest `most` deliveries that are due at `now`, oldest event first.

        Args:
            now: what is due later waits.
            quiet: subscriptions in their quiet hours.
            down: `subscription/channel` of targets that are known to be down.
            most: deliveries, so as many messages at most.

        Returns:
            message_key, message_kind, subscription, channel, events (how many), attempts, first_at, first_event.
        """
        values = {"now": now, "quiet": list(quiet), "down": list(down), "most": most}
        return self._rows(text_of("sql/outbox_due.sql"), values)

    def count_due(self, now: datetime, quiet: Sequence[str] = ()) -> int:
        """How many messages are due at `now`."""
        values = {"now": now, "quiet": list(quiet)}
        return int(self._rows(text_of("sql/outbox_due_count.sql"), values)[0]["messages"])

    def events_of(self, keys: Sequence[str], most: int) -> dict[str, list[Row]]:
        """The events of each message, at most `most`; columns as of `unmatched_events`. Held messages have none."""
        found: dict[str, list[Row]] = {}
        for row in self._rows(text_of("sql/outbox_events.sql"), {"keys": list(keys), "most": most}):
            found.setdefault(row["message_key"], []).append(row)
        return found

    def kinds_of(self, keys: Sequence[str]) -> dict[str, dict[str, int]]:
        """How many events of each kind each message stands for."""
        found: dict[str, dict[str, int]] = {}
        for row in self._rows(text_of("sql/outbox_kinds.sql"), {"keys": list(keys)}):
            found.setdefault(row["message_key"], {})[row["kind"]] = row["events"]
        return found

    def mark_all(self, outcomes: Sequence[Mapping[str, Any]], *, again: bool = False) -> None:
        """Record one more attempt at each of many messages.

        Args:
            outcomes: message_key, attempted_at; for one that failed error, and next_attempt_at where it is tried again.
            again: they may be on record already, and are then left as they are.
        """
        columns = ("message_key", "attempted_at", "error", "next_attempt_at")
        rows = [{name: row.get(name) for name in columns} for row in outcomes]
        self._transaction(lambda steps: steps.run("sql/outbox_mark.sql", {"outcomes": rows, "again": again}))

    # --- what was given up -------------------------------------------------------------------------------------------

    def dead(self, *, waiting: bool = False) -> list[Row]:
        """The messages that were given up, or that failed and wait for another attempt; see sql/outbox_failing.sql."""
        return self._rows(text_of("sql/outbox_failing.sql"), {"waiting": waiting})

    def resend(self, keys: Sequence[str], at: datetime) -> None:
        """Messages that were given up are due again at `at`, with all attempts before them."""
        self._transaction(lambda steps: steps.run("sql/outbox_resend.sql", {"keys": list(keys), "at": at}))

    # --- feeds -------------------------------------------------------------------------------------------------------

    def feeds(self) -> dict[str, tuple[int, datetime | None]]:
        """By subscription ("" for all): how many events there are for its feed, and when the latest was noticed."""
        rows = self._rows(text_of("sql/outbox_feeds.sql"))
        return {row["subscription"]: (row["events"], row["latest"]) for row in rows}

    def feed(self, subscription: str | None, most: int) -> list[Row]:
        """The latest events of a subscription's feed, or of all news, the latest first; joined as when matched."""
        return self._rows(text_of("sql/outbox_feed.sql"), {"subscription": subscription, "most": most})


def _is_plain(rule: Mapping[str, Any]) -> bool:
    """Whether each delivery is a message of its own, and none waits for quiet hours to end."""
    return bool(rule["is_machine"] and not rule["is_digest"] and not rule["is_quiet"])


def _lots(counts: Mapping[str, int]) -> Iterator[list[str]]:
    """The places, so many at a time as have about `LOT` deliveries."""
    places: list[str] = []
    total = 0
    for place, count in counts.items():
        places.append(place)
        total += count
        if total >= LOT:
            yield places
            places, total = [], 0
    if places:
        yield places

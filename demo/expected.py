"""What a correct watcher reports: `expected.yaml` as typed values.

What belongs here: reading the file. What does not: comparing it with what was reported (the tests do that).
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class ExpectedEvent:
    """One event that edition `edition` must bring, once."""

    edition: int
    kind: str
    source: str
    policy: str | None
    """The document id of the policy in `demo/documents`; None for events of a source."""
    number: str | None
    title: str | None
    url: str | None
    """The page that the event is about, for events about pages; None for the others."""
    happened_on: date | None
    is_baseline: bool


@dataclass(frozen=True, slots=True)
class ExpectedForce:
    """An interval of force as known from edition `known` on. `to` is the last day in force."""

    known: int
    start: date | None
    to: date | None
    reason: str
    disputed: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """The whole file."""

    events: tuple[ExpectedEvent, ...]
    not_good: Mapping[int, frozenset[str]]
    """Edition to the sources whose crawl must not be judged good."""
    force: Mapping[str, tuple[ExpectedForce, ...]]
    """Document id to what is known of its force, in the order in which it became known."""

    def of(self, edition: int) -> tuple[ExpectedEvent, ...]:
        """The events of one edition."""
        return tuple(event for event in self.events if event.edition == edition)


@functools.cache
def load_expected() -> Expected:
    """`demo/expected.yaml`, read once."""
    raw = yaml.safe_load(Path(__file__).with_name("expected.yaml").read_text("utf-8"))
    events = tuple(
        ExpectedEvent(
            edition=edition["edition"],
            kind=event["kind"],
            source=event["source"],
            policy=event["policy"],
            number=event.get("number"),
            title=event.get("title"),
            url=event.get("url"),
            happened_on=event["happened_on"],
            is_baseline=edition["baseline"],
        )
        for edition in raw["editions"]
        for event in edition["events"]
    )
    return Expected(
        events=events,
        not_good={edition["edition"]: frozenset(edition["not_good"]) for edition in raw["editions"]},
        force={
            policy: tuple(
                ExpectedForce(row["known"], row["from"], row["to"], row["reason"], row.get("disputed", False))
                for row in rows
            )
            for policy, rows in raw["policies"].items()
        },
    )

"""One event as alerts see it: the vocabulary of kinds and the reading of a ledger row.

What belongs here: turning a row (JSON text or mapping, dates or their text) into one typed, immutable value. What does
not: choosing (`match`), wording (`render`) or sending (`channels`).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final, Literal, get_args

from policywatch.errors import StorageError

EventKind = Literal[
    "issued", "revised", "silently_edited", "amended", "repealed", "partially_repealed", "extended", "commenced",
    "expired", "expiring", "disappeared", "reappeared", "reported", "interpreted", "source_unhealthy",
    "source_recovered",
]  # fmt: skip
EVENT_KINDS: Final[tuple[str, ...]] = get_args(EventKind)

SOURCE_KINDS: Final = frozenset({"source_unhealthy", "source_recovered"})
"""Events about a source itself: they have no policy, so no issuer, topic or words."""


@dataclass(frozen=True, slots=True)
class Event:
    """A change, as the warehouse detected it. Legal dates are days in the portal's zone, instants are UTC."""

    event_id: str
    kind: str
    source: str
    detected_at: datetime
    policy_id: str | None = None
    page_id: str | None = None
    number: str | None = None
    title: str | None = None
    url: str | None = None
    happened_on: date | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    quote: str | None = None
    is_baseline: bool = False
    change_cause: str = "source"
    crawl_id: str | None = None
    issuers: tuple[str, ...] = ()
    topic: str | None = None
    source_title: str | None = None
    jurisdiction: str | None = None
    is_late: bool = False
    """Learned from a capture that arrived late: kept and shown, no news."""
    told_days: tuple[int, ...] = ()
    """For `expiring`: how many days were left each time that this end was announced before."""
    source_checked_at: datetime | None = None
    """When the source last answered well; None where that is not known."""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Event":
        """The event of a ledger row: `event` columns, with `issuers`, `topic` and the source's freshness where joined.

        Raises:
            StorageError: the row cannot be one that the warehouse wrote.
        """
        try:
            return cls._from_row(row)
        except (KeyError, TypeError, ValueError) as problem:
            msg = f"event {row.get('event_id')!r} cannot be read ({problem!r}); rebuild the warehouse from the archive"
            raise StorageError(msg) from None

    @classmethod
    def _from_row(cls, row: Mapping[str, Any]) -> "Event":
        detected_at = _instant(row["detected_at"])
        if detected_at is None:
            msg = "detected_at"
            raise KeyError(msg)
        return cls(
            event_id=str(row["event_id"]),
            kind=str(row["kind"]),
            source=_text(row.get("source")) or "",
            detected_at=detected_at,
            policy_id=_text(row.get("policy_id")),
            page_id=_text(row.get("page_id")),
            number=_text(row.get("number")),
            title=_text(row.get("title")),
            url=_text(row.get("url")),
            happened_on=_day(row.get("happened_on")),
            before=_fields(row.get("before")),
            after=_fields(row.get("after")),
            quote=_text(row.get("quote")),
            is_baseline=bool(row.get("is_baseline")),
            change_cause=_text(row.get("change_cause")) or "source",
            crawl_id=_text(row.get("crawl_id")),
            issuers=_names(row.get("issuers")),
            topic=_text(row.get("topic")),
            source_title=_text(row.get("source_title")),
            jurisdiction=_text(row.get("jurisdiction")),
            is_late=bool(row.get("is_late")),
            told_days=tuple(int(days) for days in row.get("told_days") or () if days is not None),
            source_checked_at=_instant(row.get("source_checked_at")),
        )

    def to_json(self) -> dict[str, Any]:
        """The event as the webhook sends it: the row names of `policywatch changes` and more; dates ISO 8601."""
        checked = self.source_checked_at
        return {
            "event_id": self.event_id,
            "kind": self.kind,
            "policy_id": self.policy_id,
            "number": self.number,
            "title": self.title,
            "issuers": list(self.issuers),
            "topic": self.topic,
            "source": self.source,
            "source_title": self.source_title,
            "source_checked_at": checked.isoformat() if checked else None,
            "url": self.url,
            "happened_on": self.happened_on.isoformat() if self.happened_on else None,
            "detected_at": self.detected_at.isoformat(),
            "before": dict(self.before) or None,
            "after": dict(self.after) or None,
            "quote": self.quote,
            "is_baseline": self.is_baseline,
        }


def texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value in
    """Every string among the values of a JSON value, in order; the keys are names of fields and stay out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [value]
    return tuple(str(item) for item in value if item) if isinstance(value, list | tuple) else ()


def _fields(value: object) -> Mapping[str, Any]:
    if isinstance(value, str):
        value = json.loads(value) if value else None
    if value is None:
        return {}
    # A bare value (a list of clauses, a word) is kept under a name of its own rather than lost.
    return dict(value) if isinstance(value, Mapping) else {"value": value}


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date) or value is None:
        return value
    return date.fromisoformat(str(value))


def _instant(value: object) -> datetime | None:
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

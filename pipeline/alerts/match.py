"""Which subscriptions want an event.

What belongs here: the filters. What does not: the outbox (`outbox`), and the meaning of normal forms, which is the
parsers' alone: 機製 on a mirror and 机制 in a subscription meet.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pipeline.alerts.config import Subscription
from pipeline.alerts.event import SOURCE_KINDS, Event, texts
from pipeline.parsers.characters import simplify
from pipeline.parsers.normal import normal_issuer, normal_text

_MAX_SEARCHED: Final = 200_000  # characters of one part of an event in which words are looked for


class Matcher:
    """The filters of many subscriptions, prepared once for many events."""

    def __init__(self, subscriptions: Iterable[Subscription]) -> None:
        """`subscriptions` in the order in which their deliveries shall be made."""
        self._prepared = [_Prepared.of(item) for item in subscriptions]
        # Most subscriptions name kinds and sources: the ones that may want a pair are found once for all its events.
        self._candidates: dict[tuple[str, str], list[_Prepared]] = {}

    def wanted_by(self, event: Event) -> list[Subscription]:
        """The subscriptions that want `event`, in their order. What only a better parser changed, nobody wants."""
        if event.change_cause == "parser":
            return []
        pair = (event.kind, event.source)
        if pair not in self._candidates:
            self._candidates[pair] = [item for item in self._prepared if item.may_want(*pair)]
        facets = _Facets(event)
        return [item.subscription for item in self._candidates[pair] if item.wants(facets)]


class _Facets:
    """The normal forms of an event that filters ask for, each made when it is first asked for."""

    def __init__(self, event: Event) -> None:
        self.event = event
        self._issuers: frozenset[str] | None = None
        self._topic: str | None = None
        self._text: str | None = None

    @property
    def issuers(self) -> frozenset[str]:
        if self._issuers is None:
            self._issuers = frozenset(_issuer(name) for name in self.event.issuers)
        return self._issuers

    @property
    def topic(self) -> str:
        if self._topic is None:
            self._topic = _normal(self.event.topic or "")
        return self._topic

    @property
    def text(self) -> str:
        if self._text is None:
            event = self.event
            parts = (event.title, event.number, event.quote, *texts(event.before), *texts(event.after))
            self._text = "\n".join(_normal(part[:_MAX_SEARCHED]) for part in parts if part)
        return self._text


@dataclass(frozen=True, slots=True)
class _Prepared:
    subscription: Subscription
    kinds: frozenset[str]
    sources: frozenset[str]
    issuers: frozenset[str] = field(default=frozenset())
    topics: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()

    @classmethod
    def of(cls, item: Subscription) -> "_Prepared":
        words = item.words
        return cls(
            subscription=item,
            kinds=frozenset(item.events),
            sources=frozenset(item.sources),
            issuers=frozenset(_issuer(name) for name in item.issuers),
            topics=tuple(map(_normal, item.topics)),
            any=tuple(map(_normal, words.any)),
            all=tuple(map(_normal, words.all)),
            none=tuple(map(_normal, words.none)),
        )

    def may_want(self, kind: str, source: str) -> bool:
        return (not self.kinds or kind in self.kinds) and (not self.sources or source in self.sources)

    def wants(self, facets: _Facets) -> bool:
        event = facets.event
        if event.is_baseline and not self.subscription.include_baseline:
            return False
        if event.kind in SOURCE_KINDS and event.kind in self.kinds:
            # A source that fails has no issuer, topic or words to filter by; who asks for it by name gets it.
            return True
        if self.issuers and not self.issuers & facets.issuers:
            return False
        if self.topics and not any(topic in facets.topic for topic in self.topics):
            return False
        return self._finds_words(facets)

    def _finds_words(self, facets: _Facets) -> bool:
        if not (self.any or self.all or self.none):
            return True
        text = facets.text
        return (
            (not self.any or any(word in text for word in self.any))
            and all(word in text for word in self.all)
            and not any(word in text for word in self.none)
        )


def _normal(text: str) -> str:
    return normal_text(_simplified(text)).casefold()


def _issuer(name: str) -> str:
    return normal_issuer(_simplified(name))


def _simplified(text: str) -> str:
    # The normal form converts what it recognises as traditional; a filter's few words are too short for that.
    return text if text.isascii() else simplify(text)

"""Which subscriptions want an event.

What belongs here: the filters and the index by which few of many subscriptions are asked at all. What does not: the
outbox (`outbox`), and the meaning of normal forms, which is the parsers' alone: 機製 on a mirror and 机制 in a
subscription meet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from pipeline.alerts.config import Subscription
from pipeline.alerts.event import SOURCE_KINDS, Event, texts
from pipeline.alerts.lookup import WordIndex, forms, issuer, normal
from pipeline.parsers.provisions import amounts_of

_MAX_SEARCHED: Final = 200_000  # characters of one part of an event in which words are looked for
_FEW: Final = 64
"""Words that are sooner looked for one by one than through the index of all."""
_EDITS: Final = frozenset({"revised", "silently_edited"})

Word = tuple[str, ...]
"""A word in the forms that it may have."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the warehouse knows around the policies of some events, for the filters that ask for it."""

    touched: Mapping[str, set[str]] = field(default_factory=dict)
    """By policy: the followed policies that it names, or that name it."""
    amounts: Mapping[str, float] = field(default_factory=dict)
    """By policy: the largest sum in yuan that a measure of its present text names."""


_NOTHING: Final = Around()


class Matcher:
    """The filters of many subscriptions, prepared once for many events."""

    def __init__(self, subscriptions: Iterable[Subscription], meant: Mapping[str, set[str]] | None = None) -> None:
        """File the subscriptions by what they ask for.

        Args:
            subscriptions: in the order in which their deliveries shall be made.
            meant: the ids of the policies that the references in `policies` mean, by reference.
        """
        self._all = [_Prepared.of(place, item, meant or {}) for place, item in enumerate(subscriptions)]
        self._by_word: dict[str, list[_Prepared]] = {}
        self._by_issuer: dict[str, list[_Prepared]] = {}
        self._by_policy: dict[str, list[_Prepared]] = {}
        self._filed: set[int] = set()
        for item in self._all:
            index, keys = self._filed_under(item)
            for key in keys:
                index.setdefault(key, []).append(item)
            self._filed |= {item.place} if keys else set()
        self._words = WordIndex(self._by_word)
        # Most subscriptions name kinds and sources: who may want a pair is found once for all its events.
        self._pairs: dict[tuple[str, str, str | None], _Candidates] = {}
        self.followed = sorted({policy for item in self._all for policy in item.policies})
        """The policies that subscriptions follow."""
        self.asks_for_amounts = any(item.subscription.amount_at_least is not None for item in self._all)

    def wanted_by(self, event: Event, around: Around = _NOTHING) -> list[Subscription]:
        """The subscriptions that want `event`, in their order.

        What only a better parser changed nobody wants, nor what was learned from a capture that arrived late.
        """
        if event.change_cause == "parser" or event.is_late:
            return []
        may = self._candidates(event)
        facets = _Facets(event, around)
        asked = may.every if event.kind in SOURCE_KINDS else self._asked(may, facets)
        found = [item for item in asked if item.wants(facets)]
        if len(found) > 1:
            found = sorted({item.place: item for item in found}.values(), key=lambda item: item.place)
        return [item.subscription for item in found]

    def _filed_under(self, item: "_Prepared") -> tuple[dict[str, list["_Prepared"]], set[str]]:
        """The index that asks `item` least often, and its keys there; without keys it is always asked."""
        if item.any:
            return self._by_word, {form for word in item.any for form in word}
        if item.all:
            # Every one of them must be there; the longest is the rarest.
            return self._by_word, set(max(item.all, key=lambda word: len(max(word, key=len, default=""))))
        if item.policies or item.addresses:
            return self._by_policy, set(item.policies | item.addresses)
        if item.issuers:
            return self._by_issuer, set(item.issuers)
        return {}, set()

    def _candidates(self, event: Event) -> "_Candidates":
        pair = (event.kind, event.source, event.jurisdiction)
        if pair not in self._pairs:
            every = [item for item in self._all if item.may_want(*pair)]
            filed = frozenset(item.place for item in every if item.place in self._filed)
            general = [item for item in every if item.place not in filed and not item.is_never]
            words = {key for item in every if item.has_words for key in self._filed_under(item)[1]}
            self._pairs[pair] = _Candidates(every, general, filed, tuple(words))
        return self._pairs[pair]

    def _asked(self, may: "_Candidates", facets: "_Facets") -> "list[_Prepared]":
        """The subscriptions of `may` that the indexes find for the event, and those that are in none."""
        if not may.filed:
            return may.general
        hits: list[list[_Prepared]] = []
        if may.forms:
            text = facets.text
            few = len(may.forms) <= _FEW
            found = [form for form in may.forms if form in text] if few else self._words.found_in(text)
            hits += [self._by_word[form] for form in found]
        if self._by_issuer:
            hits += [self._by_issuer[name] for name in facets.issuers if name in self._by_issuer]
        if self._by_policy:
            hits += [self._by_policy[key] for key in facets.policies if key in self._by_policy]
        return may.general + [item for items in hits for item in items if item.place in may.filed]


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Who may want an event of one kind and source: `general` is always asked, `filed` where an index finds it."""

    every: "list[_Prepared]"
    general: "list[_Prepared]"
    filed: frozenset[int]
    forms: Word
    """The words, in all their forms, under which those of them are filed who ask for words."""


class _Facets:
    """The normal forms of an event that filters ask for, each made when it is first asked for."""

    def __init__(self, event: Event, around: Around) -> None:
        self.event = event
        self._around = around
        self._issuers: frozenset[str] | None = None
        self._topic: str | None = None
        self._text: str | None = None
        self._policies: frozenset[str] | None = None
        self._amount: float | None = None

    @property
    def issuers(self) -> frozenset[str]:
        if self._issuers is None:
            self._issuers = frozenset(issuer(name) for name in self.event.issuers)
        return self._issuers

    @property
    def topic(self) -> str:
        if self._topic is None:
            self._topic = _normal_topic(self.event.topic or "")
        return self._topic

    @property
    def text(self) -> str:
        if self._text is None:
            event = self.event
            parts = (event.title, event.number, event.quote, *texts(event.before), *texts(event.after))
            self._text = normal("\n".join([part[:_MAX_SEARCHED] for part in parts if part]))
        return self._text

    @property
    def policies(self) -> frozenset[str]:
        """The event's policy and those that it touches, and the page's address."""
        if self._policies is None:
            event = self.event
            own = event.policy_id or ""
            by = str(event.after.get("by_policy_id") or "")
            self._policies = frozenset({own, by, event.url or "", *self._around.touched.get(own, ())} - {""})
        return self._policies

    @property
    def amount(self) -> float:
        """The largest sum in yuan that the changed clauses, or else the policy's measures, name; 0 for none."""
        if self._amount is None:
            if self.event.kind in _EDITS:
                changed = [*texts(self.event.before.get("measures")), *texts(self.event.after.get("measures"))]
                sums = [found for text in changed for found in amounts_of(normal(text[:_MAX_SEARCHED]))]
                self._amount = max((found.value for found in sums if found.unit == "CNY"), default=0.0)
            else:
                self._amount = self._around.amounts.get(self.event.policy_id or "", 0.0)
        return self._amount


@dataclass(frozen=True, slots=True)
class _Prepared:
    place: int
    subscription: Subscription
    kinds: frozenset[str]
    sources: frozenset[str]
    jurisdictions: frozenset[str]
    issuers: frozenset[str]
    topics: tuple[str, ...]
    policies: frozenset[str]
    addresses: frozenset[str]
    any: tuple[Word, ...]
    all: tuple[Word, ...]
    none: tuple[Word, ...]

    @classmethod
    def of(cls, place: int, item: Subscription, meant: Mapping[str, set[str]]) -> "_Prepared":
        words = item.words
        return cls(
            place=place,
            subscription=item,
            kinds=frozenset(item.events),
            sources=frozenset(item.sources),
            jurisdictions=frozenset(item.jurisdictions),
            issuers=frozenset(issuer(name) for name in item.issuers),
            topics=tuple(normal(topic) for topic in item.topics),
            policies=frozenset(policy for text in item.policies for policy in meant.get(text, ())),
            addresses=frozenset(text for text in item.policies if "://" in text),
            any=tuple(map(forms, words.any)),
            all=tuple(map(forms, words.all)),
            none=tuple(map(forms, words.none)),
        )

    @property
    def has_words(self) -> bool:
        return bool(self.any or self.all)

    @property
    def is_never(self) -> bool:
        """Whether it follows only policies that nobody knows yet."""
        return bool(self.subscription.policies) and not (self.policies or self.addresses)

    def may_want(self, kind: str, source: str, jurisdiction: str | None) -> bool:
        return (
            (not self.kinds or kind in self.kinds)
            and (not self.sources or source in self.sources)
            and (not self.jurisdictions or jurisdiction in self.jurisdictions)
        )

    def wants(self, facets: _Facets) -> bool:
        event, wish = facets.event, self.subscription
        if event.is_baseline and not wish.include_baseline:
            return False
        if event.kind in SOURCE_KINDS and event.kind in self.kinds:
            # A source that fails has no issuer, topic or words to filter by; who asks for it by name gets it.
            return True
        if event.kind == "expiring" and not _is_reminded(event, wish.warn_days):
            return False
        return self._is_about(facets) and self._finds_words(facets)

    def _is_about(self, facets: _Facets) -> bool:
        wish = self.subscription
        return (
            (not self.issuers or not self.issuers.isdisjoint(facets.issuers))
            and (not self.topics or any(topic in facets.topic for topic in self.topics))
            and (not wish.policies or not (self.policies | self.addresses).isdisjoint(facets.policies))
            and (wish.amount_at_least is None or facets.amount >= wish.amount_at_least)
        )

    def _finds_words(self, facets: _Facets) -> bool:
        if not (self.any or self.all or self.none):
            return True
        text = facets.text
        return (
            (not self.any or any(_stands(word, text) for word in self.any))
            and all(_stands(word, text) for word in self.all)
            and not any(_stands(word, text) for word in self.none)
        )


def _stands(word: Word, text: str) -> bool:
    return any(form in text for form in word)


def _is_reminded(event: Event, warn_days: Sequence[int]) -> bool:
    """Whether an announced end is news to one who wants to hear so many days before it, each of them once.

    Others may have asked for other days, and each makes an event: what counts is the tightest of one's own that is
    reached, and whether the same was reached at an earlier announcement.
    """
    left = event.after.get("days_left")
    if not isinstance(left, int):
        return True

    def tightest(days: int) -> int | None:
        return min((own for own in warn_days if own >= days), default=None)

    return tightest(left) is not None and tightest(left) not in map(tightest, event.told_days)


@lru_cache(maxsize=4096)
def _normal_topic(topic: str) -> str:
    return normal(topic)

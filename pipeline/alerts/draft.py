"""What a message says, in the order in which it is read, before it is laid out.

What belongs here: choosing and ordering. What does not: the phrases (`words`), cleaning (`safe`), what differs
(`changes`), the three forms (`layout`). All text here is cleaned and not yet escaped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pipeline.alerts.changes import EDITS, Change, changes_of, statements_of
from pipeline.alerts.event import SOURCE_KINDS, Event, texts
from pipeline.alerts.safe import one_line, web_address
from pipeline.alerts.words import ANY_DAY, DAYS, HEADLINES, LABELS, SAID, SENTENCES, Language, pick

ZONE: Final = ZoneInfo("Asia/Shanghai")
MAX_SUBJECT: Final = 200
MAX_QUOTE: Final = 600
MAX_CHANGES: Final = 20
MAX_TITLE: Final = 140
BRIEF_QUOTE: Final = 160
BRIEF_CHANGES: Final = 5

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled line; `url` where the value is a link, `is_code` where it is to be typed."""

    label: str
    value: str
    url: str | None = None
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: its sentence, the proof, the differences, the facts. `headline` only where several stand together."""

    headline: str | None
    sentence: str
    quote: str | None
    changes: Sequence[Change]
    more_changes: int
    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class Group:
    """What happened to one policy or source; `title` where the subject does not say which."""

    title: str | None
    entries: Sequence[Entry]
    facts: Sequence[Fact] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A message: subject, what it says first, the groups, what it says last."""

    subject: str
    lead: Sequence[str]
    groups: Sequence[Group]
    more: str | None
    facts: Sequence[Fact]
    language: Language
    subscription: str

    def say(self, pair: Pair) -> str:
        """The phrase in the message's language."""
        return pick(pair, self.language)

    @property
    def colon(self) -> str:
        """The colon of the language."""
        return colon(self.language)


def colon(language: Language) -> str:
    """The colon of `language`, with the space that belongs to it."""
    return "：" if language == "zh" else ": "


def name_of(event: Event, language: Language, limit: int = MAX_TITLE) -> str:
    """Title and number of the event's policy, or the name of its source; the title is cut before the number is."""
    if event.kind in SOURCE_KINDS:
        return one_line(event.source_title or event.source, limit)
    title = one_line(event.title or "", limit) or pick(SAID["untitled"], language)
    number = one_line(event.number or "", 80)
    # Titles often hold their number already.
    if not number or number in title:
        return title
    return f"{title}（{number}）" if language == "zh" else f"{title} ({number})"


def headline_of(kind: str, language: Language) -> str:
    """What the kind of event is called."""
    return pick(HEADLINES.get(kind, (kind, kind)), language)


def entry(event: Event, language: Language, *, headline: str | None = None, is_brief: bool = False) -> Entry:
    """`event` as an entry; a brief one, of a digest, has fewer changes and facts."""
    limit, most = (BRIEF_QUOTE, BRIEF_CHANGES) if is_brief else (MAX_QUOTE, MAX_CHANGES)
    is_quoted = event.quote is not None and event.kind not in SOURCE_KINDS and not _is_shown(event)
    found = changes_of(event, language)
    facts = [Fact(_label(name), value) for name, value in statements_of(event, language)]
    quote = one_line(event.quote or "", limit) if is_quoted else ""
    return Entry(
        headline=headline,
        sentence=_sentence(event, language),
        # Where the proof is a page's or document's mere title, it stands among the facts.
        quote=quote if quote and not any(quote in fact.value for fact in facts) else None,
        changes=found[:most],
        more_changes=max(0, len(found) - most),
        facts=[*_day(event, language), *facts],
    )


def policy_facts(event: Event, language: Language, archive: str | None, *, is_brief: bool = False) -> Iterator[Fact]:
    """Whose policy it is, where it stands, where the copy of what we saw stands."""

    def label(name: str) -> str:
        return pick(LABELS[name], language)

    if event.issuers and not is_brief:
        yield Fact(label("issuers"), one_line(("、" if language == "zh" else ", ").join(event.issuers)))
    if event.url:
        address = web_address(event.url)
        yield Fact(label("url"), address or one_line(event.url), address)
        if event.kind not in SOURCE_KINDS and address and (archive or not is_brief):
            yield _archived(event, address, archive, language)
    if not is_brief:
        yield Fact(label("detected_at"), moment(event.detected_at))


def _archived(event: Event, address: str, archive: str | None, language: Language) -> Fact:
    """Where the copy is: by the operator's replay server, else how the operator finds it."""
    label = pick(LABELS["archived"], language)
    if archive:
        # Plain replacement: nothing in a page's address is looked at as a template.
        stamp = f"{event.detected_at:%Y%m%d%H%M%S}"
        filled = web_address(archive.replace("{timestamp}", stamp).replace("{url}", address))
        return Fact(label, filled or moment(event.detected_at), filled)
    return Fact(label, pick(SAID["find"], language).format(url=shell_word(address)), is_code=True)


def shell_word(address: str) -> str:
    """`address`, escaped already, as one word of a shell."""
    return f"'{address}'" if any(sign in address for sign in "&;#!$?~") else address


def source_fact(event: Event, language: Language) -> Fact:
    """The event's source and how fresh what we know of it is."""
    source = one_line(event.source_title or event.source)
    checked = event.source_checked_at
    fresh = pick(SAID["fresh" if checked else "not_fresh"], language)
    fresh = fresh.format(at=moment(checked)) if checked else fresh
    told = f"{source}（{fresh}）" if language == "zh" else f"{source} ({fresh})"
    return Fact(pick(LABELS["source"], language), told)


def moment(at: datetime) -> str:
    """An instant as people in the portals' zone read it."""
    return at.astimezone(ZONE).isoformat(sep=" ", timespec="minutes")


def _label(name: str) -> str:
    return name[:1].upper() + name[1:]


def _sentence(event: Event, language: Language) -> str:
    day, noticed = event.happened_on, event.detected_at.astimezone(ZONE).date()
    key, values = event.kind, {"day": str(day)}
    until = event.after.get("in_force_to")
    if event.kind == "repealed" and day and day > noticed:
        key = "repealed_ahead"
    elif event.kind == "extended" and until:
        key = "extended_from_to" if event.before.get("in_force_to") else "extended_until"
        values = {"until": one_line(str(until), 30), "before": one_line(str(event.before.get("in_force_to")), 30)}
    elif event.kind == "expiring" and day:
        # The event happens on the first day without force; people ask for the last day with it.
        last = day - timedelta(days=1)
        key, values = "expiring_in", {"days": str((day - noticed).days), "last_day": str(last)}
    elif event.kind == "commenced" and until and day:
        key, values = "commenced_until", {"day": str(day), "until": one_line(str(until), 30)}
    elif event.kind == "partially_repealed" and day and (scope := event.after.get("scope")):
        key, values = "part_repealed_on", {"day": str(day), "part": one_line(str(scope), 80)}
    elif day and f"{event.kind}_on" in SENTENCES:
        key = f"{event.kind}_on"
    return pick(SENTENCES.get(key, (event.kind, event.kind)), language).format(**values)


def _day(event: Event, language: Language) -> list[Fact]:
    """The day of the event where its sentence does not say it."""
    if event.happened_on is None or str(event.happened_on) in _sentence(event, "zh") or event.kind == "expiring":
        return []
    return [Fact(pick(DAYS.get(event.kind, ANY_DAY), language), event.happened_on.isoformat())]


def _is_shown(event: Event) -> bool:
    """Whether the quote is the new text of an edit, which stands among the changes."""
    return event.kind in EDITS and any(event.quote in text for text in texts(event.after) if event.quote)

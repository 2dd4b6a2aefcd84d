"""A message in words: one policy's news, a digest, an outage, a run that waits for a person.

What belongs here: composing the four kinds of message of what `draft` makes of each event. What does not: the forms
(`layout`), sending (`channels`). Pure: no clock, network or database; a message always gives the same words, and no
word of a page is ever looked at as a template.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.alerts import layout
from pipeline.alerts.draft import (
    MAX_SUBJECT,
    Draft,
    Entry,
    Fact,
    Group,
    colon,
    entry,
    headline_of,
    name_of,
    policy_facts,
    source_fact,
)
from pipeline.alerts.event import EVENT_KINDS, Event
from pipeline.alerts.message import Hold, Message
from pipeline.alerts.safe import one_line
from pipeline.alerts.words import DIGESTS, HELD, LABELS, OUTAGES, SAID, Language, pick


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a person reads. `subject` is one line of at most 200 characters; all of it is safe to print."""

    subject: str
    text: str
    markdown: str
    html: str
    """A whole HTML document; nothing in it is fetched from anywhere."""


def render_message(message: Message, archive: str | None = None) -> Rendered:
    """`message` in words of its language. Nothing that a page printed can break lines, markup or the terminal.

    Args:
        message: what is told.
        archive: the address of a replay server, with `{timestamp}` (14 digits, UTC) and `{url}`; else messages say how
            the archived copy is found.
    """
    return laid_out(draft_of(message, archive))


def laid_out(draft: Draft) -> Rendered:
    """`draft` in its three forms."""
    return Rendered(draft.subject, layout.as_text(draft), layout.as_markdown(draft), layout.as_html(draft))


def draft_of(message: Message, archive: str | None = None) -> Draft:
    """What `message` says."""
    if message.kind == "held" and message.hold is not None:
        return _held(message, message.hold, archive)
    if message.kind == "single" and len(message.groups) == 1:
        return _single(message, archive)
    return _many(message, archive)


def _single(message: Message, archive: str | None) -> Draft:
    language, events = message.language, message.events
    first = events[0]
    kinds = list(dict.fromkeys(headline_of(event.kind, language) for event in events))
    entries = [
        entry(event, language, headline=headline_of(event.kind, language) if len(events) > 1 else None)
        for event in events
    ]
    return Draft(
        subject=_titled("、".join(kinds) if language == "zh" else ", ".join(kinds), name_of(first, language), language),
        lead=(),
        groups=[Group(None, entries)],
        more=_more(message),
        facts=[*_links(events, language, archive), *_sources(events, language)],
        language=language,
        subscription=message.subscription,
    )


def _links(events: Sequence[Event], language: Language, archive: str | None) -> list[Fact]:
    """The facts of the policy, each once: its events may stand on several pages."""
    return list(dict.fromkeys(fact for event in events for fact in policy_facts(event, language, archive)))


def _many(message: Message, archive: str | None) -> Draft:
    language = message.language
    groups = [_group(events, language, archive) for events in message.groups]
    return Draft(
        subject=one_line(_outage(message) if message.kind == "outage" else _digest(message), MAX_SUBJECT),
        lead=(),
        groups=groups,
        more=_more(message),
        facts=list(_sources(message.events, language)),
        language=language,
        subscription=message.subscription,
    )


def _group(events: Sequence[Event], language: Language, archive: str | None) -> Group:
    entries: list[Entry] = [
        entry(event, language, headline=headline_of(event.kind, language), is_brief=True) for event in events
    ]
    facts = [fact for event in events for fact in policy_facts(event, language, archive, is_brief=True)]
    return Group(name_of(events[0], language), entries, list(dict.fromkeys(facts)))


def _digest(message: Message) -> str:
    language = message.language
    subject = pick(DIGESTS[message.rate], language).format(total=message.total)
    counts = Counter(message.counts) or Counter(event.kind for event in message.events)
    order = sorted(counts, key=lambda kind: EVENT_KINDS.index(kind) if kind in EVENT_KINDS else len(EVENT_KINDS))
    told = [
        pick(SAID["count"], language).format(what=headline_of(kind, language), count=counts[kind]) for kind in order
    ]
    return f"{subject}（{'、'.join(told)}）" if language == "zh" else f"{subject} ({', '.join(told)})"


def _outage(message: Message) -> str:
    language = message.language
    down, up = (
        list(dict.fromkeys(name_of(event, language, 60) for event in message.events if event.kind == kind))
        for kind in ("source_unhealthy", "source_recovered")
    )
    if down and up:
        kind, name = "source_unhealthy", OUTAGES["mixed"]
    else:
        kind = "source_unhealthy" if down else "source_recovered"
        name = OUTAGES["one" if len(down or up) == 1 else "many"]
    values = {"name": "、".join((down or up)[:1]), "count": len(down or up), "others": len(down or up) - 1}
    told = pick(name, language).format(down=len(down), up=len(up), **values)
    return told if down and up else _titled(headline_of(kind, language), told, language)


def _held(message: Message, hold: Hold, archive: str | None) -> Draft:
    language = message.language
    name = one_line(hold.source_title or hold.source, 80)
    values = {
        "policies": hold.policies, "known": hold.known, "limit": f"{hold.limit:g}", "share": f"{hold.share:.0f}",
    }  # fmt: skip
    lead = [pick(HELD[hold.reason], language).format(**values), pick(HELD["likely"], language)]
    hold_id = one_line(hold.hold_id, 40)
    for what in ("release", "drop"):
        command = pick(HELD[what], language).format(hold_id=hold_id)
        lead.append(f"{pick(LABELS[what], language)}{colon(language)}{command}")
    if message.events:
        lead.append(pick(SAID["examples"], language))
    return Draft(
        subject=one_line(pick(HELD["subject"], language).format(name=name, events=hold.events), MAX_SUBJECT),
        lead=lead,
        groups=[_group(events, language, archive) for events in message.groups],
        more=_more(message),
        facts=list(_sources(message.events, language)),
        language=language,
        subscription=message.subscription,
    )


def _titled(headline: str, name: str, language: Language) -> str:
    return one_line(f"{headline}{colon(language)}{name}", MAX_SUBJECT)


def _more(message: Message) -> str | None:
    return pick(SAID["more_events"], message.language).format(count=message.more) if message.more else None


def _sources(events: Sequence[Event], language: Language) -> Iterator[Fact]:
    """Every source once, with what is known of it last."""
    latest: dict[str, Event] = {}
    for event in events:
        known = latest.get(event.source)
        if known is None or _seen(event) > _seen(known):
            latest[event.source] = event
    yield from (source_fact(event, language) for event in latest.values())


def _seen(event: Event) -> datetime:
    return event.source_checked_at or event.detected_at

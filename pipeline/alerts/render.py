"""One event as a message: what changed in words, then the facts and the proof, as plain text and as Markdown.

What belongs here: choosing and ordering what is said. What does not: the phrases (`words`), cleaning (`safe`), what
differs (`changes`), sending (`channels`). Pure: no clock, network or database; an event always gives the same message.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from pipeline.alerts.changes import EDITS, Change, changes_of, statements_of
from pipeline.alerts.event import SOURCE_KINDS, Event, texts
from pipeline.alerts.message import Message
from pipeline.alerts.safe import markdown, one_line, web_address
from pipeline.alerts.words import ANY_DAY, DAYS, HEADLINES, LABELS, SAID, SENTENCES, Language, pick

ZONE: Final = ZoneInfo("Asia/Shanghai")
MAX_SUBJECT: Final = 200
MAX_QUOTE: Final = 600
MAX_CHANGES: Final = 20
_ENDS: Final = frozenset({"repealed", "partially_repealed", "expired"})


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled line of the message; `url` where the value is a link."""

    label: str
    value: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What the message says, in the order in which it is read, before it is laid out."""

    subject: str
    sentence: str
    quote: str | None
    quote_label: str
    changes: list[Change]
    facts: list[Fact]
    language: Language

    def say(self, pair: tuple[str, str]) -> str:
        """The phrase in the message's language."""
        return pick(pair, self.language)

    @property
    def colon(self) -> str:
        """The colon of the language."""
        return "：" if self.language == "zh" else ": "


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a person reads. `subject` is one line of at most 200 characters; all of it is safe to print."""

    subject: str
    text: str
    markdown: str
    html: str


def render_message(message: Message) -> Rendered:
    """`message` in words of its language. Nothing that a page printed can break lines, markup or the terminal."""
    parts = [render(event, message.language) for event in message.events]
    subject = parts[0].subject if parts else message.subscription
    return Rendered(
        subject,
        "\n".join(part.text for part in parts),
        "\n".join(part.markdown for part in parts),
        "\n".join(part.html for part in parts),
    )


def render(event: Event, language: Language = "zh") -> Rendered:
    """`event` in words of `language`. Nothing that a page printed can break lines, markup or the terminal."""
    draft = Draft(
        subject=one_line(_subject(event, language), MAX_SUBJECT),
        sentence=_sentence(event, language),
        quote=one_line(event.quote, MAX_QUOTE) if event.quote and not _is_shown(event) else None,
        # The quote of an ending is why it ended.
        quote_label=pick(LABELS["reason" if event.kind in _ENDS else "quote"], language),
        changes=changes_of(event, language),
        facts=list(_facts(event, language)),
        language=language,
    )
    return Rendered(draft.subject, _as_text(draft), _as_markdown(draft), f"<pre>{escape(_as_text(draft))}</pre>")


def _subject(event: Event, language: Language) -> str:
    headline = pick(HEADLINES.get(event.kind, (event.kind, event.kind)), language)
    if event.kind in SOURCE_KINDS:
        name = one_line(event.source_title or event.source)
    else:
        name = one_line(event.title or "") or pick(SAID["untitled"], language)
        number = one_line(event.number or "", 80)
        # Titles often hold their number already.
        if number and number not in name:
            name += f"（{number}）" if language == "zh" else f" ({number})"
    return f"{headline}：{name}" if language == "zh" else f"{headline}: {name}"


def _sentence(event: Event, language: Language) -> str:
    day, noticed = event.happened_on, event.detected_at.astimezone(ZONE).date()
    key, values = event.kind, {"day": str(day)}
    until = event.after.get("in_force_to")
    if event.kind == "repealed" and day and day > noticed:
        key = "repealed_ahead"
    elif event.kind == "extended" and until:
        key, values = "extended_until", {"until": one_line(str(until), 30)}
    elif event.kind == "expiring" and day:
        # The event happens on the first day without force; people ask for the last day with it.
        last = day - timedelta(days=1)
        key, values = "expiring_in", {"days": str((day - noticed).days), "last_day": str(last)}
    elif day and f"{event.kind}_on" in SENTENCES:
        key = f"{event.kind}_on"
    return pick(SENTENCES.get(key, (event.kind, event.kind)), language).format(**values)


def _facts(event: Event, language: Language) -> Iterator[Fact]:
    def label(name: str) -> str:
        return pick(LABELS[name], language)

    if event.issuers:
        yield Fact(label("issuers"), one_line(("、" if language == "zh" else ", ").join(event.issuers)))
    if event.number:
        yield Fact(label("number"), one_line(event.number, 80))
    for name, value in statements_of(event, language):
        yield Fact(name[:1].upper() + name[1:], value)
    if event.happened_on:
        yield Fact(pick(DAYS.get(event.kind, ANY_DAY), language), event.happened_on.isoformat())
    address = web_address(event.url)
    if event.url:
        yield Fact(label("url"), address or one_line(event.url), address)
    yield Fact(label("detected_at"), _moment(event.detected_at))
    source = one_line(event.source_title or event.source)
    checked = event.source_checked_at
    fresh = pick(SAID["fresh" if checked else "not_fresh"], language)
    fresh = fresh.format(at=_moment(checked)) if checked else fresh
    yield Fact(label("source"), f"{source}（{fresh}）" if language == "zh" else f"{source} ({fresh})")


def _moment(at: datetime) -> str:
    return at.astimezone(ZONE).isoformat(sep=" ", timespec="minutes")


def _is_shown(event: Event) -> bool:
    """Whether the quote is the new text of an edit, which stands among the changes."""
    return event.kind in EDITS and any(event.quote in text for text in texts(event.after) if event.quote)


def _more(draft: Draft) -> list[str]:
    hidden = len(draft.changes) - MAX_CHANGES
    return [draft.say(SAID["more"]).format(count=hidden)] if hidden > 0 else []


def _as_text(draft: Draft) -> str:
    nothing = draft.say(SAID["nothing"])
    lines = [draft.subject, draft.sentence]
    if draft.quote:
        lines.append(f"  {draft.quote_label}{draft.colon}“{draft.quote}”")
    if draft.changes:
        lines.append(f"  {draft.say(LABELS['changes'])}{draft.colon.strip()}")
        lines += [
            f"    {item.name}{draft.colon}{item.before or nothing} → {item.after or nothing}"
            for item in draft.changes[:MAX_CHANGES]
        ]
        lines += [f"    {more}" for more in _more(draft)]
    lines += [f"  {fact.label}{draft.colon}{fact.value}" for fact in draft.facts]
    return "\n".join(lines) + "\n"


def _as_markdown(draft: Draft) -> str:
    nothing = draft.say(SAID["nothing"])
    lines = [f"### {markdown(draft.subject)}", "", draft.sentence, ""]
    if draft.quote:
        lines += [f"> {markdown(draft.quote)}", ""]
    if draft.changes:
        lines.append(f"- {draft.say(LABELS['changes'])}{draft.colon.strip()}")
        for item in draft.changes[:MAX_CHANGES]:
            before, after = markdown(item.before or nothing), markdown(item.after or nothing)
            lines.append(f"  - {markdown(item.name)}{draft.colon}{before} → {after}")
        lines += [f"  - {more}" for more in _more(draft)]
    for fact in draft.facts:
        lines.append(f"- {fact.label}{draft.colon}" + (f"<{fact.url}>" if fact.url else markdown(fact.value)))
    return "\n".join(lines) + "\n"

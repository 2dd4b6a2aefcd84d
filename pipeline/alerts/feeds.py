"""Feeds: what was told, as files that any web server can serve: Atom and JSON Feed of all and of each subscription.

What belongs here: the two formats, which file is behind, putting files in place. What does not: the calendar
(`ical`), the words (`render`), which events belong to a feed (`warehouse/sql/outbox_feed.sql`).

A feed of a subscription holds what was queued for it, whichever its channels and rates: a digest that is due on Monday
is in the feed today. A file is written anew only when events came or went, so readers that ask by date get their 304.
"""

import json
import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from lxml import etree

from pipeline.alerts import layout
from pipeline.alerts.config import Subscriptions
from pipeline.alerts.draft import Draft
from pipeline.alerts.event import Event
from pipeline.alerts.ical import calendar_of
from pipeline.alerts.ledger import FeedLedger
from pipeline.alerts.message import Message
from pipeline.alerts.render import draft_of
from pipeline.alerts.safe import one_line, web_address
from pipeline.alerts.words import FEEDS, Language, pick
from policywatch import __version__
from policywatch.errors import StorageError
from policywatch.home import Home

MAX_ENTRIES: Final = 100
ATOM: Final = "http://www.w3.org/2005/Atom"
NAMES: Final[dict[Any, str]] = {None: ATOM}
_STATE: Final = "index.json"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Written = tuple[Event, Draft]


def publish(ledger: FeedLedger, subscriptions: Subscriptions, home: Home) -> list[Path]:
    """Bring the files below `home.feeds` up to date; those of subscriptions that are no more are removed.

    Returns:
        The files that were written.

    Raises:
        StorageError: the folder cannot be written.
    """
    try:
        return _publish(ledger, subscriptions, home)
    except OSError as problem:
        msg = f"{home.feeds} cannot be written ({problem.strerror or problem}); check owner and disk"
        raise StorageError(msg) from problem


def _publish(ledger: FeedLedger, subscriptions: Subscriptions, home: Home) -> list[Path]:
    known, now = _state(home.feeds / _STATE), dict[str, str]()
    waiting = ledger.feeds()
    wanted: list[tuple[str | None, Language]] = [(None, "zh")]
    wanted += [(item.name, item.language) for item in subscriptions.subscriptions]
    written: list[Path] = []
    for name, language in wanted:
        stem = "all" if name is None else f"subscriptions/{name}"
        now[stem] = f"{__version__} {language} {waiting.get(name or '', (0, None))}"
        if known.get(stem) == now[stem] and all((home.feeds / f"{stem}{end}").exists() for end in _FORMATS):
            continue
        archive = subscriptions.archived_copy
        entries = [_entry(Event.from_row(row), name, language, archive) for row in ledger.feed(name, MAX_ENTRIES)]
        for end, made in _FORMATS.items():
            written.append(home.feeds / f"{stem}{end}")
            put(written[-1], made(name, language, entries))
    if home.published.exists():
        now["calendar"], made_calendar = calendar_of(home, known.get("calendar"))
        if made_calendar is not None:
            written.append(home.feeds / "calendar.ics")
            put(written[-1], made_calendar)
    for stem in known.keys() - now.keys():
        for end in _FORMATS:
            (home.feeds / f"{stem}{end}").unlink(missing_ok=True)
    if known != now:
        put(home.feeds / _STATE, json.dumps(now, ensure_ascii=False, indent=1).encode())
    return written


def _state(path: Path) -> dict[str, str]:
    """What the files were made of; nothing where that cannot be told, and all are written anew."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    is_ours = isinstance(found, dict) and all(_is_stem(stem) for stem in found)
    return {str(stem): str(made) for stem, made in found.items()} if is_ours else {}


def _is_stem(stem: str) -> bool:
    # These names are removed when nobody wants them: a damaged file must not name others.
    return stem in {"all", "calendar"} or (stem.startswith("subscriptions/") and stem.count("/") == 1)


def put(path: Path, content: bytes) -> None:
    """Put `content` in place of `path`, whole: readers see the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(content)
        os.replace(part, path)  # noqa: PTH105 - the name of the guarantee: atomic
    finally:
        part.unlink(missing_ok=True)


def _entry(event: Event, name: str | None, language: Language, archive: str | None) -> Written:
    return event, draft_of(Message(event.event_id, name or "all", language, "single", (event,)), archive)


def identifier(*parts: str) -> str:
    """A name for all time, as Atom and calendars want one, made of what it names."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "policywatch:" + "|".join(parts)))


def _title(name: str | None, language: Language) -> str:
    return pick(FEEDS["all" if name is None else "one"], language).format(name=one_line(name or "", 80))


def atom(name: str | None, language: Language, entries: Sequence[Written]) -> bytes:
    """An Atom feed (RFC 4287) of `entries`, the latest first."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap=NAMES)
    root.set("{http://www.w3.org/XML/1998/namespace}lang", "zh-CN" if language == "zh" else "en")
    latest = max((event.detected_at for event, _ in entries), default=_EPOCH)
    _put_all(
        root, id=f"urn:uuid:{identifier('feed', name or '')}", title=_title(name, language), updated=_rfc3339(latest)
    )
    _put_all(etree.SubElement(root, f"{{{ATOM}}}author"), name="policywatch")
    etree.SubElement(root, f"{{{ATOM}}}generator", version=__version__).text = "policywatch"
    for event, draft in entries:
        entry = etree.SubElement(root, f"{{{ATOM}}}entry")
        _put_all(
            entry,
            id=f"urn:uuid:{identifier('event', event.event_id)}",
            title=draft.subject,
            updated=_rfc3339(event.detected_at),
            published=_rfc3339(event.detected_at),
        )
        if author := one_line(event.source_title or event.source, 120):
            _put_all(etree.SubElement(entry, f"{{{ATOM}}}author"), name=author)
        if address := web_address(event.url):
            etree.SubElement(entry, f"{{{ATOM}}}link", rel="alternate", href=address)
        etree.SubElement(entry, f"{{{ATOM}}}category", term=event.kind)
        etree.SubElement(entry, f"{{{ATOM}}}content", type="html").text = layout.fragment(draft)
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return made


def _put_all(parent: Any, **texts: str) -> None:  # noqa: ANN401 - an element
    for tag, text in texts.items():
        etree.SubElement(parent, f"{{{ATOM}}}{tag}").text = text


def json_feed(name: str | None, language: Language, entries: Sequence[Written]) -> bytes:
    """A JSON Feed (version 1.1) of `entries`; `_policywatch` of an item is the event as webhooks have it."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(name, language),
        "language": "zh-CN" if language == "zh" else "en",
        "items": [_item(event, draft) for event, draft in entries],
    }
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode("utf-8", errors="replace")


def _item(event: Event, draft: Draft) -> Mapping[str, Any]:
    address = web_address(event.url)
    return {
        "id": f"urn:uuid:{identifier('event', event.event_id)}",
        **({"url": address} if address else {}),
        "title": draft.subject,
        "content_html": layout.fragment(draft),
        "content_text": layout.as_text(draft),
        "date_published": _rfc3339(event.detected_at),
        "authors": [{"name": one_line(event.source_title or event.source, 120)}],
        "tags": [event.kind],
        "_policywatch": event.to_json(),
    }


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_FORMATS: Final[dict[str, Callable[[str | None, Language, Sequence[Written]], bytes]]] = {
    ".atom": atom,
    ".json": json_feed,
}

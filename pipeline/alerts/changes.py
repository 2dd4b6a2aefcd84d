"""What differs between the two sides of an event, field by field and clause by clause, in words short enough to read.

What belongs here: reading `before` and `after`, and narrowing long texts to where they differ. What does not: finding
the words that differ (`pipeline.comparing`), laying the message out (`layout`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from pipeline.alerts.event import SOURCE_KINDS, Event, texts
from pipeline.alerts.safe import one_line
from pipeline.alerts.words import ANY_BY, BY, FIELDS, HEADED, PAGES, REASONS, SILENT, VALUES, Language, pick
from pipeline.comparing import Mark, marks

MAX_VALUE: Final = 200
MAX_SHOWN: Final = 400
"""The most that is shown of one side of a change: characters, those that stand around what differs included."""
MAX_COMPARED: Final = 20_000
MAX_MARKED: Final = 1_200
"""Finding the words that differ takes the square of the length; longer differences are shown without marks."""
CONTEXT: Final = 20
SHORT: Final = 40
"""Values up to this are taken in at a glance and need no marks."""
_ALIKE: Final = 0.3
"""What has less than this in common was replaced as a whole: marks would only scatter it."""
_SAY_UNTIL: Final = frozenset({"expiring", "extended", "commenced"})
EDITS: Final = frozenset({"revised", "silently_edited"})
_CLAUSES: Final = ("measures", "clauses")

Json = Any  # what the ledger kept: any JSON value
Pair = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: the field or clause, and its value before and after (None: there was, or is, none).

    `marks` are the words of both with what went and what came; empty where one replaced the other as a whole.
    """

    name: str
    before: str | None
    after: str | None
    marks: tuple[Mark, ...] = ()


def changes_of(event: Event, language: Language) -> list[Change]:
    """The differences of `event`: its fields in the ledger's order, then its clauses; safe to print, each on a line."""
    pairs: list[tuple[str, Pair]] = [
        (_name(name, language), (_value(event.before, name, language), _value(event.after, name, language)))
        for name in dict.fromkeys((*event.before, *event.after))
        if _is_change(event, name)
    ]
    pairs += _clause_pairs(event)
    return [_narrowed(name, pair) for name, pair in pairs if pair[0] != pair[1]]


def statements_of(event: Event, language: Language) -> list[tuple[str, str]]:
    """What `event` says beside its changes, as labels and values: by which document, for what reason, until when."""
    found = []
    if by := _document(event.after, "by_title", "by_number", language):
        found.append((pick(BY.get(event.kind, ANY_BY), language), by))
    if event.kind in PAGES and (page := _words(event.after.get("page_title"), language)):
        found.append((pick(PAGES[event.kind], language), one_line(page, MAX_VALUE)))
    for name, value in event.after.items():
        if name in SILENT | HEADED or name in _CLAUSES or _is_change(event, name) or value is False:
            continue
        told = _value(event.after, name, language)
        if told and not _stands_elsewhere(event, name, told, value):
            found.append((_name(name, language), one_line(told, MAX_VALUE)))
    return found


def _document(fields: Mapping[str, Json], title: str, number: str, language: Language) -> str:
    """A document by title and number, as people write it."""
    names = [one_line(str(fields.get(name) or ""), MAX_VALUE) for name in (title, number)]
    if all(names) and names[1] not in names[0]:
        return f"{names[0]}（{names[1]}）" if language == "zh" else f"{names[0]} ({names[1]})"
    return names[0] or names[1]


def _stands_elsewhere(event: Event, name: str, told: str, value: Json) -> bool:
    """Whether the event's day, its sentence, its quote or the document by which it happened says this already."""
    parts = value if isinstance(value, list) else [value]
    last_day = event.happened_on and str(event.happened_on - timedelta(days=1))
    return (
        told == str(event.happened_on)
        or name == "status"
        or (name == "in_force_to" and (told == last_day or event.kind in _SAY_UNTIL))
        or (name == "reason" and (value == "term" or bool(event.after.get("by_title") or event.after.get("by_number"))))
        or (
            event.kind not in SOURCE_KINDS
            and event.quote is not None
            and all(str(part) in event.quote for part in parts)
        )
    )


def _is_change(event: Event, name: str) -> bool:
    """Whether the field differs between two versions. Elsewhere nothing before means that nothing was said before."""
    if name in SILENT or name in _CLAUSES:
        return False
    if event.kind in EDITS:
        return True
    if name == "status" or (name == "in_force_to" and event.kind == "extended"):
        return False  # the sentence says it
    return event.before.get(name) is not None and event.after.get(name) is not None


def _name(field: str, language: Language) -> str:
    return one_line(pick(FIELDS.get(field, (field, field)), language), 60)


def _value(fields: Mapping[str, Json], name: str, language: Language) -> str | None:
    value = fields.get(name)
    if name == "reason" and str(value) in REASONS:
        return pick(REASONS[str(value)], language)
    if name == "reasons" and isinstance(value, list | tuple):
        return ("；" if language == "zh" else "; ").join(map(str, value)) or None  # sentences with commas of their own
    return _words(value, language)


def _clause_pairs(event: Event) -> list[tuple[str, Pair]]:
    """The clauses that differ, with their place in the document: `三.7`, or `三.7 → 三.8` where it moved."""
    names: dict[str, list[str]] = {}
    found: dict[str, Pair] = {}
    for is_after, fields in ((False, event.before), (True, event.after)):
        for key, path, clause in (item for name in _CLAUSES for item in _clauses(fields.get(name))):
            if path not in names.setdefault(key, []):
                names[key].append(path)
            old = found.get(key, (None, None))
            text = " ".join(filter(None, (_words(clause.get(part), "zh") for part in ("heading", "text")))) or None
            if "before" in clause or "after" in clause:
                found[key] = (_words(clause.get("before"), "zh"), _words(clause.get("after"), "zh"))
            else:
                found[key] = (old[0], text) if is_after else (text, old[1])
    return [(" → ".join(names[key]), pair) for key, pair in found.items()]


def _clauses(value: Json) -> Iterator[tuple[str, str, Mapping[str, Json]]]:
    """The clauses of one side, each with what it is known by and its place.

    The ledger writes lists of `{measure_id, path, heading, text}`; `{path, before, after}` and `{path: text}` do too.
    """
    if isinstance(value, Mapping):
        value = [{"path": path, "text": text} for path, text in value.items()]
    for item in value if isinstance(value, list | tuple) else ():
        if isinstance(item, Mapping):
            path = one_line(str(item.get("path") or item.get("label") or "?"), 60)
            yield str(item.get("measure_id") or path), path, item


def _words(value: Json, language: Language) -> str | None:
    """A JSON value as words; None for nothing."""
    if isinstance(value, bool | str) and str(value).lower() in VALUES:
        return pick(VALUES[str(value).lower()], language)
    if isinstance(value, Mapping):
        return " ".join(texts(value)) or None
    if isinstance(value, list | tuple):
        return ("、" if language == "zh" else ", ").join(
            filter(None, (_words(item, language) for item in value))
        ) or None
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value) or None


def _narrowed(name: str, pair: Pair) -> Change:
    """The change with long texts cut to where they differ, and a little around it."""
    before, after = (None if text is None else one_line(text, MAX_COMPARED) for text in pair)
    if before is None or after is None:
        return Change(name, before and one_line(before, MAX_VALUE), after and one_line(after, MAX_VALUE))
    shorter = min(len(before), len(after))
    start = next((at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), shorter)
    tail = 0
    while tail < shorter - start and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    if max(len(before), len(after)) > MAX_VALUE:
        before, after = _window(before, start, tail), _window(after, start, tail)
    found = _marks(before, after)
    if found:
        return Change(name, _side(found, "gone"), _side(found, "new"), found)
    return Change(name, one_line(before, MAX_SHOWN), one_line(after, MAX_SHOWN))


def _marks(before: str, after: str) -> tuple[Mark, ...]:
    """The words of both, what is the same in the middle shortened; none where nothing is gained by marks."""
    longer = max(len(before), len(after))
    if not SHORT < longer <= MAX_MARKED:
        return ()
    found = marks(before, after)
    alike = sum(len(text) for name, text in found if name == "same")
    if alike < longer * _ALIKE or len(found) == 1:
        return ()
    last = len(found) - 1
    shown = tuple(
        (name, _shortened(text)) if name == "same" and 0 < place < last else (name, text)
        for place, (name, text) in enumerate(found)
    )
    return shown if max(len(_side(shown, side)) for side in ("gone", "new")) <= MAX_SHOWN else ()


def _side(found: Iterable[Mark], name: str) -> str:
    return "".join(text for sort, text in found if sort in {"same", name})


def _shortened(text: str) -> str:
    return text if len(text) <= 3 * CONTEXT else f"{text[:CONTEXT]}…{text[-CONTEXT:]}"


def _window(text: str, start: int, tail: int) -> str:
    first, last = max(0, start - CONTEXT), min(len(text), len(text) - tail + CONTEXT)
    return ("…" if first else "") + text[first:last].strip() + ("…" if last < len(text) else "")

"""What differs between the two sides of an event, field by field and clause by clause, in words short enough to read.

What belongs here: reading `before` and `after` and narrowing long texts to where they differ. What does not: laying the
message out (`render`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pipeline.alerts.event import Event, texts
from pipeline.alerts.safe import one_line
from pipeline.alerts.words import FIELDS, HEADED, REASONS, SILENT, VALUES, Language, pick

MAX_VALUE: Final = 200
MAX_COMPARED: Final = 20_000
CONTEXT: Final = 20
EDITS: Final = frozenset({"revised", "silently_edited"})
_CLAUSES: Final = ("measures", "clauses")

Json = Any  # what the ledger kept: any JSON value
Pair = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: the field or clause, and its value before and after (None: there was, or is, none)."""

    name: str
    before: str | None
    after: str | None


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
    by = " ".join(_words(event.after.get(name), language) or "" for name in ("by_title", "by_number"))
    if by.strip():
        found.append((_name("by", language), one_line(by, MAX_VALUE)))
    for name, value in event.after.items():
        if name in SILENT | HEADED or name in _CLAUSES or _is_change(event, name) or value is False:
            continue
        told = _value(event.after, name, language)
        if told and not _stands_elsewhere(event, name, told, value):
            found.append((_name(name, language), one_line(told, MAX_VALUE)))
    return found


def _stands_elsewhere(event: Event, name: str, told: str, value: Json) -> bool:
    """Whether the event's day, its sentence or its quote says this already."""
    parts = value if isinstance(value, list) else [value]
    return (
        told == str(event.happened_on)
        or (event.kind == "expiring" and name == "in_force_to")
        or (event.quote is not None and all(str(part) in event.quote for part in parts))
    )


def _is_change(event: Event, name: str) -> bool:
    """Whether the field differs between two versions. Elsewhere nothing before means that nothing was said before."""
    if name in SILENT or name in _CLAUSES:
        return False
    if event.kind in EDITS:
        return True
    return event.before.get(name) is not None and event.after.get(name) is not None


def _name(field: str, language: Language) -> str:
    return one_line(pick(FIELDS.get(field, (field, field)), language), 60)


def _value(fields: Mapping[str, Json], name: str, language: Language) -> str | None:
    value = fields.get(name)
    if name == "reason" and str(value) in REASONS:
        return pick(REASONS[str(value)], language)
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
        return "、".join(filter(None, (_words(item, language) for item in value))) or None
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value) or None


def _narrowed(name: str, pair: Pair) -> Change:
    """The change with long texts cut to where they differ, and a little around it."""
    before, after = (None if text is None else one_line(text, MAX_COMPARED) for text in pair)
    if before is None or after is None:
        return Change(name, before and one_line(before, MAX_VALUE), after and one_line(after, MAX_VALUE))
    shorter = min(len(before), len(after))
    if shorter <= MAX_VALUE // 2 and max(len(before), len(after)) <= MAX_VALUE:
        return Change(name, before, after)
    start = next((at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), shorter)
    tail = 0
    while tail < shorter - start and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    return Change(name, _window(before, start, tail), _window(after, start, tail))


def _window(text: str, start: int, tail: int) -> str:
    first, last = max(0, start - CONTEXT), min(len(text), len(text) - tail + CONTEXT)
    cut = one_line(text[first:last], MAX_VALUE)
    return ("…" if first else "") + cut + ("…" if last < len(text) and not cut.endswith("…") else "")

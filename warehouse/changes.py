"""What changed between two states of a policy, as the `before` and `after` of an event.

What belongs here: comparing two rows and two lists of measures. What does not: deciding whether a change is an event
(`sql/events_*.sql`).
"""

import difflib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from warehouse import folding

FIELDS: Final = (
    "title", "instrument_title", "number", "issuers", "joint_issuers", "topic", "index_number", "signed_date",
    "published_date", "effective_date", "attachments",
)  # fmt: skip
"""Columns of policy_version whose change is shown; the text's is shown by measure."""

MEASURE_FIELDS: Final = ("path", "heading", "text")

Row = Mapping[str, Any]


Measures = tuple[Sequence[Row], Sequence[Row]]


def describe(before: Row, after: Row, measures: Measures, texts: Sequence[str]) -> tuple[str, str, str | None]:
    """What differs, as JSON objects before and after, and the words of the first difference.

    Args:
        before: the policy_version row that was.
        after: the one that is.
        measures: what `differing` gave.
        texts: the body before and after, told line by line where no measure differs.
    """
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for name in FIELDS:
        if _value(name, before[name]) != _value(name, after[name]):
            old[name], new[name] = _value(name, before[name]), _value(name, after[name])
    quote = None
    gone, come = measures
    if gone or come:
        old["measures"], new["measures"] = gone, come
        quote = come[0]["text"] if come else gone[0]["text"]
    elif texts[0] != texts[1]:
        old["text"], new["text"] = _lines(*texts)
        quote = new["text"] or old["text"]
    return _json(old), _json(new), quote or None


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 - any column
    if name == "attachments":
        return json.loads(value or "[]")
    return list(value) if isinstance(value, tuple | list) else value


def differing(before: Sequence[Row], after: Sequence[Row]) -> Measures:
    """The measures that read differently now, that are gone, and that are new; renumbering alone is no change."""
    old = {row["measure_id"]: row for row in before}
    new = {row["measure_id"]: row for row in after}
    others = {
        key for key in old.keys() | new.keys() if key not in old or key not in new or _differs(old[key], new[key])
    }
    return _shown(before, others), _shown(after, others)


def _differs(old: Row, new: Row) -> bool:
    """Whether other words stand there; how they are printed is no change."""
    pairs = [(old[name] or "", new[name] or "") for name in ("heading", "text")]
    return any(one != other and folding.words(one) != folding.words(other) for one, other in pairs)


def _shown(rows: Sequence[Row], wanted: set[str]) -> list[Row]:
    ordered = sorted((row for row in rows if row["measure_id"] in wanted), key=lambda row: row["position"])
    return [{name: row[name] for name in ("measure_id", *MEASURE_FIELDS)} for row in ordered]


def _lines(before: str, after: str) -> tuple[str, str]:
    """The lines of both texts that the other lacks."""
    old, new = before.splitlines(), after.splitlines()
    gone: list[str] = []
    come: list[str] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for what, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if what != "equal":
            gone += old[old_from:old_to]
            come += new[new_from:new_to]
    return "\n".join(gone), "\n".join(come)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)

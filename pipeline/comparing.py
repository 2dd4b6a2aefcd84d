"""Two states of one policy, field by field and clause by clause, with the words that differ marked.

What belongs here: which states are compared, which clauses belong together, and the marks. What does not: printing
(`pipeline.cli_diff`), which clause is which over time (the warehouse's `measure_id`).
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pipeline import asking
from policywatch import clock
from policywatch.errors import UsageError
from policywatch.home import Home

Row = dict[str, Any]
Mark = tuple[str, str]
"""`same`, `gone` or `new`, and the words."""

COLUMNS: Final = ("change", "what", "path_before", "path_after", "before", "after", "marks")
COMPARED: Final = (
    "title", "instrument_title", "number", "issuers", "joint_issuers", "signed_date", "published_date",
    "effective_date", "repealed_date", "stated_status", "status_raw", "in_force_from", "in_force_to",
)  # fmt: skip
"""The fields that are compared; the warehouse's names."""

_TOKEN: Final = re.compile(r"[A-Za-z]{1,100}|\d{1,30}(?:[.,]\d{1,30}){0,8}%?|.", re.DOTALL)
_SENTENCE: Final = re.compile(r"[^。;\n]{0,4000}[。;\n]?")
_MOST_TOKENS: Final = 4_000
"""Comparing takes the square of the length; longer texts are compared sentence by sentence."""
_VERSION_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between the states known at two instants (UTC)."""

    policy: Row
    before: datetime
    after: datetime
    rows: list[Row]


def compare(home: Home, policy_id: str, a: str | None, b: str | None) -> Comparison:
    """What differs between two states of a policy: the last two, or those that `a` and `b` name.

    Args:
        home: where the published database is.
        policy_id: the policy.
        a: a version's number (1 is the oldest), a day or an instant; the last state but one where it is missing.
        b: the same; the last state where `a` is missing or a version, else what is known now.

    Raises:
        UsageError: there is no such version, it is no time, or nothing was known then.
    """
    known = [at.astimezone(UTC) for at in asking.moments(home, policy_id)]
    if a is None:
        before, after = known[max(len(known) - 2, 0)], known[-1]
    else:
        before = _instant(a, known, what="A")
        after = _instant(b, known, what="B") if b is not None else (known[-1] if _is_version(a) else clock.now())
    old, new = (_state(home, policy_id, at) for at in (before, after))
    for state, at in ((old, before), (new, after)):
        if not state.fields:
            msg = f"nothing was known of {policy_id} at {at.isoformat()}; it became known at {known[0].isoformat()}"
            raise UsageError(msg)
    rows = _fields(old.fields, new.fields) + _clauses(old.measures, new.measures)
    if not any(row["what"] == "clause" and row["change"] != "moved" for row in rows) and old.text != new.text:
        rows += _lines(old.text, new.text)
    return Comparison(new.fields, before, after, rows)


def _is_version(text: str) -> bool:
    return text.isdecimal() and len(text) <= _VERSION_DIGITS


def _instant(text: str, known: Sequence[datetime], *, what: str) -> datetime:
    if not _is_version(text):
        return clock.parse_instant(text, what=what)
    if not 1 <= int(text) <= len(known):
        msg = f"{what}: there is no version {text}; the versions are 1 to {len(known)}"
        raise UsageError(msg)
    return known[int(text) - 1]


@dataclass(frozen=True, slots=True)
class _State:
    fields: Row
    measures: dict[str, Row]
    text: str


def _state(home: Home, policy_id: str, at: datetime) -> _State:
    key = {"id": policy_id, "at": at}
    fields = asking.ask(home, _FIELDS, key)
    measures = {row["measure_id"]: row for row in asking.ask(home, asking.MEASURES, key)}
    return _State(fields[0] if fields else {}, measures, str(fields[0]["text"] or "") if fields else "")


_FIELDS: Final = f"""
SELECT v.policy_id, v.url, {", ".join(f"v.{name}" for name in COMPARED)}, b.text
FROM (SELECT * FROM policy_version WHERE policy_id = $id AND {asking.AT}) AS v
LEFT JOIN body_text AS b ON b.text_hash = v.text_hash
"""  # noqa: S608 - our own text


def _row(change: str, what: str, **more: Any) -> Row:  # noqa: ANN401 - any value of a row
    return dict.fromkeys(COLUMNS) | {"change": change, "what": what} | more


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Row]:
    rows = []
    for name in COMPARED:
        before, after = old[name], new[name]
        if before != after:
            both = isinstance(before, str) and isinstance(after, str)
            rows.append(_row("changed", name, before=before, after=after, marks=marks(before, after) if both else None))
    return rows


# --- clauses ---------------------------------------------------------------------------------------------------------


def _clauses(old: Mapping[str, Row], new: Mapping[str, Row]) -> list[Row]:
    """A row per clause that differs, in the later document's order; what went stands after what stood before it."""
    pairs = {key: key for key in new if key in old}
    pairs |= _same_words(
        {key: row for key, row in old.items() if key not in new},
        {key: row for key, row in new.items() if key not in old},
    )
    order: list[tuple[str | None, str | None]] = [(pairs.get(key), key) for key in new]
    kept = {before: after for after, before in pairs.items()}
    place = -1
    for key in old:
        if key in kept:
            place = order.index((key, kept[key]))
        else:
            place += 1
            order.insert(place, (key, None))
    rows = (_clause(old[a] if a else None, new[b] if b else None) for a, b in order)
    return [row for row in rows if row is not None]


def _same_words(gone: Mapping[str, Row], come: Mapping[str, Row]) -> dict[str, str]:
    """The clauses that were given a new identity although no word of them changed: later id to earlier."""
    by_words: dict[str, list[str]] = {}
    for key, row in gone.items():
        by_words.setdefault(_words(row), []).append(key)
    found = {}
    for key, row in come.items():
        if same := by_words.get(_words(row)):
            found[key] = same.pop(0)
    return found


def _words(row: Row) -> str:
    return "\u3000".join(filter(None, (row["heading"], row["text"])))


def _clause(old: Row | None, new: Row | None) -> Row | None:
    before, after = (None if row is None else _words(row) for row in (old, new))
    paths = {"path_before": old and old["path"], "path_after": new and new["path"]}
    if before is None or after is None:
        change = "added" if before is None else "removed"
        return _row(change, "clause", **paths, before=before, after=after, marks=marks(before or "", after or ""))
    if before != after:
        return _row("changed", "clause", **paths, before=before, after=after, marks=marks(before, after))
    if paths["path_before"] != paths["path_after"]:
        return _row("moved", "clause", **paths, before=before, after=after)
    return None


def _lines(old: str, new: str) -> list[Row]:
    """The paragraphs that differ, for what stands outside the clauses."""
    one, other = old.split("\n"), new.split("\n")
    rows = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag != "equal":
            before, after = "\n".join(one[a:b]) or None, "\n".join(other[c:d]) or None
            change = {"insert": "added", "delete": "removed"}.get(tag, "changed")
            rows.append(_row(change, "text", before=before, after=after, marks=marks(before or "", after or "")))
    return rows


# --- words -----------------------------------------------------------------------------------------------------------


def marks(before: str, after: str) -> list[Mark]:
    """`after` with what went and what came: characters, numbers and Latin words whole, no scattered crumbs.

    What is `same` or `gone` makes up `before`; what is `same` or `new` makes up `after`.
    """
    one, other = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(one) + len(other) > _MOST_TOKENS:
        one, other = (list(filter(None, _SENTENCE.findall(text))) for text in (before, after))
    codes = difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    crumbs = {
        (b[1], b[2])
        for a, b, c in zip(codes, codes[1:], codes[2:], strict=False)
        if b[0] == "equal" and b[2] - b[1] == 1 and a[0] == c[0] == "replace"
    }
    out: list[tuple[str, str, str]] = []  # what is the same, what went, what came
    for tag, a, b, c, d in codes:
        if tag == "equal" and (a, b) not in crumbs:
            out.append(("".join(one[a:b]), "", ""))
        elif out and not out[-1][0]:
            out[-1] = ("", out[-1][1] + "".join(one[a:b]), out[-1][2] + "".join(other[c:d]))
        else:
            out.append(("", "".join(one[a:b]), "".join(other[c:d])))
    found = [(name, text) for part in out for name, text in zip(("same", "gone", "new"), part, strict=True) if text]
    return found or [("same", "")]

"""The force of single measures, where it is not that of their policy: a pure function from evidence to rows.

What belongs here: which measures a scope such as 第三条、第五条 names, and from when to when they hold. What does not:
gathering the evidence (`sql/part_facts.sql`) or the force of the whole (`force`).

A measure without a row holds as long as its policy. A scope counts only where whole articles or chapters are named: one
that names a paragraph (第二条第二款) ends no measure.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from warehouse.force import Statement

_DAY: Final = timedelta(days=1)
_DIGITS: Final = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
_NUMERAL: Final = r"[零〇一二两三四五六七八九十百千\d]{1,6}"
_SCOPE: Final = (
    rf"(?P<scope>第{_NUMERAL}[条章][第零〇一二两三四五六七八九十百千\d条章、和及至到]*)(?:的?规定)?[，,]?\s?"
)
_ARTICLE: Final = re.compile(
    rf"第(?P<number>{_NUMERAL})(?P<unit>[条章])(?:[至到—-]第?(?P<last>{_NUMERAL})[条章])?"
    rf"(?P<part>第{_NUMERAL}[款项]|[（(]{_NUMERAL}[）)])?"
)
_OWN_START: Final = re.compile(_SCOPE + r"自(?P<rest>.*)")
_OWN_END: Final = re.compile(_SCOPE + r"(?:有效期|施行|执行|实施)?至(?P<rest>.*)")
_LABEL: Final = re.compile(rf"^第?(?P<number>{_NUMERAL})(?P<unit>[条章]|[、.．])")


@dataclass(frozen=True, slots=True)
class Measure:
    """A clause as its label and place name it; the last day of all that it provides, where its text says one."""

    measure_id: str
    path: str
    label: str
    expires_on: date | None = None
    expiry_quote: str | None = None


@dataclass(frozen=True, slots=True)
class PartAct:
    """What another document does from `day` on to the part `scope` of the text that `stood` when it named it."""

    relation: str
    day: date
    until: date | None
    scope: str
    quote: str
    by_policy_id: str
    stood: Sequence[Measure] = ()
    bound_by: str | None = None
    is_void: bool = False
    """Somebody ended that document before the day of its act: nothing came of it."""


@dataclass(slots=True)
class PartForce:
    """From when to when a measure holds by evidence of its own; the columns of table `measure_effect`."""

    measure_id: str
    policy_id: str
    in_force_from: date | None = None
    in_force_to: date | None = None
    start_rule: str | None = None
    start_quote: str | None = None
    end_kind: str | None = None
    end_rule: str | None = None
    end_quote: str | None = None
    end_policy_id: str | None = None
    disputed: bool = False
    notes: list[dict[str, Any]] = field(default_factory=list)

    def take_start(self, day: date, rule: str, quote: str) -> None:
        """The document's own words start it."""
        self.notes.append({"of": "start", "day": day, "rule": rule, "quote": quote})
        self.in_force_from, self.start_rule, self.start_quote = day, rule, quote

    def take_end(self, day: date, rule: str, quote: str | None) -> None:
        """The document's own words end it."""
        self.notes.append({"of": "end", "day": day, "rule": rule, "quote": quote})
        self.in_force_to, self.end_kind, self.end_rule, self.end_quote = day, "term", rule, quote

    def row(self) -> dict[str, Any]:
        """The columns, the evidence as JSON."""
        row = asdict(self)
        row["evidence"] = json.dumps(row.pop("notes"), ensure_ascii=False, default=str)
        return row


def to_int(text: str) -> int | None:
    """A numeral of up to 9999 as printed in article numbers: 十二, 一百零三, 12."""
    if text.isdigit():
        return int(text)
    total, digit = 0, 0
    for char in text:
        if char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        elif char in _DIGITS:
            digit = _DIGITS[char]
        else:
            return None
    return total + digit


def expiry_of(expiries: str | None) -> tuple[date | None, str | None]:
    """The last day in `expiries` (JSON list of `records.Expiry`), when all that it provides is over, and its words."""
    days = []
    for item in json.loads(expiries or "[]"):
        try:
            days.append((date.fromisoformat(item["date"]), str(item.get("quote") or "")))
        except (KeyError, TypeError, ValueError):
            return None, None  # something in it has no day: it is not all over
    return max(days) if days else (None, None)


def named(scope: str, measures: Sequence[Measure]) -> list[Measure]:
    """The measures that `scope` names as a whole, with all that stands below them."""
    wanted: set[tuple[str, int | None]] = set()
    for article in _ARTICLE.finditer(scope):
        first = to_int(article["number"])
        last = to_int(article["last"]) if article["last"] else first
        if first is not None and last is not None and not article["part"]:
            wanted |= {(article["unit"], number) for number in range(first, min(last, first + 999) + 1)}
    labels = {measure.measure_id: _LABEL.match(measure.label) for measure in measures}
    # 若干措施 number their articles 一、二、三、 and are cited as 第一条.
    has_articles = any(label is not None and label["unit"] == "条" for label in labels.values())
    found = []
    for measure in measures:
        label = labels[measure.measure_id]
        if label is None:
            continue
        unit = label["unit"] if label["unit"] in "条章" else "" if has_articles or "." in measure.path else "条"
        if (unit, to_int(label["number"])) in wanted:
            found.append(measure)
    below = tuple(f"{measure.path}." for measure in found)
    return [item for item in measures if item in found or item.path.startswith(below or ("\0",))]


def forces(
    policy_id: str,
    measures: Sequence[Measure],
    statements: Iterable[Statement],
    acts: Iterable[PartAct],
    issued_on: date | None,
) -> list[PartForce]:
    """The measures with a force of their own, by place in the document.

    A day in the document's own words is taken first; what a later document does overrules it. A document that is older
    than this one cannot mean it: such evidence is kept, and the row is disputed.
    """
    found: dict[str, PartForce] = {}

    order = {measure.measure_id: place for place, measure in enumerate(measures)}

    def of(scope: str, stood: Sequence[Measure]) -> list[PartForce]:
        ids = [item.measure_id for item in named(scope, stood) if item.measure_id in order]
        return [found.setdefault(measure_id, PartForce(measure_id, policy_id)) for measure_id in ids]

    for measure in measures:
        if measure.expires_on is not None:
            force = found.setdefault(measure.measure_id, PartForce(measure.measure_id, policy_id))
            force.take_end(measure.expires_on, "provision_until", measure.expiry_quote)
    for said in statements:
        _take_statement(said, lambda scope: of(scope, measures))
    for act in sorted(acts, key=lambda act: (act.day, act.by_policy_id, act.relation, act.scope)):
        for force in of(act.scope, act.stood or measures):
            _take_act(force, act, is_older=issued_on is not None and act.day < issued_on)
    return sorted((force for force in found.values() if force.notes), key=lambda force: order[force.measure_id])


def _take_statement(said: Statement, of: Callable[[str], list[PartForce]]) -> None:
    if said.date is None or said.where != "body":
        return
    printed = re.compile(rf"{said.date.year}\s?年\s?0?{said.date.month}\s?月\s?0?{said.date.day}\s?日")
    for pattern, is_start in ((_OWN_START, True), (_OWN_END, False)):
        match = pattern.search(said.quote)
        day = printed.search(match["rest"]) if match else None
        if match is None or day is None or day.start() > len("自起至有效期"):
            continue
        for force in of(match["scope"]):
            if is_start:
                force.take_start(said.date, said.rule, said.quote)
            else:
                force.take_end(said.date, said.rule, said.quote)


def _take_act(force: PartForce, act: PartAct, *, is_older: bool) -> None:
    end = act.day - _DAY
    kind = {"repeals": "repealed", "suspends": "suspended"}[act.relation]
    is_over = force.end_kind == "repealed" and (force.in_force_to is None or force.in_force_to <= end)
    lost = is_older or is_over or act.is_void
    note = {
        "of": "end",
        "day": end,
        "rule": act.relation,
        "quote": act.quote,
        "by_policy_id": act.by_policy_id,
        "is_lost": lost,
    }
    if act.bound_by is not None:
        note["bound_by"] = act.bound_by
    force.notes.append(note)
    force.disputed = force.disputed or is_older
    if lost:
        return
    force.in_force_to, force.end_kind, force.end_rule = end, kind, act.relation
    force.end_quote, force.end_policy_id = act.quote, act.by_policy_id

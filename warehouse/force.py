"""When a policy is in force: a pure function from all that is known of it to intervals with reasons.

What belongs here: weighing evidence. What does not: gathering it (`sql/force_facts.sql`), storing the outcome
(`sql/force_apply.sql`) or asking for a day's status (the macros in `views/`).

Precedence, weakest first: the document's own term, as extended; a later document that repeals it; what the portal
states after the fact. Evidence that loses is kept, and where it contradicts what won the interval is disputed. Blank
is unknown: without a start nothing is in force, unless the portal states so, and then from the day of that statement.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from warehouse.terms import last_day

IN_FORCE: Final = frozenset({"in_force", "amended", "partially_in_force"})
OVER: Final = frozenset({"repealed", "not_in_force"})
BY_HAND: Final = frozenset({"repealed", "repealed_stated", "status_stated"})
"""Kinds of end that somebody brought about; the others (`term`, `extension`) are the clock's work."""
INFERRED: Final = "default_term"
"""Kind and rule of an end that no document states."""

_DAY: Final = timedelta(days=1)


class Statement(NamedTuple):
    """What the document or its box says of its own force: a `records.Effect`."""

    rule: str
    date: date | None
    quote: str
    where: str = "body"
    term: str | None = None


class Act(NamedTuple):
    """What another document does to this one (repeals, extends, suspends) from `day` on, `until` a last day."""

    relation: str
    day: date
    quote: str
    by_policy_id: str
    until: date | None = None
    bound_by: str | None = None
    """Who said that it means this document, and why, where a person did."""
    is_void: bool = False
    """Whether the acting document was ended by somebody before `day` came."""


class Facts(NamedTuple):
    """All that bears on one policy's force. `status_day`: when the portal was first seen to state its status."""

    policy_id: str
    status_day: date
    statements: tuple[Statement, ...] = ()
    acts: tuple[Act, ...] = ()
    effective_date: date | None = None
    repealed_date: date | None = None
    in_force_from: date | None = None
    in_force_to: date | None = None
    stated_status: str | None = None
    status_raw: str | None = None
    issued_on: date | None = None
    default_term: Statement | None = None
    """The term that a rule gives to documents which state none, its words as the quote; None unless switched on."""


class Bound(NamedTuple):
    """One edge of an interval: the day (the last day in force, for an end) and why."""

    day: date | None
    kind: str | None
    rule: str | None
    quote: str | None
    by_policy_id: str | None = None
    is_approximate: bool = False
    bound_by: str | None = None
    basis: str | None = None
    """`inferred` where nothing that concerns this policy says so, but a rule for all of its kind."""


class Interval(NamedTuple):
    """A span of force, both days inclusive, None for open or unknown; the columns of table `effect`."""

    policy_id: str
    interval_no: int
    in_force_from: date | None
    in_force_to: date | None
    stated_on: date | None
    start_rule: str | None
    start_quote: str | None
    end_kind: str | None
    end_rule: str | None
    end_quote: str | None
    end_policy_id: str | None
    is_approximate: bool
    disputed: bool
    evidence: str


@dataclass(slots=True)
class _Weighing:
    """Evidence as it is taken up, and whether any of it contradicts what won."""

    facts: Facts
    evidence: list[dict[str, Any]] = field(default_factory=list)
    disputed: bool = False

    def note(self, what: str, bound: Bound, *, lost: bool = False, contradicts: bool = False) -> None:
        """Keep `bound` as evidence of `what`; `contradicts` marks the whole as disputed."""
        said = zip(Bound._fields, bound, strict=True)
        told = {name: value for name, value in said if value is not None and value is not False}
        self.evidence.append({"of": what, "is_lost": lost} | told)
        self.disputed = self.disputed or contradicts


_OPEN: Final = Bound(None, None, None, None)
_as_json: Final = json.JSONEncoder(ensure_ascii=False, default=str).encode


def intervals(facts: Facts) -> tuple[Interval, ...]:
    """The spans in which the policy is in force, as the facts have it; at least one, in order of time.

    A policy whose start is unknown has one interval without a start; one that never was in force (repealed before it
    began) has one that ends before it starts, which no day lies in.
    """
    weighing = _Weighing(facts)
    start = _start(weighing)
    end = _end(weighing, start)
    stated_on = facts.status_day if start.day is None and facts.stated_status in IN_FORCE else None
    whole = Interval(
        policy_id=facts.policy_id,
        interval_no=1,
        in_force_from=start.day,
        in_force_to=end.day,
        stated_on=stated_on,
        start_rule=start.rule if stated_on is None else "status_stated",
        start_quote=start.quote if stated_on is None else facts.status_raw,
        end_kind=end.kind,
        end_rule=end.rule,
        end_quote=end.quote,
        end_policy_id=end.by_policy_id,
        is_approximate=end.is_approximate,
        disputed=False,
        evidence="",
    )
    parts = _suspended(weighing, whole)
    evidence = _as_json(weighing.evidence)
    return tuple(
        part._replace(interval_no=place, disputed=weighing.disputed, evidence=evidence)
        for place, part in enumerate(parts, start=1)
    )


# --- starts ----------------------------------------------------------------------------------------------------------

_STARTS: Final = ("effective_on_date", "effective_after_days", "effective_on_issue", "effective_on_publication")


def _start(weighing: _Weighing) -> Bound:
    """The first day: the box's, else the text's own, else that of issue or publication."""
    facts = weighing.facts
    said = [item for item in facts.statements if item.rule in _STARTS]
    if facts.effective_date is not None and not any(_is_boxed(item) for item in said):
        said.insert(
            0, Statement("effective_on_date", facts.effective_date, facts.effective_date.isoformat(), "metadata")
        )
    dated = [item for item in said if item.date is not None]
    # Provisions may start on days of their own: the reader's choice among the text's days stands for the whole.
    dated.sort(key=lambda item: (not _is_boxed(item), item.date != facts.in_force_from, _STARTS.index(item.rule)))
    found = [Bound(item.date, None, item.rule, item.quote) for item in dated]
    if not found and facts.in_force_from is not None:
        found = [Bound(facts.in_force_from, None, said[0].rule if said else None, said[0].quote if said else None)]
    for place, bound in enumerate(found):
        weighing.note("start", bound, lost=place > 0)
    return found[0] if found else _OPEN


def _is_boxed(item: Statement) -> bool:
    return item.where in ("metadata", "script", "list")


# --- ends ------------------------------------------------------------------------------------------------------------


def _end(weighing: _Weighing, start: Bound) -> Bound:
    """The last day: own term as extended, cut by a repeal, both overruled by what the portal states afterwards."""
    term = _extended(weighing, _own_term(weighing, start))
    repeal = _repeal(weighing)
    status = weighing.facts.stated_status
    stated = _stated_repeal(weighing)
    if stated is not None:
        return _by_portal_day(weighing, stated, repeal, term)
    if status in OVER:
        return _by_portal_status(weighing, repeal, term)
    if status in IN_FORCE:
        term, repeal = _overruled(weighing, term, repeal)
    if repeal is not None and _before(repeal, term):
        weighing.note("end", repeal)
        if term.day is not None:
            weighing.note("end", term, lost=True)
        return repeal
    if repeal is not None:
        weighing.note("end", repeal, lost=True)
    if term.rule is not None:
        weighing.note("end", term)
    return term


def _before(one: Bound, other: Bound) -> bool:
    return one.day is not None and (other.day is None or one.day < other.day)


def _own_term(weighing: _Weighing, start: Bound) -> Bound:
    """The end by itself: the box's day, else the text's day, else start plus term less a day."""
    facts = weighing.facts
    said = [item for item in facts.statements if item.rule in ("valid_until", "valid_for")]
    found = []
    for item in said:
        day = item.date if item.date is not None else last_day(start.day, item.term)
        if day is not None:
            found.append((not _is_boxed(item), item.rule == "valid_for", Bound(day, "term", item.rule, item.quote)))
    found.sort(key=lambda entry: entry[:2])
    ends = [bound for _, _, bound in found]
    if not ends and not said and facts.in_force_to is not None and facts.stated_status not in OVER:
        repealed = _portal_day(facts)
        if repealed is None or facts.in_force_to != repealed - _DAY:
            ends = [Bound(facts.in_force_to, "term", "valid_until", None)]
    if not ends and not said and facts.default_term is not None:
        day = last_day(start.day, facts.default_term.term)
        ends = [Bound(day, INFERRED, INFERRED, facts.default_term.quote, basis="inferred")] if day else []
    kept = []
    for bound in ends:
        if start.day is not None and bound.day is not None and bound.day < start.day:
            weighing.note("end", bound, lost=True, contradicts=True)  # it ends before it starts: nonsense in the source
        else:
            kept.append(bound)
    for bound in kept[1:]:
        weighing.note("end", bound, lost=True)
    return kept[0] if kept else _OPEN


def _extended(weighing: _Weighing, term: Bound) -> Bound:
    """The term after the documents that extend it: the later end, or an open one where none is named."""
    for act in sorted((act for act in weighing.facts.acts if act.relation == "extends"), key=lambda act: act.day):
        extension = Bound(
            act.until,
            "extension" if act.until else None,
            "extends",
            act.quote,
            act.by_policy_id,
            bound_by=act.bound_by,
        )
        # An end that was open already stays open, unless nothing at all was said of it.
        is_later = act.until is None or term.rule in (None, INFERRED) or (
            term.day is not None and act.until >= term.day
        )  # fmt: skip
        if not is_later or act.is_void:
            weighing.note("end", extension, lost=True)
            continue
        if term.rule is not None:
            weighing.note("end", term, lost=True)
        term = extension
    return term


def _repeal(weighing: _Weighing) -> Bound | None:
    """The earliest repeal by another document. One that is older than this document cannot mean it."""
    facts = weighing.facts
    found = []
    for act in sorted(
        (act for act in facts.acts if act.relation == "repeals"), key=lambda act: (act.day, act.by_policy_id)
    ):
        bound = Bound(act.day - _DAY, "repealed", "repeals", act.quote, act.by_policy_id, bound_by=act.bound_by)
        if facts.issued_on is not None and act.day < facts.issued_on:
            weighing.note("end", bound, lost=True, contradicts=True)
        elif act.is_void:
            weighing.note("end", bound, lost=True)
        else:
            found.append(bound)
    for bound in found[1:]:
        weighing.note("end", bound, lost=True)
    return found[0] if found else None


def _portal_day(facts: Facts) -> date | None:
    """The portal's first day without force, where it prints one."""
    said = [item.date for item in facts.statements if item.rule == "repealed_on_date" and item.date is not None]
    return said[0] if said else facts.repealed_date


def _stated_repeal(weighing: _Weighing) -> Bound | None:
    facts = weighing.facts
    day = _portal_day(facts)
    if day is None or day == date.min:
        return None
    quote = next((item.quote for item in facts.statements if item.rule == "repealed_on_date"), None)
    words = " ".join(part for part in (facts.status_raw if facts.stated_status in OVER else None, quote) if part)
    return Bound(day - _DAY, "repealed_stated", "repealed_on_date", words or day.isoformat())


def _by_portal_day(weighing: _Weighing, stated: Bound, repeal: Bound | None, term: Bound) -> Bound:
    """The portal prints the day of the repeal: that day it is. Another day elsewhere is a conflict."""
    facts = weighing.facts
    is_in_force_after = facts.stated_status in IN_FORCE and stated.day is not None and facts.status_day > stated.day
    weighing.note("end", stated, contradicts=is_in_force_after)
    if repeal is not None:
        weighing.note("end", repeal, lost=True, contradicts=repeal.day != stated.day)
    if term.rule is not None:
        weighing.note("end", term, lost=True)
    if repeal is not None and repeal.day == stated.day:
        return stated._replace(by_policy_id=repeal.by_policy_id)
    return stated


def _by_portal_status(weighing: _Weighing, repeal: Bound | None, term: Bound) -> Bound:
    """The portal says it is over and not since when: a document's day or the term's if one fits, else the day seen.

    What is said to be over on a day is not in force on it: the day before is the last that it may have been.
    """
    facts = weighing.facts
    seen = facts.status_day
    last = seen - _DAY if seen > date.min else seen
    words = Bound(last, "status_stated", "status_stated", facts.status_raw, is_approximate=True)
    if repeal is not None and (not _before(term, repeal) or facts.stated_status == "repealed"):
        chosen = repeal
    elif term.day is not None and term.day <= last:
        chosen = term
    else:
        chosen = words
    weighing.note("end", chosen)
    for bound in (words, repeal, term):
        if bound is not None and bound is not chosen and bound.rule is not None:
            weighing.note("end", bound, lost=True)
    return chosen


def _overruled(weighing: _Weighing, term: Bound, repeal: Bound | None) -> tuple[Bound, Bound | None]:
    """Ends that the portal contradicts by stating, after they were reached, that the policy is in force."""
    said_on = weighing.facts.status_day
    if term.day is not None and said_on > term.day:
        weighing.note("end", term, lost=True, contradicts=term.rule != INFERRED)
        term = Bound(None, None, "status_stated", weighing.facts.status_raw)
    if repeal is not None and repeal.day is not None and said_on > repeal.day + _DAY:
        weighing.note("end", repeal, lost=True, contradicts=True)
        repeal = None
    return term, repeal


# --- suspensions -----------------------------------------------------------------------------------------------------


def _suspended(weighing: _Weighing, whole: Interval) -> Sequence[Interval]:
    """`whole` without the spans in which another document suspends it."""
    parts = [whole]
    for act in sorted((act for act in weighing.facts.acts if act.relation == "suspends"), key=lambda act: act.day):
        begun = Bound(act.day, "suspended", "suspends", act.quote, act.by_policy_id, bound_by=act.bound_by)
        weighing.note("suspension", begun, lost=act.is_void)
        if act.is_void:
            continue
        last = parts[-1]
        is_over = last.in_force_to is not None and last.in_force_to < act.day
        is_ahead = last.in_force_from is not None and last.in_force_from > act.day
        if is_over or is_ahead:
            continue
        parts[-1] = last._replace(
            in_force_to=act.day - _DAY,
            end_kind="suspended",
            end_rule="suspends",
            end_quote=act.quote,
            end_policy_id=act.by_policy_id,
            is_approximate=False,
        )
        if act.until is not None and (last.in_force_to is None or act.until < last.in_force_to):
            parts.append(
                last._replace(
                    in_force_from=act.until + _DAY, stated_on=None, start_rule="resumed", start_quote=act.quote
                )
            )
    return parts


# --- rows ------------------------------------------------------------------------------------------------------------


def statements_of(effect: str | None) -> tuple[Statement, ...]:
    """The `effect` column (JSON list of `records.Effect`) as statements; an unreadable day is none."""
    found = []
    for item in json.loads(effect or "[]"):
        try:
            day = date.fromisoformat(item["date"]) if item.get("date") else None
        except ValueError:
            day = None
        found.append(
            Statement(item["rule"], day, item.get("quote") or "", item.get("where") or "body", item.get("term"))
        )
    return tuple(found)

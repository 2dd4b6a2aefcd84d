"""Which clause of the new text is which measure of the old one: ids that survive renumbering and small edits.

What belongs here: matching two lists of clauses. What does not: storing (`sql/measures_apply.sql`) or telling what
changed (`changes`).
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Final

MIN_SIMILARITY: Final = 0.5
"""Shared character pairs over all character pairs (Dice) from which on two texts are one measure, edited."""
MAX_PAIRS: Final = 250_000
"""Texts are compared each with each only up to this many pairs; beyond it, only those at the same path."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause as the matching sees it. `measure_id` is empty in the new text."""

    position: int
    path: str
    heading: str | None
    text: str
    measure_id: str = ""


def new_id(policy_id: str, instant: int, clause: Clause) -> str:
    """The id of a measure first seen at `instant` (microseconds since the epoch), stable for the same input."""
    key = f"{policy_id}|{clause.path}|{clause.position}|{instant}"
    return "me_" + hashlib.sha256(key.encode()).hexdigest()[:16]


def match(old: Sequence[Clause], new: Sequence[Clause]) -> dict[int, str]:
    """The measure_id of each new clause that continues an old one, by the new clause's position.

    From the surest sign to the weakest: same heading and text; same text; same heading at the same path; same heading;
    then the most similar texts, the best pair of all first, the same path before another among equals.
    """
    found: dict[int, str] = {}
    rest_old = list(old)
    rest_new = list(new)
    keys: tuple[Callable[[Clause], Hashable], ...] = (
        lambda clause: (clause.path, clause.heading, clause.text),
        lambda clause: (clause.heading, clause.text) if clause.heading or clause.text else None,
        lambda clause: clause.text or None,
        lambda clause: (clause.path, clause.heading) if clause.heading else None,
        lambda clause: clause.heading or None,
    )
    for key in keys:
        rest_old, rest_new = _by_key(rest_old, rest_new, key, found)
    _by_similarity(rest_old, rest_new, found)
    return found


def _by_key(
    old: list[Clause], new: list[Clause], key: Callable[[Clause], Hashable], found: dict[int, str]
) -> tuple[list[Clause], list[Clause]]:
    """Pair clauses of equal key where both sides have as many of it, in order; give back what is left on both sides."""
    groups: dict[Hashable, tuple[list[Clause], list[Clause]]] = defaultdict(lambda: ([], []))
    for clause in old:
        groups[key(clause)][0].append(clause)
    for clause in new:
        groups[key(clause)][1].append(clause)
    taken_old: set[str] = set()
    for value, (before, after) in groups.items():
        if value is not None and len(before) == len(after):
            for one, other in zip(before, after, strict=True):
                found[other.position] = one.measure_id
                taken_old.add(one.measure_id)
    return [item for item in old if item.measure_id not in taken_old], [
        item for item in new if item.position not in found
    ]


def _by_similarity(old: list[Clause], new: list[Clause], found: dict[int, str]) -> None:
    pairs_old = [(clause, _pairs(clause.text)) for clause in old]
    pairs_new = [(clause, _pairs(clause.text)) for clause in new]
    is_large = len(old) * len(new) > MAX_PAIRS
    by_path = {clause.path: (clause, pairs) for clause, pairs in pairs_old}
    scored = []
    for clause, pairs in pairs_new:
        rivals = [by_path[clause.path]] if is_large and clause.path in by_path else [] if is_large else pairs_old
        for rival, rival_pairs in rivals:
            score = _dice(pairs, rival_pairs)
            # A heading without text of its own is told by its place alone.
            if not pairs and not rival_pairs and clause.path == rival.path:
                score = MIN_SIMILARITY
            if score >= MIN_SIMILARITY:
                scored.append((-score, clause.path != rival.path, clause.position, rival.position, rival.measure_id))
    taken: set[str] = set()
    for _, _, position, _, measure_id in sorted(scored):
        if position not in found and measure_id not in taken:
            found[position] = measure_id
            taken.add(measure_id)


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[place : place + 2] for place in range(max(len(text) - 1, 0)))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    size = len(one) + len(other)
    return 2 * len(one & other) / size if size else 0.0

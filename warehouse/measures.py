"""Which clause of the new text is which measure of the old one: ids that survive renumbering and small edits.

What belongs here: matching two lists of clauses. What does not: storing (`sql/measures_apply.sql`) or telling what
changed (`changes`).
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

MIN_SIMILARITY: Final = 0.5
"""Shared character pairs over all character pairs (Dice) from which on two texts are one measure, edited."""
MAX_PAIRS: Final = 250_000
"""Texts are compared each with each up to this many pairs; beyond it, with those that share their rarest words."""
MAX_EXACT: Final = 10_000
"""Pairs in a group of clauses that are alike, up to which the best matching of all is found; beyond it, a good one."""
_SAME_PATH: Final = 0.05
_NEAR: Final = 0.001
_RARE, _COMMON, _LIKELY = 8, 100, 8


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
    then the texts, so that all pairs together are most similar; among equals, the same path before another.
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
    """Pair what is left so that the sum of the similarities is greatest, not the first or the best pair's alone."""
    for rows, columns, weights in _groups(_likeness(old, new)):
        chosen = _assign(weights) if len(rows) * len(columns) <= MAX_EXACT else _greedy(weights)
        for row, column in chosen:
            found[new[rows[row]].position] = old[columns[column]].measure_id


def _likeness(old: list[Clause], new: list[Clause]) -> dict[tuple[int, int], float]:
    """How much each new clause is like each old one, by places in the lists; pairs that are not alike are left out."""
    pairs_old = [_pairs(clause.text) for clause in old]
    pairs_new = [_pairs(clause.text) for clause in new]
    alike: dict[tuple[int, int], float] = {}
    for place, rivals in enumerate(_rivals([item.text for item in old], [item.text for item in new])):
        for rival in rivals:
            clause, before = new[place], old[rival]
            score = _dice(pairs_new[place], pairs_old[rival])
            # A heading without text of its own is told by its place alone.
            if not pairs_new[place] and not pairs_old[rival] and clause.path == before.path:
                score = MIN_SIMILARITY
            if score >= MIN_SIMILARITY:
                # Among equals, the same path comes first, then the nearest place.
                distance = abs(clause.position - before.position) / (1 + clause.position + before.position)
                alike[place, rival] = score + (_SAME_PATH if clause.path == before.path else 0) - _NEAR * distance
    return alike


def _rivals(old: Sequence[str], new: Sequence[str]) -> list[Iterable[int]]:
    """The old clauses that each new one is compared with: all; of very many, those that share its rarest words."""
    if len(old) * len(new) <= MAX_PAIRS:
        return [range(len(old))] * len(new)
    holders: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(old):
        for shingle in _shingles(text):
            holders[shingle].append(place)
    rivals: list[Iterable[int]] = []
    for place, text in enumerate(new):
        known = (shingle for shingle in _shingles(text) if shingle in holders)
        rare = sorted(known, key=lambda shingle: (len(holders[shingle]), shingle))[:_RARE]
        shared = Counter(holder for shingle in rare for holder in holders[shingle][:_COMMON])
        likely = {holder for holder, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:_LIKELY]}
        rivals.append(sorted(likely | ({place} if place < len(old) else set())))
    return rivals


def _shingles(text: str) -> frozenset[str]:
    """Runs of four characters; the whole of a shorter text."""
    return frozenset(text[place : place + 4] for place in range(max(len(text) - 3, 1)))


def _groups(
    alike: Mapping[tuple[int, int], float],
) -> Iterator[tuple[list[int], list[int], dict[tuple[int, int], float]]]:
    """The parts of `alike` that have nothing in common: new places, old places, and the weights by place in these."""
    links: dict[tuple[bool, int], list[tuple[bool, int]]] = defaultdict(list)
    for row, column in alike:
        links[False, row].append((True, column))
        links[True, column].append((False, row))
    seen: set[tuple[bool, int]] = set()
    for start in sorted(links):
        if start in seen:
            continue
        seen.add(start)
        reached = [start]
        for node in reached:
            fresh = [other for other in links[node] if other not in seen]
            seen.update(fresh)
            reached += fresh
        rows = sorted(place for is_old, place in reached if not is_old)
        columns = sorted(place for is_old, place in reached if is_old)
        row_of = {place: number for number, place in enumerate(rows)}
        column_of = {place: number for number, place in enumerate(columns)}
        yield (
            rows,
            columns,
            {
                (row_of[row], column_of[column]): alike[row, column]
                for row in rows
                for column in sorted({place for _, place in links[False, row]})
            },
        )


def _greedy(weights: Mapping[tuple[int, int], float]) -> Iterator[tuple[int, int]]:
    """The best pair of all first, and so on: for groups that are too large for the exact way."""
    rows: set[int] = set()
    columns: set[int] = set()
    for (row, column), _ in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        if row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            yield row, column


def _assign(weights: Mapping[tuple[int, int], float]) -> list[tuple[int, int]]:
    """The pairs of greatest total weight (Hungarian method with potentials); what pairs with nothing weighs 0."""
    rows = 1 + max(row for row, _ in weights)
    columns = 1 + max(column for _, column in weights)
    table = _Table(weights, rows, columns + rows)  # a column of its own for each row that stays alone
    for row in range(1, rows + 1):
        table.place(row)
    placed = [(table.holder[column] - 1, column - 1) for column in range(1, columns + 1) if table.holder[column]]
    return [pair for pair in placed if pair in weights]


class _Table:
    """Rows and columns, from 1, with their prices; `holder` is the row of each column, 0 for none."""

    def __init__(self, weights: Mapping[tuple[int, int], float], rows: int, width: int) -> None:
        self.weights, self.width = weights, width
        self.row_price, self.column_price = [0.0] * (rows + 1), [0.0] * (width + 1)
        self.holder, self.came_from = [0] * (width + 1), [0] * (width + 1)

    def place(self, row: int) -> None:
        """Give `row` a column, moving others along the cheapest path."""
        self.holder[0], column = row, 0
        least = [math.inf] * (self.width + 1)
        open_columns = list(range(1, self.width + 1))
        used = [0]
        while True:
            following = self._nearest(column, open_columns, least)
            step = least[following]
            for other in used:
                self.row_price[self.holder[other]] += step
                self.column_price[other] -= step
            for other in open_columns:
                least[other] -= step
            column = following
            if not self.holder[column]:
                break
            used.append(column)
            open_columns.remove(column)
        while column:
            self.holder[column] = self.holder[self.came_from[column]]
            column = self.came_from[column]

    def _nearest(self, column: int, open_columns: Sequence[int], least: list[float]) -> int:
        row = self.holder[column]
        for other in open_columns:
            cost = -self.weights.get((row - 1, other - 1), 0.0) - self.row_price[row] - self.column_price[other]
            if cost < least[other]:
                least[other], self.came_from[other] = cost, column
        return min(open_columns, key=lambda other: (least[other], other))


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[place : place + 2] for place in range(max(len(text) - 1, 0)))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    size = len(one) + len(other)
    return 2 * len(one & other) / size if size else 0.0

"""Which clause of the new text is which measure of the old one: ids that survive renumbering and small edits.

What belongs here: matching two lists of clauses. What does not: storing (`sql/measures_apply.sql`) or telling what
changed (`changes`).
"""

import hashlib
import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

MIN_SIMILARITY: Final = 0.5
"""Shared character pairs over all character pairs (Dice) from which on two texts are one measure, edited."""
MAX_PAIRS: Final = 250_000
"""Texts are compared each with each up to this many pairs; beyond it, with those that share their rarest words."""
MAX_DENSE: Final = 10_000
"""Pairs that are alike up to which all of them may be matched; beyond it, those of each clause that are most alike."""
_SAME_HEADING: Final = 4.0
"""More than any two pairs without it, and a pair keeps two others away at most: so the most headings stay."""
_SAME_PATH: Final = 0.05
_NEAR: Final = 0.001
_RARE, _COMMON, _LIKELY, _BEST = 8, 100, 8, 12


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

    What is the same on both sides is paired first: path, heading and text; heading and text; text. The rest is matched
    as a whole, so that most headings stay and, among such matchings, the texts are most similar in sum; among equals,
    the same path before another.
    """
    found: dict[int, str] = {}
    rest_old = list(old)
    rest_new = list(new)
    keys: tuple[Callable[[Clause], Hashable], ...] = (
        lambda clause: (clause.path, clause.heading, clause.text),
        lambda clause: (clause.heading, clause.text) if clause.heading or clause.text else None,
        lambda clause: clause.text or None,
    )
    for key in keys:
        rest_old, rest_new = _by_key(rest_old, rest_new, key, found)
    for row, column in _assign(_likeness(rest_old, rest_new)):
        found[rest_new[row].position] = rest_old[column].measure_id
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


def _likeness(old: Sequence[Clause], new: Sequence[Clause]) -> dict[tuple[int, int], float]:
    """How much each new clause is like each old one, by places in the lists; pairs that are not alike are left out."""
    pairs_old = [_pairs(clause.text) for clause in old]
    pairs_new = [_pairs(clause.text) for clause in new]
    alike: dict[tuple[int, int], float] = {}
    for place, rivals in enumerate(_rivals(old, new)):
        for rival in rivals:
            clause, before = new[place], old[rival]
            score = _dice(pairs_new[place], pairs_old[rival])
            is_headed = bool(clause.heading) and clause.heading == before.heading
            # A clause without text of its own is told by its place alone.
            if not pairs_new[place] and not pairs_old[rival] and clause.path == before.path:
                score = MIN_SIMILARITY
            if score >= MIN_SIMILARITY or is_headed:
                # Among equals, the same path comes first, then the nearest place.
                distance = abs(clause.position - before.position) / (1 + clause.position + before.position)
                score += (_SAME_PATH if clause.path == before.path else 0) - _NEAR * distance
                alike[place, rival] = score + (_SAME_HEADING if is_headed else 0)
    return alike if len(alike) <= MAX_DENSE else _best(alike)


def _best(alike: Mapping[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    """Of very many pairs those that are among the best of either side."""
    sides: tuple[dict[int, list[tuple[int, int]]], ...] = (defaultdict(list), defaultdict(list))
    for pair in alike:
        for side, place in zip(sides, pair, strict=True):
            side[place].append(pair)
    kept = {
        pair
        for side in sides
        for pairs in side.values()
        for pair in sorted(pairs, key=lambda pair: (-alike[pair], pair))[:_BEST]
    }
    return {pair: alike[pair] for pair in sorted(kept)}


def _rivals(old: Sequence[Clause], new: Sequence[Clause]) -> list[Iterable[int]]:
    """The old clauses that each new one is compared with: all; of very many, those of its heading or rarest words."""
    if len(old) * len(new) <= MAX_PAIRS:
        return [range(len(old))] * len(new)
    holders: dict[str, list[int]] = defaultdict(list)
    headed: dict[str | None, list[int]] = defaultdict(list)
    for place, clause in enumerate(old):
        headed[clause.heading].append(place)
        for shingle in _shingles(clause.text):
            holders[shingle].append(place)
    rivals: list[Iterable[int]] = []
    for place, clause in enumerate(new):
        known = (shingle for shingle in _shingles(clause.text) if shingle in holders)
        rare = sorted(known, key=lambda shingle: (len(holders[shingle]), shingle))[:_RARE]
        shared = Counter(holder for shingle in rare for holder in holders[shingle][:_COMMON])
        likely = {holder for holder, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:_LIKELY]}
        if clause.heading:
            likely.update(headed[clause.heading][:_LIKELY])
        rivals.append(sorted(likely | ({place} if place < len(old) else set())))
    return rivals


def _shingles(text: str) -> frozenset[str]:
    """Runs of four characters; the whole of a shorter text."""
    return frozenset(text[place : place + 4] for place in range(max(len(text) - 3, 1)))


def _assign(weights: Mapping[tuple[int, int], float]) -> list[tuple[int, int]]:
    """The pairs (row, column) of `weights` of greatest total weight, each row and each column in one at most."""
    matching = _Matching(weights)
    for row in sorted(matching.edges):
        matching.place(row)
    return sorted((row, column) for column, row in matching.holder.items() if column >= 0)


class _Matching:
    """A matching that grows row by row and is the best one of its rows at every step (shortest augmenting paths).

    Every row may also stay alone, at weight 0: in a column of its own, `~row`. A row's and a column's price together
    are at most the cost (the weight, negative) of their pair, and just that in a pair of the matching.
    """

    def __init__(self, weights: Mapping[tuple[int, int], float]) -> None:
        self.edges: dict[int, list[tuple[int, float]]] = {}
        for (row, column), weight in weights.items():
            self.edges.setdefault(row, [(~row, 0.0)]).append((column, -weight))
        self.row_price: dict[int, float] = dict.fromkeys(self.edges, 0.0)
        self.column_price: dict[int, float] = defaultdict(float)
        self.holder: dict[int, int] = {}
        self.column_of: dict[int, int] = {}

    def place(self, start: int) -> None:
        """Give the row `start` a column, moving others along the cheapest path."""
        distance: dict[int, float] = {}
        came_from: dict[int, int] = {}
        done: dict[int, float] = {}
        heap: list[tuple[float, int]] = []
        row, so_far = start, 0.0
        while True:
            for column, cost in self.edges[row]:
                reached = so_far + cost - self.row_price[row] - self.column_price[column]
                if column not in done and reached < distance.get(column, math.inf):
                    distance[column], came_from[column] = reached, row
                    heapq.heappush(heap, (reached, column))
            so_far, column = heapq.heappop(heap)
            while column in done:
                so_far, column = heapq.heappop(heap)
            done[column] = so_far
            if column not in self.holder:
                break
            row = self.holder[column]
        self._settle(start, done)
        while True:
            row = came_from[column]
            left = self.column_of.get(row)
            self.holder[column], self.column_of[row] = row, column
            if left is None:
                return
            column = left

    def _settle(self, start: int, done: dict[int, float]) -> None:
        """The prices after the columns `done` were reached, the last of them the free one."""
        so_far = done[next(reversed(done))]
        self.row_price[start] += so_far
        for settled, reached in done.items():
            if settled in self.holder:
                self.row_price[self.holder[settled]] += so_far - reached
                self.column_price[settled] -= so_far - reached


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[place : place + 2] for place in range(max(len(text) - 1, 0)))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    size = len(one) + len(other)
    return 2 * len(one & other) / size if size else 0.0

"""Counting what a reader got right, per folder and field, and the figures below which a run fails.

What belongs here: outcomes, figures, limits, the table. What does not: what is compared (`accuracy_gold`).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

OUTCOMES: Final = ("right", "wrong", "missing", "extra")
POINTED: Final = "selectors"
GENERAL: Final = "general"
Key = tuple[str, str]


class Score:
    """Counts per folder and field, what was missed, and the time of each page."""

    def __init__(self) -> None:
        self.table: dict[Key, dict[str, int]] = defaultdict(lambda: dict.fromkeys(OUTCOMES, 0))
        self.misses: list[str] = []
        self.times: dict[str, list[float]] = defaultdict(list)
        self.pointed: dict[str, int] = defaultdict(int)

    def add(  # noqa: PLR0913 - one row of the table
        self,
        folder: str,
        field: str,
        page: str,
        gold: Any,  # noqa: ANN401 - any value of a record or a sidecar
        ours: Any,  # noqa: ANN401
        *,
        same: bool | None = None,
    ) -> None:
        """Count one value: right, wrong (another one), missing (none), extra (one, where gold says there is none).

        `same` says where equality is not `==`.
        """
        empty = ours in (None, "", (), [], set())
        if gold == ours if same is None else same:
            outcome = "right"
        elif gold in (None, "", [], set()):
            outcome = "extra"
        else:
            outcome = "missing" if empty else "wrong"
        self.table[folder, field][outcome] += 1
        if outcome != "right":
            self.misses.append(f"{folder}/{page} {field}: gold {gold!r}, ours {ours!r} ({outcome})")


def precision(counts: Mapping[str, int]) -> float:
    """Of what was said, the share that is right, in percent; 100 where nothing was said."""
    said = counts["right"] + counts["wrong"] + counts["extra"]
    return 100 * counts["right"] / said if said else 100.0


def recall(counts: Mapping[str, int]) -> float:
    """Of what gold asserts, the share that was said right, in percent; 100 where gold asserts nothing."""
    asked = counts["right"] + counts["wrong"] + counts["missing"]
    return 100 * counts["right"] / asked if asked else 100.0


@dataclass(frozen=True, slots=True)
class Limit:
    """The percentages that precision and recall of a folder's fields must reach; `fields` empty: all the others."""

    folder: str
    pointed: float
    general: float
    fields: frozenset[str] = frozenset()


def _fields(names: str) -> frozenset[str]:
    return frozenset(names.split())


LIMITS: Final = (
    Limit("gov.cn", 100, 100),
    Limit("guangzhou", 100, 95, _fields("status date_expiry expiry_rule")),
    Limit("guangzhou", 95, 95, frozenset({"policy or not"})),
    Limit("guangzhou", 98, 95),
    Limit("miit_text", 98, 95),
    Limit("seeds", 100, 100),
    Limit("phrases", 100, 100, _fields("numbers repeals")),
    Limit("phrases", 97, 97),
    Limit("transcribed", 100, 100),
    Limit("lists", 100, 100),
    Limit("provincial_json", 100, 100),
)
"""What the project promises on these pages. The first that names the field counts, then the one without names."""


def limit_of(folder: str, field: str, mode: str) -> float | None:
    """What `field` must reach; None where nothing is promised."""
    mine = [limit for limit in LIMITS if limit.folder == folder]
    found = next((one for one in mine if field in one.fields), next((one for one in mine if not one.fields), None))
    if found is None:
        return None
    return found.pointed if mode == POINTED else found.general


def broken(scores: Mapping[str, Score]) -> list[str]:
    """A line for each figure below its limit."""
    lines = []
    for mode, score in scores.items():
        for (folder, field), counts in score.table.items():
            limit = limit_of(folder, field, mode)
            low = min(precision(counts), recall(counts))
            if limit is not None and low < limit:
                lines.append(f"{folder} {field} ({mode}): {low:.1f} % is below {limit:g} %")
    return lines


def markdown(scores: Mapping[str, Score]) -> str:
    """The table: each field in both ways of reading (right / wrong / missing / extra), and what must hold."""
    general, pointed = scores[GENERAL], scores[POINTED]
    lines = [
        "| folder | field | with selectors | precision, recall | general reader | precision, recall | limits |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for key in dict.fromkeys((*general.table, *pointed.table)):
        limits = [limit_of(*key, mode) for mode in (POINTED, GENERAL)]
        promised = " / ".join(f"{limit:g} %" for limit in limits if limit is not None)
        cells = [*_cells(pointed.table.get(key)), *_cells(general.table.get(key))]
        lines.append(f"| {' | '.join((*key, *cells, promised))} |")
    return "\n".join(lines)


def _cells(counts: Mapping[str, int] | None) -> tuple[str, str]:
    if counts is None:
        return "", ""
    return " / ".join(str(counts[name]) for name in OUTCOMES), f"{precision(counts):.1f}, {recall(counts):.1f}"


def speed(score: Score) -> str:
    """A line per folder: pages, how many had a selector, and the milliseconds that reading took."""
    lines = []
    for folder, times in score.times.items():
        median = sorted(times)[len(times) // 2]
        lines.append(f"{folder}: {len(times)} pages, {score.pointed[folder]} with a selector, median {median:.1f} ms")
    return "\n".join(lines)

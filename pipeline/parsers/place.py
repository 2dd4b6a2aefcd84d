"""Where on a page its text is.

What belongs here: the weight of containers, and the choice among them. What does not: what the text says.
"""

import re
from typing import Final

from pipeline.parsers.dom import Box, Page

_SENTENCE: Final = re.compile(r"[。；，、]|[.,;] ")
_FURNITURE: Final = re.compile(
    r"版权所有|主办|承办|ICP|标识码|技术支持|来源[:：]|发布时间|浏览|公网安备|地址[:：]|电话[:：]"
)
_SHORT: Final = 60
_HALF: Final = 0.55
_CLEAR: Final = 2.0
_FEW: Final = 3
_THIRD: Final = 0.33
_ALL: Final = 0.97
_SPACE: Final = re.compile(r"\s")
_MIN_WEIGHT: Final = 40


def weigh(page: Page) -> None:
    """Give each container its weight."""
    for line in page.lines:
        free = len(line.text) - line.links
        if free > 1 and line.shown and page.boxes and not _FURNITURE.search(line.text, 0, _SHORT):
            page.boxes[line.box].weight += free if free > 12 and _SENTENCE.search(line.text) else free * 0.03  # noqa: PLR2004
    for index in range(len(page.boxes) - 1, 0, -1):
        parent = page.boxes[index].parent
        if parent >= 0:
            page.boxes[parent].weight += page.boxes[index].weight


def main_range(page: Page) -> tuple[int, int]:
    """The lines `[start, end)` of the main text: the deepest container that still holds most of the weight."""
    if not page.boxes:
        return 0, len(page.lines)
    children: dict[int, list[int]] = {}
    for index, box in enumerate(page.boxes):
        children.setdefault(box.parent, []).append(index)
    current = max(children.get(-1, [0]), key=lambda index: page.boxes[index].weight)
    while inner := children.get(current):
        chosen = _inner(page, current, sorted(inner, key=lambda index: -page.boxes[index].weight))
        if chosen is None:
            break
        current = chosen
    return page.boxes[current].start, page.boxes[current].end


def _inner(page: Page, current: int, ranked: list[int]) -> int | None:
    """The child of `current` that holds its text, if one does."""
    best, whole = page.boxes[ranked[0]], page.boxes[current].weight
    if whole < _MIN_WEIGHT:
        named = (index for index in ranked if page.boxes[index].named)
        return next(named, None) or next((index for index in ranked if _pictures(page, index)), None)
    if len(ranked) > 1 and _copies(page, ranked[0], ranked[1]):
        return min(ranked[:2], key=lambda index: (page.boxes[index].end - page.boxes[index].start < _FEW, index))
    second = page.boxes[ranked[1]].weight if len(ranked) > 1 else 0.0
    if best.weight < _HALF * whole and best.weight < max(_CLEAR * second, _THIRD * whole):
        return None
    if best.weight < _ALL * whole and _is_data(page, best):
        return None
    return ranked[0]


def _pictures(page: Page, index: int) -> bool:
    """Whether a container holds pictures that are no links."""
    return any(_inside(page, box, index) for box in page.pictured)


def _inside(page: Page, box: int, ancestor: int) -> bool:
    while box > ancestor:
        box = page.boxes[box].parent
    return box == ancestor


def _is_data(page: Page, box: Box) -> bool:
    """Whether a container holds a table of data: an annex, not the text."""
    rows: dict[int, set[int]] = {}
    for line in page.lines[box.start : box.end]:
        if line.row:
            rows.setdefault(line.row, set()).add(line.cell)
    in_rows = sum(1 for line in page.lines[box.start : box.end] if line.row and len(rows[line.row]) > 1)
    return in_rows > 0.7 * (box.end - box.start)


def _copies(page: Page, one: int, two: int) -> bool:
    """Whether two containers hold the same text: the copy for telephones, or for reading aloud."""
    first, second = page.boxes[one], page.boxes[two]
    if second.weight < 0.6 * first.weight or second.weight < _MIN_WEIGHT:
        return False
    left = _SPACE.sub("", "".join(line.text for line in page.lines[first.start : first.end]))
    right = [_SPACE.sub("", line.text)[:60] for line in page.lines[second.start : second.end]]
    sample = [text for text in sorted(right, key=len, reverse=True) if text][:5]
    return sum(text in left for text in sample) > len(sample) // 2

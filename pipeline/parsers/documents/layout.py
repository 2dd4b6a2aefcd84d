"""Printed lines with their places, as a fixed layout holds them, to paragraphs.

What belongs here: page numbers, running heads, lines that were broken by the layout. What does not: getting the lines
out of a file (`pdf`, `ofd`).

Chinese lines are filled to the margin and broken anywhere, without a space; a paragraph begins two characters further
in. So a line goes on where the one before it is full and it is not indented; a full stop before a numbered label ends
one all the same. Places are in any unit, y upwards.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final

from pipeline.parsers.documents.heading import TITLE_END

_DASHES: Final = r"[-—–－―─·•~～\s]"
_DASHED_NUMBER: Final = re.compile(
    rf"{_DASHES}{{0,8}}[-—–－―─]{_DASHES}{{0,8}}[0-9０-９]{{1,4}}{_DASHES}{{0,8}}[-—–－―─]{_DASHES}{{0,8}}"
    r"|第\s?[0-9０-９]{1,4}\s?页\s?(?:[,，/、]?\s?共\s?[0-9０-９]{1,4}\s?页)?|[Pp]age\s[0-9]{1,4}(?:\s(?:of|/)\s[0-9]{1,4})?"
)
_BARE_NUMBER: Final = re.compile(r"[·•\s]{0,4}(?P<number>[0-9０-９]{1,4})(?:\s?/\s?[0-9０-９]{1,4})?[·•\s]{0,4}")
_CONTENTS: Final = re.compile(r"(?:[.．·…‥]\s?){4,200}\s?[（(]?[0-9]{1,4}[）)]?$")
_CONTENTS_HEAD: Final = re.compile(r"^目\s{0,8}[录次]$")
_LABEL: Final = re.compile(
    r"第[一二三四五六七八九十百零〇\d]{1,6}[章节条编]|[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,3}[.、．]|附\s?件|[①-⑳]"
)
_SENTENCE: Final = re.compile(r"[，。；]")
_PRINTED: Final = re.compile(r"[0-9〇○一二三四五六七八九十]{1,3}\s?日\s?印发$")
_OWN_LINE: Final = re.compile(rf"{_PRINTED.pattern}|^(?:抄送|主送|抄报|分送|主题词)[:：]")
_STOP: Final = re.compile(r"[。；;！!？?：:](?:[”’」』）)])?$")
_SPACED: Final = re.compile(r"(?<![\u4e00-\u9fff])(?:[\u4e00-\u9fff]\s){2,40}[\u4e00-\u9fff](?![\u4e00-\u9fff])")
_WORD: Final = re.compile(r"[!-~]{1,200}")
_MOST_HEAD: Final = 60
_LONGEST: Final = 2000
_LONG_LINE: Final = 200
_FEW_ROWS: Final = 6
_RUNNING: Final = 3
_SHARE: Final = 0.4
_FULL: Final = 2.6
_INDENT: Final = 1.2
_HANGING: Final = 5
_APART: Final = 1.7
_LARGER: Final = 1.3
_SHIFT: Final = 3
_NEARLY: Final = 0.85


@dataclass(slots=True)
class Row:
    """A printed line and its box."""

    text: str
    left: float
    right: float
    bottom: float
    top: float


@dataclass(frozen=True, slots=True)
class _Margins:
    left: float
    right: float
    em: float
    indents: bool
    leading: float


def paragraphs(pages: Sequence[Sequence[Row]]) -> list[str]:
    """The paragraphs of a document, from the printed lines of its pages in reading order."""
    whole = [_merge(rows) for rows in pages]
    whole = _without_running(_without_numbers(whole))
    whole = [_without_contents(rows) for rows in whole]
    everything = [row for rows in whole for row in rows]
    if not everything:
        return []
    general = _margins(everything)
    out: list[list[str]] = []
    last: tuple[Row, _Margins, bool] | None = None
    for rows in whole:
        own = _of_page(rows, general)
        for row in rows:
            hangs = last is not None and _hangs(last, row, own)
            if last is not None and (hangs or _goes_on(last[0], last[1], row, own)):
                out[-1][-1:] = _joined(out[-1][-1], row.text)
            else:
                out.append([row.text])
            last = row, own, hangs
    return [_SPACED.sub(lambda match: re.sub(r"\s", "", match[0]), "".join(pieces)) for pieces in out]


def is_page_number(text: str) -> bool:
    """Whether a line is nothing but the number of its page."""
    return bool(_DASHED_NUMBER.fullmatch(text.strip()) or _BARE_NUMBER.fullmatch(text.strip()))


def _joined(first: str, second: str) -> tuple[str, str]:
    """Two parts of one paragraph: with a space between words of Latin letters, with none in Chinese."""
    end, start = first[-1], second[0]
    if end == "-" and start.islower() and first[-2:-1].isascii() and first[-2:-1].isalpha():
        return first[:-1], second
    apart = end.isascii() and start.isascii() and not (end.isdigit() and not start.isalpha())
    return first, f" {second}" if apart else second


def _units(text: str) -> float:
    """How wide a text is, in characters of full width."""
    return sum(0.5 if character < "\u2000" else 1.0 for character in text)


def _merge(rows: Sequence[Row]) -> list[Row]:
    """Pieces that stand beside each other in one printed line, as one row."""
    out: list[Row] = []
    for row in rows:
        text = row.text.strip()
        if not text:
            continue
        last = out[-1] if out else None
        height = max(row.top - row.bottom, 0.001)
        if last is not None:
            low = min(height, max(last.top - last.bottom, 0.001))
            beside = min(last.top, row.top) - max(last.bottom, row.bottom) > 0.5 * low
            if beside and len(last.text) < _LONGEST and row.left >= last.right - 0.5 * height:
                gap = row.left - last.right
                last.text += (" " if gap > 0.5 * height else "") + text
                last.right = max(last.right, row.right)
                last.bottom, last.top = min(last.bottom, row.bottom), max(last.top, row.top)
                continue
        out.append(Row(text, row.left, row.right, row.bottom, row.top))
    return out


def _edges(rows: Sequence[Row]) -> list[int]:
    """Indices of the highest and the two lowest rows of a page."""
    order = sorted(range(len(rows)), key=lambda index: rows[index].bottom)
    return list(dict.fromkeys([*order[:2], *order[-1:]]))


def _without_numbers(pages: list[list[Row]]) -> list[list[Row]]:
    """Pages without their numbers: in dashes wherever at an edge, bare ones where they count the pages."""
    gone: set[tuple[int, int]] = set()
    bare: list[tuple[int, int, int]] = []
    for number, rows in enumerate(pages):
        for index in _edges(rows):
            if _DASHED_NUMBER.fullmatch(rows[index].text):
                gone.add((number, index))
            elif match := _BARE_NUMBER.fullmatch(rows[index].text):
                bare.append((number, index, int(match["number"]) - number))
    if bare:
        offset, count = Counter(item[2] for item in bare).most_common(1)[0]
        if count > 1 or offset == 1:
            gone |= {(number, index) for number, index, found in bare if found == offset}
    return [[row for index, row in enumerate(rows) if (number, index) not in gone] for number, rows in enumerate(pages)]


def _without_running(pages: list[list[Row]]) -> list[list[Row]]:
    """Pages without the words that stand at the same place of most of them."""
    seen: Counter[tuple[str, int]] = Counter()
    for rows in pages:
        seen.update({_shape(rows[index]) for index in _edges(rows)})
    least = max(_RUNNING, _SHARE * len(pages))
    running = {shape for shape, count in seen.items() if count >= least and len(shape[0]) < _MOST_HEAD}
    running = {shape for shape in running if not _SENTENCE.search(shape[0])}
    if not running:
        return pages
    out = []
    for number, rows in enumerate(pages):
        gone = {index for index in _edges(rows) if _shape(rows[index]) in running}
        if not number:  # what runs over the pages may be the title, and is it here
            texts = Counter(re.sub(r"\s", "", row.text) for row in rows)
            gone = {
                index
                for index in gone
                if texts[re.sub(r"\s", "", rows[index].text)] > 1 or not TITLE_END.search(rows[index].text)
            }
        out.append([row for index, row in enumerate(rows) if index not in gone])
    return out


def _shape(row: Row) -> tuple[str, int]:
    """What a row says but for its figures, and about how high it stands."""
    height = max(row.top - row.bottom, 1.0)
    return re.sub(r"[0-9０-９]+", "#", re.sub(r"\s", "", row.text)), round(row.bottom / height)


def _without_contents(rows: list[Row]) -> list[Row]:
    """Without the lines of a table of contents, which say every heading a second time."""
    kept = [row for row in rows if not _CONTENTS.search(row.text[-_LONG_LINE:])]
    return rows if len(kept) == len(rows) else [row for row in kept if not _CONTENTS_HEAD.match(row.text)]


def _margins(rows: Sequence[Row]) -> _Margins:
    """Where lines begin and end, how wide a character is, and whether paragraphs are indented."""
    widths = [(row.right - row.left) / _units(row.text) for row in rows if len(row.text) > 4 and row.right > row.left]  # noqa: PLR2004
    em = median(widths) if widths else max((row.top - row.bottom for row in rows), default=1.0)
    left = _shared(sorted(row.left for row in rows), em / 2)
    outermost = max(row.right for row in rows)
    right = _shared(sorted((row.right for row in rows), reverse=True), em)
    if right - left < _NEARLY * (outermost - left):
        right = outermost  # two short lines may end at one place by chance; nothing fuller than full is printed
    steps = [(row.left - left) / em for row in rows if row.right >= right - _FULL * em] if em > 0 else []
    downs = [one.bottom - other.bottom for one, other in pairwise(rows) if one.bottom > other.bottom]
    indents = any(_INDENT < step < 3.5 for step in steps)  # noqa: PLR2004 - two characters, or nearly
    return _Margins(left, right, em, indents, median(downs) if downs else 0.0)


def _of_page(rows: Sequence[Row], general: _Margins) -> _Margins:
    """The margins of one page, which may be shifted for binding; a page of short lines only has those of the whole."""
    if len(rows) < _FEW_ROWS:
        return general
    own = _margins(rows)
    shifted = abs(own.left - general.left) < _SHIFT * own.em and abs(own.right - general.right) < _SHIFT * own.em
    wider = own.right - own.left > general.right - general.left
    return own if shifted or wider else replace(general, leading=own.leading)


def _shared(places: Sequence[float], near: float) -> float:
    """The outermost place that two lines share."""
    for one, other in pairwise(places):
        if abs(one - other) <= near:
            return one
    return places[0] if places else 0.0


def _is_full(last: Row, before: _Margins, row: Row) -> bool:
    """Whether a line ends where the layout had to break it, and the next is the same size and no further down."""
    if _PRINTED.search(last.text) or _OWN_LINE.search(row.text):
        return False
    low, high = sorted((last.top - last.bottom, row.top - row.bottom))
    if (before.leading > 0 and last.bottom - row.bottom > _APART * before.leading) or high > _LARGER * low > 0:
        return False
    room = (before.right - last.right) / before.em
    word = _WORD.match(row.text)
    return room < _FULL or (word is not None and not _STOP.search(last.text) and len(word[0]) / 2 > room)


def _hangs(before: tuple[Row, _Margins, bool], row: Row, here: _Margins) -> bool:
    """Whether `row` goes on with an item of a list whose lines stand under its words and not under its label."""
    last, margins, hung = before
    if here.em <= 0 or margins.em <= 0 or _STOP.search(last.text) or _LABEL.match(row.text):
        return False
    step = ((row.left - here.left) - (last.left - margins.left)) / here.em
    under = abs(step) < _INDENT / 2 if hung else _LABEL.match(last.text) and _INDENT / 2 < step < _HANGING
    return bool(under) and _is_full(last, margins, row)


def _goes_on(last: Row, before: _Margins, row: Row, here: _Margins) -> bool:
    """Whether `row` continues the paragraph of which `last` is the line before."""
    stopped = _STOP.search(last.text) is not None
    labelled = _LABEL.match(row.text) is not None
    if before.em <= 0 or here.em <= 0:
        return not stopped and not labelled
    if not _is_full(last, before, row) or (row.left - here.left) / here.em > _INDENT or (stopped and labelled):
        return False
    return here.indents or before.indents or not stopped

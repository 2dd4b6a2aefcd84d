"""The documents that a sentence names: 《title》 with the number behind it, and bare numbers.

What belongs here: finding names, and a sentence with a mark in the place of each. What does not: what the sentence does
to them (`relations`), and which of them a record cites (`citations`).
"""

import re
from dataclasses import dataclass
from typing import Final

from pipeline.parsers.numbers import find_numbers, normal_number

MARK: Final = "\x01"
_QUOTES: Final = re.compile(r"[《》]")
_PARENTHESIS: Final = re.compile(r"^\s?[（(]([^（）()]{0,80})[）)]")


@dataclass(frozen=True, slots=True)
class Named:
    """A document named in a sentence; `at` is its place in the sentence whose names are masked."""

    title: str | None
    number: str | None
    printed: str | None
    at: int


def mask(sentence: str) -> tuple[str, list[Named]]:
    """`sentence` with a mark in place of every name (《title》 and its number, bare numbers), and the names."""
    out: list[str] = []
    names: list[Named] = []
    position = length = 0
    for start, end in quoted(sentence):
        head = sentence[position:start]
        length = _bare_numbers(head, out, names, length)
        title = sentence[start + 1 : end - 1].strip()
        number = printed = None
        position = end
        if match := _PARENTHESIS.match(sentence[end:]):
            found = find_numbers(match[1])
            if found:
                number, printed = found[0].normal, found[0].printed
                # 财政部 税务总局公告2023年第1号: the blank parts two bodies, and both are its code.
                if found[0].start and (whole := normal_number(match[1])):
                    number, printed = whole, match[1].strip()
                position = end + match.end()
        names.append(Named(title, number, printed, length))
        out.append(MARK)
        length += 1
    _bare_numbers(sentence[position:], out, names, length)
    return "".join(out), names


def _bare_numbers(text: str, out: list[str], names: list[Named], length: int) -> int:
    position = 0
    for number in find_numbers(text):
        piece = text[position : number.start]
        out.extend((piece, MARK))
        length += len(piece)
        names.append(Named(None, number.normal, number.printed, length))
        length += 1
        position = number.end
    out.append(text[position:])
    return length + len(text) - position


def quoted(sentence: str) -> list[tuple[int, int]]:
    """Spans of outermost 《…》, nested ones inside."""
    spans: list[tuple[int, int]] = []
    depth = start = 0
    for match in _QUOTES.finditer(sentence):
        place, char = match.start(), match[0]
        if char == "《":
            if depth == 0:
                start = place
            depth += 1
        elif char == "》" and depth:
            depth -= 1
            if depth == 0 and 2 < place - start < 300:  # noqa: PLR2004 - a title, not a stray bracket
                spans.append((start, place + 1))
    return spans

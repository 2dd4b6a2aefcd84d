"""A record back to its text: every character of the body is a clause's or nobody's, once and in order.

What belongs here: laying the clauses over the normal text, and putting the text together from them again. What does
not: finding clauses (`clauses`). The record needs no field for this: its `text` is the whole body, and the clauses say
which of it is numbered; what lies between them is the preamble, the signature, and whatever else has no number.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.parsers.characters import simplify
from pipeline.parsers.normal import normal_form
from pipeline.parsers.records import Clause, PageRecord

Part = Literal["label", "heading", "text", "between", "unnumbered"]

_BETWEEN: Final = re.compile(r"[^\w\n]*\n?[^\w\n]*")
"""What may stand between label, heading and text, and behind them: marks and blanks, one end of a line, no words."""
_END: Final = re.compile(r"[^\w\n]*(?=\n|\Z)")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the body in normal form.

    `clause` is the index in `record.clauses`, None for unnumbered text. `between` are the marks and blanks that part a
    clause's label, heading and text.
    """

    text: str
    part: Part
    clause: int | None = None


def segments(record: PageRecord) -> tuple[Segment, ...]:
    """The body of `record` in pieces, in order: label, heading and text of each clause, and what has no number.

    Raises:
        ValueError: a clause does not stand in the text behind the clause before it: words were lost, doubled or moved.
    """
    out: list[Segment] = []
    at = 0
    for index, clause in enumerate(record.clauses):
        begin, pieces, end = _find(record.text, at, clause, index)
        if begin > at:
            out.append(Segment(record.text[at:begin], "unnumbered"))
        out.extend(piece for piece in pieces if piece.text)
        at = end
    if at < len(record.text):
        out.append(Segment(record.text[at:], "unnumbered"))
    return tuple(out)


def unparse(record: PageRecord) -> str:
    """The normal text of the page, put together from its clauses and the unnumbered text between them.

    Raises:
        ValueError: as `segments`.
    """
    return "".join(segment.text for segment in segments(record))


def unnumbered(record: PageRecord) -> tuple[str, ...]:
    """The lines of the body that belong to no clause, in order.

    Raises:
        ValueError: as `segments`.
    """
    lines = "\n".join(segment.text for segment in segments(record) if segment.part == "unnumbered").split("\n")
    return tuple(filter(None, lines))


def _find(text: str, at: int, clause: Clause, index: int) -> tuple[int, list[Segment], int]:
    """Where the clause begins at or behind `at`, at the start of a line; its pieces; where it ends."""
    for form in (_among_others, normal_form, _simplified):
        parts: tuple[tuple[Part, str], ...] = (
            ("label", form(clause.label)),
            ("heading", form(clause.heading or "")),
            ("text", form(clause.text)),
        )
        label = parts[0][1]
        begin = text.find(label, at)
        while begin >= 0:
            found = _match(text, begin, parts, index) if not begin or text[begin - 1] == "\n" else None
            if found:
                return begin, *found
            begin = text.find(label, begin + 1)
    msg = f"clause {clause.path} does not stand in the text behind the clause before it"
    raise ValueError(msg)


def _match(text: str, begin: int, parts: tuple[tuple[Part, str], ...], index: int) -> tuple[list[Segment], int] | None:
    """The pieces of a clause that begins at `begin`, up to the end of its last line; None when it is not there."""
    at = begin
    pieces: list[Segment] = []
    for part, words in parts:
        if not words:
            continue
        between = _BETWEEN.match(text, at) if pieces and not text.startswith(words, at) else None
        if between:
            at = _shortest(text, at, between.end(), words)
            pieces.append(Segment(text[between.start() : at], "between", index))
        if not text.startswith(words, at):
            return None
        pieces.append(Segment(words, part, index))
        at += len(words)
    end = _END.match(text, at)
    if end is None:
        return None
    pieces.append(Segment(end[0], "between", index))
    return pieces, end.end()


def _shortest(text: str, begin: int, end: int, words: str) -> int:
    """Where `words` begin behind the fewest marks."""
    return next((at for at in range(begin, end + 1) if text.startswith(words, at)), end)


def _among_others(words: str) -> str:
    """The normal form of words that stand in a text with characters beyond ASCII, which decide for the whole of it."""
    return normal_form(f"。\n{words}")[2:] if words.isascii() else normal_form(words)


def _simplified(words: str) -> str:
    return normal_form(simplify(words))

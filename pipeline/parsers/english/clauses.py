"""Labels of clauses in English documents: Chapter I, Article 12, Section 3, I., 1., (a), (ii).

What belongs here: recognising them at the start of a line, and heading and text apart. What does not: the tree
(`pipeline.parsers.clauses`), and 1. and (1), which all languages share.
"""

import re
from typing import Final

Label = tuple[str, int, int, str, str]
"""System, rank, value, printed label, and what stands behind it."""

_ORDINALS: Final = {
    word: value
    for value, word in enumerate(
        [
            "One",
            "Two",
            "Three",
            "Four",
            "Five",
            "Six",
            "Seven",
            "Eight",
            "Nine",
            "Ten",
            "Eleven",
            "Twelve",
            "Thirteen",
            "Fourteen",
            "Fifteen",
        ],
        1,
    )
}
_N: Final = rf"(?P<n>\d{{1,3}}|[IVXLC]{{1,6}}|{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
_BEHIND: Final = r"(?=[\s.:]|$)[.:]?"
_OPENS: Final = r"(?=\s{0,3}(?:[A-Z“\"(（\[0-9—–-]|$))"
"""What a label is followed by: Article 3 of these Measures is a reference."""
_PATTERNS: Final = (
    ("part", 0, re.compile(rf"P(?:art|ART)\s{_N}{_BEHIND}{_OPENS}")),
    ("chapter", 1, re.compile(rf"C(?:hapter|HAPTER)\s{_N}{_BEHIND}{_OPENS}")),
    ("section", 2, re.compile(rf"S(?:ection|ECTION)\s{_N}{_BEHIND}{_OPENS}")),
    ("article", 3, re.compile(rf"A(?:rticle|RTICLE)\s{_N}{_BEHIND}{_OPENS}")),
    ("roman", 4, re.compile(r"(?P<n>[IVX]{1,6})\.(?=\s[A-Z“\"])")),
    ("letter", 8, re.compile(r"\((?P<n>[a-z])\)|(?P<m>[a-h])\)(?=\s)")),
    ("small", 9, re.compile(r"\((?P<n>[ivx]{1,5})\)")),
)
_FIRST: Final = frozenset("PCSAIVX(abcdefgh")
_HEADING: Final = 120
_BRACKETED: Final = re.compile(r"^[(（\[【](?P<heading>[A-Z][^()（）\[\]【】.]{2,80})[)）\]】]\s?")
_LED: Final = re.compile(r"^(?P<heading>[A-Z“\"][^.:;\n]{2,80})[.:]\s+(?=[A-Z“\"(])")
_VERBS: Final = re.compile(r"\b(?:shall|may|must|is|are|means|refers|should|will|has|have)\b")
_ROMAN: Final = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


def _value(printed: str) -> int:
    """A figure, a word or a Roman numeral as an integer."""
    if printed.isdigit():
        return int(printed)
    if printed in _ORDINALS:
        return _ORDINALS[printed]
    digits = [_ROMAN[letter] for letter in printed.lower()]
    return sum(-one if one < max(digits[place:]) else one for place, one in enumerate(digits))


def label_of(text: str, last: dict[str, int]) -> Label | None:
    """The label that a line begins with; `last` holds the value that each system has reached.

    (i) is the letter behind (h), and else the first of the small Roman numerals; so are (v) and (x).
    """
    if text[:1] not in _FIRST:
        return None
    found: list[Label] = []
    for kind, rank, pattern in _PATTERNS:
        match = pattern.match(text)
        if match:
            printed = match[match.lastgroup or 0]
            value = ord(printed) - ord("a") + 1 if kind == "letter" else _value(printed)
            found.append((kind, rank, value, match[0].rstrip(".: "), text[match.end() :].lstrip(" .:").rstrip()))
    if len(found) > 1:
        letter = found[0]
        return letter if last.get("letter", 0) == letter[2] - 1 > 0 else found[1]
    return found[0] if found else None


def split_heading(kind: str, rest: str) -> tuple[str | None, str]:
    """The heading of a clause and its text: what stands in brackets, a short first sentence without a verb."""
    if kind in {"part", "chapter", "section"}:
        return (rest.strip() or None), ""
    match = _BRACKETED.match(rest) or _LED.match(rest)
    if match and not _VERBS.search(match["heading"]):
        return match["heading"], rest[match.end() :].strip()
    if kind != "article" and len(rest) <= _HEADING and rest[-1:].isalnum() and not _VERBS.search(rest):
        return rest or None, ""
    return None, rest

"""Issuing bodies in English: recognising and separating their names, and those that a title begins with.

What belongs here: English names. What does not: which of them issued a document (`pipeline.parsers.attribution`).
"""

import re
from typing import Final

from pipeline.parsers.english.words import BODY_WORDS, NOTICE_TYPES

_WORD: Final = r"(?:[A-Z][\w’'&\-]{0,30}|of|the|and|for)"
_BODY: Final = re.compile(rf"(?:The\s)?[A-Z][\w’'&\-]{{0,30}}(?:,?\s{_WORD}){{0,18}}(?:\s\([A-Z]{{2,10}}\))?")
_HOLDS: Final = re.compile(rf"\b(?:{'|'.join(BODY_WORDS)})\b")
_NOTICE: Final = "|".join(sorted(NOTICE_TYPES, key=len, reverse=True))
_OF: Final = re.compile(
    rf"^(?:(?:Joint|Public|Emergency|Supplementary|Guiding|Implementing)\s)?(?:{_NOTICE})\s(?:No\.\s?\d+\s)?(?:of|by|from)\s(?:the\s)?(?P<names>{_BODY.pattern}?)"
    r"(?=\s(?:on|concerning|regarding|about|for|to|No\.|Issuing|Printing|Promulgating|Approving)\b|$)"
)
_JOINT: Final = re.compile(
    rf",?\sand\sthe\s(?=[A-Z])|,\s(?:the\s)?(?=(?:[A-Z][\w’'\-]*\s(?:and\s|of\s(?:the\s)?)?){{0,8}}(?:{'|'.join(BODY_WORDS)})\b)|\sand\s(?=(?:Ministry|State|National|General|China)\b)"
)
_MAX: Final = 120
_MIN: Final = 2


def is_body(name: str) -> bool:
    """Whether `name` is a body's name and nothing else: capitals, small connecting words, and a word such as Bureau."""
    words = name.split()
    return (
        len(words) >= _MIN
        and len(name) <= _MAX
        and _BODY.fullmatch(name) is not None
        and _HOLDS.search(name) is not None
    )


def promulgator(number: str) -> str | None:
    """The body whose order a number is: Order No. 5 of the Ministry of Water Resources."""
    name = number.partition(" of the ")[2]
    return name if name and is_body(name) else None


def split_bodies(printed: str) -> tuple[str, ...]:
    """The bodies in a printed cell or line: separated by line breaks, semicolons, commas, or `and the`."""
    names: list[str] = []
    for piece in re.split(r"[\n;|/]", printed):
        parts = [part.strip(" ,.").removeprefix("the ").removeprefix("The ") for part in _JOINT.split(piece)]
        whole = len(parts) > 1 and all(map(is_body, parts))
        names.extend(parts if whole else [piece.strip(" ,").removeprefix("The ")])
    return tuple(dict.fromkeys(filter(None, names)))


def bodies_of_title(title: str) -> tuple[str, ...]:
    """The bodies that a title names as its issuers: Notice of the Ministry of Finance and the … on …."""
    match = _OF.match(title)
    names = split_bodies(match["names"]) if match else ()
    return names if names and all(map(is_body, names)) else ()

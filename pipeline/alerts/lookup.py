"""Many words looked for in many short texts: which of them stand in a text, without asking for each.

What belongs here: the normal form in which words and texts meet, and the index. What does not: filters (`match`).

Every word is filed under the pair of neighbouring characters in it that the fewest other words share. A text is cut
into its pairs; only the words filed under one of them are looked for. Words are literal: nothing in them is a pattern.
"""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from pipeline.parsers.characters import simplify
from pipeline.parsers.normal import normal_form, normal_issuer

_BOTH: Final = frozenset("後徵於夥麽")
"""Traditional characters that the simplified set holds too."""


def normal(text: str) -> str:
    """`text` in the form that compares: simplified, half-width, lower case; its lines are kept."""
    return normal_form(text if is_plain(text) else simplify(text)).casefold()


def is_plain(text: str) -> bool:
    """Whether `text` has no traditional character: all of it is of the simplified set (or ASCII), seen at a glance."""
    if text.isascii():
        return True
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return _BOTH.isdisjoint(text)


@lru_cache(maxsize=4096)
def forms(word: str) -> tuple[str, ...]:
    """The forms of `word` that may stand in a text in normal form: as it is, and as a mirror's word becomes ours."""
    found = dict.fromkeys((normal(word), normal_form(simplify(word)).casefold()))
    return tuple(form for form in found if form)


@lru_cache(maxsize=65_536)
def issuer(name: str) -> str:
    """A body's name in the form that compares."""
    return normal_issuer(name if is_plain(name) else simplify(name))


class WordIndex:
    """Which of many words (in normal form) stand in a text (in normal form)."""

    def __init__(self, words: Iterable[str]) -> None:
        """File `words`; empty ones are never found."""
        kept = list(dict.fromkeys(word for word in words if word))
        shared = Counter(pair for word in kept for pair in set(_pairs(word)))
        self._filed: dict[str, list[str]] = {}
        for word in kept:
            pairs = _pairs(word)
            # A single character is its own place.
            place = min(pairs, key=lambda pair: (shared[pair], pair)) if pairs else word
            self._filed.setdefault(place, []).append(word)
        self._places = self._filed.keys()
        self._firsts = frozenset(place[0] for place in self._filed)

    def found_in(self, text: str) -> list[str]:
        """The words that stand in `text`, in no order."""
        if not self._filed:
            return []
        firsts = self._firsts
        starts = [at for at, character in enumerate(text) if character in firsts]
        seen = {text[at : at + 2] for at in starts}
        seen.update([text[at] for at in starts])
        return [word for place in self._places & seen for word in self._filed[place] if word in text]


def _pairs(word: str) -> list[str]:
    return [word[at : at + 2] for at in range(len(word) - 1)]

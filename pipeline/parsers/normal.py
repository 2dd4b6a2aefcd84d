"""Normal forms: what two printings of the same words have in common. The only normalisers of the project.

What belongs here: the form that compares, for text, titles, issuers and numbers. What does not: the printed form,
which stands beside it everywhere.
"""

import functools
import re
import unicodedata
from typing import Final

from pipeline.parsers.characters import clean, fold_words, is_traditional, simplify
from pipeline.parsers.numbers import normal_number

__all__ = ["fold", "fold_normal", "normal_form", "normal_issuer", "normal_number", "normal_text", "normal_title"]

# In pairs: after NFKC, each character of the first becomes the second.
_FOLD: Final = tuple(
    (character, plain)
    for characters, plain in (
        ("“”„‟«»「」『』", '"'), ("‘’‚‛`´", "'"), ("〈", "<"), ("〉", ">"), ("—–−―‐‑", "-"), ("〔【﹝", "["),
        ("〕】﹞", "]"),
        ("○◯", "〇"), ("•・", "·"), ("～〜", "~"),
    )
    for character in characters
)  # fmt: skip
_FOLDED: Final = re.compile(f"[{''.join(character for character, _ in _FOLD)}]")
_COMMON: Final = tuple((character, unicodedata.normalize("NFKC", character)) for character in "，：；（）！？…")
_PUNCTUATION_GAP: Final = re.compile(r" (?=[,.;:!?)\]>\"'])")
_DASHES: Final = re.compile(r"-{2,20}")
_NOT_WORD: Final = re.compile(r"[\W_]{1,200}")
_REPRINT: Final = re.compile(r"^\s?[(（\[【](?:转载|转发|转)[)）\]】]\s?")
_COUNTRY: Final = re.compile(r"^中华人民共和国(?=(?!国务院$).{3}|国务院$)")


def normal_text(text: str) -> str:
    """`text` for comparing: simplified, half-width, straight quotes, no white space beside Chinese; lines are kept."""
    return normal_form(simplify(text) if is_traditional(text) else text)


def normal_form(text: str) -> str:
    """As `normal_text`, for text that is in simplified characters already, or is to keep those that it has."""
    return normal_lines("\n".join(filter(None, map(clean, text.split("\n")))))


def normal_lines(text: str) -> str:
    """As `normal_text`, for simplified lines that are clean already and none of them empty."""
    if text.isascii():
        return _PUNCTUATION_GAP.sub("", text)
    text = _close_gaps(text)
    # These it would change too, but for text without them it only has to look, which is a hundred times cheaper.
    for character, plain in _COMMON:
        text = text.replace(character, plain)
    # Nothing composes over the end of a line, and most lines are in normal form, which is seen at a glance.
    text = "\n".join([unicodedata.normalize("NFKC", line) for line in text.split("\n")])
    if _FOLDED.search(text):
        for character, plain in _FOLD:
            text = text.replace(character, plain)
    text = _PUNCTUATION_GAP.sub("", _close_gaps(text))
    return _DASHES.sub("-", text) if "--" in text else text


def _close_gaps(text: str) -> str:
    """`text` without blanks beside characters that are not ASCII."""
    if " " not in text:
        return text
    first, *rest = text.split(" ")
    out = [first]
    for piece in rest:
        before = out[-1][-1:]
        out.append(piece if not before.isascii() or not piece[:1].isascii() else f" {piece}")
    return "".join(out)


@functools.lru_cache(maxsize=4096)
def normal_title(title: str) -> str:
    """A title for comparing: as `normal_text`, without punctuation, quotes, brackets and a note of reprinting."""
    return _NOT_WORD.sub("", normal_text(_REPRINT.sub("", title)).replace("\n", "")).lower()


def normal_issuer(name: str) -> str:
    """A body's name for comparing: as `normal_title`, without 中华人民共和国."""
    return _COUNTRY.sub("", normal_title(name))


def fold(text: str) -> str:
    """`text` for a digest: `normal_text`, and words that mirrors change folded on both sides."""
    return fold_normal(normal_text(text))


def fold_normal(text: str) -> str:
    """As `fold`, for what is in normal form already."""
    return fold_words(text).replace(" ", "")

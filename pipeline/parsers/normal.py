"""Normal forms: what two printings of the same words have in common. The only normalisers of the project.

What belongs here: the form that compares, for text, titles, issuers and numbers. What does not: the printed form,
which stands beside it everywhere.
"""

import re
import unicodedata
from typing import Final

from pipeline.parsers.characters import clean, script_of, simplify
from pipeline.parsers.numbers import normal_number

__all__ = ["fold", "normal_issuer", "normal_number", "normal_text", "normal_title"]

_FOLD: Final = str.maketrans({
    "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "「": '"', "」": '"', "『": '"', "』": '"', "‘": "'", "’": "'",
    "‚": "'", "‛": "'", "`": "'", "´": "'", "〈": "<", "〉": ">", "—": "-", "–": "-", "−": "-", "―": "-", "‐": "-", "‑": "-",
    "〔": "[", "〕": "]", "【": "[", "】": "]", "﹝": "[", "﹞": "]", "○": "〇", "◯": "〇", "·": "·", "•": "·", "・": "·",
    "。": ".", "、": ",", "…": "...", "～": "~", "〜": "~",
})  # fmt: skip
_CJK_GAP: Final = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")
_PUNCTUATION_GAP: Final = re.compile(r" (?=[,.;:!?)\]>\"'])|(?<=[(\[<]) ")
_DASHES: Final = re.compile(r"-{2,20}")
_NOT_WORD: Final = re.compile(r"[\W_]{1,200}")
_REPRINT: Final = re.compile(r"^\s?[(（\[【](?:转载|转发|转)[)）\]】]\s?")
_COUNTRY: Final = re.compile(r"^中华人民共和国(?=(?!国务院$).{3}|国务院$)")


def normal_text(text: str) -> str:
    """`text` for comparing: simplified, half-width, straight quotes, no white space beside Chinese; lines are kept."""
    if script_of(text) == "Hant":
        text = simplify(text)
    return "\n".join(filter(None, (_line(line) for line in text.split("\n"))))


def _line(line: str) -> str:
    line = unicodedata.normalize("NFKC", clean(line)).translate(_FOLD)
    return _DASHES.sub("-", _PUNCTUATION_GAP.sub("", _CJK_GAP.sub("", line))).strip()


def normal_title(title: str) -> str:
    """A title for comparing: as `normal_text`, without punctuation, quotes, brackets and a note of reprinting."""
    return _NOT_WORD.sub("", normal_text(_REPRINT.sub("", title)).replace("\n", "")).lower()


def normal_issuer(name: str) -> str:
    """A body's name for comparing: as `normal_title`, without 中华人民共和国."""
    return _COUNTRY.sub("", normal_title(name))


def fold(text: str) -> str:
    """`text` for a digest: `normal_text`, and words that mirrors change folded on both sides."""
    return _NOT_SPACE.sub("", normal_text(simplify(text)).replace("品质", "质量"))


_NOT_SPACE: Final = re.compile(r"[ \t]")

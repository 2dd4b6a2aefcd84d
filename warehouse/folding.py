"""How a search compares characters: the macros `simplified` and `plain`, which need tables of characters.

What belongs here: the two tables, the statements that carry them, and the comparison of two printings. What does not:
the search (`views/75_search.sql`) and how stored texts were brought into this form (the reader did that, with words in
view; here single characters must do).
"""

import functools
import unicodedata
from typing import Final

_CJK: Final = (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))
_BOTH: Final = frozenset("後徵於夥麽")
"""Characters of the simplified set that nobody who writes simplified characters would look for."""
_PUNCTUATION: Final = (
    ("“”„‟«»「」『』", '"'), ("‘’‚‛`´", "'"), ("〈", "<"), ("〉", ">"), ("—–−―‐‑", "-"), ("〔【﹝", "["),
    ("〕】﹞", "]"), ("○◯", "〇"), ("•・", "·"), ("〜", "~"), ("\u3000\u00a0", " "),
)  # fmt: skip


@functools.cache
def traditional() -> tuple[str, str]:
    """Traditional characters, and the simplified one of each at the same place.

    Left out are those that are characters of the simplified set too (著, 乾): they may be meant as they stand.
    """
    import opencc  # noqa: PLC0415 - its dictionaries take time to load

    printed = [chr(code) for code in _CJK]
    # A character a line: no two of them make a phrase.
    converted = opencc.OpenCC("tw2sp").convert("\n".join(printed)).split("\n")
    pairs = [
        (one, other)
        for one, other in zip(printed, converted, strict=True)
        if one != other and len(other) == 1 and (one in _BOTH or not _is_simplified(one))
    ]
    return "".join(one for one, _ in pairs), "".join(other for _, other in pairs)


def _is_simplified(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _forms() -> tuple[str, str]:
    """Full-width letters, digits and signs, quotes and brackets, and the plain form of each."""
    pairs = [(chr(code), chr(code - 0xFEE0)) for code in range(0xFF01, 0xFF5F)]
    pairs += [(sign, plain) for signs, plain in _PUNCTUATION for sign in signs]
    return "".join(one for one, _ in pairs), "".join(other for _, other in pairs)


def statements() -> list[str]:
    """The CREATE MACRO statements of `simplified(text)`, `plain(text)` and `folded(text)`."""
    return [
        f"CREATE MACRO simplified(text) AS translate(text, {_literal(traditional()[0])}, {_literal(traditional()[1])})",
        f"CREATE MACRO plain(text) AS translate(text, {_literal(_forms()[0])}, {_literal(_forms()[1])})",
        "CREATE MACRO folded(text) AS lower(plain(text))",
    ]


def words(text: str) -> str:
    """`text` without blanks, its widths, quotes and brackets in one form: what two printings of it have in common."""
    return "".join(unicodedata.normalize("NFKC", text).split()).translate(_quotes())


@functools.cache
def _quotes() -> dict[int, str]:
    return {ord(sign): plain for signs, plain in _PUNCTUATION for sign in signs}


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

"""Chinese numerals.

What belongs here: 二十三 and 二〇二一 to integers. What does not: dates and document numbers, which use it.
"""

import re
from typing import Final

DIGITS: Final = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {
    "○": 0, "零": 0, "Ｏ": 0, "O": 0, "o": 0, "◯": 0, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7,
    "捌": 8, "玖": 9, "两": 2, "０": 0,
}  # fmt: skip
UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
CHINESE: Final = "〇○零一二三四五六七八九十百千两"
"""Characters of a Chinese numeral, for character classes."""
_NUMERAL: Final = re.compile(rf"[{CHINESE}◯ＯOo]{{1,9}}")


def to_int(text: str) -> int | None:
    """`text`, Arabic or Chinese digits (`23`, `二十三`, `二〇二一`), as an integer; None where it is neither."""
    if text.isascii() and text.isdigit():
        return int(text) if len(text) < 10 else None  # noqa: PLR2004 - longer ones are no numbers of documents
    if not text or not _NUMERAL.fullmatch(text):
        return None
    if not any(c in UNITS for c in text):
        value = 0
        for char in text:
            value = value * 10 + DIGITS[char]
        return value
    total, digit = 0, -1
    for char in text:
        if char in UNITS:
            total += (1 if digit < 0 else digit) * UNITS[char]
            digit = -1
        else:
            digit = DIGITS[char]
    return total + max(digit, 0)

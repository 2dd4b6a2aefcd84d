"""Characters that a font's own map puts in the place of others: what was printed was never a radical or a ligature.

What belongs here: undoing that. What does not: normal forms for comparing (`normal`), traditional mirrors
(`characters`).
"""

import re
import unicodedata
from typing import Final

_KANGXI: Final = re.compile(r"[\u2f00-\u2fd5\uf900-\ufaff\ufb00-\ufb06]")
# Unicode maps the Kangxi radicals to the characters that they look like, but hardly any of their supplement.
_PAIRS: Final = (
    "⺠民⺟母⻁虎⻄西⻅见⻆角⻉贝⻋车⻓长⻔门⻘青⻙韦⻚页⻛风⻜飞⻝食⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻬齐⻮齿⻰龙⻳龟"
)
_SUPPLEMENT: Final = dict(zip(map(ord, _PAIRS[::2]), _PAIRS[1::2], strict=True))
_ANY_SUPPLEMENT: Final = re.compile(r"[\u2e80-\u2ef3]")


def as_printed(text: str) -> str:
    """`text` with the characters that a reader sees."""
    if _ANY_SUPPLEMENT.search(text):
        text = text.translate(_SUPPLEMENT)
    return _KANGXI.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)

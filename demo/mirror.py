"""The traditional-character mirror: text as the government gateways convert it by machine, errors included.

What belongs here: characters and words. What does not: addresses (`demo.site`) and undoing it (`pipeline.parsers`).
"""

import functools
from typing import Any, Final

QUIRKS: Final = {
    # typical errors of the gateways' converters
    "出具": "齣具",
    "機制": "機製",
    "產": "産",
    "釋出": "發佈",
    # and their vocabulary, where it differs from the library's
    "高質量": "高品質",
    "資訊化局": "信息化局",
    "入口網站": "門戶網站",
    "檔案": "文件",
}


@functools.cache
def _converter() -> Any:  # noqa: ANN401 - the library has no types
    # Loaded on first use: the dictionaries take a tenth of a second and most requests need none.
    import opencc  # noqa: PLC0415

    return opencc.OpenCC("s2twp")


@functools.lru_cache(maxsize=256)
def traditional(text: str) -> str:
    """`text` (simplified, markup and all) in the mirror's characters, vocabulary and mistakes."""
    converted = str(_converter().convert(text))
    for plain, quirk in QUIRKS.items():
        converted = converted.replace(plain, quirk)
    return converted.replace('lang="zh-CN"', 'lang="zh-Hant"')

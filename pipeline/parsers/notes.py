"""Notes of the portal inside a text: （此件已废止）, 注：本文件已于2023年6月1日失效, or behind the title.

What belongs here: lines that are nothing but such a note. What does not: what the document provides about its own end
(`force`), and status words of the box (`box`). A note says 已: without that word it is a provision.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from pipeline.parsers.dates import DAY, parse_day
from pipeline.parsers.dom import Line
from pipeline.parsers.force import OWN

_DAY: Final = rf"(?P<day>{DAY}|(?:19|20)\d{{2}}[-./]\d{{1,2}}[-./]\d{{1,2}})"
_NOTE: Final = re.compile(
    r"^[（(【\[*※]?\s?(?:(?:注|备注|提示|说明|温馨提示|特别提示|编者注|编者按)\s?[:：]\s?)?"
    rf"(?:此件|此文件|此文|本文件|本件|本文|该文件|该文|该规范性文件|本规范性文件|{OWN})(?:（[^（）]{{1,40}}）)?\s?(?:现|目前|均|已经|已){{1,3}}"
    rf"(?:(?:于|自|从|由)\s?{_DAY}\s?(?:起|之日起)?)?(?:(?:被|由|根据|经|按照|依据)[^。；;]{{2,120}}?)?(?:予以|全文|自动|自行|宣布|到期|正式|有效期届满|，|,){{0,3}}"
    r"(?P<word>废止|失效|停止执行)(?:（[^（）]{1,60}）|，[^。；;]{2,40})?[。.]?\s?[）)】\]*]?$"
)
_BEHIND_TITLE: Final = re.compile(
    rf"[（(【\[]\s?(?:已于|于|自)?\s?{_DAY}\s?(?:起)?(?:已|予以|全文|宣布)?(?P<word>废止|失效)\s?[）)】\]]\s?$"
)
_WORDS: Final = ("废止", "失效", "停止执行")
_AT_EDGE: Final = 4
_LONG: Final = 200


@dataclass(frozen=True, slots=True)
class Note:
    """That a document is over: the portal's word, the first day without force where it is named, and the whole note."""

    status: str
    day: dt.date | None
    printed: str | None
    quote: str


def read_note(lines: list[Line], behind: int) -> Note | None:
    """The note among the first lines of a text, or at its end: from line `behind` on, or among the last ones."""
    last = min(behind, len(lines) - _AT_EDGE) if behind >= 0 else len(lines) - _AT_EDGE
    for index, line in enumerate(lines):
        if _AT_EDGE <= index < last or len(line.text) > _LONG or not line.text.rstrip("。.）)】]* ").endswith(_ENDS):
            continue
        if match := _NOTE.match(line.text):
            return _note(match, line.text)
    return None


_ENDS: Final = (*_WORDS, "执行", "办理", "为准", "号", "》")


def note_behind(title: str) -> Note | None:
    """The note in brackets behind a title: （2023年6月1日废止）."""
    match = _BEHIND_TITLE.search(title) if title.endswith(("）", ")", "】", "]")) else None
    return _note(match, match[0]) if match else None


def _note(match: re.Match[str], quote: str) -> Note:
    status = "失效" if match["word"] == "失效" else "废止"
    return Note(status, parse_day(match["day"]) if match["day"] else None, match["day"], quote.strip())

"""The heading of a document whose text is all we have.

What belongs here: which of the first lines are the title. What does not: what the title means (`fields`).
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from pipeline.parsers.box import own_number
from pipeline.parsers.issuers import looks_like_body

TITLE_END: Final = re.compile(
    r"(?:通知|意见|决定|批复|公告|通告|通报|函|办法|规定|条例|细则|方案|规划|计划|令|制度|准则|规则|指南|指引|标准|目录|清单|名单|报告|纲要|"
    r"要点|措施|政策|公报|预案|章程|规程|规范|解读|问答|说明|决议|命令|倡议书|意见书|通则|若干规定|实施意见)"
    r"\s?(?:[（(].{1,40}[）)])?\s?$"
)
_BRACKET: Final = r"\s?(?:[（(].{1,40}[）)])?\s?$"
_ABOUT: Final = re.compile(r"关于.{1,200}的.{0,12}$")
_PASSES_ON: Final = re.compile(r"关于(?:印发|转发|发布|公布|修改|废止|批转)")
_NOTICE: Final = re.compile(r"的\s?(?:通知|决定|公告|通告|意见|批复|函|命令|令|通报|决议)" + _BRACKET)
_ORDER: Final = re.compile(r"^[\u4e00-\u9fff\s]{2,40}令$")
_ADDS: Final = re.compile(r"^(?:的|实施|管理|暂行|试行|[（(])\S{0,30}$")
_FURNITURE: Final = re.compile(
    r"文\s?件$|^\s?(?:特急|急件|加急|平急|机密|秘密|绝密|★)|^签发人|^[０-９0-9]{4,8}$|^(?:附\s?件\s?[0-9一二三四五六七八九十]{0,3}\s?[:：.]?)$"
    r"|^目\s?录$|公开$|^[〔（(\[【]?\s?(?:19|20)\d{2}\s?[〕）)\]】]?(?:\s?\d{1,5}\s?号)?$|^第?\s?\d{1,5}\s?号$"
)
_TEXT: Final = re.compile(
    r"[。；;：:]$|^(?:第[一二三四五六七八九十百零\d]{1,6}[章节条编]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,3}[.、])"
)
_HEAD: Final = 16
_MAX_LINE: Final = 60
_MAX_TITLE: Final = 300
_MIN_TITLE: Final = 5


def title_of(lines: Sequence[str]) -> str | None:
    """The title printed above the text, put together from its lines; None where the first lines do not end like one."""
    parts: list[str] = []
    best: str | None = None
    for line in lines[:_HEAD]:
        text = line.strip()
        if best is not None and not _ADDS.match(text):
            break
        if _is_furniture(text) or _ORDER.match(text):
            parts.clear()  # what stood above a number or a printed letterhead belongs to that
            continue
        if _TEXT.search(text) or len(text) > (_MAX_LINE if parts else _MAX_TITLE) or " | " in text:
            break
        parts.append(text)
        joined = _join(parts)
        if len(joined) > _MAX_TITLE:
            break
        if TITLE_END.search(joined) and len(joined) >= _MIN_TITLE and not _goes_on(joined):
            best = joined
    if best is None and parts and TITLE_END.search(joined := _join(parts)) and _MIN_TITLE <= len(joined) <= _MAX_TITLE:
        return joined
    return best


def first_of(lines: Sequence[str]) -> str:
    """The first line that is neither letterhead nor number."""
    return next((line.strip() for line in lines[:_HEAD] if not _is_furniture(line.strip())), lines[0].strip())


def _is_furniture(text: str) -> bool:
    return not text or _FURNITURE.search(text) is not None or own_number(text) is not None


def _goes_on(joined: str) -> bool:
    """Whether a title ends like one by chance only: 关于印发…办法 and 关于推行…制度 want another end."""
    if "关于" not in joined:
        return joined.endswith(("函", "令"))
    return _ABOUT.search(joined) is None or (_PASSES_ON.search(joined) is not None and _NOTICE.search(joined) is None)


def _join(parts: Sequence[str]) -> str:
    """The lines of a title as one: nothing between pieces of a phrase, a blank between the names of bodies."""
    out = parts[0]
    for last, part in pairwise(parts):
        names = "关于" not in last and not part.startswith("关于") and looks_like_body(last)
        out += " " + part if names or (out[-1].isascii() and part[0].isascii()) else part
    return out

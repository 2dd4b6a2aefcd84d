"""The parts of a document: head, notice, signature, instrument, annexes, colophon, notes of the site.

What belongs here: which line plays which part, by form and place. What does not: the tree of clauses (`clauses`).
GB/T 9704-2012 gives the order: number, title, addressee, text, list of annexes, signature, day, notes, annexes,
colophon.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from pipeline.parsers.box import own_number
from pipeline.parsers.dates import DAY, ENGLISH_DAY, parse_day
from pipeline.parsers.dom import Line
from pipeline.parsers.issuers import bare, looks_like_body, split_bodies
from pipeline.parsers.normal import normal_title
from pipeline.parsers.vocabulary import NOISE_WORDS, TAIL_WORDS

_ONLY_DAY: Final = re.compile(rf"(?:{DAY}|(?:19|20)\d{{2}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|{ENGLISH_DAY})\s?")
_ENDS_DAY: Final = re.compile(rf"(?P<names>.{{2,160}}?)\s?(?P<day>{DAY})\s?$")
_COLOPHON: Final = re.compile(rf"^.{{2,60}}?\s?(?P<day>{DAY})\s?印发\s?$")
_PRINTED: Final = re.compile(rf"^\s?(?P<day>{DAY})\s?印发\s?$")
_ANNEX: Final = re.compile(
    r"^[（(【\[]?附\s?[件录表](?:\s?[0-9一二三四五六七八九十]{1,3})?\s?[）)】\]]?\s?[:：.、]?$|^附\s?[:：]$"
)
_ANNEX_TITLED: Final = re.compile(r"^附\s?[件录](?:\s?[0-9一二三四五六七八九十]{0,3})\s?[:：]?\s?(?P<title>\S.{1,80})$")
_ADDRESSEE: Final = re.compile(r"^[^。；]{2,400}[:：]$")
_NOTE: Final = re.compile(
    r"^[（(](?:此件|此文|本文|公开发布|联系人|联系电话).{0,60}[）)]$|^(?:公开方式|信息公开选项|抄送|主题词|分送|此件公开发布)"
)
_MARK: Final = re.compile(
    r"^(?:第[一二三四五六七八九十百零〇\d]{1,6}[章节条编]|[一二三四五六七八九十]{1,3}[、.]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,3}[.、])"
)
_CLAUSE: Final = re.compile(
    r"第[一二三四五六七八九十百零〇\d]{1,6}[章节条编]|[一二三四五六七八九十]{1,3}\s?[、.．]|[（(]"
)
_OFFICE: Final = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,20}(?=[\u4e00-\u9fff]{2,4}[:：\s]))?(?:代)?(?:(?:[省市州盟旗县区部局署行院厅会社]|检察|审计)\s?长|总\s?理|主\s?任|主\s?席|主\s?委)\s?[:：]?\s?[\u4e00-\u9fff·\s]{2,12}$"
)
_LIST_START: Final = re.compile(r"^附\s?件?\s?[:：]")
_ENTRY: Final = re.compile(r"^(?:附件\s?)?\d{1,2}\s?[.．、:：]")
_ORDER_LINE: Final = re.compile(r"^[\u4e00-\u9fff\s]{2,40}(?:令|公\s?告|通\s?告)$")
_SERIAL_LINE: Final = re.compile(
    r"^[（(]?\s?(?:(?:19|20)\d{2}\s?年\s?)?第\s?[\d一二三四五六七八九十百〇零]{1,6}\s?号\s?[）)]?$"
)
_ENGLISH_ORDER: Final = re.compile(
    r"^(?:Order|Decree|Announcement|Public Notice)\sof\sthe\s[A-Z][\w\s’'&,\-]{3,100}$", re.IGNORECASE
)
_ENGLISH_SERIAL: Final = re.compile(r"^No\.?\s?\d{1,5}$")
_BROKEN_NUMBER: Final = re.compile(r"^[\u4e00-\u9fff]{1,20}\s?[〔\[【（(﹝［]\s?(?:19|20)\d{2}\s?[〕\]】）)﹞］]$")
_SERIAL_END: Final = re.compile(r"^第?\s?\d{1,5}\s?号$")
# What a line must begin or end with before any of the patterns above is tried.
_NOTE_FIRST: Final = frozenset("（(公信抄主分此")
_ANNEX_FIRST: Final = frozenset("（(【[附")
_DAY_LAST: Final = frozenset("日号 0123456789")
_NOISE: Final = re.compile("|".join(map(re.escape, NOISE_WORDS)))
_MAX_NAME: Final = 60
_MAX_TITLE: Final = 120
_HEAD_LINES: Final = 14
_MAX_LIST: Final = 30
_RED_HEAD: Final = re.compile(r"^[\u4e00-\u9fff\s]{2,40}(?<!的)文\s?件$")
"""The red head of a letter, 甲局文件: above the title and no part of it."""
_SOME_TEXT: Final = 100
_WHOLE_COPY: Final = 0.8
"""A second copy may lack a few lines at its end; less is a text that takes up its beginning again."""
_HEADING: Final = 20
_FOOT: Final = re.compile(
    r"ICP\s?备\s?\d{5}|公网安备\s?\d{6}|标识码\s?[:：]?\s?[a-z\d]{8}|版权所有(?!者|人|权)|copyright\s?(?:©|\(c\)|&copy;|\d{4})"
    r"|all rights reserved",
    re.IGNORECASE,
)
_FOOT_TOP: Final = (
    "主办：", "主办:", "主办单位", "承办：", "承办:", "承办单位", "技术支持", "友情链接", "网站地图", "联系我们",
    "关于我们"
)  # fmt: skip
_FOOT_LINES: Final = 12
_SHORT_TITLE: Final = 5
_TURN: Final = re.compile(r"^[上下前后]一?[篇条页则个]\s?[:：]")
"""上一条：…, with the title of another page behind it."""


@dataclass(slots=True)
class Document:
    """The main text, line by line, and the parts found in it. Indices point into `lines`."""

    lines: list[Line]
    number: str | None = None
    number_line: int = -1
    heading: str | None = None
    heading_lines: tuple[int, ...] = ()
    text_start: int = 0
    addressee: int = -1
    signature: tuple[int, int] | None = None
    signatories: tuple[str, ...] = ()
    signed: dt.date | None = None
    signed_raw: str | None = None
    printed: dt.date | None = None
    promulgated: str | None = None
    annexes: list[int] = field(default_factory=list)
    closing: set[int] = field(default_factory=set)


def trim(lines: list[Line], title: str | None, used: set[int], offset: int) -> list[Line]:
    """The text without notes of the site: counters, share bars, whole-line links, related links, box lines.

    `used` holds numbers of lines that the metadata box took; `offset` is the number of the first of `lines`.
    """
    lines = lines[: _foot(lines)]
    kept: list[Line] = []
    seen_text = 0
    running: int | None = None
    for index, line in enumerate(lines):
        text = line.text
        if not text or index + offset in used:
            continue
        if len(text) < 60:  # noqa: PLR2004 - notes of the site are short
            low = text.lower()
            if _NOISE.search(low):
                continue
            turn = text[0] in "上下前后" and kept and _TURN.match(text)
            if turn or (seen_text > _SOME_TEXT and len(text) < _HEADING and low.startswith(TAIL_WORDS)):
                running = _last_running(lines) if running is None else running
                if running <= index:
                    break
            if low.startswith("分享") and 2 * line.links > len(text):
                continue
        linked = line.links >= len(text) - 1 - text.count(" ") and len(text) > 3  # noqa: PLR2004 - a page number
        if linked and not _is_file_link(text) and not title_like(text, title):
            continue
        if not line.shown and line.links:
            continue
        seen_text += len(text) - line.links
        kept.append(line)
    return _once(kept)


def _foot(lines: list[Line]) -> int:
    """Where the foot of the site begins, in the last lines: who keeps it, its licence, its code."""
    first = max(0, len(lines) - _FOOT_LINES)
    found = next((index for index in range(first, len(lines)) if _FOOT.search(lines[index].text, 0, 400)), None)
    if found is None:
        return len(lines)
    while found > first and lines[found - 1].text.startswith(_FOOT_TOP):
        found -= 1
    return found


def title_like(text: str, title: str | None) -> bool:
    """Whether a line is the page's title over again."""
    return bool(title) and normal_title(text) == normal_title(title or "")


def _is_file_link(text: str) -> bool:
    return "附件" in text or re.search(r"\.(?:pdf|docx?|xlsx?|wps|ofd|zip|rar|et)\b", text, re.IGNORECASE) is not None


def _last_running(lines: list[Line]) -> int:
    """The last line of running text: a heading of related links behind it says that the text is over."""
    for index in range(len(lines) - 1, -1, -1):
        text = lines[index].text
        if lines[index].links <= len(text) // 2 and len(text) >= 40:  # noqa: PLR2004
            return index
    return -1


def _once(lines: list[Line]) -> list[Line]:
    """Without the second copy, where the whole text stands twice."""
    first = next((i for i, line in enumerate(lines) if len(line.text) > 30), None)  # noqa: PLR2004
    if first is None:
        return lines
    again = next((j for j in range(first + 1, len(lines)) if lines[j].text == lines[first].text), None)
    if again is None:
        return lines
    # The short lines before it, number and addressee, are part of the copy.
    head = 0
    while head < first and lines[again - 1 - head].text == lines[first - 1 - head].text:
        head += 1
    if len(lines) - again + head < _WHOLE_COPY * (again - first):
        return lines
    span = range(min(again - first, len(lines) - again))
    same = sum(lines[first + k].text == lines[again + k].text for k in span)
    return lines[: again - head] if same > 0.9 * len(span) and len(span) > 1 else lines


def read_structure(lines: list[Line], title: str | None) -> Document:
    """Find the parts of a document in its lines."""
    document = Document(lines)
    _read_head(document, title)
    _read_signature(document, normal_title(title or ""))
    _read_annexes(document, title)
    _read_annex_list(document)
    for index, line in enumerate(lines):
        text = line.text
        if text.endswith("印发") and (match := _COLOPHON.match(text) or _PRINTED.match(text)):
            document.printed = document.printed or parse_day(match["day"])
            document.closing.add(index)
        elif text[:1] in _NOTE_FIRST and _NOTE.match(text):
            document.closing.add(index)
    return document


def _read_head(document: Document, title: str | None) -> None:
    """Number line, heading and addressee among the first lines."""
    wanted = normal_title(title or "")
    index = 0
    for index, line in enumerate(document.lines[:_HEAD_LINES]):
        text = line.text
        if (len(text) > _MAX_TITLE and normal_title(text) != wanted) or _MARK.match(text):
            break
        if document.number is None and (number := _two_line_number(document.lines, index) or own_number(text)):
            document.number, document.number_line = number, index
            continue
        if _ADDRESSEE.match(text) and not text.startswith("附") and len(text) < 400:  # noqa: PLR2004
            document.addressee = index
            break
        if text.endswith(("。", "；", ";")) or (len(text) > _MAX_NAME and text.count("，") > 1):
            break
    _read_heading(document, index, wanted)


def _two_line_number(lines: list[Line], index: int) -> str | None:
    """甲市人民政府令 and, on the line beneath it, 第179号; or a number broken behind its year."""
    if index == 0:
        return None
    above, text = lines[index - 1].text, lines[index].text
    if text.startswith("No") and _ENGLISH_ORDER.match(above) and _ENGLISH_SERIAL.match(text):
        return own_number(f"{above} {text}")
    if _BROKEN_NUMBER.match(above) and _SERIAL_END.match(text):
        return own_number(above + text)
    # 2025年第45号 beneath 甲部公告 is a number of its own.
    if not _SERIAL_LINE.match(text) or not _ORDER_LINE.match(above) or ("年" in text and not above.endswith("令")):
        return None
    return own_number(re.sub(r"\s", "", above) + text)


def _read_heading(document: Document, stop: int, wanted: str) -> None:
    """The title as the text itself prints it, perhaps over several lines, before line `stop`."""
    best: tuple[int, ...] = ()
    lines = document.lines
    for start in range(stop):
        if _RED_HEAD.match(lines[start].text):
            continue
        for end in range(start + 1, min(start + 7, stop + 1)):
            joined = "".join(lines[i].text for i in range(start, end) if i != document.number_line)
            if wanted and normal_title(joined) == wanted:
                document.heading, document.heading_lines = joined, tuple(range(start, end))
                document.text_start = max(end, document.number_line + 1)
                return
            if (
                len(joined) < _MAX_TITLE + 80
                and "关于" in joined
                and re.search(r"的?(?:通知|意见|决定|批复|公告|通告|通报|函)$", joined)
            ):
                best = best or tuple(range(start, end))
    if best:
        names = best[0]
        while (
            names > 0
            and names - 1 != document.number_line
            and all(map(looks_like_body, split_bodies(lines[names - 1].text)))
        ):
            names -= 1
        document.heading_lines = tuple(range(names, best[-1] + 1))
        document.heading = " ".join(lines[i].text for i in document.heading_lines if i != document.number_line)
        document.text_start = best[-1] + 1
    elif document.number_line >= 0:
        document.text_start = document.number_line + 1


def _names_above(document: Document, index: int) -> tuple[int, tuple[str, ...]]:
    """The bodies printed on the lines just above line `index`."""
    names: list[tuple[str, ...]] = []
    first = index
    for above in range(index - 1, max(index - 40, document.text_start - 1, -1), -1):
        text = document.lines[above].text
        found = split_bodies(text) if len(text) <= 4 * _MAX_NAME and "。" not in text else ()
        if not found or not all(looks_like_body(name) for name in map(bare, found)):
            break
        names.insert(0, tuple(map(bare, found)))
        first = above
    return first, tuple(dict.fromkeys(name for group in names for name in group))


def _read_signature(document: Document, wanted: str) -> None:
    """The first day that stands alone beneath the names of bodies, after the text has begun."""
    for index in range(document.text_start, len(document.lines)):
        text = document.lines[index].text
        if text[-1:] not in _DAY_LAST or len(text) > 4 * _MAX_NAME:
            continue
        if document.lines[index].row and len(text) < 8:  # noqa: PLR2004
            continue
        if _ONLY_DAY.fullmatch(text):
            first, names = _names_above(document, index)
            day = parse_day(text)
            if day and (names or document.signed is None):
                if not names and not _may_be_day_line(document, index, wanted):
                    continue
                document.signed, document.signed_raw, document.signatories = day, text.strip(), names
                document.signature = (first, index + 1)
                if names:
                    return
        elif document.signed is None and (match := _ENDS_DAY.match(text)) and "印发" not in text:
            names = tuple(map(bare, split_bodies(match["names"])))
            if names and all(map(looks_like_body, names)):
                document.signed, document.signed_raw = parse_day(match["day"]), match["day"]
                document.signatories, document.signature = names, (index, index + 1)
                return


def _may_be_day_line(document: Document, index: int, wanted: str) -> bool:
    """A day alone counts without names only on the right, last but for notes, or before what the title issues."""
    line = document.lines[index]
    behind = (other.text for other in _from(document.lines, index + 1))
    following = next((text for text in behind if not _NOTE.match(text)), None)
    above = document.lines[index - 1].text if index else ""
    if line.align == "r" or following is None or _ANNEX.match(following) or _OFFICE.match(above):
        return True
    issued = normal_title(following).replace("的", "")
    return len(issued) > _SHORT_TITLE and issued in wanted.replace("的", "") and issued != wanted.replace("的", "")


def _read_annexes(document: Document, title: str | None) -> None:
    """Lines at which annexes begin: 附件N alone on its line, after the signature or with clauses behind it."""
    after = document.signature[1] if document.signature else -1
    lines = document.lines
    instrument = normal_title(title or "")
    for index in range(max(document.text_start, 0), len(lines)):
        text = lines[index].text
        if text[:1] not in _ANNEX_FIRST or (lines[index].row and len(text) > 12):  # noqa: PLR2004
            continue
        if _ANNEX.match(text):
            if index < after or _is_annex_list(lines, index, after):
                continue
            following = next((line.text for line in lines[index + 1 : index + 3] if line.text), "")
            if normal_title(following) and normal_title(following) in instrument and not document.annexes:
                document.closing.add(index)
                continue
            document.annexes.append(index)
        elif after > 0 and index >= after and (match := _ANNEX_TITLED.match(text)) and lines[index].align != "":
            document.annexes.append(index) if match["title"] else None


def _read_annex_list(document: Document) -> None:
    """附件：1.… and the entries beneath it name annexes and are no clauses."""
    lines = document.lines
    for index in range(document.text_start, len(lines)):
        text = lines[index].text
        if text[:1] != "附" or index in document.annexes or not _LIST_START.match(text) or len(text) > _MAX_TITLE:
            continue
        document.closing.add(index)
        waiting = text.rstrip().endswith((".", ":", "：", "．"))
        for following in range(index + 1, len(lines)):
            text = lines[following].text
            entry = _ENTRY.match(text) and len(text) < _MAX_TITLE and not text.endswith("。")
            if (not entry and not (waiting and _is_entry(text))) or following in document.annexes:
                break
            document.closing.add(following)
            waiting = bool(entry) and len(text) < 5  # noqa: PLR2004 - a bare number: its title is on the next line


def _from(lines: list[Line], first: int) -> Iterator[Line]:
    """The lines from number `first` on, without a copy of them all."""
    return map(lines.__getitem__, range(first, len(lines)))


def _is_annex_list(lines: list[Line], index: int, after: int) -> bool:
    """附件： followed by titles of annexes only: the list, not an annex."""
    numbered = re.search(r"[0-9一二三四五六七八九十]", lines[index].text) is not None
    if after > 0 and index >= after:
        rest = list(islice((line for line in _from(lines, index + 1) if line.text), _MAX_LIST))
        return not numbered and len(rest) < _MAX_LIST and all(_is_entry(line.text) for line in rest)
    return not numbered or not any(_MARK.match(line.text) for line in lines[index + 1 : index + 8])


def _is_entry(text: str) -> bool:
    """Whether a line may be the title of an annex in a list."""
    return len(text) < 80 and not text.endswith("。") and _CLAUSE.match(text) is None  # noqa: PLR2004

"""Texts whose paragraphs run together in one line: `第一条 … 第二条 …`, as search answers and some pages hold them.

What belongs here: where such a line is to be cut. What does not: labels and their order in lines that stand apart
(`clauses`). A line is cut before a label only where a sentence has ended before it and the numbering goes on by one,
and never inside quotation marks; so 依照第三条第二款 and a quoted rule stay where they are. No character but blanks is
left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from pipeline.parsers.clauses import label_of
from pipeline.parsers.dates import DAY
from pipeline.parsers.dom import Line
from pipeline.parsers.issuers import bare, looks_like_body, split_bodies
from pipeline.parsers.numbers import find_numbers

_CN: Final = "一二三四五六七八九十百零〇"
_MAYBE: Final = re.compile(rf"[。；;：:！”）)》]\s{{0,4}}(?:第\s?[{_CN}\d]{{1,6}}\s?条|[{_CN}]{{1,3}}、)")
"""Without this a line holds no second article or section: most are not looked at further."""
_LABEL: Final = re.compile(
    rf"第\s?[{_CN}\d]{{1,6}}\s?[编章节条]|[{_CN}]{{1,4}}、|[（(]\s?(?:[{_CN}]{{1,4}}|\d{{1,3}})\s?[)）]|\d{{1,3}}\s?[、.．](?!\d)|[“”]"
)
_ENDED: Final = frozenset("。；;：:！!？?”）)》")
_LONG: Final = 40
_HEADING: Final = 40
_LINE_KINDS: Final = {"article", "cn"}
_SIGNED: Final = re.compile(rf"^(?P<text>.*[。；）)])\s?(?P<names>[^。，；：:]{{2,120}}?)\s?(?P<day>{DAY})$", re.DOTALL)
_ADDRESSED: Final = re.compile(r"^(?P<to>[^。；：:]{2,120}[：:])\s?(?P<text>\S.*)$", re.DOTALL)
_OPENS: Final = re.compile(r"(?:如下|以下|下列|要求|事项|内容|规定|包括|通知|公告|批复)[：:]$")
_MAX_PIECE: Final = 64


def separate(lines: Sequence[Line], title: str | None) -> list[Line]:
    """`lines` with those cut in which paragraphs run together; so is `title` at the head of one."""
    out: list[Line] = []
    for line in lines:
        if len(line.text) < _LONG or line.row or line.links or _MAYBE.search(line.text) is None:
            out.append(line)
        else:
            out.extend(replace(line, text=piece) for piece in paragraphs(line.text, title))
    return out


def paragraphs(text: str, title: str | None = None) -> list[str]:
    """The paragraphs of a line: itself alone, unless two articles or sections in order stand in it."""
    cuts = list(_cuts(text))
    if not cuts:
        return [text]
    pieces = [text[a:b].strip() for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    if cuts[0]:
        pieces[:1] = _head(pieces[0], title)
    pieces[-1:] = _tail(pieces[-1])
    return [piece for piece in pieces if piece]


def _cuts(text: str) -> Iterator[int]:
    """The places of labels that begin a paragraph; none where fewer than two of one system outermost do."""
    found = _in_order(list(_candidates(text)))
    outer = [kind for _, kind, _ in found if kind in _LINE_KINDS]
    if any(outer.count(kind) > 1 for kind in _LINE_KINDS):
        yield from (at for at, _, _ in found)


def _candidates(text: str) -> Iterator[tuple[int, str, int, bool]]:
    """Place, system and value of what looks like a label outside quotation marks; whether a sentence ended there."""
    depth = 0
    for match in _LABEL.finditer(text):
        if match[0] in "“”":
            depth = max(0, depth + (1 if match[0] == "“" else -1))
            continue
        at = match.start()
        label = None if depth else label_of(text[at : at + _MAX_PIECE])
        if label:
            before = text[:at].rstrip()[-1:]
            yield at, label[0], label[2], not before or before in _ENDED


def _in_order(candidates: list[tuple[int, str, int, bool]]) -> list[tuple[int, str, int]]:
    """Those that carry on a numbering by one, or begin one that is carried on."""
    ranks = {"part": 0, "chapter": 1, "section": 2, "article": 3, "cn": 4, "pcn": 5, "num": 6, "pnum": 7}
    kept: list[tuple[int, str, int]] = []
    last: dict[str, int] = {}
    final = {(kind, value): place for place, (_, kind, value, ended) in enumerate(candidates) if ended}
    for place, (at, kind, value, ended) in enumerate(candidates):
        if kind not in ranks or not (ended or (kept and at - kept[-1][0] < _HEADING)):
            continue
        known = last.get(kind)
        if known is None and at and value != 1:
            continue
        goes_on = known is not None and value == known + 1
        follows = final.get((kind, value + 1), -1) > place
        single = kind in {"part", "chapter", "section"}
        if not goes_on and not (known is None and (follows or single)):
            continue
        kept.append((at, kind, value))
        last[kind] = value
        for lower in [name for name in last if ranks[name] > ranks[kind] and name != "article"]:
            del last[lower]
    return kept


def _head(text: str, title: str | None) -> list[str]:
    """What stands before the first label: title, number, addressee, and the sentence that leads in."""
    pieces: list[str] = []
    if title and text.startswith(title):
        pieces, text = [title], text[len(title) :].strip()
    numbers = find_numbers(text[:_MAX_PIECE])
    if numbers and numbers[0].start == 0:
        pieces.append(text[: numbers[0].end])
        text = text[numbers[0].end :].strip()
    if (match := _ADDRESSED.match(text)) and not _OPENS.search(match["to"]):
        pieces.append(match["to"])
        text = match["text"]
    return [*pieces, text]


def _tail(text: str) -> list[str]:
    """The last paragraph, and the signature behind it with its day."""
    match = _SIGNED.match(text) if text[-1:] in {"日", "号"} else None
    names = split_bodies(match["names"]) if match else ()
    if not match or not names or not all(looks_like_body(bare(name)) for name in names):
        return [text]
    return [match["text"], match["names"].strip(), match["day"]]

"""The tree of clauses, in all numbering systems of official documents.

What belongs here: labels, levels, paths, heading and text apart, annexes and second instruments as parts of their own.
What does not: what a clause provides (`provisions`) or does to force (`force`).

A path is made of the printed labels without their closing mark: `三.7`, `第一章.第三条.（一）`, `annex1.二`.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.parsers.english import clauses as english
from pipeline.parsers.english import provisions as english_provisions
from pipeline.parsers.goals import expiries_of, targets_of
from pipeline.parsers.numerals import to_int
from pipeline.parsers.provisions import amounts_of, bodies_of
from pipeline.parsers.records import Clause
from pipeline.parsers.structure import Document

_CN: Final = "一二三四五六七八九十百零〇"
_PATTERNS: Final = (
    ("part", 0, re.compile(rf"第(?P<n>[{_CN}]{{1,5}}|\d{{1,3}})(?:编|篇|部分)(?=[\s:：]|$|[\u4e00-\u9fff]{{1,20}}$)")),
    ("chapter", 1, re.compile(rf"第\s?(?P<n>[{_CN}]{{1,5}}|\d{{1,3}})\s?章(?=[\s:：]|$|(?!规定)[^，。；]{{1,40}}$)")),
    ("section", 2, re.compile(rf"第\s?(?P<n>[{_CN}]{{1,5}}|\d{{1,3}})\s?节(?=[\s:：]|$|(?!规定)[^，。；]{{1,40}}$)")),
    ("article", 3, re.compile(
        rf"第\s?(?P<n>[{_CN}]{{1,6}}|\d{{1,4}})\s?条(?:\s?之[一二三四五六七八九十]{{1,2}})?"
        r"(?![的和、]|规定|所列|所称|第[一二三四五六七八九十]|修改为|删去|款)"
    )),
    ("cn", 4, re.compile(rf"(?P<n>[{_CN}]{{1,4}})\s?(?:、|[．.](?!\d))")),
    ("pcn", 5, re.compile(rf"[（(]\s?(?P<n>[{_CN}]{{1,4}})\s?[)）][、.]?")),
    ("num", 6, re.compile(r"(?P<n>\d{1,3})\s?(?:、|[．.](?![\d.]))")),
    ("pnum", 7, re.compile(r"[（(]\s?(?P<n>\d{1,3})\s?[)）][、.]?|(?P<m>\d{1,2})[)）](?=\D)")),
    ("circle", 8, re.compile(r"[①-⑳]")),
)  # fmt: skip
_ENCLOSED: Final = {chr(0x3220 + i): f"（{c}）" for i, c in enumerate("一二三四五六七八九十")} | {
    chr(0x2474 + i): f"（{i + 1}）" for i in range(20)
}
_BY_KIND: Final = {pattern[0]: pattern for pattern in _PATTERNS}
_BY_FIRST: Final = {
    char: tuple(_BY_KIND[kind] for kind in kinds.split())
    for chars, kinds in {
        "第": "article part chapter section",
        "一二三四五六七八九十百": "cn",
        "（(": "pcn pnum",
        "0123456789": "num pnum",
        "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳": "circle",
    }.items()
    for char in chars
}
"""The numbering systems that a line can belong to, by its first character; other lines have no label."""
_STOP: Final = re.compile(r"[。；;！？!?]")
_DECIMAL: Final = re.compile(
    r"(?P<n>\d{1,2}(?:\.\d{1,2}){1,4})[.、]?(?=\s|[\u4e00-\u9fff“《])"
    r"(?!\s?(?:元|万|亿|米|公里|倍|平方|吨|个百分点|公顷|千克|小时))"
)
_DECIMAL_TOP: Final = re.compile(r"(?P<n>\d{1,2})\s(?=[\u4e00-\u9fff])")
_MODAL: Final = re.compile(r"应当|不得|可以|必须|负责|是指|可按|予以|按照|根据|应该|应在|应于|是否|未经|：|:|《")
_CLOSING: Final = re.compile(r"^(?:本|以上|上述|特此|此前|附[:：件]|各|请)")
_FORCE: Final = re.compile(r"之日起|日起(?:施行|实施|执行|生效|试行)|有效期|特此|^附")
_BRACKET_HEAD: Final = re.compile(r"^(?:【(?P<a>[^【】]{1,30})】|[（(](?P<b>[^（）()]{2,20})[）)]\s?)(?=\S|$)")
_ONLY_GROUP: Final = re.compile(r"[（(][^（）()]{1,200}[）)]。?")
_DROPPED: Final = "、．.，,:： "
_HEADING: Final = 44
_LEAD: Final = 34
_ARTICLE_LEAD: Final = 14


@dataclass(slots=True)
class _Open:
    kind: str
    rank: int
    value: int
    piece: str
    label: str
    heading: str | None
    parts: list[str]
    path: str
    level: int


@dataclass(slots=True)
class _Builder:
    done: list[_Open] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    paths: dict[str, int] = field(default_factory=dict)
    prefix: str = ""
    annex: int = 0
    last: dict[str, int] = field(default_factory=dict)
    latin: bool = False

    def part(self) -> None:
        """Begin an annex or a second instrument: numbering restarts under a prefix of its own."""
        self.annex += 1
        self.prefix = f"annex{self.annex}."
        self.stack.clear()
        self.last.clear()

    def add(self, kind: str, rank: int, value: int, label: str, rest: str) -> None:
        while self.stack and (self.stack[-1].rank >= rank):
            self.stack.pop()
        piece = label.strip(_DROPPED).replace("(", "（").replace(")", "）").replace(" ", "")
        above = self.stack[-1].path + "." if self.stack else self.prefix
        path = f"{above}{piece}" if kind != "decimal" else f"{self.prefix}{piece}"
        self.paths[path] = self.paths.get(path, 0) + 1
        if self.paths[path] > 1:
            path = f"{path}#{self.paths[path]}"
        heading, text = english.split_heading(kind, rest) if self.latin else split_heading(kind, rest)
        opened = _Open(
            kind, rank, value, piece, label.strip(), heading, [text] if text else [], path, len(self.stack) + 1
        )
        self.stack.append(opened)
        self.done.append(opened)
        self.last[kind] = value


def label_of(text: str, *, decimals: bool = False) -> tuple[str, int, int, str, str] | None:
    """(kind, rank, value, printed label, rest) where a line begins with a label; `decimals` allows `7.3 …`."""
    if text and (text[0] in _ENCLOSED):
        text = _ENCLOSED[text[0]] + text[1:]
    patterns = _BY_FIRST.get(text[:1])
    if patterns is None:
        return None
    if decimals and (match := _DECIMAL.match(text) or _DECIMAL_TOP.match(text)):
        pieces = match["n"].split(".")
        return "decimal", 10 + len(pieces), int(pieces[-1]), match["n"], text[match.end() :].strip()
    for kind, rank, pattern in patterns:
        match = pattern.match(text)
        if match:
            value = to_int(match[match.lastgroup]) if match.lastgroup else ord(match[0]) - ord("①") + 1
            if value is None:
                continue
            return kind, rank, value, match[0], text[match.end() :].lstrip(":： ").rstrip()
    return None


def split_heading(kind: str, rest: str) -> tuple[str | None, str]:
    """The heading of a clause and its text: chapters are all heading, items may open with a short sentence."""
    if kind in {"part", "chapter", "section"}:
        return (rest.strip(_DROPPED) or None), ""
    if kind == "article":
        if match := _BRACKET_HEAD.match(rest):
            return (match["a"] or match["b"]), rest[match.end() :].strip()
        return _first_sentence(rest, _ARTICLE_LEAD, commas=0)
    heading: str | None
    if "\n" in rest:
        heading, _, text = rest.partition("\n")
    elif _STOP.search(rest):
        heading, text = _first_sentence(rest, _LEAD, commas=1)
    elif len(rest) > _HEADING or rest.endswith((":", "：", ",", "，")):
        heading, text = None, rest
    else:
        heading, text = rest, ""
    return heading or None, text


def _first_sentence(rest: str, limit: int, *, commas: int) -> tuple[str | None, str]:
    stop = rest.find("。")
    if not 1 < stop <= limit or stop == len(rest) - 1:
        return None, rest
    lead = rest[:stop]
    if (
        _MODAL.search(lead)
        or lead.count("，") + lead.count(",") > commas
        or re.match(r"本|该|凡|自|其", lead)
        or "；" in lead
    ):
        return None, rest
    text = rest[stop + 1 :].strip()
    # A sentence with nothing behind it but the bodies in brackets is text, not a heading.
    return (None, rest) if _ONLY_GROUP.fullmatch(text) else (lead, text)


def read_clauses(document: Document, *, latin: bool = False) -> tuple[Clause, ...]:
    """The clauses of a document in order, each with its own text only; `latin` where it is written in Latin letters."""
    lines = document.lines
    decimals = sum(1 for line in lines if not line.row and line.text[:1].isdigit() and _DECIMAL.match(line.text)) >= 3  # noqa: PLR2004
    builder = _Builder(latin=latin)
    signature = range(*document.signature) if document.signature else range(0)
    annexes = set(document.annexes)
    for index in range(document.text_start, len(lines)):
        line = lines[index]
        if index in annexes:
            builder.part()
            continue
        if index in signature or index in document.closing:
            builder.stack.clear()
            continue
        label = (
            _row_label(builder, line.text)
            if line.row and " | " in line.text
            else label_of(line.text, decimals=decimals)
        )
        if latin and label is None:
            label = english.label_of(line.text, builder.last)
        if label and _in_sequence(builder, label):
            _begin(builder, label)
        elif builder.stack and not (
            _CLOSING.match(line.text) and _FORCE.search(line.text) and builder.stack[-1].kind != "article"
        ):
            builder.stack[-1].parts.append(line.text)
        elif builder.stack:
            builder.stack.clear()
    return tuple([_close(opened, latin=latin) for opened in builder.done])


def _row_label(builder: _Builder, text: str) -> tuple[str, int, int, str, str] | None:
    """Tables of annexes are numbered in their first column; elsewhere a row belongs to the clause above it."""
    label = label_of(text.split(" | ", 1)[0]) if builder.prefix else None
    if label is None or label[0] != "cn":
        return None
    kind, rank, value, printed, heading = label
    return kind, rank, value, printed, f"{heading}\n{text.split(' | ', 1)[1]}"


def _in_sequence(builder: _Builder, label: tuple[str, int, int, str, str]) -> bool:
    """Whether a label carries on a numbering: an article number out of turn is a reference at the start of a line."""
    kind, _, value, _, _ = label
    if kind != "article":
        return True
    last = builder.last.get("article")
    return last is None or value == 1 or last <= value <= last + 5


def _begin(builder: _Builder, label: tuple[str, int, int, str, str]) -> None:
    kind, rank, value, printed, rest = label
    base = builder.stack[0] if builder.stack else None
    last = builder.last.get(kind, 0)
    if value == 1 and last > 1 and _restarts(builder, kind, rank, base):
        builder.part()
    elif value == 1 and kind == "chapter" and last > 1:
        # The first run of chapters was a table of contents.
        if all(not opened.parts and opened.rank < 3 for opened in builder.done):  # noqa: PLR2004
            builder.done.clear()
            builder.paths.clear()
        else:
            builder.part()
    builder.add(kind, rank, value, printed, rest)


def _restarts(builder: _Builder, kind: str, rank: int, base: _Open | None) -> bool:
    """Whether a label that is back at one begins another document: only at the outermost level."""
    if kind == "cn":
        above = [opened for opened in builder.stack if opened.rank < rank]
        return not above and (base is None or base.kind == "cn")
    return kind == "article" and not any(opened.rank < rank for opened in builder.stack)


def _close(opened: _Open, *, latin: bool) -> Clause:
    text = "\n".join(part for part in opened.parts if part)
    whole = f"{opened.heading or ''}\n{text}"
    if latin:
        provided: tuple[Any, ...] = (
            (), english_provisions.amounts_of(whole), english_provisions.targets_of(whole),
            english_provisions.expiries_of(whole),
        )  # fmt: skip
    else:
        provided = bodies_of(whole), amounts_of(whole), targets_of(whole), expiries_of(whole)
    return Clause(opened.path, opened.label.strip(), opened.heading, text, opened.level, *provided)

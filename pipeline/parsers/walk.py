"""Markup to lines: one pass over its elements, as the parser comes to them.

What belongs here: which element begins a line, and where each line stood (block, table row, container); links, metas,
scripts. What does not: what the lines mean.

    <div id="zoom"><p>第一条 …</p><table><tr><td>发文机关：</td><td>市政府</td></tr></table></div>
    -> Line("第一条 …", tag="p"), Line("发文机关：", tag="td", row=1), Line("市政府", tag="td", row=1)
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from lxml import etree

from pipeline.parsers import dom
from pipeline.parsers.characters import clean
from pipeline.parsers.dom import Box, Line, Link, Page
from pipeline.parsers.vocabulary import FILE_TYPES

_SKIP: Final = frozenset(
    [
        "style", "noscript", "template", "select", "option", "svg", "iframe", "object", "embed", "textarea", "button",
        "title", "audio", "video", "map", "head"
    ]
)  # fmt: skip
_INLINE: Final = frozenset(
    [
        "a", "span", "b", "strong", "i", "em", "u", "font", "small", "sup", "sub", "s", "img", "input", "abbr", "big",
        "code", "del", "ins", "mark", "o:p", "q", "st1:chsdate", "time", "tt", "var", "wbr", "label", "nobr",
        "publishtime", "fjtignoreurl", "bdo", "cite", "dfn", "kbd", "samp", "st1:chmetcnv", "script"
    ]
)  # fmt: skip
_CONTAINERS: Final = frozenset(
    [
        "div", "td", "article", "section", "main", "body", "form", "center", "ucapcontent", "html", "th", "dd",
        "blockquote", "fieldset", "aside"
    ]
)  # fmt: skip
_FILE: Final = re.compile(rf"\.(?:{'|'.join(FILE_TYPES)})(?![a-z])", re.IGNORECASE)
_VIEWED: Final = re.compile(r"[?&#](?:file|url|src|path)=([^&#]{4,500})", re.IGNORECASE)
"""The file that the address of a viewer names: /pdfjs/web/viewer.html?file=/files/a.pdf."""
_BOLD: Final = frozenset({"b", "strong"})
_TEXT, _MEANS, _SKIPPED, _BLOCK, _STRONG, _ROW, _META, _BOX, _KEPT_EMPTY, _CELL = range(10)
"""What an element is to the pass: from `_BLOCK` on it begins a block, from `_BOX` on a container, and from
`_KEPT_EMPTY` on one that counts without text too. In one number, for every element is looked up, and looked up once."""
_ROLES: Final = {
    **dict.fromkeys(_INLINE, _TEXT),
    **dict.fromkeys([*_BOLD, "a", "img", "script"], _MEANS),
    **dict.fromkeys(_SKIP, _SKIPPED),
    **dict.fromkeys(["h1", "h2", "h3"], _STRONG),
    **dict.fromkeys(_CONTAINERS, _BOX),
    **dict.fromkeys(["td", "th"], _CELL),
    "tr": _ROW,
    "meta": _META,
    "dd": _KEPT_EMPTY,
}
"""All other elements are blocks."""
_CENTRE: Final = re.compile(r"text-align:\s?center", re.IGNORECASE)
_RIGHT: Final = re.compile(r"text-align:\s?right", re.IGNORECASE)
_HIDDEN: Final = re.compile(r"display\s?:\s?none", re.IGNORECASE)
_MAX_LINE: Final = 200_000
_DEEPEST: Final = 256
"""Elements inside each other: what stands deeper gets no place in a tree, and both ways must see the same."""
_Block = tuple[str, str, bool, int, int, int]
"""An open block: its tag, how it is set (`c`, `r`), whether its text is strong, its container, table row and cell."""
_OUTSIDE: Final[_Block] = ("", "", False, -1, 0, 0)


class _OddError(Exception):
    """The page is to be read by way of a tree: it goes too deep, or on behind its end."""


class _Walker:
    """Takes the page as the parser's events: a tree is not built, nor an object of Python for each of its elements.

    That is what reading a page took longest for. The three methods that the parser calls are written out for the same
    reason: they run for everything on a page, and most of it is text in one element and white space between two.
    """

    __slots__ = (
        "blocks", "bold", "cells", "depth", "head", "hidden", "kept", "link_depth", "links", "named", "page", "parts",
        "rows", "skipped",
    )  # fmt: skip

    def __init__(self) -> None:
        self.page = Page()
        self.parts: list[str] = []
        self.blocks = [_OUTSIDE]
        self.depth = self.links = self.link_depth = self.bold = self.rows = self.cells = 0
        self.skipped = self.head = 0  # depths of the outermost element that is skipped, and of `head`; 0: not in one
        self.hidden: list[int] = []  # depths of the elements that are not shown
        self.kept: list[str] | None = None  # text of the script or title that is being read
        self.named: list[tuple[int, list[str], Link]] = []  # links to files that are open: depth, texts

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""
        self.depth = depth = self.depth + 1
        if not 1 < depth <= _DEEPEST and self.page.boxes:
            raise _OddError
        role = _ROLES.get(tag, _BLOCK)
        if role == _SKIPPED or self.skipped:
            self.skip(tag, attributes)
            return
        style = attributes.get("style") if attributes else None
        if style and "none" in style and _HIDDEN.search(style):
            self.hidden.append(depth)
        if role >= _BLOCK:
            if self.parts:
                self.flush()
            self.enter(tag, role, attributes, style)
        elif role == _MEANS:
            self.note(tag, attributes)

    def data(self, text: str) -> None:
        """Collect a piece of the line: white space only where a line has begun."""
        if self.skipped:
            if self.kept is not None:
                self.kept.append(text)
        elif self.link_depth:
            self.parts.append(text)
            self.links += len(text)
        elif self.parts or not text.isspace():
            self.parts.append(text)
        for _, texts, _ in self.named:
            texts.append(text)

    def end(self, tag: str) -> None:
        """End an element; an empty cell gives a line of its own."""
        depth = self.depth
        self.depth = depth - 1
        if self.skipped:
            self.leave_skipped(tag, depth)
            return
        if self.hidden and self.hidden[-1] == depth:
            self.hidden.pop()
        role = _ROLES.get(tag, _BLOCK)
        if role >= _BLOCK:
            if self.parts:
                self.flush()
            if role >= _BOX:
                page = self.page
                box = page.boxes[self.blocks[-1][3]]
                if role >= _KEPT_EMPTY and len(page.lines) == box.start:
                    self.line("")
                box.end = len(page.lines)
            self.blocks.pop()
        elif tag == "a":
            self.link_depth -= 1
            if self.named and self.named[-1][0] == depth:
                _, texts, link = self.named.pop()
                link.text = clean("".join(texts))
        elif tag in _BOLD:
            self.bold -= 1

    def close(self) -> Page:
        """End the page; what stands behind its outermost element is none of it."""
        return self.page

    def flush(self) -> None:
        """End the line that is being collected."""
        parts = self.parts
        if text := clean(parts[0] if len(parts) == 1 else "".join(parts))[:_MAX_LINE]:
            self.line(text)
        parts.clear()
        self.links = 0

    def line(self, text: str) -> None:
        tag, align, strong, box, row, cell = self.blocks[-1]
        self.page.lines.append(Line(
            text, tag, max(0, box), row, cell, min(self.links, len(text)), align, strong or self.bold > 0,
            not self.hidden,
        ))  # fmt: skip

    def enter(self, tag: str, role: int, attributes: Mapping[str, str], style: str | None) -> None:
        """Begin a block."""
        _, align, _, box, row, cell = self.blocks[-1]
        printed = attributes.get("align") if attributes else None
        if style or printed or tag == "center":
            align = _align(printed, tag, style or "") or align
        if role >= _BOX:
            boxes = self.page.boxes
            boxes.append(Box(box, len(self.page.lines), attributes))
            box = len(boxes) - 1
            if role == _CELL:
                self.cells = cell = self.cells + 1
        elif role == _ROW:
            self.rows = row = self.rows + 1
        elif role == _META:
            self.meta(attributes)
        self.blocks.append((tag, align, role == _STRONG, box, row, cell))

    def note(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin an inline element that means more than its text."""
        if tag == "a":
            self.link_depth += 1
            href = attributes.get("href") or ""
            if "." in href and _FILE.search(href) and not href.lower().startswith(("javascript", "mailto", "data:")):
                link = Link(clean(attributes.get("title") or ""), href.strip(), len(self.page.lines))
                self.page.links.append(link)
                if not attributes.get("title"):
                    self.named.append((self.depth, [], link))
        elif tag == "img":
            self.page.images.append(len(self.page.lines))
            box = self.blocks[-1][3]
            if not self.link_depth and box >= 0:
                self.page.pictured.append(box)
        elif tag == "script":
            self.skipped = self.depth
            self.kept = []
        else:
            self.bold += 1

    def skip(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin an element that has no text of the page; `head` has what the page says of itself."""
        if not self.skipped:
            self.skipped = self.depth
        if tag == "meta":
            self.meta(attributes)
        elif tag == "head":
            self.head = self.depth
        elif tag == "title" or (tag == "script" and self.head):
            self.kept = []
        elif tag in {"iframe", "object", "embed"}:
            self.frame(attributes)

    def frame(self, attributes: Mapping[str, str]) -> None:
        """Take the file that a frame shows in the page as if it were linked there."""
        shown = attributes.get("src") or attributes.get("data") or ""
        if viewed := _VIEWED.search(shown):
            shown = unquote(viewed[1])
        if "." in shown and _FILE.search(shown) and not shown.lower().startswith(("javascript", "data:")):
            self.page.links.append(Link("", shown.strip(), len(self.page.lines)))

    def leave_skipped(self, tag: str, depth: int) -> None:
        """End such an element, or a script."""
        if self.kept is not None and tag in {"script", "title"}:
            text = "".join(self.kept)
            self.kept = None
            if tag == "script":
                self.page.scripts.append(text)
            else:
                self.page.title = self.page.title or clean(text)
        if depth == self.skipped:
            self.skipped = 0
        if depth == self.head:
            self.head = 0

    def meta(self, attributes: Mapping[str, str]) -> None:
        """Keep what the page says of itself; the first of a name counts."""
        if name := attributes.get("name") or attributes.get("property") or "":
            self.page.metas.setdefault(name.strip().lower(), clean(attributes.get("content") or ""))


def _align(printed: str | None, tag: str, style: str) -> str:
    """`c` or `r` where the block is set in the middle or to the right, by attribute, tag or style."""
    if printed == "center" or tag == "center" or ("center" in style and _CENTRE.search(style)):
        return "c"
    return "r" if printed == "right" or ("right" in style and _RIGHT.search(style)) else ""


def walk(raw: bytes) -> Page:
    """The lines, links, metas and scripts of a page in UTF-8.

    Raises:
        Unreadable: no tree could be made of it.
    """
    walker = _Walker()
    try:
        page = dom.feed(raw, walker)
    except (etree.LxmlError, ValueError, AssertionError, _OddError):
        page = None
    # Where the parser gives up, or all but, a tree says what there is and why.
    return page if page is not None and page.boxes else walk_tree(dom.parse(raw))


def walk_tree(tree: Any, marked: frozenset[Any] = frozenset()) -> Page:  # noqa: ANN401 - lxml elements are untyped here
    """As `walk`, of a tree; `marked` elements get their range of lines in `spans`."""
    walker = _Walker()
    page = walker.page
    begun: dict[Any, int] = {}
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "start":
            walker.start(element.tag, element.attrib)
            if element in marked:
                begun[element] = len(page.lines)
            text = element.text
        else:
            walker.end(element.tag)
            if element in marked:
                page.spans[id(element)] = (begun[element], len(page.lines))
            text = element.tail if element is not tree else None
        if text:
            walker.data(text)
    return walker.close()

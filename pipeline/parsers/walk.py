"""A tree to lines: one pass over its elements.

What belongs here: which element begins a line, and where each line stood (block, table row, container); links, metas,
scripts. What does not: what the lines mean.

    <div id="zoom"><p>第一条 …</p><table><tr><td>发文机关：</td><td>市政府</td></tr></table></div>
    -> Line("第一条 …", tag="p"), Line("发文机关：", tag="td", row=1), Line("市政府", tag="td", row=1)
"""

import re
from typing import Any, Final

from pipeline.parsers.characters import clean
from pipeline.parsers.dom import Box, Line, Link, Page
from pipeline.parsers.vocabulary import FILE_TYPES

_SKIP: Final = frozenset(
    [
        "style", "noscript", "template", "select", "option", "svg", "iframe", "object", "textarea", "button", "title",
        "audio", "video", "map", "head"
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
_CELLS: Final = frozenset({"td", "th"})
_KEPT_EMPTY: Final = _CELLS | {"dd"}
_FILE: Final = re.compile(rf"\.(?:{'|'.join(FILE_TYPES)})(?![a-z])", re.IGNORECASE)
_STRONG: Final = frozenset({"h1", "h2", "h3"})
_BOLD: Final = frozenset({"b", "strong"})
_NOTED: Final = _BOLD | {"a", "img", "script"}
"""Inline elements that mean more than their text."""
_SKIPPED, _TEXT, _MEANS, _BLOCK = range(4)
_ROLES: Final = dict.fromkeys(_INLINE, _TEXT) | dict.fromkeys(_NOTED, _MEANS) | dict.fromkeys(_SKIP, _SKIPPED)
"""What an element is to the pass; all others begin a block of their own."""
_CENTRE: Final = re.compile(r"text-align:\s?center", re.IGNORECASE)
_RIGHT: Final = re.compile(r"text-align:\s?right", re.IGNORECASE)
_HIDDEN: Final = re.compile(r"display\s?:\s?none", re.IGNORECASE)
_MAX_LINE: Final = 200_000
_Block = tuple[str, str, bool, int, int, int]
"""An open block: its tag, how it is set (`c`, `r`), whether its text is strong, its container, table row and cell."""
_Opened = tuple[Any, str, int, int, bool]
"""An element that is being read: itself, its tag and role, the number of lines before it, whether it is hidden."""
_OUTSIDE: Final[_Block] = ("", "", False, -1, 0, 0)


class _Walker:
    """State of the one pass."""

    __slots__ = ("blocks", "bold", "cells", "hidden", "link_depth", "links", "page", "parts", "rows")

    def __init__(self, page: Page) -> None:
        self.page = page
        self.parts: list[str] = []
        self.blocks = [_OUTSIDE]
        self.links = self.link_depth = self.bold = self.hidden = self.rows = self.cells = 0

    def text(self, text: str) -> None:
        """Collect a piece of the line."""
        self.parts.append(text)
        if self.link_depth:
            self.links += len(text)

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

    def enter(self, element: Any, tag: str, style: str | None) -> None:  # noqa: ANN401
        """Begin a block."""
        if self.parts:
            self.flush()
        _, align, _, box, row, cell = self.blocks[-1]
        printed = element.get("align")
        if style or printed or tag == "center":
            align = _align(printed, tag, style or "") or align
        if tag in _CONTAINERS:
            boxes = self.page.boxes
            boxes.append(Box(box, len(self.page.lines), element))
            box = len(boxes) - 1
            if tag in _CELLS:
                self.cells = cell = self.cells + 1
        elif tag == "tr":
            self.rows = row = self.rows + 1
        self.blocks.append((tag, align, tag in _STRONG, box, row, cell))

    def leave(self, tag: str, start: int) -> None:
        """End a block that began before line `start`; an empty cell gives a line of its own."""
        if self.parts:
            self.flush()
        if tag in _KEPT_EMPTY and len(self.page.lines) == start:
            self.line("")
        box = self.blocks.pop()[3]
        if tag in _CONTAINERS:
            self.page.boxes[box].end = len(self.page.lines)

    def note(self, element: Any, tag: str) -> None:  # noqa: ANN401
        """Begin an inline element that means more than its text."""
        if tag == "a":
            self.link_depth += 1
            href = element.get("href") or ""
            if "." in href and _FILE.search(href) and not href.lower().startswith(("javascript", "mailto", "data:")):
                text = clean(element.get("title") or "".join(element.itertext()))
                self.page.links.append(Link(text, href.strip(), len(self.page.lines)))
        elif tag == "img":
            self.page.images.append(len(self.page.lines))
            box = self.blocks[-1][3]
            if not self.link_depth and box >= 0:
                self.page.pictured.append(box)
        elif tag == "script":
            self.page.scripts.append(element.text or "")
        else:
            self.bold += 1

    def leave_noted(self, tag: str) -> None:
        """End an inline element that means more than its text."""
        if tag == "a":
            self.link_depth -= 1
        elif tag in _BOLD:
            self.bold -= 1


def _align(printed: str | None, tag: str, style: str) -> str:
    """`c` or `r` where the block is set in the middle or to the right, by attribute, tag or style."""
    if printed == "center" or tag == "center" or ("center" in style and _CENTRE.search(style)):
        return "c"
    return "r" if printed == "right" or ("right" in style and _RIGHT.search(style)) else ""


def walk(tree: Any, marked: frozenset[Any] = frozenset()) -> Page:  # noqa: ANN401, C901, PLR0912, PLR0915 - see below
    """The page's lines, links, metas and scripts; `marked` elements get their range of lines in `spans`.

    It is the one loop over everything on a page and half of what reading one takes, so it is written out: lxml goes
    through the elements in their order, which is several times as fast as asking each for its children, and nothing is
    called for the white space between the tags of blocks, which is most of what stands there.
    """
    page = Page(tree)
    _read_head(page)
    walker = _Walker(page)
    lines, parts = page.lines, walker.parts
    # The elements that hold the next one, and how many children of each are still to come.
    opened: list[_Opened] = []
    waiting: list[int] = []
    elements = tree.iter()
    for element in elements:
        tag = element.tag
        role = _ROLES.get(tag, _BLOCK)
        children = 0
        hides = False
        if role != _SKIPPED:
            style = element.get("style")
            if style is not None and "none" in style and _HIDDEN.search(style):
                hides = True
                walker.hidden += 1
            if role == _BLOCK:
                walker.enter(element, tag, style)
            elif role == _MEANS:
                walker.note(element, tag)
            text = element.text
            if text and (parts or not text.isspace() or walker.link_depth) and tag != "script":
                walker.text(text)
            children = len(element)
        else:
            for _ in element.iterdescendants():
                next(elements)
        start = len(lines)
        if children:
            opened.append((element, tag, role, start, hides))
            waiting.append(children)
            continue
        while True:  # this element ends here, and with it perhaps those around it
            if hides:
                walker.hidden -= 1
            if role == _BLOCK:
                walker.leave(tag, start)
            elif role == _MEANS:
                walker.leave_noted(tag)
            if marked and element in marked:
                page.spans[id(element)] = (start, len(lines))
            tail = element.tail
            if tail and (parts or not tail.isspace() or walker.link_depth):
                walker.text(tail)
            if not waiting:
                break
            waiting[-1] -= 1
            if waiting[-1]:
                break
            waiting.pop()
            element, tag, role, start, hides = opened.pop()  # noqa: PLW2901
    if parts:
        walker.flush()
    return page


def _read_head(page: Page) -> None:
    for element in page.tree.iter("meta", "title", "head"):
        if element.tag == "meta":
            if name := element.get("name") or element.get("property") or "":
                page.metas.setdefault(name.strip().lower(), clean(element.get("content") or ""))
        elif element.tag == "title":
            page.title = page.title or clean("".join(element.itertext()))
        else:
            page.scripts.extend(script.text or "" for script in element.iter("script"))

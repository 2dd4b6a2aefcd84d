"""Markup to lines: one pass over the tree.

What belongs here: the parse, the flat list of lines with where each stood (block, table row, container), links, metas,
scripts. What does not: what the lines mean.

    <div id="zoom"><p>第一条 …</p><table><tr><td>发文机关：</td><td>市政府</td></tr></table></div>
    -> Line("第一条 …", tag="p"), Line("发文机关：", tag="td", row=1), Line("市政府", tag="td", row=1)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from bs4 import BeautifulSoup
from lxml import etree

from pipeline.parsers.characters import clean
from pipeline.parsers.records import Unreadable
from pipeline.parsers.vocabulary import BODY_TOKENS, FILE_TYPES

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
_BREAKS: Final = frozenset({"br", "hr"})
_CELLS: Final = frozenset({"td", "th"})
_KEPT_EMPTY: Final = _CELLS | {"dd"}
_FILE: Final = re.compile(rf"\.(?:{'|'.join(FILE_TYPES)})(?![a-z])", re.IGNORECASE)
_NAMED: Final = re.compile("|".join(map(re.escape, BODY_TOKENS)))
_STRONG: Final = frozenset({"h1", "h2", "h3"})
_BOLD: Final = frozenset({"b", "strong"})
_NOTED: Final = _BOLD | {"a", "img", "script"}
"""Inline elements that mean more than their text."""
_SENTENCE: Final = re.compile(r"[。；，、]|[.,;] ")
_CENTRE: Final = re.compile(r"text-align:\s?center", re.IGNORECASE)
_RIGHT: Final = re.compile(r"text-align:\s?right", re.IGNORECASE)
_HIDDEN: Final = re.compile(r"display\s?:\s?none", re.IGNORECASE)
_MAX_LINE: Final = 200_000
_FURNITURE: Final = re.compile(
    r"版权所有|主办|承办|ICP|标识码|技术支持|来源[:：]|发布时间|浏览|公网安备|地址[:：]|电话[:：]"
)
_SHORT: Final = 60
_HALF: Final = 0.55
_CLEAR: Final = 2.0
_FEW: Final = 3
_THIRD: Final = 0.33
_ALL: Final = 0.97
_SPACE: Final = re.compile(r"\s")
_MIN_WEIGHT: Final = 40


@dataclass(slots=True)
class Line:
    """A line of the page: `row` is the number of its innermost table row (0: none), `cell` that of its cell.

    `links` counts characters inside links, `box` is the number of its container.
    """

    text: str
    tag: str
    box: int
    row: int = 0
    cell: int = 0
    links: int = 0
    align: str = ""
    bold: bool = False
    shown: bool = True


@dataclass(slots=True)
class Link:
    """A link to what may be a file: its text, address as printed, and the number of the line in which it stands."""

    text: str
    url: str
    line: int


@dataclass(slots=True)
class Box:
    """A container: its lines are `[start, end)`, `weight` grows with running text outside links."""

    parent: int
    start: int
    end: int = 0
    weight: float = 0.0
    named: bool = False
    key: str = ""


@dataclass(slots=True)
class Page:
    """All that is read off the markup; nothing later looks at the tree, but for a source's own selectors."""

    tree: Any
    lines: list[Line] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    images: list[int] = field(default_factory=list)
    """Numbers of the lines before which pictures stand; `pictured` are their boxes, links left out."""
    pictured: list[int] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    metas: dict[str, str] = field(default_factory=dict)
    spans: dict[int, tuple[int, int]] = field(default_factory=dict)
    title: str = ""


def make_soup(fragment: str) -> BeautifulSoup:
    """The one way in which this project makes a soup: small, irregular fragments only, always on lxml."""
    return BeautifulSoup(fragment, "lxml")


def parse(text: str) -> Any:  # noqa: ANN401 - lxml elements are untyped here
    """The tree of a page or fragment. A stray `</html>` before the content does not end it.

    Raises:
        Unreadable: lxml makes no tree of it.
    """
    # Plain elements: those of `lxml.html` cost a call into Python each, for methods that nobody uses here.
    parser = etree.HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8")
    cleaned = _STRAY.sub(" ", text).replace("\x00", "")
    try:
        tree = etree.fromstring(cleaned.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise Unreadable("not_html", f"no tree can be made of it ({error.__class__.__name__})") from None
    if tree is None:
        raise Unreadable("not_html", "no tree can be made of it")
    return tree


_STRAY: Final = re.compile(r"</(?:html|body)\s{0,5}>|<\?xml[^>]{0,200}\?>", re.IGNORECASE)


class _Walker:
    """State of the one pass."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.parts: list[str] = []
        self.links = 0
        self.link_depth = 0
        self.boxes: list[int] = []
        self.row_stack: list[int] = []
        self.cell_stack: list[int] = []
        self.rows = self.cells = 0
        self.tags: list[tuple[str, str, bool]] = [("", "", False)]
        self.bold = 0
        self.hidden = 0

    def text(self, text: str | None) -> None:
        if text:
            self.parts.append(text)
            if self.link_depth:
                self.links += len(text)

    def flush(self, *, empty: bool = False) -> None:
        """End the line that is being collected; an `empty` cell gives a line of its own."""
        parts = self.parts
        text = clean(parts[0] if len(parts) == 1 else "".join(parts))[:_MAX_LINE] if parts else ""
        if text or empty:
            tag, align, bold = self.tags[-1]
            self.page.lines.append(Line(
                text, tag, self.boxes[-1] if self.boxes else 0, self.row_stack[-1] if self.row_stack else 0,
                self.cell_stack[-1] if self.cell_stack else 0, min(self.links, len(text)), align, bold or self.bold > 0,
                not self.hidden,
            ))  # fmt: skip
        self.parts = []
        self.links = 0

    def enter(self, element: Any, tag: str, style: str) -> None:  # noqa: ANN401
        """Begin a block."""
        if self.parts:
            self.flush()
        self.tags.append((tag, _align(element, tag, style) or self.tags[-1][1], tag in _STRONG))
        if tag == "tr":
            self.rows += 1
            self.row_stack.append(self.rows)
        elif tag in _CELLS:
            self.cells += 1
            self.cell_stack.append(self.cells)
        if tag in _CONTAINERS:
            key = f"{element.get('id') or ''} {element.get('class') or ''}".lower()
            named = len(key) > 1 and _NAMED.search(key) is not None
            self.page.boxes.append(
                Box(self.boxes[-1] if self.boxes else -1, len(self.page.lines), named=named, key=key)
            )
            self.boxes.append(len(self.page.boxes) - 1)
        if tag in _BREAKS:
            self.flush()

    def enter_inline(self, element: Any, tag: str) -> None:  # noqa: ANN401
        if tag == "a":
            self.link_depth += 1
            href = element.get("href") or ""
            if "." in href and _FILE.search(href) and not href.lower().startswith(("javascript", "mailto", "data:")):
                text = clean(element.get("title") or "".join(element.itertext()))
                self.page.links.append(Link(text, href.strip(), len(self.page.lines)))
        elif tag == "img":
            self.page.images.append(len(self.page.lines))
            if not self.link_depth and self.boxes:
                self.page.pictured.append(self.boxes[-1])
        elif tag == "script":
            self.page.scripts.append(element.text or "")
        else:
            self.bold += 1

    def leave(self, tag: str, lines_at_start: int) -> None:
        """End a block or a noted inline element."""
        if tag in _NOTED:
            self.link_depth -= tag == "a"
            self.bold -= tag in _BOLD
            return
        empty = tag in _KEPT_EMPTY and len(self.page.lines) == lines_at_start
        if self.parts or empty:
            self.flush(empty=empty)
        self.tags.pop()
        if tag == "tr":
            self.row_stack.pop()
        elif tag in _CELLS:
            self.cell_stack.pop()
        if tag in _CONTAINERS:
            self.page.boxes[self.boxes.pop()].end = len(self.page.lines)


def _align(element: Any, tag: str, style: str) -> str:  # noqa: ANN401
    """`c` or `r` where the block is set in the middle or to the right."""
    printed = element.get("align")
    if printed == "center" or tag == "center" or ("center" in style and _CENTRE.search(style)):
        return "c"
    return "r" if printed == "right" or ("right" in style and _RIGHT.search(style)) else ""


def walk(tree: Any, marked: frozenset[Any] = frozenset()) -> Page:  # noqa: ANN401
    """The page's lines, links, metas and scripts; `marked` elements get their range of lines in `spans`."""
    page = Page(tree)
    _read_head(page)
    walker = _Walker(page)
    stack: list[_Opened] = []
    children: Iterator[Any] = iter((tree,))
    while True:
        for child in children:
            tag = child.tag
            if tag in _SKIP or not isinstance(tag, str):
                walker.text(child.tail)
                continue
            style = child.get("style") or ""
            hides = "none" in style and _HIDDEN.search(style) is not None
            walker.hidden += hides
            if tag not in _INLINE:
                walker.enter(child, tag, style)
            elif tag in _NOTED:
                walker.enter_inline(child, tag)
            walker.text(child.text if tag != "script" else None)
            opened = (child, tag, len(page.lines), hides, children)
            if len(child):
                stack.append(opened)
                children = child.iterchildren()
                break
            _close(walker, opened, marked)
        else:
            if not stack:
                break
            opened = stack.pop()
            children = opened[-1]
            _close(walker, opened, marked)
    walker.flush()
    _weigh(page)
    return page


_Opened = tuple[Any, str, int, bool, Iterator[Any]]
"""An element that is being read: itself, its tag, the number of lines before it, whether it is hidden, its siblings."""


def _close(walker: _Walker, opened: _Opened, marked: frozenset[Any]) -> None:
    element, tag, start, hides, _ = opened
    walker.hidden -= hides
    if tag not in _INLINE or tag in _NOTED:
        walker.leave(tag, start)
    if marked and element in marked:
        walker.page.spans[id(element)] = (start, len(walker.page.lines))
    walker.text(element.tail)


def _read_head(page: Page) -> None:
    tree = page.tree
    for meta in tree.iter("meta"):
        name = meta.get("name") or meta.get("property") or ""
        if name:
            page.metas.setdefault(name.strip().lower(), clean(meta.get("content") or ""))
    for title in tree.iter("title"):
        page.title = page.title or clean("".join(title.itertext()))
    page.scripts.extend(script.text or "" for head in tree.iter("head") for script in head.iter("script"))


def _weigh(page: Page) -> None:
    for line in page.lines:
        free = 0 if _FURNITURE.search(line.text[:_SHORT]) else len(line.text) - line.links
        if free > 1 and line.shown and page.boxes:
            page.boxes[line.box].weight += free if free > 12 and _SENTENCE.search(line.text) else free * 0.03  # noqa: PLR2004
    for index in range(len(page.boxes) - 1, 0, -1):
        parent = page.boxes[index].parent
        if parent >= 0:
            page.boxes[parent].weight += page.boxes[index].weight


def main_range(page: Page) -> tuple[int, int]:
    """The lines `[start, end)` of the main text: the deepest container that still holds most of the running text."""
    if not page.boxes:
        return 0, len(page.lines)
    children: dict[int, list[int]] = {}
    for index, box in enumerate(page.boxes):
        children.setdefault(box.parent, []).append(index)
    current = max(children.get(-1, [0]), key=lambda index: page.boxes[index].weight)
    while inner := children.get(current):
        chosen = _inner(page, current, sorted(inner, key=lambda index: -page.boxes[index].weight))
        if chosen is None:
            break
        current = chosen
    return page.boxes[current].start, page.boxes[current].end


def _inner(page: Page, current: int, ranked: list[int]) -> int | None:
    """The child of `current` that holds its text, if one does."""
    best, whole = page.boxes[ranked[0]], page.boxes[current].weight
    if whole < _MIN_WEIGHT:
        named = (index for index in ranked if page.boxes[index].named)
        return next(named, None) or next((index for index in ranked if _pictures(page, index)), None)
    if len(ranked) > 1 and _copies(page, ranked[0], ranked[1]):
        return min(ranked[:2], key=lambda index: (page.boxes[index].end - page.boxes[index].start < _FEW, index))
    second = page.boxes[ranked[1]].weight if len(ranked) > 1 else 0.0
    if best.weight < _HALF * whole and best.weight < max(_CLEAR * second, _THIRD * whole):
        return None
    if best.weight < _ALL * whole and _is_data(page, best):
        return None
    return ranked[0]


def _pictures(page: Page, index: int) -> bool:
    """Whether a container holds pictures that are no links."""
    return any(_inside(page, box, index) for box in page.pictured)


def _inside(page: Page, box: int, ancestor: int) -> bool:
    while box > ancestor:
        box = page.boxes[box].parent
    return box == ancestor


def _is_data(page: Page, box: Box) -> bool:
    """Whether a container holds a table of data: an annex, not the text."""
    rows: dict[int, set[int]] = {}
    for line in page.lines[box.start : box.end]:
        if line.row:
            rows.setdefault(line.row, set()).add(line.cell)
    in_rows = sum(1 for line in page.lines[box.start : box.end] if line.row and len(rows[line.row]) > 1)
    return in_rows > 0.7 * (box.end - box.start)


def _copies(page: Page, one: int, two: int) -> bool:
    """Whether two containers hold the same text: the copy for telephones, or for reading aloud."""
    first, second = page.boxes[one], page.boxes[two]
    if second.weight < 0.6 * first.weight or second.weight < _MIN_WEIGHT:
        return False
    left = _SPACE.sub("", "".join(line.text for line in page.lines[first.start : first.end]))
    right = [_SPACE.sub("", line.text)[:60] for line in page.lines[second.start : second.end]]
    sample = [text for text in sorted(right, key=len, reverse=True) if text][:5]
    return sum(text in left for text in sample) > len(sample) // 2

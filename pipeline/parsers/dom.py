"""Markup to a tree, and what is read off the tree.

What belongs here: the parse, and the flat lists of lines, containers, links, metas, scripts that are all that later
steps see. What does not: making these lists (`walk`), and what they mean.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from pipeline.parsers.records import Unreadable
from pipeline.parsers.vocabulary import BODY_TOKENS

_NAMED: Final = re.compile("|".join(map(re.escape, BODY_TOKENS)))
# Plain elements: those of `lxml.html` cost a call into Python each, for methods that nobody uses here. Nor does
# anybody look elements up by their ids.
_OPTIONS: Final[dict[str, Any]] = {
    "remove_comments": True, "remove_pis": True, "encoding": "utf-8", "collect_ids": False
}  # fmt: skip
_PARSER: Final = etree.HTMLParser(**_OPTIONS)
# Spelt out, and the rarer one apart: a search that begins with a fixed text is the fastest.
_STRAY: Final = re.compile(rb"</(?:[hH][tT][mM][lL]|[bB][oO][dD][yY])\s{0,5}>")
_STRAY_OR_DECLARED: Final = re.compile(_STRAY.pattern + rb"|<\?[xX][mM][lL][^>]{0,600}\?>")


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
    printed: Mapping[str, str]
    """The attributes of its element."""
    end: int = 0
    weight: float = 0.0

    @property
    def named(self) -> bool:
        """Whether its author gave it a name for the box of the text."""
        return _NAMED.search(f"{self.printed.get('id') or ''} {self.printed.get('class') or ''}".lower()) is not None


@dataclass(slots=True)
class Page:
    """All that is read off the markup; nothing later looks at the tree, but for a source's own selectors."""

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


def parse(raw: bytes) -> Any:  # noqa: ANN401 - lxml elements are untyped here
    """The tree of a page or fragment in UTF-8. A stray `</html>` before the content does not end it.

    Raises:
        Unreadable: lxml makes no tree of it.
    """
    try:
        tree = etree.fromstring(_cleaned(raw), _PARSER)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise Unreadable("not_html", f"no tree can be made of it ({error.__class__.__name__})") from None
    if tree is None:
        raise Unreadable("not_html", "no tree can be made of it")
    return tree


def feed(raw: bytes, target: Any) -> Any:  # noqa: ANN401 - whatever its `close` gives
    """Hand the elements and texts of a page in UTF-8 to `target`, as they come and as `parse` would place them.

    Raises:
        Exception: what lxml or `target` raise.
    """
    return etree.fromstring(_cleaned(raw), etree.HTMLParser(target=target, **_OPTIONS))


def _cleaned(raw: bytes) -> bytes:
    cleaned = (_STRAY_OR_DECLARED if b"?>" in raw else _STRAY).sub(b" ", raw)
    return cleaned.replace(b"\x00", b"") if b"\x00" in cleaned else cleaned

"""A page's markup to its lines, metadata, headings and attachments.

What belongs here: what needs the tree: a source's selectors, headings, links. What does not: what the lines say.
"""

import functools
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree
from lxml.cssselect import CSSSelector

from pipeline.parsers import dom, listing
from pipeline.parsers.box import Box, read_box, read_pointed, read_scripts
from pipeline.parsers.characters import clean, script_of, simplify
from pipeline.parsers.headings import NEARBY, page_headings
from pipeline.parsers.place import main_range, weigh
from pipeline.parsers.records import Attachment, Hints, Unreadable
from pipeline.parsers.vocabulary import FILE_TYPES
from pipeline.parsers.walk import walk, walk_tree

_FILE: Final = re.compile(rf"\.(?:{'|'.join(FILE_TYPES)})$", re.IGNORECASE)
_FRAME: Final = re.compile(rb"</?(?:html|body|div|table)")
_SLOPPY: Final = 2
_NO_HINTS: Final = Hints()
_TAIL: Final = 500


@dataclass(slots=True)
class Source:
    """What both ways of reading (markup, plain text) bring to the common part; the text is `lines[start:end]`."""

    url: str
    lines: list[dom.Line]
    start: int
    end: int
    box: Box
    metas: dict[str, str] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    window: str = ""
    script: str | None = None
    attachments: tuple[Attachment, ...] = ()
    images: int = 0
    markup: int = 0
    listing: bool = False
    warnings: list[str] = field(default_factory=list)
    pointed: str | None = None
    """The title that the source's selector points at: it wins."""


def check_whole(text: str, raw: bytes) -> None:
    """Raise where the page, `raw` in UTF-8, stops in its middle: half a text must not pass for an edit.

    Raises:
        Unreadable: truncated.
    """
    tail = text[-_TAIL:].lower()
    if "</html" in tail or "</body" in tail:
        return
    # Tags are ASCII: bytes are put in small letters and searched several times as fast as text.
    low = raw.lower()
    tags = Counter(_FRAME.findall(low))
    if b"</html" in tags or b"</body" in tags:
        return
    cut_in_tag = low.rfind(b"<") > low.rfind(b">")
    opened = tags[b"<div"] + tags[b"<table"] - tags[b"</div"] - tags[b"</table"]
    framed = b"<body" in tags or b"<html" in tags
    # The closing tags may be left out, but then the page still ends with a tag and nothing stands open.
    if cut_in_tag or (framed and (opened > 0 or not text.rstrip().endswith(">"))) or opened > _SLOPPY:
        raise Unreadable("truncated", "the page stops before its end; fetch it again")


def read_markup(raw: bytes, url: str, hints: Hints) -> Source:
    """The lines of a page in UTF-8, where its text begins and ends, and all that stands beside it."""
    chosen: dict[str, list[Any]] = {name: [] for name in ("title", "metadata", "body", "attachments")}
    if hints == _NO_HINTS:
        page = walk(raw)
    else:
        tree = dom.parse(raw)
        chosen = {name: _select(tree, getattr(hints, name)) for name in chosen}
        page = walk_tree(tree, frozenset(element for elements in chosen.values() for element in elements))
    weigh(page)
    script = script_of("".join(line.text for line in page.lines[:600]))
    if script == "Hant":
        _simplify(page)
    warnings = [
        f"selector for {name} finds nothing: {selector}"
        for name in chosen
        if (selector := getattr(hints, name)) and not chosen[name]
    ]
    start, end = _span(page, chosen["body"]) or main_range(page)
    box = _read_hinted_box(page, chosen["metadata"], start, end)
    read_scripts(page.scripts, box)
    headings = page_headings(page.lines, page.title, start, end)
    source = Source(url, page.lines, start, end, box, page.metas, headings, page.title, script)
    pointed = clean("".join(chosen["title"][0].itertext())) if chosen["title"] else ""
    source.pointed = (simplify(pointed) if script == "Hant" else pointed) or None
    source.attachments = _attachments(page, url, (start, end), chosen["attachments"])
    source.images = sum(start <= line <= end for line in page.images)
    source.listing = listing.is_listing(page, start, end) or listing.is_index(page, start, end)
    source.warnings = warnings
    return source


def _select(tree: Any, selector: str | None) -> list[Any]:  # noqa: ANN401
    if not selector:
        return []
    try:
        found = _compiled(selector)(tree)
    except (etree.LxmlError, ValueError, SyntaxError):
        return []
    return list(found) if isinstance(found, list) else []


@functools.lru_cache(maxsize=256)
def _compiled(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def _span(page: dom.Page, elements: list[Any]) -> tuple[int, int] | None:
    spans = [page.spans[id(element)] for element in elements if id(element) in page.spans]
    return max(spans, key=lambda span: span[1] - span[0]) if spans else None


def _read_hinted_box(page: dom.Page, elements: list[Any], start: int, end: int) -> Box:
    box = Box()
    for first, last in _apart(page.spans[id(element)] for element in elements if id(element) in page.spans):
        part = read_pointed(page.lines, first, last)
        for name, found in part.values.items():
            box.values.setdefault(name, found)
        box.blank |= part.blank
        box.used |= part.used
    general = read_box(page.lines, start, end)
    for name, found in general.values.items():
        box.values.setdefault(name, found)
    box.used |= general.used
    box.blank = (box.blank | general.blank) - set(box.values)
    return box


def _apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, those that touch or hold each other as one: no line is read twice."""
    out: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], last))
        else:
            out.append((first, last))
    return out


def _simplify(page: dom.Page) -> None:
    """Every printed word of a traditional page in simplified characters, in one go."""
    texts = (
        [line.text for line in page.lines]
        + [link.text for link in page.links]
        + list(page.metas.values())
        + [page.title]
    )
    converted = simplify("\n".join(text.replace("\n", " ") for text in texts)).split("\n")
    for line, text in zip(page.lines, converted, strict=False):
        line.text = text
    rest = converted[len(page.lines) :]
    for link, text in zip(page.links, rest, strict=False):
        link.text = text
    page.metas = dict(zip(page.metas, rest[len(page.links) :], strict=False))
    page.title = converted[-1]


def _attachments(page: dom.Page, base: str, text: tuple[int, int], hinted: list[Any]) -> tuple[Attachment, ...]:
    """The files that are linked in the text, just beneath it, or where the source's selector points."""
    start, end = text
    spans = [page.spans[id(element)] for element in hinted if id(element) in page.spans]
    found: dict[str, Attachment] = {}
    for link in page.links:
        if not (start <= link.line < end + NEARBY or any(a <= link.line < b for a, b in spans)):
            continue
        try:
            url = urljoin(base, link.url)
            name = unquote(urlsplit(url).path).rsplit("/", 1)[-1]
        except ValueError:
            continue
        if _FILE.search(name) and not name.lower().endswith((".jpg", ".jpeg", ".txt")):
            found.setdefault(url, Attachment(link.text or name, url))
    return tuple(found.values())

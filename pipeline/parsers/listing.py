"""Answers that are lists: JSON of search interfaces, XML of datastores, pages of links.

What belongs here: telling a list from a page, and its entries' titles. What does not: crawling a list (`crawlers`).
"""

import json
import re
from typing import Any, Final

from pipeline.parsers.characters import clean
from pipeline.parsers.dates import find_days
from pipeline.parsers.dom import Page
from pipeline.parsers.records import Unreadable

_TITLE_KEYS: Final = (
    "title",
    "bt",
    "title_no_tag",
    "filename",
    "gazettetitle",
    "name",
    "f_title",
    "doctitle",
    "headline",
    "tl",
)
_TAG: Final = re.compile(r"<[^<>]{1,300}>")
_RECORD: Final = re.compile(r"<record>\s{0,20}(?:<!\[CDATA\[)?(.{0,20000}?)(?:\]\]>)?\s{0,20}</record>", re.DOTALL)
_ANCHOR: Final = re.compile(r"""<a\s[^<>]{0,1000}?title\s{0,3}=\s{0,3}["']([^"'<>]{2,300})["']""")
_ANCHOR_TEXT: Final = re.compile(r"<a\s[^<>]{0,1000}>([^<>]{2,300})</a>")
_MIN_ITEMS: Final = 5
_BARE_DAY: Final = 20
_SPARSE: Final = 250
_MIN_TITLE: Final = 10
_MANY_LINKS: Final = 15


def structured_titles(text: str) -> list[str] | None:
    """Titles of the entries where `text` is JSON or a datastore; None where it is markup of a page.

    Raises:
        Unreadable: JSON that holds no list of documents.
    """
    head = text.lstrip()[:200]
    if head.startswith(("{", "[")):
        return _json_titles(text)
    if "<datastore" in head or (head.startswith("<?xml") and "<record>" in text[:5000]):
        found = []
        for record in _RECORD.findall(text):
            match = _ANCHOR.search(record) or _ANCHOR_TEXT.search(record)
            if match:
                found.append(clean(match[1]))
        return found
    if head.startswith("<?xml") and re.search(r"<(?:rss|feed)\b", text[:2000]):
        return [clean(_TAG.sub("", title)) for title in re.findall(r"<title>(?:<!\[CDATA\[)?([^<\]]{1,300})", text)[1:]]
    return None


def _json_titles(text: str) -> list[str] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("not_html", "looks like JSON and does not parse as such; fetch it again") from None
    rows = _largest(value)
    if not rows:
        raise Unreadable("not_html", "JSON without a list of documents; point the source's `rows` at one")
    return [clean(_TAG.sub("", title)) for row in rows if (title := _title_of(row))]


def _largest(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any JSON
    best: list[dict[str, Any]] = []
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            rows = [row for row in item if isinstance(row, dict) and _title_of(row)]
            if len(rows) > len(best):
                best = rows
            stack.extend(item)
    return best


def _title_of(row: dict[str, Any]) -> str | None:
    for key, value in row.items():
        if str(key).lower() in _TITLE_KEYS and isinstance(value, str) and len(value) > 3:  # noqa: PLR2004
            return value
    return None


def is_listing(page: Page, start: int, end: int) -> bool:
    """Whether the main part is entries: many links of title length, most of its text inside them or days."""
    lines = [line for line in page.lines[start:end] if line.text]
    linked = [line for line in lines if line.links > 6 and line.links * 2 > len(line.text)]  # noqa: PLR2004
    total = sum(len(line.text) for line in lines) or 1
    inside = sum(line.links for line in lines)
    dated = sum(1 for line in linked if find_days(line.text)) + sum(
        1 for line in lines if len(line.text) < _BARE_DAY and find_days(line.text)
    )
    if len(linked) > 1 and len(linked) >= len(lines) - 1 and dated >= len(linked):
        return True
    return len(linked) >= _MIN_ITEMS and inside > 0.6 * total and dated >= len(linked) // 2


def is_index(page: Page, start: int, end: int) -> bool:
    """Whether the page is all links, its entries perhaps filled in by a script: no article, no running text."""
    running = sum(len(line.text) - line.links for line in page.lines[start:end])
    if any(line.tag in {"h1", "h2"} and len(line.text) - line.links > _MIN_TITLE for line in page.lines):
        return False
    linked = sum(1 for line in page.lines if line.links * 2 > len(line.text))
    return running < _SPARSE and linked > _MANY_LINKS and "articletitle" not in page.metas

"""Entries out of HTML: one element each, read by the selectors of the YAML.

What belongs here: text to tree, tree to items. What does not: what becomes of an item (`base.py`), the little selector
language (`crawlers.selectors`).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin

from lxml import etree
from lxml import html as lxml_html

from crawlers.selectors import compile_field, compile_selector, compile_values

# lxml refuses text with a declared encoding, and drops all that follows a stray </html> or </body>.
_IN_THE_WAY = re.compile(r"^\s*<\?xml[^>]*\?>|</(?:html|body)\s*>", re.IGNORECASE)
# The title attribute is whole where the visible text is cut short.
_GIVEN = {"url": "a@href", "title": "a@title | a"}


class Item(NamedTuple):
    """An entry as it stands in the list.

    `links`: what may be its page's address, best first, as printed. `said`: every declared field, None where it is
    blank. `absent`: the fields whose place is not even there. `text`: the page's whole text, where the list has it.
    """

    links: tuple[str, ...]
    said: dict[str, str | None]
    absent: frozenset[str] = frozenset()
    text: str | None = None


def parse_html(text: str) -> lxml_html.HtmlElement | None:
    """`text` as a tree; None when there is nothing in it."""
    text = _IN_THE_WAY.sub("", text)
    if not text.strip():
        return None
    try:
        return lxml_html.document_fromstring(text)
    except (etree.ParserError, ValueError):
        return None


def base_of(tree: Any, url: str) -> str:  # noqa: ANN401 - lxml elements have no public type
    """What the links of a page at `url` are relative to."""
    base = next(iter(tree.xpath("//base/@href")), None)
    try:
        return urljoin(url, base) if base else url
    except ValueError:
        return url


def html_items(tree: Any, item: str, fields: Mapping[Any, str], *, whole: bool = False) -> Iterator[Item]:  # noqa: ANN401
    """The items of a tree, in its order. `whole`: where `item` selects nothing, the tree itself is the item."""
    specs = {**_GIVEN, **{str(name): spec for name, spec in fields.items()}}
    links = compile_values(specs.pop("url"))
    readers = {name: compile_field(spec) for name, spec in specs.items()}
    for element in compile_selector(item)(tree) or ([tree] if whole else []):
        said = {name: reader(element) for name, reader in readers.items()}
        yield Item(tuple(links(element)), said, frozenset(name for name, value in said.items() if value is None))

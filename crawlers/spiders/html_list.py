"""Paged HTML listings: `list.kind: html`.

What belongs here: walking them and reading their items. What does not: the little selector language
(`crawlers.selectors`).
"""

import re
from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from urllib.parse import urljoin

from lxml import etree
from lxml import html as lxml_html

from crawlers.model import HtmlList
from crawlers.selectors import compile_field, compile_selector
from crawlers.spiders.base import Entry, ListPage, SourceSpider

# lxml refuses text with a declared encoding, and drops all that follows a stray </html> or </body>.
_IN_THE_WAY = re.compile(r"^\s*<\?xml[^>]*\?>|</(?:html|body)\s*>", re.IGNORECASE)


class HtmlListSpider(SourceSpider):
    """Asks `start`, then `next` with n counting up, until a page is missing, empty, or the same as one before."""

    @cached_property
    def listing(self) -> HtmlList:
        """The source's `list:`."""
        listing = self.source.list
        if not isinstance(listing, HtmlList):
            raise TypeError(listing)
        return listing

    async def walk(self) -> AsyncIterator[Entry]:
        """See `SourceSpider.walk`."""
        listing, before = self.listing, set[frozenset[str]]()
        for number, url in enumerate(self._pages()):
            page = await self.fetch_list(url, first=number == 0, headers=listing.headers.items())
            if page is None:
                return
            entries = list(self.read(page))
            same = frozenset(entry.url for entry in entries)
            if entries and same in before:
                return
            before.add(same)
            if entries or number == 0:
                self.seen(url, len(entries), page)
            if not entries:
                return
            for entry in entries:
                yield entry

    def _pages(self) -> Iterator[str]:
        listing = self.listing
        yield listing.start
        if listing.next:
            for n in range(listing.next_from, listing.next_from + listing.max_pages - 1):
                yield urljoin(listing.start, listing.next.replace("{n}", str(n)))

    def read(self, page: ListPage) -> Iterator[Entry]:
        """The entries of one list page, each address once, in the page's order."""
        listing = self.listing
        tree = parse_html(page.text)
        if tree is None:
            return
        base = next(iter(tree.xpath("//base/@href")), None)
        base = urljoin(page.url, base) if base else page.url
        readers = {name: compile_field(spec) for name, spec in self._fields.items()}
        met = set[str]()
        for item in compile_selector(listing.item)(tree):
            listed = {name: value for name, reader in readers.items() if (value := reader(item))}
            href = listed.pop("url", None)
            entry = self.entry(href, base, listed)
            if entry is None:
                self.session.stats["items_without_link"] += 1
            elif listing.page_url and not re.search(listing.page_url, entry.url):
                self.session.stats["items_of_other_shape"] += 1
            elif entry.url not in met:
                met.add(entry.url)
                yield entry

    @cached_property
    def _fields(self) -> dict[str, str]:
        # The title attribute is whole where the visible text is cut short.
        given = {str(name): spec for name, spec in self.listing.fields.items()}
        return {"url": "a@href", "title": "a@title | a", **given}


def parse_html(text: str) -> lxml_html.HtmlElement | None:
    """`text` as a tree; None when there is nothing in it."""
    text = _IN_THE_WAY.sub("", text)
    if not text.strip():
        return None
    try:
        return lxml_html.document_fromstring(text)
    except (etree.ParserError, ValueError):
        return None

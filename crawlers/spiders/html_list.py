"""Paged HTML listings: `list.kind: html`.

What belongs here: walking them. What does not: reading their items (`items.py`).
"""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urljoin

from crawlers.listings import HtmlList
from crawlers.selectors import compile_selector
from crawlers.spiders.base import Found, ListPage, SourceSpider
from crawlers.spiders.items import base_of, html_items, parse_html
from crawlers.urls import clean_url

_COMMENT_MARK = re.compile(r"<!--|-->")


class HtmlListSpider(SourceSpider[HtmlList]):
    """Asks `start`, then what `next` or `next_link` names, until a page is missing, empty, or like one before."""

    async def walk_one(self) -> AsyncIterator[Found]:
        """See `SourceSpider.walk_one`."""
        listing, asked = self.listing, set[str]()
        url: str | None = listing.start
        most = listing.max_pages
        for number in range(listing.max_pages):
            if url is None or number >= most or url in asked:
                return
            asked.add(url)
            page = await self.fetch_list(url, first=number == 0, headers=listing.headers.items())
            entries = list(self.read(page)) if page is not None else []
            if page is None or not entries or self.is_repeated(entries):
                self._cut_short(url, number, most)
                if page is not None and number == 0:
                    self.seen(url, 0, page)
                return
            self.seen(url, len(entries), page)
            for entry in entries:
                yield entry
            if number == 0:
                most = self._count(page)
            url = self._after(page, number)

    def _count(self, page: ListPage) -> int:
        """How many pages to ask; what the first page says of it counts."""
        listing = self.listing
        if listing.pages_from is None:
            return listing.max_pages
        found = re.search(listing.pages_from, page.text)
        digits = found.group(1) if found else None
        if not digits or not digits.strip().isdecimal():
            self.session.signals.append(
                f"list {page.url}: nothing says how many pages there are; correct list.pages_from, or take it out"
            )
            return listing.max_pages
        self._counted = True
        return min(int(digits), listing.max_pages)

    _counted = False

    def _cut_short(self, url: str, number: int, most: int) -> None:
        if number and self._counted:
            self.session.signals.append(
                f"list {url}: page {number + 1} of {most} is missing, empty or one that came before; look at the portal"
            )

    def _after(self, page: ListPage, number: int) -> str | None:
        """The address of the list page after number `number`; None at the end."""
        listing = self.listing
        if listing.next:
            n = listing.next_from + number * listing.next_step
            return urljoin(listing.start, listing.next.replace("{n}", str(n)))
        if not listing.next_link or (tree := self._tree(page)) is None:
            return None
        base = base_of(tree, page.url)
        links = (clean_url(element.get("href") or "", base) for element in compile_selector(listing.next_link)(tree))
        return next((link for link in links if link and link != page.url), None)

    def _tree(self, page: ListPage) -> Any:  # noqa: ANN401 - lxml elements have no public type
        return parse_html(_COMMENT_MARK.sub(" ", page.text) if self.listing.commented else page.text)

    def read(self, page: ListPage) -> Iterator[Found]:
        """The entries of one list page, each address once, in the page's order."""
        tree = self._tree(page)
        if tree is not None:
            items = html_items(tree, self.listing.item, self.listing.fields)
            yield from self.entries(items, base_of(tree, page.url))

"""Feeds: `list.kind: feed`, that is RSS, Atom and XML sitemaps.

What belongs here: reading their entries. What does not: anything about the pages they name.
"""

import re
from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from typing import Any

from lxml import etree

from crawlers.model import FeedList
from crawlers.spiders.base import Entry, ListPage, ListTrouble, SourceSpider

_ENTRIES = {"item", "entry", "url"}


class FeedSpider(SourceSpider):
    """Asks the feed and takes every entry with a link."""

    @cached_property
    def listing(self) -> FeedList:
        """The source's `list:`."""
        listing = self.source.list
        if not isinstance(listing, FeedList):
            raise TypeError(listing)
        return listing

    async def walk(self) -> AsyncIterator[Entry]:
        """See `SourceSpider.walk`."""
        page = await self.fetch_list(self.listing.start, first=True, headers=self.listing.headers.items())
        if page is None:
            return
        entries = list(self.read(page))
        self.seen(page.url, len(entries), page)
        for entry in entries:
            yield entry

    def read(self, page: ListPage) -> Iterator[Entry]:
        """The entries of the feed, each address once.

        Raises:
            ListTrouble: it is no feed.
        """
        # No entities, no network, no DTD: a feed is untrusted input.
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
        try:
            root = etree.fromstring(page.body, parser)
        except etree.XMLSyntaxError:
            root = None
        if root is None or _name(root) not in {"rss", "RDF", "feed", "urlset"}:
            self.seen(page.url, 0, page)
            msg = f"list {page.url}: no RSS, Atom or sitemap came; look at the answer"
            raise ListTrouble(msg, refused=False)
        met = set[str]()
        for item in root.iter():
            if _name(item) not in _ENTRIES:
                continue
            href, listed = _entry(item)
            entry = self.entry(href, page.url, listed)
            if entry is None:
                self.session.stats["items_without_link"] += 1
            elif self.listing.page_url and not re.search(self.listing.page_url, entry.url):
                self.session.stats["items_of_other_shape"] += 1
            elif entry.url not in met:
                met.add(entry.url)
                yield entry


def _name(element: Any) -> str:  # noqa: ANN401 - lxml elements have no public type
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _entry(item: Any) -> tuple[str | None, dict[str, str]]:  # noqa: ANN401
    """The link of a feed's entry and what it says of the page: title, date as printed."""
    href: str | None = None
    listed: dict[str, str] = {}
    for child in item:
        name, text = _name(child), " ".join("".join(child.itertext()).split()) if isinstance(child.tag, str) else ""
        if name == "link" and (child.get("rel") or "alternate") == "alternate":
            href = href or child.get("href") or text
        elif name == "loc":
            href = href or text
        elif name == "title" and text:
            listed.setdefault("title", text)
        elif name in {"pubDate", "published", "date"} and text:
            listed["published_date"] = text
    return href, listed

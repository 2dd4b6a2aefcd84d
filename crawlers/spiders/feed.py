"""Feeds: `list.kind: feed`, that is RSS, Atom, XML sitemaps and indexes of sitemaps.

What belongs here: reading their entries. What does not: anything about the pages they name.
"""

import gzip
import zlib
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from typing import Any

from lxml import etree

from crawlers.listings import FeedList
from crawlers.spiders.base import Found, ListPage, ListTrouble, SourceSpider
from crawlers.spiders.items import Item
from crawlers.spiders.text import decoded, is_cut, xml_root
from crawlers.urls import clean_url

_ENTRIES = {"item", "entry", "url"}
_ROOTS = {"rss", "RDF", "feed", "urlset", "sitemapindex"}
_GZIP = b"\x1f\x8b"
_MOST_BYTES = 50 * 1024 * 1024
"""Of one sitemap unpacked, as the sitemap protocol allows."""


class FeedSpider(SourceSpider[FeedList]):
    """Asks the feed, and the sitemaps that an index names, and takes every entry with a link."""

    async def walk_one(self) -> AsyncIterator[Found]:
        """See `SourceSpider.walk_one`."""
        waiting, asked = [self.listing.start], set[str]()
        while waiting and len(asked) < self.listing.max_pages:
            url = waiting.pop(0)
            if url in asked:
                continue
            first = not asked
            asked.add(url)
            page = await self.fetch_list(url, first=first, headers=self.listing.headers.items())
            if page is None:
                self.session.signals.append(f"list {url}: named by an index of sitemaps and not there")
                continue
            root = self.root(page)
            if _name(root) == "sitemapindex":
                waiting += self._sitemaps(root, page.url)
                continue
            entries = list(self.read(page, root))
            self.seen(page.url, len(entries), page)
            for entry in entries:
                yield entry

    def root(self, page: ListPage) -> Any:  # noqa: ANN401 - lxml elements have no public type
        """The root element of an answer; one that is cut off gives what is whole, and a signal.

        Raises:
            ListTrouble: it is no feed.
        """
        text = self._unpacked(page)
        root = xml_root(text)
        if root is None or _name(root) not in _ROOTS:
            self.seen(page.url, 0, page)
            msg = f"list {page.url}: no RSS, Atom or sitemap came; look at the answer, it begins with {page.beginning}"
            raise ListTrouble(msg, refused=False)
        if is_cut(text, _name(root)):
            self.session.signals.append(f"list {page.url}: the answer is cut off; what is whole was taken, run again")
        return root

    def _unpacked(self, page: ListPage) -> str:
        if page.body[:2] != _GZIP:
            return page.text
        try:
            with gzip.GzipFile(fileobj=BytesIO(page.body)) as packed:
                body = packed.read(_MOST_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            msg = f"list {page.url}: packed with gzip, and damaged ({error}); run again"
            raise ListTrouble(msg, refused=False) from None
        if len(body) > _MOST_BYTES:
            msg = f"list {page.url}: unpacks to more than {_MOST_BYTES // 2**20} MB; no sitemap may be that large"
            raise ListTrouble(msg, refused=False)
        return decoded(body)

    def _sitemaps(self, root: Any, base: str) -> Iterator[str]:  # noqa: ANN401
        for sitemap in root:
            if _name(sitemap) == "sitemap" and (href := _entry(sitemap)[0]) and (url := clean_url(href, base)):
                yield url

    def read(self, page: ListPage, root: Any = None) -> Iterator[Found]:  # noqa: ANN401
        """The entries of the feed, each address once.

        Raises:
            ListTrouble: it is no feed.
        """
        yield from self.entries(_items(self.root(page) if root is None else root), page.url)


def _items(root: Any) -> Iterator[Item]:  # noqa: ANN401
    for element in root.iter():
        if _name(element) in _ENTRIES:
            href, said = _entry(element)
            yield Item((href,) if href else (), said)


def _name(element: Any) -> str:  # noqa: ANN401
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _entry(item: Any) -> tuple[str | None, dict[str, str | None]]:  # noqa: ANN401
    """The link of a feed's entry and what it says of the page: title, date as printed."""
    href: str | None = None
    said: dict[str, str | None] = {"title": None, "published_date": None}
    for child in item:
        name, text = _name(child), " ".join("".join(child.itertext()).split()) if isinstance(child.tag, str) else ""
        if name == "link" and (child.get("rel") or "alternate") == "alternate":
            href = href or child.get("href") or text
        elif name == "loc":
            href = href or text
        elif name == "title" and text:
            said["title"] = said["title"] or text
        elif name in {"pubDate", "published", "date"} and text:
            said["published_date"] = text
    return href, said

"""Hanweb's datastores: `list.kind: datastore`, that is XML records with pieces of HTML in them.

What belongs here: asking for them by number and reading the envelope. What does not: reading the pieces (`items.py`).
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from crawlers.listings import DatastoreList
from crawlers.spiders.asking import request
from crawlers.spiders.base import Found, ListPage, ListTrouble, SourceSpider
from crawlers.spiders.items import Item, html_items, parse_html
from crawlers.spiders.text import is_cut, xml_root

_ROOT = "datastore"


class DatastoreSpider(SourceSpider[DatastoreList]):
    """Asks for `page_size` records at a time, until no more come or `totalrecord` is reached."""

    async def walk_one(self) -> AsyncIterator[Found]:
        """See `SourceSpider.walk_one`."""
        listing = self.listing
        for number in range(listing.max_pages):
            asked = request(listing, listing.slots(number, listing.page_size))
            page = await self.fetch_list(asked.url, first=number == 0, **asked.rest)
            if page is None:
                return
            records, total = self.records(page)
            entries = list(self.read(records, page.url))
            if entries and self.is_repeated(entries):
                return
            if records or number == 0:
                self.seen(page.url, len(entries), page)
            for entry in entries:
                yield entry
            if not records or (total is not None and (number + 1) * listing.page_size >= total):
                return

    def records(self, page: ListPage) -> tuple[list[str], int | None]:
        """The pieces of HTML in an answer, and how many it says there are altogether.

        Raises:
            ListTrouble: it is no datastore.
        """
        root = xml_root(page.text)
        if root is None or root.tag != _ROOT:
            self.seen(page.url, 0, page)
            msg = f"list {page.url}: no datastore came; look at the answer, it begins with {page.beginning}"
            raise ListTrouble(msg, refused=False)
        if is_cut(page.text, _ROOT):
            self.session.signals.append(f"list {page.url}: the answer is cut off; what is whole was taken, run again")
        total = (root.findtext(".//totalrecord") or "").strip()
        if not total.isdecimal():
            self.session.signals.append(f"list {page.url}: no totalrecord any more; look whether the answer changed")
        records = ["".join(record.itertext()) for record in root.iter("record")]
        return records, int(total) if total.isdecimal() else None

    def read(self, records: list[str], base: str) -> Iterator[Found]:
        """The entries of the records, each address once."""
        yield from self.entries(self._items(records), base)

    def _items(self, records: list[str]) -> Iterator[Item]:
        for record in records:
            tree: Any = parse_html(record)
            if tree is not None:
                yield from html_items(tree, self.listing.item, self.listing.fields, whole=True)

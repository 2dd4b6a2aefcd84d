"""Fixed pages: `list.kind: pages`, addresses that no listing leads to.

What belongs here: nothing but naming them.
"""

from collections.abc import AsyncIterator

from crawlers.model import PagesList
from crawlers.spiders.base import Entry, SourceSpider


class PagesSpider(SourceSpider):
    """Asks the addresses of the YAML."""

    async def walk(self) -> AsyncIterator[Entry]:
        """See `SourceSpider.walk`."""
        listing = self.source.list
        if not isinstance(listing, PagesList):
            raise TypeError(listing)
        for url in listing.urls:
            if entry := self.entry(url, self.source.homepage, {}):
                yield entry

"""Fixed pages: `list.kind: pages`, addresses that no listing leads to.

What belongs here: nothing but naming them.
"""

from collections.abc import AsyncIterator

from crawlers.listings import PagesList
from crawlers.spiders.base import Entry, Found, SourceSpider
from crawlers.urls import clean_url


class PagesSpider(SourceSpider[PagesList]):
    """Asks the addresses of the YAML."""

    async def walk_one(self) -> AsyncIterator[Found]:
        """See `SourceSpider.walk_one`."""
        for printed in self.listing.urls:
            if url := clean_url(printed, self.source.homepage):
                yield Entry(url, {})

"""The peer of `crawl`: what anyone would write with Scrapy in ten minutes. It archives nothing and judges nothing.

`scrapy runspider bare_spider.py -a start=URL [-a tags=FILE]`; with `tags` it asks with the ETags of its last run.
"""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.http import Request, Response


class BareSpider(scrapy.Spider):
    """Lists and pages of the generated portal."""

    name = "bare"
    custom_settings = {"LOG_LEVEL": "INFO", "DOWNLOAD_DELAY": 0}  # noqa: RUF012 - Scrapy's own form
    handle_httpstatus_list = [304]  # noqa: RUF012

    def __init__(self, start: str, tags: str | None = None, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self.start_url = start
        self.tags_file = Path(tags) if tags else None
        self.tags: dict[str, str] = {}
        if self.tags_file and self.tags_file.exists():
            self.tags = json.loads(self.tags_file.read_text(encoding="utf-8"))
        self.pages = 0

    async def start(self) -> AsyncIterator[Request]:
        """Ask the first list page."""
        yield Request(self.start_url, self.parse_list, cb_kwargs={"number": 0})

    def parse_list(self, response: Response, number: int) -> Iterator[Request]:
        """Ask every page of the list, then the next list page until one is missing."""
        for link in response.css("ul.default_news > li > a::attr(href)").getall():
            if not link.startswith("javascript"):
                url = response.urljoin(link)
                headers = {"If-None-Match": self.tags[url]} if url in self.tags else {}
                yield Request(url, self.parse_page, headers=headers)
        yield Request(response.urljoin(f"index_{number + 1}.html"), self.parse_list, cb_kwargs={"number": number + 1})

    def parse_page(self, response: Response) -> None:
        """Count the page, and keep its ETag."""
        self.pages += 1
        tag = response.headers.get("ETag")
        if tag and response.status == 200:
            self.tags[response.url] = tag.decode()

    def closed(self, reason: str) -> None:
        """Say how many pages there were, and keep the ETags for the next run."""
        del reason
        if self.tags_file:
            self.tags_file.write_text(json.dumps(self.tags), encoding="utf-8")
        print(json.dumps({"pages": self.pages}))

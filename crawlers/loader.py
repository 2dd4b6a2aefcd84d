"""One spider per source: `scrapy list` shows the YAML files, `scrapy crawl NAME` crawls one.

What belongs here: making spider classes out of sources. What does not: what the archetypes do (`spiders/`).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

from crawlers.settings import source_settings
from crawlers.source import Source, load_source, load_sources
from policywatch.errors import UsageError

if TYPE_CHECKING:
    from scrapy import Request, Spider

ARCHETYPES = {
    "html": ("crawlers.spiders.html_list", "HtmlListSpider"),
    "json": ("crawlers.spiders.json_search", "JsonSearchSpider"),
    "datastore": ("crawlers.spiders.datastore", "DatastoreSpider"),
    "feed": ("crawlers.spiders.feed", "FeedSpider"),
    "pages": ("crawlers.spiders.pages", "PagesSpider"),
}
"""Which class crawls which kind of listing; imported when needed, to start fast."""


def spider_class(source: Source) -> "type[Spider]":
    """The spider of `source`: its archetype with the source's facts and politeness."""
    module, name = ARCHETYPES[source.list.kind]
    archetype = getattr(import_module(module), name)
    settings = {**(archetype.custom_settings or {}), **source_settings(source)}
    members: dict[str, Any] = {"name": source.name, "source": source, "custom_settings": settings}
    return type(f"{name}_{source.name}", (archetype,), members)


class SourceSpiderLoader:
    """Scrapy's SPIDER_LOADER_CLASS over `crawlers/sources/*.yaml`."""

    @classmethod
    def from_settings(cls, settings: object) -> Self:  # noqa: ARG003 - Scrapy's interface
        """Scrapy's way to make one."""
        return cls()

    def load(self, spider_name: str) -> "type[Spider]":
        """The spider class of a source.

        Raises:
            KeyError: there is no such source.
        """
        try:
            return spider_class(load_source(spider_name))
        except UsageError as error:
            raise KeyError(str(error)) from None

    def list(self) -> list[str]:
        """The names of all sources."""
        return list(load_sources())

    def find_by_request(self, request: "Request") -> "list[str]":  # type: ignore[valid-type]
        """The sources that may ask this request's host."""
        from urllib.parse import urlsplit  # noqa: PLC0415

        host = urlsplit(request.url).hostname
        return [name for name, source in load_sources().items() if host in source.allowed_hosts]

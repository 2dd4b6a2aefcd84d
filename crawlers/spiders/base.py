"""What every archetype does alike: walk the listing, ask each page once, record what came of it.

What belongs here: the flow of a crawl. What does not: how one kind of listing is read (the archetypes beside this
module), what an answer means (`crawlers.session`).
"""

from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from scrapy import Request, Spider, signals
from scrapy.http import Response

from crawlers import recheck
from crawlers.health import Seen, challenge
from crawlers.manifest import Role, Row
from crawlers.middlewares import header_values, words_for
from crawlers.model import Source
from crawlers.session import CrawlSession, Visit, open_session
from crawlers.spiders.text import decoded
from crawlers.store import request_key
from crawlers.urls import clean_url
from policywatch.home import Home

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure


class Entry(NamedTuple):
    """A page that a listing names: its absolute address, and what the listing says of it."""

    url: str
    listed: dict[str, str]


class ListPage(NamedTuple):
    """A list page that answered with 200: its address, its text, its bytes."""

    url: str
    text: str
    body: bytes


class ListTrouble(Exception):  # noqa: N818 - it ends the walk, and is recorded
    """The listing cannot be read further. `refused`: the portal sends us away, so nothing more is asked."""

    def __init__(self, reason: str, *, refused: bool) -> None:
        super().__init__(reason)
        self.refused = refused


class SourceSpider(Spider):
    """A crawl of one source. Archetypes implement `walk`."""

    source: ClassVar[Source]
    session: CrawlSession

    def __init__(self, session: CrawlSession | None = None, **more: Any) -> None:  # noqa: ANN401
        super().__init__(**more)
        if session is not None:
            self.session = session
        self.asked: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: "Crawler", *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401
        """Scrapy's way to make one; `scrapy crawl` gives no session, so one is opened here and committed at the end."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if not hasattr(spider, "session"):
            spider.session = open_session(Home.at(crawler.settings.get("POLICYWATCH_HOME")), cls.source)
            crawler.signals.connect(spider.commit_at_end, signals.spider_closed)
        return spider

    def commit_at_end(self, reason: str) -> None:
        """Commit a crawl that `scrapy crawl` started; an interrupted one stays open."""
        if reason == "finished" and self.session.summary is None:
            self.session.commit()
        self.session.close()

    def walk(self) -> AsyncIterator[Entry]:
        """The entries of the listing, page after page.

        Raises:
            ListTrouble: the listing cannot be read further.
        """
        raise NotImplementedError

    async def start(self) -> AsyncIterator[Request]:  # noqa: C901 - the ways in which a crawl ends
        """Ask the pages that the listing names, then every other known page, as far as they are due."""
        if self.session.summary is not None:
            return
        try:
            async for entry in self.walk():
                if self.session.halted:
                    return
                if entry.url in self.asked:
                    continue
                self.asked.add(entry.url)
                if self.session.wants(entry.url, entry.listed):
                    await self.room()
                    yield self.page_request(entry.url, entry.listed)
                else:
                    self.session.stats["not_due"] += 1
        except ListTrouble as trouble:
            if self._ends(trouble):
                return
        for url in self.session.due():
            if self.session.halted:
                return
            if url not in self.asked:
                await self.room()
                yield self.page_request(url, {})

    def _ends(self, trouble: ListTrouble) -> bool:
        """Note what is wrong with the listing; whether nothing more is asked because of it."""
        if self.session.stopped:
            return True  # nothing is: the listing was not asked any further
        self.session.signals.append(str(trouble))
        return trouble.refused

    async def room(self) -> None:
        """Wait until the requests that were made are on their way: Scrapy would hold all of them in memory else."""
        engine = self.crawler.engine
        while engine.needs_backout():
            await self.crawler.signals.wait_for(signals.scheduler_empty)

    def page_request(self, url: str, listed: dict[str, str]) -> Request:
        """The request for a page: conditional where the archive has it."""
        return Request(
            url,
            callback=self.page,
            errback=self.page_failed,
            headers=recheck.conditions(self.session.known(url)),
            cb_kwargs={"url": url, "listed": listed},
            dont_filter=True,
        )

    def page(self, response: Response, url: str, listed: dict[str, str]) -> None:
        """Record a page that answered."""
        stored = response.meta["stored"]
        self.session.answered(Visit("page", url, stored, response.body, header_values(response), response.url, listed))

    def page_failed(self, failure: "Failure") -> None:
        """Record a page that did not answer, or was not asked."""
        request: Request = failure.request  # type: ignore[attr-defined] # Scrapy puts it there
        asked = request.cb_kwargs
        self._record_failure("page", asked["url"], request, failure.value, listed=asked["listed"])

    def _record_failure(
        self,
        role: Role,
        url: str,
        request: Request,
        error: BaseException | None,
        **more: Any,  # noqa: ANN401
    ) -> Row | None:
        if self.session.halted:
            return None  # not asked, or not known to have been: the next run asks it
        why = words_for(error)
        refused = why.startswith(("not asked", "redirected to", "robots.txt"))
        stored = request.meta.get("stored")
        return self.session.record(role, url, "blocked" if refused else "failed", stored, error=why, **more)

    async def fetch_list(
        self, url: str, *, first: bool, method: str = "GET", body: bytes = b"", headers: Iterable[tuple[str, str]] = ()
    ) -> ListPage | None:
        """Ask a list page; None when it is not there and is not the first, which is how listings end.

        Raises:
            ListTrouble: it failed, or a challenge came in its place.
        """
        key = request_key(method, url, body)
        meta = {"role": "list", "key": key}
        request = Request(url, method=method, body=body, headers=dict(headers), meta=meta, dont_filter=True)
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:
            # The request in hand is the first of a chain; the last answer's place is lost with it, the WARC has it.
            row = self._record_failure("list", url, request, error)
            why = row.error if row else "the archive cannot be written"
            refused = row is None or row.outcome == "blocked"
            msg = f"list {url}: {why}"
            raise ListTrouble(msg, refused=refused or first) from error
        stored = response.meta["stored"]
        headers_seen = header_values(response)
        kept_key = key if key != url else None
        row = self.session.answered(Visit("list", url, stored, response.body, headers_seen, response.url, key=kept_key))
        if row.outcome == "missing" and not first:
            return None
        if row.outcome not in {"new", "changed", "unchanged"}:
            what = row.error or "it is not there (404)"
            msg = f"list {url}: {what}; look at it in a browser"
            raise ListTrouble(msg, refused=row.outcome == "blocked" or first)
        content_type = row.content_type or ""
        return ListPage(response.url, decoded(response.body, content_type), response.body)

    def seen(self, url: str, items: int, page: ListPage) -> None:
        """Note how many items a list page named; a page that names none may be a challenge.

        Raises:
            ListTrouble: it is a challenge page.
        """
        self.session.lists.append(Seen(url, items))
        if not items and (mark := challenge(page.body, page.text)):
            msg = f"list {url}: a challenge page ({mark}) came in its place; look at it in a browser"
            raise ListTrouble(msg, refused=True)

    def entry(self, href: str | None, base: str, listed: dict[str, str]) -> Entry | None:
        """An entry out of a link as printed; None when it leads nowhere that can be fetched."""
        url = clean_url(href, base) if href else None
        return Entry(url, listed) if url else None

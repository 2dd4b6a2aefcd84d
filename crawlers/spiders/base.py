"""What every archetype does alike: walk the listing, ask each page once, record what came of it.

What belongs here: the flow of a crawl. What does not: how one kind of listing is read (the archetypes beside this
module), what an answer means (`crawlers.session`).
"""

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import takewhile
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, Self, TypeVar
from zoneinfo import ZoneInfo

from scrapy import Request, Spider, signals
from scrapy.http import Response

from crawlers import recheck
from crawlers.facts import Facts
from crawlers.health import Seen, challenge
from crawlers.listings import Kind
from crawlers.manifest import Role, Row
from crawlers.middlewares import header_values, words_for
from crawlers.model import Source
from crawlers.opening import open_session
from crawlers.session import CrawlSession, Visit
from crawlers.settings import TRIAL_PAGES
from crawlers.spiders.files import file_links
from crawlers.spiders.items import Item
from crawlers.spiders.text import decoded
from crawlers.store import Stored, request_key
from crawlers.urls import clean_url
from policywatch.home import Home

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure


class Entry(NamedTuple):
    """A page that a listing names: its absolute address, and what the listing says of it."""

    url: str
    listed: dict[str, str]


class FullText(NamedTuple):
    """A page whose whole text the listing's answer holds, so that the page itself is not asked."""

    url: str
    listed: dict[str, str]
    text: str
    answer: Stored


Found = Entry | FullText


class ListPage(NamedTuple):
    """A list page that answered with 200: its address, its text, its bytes, its place in the archive."""

    url: str
    text: str
    body: bytes
    stored: Stored | None = None

    @property
    def beginning(self) -> str:
        """The first words of it, for messages."""
        return repr(" ".join(self.text[:200].split())[:60])


class ListTrouble(Exception):  # noqa: N818 - it ends the walk, and is recorded
    """The listing cannot be read further.

    `refused`: the portal sends us away, so nothing more is asked. `first`: not even its first page came.
    """

    def __init__(self, reason: str, *, refused: bool, first: bool = False) -> None:
        super().__init__(reason)
        self.refused = refused
        self.first = first


ListingT = TypeVar("ListingT", bound=Kind)


class SourceSpider(Spider, Generic[ListingT]):
    """A crawl of one source. Archetypes implement `walk_one`."""

    source: ClassVar[Source]
    session: CrawlSession
    listing: ListingT
    """What is walked at the moment: the source's `list:`, with one value of each of its `each`."""

    def __init__(self, session: CrawlSession | None = None, **more: Any) -> None:  # noqa: ANN401
        super().__init__(**more)
        if session is not None:
            self.session = session
        self.asked: set[str] = set()
        self.listing = self.source.list  # type: ignore[assignment] # the loader chooses the archetype by the kind
        self.facts = Facts(getattr(self.listing, "values", {}), ZoneInfo(self.source.timezone))
        self._before: set[bytes] = set()

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

    def walk_one(self) -> AsyncIterator[Found]:
        """The entries of `self.listing`, page after page.

        Raises:
            ListTrouble: the listing cannot be read further.
        """
        raise NotImplementedError

    async def walk(self) -> AsyncIterator[Found]:
        """The entries of all categories; one that cannot be read does not hide the others.

        Raises:
            ListTrouble: no category could be read, or the portal sends us away.
        """
        categories, failed = self.source.list.variants(), 0
        for category in categories:
            self.listing = category  # type: ignore[assignment]
            self._before.clear()
            try:
                async for found in self.walk_one():
                    yield found
            except ListTrouble as trouble:
                failed += trouble.first
                if self.session.stopped or trouble.refused or failed == len(categories) or len(categories) == 1:
                    raise
                self.session.signals.append(str(trouble))

    async def start(self) -> AsyncIterator[Request]:
        """Ask the files that an earlier run owes, the pages that the listing names, then every other known page.

        Pages as far as they are due. The files come first: runs that end themselves would owe them for ever.
        """
        if self.session.summary is not None:
            return
        for owed in self._owed():
            await self.room()
            yield owed
        try:
            async for entry in self.walk():
                if self.session.halted:
                    return
                if request := self._take(entry):
                    await self.room()
                    yield request
        except ListTrouble as trouble:
            if self._ends(trouble):
                return
        finally:
            self.session.judge_fields(self.facts)
        for due in self._due():
            await self.room()
            yield due

    def _owed(self) -> Iterator[Request]:
        """The requests for files that an earlier run did not get, until the run ends itself."""
        for file in takewhile(lambda _: not self.session.halted, self.session.owed()):
            if request := self._file_request(file.url, file.linked_by):
                yield request

    def _due(self) -> Iterator[Request]:
        """The requests for pages that the listing does not name, until the run ends itself."""
        for url in takewhile(lambda _: not self.session.halted, self.session.due()):
            if url not in self.asked:
                yield self.page_request(url, {})

    def _ends(self, trouble: ListTrouble) -> bool:
        """Note what is wrong with the listing; whether nothing more is asked because of it."""
        if self.session.stopped:
            return True  # nothing is: the listing was not asked any further
        self.session.signals.append(str(trouble))
        return trouble.refused or trouble.first

    def _take(self, found: Found) -> Request | None:
        """The request for what the listing names; None where it has been asked, is not due, or needs none."""
        most = self.settings.getint(TRIAL_PAGES)
        if most and len(self.asked) >= most and not isinstance(found, FullText):
            return None  # a trial walks the listing on and leaves its other pages alone
        if found.url in self.asked:
            return None
        self.asked.add(found.url)
        if isinstance(found, FullText):
            self.session.told(*found)
            return None
        if not self.session.wants(found.url, found.listed):
            self.session.stats["not_due"] += 1
            return None
        return self.page_request(found.url, found.listed)

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

    def page(self, response: Response, url: str, listed: dict[str, str]) -> list[Request]:
        """Record a page that answered; the requests for the files that it links, where the source wants them."""
        stored = response.meta["stored"]
        visit = Visit("page", url, stored, response.body, header_values(response), response.url, listed)
        row = self.session.answered(visit)
        if (
            not self.source.attachments
            or row.outcome not in {"new", "changed"}
            or "html" not in (row.content_type or "")
        ):
            return []
        text = decoded(response.body, row.content_type or "")
        links = file_links(text, response.url, self.source.page.attachments)
        return [request for link in links if (request := self._file_request(link, row.canonical_url))]

    def _file_request(self, url: str, linked_by: str | None) -> Request | None:
        """The request for a linked file; None where it has been asked, or is a page of the source by itself."""
        known = self.session.known(url)
        if url in self.asked or (known is not None and known.role == "page"):
            return None
        self.asked.add(url)
        return Request(
            url,
            callback=self.file,
            errback=self.file_failed,
            headers=recheck.conditions(known),
            meta={"role": "attachment"},
            cb_kwargs={"url": url, "linked_by": linked_by},
            dont_filter=True,
        )

    def file(self, response: Response, url: str, linked_by: str | None) -> None:
        """Record a file that answered."""
        stored, headers = response.meta["stored"], header_values(response)
        self.session.answered(
            Visit("attachment", url, stored, response.body, headers, response.url, linked_by=linked_by)
        )

    def file_failed(self, failure: "Failure") -> None:
        """Record a file that did not answer, or was not asked."""
        request: Request = failure.request  # type: ignore[attr-defined] # Scrapy puts it there
        asked = request.cb_kwargs
        self._record_failure("attachment", asked["url"], request, failure.value, linked_by=asked["linked_by"])

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
        session = self.session
        known = session.known(url)
        if session.halted and (role != "attachment" or session.storage_error or (known and known.is_owed)):
            return None  # not asked, or not known to have been: the next run asks it
        why = words_for(error)
        # Only its page leads to a file, and that is not read again while it stays as it is: the row says what is owed.
        owed = role == "attachment" and (session.stopped is not None or session.guard.has_closed(url))
        refused = not owed and why.startswith(("not asked", "redirected to", "robots.txt"))
        stored = request.meta.get("stored")
        return session.record(role, url, "blocked" if refused else "failed", stored, error=why, **more)

    async def fetch_list(
        self, url: str, *, first: bool, method: str = "GET", body: bytes = b"", headers: Iterable[tuple[str, str]] = ()
    ) -> ListPage | None:
        """Ask a list page; None when it is not there and is not the first, which is how listings end.

        Raises:
            ListTrouble: it failed, or a challenge came in its place.
        """
        url = clean_url(url) or url
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
            raise ListTrouble(msg, refused=refused, first=first) from error
        stored = response.meta["stored"]
        headers_seen = header_values(response)
        kept_key = key if key != url else None
        row = self.session.answered(Visit("list", url, stored, response.body, headers_seen, response.url, key=kept_key))
        if row.outcome == "missing" and not first:
            return None
        if row.outcome not in {"new", "changed", "unchanged"}:
            what = row.error or "it is not there (404)"
            msg = f"list {url}: {what}; look at it in a browser"
            raise ListTrouble(msg, refused=row.outcome == "blocked", first=first)
        content_type = row.content_type or ""
        return ListPage(response.url, decoded(response.body, content_type), response.body, stored)

    def seen(self, url: str, items: int, page: ListPage) -> None:
        """Note how many items a list page named; a page that names none may be a challenge.

        Raises:
            ListTrouble: it is a challenge page.
        """
        self.session.lists.append(Seen(url, items))
        if not items and (mark := challenge(page.body, page.text)):
            msg = f"list {url}: a challenge page ({mark}) came in its place; look at it in a browser"
            raise ListTrouble(msg, refused=True)

    def is_repeated(self, entries: Sequence[Found]) -> bool:
        """Whether a page before had the same entries: some portals repeat their last page for ever."""
        urls = sha256("\n".join(sorted(entry.url for entry in entries)).encode()).digest()
        if urls in self._before:
            return True
        self._before.add(urls)
        return False

    def entries(
        self, items: Iterable[Item], base: str, page: ListPage | None = None, *, without: str = "items_without_link"
    ) -> Iterator[Found]:
        """The items of a list page as entries, each address once; `without` counts those that lead nowhere."""
        met, shape = set[str](), getattr(self.listing, "page_url", None)
        for item in items:
            urls = [url for link in item.links if (url := clean_url(link, base))]
            url = next((url for url in urls if not shape or re.search(shape, url)), None)
            if url is None:
                self.session.stats["items_of_other_shape" if urls else without] += 1
            elif url not in met:
                met.add(url)
                listed = self.facts.take(item.said, item.absent)
                stored = page.stored if page is not None else None
                if item.text is not None and stored is not None:
                    yield FullText(url, listed, item.text, stored)
                else:
                    yield Entry(url, listed)

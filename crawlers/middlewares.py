"""Scrapy's downloader middlewares: archive first, ask only what may be asked, come back when told to.

What belongs here: the thin layer between Scrapy and our own objects. What does not: the rules themselves (`safety.py`,
`manners.py`, `session.py`, `archive.py`). Their order stands in `settings.py`.
"""

import asyncio
from contextlib import suppress
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import Spider
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from crawlers import store
from crawlers.resolver import PublicResolver
from crawlers.safety import MAX_RETRY_AFTER, retry_after
from crawlers.session import CrawlSession, Visit
from policywatch import clock
from policywatch.errors import StorageError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_REASONS = {status.value: status.phrase for status in HTTPStatus}
_SERVER_ERROR = 500


class Refused(IgnoreRequest):
    """A request that our own rules forbid; the message says which and what to do."""


class _WithSession:
    def __init__(self, crawler: "Crawler") -> None:
        self.crawler = crawler
        self.session: CrawlSession = crawler.spider.session  # type: ignore[union-attr]

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        return cls(crawler)


class SafetyMiddleware(_WithSession):
    """Lets through only what the source may ask, redirects included."""

    def __init__(self, crawler: "Crawler") -> None:
        super().__init__(crawler)
        # Only the demo's portals may be on this machine; every other name must resolve to the public internet.
        source = self.session.source
        PublicResolver.trust(source.allowed_hosts if source.demo else ())

    def process_request(self, request: Request) -> None:
        """Refuse what may not be asked.

        Raises:
            Refused: with the reason.
        """
        if self.session.storage_error:
            raise Refused("not asked: the archive cannot be written")
        objection = self.session.guard.objection(request.url)
        if objection is None:
            return
        if request.meta.get("redirect_urls"):
            msg = f"redirected to {request.url}: {objection}"
            raise Refused(msg)
        msg = f"not asked: {objection}"
        raise Refused(msg)


class RobotsAnswerMiddleware(_WithSession):
    """Records robots.txt, and reads its absence and its failure as RFC 9309 says.

    4xx allows all; 5xx, and no answer at all, forbid all.
    """

    def process_response(self, request: Request, response: Response) -> Response:
        """Give Scrapy's robots middleware the rules that the answer stands for."""
        if not is_robots(request):
            return response
        stored = request.meta.get("stored")
        if stored is not None:
            asked = (request.meta.get("redirect_urls") or [request.url])[0]
            headers = header_values(response)
            self.session.answered(Visit("robots", asked, stored, response.body, headers, response.url))
        if response.status >= _SERVER_ERROR:
            self.session.signals.append(
                f"{response.url} answered {response.status}, which forbids all; try again when the portal is well"
            )
            return response.replace(body=b"User-agent: *\nDisallow: /\n")
        return response if response.status == HTTPStatus.OK else response.replace(body=b"")

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Record that robots.txt could not be had, which closes the host for this run."""
        if not is_robots(request) or self.session.stopped:
            return
        why = words_for(exception)
        is_ours = isinstance(exception, IgnoreRequest)
        self.session.record("robots", request.url, "blocked" if is_ours else "failed", error=why)
        if not is_ours:  # what our own rules forbid, they forbid for the pages as well, and say so there
            host = urlsplit(request.url).hostname or ""
            self.session.guard.close(host, f"robots.txt of {host} could not be had ({why}), which forbids all")


class PatientRetryMiddleware(RetryMiddleware):
    """Retries, and waits as long as a portal asks with Retry-After, up to a limit."""

    def __init__(self, settings: Any) -> None:  # noqa: ANN401
        super().__init__(settings)
        self._not_before: dict[str, float] = {}

    @property
    def _session(self) -> "CrawlSession":
        return self.crawler.spider.session  # type: ignore[union-attr,no-any-return]

    async def process_request(self, request: Request) -> None:
        """Hold requests to a host that asked for a pause."""
        until = self._not_before.get(urlsplit(request.url).hostname or "") if self._not_before else None
        if until is not None and (wait := until - monotonic()) > 0:
            await asyncio.sleep(wait)

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Spider | None = None,  # noqa: ARG002 - Scrapy's signature
    ) -> Request | Response:
        """Retry what may pass; leave alone a host that wants us back later than a run waits."""
        if response.status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
            seconds = _pause(response)
            host = urlsplit(request.url).hostname or ""
            if seconds is not None and seconds > MAX_RETRY_AFTER:
                self._session.guard.close(host, f"{host} asks to come back in {seconds} s; run again then")
                return response
            if seconds:
                self._hold(host, seconds)
        return super().process_response(request, response)

    def process_exception(
        self,
        request: Request,
        exception: Exception,
        spider: Spider | None = None,  # noqa: ARG002 - Scrapy's signature
    ) -> Request | Response | None:
        """Retry what may pass, unless the host has been silent for too long."""
        if isinstance(exception, self.exceptions_to_retry) and not _is_about_the_answer(exception):
            self._session.guard.silent(request.url)
            if self._session.guard.objection(request.url):
                return None
        return super().process_exception(request, exception)

    def _hold(self, host: str, seconds: int) -> None:
        until = monotonic() + seconds
        self._not_before[host] = until
        # What waits in the downloader already has passed here: its slot must wait as well.
        slot = self.crawler.engine.downloader.slots.get(host)
        if slot is not None and slot.delay:
            slot.lastseen = max(slot.lastseen, until - slot.delay)


def _pause(response: Response) -> int | None:
    """The seconds of Retry-After, counted from the portal's own clock where it says what time it has."""
    now = clock.now()
    with suppress(ValueError, OverflowError):
        said = parsedate_to_datetime(_text(response.headers.get("Date")) or "")
        now = said if said.tzinfo else said.replace(tzinfo=now.tzinfo)
    return retry_after(_text(response.headers.get("Retry-After")), now)


def _is_about_the_answer(exception: Exception) -> bool:
    """Whether an answer did come, and was of no use."""
    return type(exception).__name__ in {"ResponseDataLossError", "BadGzipFile"}


class PlainRedirectMiddleware(RedirectMiddleware):
    """Follows redirects without a Referer; SafetyMiddleware judges where they lead."""

    def _engine_started(self) -> None:
        """Skip Scrapy's warning that there is no Referer middleware: there is none on purpose."""

    def handle_referer(self, request: Request, response: Response) -> None:  # noqa: ARG002
        """Send no Referer."""
        request.headers.pop("Referer", None)


class ArchiveMiddleware(_WithSession):
    """Puts every answer into the archive, and answers from there what an interrupted run had archived already."""

    _closing: "asyncio.Task[None] | None" = None

    def process_request(self, request: Request) -> Response | None:
        """Answer from the archive where this crawl has the answer already."""
        found = self.session.archive.replay(_as_asked(request)) if self.session.archive.replayable else None
        if found is None:
            return None
        stored, record, payload = found
        request.meta["stored"] = stored
        request.meta["replayed"] = True
        self.session.stats["resumed"] += 1
        headers = Headers()
        for name, value in record.headers:
            headers.appendlist(name, value)
        kind = responsetypes.from_args(headers=headers, url=request.url, body=payload)
        return kind(request.url, status=stored.status, headers=headers, body=payload)

    def process_response(self, request: Request, response: Response) -> Response:
        """Archive the answer as it came, before anything reads it."""
        if request.meta.pop("replayed", False):
            return response
        headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        )
        try:
            request.meta["stored"] = self.session.store(
                _as_asked(request),
                store.Answer(response.status, _REASONS.get(response.status, ""), headers, response.body),
                asked_as=request.meta.get("key") or (request.meta.get("redirect_urls") or [request.url])[0],
            )
        except StorageError as error:
            self._stop()
            raise Refused(str(error)) from error
        return response

    def _stop(self) -> None:
        if self._closing is None:
            closing = self.crawler.engine.close_spider_async(reason="storage")
            self._closing = asyncio.ensure_future(closing)


class DepartureMiddleware(_WithSession):
    """The last word before a request leaves, and the first on why it could not."""

    def process_request(self, request: Request) -> None:
        """Count the request, or end the run for the sake of quiet hours or the day's budget.

        Raises:
            Refused: nothing more may leave, or the host was closed while the request was waiting.
        """
        try:
            objection = self.session.guard.objection(request.url) or self.session.leave(request.url)
        except StorageError as error:
            raise Refused(str(error)) from error
        if objection:
            msg = f"not asked: {objection}"
            raise Refused(msg)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Say it where a name leads to an address that may not be asked: no retry would help.

        Raises:
            Refused: with the address.
        """
        if isinstance(exception, CannotResolveHostError):
            what = PublicResolver.refused.get(urlsplit(request.url).hostname or "")
            if what is not None:
                msg = f"not asked: {what}; only the public internet is asked"
                raise Refused(msg)


def _as_asked(request: Request) -> store.Request:
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in request.headers.items()
        if name != b"Proxy-Authorization"
        for value in values
    )
    role = "robots" if is_robots(request) else request.meta.get("role", "page")
    return store.Request(request.method, request.url, headers, request.body, role)


def is_robots(request: Request) -> bool:
    """Whether Scrapy asks this one for robots.txt."""
    return bool(request.meta.get("dont_obey_robotstxt"))


def header_values(response: Response) -> dict[str, str | None]:
    """The headers that manifest rows hold."""
    get = response.headers.get
    return {
        "content-type": _text(get("Content-Type")),
        "etag": _text(get("ETag")),
        "last-modified": _text(get("Last-Modified")),
    }


def _text(value: bytes | None) -> str | None:
    return value.decode("latin-1").strip() or None if value else None


def words_for(error: BaseException | None) -> str:
    """What went wrong with a request, in words for the manifest."""
    name = type(error).__name__
    words = {
        "DownloadTimeoutError": "no answer in time",
        "DownloadConnectionRefusedError": "the connection was refused",
        "CannotResolveHostError": "the host name does not resolve",
        "ResponseDataLossError": "the answer was cut off",
        "TunnelError": "the proxy opened no tunnel",
        "BadGzipFile": "the answer says gzip and is none",
        "error": "the answer says deflate and is none",
    }
    text = str(error)
    if isinstance(error, Refused):
        return text
    if name in words:
        return words[name]
    if "max redirections" in text:
        return "redirect loop: more than 5 redirects"
    if "robots.txt" in text:
        return "robots.txt forbids it"
    # Scrapy cancels a download for its size alone, with or without saying so.
    if name == "DownloadCancelledError" or "exceeded DOWNLOAD_MAXSIZE" in text:
        return "too large: more than DOWNLOAD_MAXSIZE allows (20 MB by default)"
    return f"{name}: {text}".strip(": ")[:300]

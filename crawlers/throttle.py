"""How fast requests to one host follow one another: what robots.txt asks for, and AutoThrottle above it.

What belongs here: Scrapy extensions that set the delay of a host. What does not: whether a request may leave at all
(`manners.py`), pauses that a portal asks for in an answer (`middlewares.py`).
"""

import logging
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.extensions.throttle import AutoThrottle

if TYPE_CHECKING:
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

MAX_CRAWL_DELAY = 120.0
"""Seconds between two requests at which a Crawl-delay is taken for a mistake and no longer followed to the letter."""

_log = logging.getLogger(__name__)


class CrawlDelay:
    """Raises the delay of a host to what its robots.txt asks for (Crawl-delay, Request-rate); never lowers it."""

    def __init__(self, crawler: "Crawler") -> None:
        self.crawler = crawler
        crawler.signals.connect(self.read, signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Scrapy's way to make one."""
        return cls(crawler)

    def read(self, robotparser: Any, request: "Request") -> None:  # noqa: ANN401 - Scrapy's own
        """Follow the robots.txt of the host of `request`."""
        asked = asked_delay(robotparser, self.crawler.settings["ROBOTSTXT_USER_AGENT"])
        host = urlsplit(request.url).hostname or ""
        if asked > MAX_CRAWL_DELAY:
            note = f"robots.txt of {host} asks for {asked:g} s between two requests; {MAX_CRAWL_DELAY:g} s are kept"
            self.crawler.spider.session.notes.append(note)  # type: ignore[union-attr]
            _log.warning("%s; set max_pages and daily_budget so that little is asked", note)
            asked = MAX_CRAWL_DELAY
        downloader = self.crawler.engine.downloader
        if asked <= max(self.crawler.settings.getfloat("DOWNLOAD_DELAY"), floor_of(self.crawler, host)):
            return
        _log.info("robots.txt of %s asks for %g s between two requests", host, asked)
        # A slot is thrown away when it has been idle for a while; what is set here outlives it.
        downloader.per_slot_settings[host] = {**downloader.per_slot_settings.get(host, {}), "delay": asked}
        slot = downloader.slots.get(host)
        if slot is not None:
            slot.delay = max(slot.delay, asked)


def asked_delay(robotparser: Any, user_agent: str) -> float:  # noqa: ANN401
    """The seconds between two requests that a robots.txt asks of `user_agent`; 0 where it says nothing."""
    rate = robotparser.rp.request_rate(user_agent)
    by_rate = rate.seconds / rate.requests if rate is not None and rate.requests > 0 else 0.0
    return max(robotparser.crawl_delay(user_agent) or 0.0, by_rate)


def floor_of(crawler: "Crawler", host: str) -> float:
    """The delay below which `host` is never asked for the sake of its robots.txt; 0 where that says nothing."""
    found: float = crawler.engine.downloader.per_slot_settings.get(host, {}).get("delay", 0.0)
    return found


class HostThrottle(AutoThrottle):
    """AutoThrottle that keeps to what robots.txt asks for: a fast answer does not shorten that delay."""

    def _adjust_delay(self, slot: "Slot", latency: float, response: "Response") -> None:
        super()._adjust_delay(slot, latency, response)
        slot.delay = max(slot.delay, floor_of(self.crawler, urlsplit(response.url).hostname or ""))

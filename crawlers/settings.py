"""Scrapy's settings, each deviation from the default with its reason.

What belongs here: what holds for every source, and `source_settings`, which turns a source's politeness into settings.
What does not: rules of ours that Scrapy has no setting for (`safety.py`, `middlewares.py`).
"""

import os
from typing import Any

from crawlers.model import Source
from policywatch import __version__

CONTACT = "POLICYWATCH_CONTACT"
"""The environment variable that holds an e-mail address or a web page of whoever runs the crawl."""
TRIAL_PAGES = "POLICYWATCH_TRIAL_PAGES"
"""The setting that says how many pages a trial of a source asks, 0 for all: a trial looks at a few."""


def user_agent() -> str:
    """Who we are and how to reach whoever runs us."""
    contact = os.environ.get(CONTACT, "").strip().replace("\n", " ")
    about = f"+{contact}" if contact else "archives public policy documents; its operator left no contact"
    return f"policywatch/{__version__} ({about})"


COOKIES = "scrapy.downloadermiddlewares.cookies.CookiesMiddleware"

BOT_NAME = "policywatch"
SPIDER_LOADER_CLASS = "crawlers.loader.SourceSpiderLoader"  # one spider per sources/*.yaml, no spider modules

# Manners
USER_AGENT = user_agent()  # honest, with a contact
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "policywatch"  # a portal that means us can name us, whatever else the header says
AUTOTHROTTLE_ENABLED = True  # a portal that gets slower is asked less often
AUTOTHROTTLE_MAX_DELAY = 60.0
DOWNLOAD_DELAY = 1.0  # each source sets its own, see source_settings
DOWNLOAD_DELAY_JITTER = 0  # the delay is a promise; half as much more or less would break it every other time
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # one request at a time
CONCURRENT_ITEMS = 1  # our spiders give no items; Scrapy starts so many tasks after every answer, 100 by default
CONCURRENT_REQUESTS = 2  # the next one waits ready; more would only be beyond recall when a portal sends us away
COOKIES_ENABLED = False  # a session on the portal's side would make pages differ; `cookies: true` of a source
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",  # some portals redirect the default, "en", to another tree
    # What every reader of web archives can unpack; Scrapy would add br and zstd where installed.
    "Accept-Encoding": "gzip, deflate",
    # Caches on the way must ask the portal: with heuristic freshness they hide changes for months.
    "Cache-Control": "max-age=0",
}

# Limits
DOWNLOAD_TIMEOUT = 60  # seconds for a whole answer; a slow drip ends here
DOWNLOAD_MAXSIZE = 20 * 1024 * 1024  # no policy page is larger; also the limit of what gzip may unpack to
DOWNLOAD_WARNSIZE = 0
RETRY_TIMES = 2
RETRY_GIVE_UP_LOG_LEVEL = "WARNING"  # a page that fails is a row of the manifest, not an error of ours
REDIRECT_MAX_TIMES = 5
DOWNLOAD_VERIFY_CERTIFICATES = True  # the archive is evidence; an answer from nobody knows whom is not
TWISTED_DNS_RESOLVER = "crawlers.resolver.PublicResolver"  # Scrapy's, but never to a private address
DNS_TIMEOUT = 20  # seconds; the default, 60, is as long as a whole answer may take

# What is switched on. These are the whole lists, in place of Scrapy's own: switching parts off by name would still
# import them (a web server, a public-suffix list), which doubles the start of a crawl. Whoever raises Scrapy's version
# compares them with its default_settings.py.
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.logstats.LogStats": 0,
    "crawlers.throttle.CrawlDelay": 0,  # what robots.txt asks for
    "crawlers.throttle.HostThrottle": 0,  # Scrapy's AutoThrottle, above it
}  # no telnet console and no remote control: no open ports; no feeds: the session writes the output
DOWNLOAD_HANDLERS_BASE = {
    "http": "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler",
    "https": "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler",
}  # nothing else is ever fetched, a redirect to file:// least of all
# Order, counted from the engine (0) to the network (1000)
DOWNLOADER_MIDDLEWARES_BASE = {
    "crawlers.middlewares.SafetyMiddleware": 50,  # in place of Scrapy's OffsiteMiddleware: says no with a reason
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": 100,
    "crawlers.middlewares.RobotsAnswerMiddleware": 150,  # above retries and redirects: sees final answers
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "crawlers.middlewares.PatientRetryMiddleware": 550,  # Scrapy's, and Retry-After
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 590,
    "crawlers.middlewares.PlainRedirectMiddleware": 600,  # Scrapy's, without Referer
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": 750,
    "crawlers.middlewares.ArchiveMiddleware": 950,  # nothing reads an answer before it
    "crawlers.middlewares.DepartureMiddleware": 960,  # next to the network: sees only what really leaves
}  # no MetaRefresh: challenge pages loop with it; no passwords; no cookies but by declaration; no cache: the archive is
# ours, and Scrapy's RFC 2616 policy asks old pages nothing at all
SPIDER_MIDDLEWARES_BASE = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": 25,
}  # no UrlLength: it drops without a word, SafetyMiddleware records; no HttpError: every answer is an outcome; no
# Referer: sources that need one state it; no depth: lists and pages
TELNETCONSOLE_ENABLED = False  # said twice, for whoever adds the extension back
HTTPCACHE_ENABLED = False
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the spider asks nothing twice; saves a hash per request

LOG_LEVEL = "INFO"
LOG_VERSIONS: list[str] = []  # importing OpenSSL and others just to log their versions slows the start


def source_settings(source: Source) -> dict[str, Any]:
    """A source's politeness as Scrapy settings."""
    politeness = source.politeness
    settings: dict[str, Any] = {
        "DOWNLOAD_DELAY": politeness.delay,
        "AUTOTHROTTLE_START_DELAY": politeness.delay,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(politeness.concurrency),
        # Without a delay (demo sources only) there is nothing to throttle.
        "AUTOTHROTTLE_ENABLED": politeness.delay > 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": politeness.concurrency,
        "CONCURRENT_REQUESTS": min(16, 2 * politeness.concurrency),
    }
    if politeness.user_agent:
        settings["USER_AGENT"] = politeness.user_agent
    if source.cookies:
        # Kept in memory, so for one run; a run that is taken up finds them again in the answers that it replays.
        settings |= {"COOKIES_ENABLED": True, "DOWNLOADER_MIDDLEWARES": {COOKIES: 700}}
    return settings

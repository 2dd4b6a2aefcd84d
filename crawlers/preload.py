"""What every crawl needs, loaded: the process that crawls are forked from imports this module and waits.

What belongs here: imports of what a crawl of any archetype loads. What does not: anything that depends on a crawl, on
the environment or on the clock, which a fork would inherit; above all not Twisted's reactor: a process has but one.
"""

from importlib import import_module

from policywatch import starting

with starting.imports():
    from scrapy.settings import default_settings
    from scrapy.utils.misc import load_object

    from crawlers import settings
    from crawlers.loader import ARCHETYPES

    _MODULES = (
        "crawlers.run", "encodings.idna", "protego", "scrapy.core.engine", "scrapy.core.scheduler", "scrapy.crawler",
        "scrapy.pqueues", "scrapy.squeues", "twisted.internet.asyncioreactor",
    )  # fmt: skip
    _PARTS = (
        *settings.EXTENSIONS_BASE, *settings.DOWNLOADER_MIDDLEWARES_BASE, *settings.SPIDER_MIDDLEWARES_BASE,
        *settings.DOWNLOAD_HANDLERS_BASE.values(), settings.DUPEFILTER_CLASS, default_settings.LOG_FORMATTER,
        default_settings.STATS_CLASS, default_settings.ROBOTSTXT_PARSER,
    )  # fmt: skip
    for name in (*_MODULES, *(module for module, _ in ARCHETYPES.values())):
        import_module(name)
    for part in _PARTS:
        load_object(part)

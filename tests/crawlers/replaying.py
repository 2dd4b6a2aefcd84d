"""Crawls many sources in one process: `python replaying.py HOME SOURCE…`, the stand-in being its proxy.

Scrapy's reactor starts once per process and importing it is most of a small crawl's time, so every source shares both.
Each is crawled by its own spider as `scrapy crawl` does it; only manners that cost time are switched off.
"""

import sys
from pathlib import Path

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from crawlers.loader import spider_class
from crawlers.source import load_source

# At the priority of the command line, above what a source's politeness says.
HURRY = {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 4, "RETRY_TIMES": 0}


def main(home: str, *names: str) -> None:
    settings = Settings()
    settings.setmodule("crawlers.settings", priority="project")
    settings.setdict(
        {**HURRY, "POLICYWATCH_HOME": home, "LOG_LEVEL": "WARNING", "LOG_FILE": str(Path(home, "replay.log"))},
        priority="cmdline",
    )
    process = AsyncCrawlerProcess(settings)
    for name in names:
        process.crawl(spider_class(load_source(name)))
    process.start()


if __name__ == "__main__":
    main(*sys.argv[1:])

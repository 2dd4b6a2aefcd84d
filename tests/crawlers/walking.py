"""Walks over listings without a network: a spider whose list requests are answered from a dictionary."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from crawlers.loader import spider_class
from crawlers.source import load_source
from crawlers.spiders.base import ListPage, ListTrouble
from crawlers.spiders.text import decoded
from crawlers.store import Stored, request_key
from crawlers.warc import Place

HEAD = """name: {name}
title: 云江市 政策文件
jurisdiction: CN
authority: portal
homepage: http://www.yunjiang.example/
schedule: "1 1 * * *"
list:
{listing}
"""
SITE = "http://www.yunjiang.example"


class Walk:
    """One walk: what it found, asked and said. `answers` maps an address (for a POST with its body) to an answer."""

    def __init__(self, folder: Path, listing: str, answers: Mapping[Any, str | bytes]) -> None:
        (folder / "here.yaml").write_text(HEAD.replace("{name}", "here").replace("{listing}", listing), "utf-8")
        self.asked: list[Any] = []
        self.trouble: ListTrouble | None = None
        self.session = SimpleNamespace(stats=Counter(), signals=[], lists=[], stopped=None)
        spider = spider_class(load_source("here", folder))(session=self.session)
        self.spider: Any = spider
        self._answers = answers
        spider.fetch_list = self._fetch
        self.found: list[Any] = asyncio.run(self._collect())

    async def _fetch(
        self, url: str, *, first: bool, method: str = "GET", body: bytes = b"", headers: Any = ()
    ) -> ListPage | None:
        asked = (url, body.decode()) if method == "POST" else url
        self.asked.append(asked)
        self.sent = dict(headers)
        answer = self._answers.get(asked)
        if answer is None and first:
            msg = f"list {url}: it is not there (404)"
            raise ListTrouble(msg, refused=False, first=True)
        if answer is None:
            return None
        content = answer.encode() if isinstance(answer, str) else answer
        stored = Stored(Place("x", 0, 1), datetime(2024, 3, 1, tzinfo=UTC), 200, request_key(method, url, body))
        return ListPage(url, decoded(content), content, stored)

    async def _collect(self) -> list[Any]:
        found = []
        try:
            async for entry in self.spider.walk():
                found.append(entry)  # noqa: PERF401 - what came before trouble counts
        except ListTrouble as trouble:
            self.trouble = trouble
        self.session.signals += self.spider.facts.signals()
        return found

    @property
    def paths(self) -> list[str]:
        return [entry.url.removeprefix(SITE) for entry in self.found]

    @property
    def items(self) -> list[int]:
        return [seen.items for seen in self.session.lists]

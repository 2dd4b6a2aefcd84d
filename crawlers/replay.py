"""Walking a listing over answers at hand: the archetypes as they are, without a network.

What belongs here: driving a source's own archetype and collecting what it finds. What does not: where the answers come
from (an archive, a test), what becomes of the entries.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

from crawlers.health import Seen
from crawlers.model import Source
from crawlers.store import request_key
from crawlers.urls import clean_url


class Answered(NamedTuple):
    """An answer with 200: its bytes, its Content-Type (or ''), the address it finally came from."""

    body: bytes
    content_type: str
    url: str


Answerer = Callable[[str], Answered | None]
"""The answer to a request by its key (`crawlers.store.request_key`: the address of a GET), None where there is none."""


class Listed(NamedTuple):
    """An entry: its address, what the listing says of it, and whether the listing holds its whole text."""

    url: str
    said: dict[str, str]
    has_text: bool = False


class Asked(NamedTuple):
    """A request for a list page, and its key."""

    url: str
    method: str
    body: bytes
    key: str


@dataclass(slots=True)
class Walked:
    """What a walk found: entries as often as they are listed, list pages, signals, counts, and what ended it early."""

    entries: list[Listed] = field(default_factory=list)
    lists: list[Seen] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    stats: Counter[str] = field(default_factory=Counter)
    trouble: str | None = None
    asked: list[Asked] = field(default_factory=list)
    """The requests that an answer was at hand for, in their order."""


def walk(source: Source, answer: Answerer) -> Walked:
    """Walk the listing of `source` over the answers at hand, until it ends or asks for one that is not there."""
    # Imported here: Scrapy is heavy, and most callers of this package's neighbours need none of it.
    from crawlers.loader import spider_class  # noqa: PLC0415
    from crawlers.spiders.base import FullText, ListPage, ListTrouble  # noqa: PLC0415
    from crawlers.spiders.text import decoded  # noqa: PLC0415

    walked = Walked()
    session = SimpleNamespace(
        stats=walked.stats, lists=walked.lists, signals=walked.signals, storage_error=None, stopped=None, halted=False
    )

    async def fetch_list(
        url: str,
        *,
        first: bool,
        method: str = "GET",
        body: bytes = b"",
        headers: Iterable[tuple[str, str]] = (),  # noqa: ARG001 - the answer is at hand already
    ) -> Any:  # noqa: ANN401
        url = clean_url(url) or url
        asked = Asked(url, method, body, request_key(method, url, body))
        found = answer(asked.key)
        if found is None:
            if first:
                msg = f"list {url}: no answer is at hand"
                raise ListTrouble(msg, refused=False, first=True)
            return None
        walked.asked.append(asked)
        return ListPage(found.url, decoded(found.body, found.content_type), found.body, _NOWHERE)

    async def collect() -> None:
        spider: Any = spider_class(source)(session=session)
        spider.fetch_list = fetch_list
        try:
            async for found in spider.walk():
                walked.entries.append(Listed(found.url, dict(found.listed), isinstance(found, FullText)))
        except ListTrouble as trouble:
            walked.trouble = str(trouble)

    asyncio.run(collect())
    return walked


_NOWHERE: Any = SimpleNamespace(place=("", 0, 0), status=200)
"""In the place of an answer in the archive: a text out of such a list page is counted and never archived."""

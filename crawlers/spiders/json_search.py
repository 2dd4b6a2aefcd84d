"""JSON searches: `list.kind: json`.

What belongs here: asking page after page and reading the rows. What does not: HTML inside answers,
beyond stripping tags. A changed shape of the answer raises a signal; it never counts as nothing found.
"""

import json
import re
from collections.abc import AsyncIterator
from functools import cached_property
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

from crawlers.health import MAX_ROWS_WITHOUT_URL
from crawlers.model import JsonList
from crawlers.spiders.base import Entry, ListPage, ListTrouble, SourceSpider

_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
_SLOT = re.compile(r"\{([\w.]+)\}")
_MISSING = object()


class JsonSearchSpider(SourceSpider):
    """Asks `url` with `params`, `{page}` counting up, until no rows are left or `total` is reached."""

    @cached_property
    def listing(self) -> JsonList:
        """The source's `list:`."""
        listing = self.source.list
        if not isinstance(listing, JsonList):
            raise TypeError(listing)
        return listing

    async def walk(self) -> AsyncIterator[Entry]:
        """See `SourceSpider.walk`."""
        listing, before, had = self.listing, set[frozenset[str]](), 0
        for number in range(listing.max_pages):
            url, body, headers = self._request(listing.first_page + number)
            page = await self.fetch_list(url, first=number == 0, method=listing.method, body=body, headers=headers)
            if page is None:
                return
            rows, total = self.rows(page)
            entries = self.read(rows, page.url)
            same = frozenset(entry.url for entry in entries)
            if entries and same in before:
                return
            before.add(same)
            if rows or number == 0:
                self.seen(url, len(entries), page)
            for entry in entries:
                yield entry
            had += len(rows)
            if not rows or (total is not None and had >= total):
                return

    def _request(self, number: int) -> tuple[str, bytes, list[tuple[str, str]]]:
        listing = self.listing
        params = {name: str(value).replace("{page}", str(number)) for name, value in listing.params.items()}
        headers = list(listing.headers.items())
        if listing.method == "GET":
            glue = "&" if urlsplit(listing.url).query else "?"
            return (f"{listing.url}{glue}{urlencode(params)}" if params else listing.url), b"", headers
        if listing.body == "form":
            return (
                listing.url,
                urlencode(params).encode(),
                [("Content-Type", "application/x-www-form-urlencoded"), *headers],
            )
        whole = {name: number if value == "{page}" else value for name, value in listing.params.items()}
        return listing.url, json.dumps(whole).encode(), [("Content-Type", "application/json"), *headers]

    def rows(self, page: ListPage) -> tuple[list[Any], int | None]:
        """The rows of an answer and the total it states.

        Raises:
            ListTrouble: it is no JSON, or the rows are not where they should be.
        """
        listing = self.listing
        try:
            answer = json.loads(page.text)
        except ValueError as error:
            self.seen(page.url, 0, page)
            msg = f"list {page.url}: not JSON ({error}); look at the answer"
            raise ListTrouble(msg, refused=False) from None
        if listing.no_hits and dig(answer, listing.no_hits.path) == listing.no_hits.equals:
            return [], 0
        rows = dig(answer, listing.rows)
        if rows is None or rows is _MISSING or not isinstance(rows, list):
            found = "nothing" if rows is _MISSING else type(rows).__name__
            self.seen(page.url, 0, page)
            msg = f"list {page.url}: {found} at '{listing.rows}' where a list of rows stood; correct list.rows"
            raise ListTrouble(msg, refused=False)
        total = dig(answer, listing.total) if listing.total else None
        return rows, int(total) if isinstance(total, int | str) and str(total).isdigit() else None

    def read(self, rows: list[Any], base: str) -> list[Entry]:
        """The entries of the rows, each address once; rows without an address are counted, and many are a signal."""
        listing, entries, without = self.listing, dict[str, Entry](), 0
        for row in rows:
            listed = {str(name): value for name, path in listing.fields.items() if (value := text_of(row, path))}
            entry = self.entry(listed.pop("url", None), base, listed)
            if entry is None:
                without += 1
            elif listing.page_url and not re.search(listing.page_url, entry.url):
                self.session.stats["items_of_other_shape"] += 1
            else:
                entries.setdefault(entry.url, entry)
        if without:
            self.session.stats["rows_without_url"] += without
            self.logger.warning("%d of %d rows hold no address at '%s'", without, len(rows), listing.fields["url"])
            if without > MAX_ROWS_WITHOUT_URL * len(rows):
                self.session.signals.append(
                    f"list {base}: {without} of {len(rows)} rows hold no address at '{listing.fields['url']}'; "
                    "correct list.fields.url"
                )
        return list(entries.values())


def dig(value: Any, path: str) -> Any:  # noqa: ANN401 - JSON in, JSON out
    """What stands at a dotted path (`data.list`, `data.0.rows`); a marker of its own where the path breaks off."""
    for part in path.split("."):
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return _MISSING
    return value


def text_of(row: Any, spec: str) -> str | None:  # noqa: ANN401
    """A row's field as text, without tags: the value at a dotted path, or a template with such paths in braces."""
    if "{" in spec:
        parts = {slot: text_of(row, slot) for slot in _SLOT.findall(spec)}
        return None if None in parts.values() else _SLOT.sub(lambda slot: parts[slot.group(1)] or "", spec)
    value = dig(row, spec)
    if value is _MISSING or value is None or value == 0 or isinstance(value, bool | dict):
        return None  # 0 is how searches say that there is no date
    if isinstance(value, list):
        value = "、".join(str(item) for item in value if isinstance(item, str | int))
    return " ".join(unescape(_TAG.sub("", str(value))).split()) or None

"""JSON searches: `list.kind: json`.

What belongs here: asking page after page and reading the rows. What does not: HTML in answers (`items.py`), beyond
stripping tags. A changed shape of the answer raises a signal; it never counts as nothing found.
"""

import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from html import unescape
from typing import Any

from crawlers.facts import TEXT
from crawlers.health import MAX_ROWS_WITHOUT_URL
from crawlers.listings import JsonList
from crawlers.spiders.asking import request
from crawlers.spiders.base import Found, ListPage, ListTrouble, SourceSpider
from crawlers.spiders.items import Item, html_items, parse_html

_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
_SLOT = re.compile(r"\{([\w.-]+)\}")
_MISSING = object()


class JsonSearchSpider(SourceSpider[JsonList]):
    """Asks `url` with `params`, counting up, until no rows are left or `total` is reached."""

    async def walk_one(self) -> AsyncIterator[Found]:
        """See `SourceSpider.walk_one`."""
        listing, had = self.listing, 0
        for number in range(listing.max_pages):
            asked = request(listing, listing.slots(number, listing.page_size))
            page = await self.fetch_list(asked.url, first=number == 0, **asked.rest)
            if page is None:
                return
            rows, total = self.rows(page)
            entries = self.read(rows, page)
            if entries and self.is_repeated(entries):
                return
            if rows or number == 0:
                self.seen(asked.url, len(entries), page)
            had, is_last = had + len(rows), not rows
            # An answer may hold whole documents, several times over by now: it goes before the next one comes.
            del page, rows
            entries.reverse()
            while entries:
                yield entries.pop()
            if is_last or (total is not None and had >= total):
                return

    def rows(self, page: ListPage) -> tuple[list[Any], int | None]:
        """The rows of an answer (of HTML in it: its items) and the total it states.

        Raises:
            ListTrouble: it is no JSON, or the rows are not where they should be.
        """
        listing = self.listing
        try:
            answer = self._answer(page.text)
        except (ValueError, RecursionError) as error:
            self.seen(page.url, 0, page)
            msg = f"list {page.url}: not JSON ({error}); look at the answer, it begins with {page.beginning}"
            raise ListTrouble(msg, refused=False) from None
        if listing.no_hits and dig(answer, listing.no_hits.path) == listing.no_hits.equals:
            return [], 0
        rows = self._html(answer, page) if listing.html else self._array(answer, page)
        return rows, self._total(answer, page)

    def _answer(self, text: str) -> Any:  # noqa: ANN401 - JSON
        """The JSON of an answer, or in it.

        Raises:
            ValueError, RecursionError: there is none.
        """
        if self.listing.within is None:
            return json.loads(text)
        before = re.search(self.listing.within, text)
        if before is None:
            msg = "nothing fits list.within"
            raise ValueError(msg)
        rest = text[before.end() :].lstrip()
        return json.JSONDecoder().raw_decode(rest)[0]

    def _array(self, answer: Any, page: ListPage) -> list[Any]:  # noqa: ANN401 - JSON
        path = self.listing.rows or "."
        rows = dig(answer, path)
        if not isinstance(rows, list):
            raise self._moved(rows, page, f"'{path}' where a list of rows stood; correct list.rows")
        return rows

    def _html(self, answer: Any, page: ListPage) -> list[Item]:  # noqa: ANN401
        listing = self.listing
        text = dig(answer, listing.html or ".")
        if not isinstance(text, str):
            raise self._moved(text, page, f"'{listing.html}' where HTML stood; correct list.html")
        tree = parse_html(text)
        return [] if tree is None else list(html_items(tree, listing.item or "li", listing.fields))

    def _moved(self, found: object, page: ListPage, what: str) -> ListTrouble:
        self.seen(page.url, 0, page)
        name = "nothing" if found is _MISSING else type(found).__name__
        return ListTrouble(f"list {page.url}: {name} at {what}; it begins with {page.beginning}", refused=False)

    def _total(self, answer: Any, page: ListPage) -> int | None:  # noqa: ANN401
        if not self.listing.total:
            return None
        total = dig(answer, self.listing.total)
        if isinstance(total, int | str) and not isinstance(total, bool) and str(total).isdecimal():
            return int(total)
        self.session.signals.append(
            f"list {page.url}: no number at '{self.listing.total}'; correct list.total, or take it out"
        )
        return None

    def read(self, rows: list[Any], page: ListPage) -> list[Found]:
        """The entries of the rows, each address once; rows without an address are counted, and many are a signal."""
        items = rows if self.listing.html else self._items(rows)
        stats = self.session.stats
        before = stats["rows_without_url"]
        entries = list(self.entries(items, page.url, page, without="rows_without_url"))
        without, place = stats["rows_without_url"] - before, self.listing.fields.get("url", "a@href")
        if without:
            self.logger.warning("%d of %d rows hold no address at '%s'", without, len(rows), place)
        if without > MAX_ROWS_WITHOUT_URL * len(rows):
            self.session.signals.append(
                f"list {page.url}: {without} of {len(rows)} rows hold no address at '{place}'; correct list.fields.url"
            )
        return entries

    def _items(self, rows: Iterable[Any]) -> Iterator[Item]:
        listing = self.listing
        fields = {str(name): path for name, path in listing.fields.items() if name != "url"}
        for row in rows:
            said = {name: text_of(row, path, coded=name in listing.values) for name, path in fields.items()}
            absent = frozenset(name for name, path in fields.items() if said[name] is None and _is_absent(row, path))
            url = text_of(row, listing.fields["url"])
            text = dig(row, listing.text) if listing.text else None
            whole = text if isinstance(text, str) and text.strip() else None
            if listing.text:
                self.facts.count(TEXT, is_filled=whole is not None, is_absent=not isinstance(text, str | None))
            yield Item((url,) if url else (), said, absent, whole)


def dig(value: Any, path: str) -> Any:  # noqa: ANN401 - JSON in, JSON out
    """What stands at a dotted path (`data.list`, `data.0.rows`); a marker of its own where the path breaks off."""
    if path == ".":
        return value
    for part in path.split("."):
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return _MISSING
    return value


def _is_absent(row: Any, spec: str) -> bool:  # noqa: ANN401
    return any(dig(row, slot) is _MISSING for slot in _SLOT.findall(spec) or [spec])


def text_of(row: Any, spec: str, *, coded: bool = False) -> str | None:  # noqa: ANN401
    """A row's field as text, without tags: the value at a dotted path, or a template with such paths in braces.

    `coded`: numbers and truth values mean something, 0 and false too.
    """
    if "{" in spec:
        parts = {slot: text_of(row, slot, coded=True) for slot in _SLOT.findall(spec)}
        return None if None in parts.values() else _SLOT.sub(lambda slot: parts[slot.group(1)] or "", spec)
    value = dig(row, spec)
    if value is _MISSING or value is None or isinstance(value, dict):
        return None
    if isinstance(value, bool):
        return str(value).lower() if coded else None
    if value == 0 and not coded:
        return None  # how searches say that there is no date
    if isinstance(value, list):
        value = "、".join(str(item) for item in value if isinstance(item, str | int))
    return " ".join(unescape(_TAG.sub("", str(value))).split()) or None

"""Guessing how a listing is read from one look at it: bytes in, a draft of a source's `list:` out.

What belongs here: pure functions over bytes; the parts stand in the modules beside this one. What does not: the
network, files, and writing the YAML (`pipeline.drafting`).
"""

import gzip
import json
import re
from typing import Any, Final

from crawlers.guess.result import Draft, NotAListing, Sample
from crawlers.health import challenge
from crawlers.spiders.text import decoded

__all__ = ["Draft", "NotAListing", "Sample", "guess"]

_MAGIC: Final = (
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a ZIP or Office file"),
    (b"\xd0\xcf\x11\xe0", "an Office file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture"),
    (b"Rar!", "an archive"),
)
_MENU: Final = 10
_GZIP: Final = b"\x1f\x8b"
_MOST_UNPACKED: Final = 20 * 1024 * 1024
_FEED_START: Final = re.compile(
    r"\s*(?:<\?xml[^>]*\?>)?(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>)*<(?:\w+:)?(rss|RDF|feed|urlset|sitemapindex|datastore)\b",
    re.DOTALL,
)
_JSONP: Final = re.compile(r"\s*[\w.$]+\s*\(\s*(?=[\[{])")


def guess(body: bytes, url: str, content_type: str = "") -> Draft:
    """How the listing at `url`, which answered with `body`, may be read.

    Args:
        body: the answer, its transfer and content encodings undone.
        url: where it finally came from; absolute.
        content_type: the header, for its charset.

    Raises:
        NotAListing: it is none: empty, a file, a challenge, a page without a list. The message says what to do.
    """
    if body.startswith(_GZIP):
        body = _unpacked(body, url)
    _refuse_files(body, url)
    text = decoded(body, content_type)
    if start := _FEED_START.match(text[:5000]):
        return _of_datastore(text, url) if start[1] == "datastore" else _of_feed(body, url)
    if text.lstrip()[:1] in {"{", "["}:
        return _of_json(text, url)
    if padding := _JSONP.match(text[:200]):
        return _of_padded(text[padding.end() :], url)
    return _of_page(text, url)


def _refuse_files(body: bytes, url: str) -> None:
    if not body.strip():
        msg = f"{url} answered with nothing; look at it in a browser"
        raise NotAListing(msg)
    what = next((words for magic, words in _MAGIC if body.startswith(magic)), None)
    if what is None and b"\0" in body[:4000] and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        what = "a binary file"
    if what:
        msg = f"{url} is {what}, no listing; give the address of the page that lists such documents"
        raise NotAListing(msg)


def _unpacked(body: bytes, url: str) -> bytes:
    import io  # noqa: PLC0415

    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            return packed.read(_MOST_UNPACKED)
    except (OSError, EOFError):
        msg = f"{url} is a broken gzip file; fetch it again"
        raise NotAListing(msg) from None


def _of_feed(body: bytes, url: str) -> Draft:
    from crawlers.guess.feed import draft_of_feed  # noqa: PLC0415 - lxml loads only where it is used

    return draft_of_feed(body, url)


def _of_datastore(text: str, url: str) -> Draft:
    from urllib.parse import urlsplit  # noqa: PLC0415

    from crawlers.guess.systems import RECORD, datastore  # noqa: PLC0415

    records = RECORD.findall(text)
    if not records:
        msg = f"{url} is a datastore that holds no records; look at the request in the browser: it sends parameters"
        raise NotAListing(msg)

    parts = urlsplit(url)
    return datastore(records, f"{parts.scheme}://{parts.netloc}{parts.path}", parts.query, text)


def _of_json(text: str, url: str) -> Draft:
    from crawlers.guess.data import draft_of_answer  # noqa: PLC0415

    try:
        answer: Any = json.loads(text)
    except (ValueError, RecursionError):
        msg = f"{url} begins like JSON and is none; look at the answer, or give the address of the page"
        raise NotAListing(msg) from None
    return draft_of_answer(answer, url)


def _of_padded(text: str, url: str) -> Draft:
    """JSON in the call of a function (JSONP)."""
    end = text.rfind(")")
    draft = _of_json(text[:end] if end > 0 else text, url)
    draft.listing["within"] = r"^\s*[\w.$]+\s*\("
    draft.why["within"] = "the answer is padded with the call of a function (JSONP)"
    return draft


def _of_page(text: str, url: str) -> Draft:
    from crawlers.guess.html import draft_of_page  # noqa: PLC0415
    from crawlers.spiders.items import parse_html  # noqa: PLC0415

    tree = parse_html(text)
    if tree is None:
        msg = f"{url} answered with nothing to read; look at it in a browser"
        raise NotAListing(msg)
    try:
        return draft_of_page(tree, text, url)
    except NotAListing:
        # A challenge has next to no links; a page that waits for its script may carry the same marks and has a menu.
        if len(tree.xpath("//a[@href]")) < _MENU and (mark := challenge(text.encode(), text)):
            msg = f"{url} answered with a challenge page ({mark}) in place of the listing; look at it in a browser"
            raise NotAListing(msg) from None
        raise

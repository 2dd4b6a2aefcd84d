"""What the demo portal answers: a pure function of edition, host, path and the number of the request.

What belongs here: routes, faults, validators. What does not: sockets (`demo.server`), markup (`demo.rendering`).
"""

import functools
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from demo import generator, listing
from demo.documents import Document, Version, load_documents
from demo.editions import BUREAU, MEDIA, PORTAL, ZONE, Edition, edition
from demo.mirror import traditional
from demo.rendering import document_page, framed, template

HTML: Final = "text/html; charset=%s"
JSON: Final = "application/json; charset=utf-8"
ROBOTS: Final = "User-agent: *\nDisallow: /internal/\n"
HOSTS: Final = (PORTAL, BUREAU, MEDIA, generator.HOST)
LIST_PAGE: Final = re.compile(r"/zhengce/zhengcefagui/(?:index(?:_(\d{1,4}))?\.html)?$")
FEED: Final = "/rss/zhengce.xml"
SEARCH: Final = "/api/search"
RELATED_LINKS: Final = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: status, headers and the whole body."""

    status: int
    body: bytes
    content_type: str = HTML % "utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. `fetch` is the request's number on this server, which the counters show."""

    host: str
    path: str
    query: str = ""
    fetch: int = 0


@dataclass(frozen=True, slots=True)
class Script:
    """What befalls the portal on top of its edition: `revise` what a document says, `alter` what is answered."""

    revise: Callable[[Document, Version], Version] = lambda _, version: version
    alter: Callable[[Request, Answer], Answer] = lambda _, answer: answer


AS_IT_IS: Final = Script()


def answer(number: int, request: Request, *, bench_pages: int = generator.PAGES, script: Script = AS_IT_IS) -> Answer:
    """The answer of edition `number` to `request`, with what `script` does to it; unknown hosts and paths give 404."""
    return script.alter(request, _answer(number, request, bench_pages, script))


def _answer(number: int, request: Request, bench_pages: int, script: Script) -> Answer:
    if request.path == "/robots.txt" and request.host in HOSTS:
        return Answer(HTTPStatus.OK, ROBOTS.encode(), "text/plain; charset=utf-8")
    if request.host == generator.HOST:
        return _benchmark(request, bench_pages)
    current = edition(number)
    return _special(request) or _list(current, request) or _page(current, request, script)


def _page(current: Edition, request: Request, script: Script) -> Answer:
    path = request.path
    mirrored = request.host == PORTAL and path.startswith(listing.MIRROR)
    path = path.removeprefix(listing.MIRROR) if mirrored else path
    document = _by_address().get((request.host, path))
    version = document.at(current.number) if document else None
    if document is None or version is None:
        return _missing()
    return _document(current, document, script.revise(document, version), request, mirrored=mirrored)


def _document(current: Edition, document: Document, version: Version, request: Request, *, mirrored: bool) -> Answer:
    if current.number in document.gone:
        return _missing()
    if current.number in document.failing or _is_behind_the_break(current, document):
        return _broken()
    page = document_page(
        document, version, fetch=request.fetch, related=_related(document, current.number, request.fetch)
    )
    if mirrored:
        return _validated(traditional(page).encode(), HTML % "utf-8", _dated(document, version), plain=document.counter)
    body = page.encode(document.charset)
    return _validated(body, HTML % document.charset, _dated(document, version), plain=document.counter)


def _list(current: Edition, request: Request) -> Answer | None:
    """The host's list, if that is what was asked; a challenge or an error where the edition says so."""
    html = LIST_PAGE.match(request.path) if request.host == PORTAL else None
    is_list = html or (request.host, request.path) in {(BUREAU, SEARCH), (MEDIA, FEED)}
    if not is_list:
        return None
    if request.host in current.challenged:
        return Answer(HTTPStatus.OK, template("challenge").substitute().encode())
    if html:
        page = int(html[1] or 0)
        if page and request.host in current.broken:
            return _broken()
        text = listing.html_list(current.number, page)
        return _missing() if text is None else _validated(text.encode(), HTML % "utf-8")
    if request.path == FEED:
        return _validated(listing.feed(current.number).encode(), "application/rss+xml; charset=utf-8")
    return _search(current, request)


def _search(current: Edition, request: Request) -> Answer:
    asked = parse_qs(request.query)
    try:
        page, size = (int(asked.get(name, [default])[0]) for name, default in (("page", "1"), ("size", "10")))
    except ValueError:
        return Answer(HTTPStatus.BAD_REQUEST, b'{"code": 400}', JSON)
    return Answer(HTTPStatus.OK, listing.search_answer(current.number, page=page, size=size).encode(), JSON)


def _special(request: Request) -> Answer | None:
    """What never changes and belongs to no edition: the home page, the style sheet, the internal page, attachments."""
    if request.host not in HOSTS:
        return _missing()
    if request.path == "/static/site.css":
        return _validated(b"body { font-family: sans-serif; max-width: 60em; margin: auto; }\n", "text/css")
    if request.path == "/" or request.path.startswith("/internal/"):
        links = {PORTAL: "/zhengce/zhengcefagui/", BUREAU: SEARCH, MEDIA: FEED}
        content = f'<ul><li><a href="{links[request.host]}">政策文件</a></li></ul>'
        page = framed(content, title="首页", column="首页", host=request.host)
        return _validated(page.encode(), HTML % "utf-8")
    if request.path.endswith(".docx"):
        return _validated(b"PK\x05\x06" + bytes(18), "application/octet-stream")
    return None


def _benchmark(request: Request, pages: int) -> Answer:
    text = generator.answer(request.path, pages)
    return _missing() if text is None else _validated(text.encode(), HTML % "utf-8", generator.PUBLISHED)


def _is_behind_the_break(current: Edition, document: Document) -> bool:
    """Whether the server has broken before this page's turn: all that the first list page does not show."""
    if document.host not in current.broken:
        return False
    return all(document is not shown for shown, _ in listing.list_pages(current.number)[0])


def _related(document: Document, number: int, fetch: int) -> list[tuple[str, str]]:
    others = [(other.url, version.title) for other, version in listing.entries(PORTAL, number) if other is not document]
    return [others[(fetch + step) % len(others)] for step in range(RELATED_LINKS)]


def _dated(document: Document, version: Version) -> datetime:
    if version.first_edition == document.since:
        return datetime.fromisoformat(version.published[:10]).replace(hour=9, tzinfo=ZONE)
    return edition(version.first_edition).at - timedelta(days=1)


def _validated(body: bytes, content_type: str, modified: datetime | None = None, *, plain: bool = False) -> Answer:
    """An answer with ETag and, where known, Last-Modified; with neither where `plain`."""
    headers: dict[str, str] = {}
    if not plain:
        headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        if modified:
            headers["Last-Modified"] = format_datetime(modified.astimezone(UTC), usegmt=True)
    return Answer(HTTPStatus.OK, body, content_type, headers)


def _missing() -> Answer:
    return Answer(HTTPStatus.NOT_FOUND, template("missing").substitute().encode())


def _broken() -> Answer:
    return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, template("broken").substitute().encode())


@functools.cache
def _by_address() -> Mapping[tuple[str, str], Document]:
    return {(document.host, document.path): document for document in load_documents().values()}

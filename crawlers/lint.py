"""What a source's file may get wrong that its model alone cannot see: `policywatch source list --check`.

What belongs here: rules over whole files, over several of them, and over the stored answers that prove them. What does
not: the shape of one file (`model.py`; a file that does not fit never comes here), asking the portal (`source check`).

Sources of this repository must be proven: they say how sure their facts are, and a stand-in of their portal replays
them. Sources of one's own, kept in another folder, are held to the first rules only.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from crawlers import catalogue
from crawlers.listings import HtmlList, JsonList
from crawlers.model import Source
from crawlers.source import folders, load_sources

REPLAY: Final = Path("lists", "replay.yaml")
"""Where a source's fixtures hold the answers of its listing."""


class Finding(NamedTuple):
    """Something to mend: the file, the key in it, and what to do."""

    path: Path
    key: str
    fix: str

    def __str__(self) -> str:
        return f"{self.path}: {self.key}: {self.fix}"


class Page(NamedTuple):
    """A stored page of a source: its folder, its address, whether the reader must refuse it, whether it is HTML."""

    folder: Path
    url: str
    is_refused: bool
    is_html: bool


def lint(folder: Path | None = None) -> list[Finding]:
    """Everything to mend in the sources of `folder` (by default those that are in use), in the order of their names.

    Raises:
        ConfigError: a file does not fit the model; the first one is named.
    """
    found: list[Finding] = []
    for place in folders(folder):
        sources = load_sources(place)
        for source in sources.values():
            found += _file(place / f"{source.name}.yaml", source)
        found += _together(place, sources.values())
        fixtures = fixtures_of(place)
        if fixtures is not None:
            for source in sources.values():
                if not source.demo:
                    found += _proven(place / f"{source.name}.yaml", source, fixtures / source.name)
            found += _listed(place, sources.values())
    return sorted(found)


def fixtures_of(place: Path) -> Path | None:
    """The stored answers of the sources in `place`, where it is this repository's folder; else None."""
    fixtures = place.resolve().parent.parent / "tests" / "fixtures"
    return fixtures if place.resolve() == Path(__file__).with_name("sources") and fixtures.is_dir() else None


def _file(path: Path, source: Source) -> Iterator[Finding]:
    for key, url in _templates(source):
        host = urlsplit(url).hostname
        if host and "{" not in host and host not in source.allowed_hosts:
            yield Finding(path, key, f"leads to {host}, which may not be asked; add it to hosts")
    homepage = urlsplit(source.homepage).hostname
    for host in source.hosts:
        if host == homepage or source.hosts.count(host) > 1:
            yield Finding(path, "hosts", f"names {host} twice (the homepage's host is among them already); take it out")
            break
    for index, rule in enumerate(source.canonical):
        for url in (source.homepage, *(url for _, url in source.entry_urls())):
            once = re.sub(rule.match, rule.replace, url)
            if re.sub(rule.match, rule.replace, once) != once:
                yield Finding(path, f"canonical.{index}", f"changes {once} again; make it fit the address before only")
                break


def _templates(source: Source) -> Iterator[tuple[str, str]]:
    listing = source.list
    if isinstance(listing, JsonList) and "{" in (url := listing.fields.get("url", "")):
        yield "list.fields.url", url


def _together(place: Path, sources: Iterable[Source]) -> Iterator[Finding]:
    """Sources of one host that are asked at the same minute would come as one burst."""
    met: dict[tuple[str, str], str] = {}
    for source in sources:
        if source.demo:
            continue
        key = (urlsplit(source.entry_urls()[0][1]).hostname or "", source.schedule)
        if key in met:
            fix = f"is {met[key]}'s too, on the same host; choose another minute"
            yield Finding(place / f"{source.name}.yaml", "schedule", fix)
        met[key] = source.name


def _proven(path: Path, source: Source, fixtures: Path) -> Iterator[Finding]:
    if source.confidence is None:
        yield Finding(path, "confidence", "is missing; say how sure list and page are: H, M or guess")
    if source.reviewed is None:
        yield Finding(path, "reviewed", "is missing; write the day on which you went through the file")
    if isinstance(source.list, HtmlList | JsonList) and not source.list.page_url:
        yield Finding(path, "list.page_url", "is missing; write what the address of a page looks like, or 更多 is one")
    if not (fixtures / REPLAY).is_file():
        fix = f"nothing replays it; add {fixtures.name}/{REPLAY} to tests/fixtures, see docs/adding-a-source.md"
        yield Finding(path, "name", fix)
    pages = list(_pages(fixtures))
    if all(page.is_refused for page in pages):
        yield Finding(path, "name", "no stored page is read; `policywatch source capture` stores one")
    if not any(page.is_refused for page in pages):
        yield Finding(path, "name", "no stored page is refused; add a challenge or error page of the portal's kind")
    yield from _hints(path, source, [page for page in pages if not page.is_refused and page.is_html])
    shape = getattr(source.list, "page_url", None)
    strange = [page.url for page in pages if shape and not page.is_refused and not re.search(shape, page.url)]
    if strange and len(strange) == sum(not page.is_refused for page in pages):
        yield Finding(path, "list.page_url", f"does not fit its own stored page {strange[0]}; correct it")


def _pages(fixtures: Path) -> Iterator[Page]:
    for path in sorted(fixtures.glob("*/meta.json")):
        meta: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        expected = json.loads(path.with_name("expected.json").read_text(encoding="utf-8"))
        is_html = str(meta.get("content_type") or "text/html").startswith("text/html")
        yield Page(path.parent, meta["url"], "unreadable" in expected, is_html)


def _hints(path: Path, source: Source, pages: list[Page]) -> Iterator[Finding]:
    """A selector that finds nothing on any stored page is a guess that nobody has looked at."""
    hints = {key: css for key, css in source.page.model_dump().items() if css}
    if not hints or not pages:
        return
    # Imported here: listing sources must not wait for lxml.
    from crawlers.selectors import compile_selector  # noqa: PLC0415
    from crawlers.spiders.items import parse_html  # noqa: PLC0415

    trees = [parse_html((page.folder / "page.html").read_text(encoding="utf-8")) for page in pages]
    for key, css in hints.items():
        select = compile_selector(css)
        if not any(tree is not None and select(tree) for tree in trees):
            yield Finding(path, f"page.{key}", f"'{css}' finds nothing on the stored pages; correct it, or take it out")


def _listed(place: Path, sources: Iterable[Source]) -> Iterator[Finding]:
    path = place / "README.md"
    if not path.is_file() or path.read_text(encoding="utf-8") != catalogue.render(sources):
        yield Finding(path, "table", "is not what the files say; run `make sources`")

"""Trying a source out before it is watched: a trial crawl, one look, and the listing of all sources.

What belongs here: what the commands `policywatch source …` have in common, and `list`. What does not: the model of a
source (`crawlers.source`), judging a trial (`pipeline.checking`), storing fixtures (`pipeline.capturing`), beginning a
source (`pipeline.drafting`), options or printing (`pipeline.cli_sources`).

A trial asks the portal through the same crawl as a real run (robots, delays, allowed hosts), into a temporary home.
"""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from crawlers import source as declared_sources
from crawlers.settings import TRIAL_PAGES
from crawlers.source import Source, load_sources
from pipeline import reading, run
from policywatch.errors import PolicywatchError, UsageError
from policywatch.home import Home

FIELDS: Final = (
    "title", "instrument_title", "number", "issuers", "topic", "signed_date", "published_date", "effective_date",
    "stated_status", "in_force_from", "in_force_to", "clauses", "text",
)  # fmt: skip
_MOST_FILE: Final = 20 * 2**20
"""Bytes: what a crawl takes of one answer at the most."""


def listing(home: Home) -> list[dict[str, Any]]:
    """The declared sources as rows.

    `checked`: when the portal last agreed with the file, ISO 8601: this home's last good crawl, else the day that the
    file itself gives, else None. `facts`: how sure its facts are, of the list and of the pages, as in `H, M`.
    """
    checked = _last_good(home)
    return [
        {
            "name": source.name,
            "title": source.title,
            "jurisdiction": source.jurisdiction,
            "authority": source.authority,
            "kind": source.list.kind,
            "schedule": source.schedule,
            "checked": checked.get(source.name, source.checked),
            "facts": f"{source.confidence.list}, {source.confidence.page}" if source.confidence else None,
        }
        for source in load_sources().values()
    ]


def _last_good(home: Home) -> dict[str, datetime]:
    return _times(home, "SELECT source, last_good_at FROM sources WHERE last_good_at IS NOT NULL")


def last_crawls(home: Home) -> dict[str, datetime]:
    """When each source was last crawled, well or not; a source that never was is left out."""
    return _times(home, "SELECT source, last_crawl_at FROM sources WHERE last_crawl_at IS NOT NULL")


def _times(home: Home, sql: str) -> dict[str, datetime]:
    if not home.published.exists():
        return {}
    from warehouse import published  # noqa: PLC0415 - DuckDB loads only where it is used

    return dict(published.query(home.published, sql)[1])


@contextmanager
def trial_crawl(source: Source, content: Mapping[str, Any], *, pages: int = 0) -> Iterator[tuple[Home, dict[str, Any]]]:
    """Crawl a source made of `content` into a home that is removed afterwards: that home, and the crawl's summary.

    Args:
        source: the source that is tried.
        content: what its YAML says in the trial.
        pages: how many pages to ask at the most; 0 for all.
    """
    with tempfile.TemporaryDirectory(prefix="policywatch-") as scratch:
        sources = Path(scratch, "sources")
        sources.mkdir()
        text = yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False)
        (sources / f"{source.name}.yaml").write_text(text, encoding="utf-8")
        home = Home(Path(scratch, "home"))
        settings = {TRIAL_PAGES: str(pages)} if pages else {}
        found = run.crawl(source.name, home, env={declared_sources.ENVIRONMENT: str(sources)}, settings=settings)
        yield home, found


def pages_of(name: str, *urls: str, about: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The content of a source that asks these addresses and nothing else.

    Args:
        name: the source's name.
        urls: the addresses; the first one's host is the homepage's.
        about: a source's own facts, kept but for its listing and what it expects of that.
    """
    parts = urlsplit(urls[0])
    facts = {
        "title": name,
        "jurisdiction": "CN",
        "authority": "portal",
        "homepage": f"{parts.scheme}://{parts.netloc}/",
        "schedule": "17 6 * * *",
    }
    return {"name": name, **(about or facts), "list": {"kind": "pages", "urls": list(urls)}, "expect": {}}


def look(name: str, url: str) -> tuple[bytes, str, str]:
    """Ask `url` once, as a crawl does (robots.txt, hosts, limits): the answer's bytes, final address, Content-Type.

    Raises:
        PolicywatchError: nothing came that could be looked at; says why and what to do.
    """
    content = pages_of(name, url)
    source = Source.model_validate(content)
    with trial_crawl(source, content) as (home, found):
        folder = home.crawls / name / str(found["crawl_id"])
        rows = [row for row in reading.manifest(folder) if row["role"] == "page"]
        answered = next((row for row in rows if row["status"] == HTTPStatus.OK and row.get("warc_file")), None)
        if answered is None:
            raise PolicywatchError(_why_not(url, rows, found))
        job = reading.job_of(home, answered, {name: source})
        return job.fetch(), answered.get("final_url") or url, answered.get("content_type") or ""


def _why_not(url: str, rows: Sequence[Mapping[str, Any]], found: Mapping[str, Any]) -> str:
    said = next((str(row["error"]) for row in rows if row.get("error")), "; ".join(found["reasons"]))
    status = next((row["status"] for row in rows if row["status"]), None)
    if match := re.match(r"redirected to (\S+): ", said):
        return f"{url} sends us on to {match[1]}; begin with that address"
    if said.startswith("robots.txt"):
        return f"{url}: robots.txt forbids it; ask the portal's operator, or look for a section that it allows"
    if status == HTTPStatus.NOT_FOUND:
        return f"{url} is not there (404); open it in a browser and copy its address"
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PRECONDITION_FAILED}:
        return (
            f"{url} refuses us ({status}); it may want a header, like Referer: save the answer from the browser's "
            f"network tab and run `policywatch source new FILE --url {url}`"
        )
    return f"{url} did not come: {said or 'no answer'}"


def saved(path: Path) -> bytes:
    """The bytes of a saved page or listing.

    Raises:
        UsageError: it cannot be read, or is far too large for one.
    """
    try:
        size = path.stat().st_size
        if size > _MOST_FILE:
            msg = f"{path} is larger than {_MOST_FILE // 2**20} MB; no page is, check that it is the right file"
            raise UsageError(msg)
        return path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read ({os.strerror(error.errno or 0)}); check the path"
        raise UsageError(msg) from None


def file_of(name: str) -> Path:
    """The YAML file of source `name`.

    Raises:
        UsageError: there is none.
    """
    for folder in declared_sources.folders():
        for ending in ("yaml", "yml"):
            if (path := folder / f"{name}.{ending}").exists():
                return path
    msg = f"there is no source '{name}'; `policywatch source list` shows them"
    raise UsageError(msg)


def content_of(name: str) -> dict[str, Any]:
    """What the YAML of source `name` says, unchecked.

    Raises:
        UsageError: there is no such source.
    """
    content: dict[str, Any] = yaml.safe_load(file_of(name).read_text(encoding="utf-8"))
    return content

"""Trying a source out before it is watched: its listing, a trial crawl, a stored fixture.

What belongs here: what the commands `policywatch source …` have in common, and `list` and `capture`. What does not: the
model of a source (`crawlers.source`), judging a trial (`pipeline.checking`), beginning a source (`pipeline.drafting`),
options or printing (`pipeline.cli_sources`).

A trial asks the portal through the same crawl as a real run (robots, delays, allowed hosts), into a temporary home.
"""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from crawlers import source as declared_sources
from crawlers.settings import TRIAL_PAGES
from crawlers.source import Source, load_source, load_sources
from pipeline import pool, reading, run
from pipeline.parsers.records import PageRecord, plain
from policywatch import clock
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


def capture(name: str, place: str, *, url: str | None = None, case: str | None, folder: Path) -> Path:
    """Fetch one page of source `name`, or take a saved copy, and store it as a fixture; the folder of the case.

    Args:
        name: the source: its hosts, politeness and hints count.
        place: the page's address, or a file.
        url: where the file was saved from.
        case: the case's name; by default made of the URL's last part.
        folder: where fixtures are kept; the case goes to `folder/name/case`.

    Raises:
        UsageError: the case exists, the URL is not on a host of the source, or there is no such file.
        PolicywatchError: the page did not come.
    """
    source = load_source(name)
    address = url or place
    if url is None and "://" not in place:
        what = "is a file; say with --url which address it was saved from" if Path(place).exists() else "is no address"
        msg = f"{place} {what}"
        raise UsageError(msg)
    case = case or _case_name(address)
    target = folder / name / case
    if target.exists():
        msg = f"{target} exists; choose another name with --case"
        raise UsageError(msg)
    if urlsplit(address).hostname not in source.allowed_hosts:
        msg = f"{address} is not on a host of {name}; add its host to hosts in {file_of(name)}"
        raise UsageError(msg)
    if url is not None:
        content = saved(Path(place))
        hints = reading.hints_of(source)
        job = pool.BytesJob(url=address, hints=hints, authority=source.authority, data=content, origin=place)
        _store(target, content, {"url": address, "fetched_at": clock.now().isoformat()}, job)
        return target
    with trial_crawl(source, pages_of(name, address, about=content_of(name))) as (home, found):
        row = _answer(home.crawls / name / str(found["crawl_id"]), found, address)
        stored = reading.job_of(home, row, {name: source})
        _store(target, stored.fetch(), row, stored)
    return target


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


def _answer(folder: Path, found: Mapping[str, Any], url: str) -> Mapping[str, Any]:
    for row in reading.readable(folder):
        return row
    said = next((row["error"] for row in reading.manifest(folder) if row.get("error")), "; ".join(found["reasons"]))
    msg = f"{url} did not come: {said or 'no answer'}"
    raise PolicywatchError(msg)


def _store(target: Path, content: bytes, row: Mapping[str, Any], job: pool.Job) -> None:
    meta = {
        "url": row["url"],
        "captured_at": row["fetched_at"],
        "content_type": row.get("content_type"),
        "digest": "sha256:" + hashlib.sha256(content).hexdigest(),
        "authority": job.authority,
        "hints": _said(job.hints),
        "listed": _said(job.listed),
        "reviewed": False,
    }
    target.mkdir(parents=True)
    (target / "page.html").write_bytes(content)
    for name, value in (("meta", meta), ("expected", expected(pool.read_bytes(content, job)))):
        text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
        (target / f"{name}.json").write_text(text, encoding="utf-8")


def _said(values: Any) -> dict[str, Any]:  # noqa: ANN401 - Hints, Listed or None
    return {} if values is None else {name: value for name, value in asdict(values).items() if value is not None}


def expected(outcome: pool.Outcome) -> dict[str, Any]:
    """What a fixture's test holds the reader to, in the form of tests/fixtures: filled fields, and outlines."""
    if not isinstance(outcome, PageRecord):
        return {"unreadable": outcome.reason}
    fields = {name: plain(getattr(outcome, name)) for name in ("kind", *FIELDS[:-2], "language", "script")}
    outlines = {
        "paths": [clause.path for clause in outcome.clauses],
        "effect_rules": [effect.rule for effect in outcome.effect],
        "citations": [[item.relation, item.title, item.number] for item in outcome.citations],
        "attachments": [[item.title, item.url] for item in outcome.attachments],
    }
    return {name: value for name, value in (fields | outlines).items() if value not in (None, [])}


def _case_name(url: str) -> str:
    last = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    return re.sub(r"[^A-Za-z0-9_-]+", "_", last.rpartition(".")[0] or last).strip("_").lower() or "page"


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

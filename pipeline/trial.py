"""Trying a source out before it is watched: its listing, a trial crawl, a stored fixture, a new file.

What belongs here: the work behind `policywatch source …`. What does not: the model of a source (`crawlers.source`) and
options or printing (`pipeline.cli_sources`).

A trial asks the portal through the same crawl as a real run (robots, delays, allowed hosts), into a temporary home.
"""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from crawlers import source as declared_sources
from crawlers.source import Source, load_source, load_sources
from pipeline import pool, reading, run
from pipeline.parsers.records import PageRecord, plain
from policywatch.errors import ConfigError, PolicywatchError, UsageError
from policywatch.home import Home

FIELDS: Final = (
    "title", "instrument_title", "number", "issuers", "topic", "signed_date", "published_date", "effective_date",
    "stated_status", "in_force_from", "in_force_to", "clauses", "text",
)  # fmt: skip
FIELD_COLUMNS: Final = ("field", "filled", "expected", "example")
_EXAMPLE_LENGTH: Final = 60

_NEW: Final = """\
# {name}: fill in what a comment asks for, then run `policywatch source check {name}`.
name: {name}
title: {name}                      # the section's own name, as the portal prints it
jurisdiction: CN                   # ISO 3166-2: CN, CN-BJ, CN-GD …
authority: portal                  # issuer | portal | media | repost
homepage: {homepage}
schedule: "17 6 * * *"             # five cron fields, in the time zone below
timezone: Asia/Shanghai
list:
  kind: html                       # html | json | feed | pages
  start: {url}
  # next: index_{{n}}.html           # the later pages, where there are any
  item: li                         # CSS: one element per entry
  fields: {{url: "a@href", title: a}}
  # page_url: '/t\\d{{8}}_\\d+\\.html$'  # a regular expression that only policy pages fit
# page: {{title: h1, metadata: "ol.doc-info li", body: "#mainText"}}   # only where the general reader needs help
expect: {{items_per_list: [1, 100], filled: {{title: 1.0}}}}
"""


def listing(home: Home) -> list[dict[str, Any]]:
    """The declared sources as rows; `checked` is the last good crawl as an ISO 8601 time, None where there was none."""
    checked = _last_good(home)
    return [
        {
            "name": source.name,
            "title": source.title,
            "jurisdiction": source.jurisdiction,
            "authority": source.authority,
            "kind": source.list.kind,
            "schedule": source.schedule,
            "checked": checked.get(source.name),
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


@dataclass(slots=True)
class Trial:
    """What a trial crawl read: a row per field, and what to mend."""

    fields: list[dict[str, Any]] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)


def check(name: str) -> Trial:
    """Crawl the first list page of source `name` and the pages on it; nothing of it is kept.

    Raises:
        UsageError: there is no such source.
        PolicywatchError: the crawl could not run.
    """
    source = load_source(name)
    content = yaml.safe_load(file_of(name).read_text(encoding="utf-8"))
    if "max_pages" in type(source.list).model_fields:
        content["list"]["max_pages"] = 1
    with _trial_crawl(source, content) as (home, found):
        folder = home.crawls / name / str(found["crawl_id"])
        records, rejected = _records(home, folder, source)
    return _judge(source, found, records, rejected)


@contextmanager
def _trial_crawl(source: Source, content: Mapping[str, Any]) -> Iterator[tuple[Home, dict[str, Any]]]:
    """Crawl a source made of `content` into a home that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="policywatch-") as scratch:
        sources = Path(scratch, "sources")
        sources.mkdir()
        text = yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False)
        (sources / f"{source.name}.yaml").write_text(text, encoding="utf-8")
        home = Home(Path(scratch, "home"))
        found = run.crawl(source.name, home, env={declared_sources.ENVIRONMENT: str(sources)})
        yield home, found


def _records(home: Home, folder: Path, source: Source) -> tuple[list[PageRecord], list[tuple[str, pool.Rejection]]]:
    wanted = list(reading.readable(folder))
    outcomes = pool.read_many([reading.job_of(home, row, {source.name: source}) for row in wanted])
    records = [outcome for outcome in outcomes if isinstance(outcome, PageRecord)]
    rejected = [(row["url"], out) for row, out in zip(wanted, outcomes, strict=True) if isinstance(out, pool.Rejection)]
    return records, rejected


def _judge(
    source: Source, found: Mapping[str, Any], records: list[PageRecord], rejected: list[tuple[str, pool.Rejection]]
) -> Trial:
    trial = Trial()
    policies = [record for record in records if reading.counts(source, record.kind)]
    for name in FIELDS:
        values = [value for record in policies if (value := getattr(record, name)) not in (None, (), "")]
        share = round(len(values) / len(policies), 3) if policies else None
        expected = source.expect.filled.get(name)
        trial.fields.append({"field": name, "filled": share, "expected": expected, "example": _example(values)})
        if expected is not None and share is not None and share < expected:
            trial.advice.append(
                f"{name} is filled on {share:.0%} of the pages, not {expected:.0%}: mend page: or expect:"
            )
    if found["verdict"] != "good":
        trial.advice.append(f"the crawl was {found['verdict']}: {'; '.join(found['reasons'])}")
    if not policies:
        trial.advice.append(
            "no page was read as what the source is for: look at list.item, list.fields and list.page_url"
        )
    for url, rejection in rejected[:5]:
        trial.advice.append(f"{url} could not be read ({rejection.reason}): {rejection.detail}")
    for warning in sorted({warning for record in records for warning in record.warnings})[:5]:
        trial.advice.append(f"the reader says: {warning}")
    return trial


def _example(values: list[Any]) -> str | None:
    if not values:
        return None
    first = values[0]
    if isinstance(first, tuple):
        first = f"{len(first)} of them" if hasattr(first[0], "path") else "；".join(map(str, first))
    return str(plain(first)).splitlines()[0][:_EXAMPLE_LENGTH]


def capture(name: str, url: str, *, case: str | None, folder: Path) -> Path:
    """Fetch one page of source `name` and store it as a fixture; the folder of the case.

    Args:
        name: the source: its hosts, politeness and hints count.
        url: the page.
        case: the case's name; by default made of the URL's last part.
        folder: where fixtures are kept; the case goes to `folder/name/case`.

    Raises:
        UsageError: the case exists, or the URL is not on a host of the source.
        PolicywatchError: the page did not come.
    """
    source = load_source(name)
    case = case or _case_name(url)
    target = folder / name / case
    if target.exists():
        msg = f"{target} exists; choose another name with --case"
        raise UsageError(msg)
    if urlsplit(url).hostname not in source.allowed_hosts:
        msg = f"{url} is not on a host of {name}; add its host to hosts in {file_of(name)}"
        raise UsageError(msg)
    content = yaml.safe_load(file_of(name).read_text(encoding="utf-8"))
    content |= {"list": {"kind": "pages", "urls": [url]}, "expect": {}}
    with _trial_crawl(source, content) as (home, found):
        row = _answer(home.crawls / name / str(found["crawl_id"]), found, url)
        job = reading.job_of(home, row, {name: source})
        _store(target, job.fetch(), row, job)
    return target


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


def new(name: str, url: str, folder: Path | None = None) -> Path:
    """Write the beginning of a source's YAML, which already fits the model, and return its path.

    Raises:
        UsageError: the name is taken or not of the form, or the URL is no web address.
    """
    if name in load_sources():
        msg = f"there is a source '{name}' already, in {file_of(name)}; choose another name"
        raise UsageError(msg)
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"\s", url):
        msg = f"'{url}' is not a web address; write it whole, with http:// or https://"
        raise UsageError(msg)
    content = _NEW.format(name=name, url=json.dumps(url), homepage=json.dumps(f"{parts.scheme}://{parts.netloc}/"))
    try:
        Source.model_validate(yaml.safe_load(content))
    except ValueError:
        msg = f"'{name}' cannot name a source; use small letters, digits and _, like beijing_zhengce"
        raise UsageError(msg) from None
    target = (folder or declared_sources.folders()[0]) / f"{name}.yaml"
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(content)
    except OSError as error:
        msg = f"{target} cannot be written ({os.strerror(error.errno or 0)}); choose a folder with --folder"
        raise ConfigError(msg) from None
    return target

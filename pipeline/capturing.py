"""Storing what a source is proven by: a page as a fixture, the first list pages as the beginning of a replay.

What belongs here: the work behind `policywatch source capture`. What does not: the trial crawl (`pipeline.trial`), the
tests that hold the stored cases (`tests/parsers`, `tests/crawlers`).
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from crawlers.source import Source, load_source
from pipeline import checking, pool, reading, trial
from pipeline.parsers.records import PageRecord, plain
from policywatch import clock
from policywatch.errors import PolicywatchError, UsageError

_ENDINGS: Final = ((b"{", "json"), (b"[", "json"), (b"<?xml", "xml"), (b"<rss", "xml"), (b"<datasto", "xml"))
_WIDTH: Final = 10_000
_REPLAY: Final = """\
# TODO: say here what these answers are. Shorten them and make their words up, correct lists and listed, and name under
# needs the headers without which the portal refuses.
"""


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
        msg = f"{address} is not on a host of {name}; add its host to hosts in {trial.file_of(name)}"
        raise UsageError(msg)
    if url is not None:
        content = trial.saved(Path(place))
        hints = reading.hints_of(source)
        job = pool.BytesJob(url=address, hints=hints, authority=source.authority, data=content, origin=place)
        _store(target, content, {"url": address, "fetched_at": clock.now().isoformat()}, job)
        return target
    with trial.trial_crawl(source, trial.pages_of(name, address, about=trial.content_of(name))) as (home, found):
        row = _answer(home.crawls / name / str(found["crawl_id"]), found, address)
        stored = reading.job_of(home, row, {name: source})
        _store(target, stored.fetch(), row, stored)
    return target


def capture_lists(name: str, folder: Path) -> Path:
    """Ask the first list pages of source `name` and store them as the beginning of its replay; the folder.

    Args:
        name: the source.
        folder: where fixtures are kept; the answers go to `folder/name/lists`.

    Raises:
        UsageError: there is no such source, or it has a replay.
        PolicywatchError: no list page came.
    """
    source = load_source(name)
    target = folder / name / "lists"
    if target.exists():
        msg = f"{target} exists and is not touched; move it away to begin anew"
        raise UsageError(msg)
    content = checking.cut_down(source, trial.content_of(name), 1)
    with trial.trial_crawl(source, content, pages=1) as (home, found):
        folder_of = home.crawls / name / str(found["crawl_id"])
        seen = checking.look_through(home, Source.model_validate(content), found, list(reading.manifest(folder_of)))
    if not seen.walked.entries:
        msg = f"no list of {name} could be read; run `policywatch source check {name}` first"
        raise PolicywatchError(msg)
    target.mkdir(parents=True)
    answers = []
    for number, asked in enumerate(seen.walked.asked, start=1):
        answer = seen.answers[asked.key]
        kind = next((ending for sign, ending in _ENDINGS if answer.body.lstrip()[:9].startswith(sign)), "html")
        (target / f"list_{number}.{kind}").write_bytes(answer.body)
        about = {"url": asked.url, "file": f"list_{number}.{kind}", "type": answer.content_type or None}
        post = {"method": asked.method, "body": asked.body.decode()} if asked.method != "GET" else {}
        answers.append({key: value for key, value in {**about, **post}.items() if value is not None})
    listed = {entry.url: entry.said for entry in seen.walked.entries[:2]}
    said = {"answers": answers, "lists": [one.items for one in seen.walked.lists], "listed": listed}
    text = yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=_WIDTH)
    (target / "replay.yaml").write_text(_REPLAY + text, encoding="utf-8")
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
    fields = {name: plain(getattr(outcome, name)) for name in ("kind", *trial.FIELDS[:-2], "language", "script")}
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

"""What the reader makes of files on disk, without archive or warehouse: the work of `policywatch read`.

What belongs here: finding the files and giving a row per page. What does not: taking pages in (`pipeline.ingest`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Any, Final

from crawlers.archive import BadRecord, Capture, iter_warc
from crawlers.source import Source, load_sources
from pipeline import pool, saved
from pipeline.ingest import source_for
from pipeline.parsers.documents import format_of
from pipeline.parsers.records import PageRecord
from pipeline.reading import authority_by_host, hints_of

_PAGES: Final = (".html", ".htm", ".shtml", ".xhtml", ".txt", ".xml", ".response.json", *saved.DOCUMENT_TYPES)
_BATCH: Final = 512
_FIELDS: Final = tuple(item.name for item in fields(PageRecord))

Row = dict[str, Any]


def read_files(paths: Sequence[Path], *, watcher: pool.Watcher | None = None) -> Iterator[Row]:
    """Yield a row per page in `paths`: the record's fields after `path`; a page that cannot be read has an `error`.

    Raises:
        UsageError: a path does not exist.
    """
    items = _items(paths)
    while batch := list(islice(items, _BATCH)):
        outcomes = iter(pool.read_many([job for _, job in batch if isinstance(job, pool.Job)], watcher=watcher))
        for path, job in batch:
            outcome = next(outcomes) if isinstance(job, pool.Job) else job
            yield _row(path, job.url if isinstance(job, pool.Job) else None, outcome)


def _row(path: str, url: str | None, outcome: pool.Outcome) -> Row:
    if isinstance(outcome, PageRecord):
        return outcome.to_json(path=path)
    empty: Row = {name: [] if name in ("effect", "clauses", "citations", "warnings") else None for name in _FIELDS}
    error = {"stage": outcome.stage, "reason": outcome.reason, "detail": outcome.detail}
    return {"path": path, **empty, "url": url, "error": error}


def _items(paths: Sequence[Path]) -> Iterator[tuple[str, pool.Job | pool.Rejection]]:
    named = {path.resolve() for path in paths}
    files = list(saved.files_of(paths))
    sidecars = {beside.resolve() for path, _ in files if (beside := saved.sidecar_of(path)) is not None}
    sources = load_sources()
    for path, relative in files:
        place = path.resolve()
        if path.name.lower().endswith(saved.WARC_ENDINGS):
            yield from _from_warc(path)
        elif place in named or (path.name.lower().endswith(_PAGES) and place not in sidecars):
            yield str(path), _file_job(path, relative, sources)


def _file_job(path: Path, relative: str, sources: Mapping[str, Source]) -> pool.Job | pool.Rejection:
    url = _url_of(path) or saved.made_up_url(relative)
    if path.stat().st_size > saved.MOST_BYTES:
        return pool.Rejection("file", "too_large", f"more than {saved.MOST_BYTES:,} bytes is no page")
    source = sources.get(source_for(url, sources))
    return pool.FileJob(
        path=path,
        url=url,
        content_type=saved.content_type_of(path),
        hints=hints_of(source),
        authority=source.authority if source is not None else authority_by_host(url),
    )


def _url_of(path: Path) -> str | None:
    """The sidecar's URL; a sidecar that is no use does not keep the page from being read."""
    beside = saved.sidecar_of(path)
    if beside is None:
        return None
    try:
        return saved.web_address(saved.read_sidecar(beside).get("url"))
    except (OSError, ValueError):
        return None


def _from_warc(path: Path) -> Iterable[tuple[str, pool.Job | pool.Rejection]]:
    for record in iter_warc(path):
        place = f"{path}#{record.offset}"
        if isinstance(record, BadRecord):
            yield place, pool.Rejection("archive", record.reason, record.detail)
        elif (record.content_type or "").startswith(("text/", "application/xhtml")) or format_of(record.content):
            yield place, _bytes_job(place, record)


def _bytes_job(place: str, record: Capture) -> pool.Job:
    return pool.BytesJob(
        data=record.content,
        origin=place,
        url=record.url,
        content_type=record.content_type,
        authority=authority_by_host(record.url),
    )

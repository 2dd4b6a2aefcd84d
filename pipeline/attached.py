"""Pages whose text is in a file: read from the file, where the archive has it.

What belongs here: which file is a page's text, and reading both. What does not: fetching the files (`crawlers`), making
one record of two (`pipeline.parsers.attached`).
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline import pool, rows
from pipeline.parsers.attached import is_in_file, listed_by, with_file
from pipeline.parsers.records import PageRecord

if TYPE_CHECKING:
    from crawlers.index import Index
    from policywatch.home import Home

_ANSWERED = frozenset({"new", "changed", "unchanged", "not_modified"})


def read_many(
    home: "Home",
    entries: Sequence[Mapping[str, Any]],
    jobs: Sequence[pool.Job],
    *,
    watcher: pool.Watcher | None = None,
) -> list[pool.Outcome]:
    """What the reader makes of `jobs`, the pages of these manifest rows; where the text is in a file, of both.

    Raises:
        StorageError: the index of the archive cannot be read.
    """
    return with_files(home, entries, jobs, pool.read_many(jobs, watcher=watcher))


def with_files(
    home: "Home",
    entries: Sequence[Mapping[str, Any]],
    jobs: Sequence[pool.Job],
    outcomes: Sequence[pool.Outcome | None],
) -> list[Any]:
    """`outcomes`, what the reader made of `jobs`; those of pages that have their text in a file, together with it.

    Raises:
        StorageError: the index of the archive cannot be read.
    """
    outcomes = list(outcomes)
    bare = [at for at, outcome in enumerate(outcomes) if isinstance(outcome, PageRecord) and is_in_file(outcome)]
    if not bare:
        return outcomes
    from crawlers.index import Index  # noqa: PLC0415 - most crawls need none

    with Index.open(home) as index:
        wanted = [(at, job) for at in bare for job in _files(home, index, entries[at], jobs[at], outcomes[at])]
    done = set[int]()
    for (at, _), file in zip(wanted, pool.read_many([job for _, job in wanted]), strict=True):
        page = outcomes[at]
        if at not in done and isinstance(page, PageRecord) and isinstance(file, PageRecord) and file.text:
            outcomes[at] = with_file(page, file)
            done.add(at)
    return outcomes


def _files(
    home: "Home", index: "Index", entry: Mapping[str, Any], job: pool.Job, page: pool.Outcome | None
) -> list[pool.ArchiveJob]:
    """The jobs for the files that the page links, as they were when it was fetched, in the page's order."""
    from crawlers.captures import stamp  # noqa: PLC0415
    from crawlers.urls import clean_url  # noqa: PLC0415

    if not isinstance(page, PageRecord):
        return []
    at, listed, found = stamp(rows.instant(entry["fetched_at"])), listed_by(page, job.listed), []
    for attachment in page.attachments:
        url = clean_url(attachment.url, page.url)
        captures = [one for one in index.captures(url) if one.outcome in _ANSWERED] if url else []
        if captures:
            # A file is asked after its page: the next answer is meant, and where there is none, the last one.
            one = next((one for one in captures if one.fetched_at >= at), captures[-1])
            found.append(
                pool.ArchiveJob(
                    home=home.root,
                    warc_file=one.warc_file,
                    warc_offset=one.warc_offset,
                    url=page.url,
                    listed=listed,
                    authority=job.authority,
                )
            )
    return found

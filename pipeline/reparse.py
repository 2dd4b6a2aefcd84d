"""Reading the archive again with today's parser.

What belongs here: which stored pages are read again, and the run that loads them. What does not: telling a change of
the parser from a change of the policy, which the warehouse does by `change_cause`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from pipeline import attached, pool, reading, run
from pipeline.parsers import PARSER_VERSION
from pipeline.parsers.records import PageRecord
from policywatch import clock
from policywatch.home import Home

if TYPE_CHECKING:
    from pipeline.reading import Entry

COLUMNS: Final = ("source", "pages", "read_again", "failed", "parser_version")
CHUNK: Final = 2000
"""Pages that are read, and loaded in one transaction, at a time: memory stays flat, and a kill costs no more."""


def reparse(
    home: Home, sources: Sequence[str] | None = None, *, watcher: pool.Watcher | None = None
) -> list[dict[str, Any]]:
    """Read again what another version of the parser has read, load and publish it; a row of counts per source.

    A page that today's parser cannot read keeps its old reading and is counted as failed.

    Raises:
        UsageError: there is no such source.
        StorageError: the archive or the warehouse cannot be used.
    """
    declared = run.declared()
    with run.ledger(home) as ledger:
        stored = [row for name in (sources or (None,)) for row in ledger.current(name)]
    old = [row for row in stored if row["parser_version"] != PARSER_VERSION and row["warc_file"]]
    failed: Counter[str] = Counter()
    for start in range(0, len(old), CHUNK):
        chunk = old[start : start + CHUNK]
        jobs = [reading.job_of(home, row, declared) for row in chunk]
        found = attached.read_many(home, chunk, jobs, watcher=watcher)
        failed.update(row["source"] for row, out in zip(chunk, found, strict=True) if not isinstance(out, PageRecord))
        _stage(home, chunk, found, declared, start // CHUNK)
        run.load(home, "reparse")  # killed after it, the next attempt goes on with the rest
    if old:
        run.publish(home)
    return _counts(stored, old, failed)


def _stage(
    home: Home, old: Sequence["Entry"], outcomes: Sequence[pool.Outcome], declared: Mapping[str, Any], number: int
) -> None:
    tables = reading.Tables()
    for row, outcome in zip(old, outcomes, strict=True):
        if isinstance(outcome, PageRecord):
            authority = reading.job_of(home, row, declared).authority or "repost"
            tables.take(row, outcome, authority=authority, cause="parser")
    now = clock.now()
    started = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    tables.write(
        home,
        {
            "crawl_id": f"reparse-{now:%Y%m%dT%H%M%SZ}-{PARSER_VERSION}" + (f"-{number}" if number else ""),
            "source": None,
            "started_at": started,
            "finished_at": started,
            "verdict": "good",
            "reasons": [],
            "counts": {},
        },
    )


def _counts(stored: Sequence["Entry"], old: Sequence["Entry"], failed: Mapping[str, int]) -> list[dict[str, Any]]:
    pages = Counter(row["source"] for row in stored)
    again = Counter(row["source"] for row in old)
    values = [
        (name, pages[name], again[name] - failed.get(name, 0), failed.get(name, 0), PARSER_VERSION)
        for name in sorted(pages)
    ]
    return [dict(zip(COLUMNS, row, strict=True)) for row in values]

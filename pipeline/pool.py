"""Reading many pages: in this process when they are few, in worker processes when they are many.

What belongs here: the work of one worker (a place in the archive or a file in, record or rejection out) and the pool.
What does not: which pages are read and what becomes of the records (`pipeline.reading`, `pipeline.ingest`).

One page can never stop the others: what the reader cannot read, and even what kills a worker, becomes a `Rejection`.
"""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from pipeline.parsers import prepare_page, read_text
from pipeline.parsers.records import Hints, Listed, PageRecord, Unreadable
from policywatch.errors import StorageError
from policywatch.heeding import heeding_signals
from policywatch.home import Home

IN_PROCESS: Final = 64
"""Up to this many pages are read here: starting workers would cost more than it saves."""
_HALVES: Final = 8
"""So many pages count as one that most likely need not be read to their end."""
_CHUNK: Final = 16
_MOST_WORKERS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One page to read, and what its source says of it."""

    url: str
    content_type: str | None = None
    hints: Hints | None = None
    listed: Listed | None = None
    authority: str | None = None
    unless: str | None = None
    """A fingerprint (`pipeline.parsers.prepared`): a page that still has it is not read to the end."""

    def fetch(self) -> bytes:
        """The page's bytes, fetched where the page is read."""
        raise NotImplementedError

    @property
    def place(self) -> str:
        """Where the bytes are, in words."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveJob(Job):
    """A page in the archive."""

    home: Path
    warc_file: str
    warc_offset: int

    def fetch(self) -> bytes:
        """The decoded payload of the WARC record."""
        from crawlers.archive import read_capture  # noqa: PLC0415 - workers that read files need no WARC library

        return read_capture(Home(self.home), self.warc_file, self.warc_offset).content

    @property
    def place(self) -> str:
        """File and offset in the archive."""
        return f"{self.warc_file} at {self.warc_offset}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileJob(Job):
    """A page in a file."""

    path: Path

    def fetch(self) -> bytes:
        """The file's bytes."""
        return self.path.read_bytes()

    @property
    def place(self) -> str:
        """The path."""
        return str(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class BytesJob(Job):
    """A page in memory."""

    data: bytes
    origin: str

    def fetch(self) -> bytes:
        """The bytes."""
        return self.data

    @property
    def place(self) -> str:
        """Where they came from."""
        return self.origin


@dataclass(frozen=True, slots=True)
class Rejection:
    """A page that could not be read: at which stage (archive, read), a reason of the vocabulary, what was seen."""

    stage: str
    reason: str
    detail: str


Outcome = PageRecord | Rejection


@dataclass(frozen=True, slots=True)
class Read:
    """What reading a page gave: `outcome`, None where it still has the fingerprint of its job, and its fingerprint."""

    outcome: Outcome | None
    fingerprint: str | None = None


class Watcher(Protocol):
    """What is told how far the reading is; `pipeline.cli_output.Progress` shows it."""

    def total(self, count: int) -> None:
        """`count` more pages are to be read."""

    def tick(self, done: int) -> None:
        """`done` more pages are read."""


class _NoOne:
    def total(self, count: int) -> None:
        pass

    def tick(self, done: int) -> None:
        pass


def read_bytes(content: bytes, job: Job) -> Outcome:
    """What the reader makes of `content`, fetched as `job` says; every failure of the reader is a `Rejection`."""
    (outcome,) = _outcomes([_read_bytes(content, replace(job, unless=None))])
    return outcome


def _read_bytes(content: bytes, job: Job) -> Read:
    plain = (job.content_type or "").partition(";")[0].strip().lower() == "text/plain"
    try:
        if plain:
            text = content.decode("utf-8", errors="replace")
            return Read(read_text(text, url=job.url, listed=job.listed, authority=job.authority))
        page = prepare_page(
            content,
            url=job.url,
            content_type=job.content_type,
            hints=job.hints,
            listed=job.listed,
            authority=job.authority,
        )
        is_same = page.fingerprint is not None and page.fingerprint == job.unless
        return Read(None if is_same else page.read(), page.fingerprint)
    except Unreadable as outcome:
        return Read(Rejection("read", outcome.reason, outcome.detail))
    except Exception as error:  # noqa: BLE001 - untrusted pages: a fault of the reader is that page's outcome
        return Read(Rejection("read", "reader_failed", f"{type(error).__name__}: {error}"[:500]))


def read_one(job: Job) -> Read:
    """Fetch the page's bytes and read them."""
    try:
        content = job.fetch()
    except (StorageError, OSError, ValueError, EOFError) as error:
        return Read(Rejection("archive", "truncated", f"{job.place}: {error}"[:500]))
    return _read_bytes(content, job)


def _read_chunk(jobs: Sequence[Job]) -> list[Read]:
    return [read_one(job) for job in jobs]


def _executor(workers: int) -> ProcessPoolExecutor:
    """The pool. What it is first given starts the workers: if they ignored SIGTERM, they would outlive a dead one."""
    # Spawn, not fork: the parent may hold threads (Dagster, progress bars) and open databases.
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def _one_by_one(jobs: Sequence[Job]) -> Iterator[Read]:
    """Read `jobs` one after the other in a process of their own: the one on which it dies is known, and rejected."""
    executor = _executor(1)
    try:
        for job in jobs:
            try:
                with heeding_signals():
                    future = executor.submit(read_one, job)
                yield future.result()
            except BrokenProcessPool:
                executor.shutdown()
                executor = _executor(1)
                detail = "the reader's process died on this page; keep the page and report it"
                yield Read(Rejection("read", "reader_failed", detail))
    finally:
        executor.shutdown()


def _parallel(jobs: Sequence[Job], workers: int) -> Iterator[tuple[int, list[Read]]]:
    """Yield (index of the first job, outcomes) per chunk, in the order in which they end."""
    chunks = {start: jobs[start : start + _CHUNK] for start in range(0, len(jobs), _CHUNK)}
    try:
        with _executor(workers) as executor:
            with heeding_signals():
                futures = {executor.submit(_read_chunk, chunk): start for start, chunk in chunks.items()}
            for future in as_completed(futures):
                outcomes = future.result()
                start = futures[future]
                del chunks[start]
                yield start, outcomes
    except BrokenProcessPool:
        left = _one_by_one([job for chunk in chunks.values() for job in chunk])
        for start, chunk in chunks.items():
            yield start, list(islice(left, len(chunk)))


def read_many(
    jobs: Sequence[Job], *, watcher: Watcher | None = None, in_process: int = IN_PROCESS, workers: int | None = None
) -> list[Outcome]:
    """Read `jobs` to the end; the outcomes stand in the same order. The arguments are those of `read_all`."""
    whole = [replace(job, unless=None) if job.unless else job for job in jobs]
    reads = read_all(whole, watcher=watcher, in_process=in_process, workers=workers)
    return _outcomes(reads)


def _outcomes(reads: Sequence[Read]) -> list[Outcome]:
    return [read.outcome for read in reads if read.outcome is not None]


def read_all(
    jobs: Sequence[Job], *, watcher: Watcher | None = None, in_process: int = IN_PROCESS, workers: int | None = None
) -> list[Read]:
    """Read `jobs`; what they gave stands in the same order.

    Args:
        jobs: what to read.
        watcher: told how many pages there are and how many are done.
        in_process: up to this many pages are read in this process.
        workers: how many processes read; one is this process itself. None: one for each processor.
    """
    watcher = watcher or _NoOne()
    watcher.total(len(jobs))
    workers = workers or min(os.cpu_count() or 1, _MOST_WORKERS)
    reads: list[Read | None] = [None] * len(jobs)
    if sum(1 / _HALVES if job.unless else 1 for job in jobs) <= in_process or workers == 1:
        for index, job in enumerate(jobs):
            reads[index] = read_one(job)
            watcher.tick(1)
    else:
        for start, found in _parallel(jobs, workers):
            reads[start : start + len(found)] = found
            watcher.tick(len(found))
    return [read for read in reads if read is not None]

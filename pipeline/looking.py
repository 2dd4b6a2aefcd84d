"""A look at a source: its pages are asked and read, and those that are new or read otherwise are named at once.

What belongs here: the work behind `policywatch look`: the first two steps of a run, the second beside the first. What
does not: the steps themselves (`pipeline.run`, `pipeline.reading`). What a look learned is loaded, published and told
by the next run.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from pipeline import run
from policywatch.home import Home

if TYPE_CHECKING:
    from pipeline import carrying
    from pipeline.reading import ReadReport

COLUMNS: Final = ("what", "title", "url")
_PORTION: Final = 32
"""Pages read between two looks whether the crawl has ended."""


def look(home: Home, source: str, *, recheck_all: bool = False) -> tuple[run.RunReport, list[Mapping[str, Any]]]:
    """Crawl `source` and read what came: how it went, and the pages with news (`what`, `title`, `url`).

    Raises:
        UsageError: there is no such source.
        PolicywatchError: the crawl could not run.
    """
    run.declared(source)
    run.expect_crawls()
    ahead = ReadAhead(home, source)
    ahead.prepare()
    try:
        report = run.RunReport(source)
        run.take_crawl(report, run.crawl(source, home, recheck_all=recheck_all, beside=ahead.go_on))
    finally:
        ahead.close()
    found: list[ReadReport] = run.read(home, source, ahead=ahead.done)
    for one in found:
        run.take_reading(report, one)
    return report, [news for one in found for news in one.news]


class ReadAhead:
    """Reads the pages of a crawl while it runs. `done`: what was read, by capture id.

    It follows the manifest in the making. What it reads counts only where the committed manifest has the very same row.
    """

    def __init__(self, home: Home, source: str) -> None:
        self.done: dict[str, carrying.Ahead] = {}
        self._home = home
        self._name = source
        self._file: BinaryIO | None = None
        self._rest = b""

    def go_on(self) -> bool:
        """Read some more; whether there was anything to read."""
        rows = self._rows()
        for row in rows:
            self._read(row)
        return bool(rows)

    def prepare(self) -> None:
        """Load the reader, and what is known; meanwhile Scrapy loads in a process of its own."""
        from pipeline import carrying, reading  # noqa: PLC0415

        self._sources = run.declared()
        _, self._known = run.unread(self._home, self._name)
        self._memory = carrying.Memory(self._home)
        self._reading, self._carrying = reading, carrying

    def _rows(self) -> list[dict[str, Any]]:
        """The next rows of the manifest in the making, as far as they are whole."""
        if self._file is None:
            parts = sorted((self._home.crawls / self._name).glob("*/.manifest.jsonl.part"))
            if not parts:
                return []
            try:
                self._file = parts[-1].open("rb")
            except FileNotFoundError:  # committed meanwhile
                return []
        lines: list[bytes] = []
        while len(lines) < _PORTION and (line := self._file.readline()):
            self._rest += line
            if self._rest.endswith(b"\n"):
                lines.append(self._rest)
                self._rest = b""
        try:
            return [json.loads(line) for line in lines]
        except ValueError:  # begun anew under our eyes: the crawl that was taken up writes it from its start
            return []

    def _read(self, row: dict[str, Any]) -> None:
        from pipeline import pool  # noqa: PLC0415

        if self._reading.is_readable(row):
            job = self._reading.job_of(self._home, row, self._sources)
            page = self._carrying.Wanted(row, "source", job).remembering(self._memory, self._known)
            self.done[row["capture_id"]] = self._carrying.Ahead(row, page.job, pool.read_one(page.job))

    def close(self) -> None:
        """Let go of the files."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._memory.close()

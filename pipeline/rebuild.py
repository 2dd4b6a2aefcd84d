"""The whole warehouse made again from the archive, beside the old one, and renamed into its place.

What belongs here: in which order all is loaded again, what is taken over from the old file, how the new one takes its
place. What does not: reading (`pipeline.reading`), loading (`warehouse.ledger`), the archive's own repair
(`crawlers.rebuild`).

Runs are loaded, the calendar is looked at and people's decisions are taken up in the order in which they once were
(`pipeline.journal`; for what it lacks, the old file if that can be read, else crawls first and files taken in by hand
after them). All that is known is known from when it was captured, so the same comes out. Everything is read by today's
reader: what an older one made of a page is not made again. Nobody is alerted of anything twice: the alerts' state is
taken over, and where it is lost, nothing of before is told.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from crawlers import rebuild as archive
from pipeline import journal, pool, reading, run, settings
from policywatch import clock
from policywatch.errors import StorageError, UsageError
from policywatch.home import Home
from warehouse import opening
from warehouse.ledger import CARRIED, Ledger

COLUMNS: Final = (
    "runs", "looks", "decisions", "pages", "policies", "events", "old_file", "alerts", "lost", "damaged",
)  # fmt: skip
WARN_DAYS: Final = (30, 7)
_ZONE: Final = ZoneInfo("Asia/Shanghai")


@dataclass(slots=True)
class Report:
    """What was done. `lost`: runs that are not in the archive. `alerts`: whether their state was kept."""

    runs: int = 0
    looks: int = 0
    decisions: int = 0
    pages: int = 0
    policies: int = 0
    events: int = 0
    old_file: str | None = None
    alerts: str = "kept"
    lost: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        """The columns of COLUMNS."""
        return {name: getattr(self, name) for name in COLUMNS}


def rebuild(home: Home, *, even_if_newer: bool = False, watcher: pool.Watcher | None = None) -> Report:
    """Make the warehouse of `home` again and publish it; the old file is kept beside it under a name of its own.

    Args:
        home: the home folder; its archive is read, nothing in it changes.
        even_if_newer: also in the place of a file that a newer version made.
        watcher: told how many runs there are and how many are done.

    Raises:
        UsageError: there is no archive, or the old file is of a newer version.
        StorageError: another process has the warehouse or crawls, or the disk refuses; the old file is as it was.
    """
    if not home.archive.is_dir():
        msg = f"{home.archive} does not exist: there is nothing to make the warehouse from; restore it, or check --home"
        raise UsageError(msg)
    report = Report()
    old = Old.look(home.warehouse)
    try:
        if old.version > max(opening.migrations()) and not even_if_newer:
            msg = (
                f"{home.warehouse} was made by a newer policywatch (schema {old.version}); install that one, or say"
                " --even-if-newer to make it again as this version does"
            )
            raise UsageError(msg)
        report.damaged = archive.rebuild(home).damaged
        beside = _beside(home)
        try:
            _build(beside, home, old, report, watcher)
            _place(home, beside, old, report)
        except OSError as error:
            msg = f"{home.root} cannot be written ({error.strerror}); the old warehouse stays, free space and run again"
            raise StorageError(msg) from error
        finally:
            shutil.rmtree(beside.root, ignore_errors=True)
    finally:
        old.close()
    _publish(home)
    return report


# --- the old file ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Old:
    """The warehouse that is replaced, held so that nobody writes it; without a connection it is unreadable."""

    path: Path
    connection: duckdb.DuckDBPyConnection | None = None
    version: int = 0
    trouble: str = "there was none"

    @classmethod
    def look(cls, path: Path) -> "Old":
        """What is at `path`: perhaps nothing, perhaps damaged.

        Raises:
            StorageError: another process has it.
        """
        old = cls(path)
        if not path.exists():
            return old
        try:
            old.connection = duckdb.connect(str(path), read_only=True)
            old.connection.execute("SET TimeZone = 'UTC'")
            old.version = opening.version_of(old.connection)
        except duckdb.Error as error:
            old.close()
            old.trouble = opening.first_line(error)
            if "lock" in str(error).lower():
                msg = f"{path} is in use by another policywatch run; wait until it ends, and run again"
                raise StorageError(msg) from error
        return old

    def close(self) -> None:
        """Let it go; more than once is harmless."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """What it answers; nothing where it cannot."""
        found = self.table(sql)
        return [] if found is None else found.to_pylist()

    def table(self, sql: str) -> pa.Table | None:
        """What it answers; None where it cannot."""
        if self.connection is None:
            return None
        try:
            return self.connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            self.trouble = opening.first_line(error)
            return None


# --- making the new one ----------------------------------------------------------------------------------------------


def _beside(home: Home) -> Home:
    """A home of its own for the work, over the same archive."""
    beside = Home(home.root / "rebuilding")
    shutil.rmtree(beside.root, ignore_errors=True)
    try:
        beside.root.mkdir(parents=True)
        home.crawls.mkdir(exist_ok=True)
        beside.archive.symlink_to(home.archive, target_is_directory=True)
        beside.crawls.symlink_to(home.crawls, target_is_directory=True)
    except OSError as error:
        msg = f"{beside.root} cannot be made ({error.strerror}); free space or correct the rights, and run again"
        raise StorageError(msg) from error
    return beside


def _build(beside: Home, home: Home, old: Old, report: Report, watcher: pool.Watcher | None) -> None:
    """Fill the warehouse of `beside`."""
    folders = {path.parent.name: path.parent for path in home.crawls.glob("*/*/crawl.json")}
    entries = order(home, old, folders)
    with Ledger.open(beside.warehouse, wait=0) as ledger:
        settings.hold_to(home, ledger)
        ledger.upsert_sources(run.source_rows())
        if watcher is not None:
            watcher.total(len(entries))
        for entry in entries:
            _take(beside, ledger, entry, folders, report)
            if watcher is not None:
                watcher.tick(1)
        _carry_over(ledger, old, report)
        counts = ("page", "pages"), ("policy", "policies"), ("event", "events")
        for table, name in counts:
            setattr(report, name, ledger.query(f"SELECT count(*) AS n FROM {table}")[0]["n"])  # noqa: S608 - our own


def order(home: Home, old: Old, folders: Mapping[str, Path]) -> list[journal.Entry]:
    """What is to be loaded, looked at and decided, in order. A run that was never loaded waits for the next load."""
    entries = list(journal.entries(home))
    entries += journal.missing(entries, old.rows(journal.RUNS), old.rows(journal.LOOKS))
    if any(entry["what"] == journal.LOAD for entry in entries):
        return entries
    return [*_from_archive(folders), *entries]


def _from_archive(folders: Mapping[str, Path]) -> Iterator[journal.Entry]:
    """Crawls in order of time, then what was taken in by hand; the calendar is looked at as each run ends."""
    runs = [(folder, reading.summary(folder)) for folder in folders.values()]
    for folder, said in sorted(runs, key=lambda pair: (pair[1]["source"] is None, pair[1]["started_at"], pair[0].name)):
        now = datetime.fromisoformat(said["finished_at"])
        yield {"what": journal.LOAD, "crawl_id": folder.name}
        today = str(now.astimezone(_ZONE).date())
        yield {"what": journal.LOOK, "today": today, "now": now.isoformat(), "warn_days": list(WARN_DAYS)}


def _take(beside: Home, ledger: Ledger, entry: journal.Entry, folders: Mapping[str, Path], report: Report) -> None:
    """Do again what `entry` says was done."""
    if entry["what"] == journal.LOOK:
        today, now = date.fromisoformat(entry["today"]), datetime.fromisoformat(entry["now"])
        ledger.calendar(today, now, entry["warn_days"])
        report.looks += 1
    elif entry["what"] == journal.DECISION:
        ledger.decide(entry | {name: datetime.fromisoformat(entry[name]) for name in journal.TIMES})
        report.decisions += 1
    elif entry["crawl_id"] in folders:
        _load(beside, ledger, folders[entry["crawl_id"]])
        report.runs += 1
    elif not entry["crawl_id"].startswith("reparse-"):  # everything is read by today's reader anyway
        report.lost.append(entry["crawl_id"])


def _load(beside: Home, ledger: Ledger, folder: Path) -> None:
    source = folder.parent.name
    known = {row["canonical_url"]: row for row in ledger.current(source)}
    reading.read_crawl(beside, folder, run.declared(), known)
    staged = beside.staging / folder.name
    ledger.load(staged)
    shutil.rmtree(staged)


def _carry_over(ledger: Ledger, old: Old, report: Report) -> None:
    """Take over what was told to whom."""
    known = old.table("SELECT event_id FROM event")
    tables = {name: old.table(f"SELECT * FROM {name}") for name in CARRIED}  # noqa: S608 - our own names
    is_kept = known is not None and tables["event_matched"] is not None and tables["delivery"] is not None
    if not is_kept:
        report.alerts = f"lost: nothing of before is told, what waited is not sent; the old file: {old.trouble}"
        tables, known = {}, None
    ledger.carry_over({name: rows for name, rows in tables.items() if rows is not None}, known)


# --- its place -------------------------------------------------------------------------------------------------------


def _place(home: Home, beside: Home, old: Old, report: Report) -> None:
    """Put the new file where the old one was; the old one has a name of its own before it loses its place."""
    had_connection = old.connection is not None
    if home.warehouse.exists():
        kept = _free_name(home.warehouse)
        old.close()
        log = home.warehouse.with_name(f"{home.warehouse.name}.wal")
        if log.exists():
            # Left beside another file, it would make that one unreadable.
            log.rename(kept.with_name(f"{kept.name}.wal"))
        _link(home.warehouse, kept)
        report.old_file = str(kept)
    elif had_connection:
        msg = f"{home.warehouse} was taken away meanwhile; run again"
        raise StorageError(msg)
    home.warehouse.parent.mkdir(parents=True, exist_ok=True)
    os.replace(beside.warehouse, home.warehouse)  # noqa: PTH105 - the name of the guarantee: atomic


def _free_name(path: Path) -> Path:
    stem = f"{path.stem}.before-rebuild-{clock.now():%Y%m%dT%H%M%SZ}"
    names = (path.with_name(f"{stem}{'' if number == 1 else f'-{number}'}{path.suffix}") for number in range(1, 1000))
    return next(name for name in names if not name.exists())


def _link(path: Path, kept: Path) -> None:
    """The same file under a second name; a copy where the disk knows no such thing."""
    try:
        os.link(path, kept)
    except OSError:
        with suppress(FileNotFoundError):
            kept.unlink()
        shutil.copyfile(path, kept)


def _publish(home: Home) -> None:
    run.publish(home)
    with run.ledger(home) as ledger:
        for name in run.declared():
            run.hand_back(home, ledger, name)
        journal.catch_up(home, ledger)

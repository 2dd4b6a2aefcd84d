"""One run, step by step, as plain functions that know nothing of Dagster.

What belongs here: the steps crawl, read, load (with resolve and detect: one transaction of the ledger), publish, and
`run_source`, which does them in order. What does not: how a step does its work (`crawlers`, `pipeline.reading`,
`warehouse`), the last step (`pipeline.alerting`) and the orchestrator (`pipeline.assets`, `pipeline.job`).

Every step can be killed at any instant and repeated: a crawl is committed by its crawl.json, a staging folder by a
rename, a load by its transaction, the published file by a rename, a delivery by its idempotency key.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from zoneinfo import ZoneInfo

from policywatch import clock
from policywatch.errors import PolicywatchError, StorageError, UsageError
from policywatch.home import Home

if TYPE_CHECKING:
    from crawlers.source import Source
    from pipeline.alerting import Alerted
    from pipeline.carrying import Ahead
    from pipeline.pool import Watcher
    from pipeline.reading import ReadReport
    from warehouse.ledger import Ledger

_PAUSE_SECONDS = 0.02
"""How long what works beside a crawl waits where there is nothing to do yet."""
_LEDGER_SECONDS = 600
"""How long to wait for another process that is loading."""
_MUCH = 500
"""After a load of more pages than this the warehouse is closed in any case."""
_held: "dict[Path, Ledger | None]" = {}
"""By path: the warehouse that a `holding` block keeps open; None where it has not been opened yet."""


@dataclass(slots=True)
class RunReport:
    """What one run of a source did. `verdict`: good, partial, suspect or failed; of the crawl and of its reading."""

    source: str
    crawl_id: str | None = None
    verdict: str = "failed"
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    loaded: dict[str, Any] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    deliveries: dict[str, int] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether nothing needs a person's eye: a partial run goes on by itself."""
        return self.verdict in {"good", "partial"}


def declared(name: str | None = None) -> dict[str, "Source"]:
    """The declared sources, all or the one called `name`.

    Raises:
        UsageError: there is none of that name.
        ConfigError: a source's YAML does not fit its model.
    """
    from crawlers.source import load_sources  # noqa: PLC0415 - pydantic is not free

    sources = load_sources()
    if name is None:
        return sources
    if name not in sources:
        msg = f"there is no source '{name}'; `policywatch source list` shows them"
        raise UsageError(msg)
    return {name: sources[name]}


# --- 1. crawl --------------------------------------------------------------------------------------------------------


def expect_crawls() -> None:
    """Let Scrapy be loaded in the background, while this process loads what it needs itself; returns at once."""
    from crawlers.process import warm  # noqa: PLC0415 - not every command crawls

    warm()


def crawl(  # noqa: PLR0913 - each is a wish of one caller
    source: str,
    home: Home,
    *,
    env: Mapping[str, str] | None = None,
    settings: Mapping[str, str] | None = None,
    verbose: bool = False,
    recheck_all: bool = False,
    beside: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Crawl `source` in a process of its own (Scrapy's reactor starts once per process) and return its crawl.json.

    Args:
        source: the name of a declared source.
        home: where the archive and the crawl's manifest go.
        env: added to this process's environment: Dagster's Pipes bootstrap.
        settings: Scrapy settings of this crawl alone.
        verbose: let the crawl's log through to this process's stderr.
        recheck_all: ask every known page, whether it is due or not.
        beside: called again and again while the crawl runs; says whether it had anything to do.

    Raises:
        PolicywatchError: the crawl could not run at all (broken configuration, full disk); says why.
    """
    from crawlers.process import CrawlProcess  # noqa: PLC0415 - not every command crawls

    arguments = [source, "--home", str(home.root)]
    arguments += ["--recheck-all"] if recheck_all else []
    arguments += [f"--set={name}={value}" for name, value in (settings or {}).items()]
    # Left early, also by Dagster's interrupt, it stops the crawl: that must not go on without us.
    with CrawlProcess(arguments, {**os.environ, **(env or {})}, verbose=verbose) as process:
        busy = True
        while (code := process.wait(None if beside is None else 0 if busy else _PAUSE_SECONDS)) is None:
            busy = beside() if beside is not None else False
        out, log = process.out, process.said
    if code != 0:
        said = [line for line in (log or out).splitlines() if line.strip()]
        reason = said[-1].removeprefix("error: ") if said else f"it ended with code {code}"
        msg = f"the crawl of {source} could not run: {reason}"
        raise UsageError(msg) if code == UsageError.exit_code else PolicywatchError(msg)
    return _last_json(out, source)


def _last_json(out: str, source: str) -> dict[str, Any]:
    for line in reversed(out.splitlines()):
        if line.strip():
            try:
                found: dict[str, Any] = json.loads(line)
            except ValueError:
                break
            return found
    msg = f"the crawl of {source} ended without a summary; look into its crawl.log under crawls/{source}"
    raise PolicywatchError(msg)


# --- 2. read ---------------------------------------------------------------------------------------------------------


@contextmanager
def holding(home: Home) -> "Iterator[None]":
    """Open the warehouse of `home` once for all steps within, from a load on: opening it costs as much as a small step.

    Other processes wait meanwhile, as they do for each of the steps; nothing is held before something is loaded.
    """
    _held[home.warehouse] = None
    try:
        yield
    finally:
        let_go(home)
        _held.pop(home.warehouse, None)


@contextmanager
def ledger(home: Home, *, keep: bool = False) -> "Iterator[Ledger]":
    """The warehouse, opened for writing; other processes wait.

    `keep`: what is opened serves the later steps of the same `holding` block, too.

    Raises:
        StorageError: it is locked for too long, corrupt, or of a newer schema.
    """
    from pipeline import settings  # noqa: PLC0415
    from warehouse.ledger import Ledger  # noqa: PLC0415 - DuckDB loads only where it is used

    opened = _held.get(home.warehouse)
    is_kept = opened is not None
    if opened is None:
        opened = Ledger.open(home.warehouse, wait=_LEDGER_SECONDS, tell=_say)
    try:
        if not is_kept and (advice := settings.hold_to(home, opened)) is not None:
            _say(advice)
        if keep and home.warehouse in _held:
            _held[home.warehouse], is_kept = opened, True
        yield opened
    except BaseException:
        let_go(home)
        raise
    finally:
        if not is_kept:
            opened.close()


def let_go(home: Home) -> None:
    """Close what is held, if anything is; the next step opens it anew."""
    if (held := _held.get(home.warehouse)) is not None:
        _held[home.warehouse] = None
        held.close()


def _say(line: str) -> None:
    sys.stderr.write(f"policywatch: {line}\n")
    sys.stderr.flush()


def read(
    home: Home,
    source: str | None = None,
    *,
    watcher: "Watcher | None" = None,
    ahead: "Mapping[str, Ahead] | None" = None,
) -> "list[ReadReport]":
    """Read every committed crawl (of `source`, or all) that is neither loaded nor staged; oldest first.

    `ahead`: what was read of the latest while it ran, by capture id.
    """
    from pipeline import reading  # noqa: PLC0415 - the readers load only where they are used

    sources = declared()
    reports = []
    folders, known = unread(home, source)
    for folder in folders:
        if reading.staged(home, folder.name) is None:
            reports.append(reading.read_crawl(home, folder, sources, known, watcher=watcher, ahead=ahead))
        if folder is not folders[-1]:
            known |= reading.last_read(folder, known, home)
    return reports


def unread(home: Home, source: str | None = None) -> "tuple[list[Path], dict[str, Mapping[str, Any]]]":
    """The folders of the crawls to read (of `source`, or all), oldest first, and what is known before the first.

    What is known: by canonical URL, the stored reading, or one that is staged and not loaded yet.
    """
    from pipeline import reading  # noqa: PLC0415

    with ledger(home) as warehouse:
        folders = reading.pending(home, warehouse.loaded(), source)
        known = _known(warehouse, source)
    while folders and reading.staged(home, folders[0].name) is not None:
        known |= reading.last_read(folders[0], known, home)
        del folders[0]
    return folders, known


def _known(warehouse: "Ledger", source: str | None) -> dict[str, Mapping[str, Any]]:
    return {row["canonical_url"]: row for row in warehouse.current(source)}


# --- 3 to 5. load, resolve, detect -----------------------------------------------------------------------------------


def load(home: Home, source: str | None = None) -> dict[str, Any]:
    """Load what is staged (of `source`, or all), oldest first, then what the calendar alone brings.

    Returns:
        The summed counts of the loads.
    """
    from pipeline import journal  # noqa: PLC0415 - not every command loads
    from pipeline.alerts.config import warn_days  # noqa: PLC0415 - it brings pydantic along

    totals: dict[str, Any] = {}
    now = clock.now()
    with ledger(home, keep=True) as warehouse:
        warehouse.upsert_sources(source_rows())
        loaded, touched = warehouse.loaded(), set[str]()
        for run, folder in _staged(home, source):
            if run["crawl_id"] not in loaded:
                _add(totals, warehouse.load(folder))
                touched |= {run["source"]} if run.get("source") else set(declared())
            shutil.rmtree(folder, ignore_errors=True)
        for decision in journal.decisions(home, warehouse.decided()):
            _add(totals, warehouse.decide(decision))
        _add(totals, warehouse.calendar(clock.today(), now, warn_days(home.alerts)))
        journal.catch_up(home, warehouse)
        for name in sorted(touched):
            hand_back(home, warehouse, name)
    if sum(totals.get(name, 0) for name in ("pages_new", "pages_changed")) > _MUCH:
        let_go(home)  # and with it the memory that the load took
    return totals


def hand_back(home: Home, warehouse: "Ledger", source: str) -> None:
    """Tell the crawler the days by which it chooses which pages of `source` to ask again (`crawlers.recheck`)."""
    from crawlers.index import Dates, Index  # noqa: PLC0415

    found = declared().get(source)
    zone = ZoneInfo(found.timezone if found else "Asia/Shanghai")
    names = ("published_date", "in_force_from", "in_force_to")
    dates = []
    for row in warehouse.recheck_dates(source):
        published, starts, ends = (str(row[name]) if row[name] else None for name in names)
        changed = str(row["changed_at"].astimezone(zone).date()) if row["changed_at"] else None
        dates.append(Dates(row["canonical_url"], published, starts, ends, changed))
    with Index.open(home) as index:
        index.set_dates(source, dates)


def _staged(home: Home, source: str | None) -> list[tuple[dict[str, Any], Path]]:
    pattern = f"{'[!.]*' if source is None else f'{source}-*'}/run.json"
    found = [(json.loads(path.read_text(encoding="utf-8")), path.parent) for path in home.staging.glob(pattern)]
    return sorted(found, key=lambda pair: (pair[0]["started_at"], pair[0]["crawl_id"]))


def _add(totals: dict[str, Any], report: Any) -> None:  # noqa: ANN401 - a LoadReport
    for name, value in counts_of(report).items():
        if isinstance(value, Mapping):
            inner = totals.setdefault(name, {})
            for key, count in value.items():
                inner[key] = inner.get(key, 0) + count
        else:
            totals[name] = totals.get(name, 0) + value


def counts_of(report: Any) -> dict[str, Any]:  # noqa: ANN401 - a dataclass of counts
    """The integer and mapping fields of a report, by name."""
    found = {name: getattr(report, name) for name in report.__dataclass_fields__}
    return {name: value for name, value in found.items() if isinstance(value, int | Mapping)}


def source_rows() -> list[dict[str, Any]]:
    """The declared sources as the warehouse keeps them."""
    columns = ("name", "title", "jurisdiction", "authority", "homepage", "timezone", "schedule")
    return [{name: getattr(source, name) for name in columns} for source in declared().values()]


# --- 6. publish ------------------------------------------------------------------------------------------------------


def publish(home: Home) -> Path:
    """Put the analysts' database in place, whole; readers keep the old one until they open anew."""
    with ledger(home) as warehouse:
        home.published.parent.mkdir(parents=True, exist_ok=True)
        warehouse.publish(home.published)
    return home.published


def health(home: Home, source: str) -> list[dict[str, Any]]:
    """How `source` is according to the published database: one row, none where it was never loaded."""
    from warehouse import published  # noqa: PLC0415 - DuckDB loads only where it is used

    sql = "SELECT health, health_since, health_reasons FROM sources WHERE source = ?"
    return published.rows(home.published, sql, [source])


# --- all -------------------------------------------------------------------------------------------------------------


def run_source(source: str, *, home: Home, out: TextIO | None = None, recheck_all: bool = False) -> RunReport:
    """All the steps for one source, in this process but for the crawl, without Dagster."""
    from pipeline import alerting  # noqa: PLC0415 - it is made of these steps

    declared(source)
    report = RunReport(source)
    take_crawl(report, crawl(source, home, recheck_all=recheck_all))
    for found in read(home, source):
        take_reading(report, found)
    take_load(report, load(home, source))
    publish(home)
    take_alerts(report, alerting.alert(home, out))
    return report


def take_crawl(report: RunReport, found: Mapping[str, Any]) -> None:
    """Add a crawl's summary to `report`."""
    report.crawl_id = found["crawl_id"]
    report.verdict = found["verdict"]
    report.reasons = list(found.get("reasons") or [])
    report.notes = list(found.get("notes") or [])
    report.counts = dict(found.get("counts") or {})


def take_reading(report: RunReport, found: "ReadReport") -> None:
    """Add what was read to `report`."""
    for name, count in found.read.items():
        report.read[name] = report.read.get(name, 0) + count
    for name, count in found.rejected.items():
        report.rejected[name] = report.rejected.get(name, 0) + count
    if found.crawl_id == report.crawl_id:
        report.verdict, report.reasons = found.verdict, list(found.reasons)


def take_load(report: RunReport, totals: dict[str, Any]) -> None:
    """Add what was loaded to `report`."""
    report.loaded = {name: value for name, value in totals.items() if isinstance(value, int)}
    events = totals.get("events")
    report.events = dict(events) if isinstance(events, Mapping) else {}


def take_alerts(report: RunReport, found: "Alerted") -> None:
    """Add what alerting did to `report`."""
    report.deliveries = found.counts
    report.notes += found.notes


def require_space(home: Home) -> None:
    """Create the home folder.

    Raises:
        StorageError: it cannot be created or written.
    """
    try:
        home.root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{home.root} cannot be created ({error.strerror}); choose another folder with --home"
        raise StorageError(msg) from error

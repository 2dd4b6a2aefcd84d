"""How everything stands, for one screen: the sources in use, what waits, what is held, the disk.

What belongs here: gathering it without waiting for a run that is at work. What does not: printing
(`pipeline.cli_query`), finding out what is wrong (`pipeline.doctor`).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pipeline import asking, due, metrics
from pipeline.run import declared
from policywatch import clock
from policywatch.home import Home

Row = dict[str, Any]

COLUMNS: Final = (*asking.STATUS_COLUMNS, "next_run")
_PARTS: Final = ("archive", "warehouse", "published", "crawls", "dagster")
_UNITS: Final = ("bytes", "KB", "MB", "GB", "TB")
_THOUSAND: Final = 1024


def rows(home: Home) -> list[Row]:
    """A row per source, those in use first: its health, its last good check, counts, and when it is next due.

    Raises:
        UsageError: nothing is published yet.
    """
    known, now = declared(), clock.now()
    found = []
    for row in asking.status(home):
        source = known.get(row["source"])
        when = None if source is None or source.demo else due.next_tick(source.schedule, source.timezone, now)
        found.append({**row, "next_run": when})
    return sorted(found, key=lambda row: (not is_used(row), row["source"]))


def is_used(row: Mapping[str, Any]) -> bool:
    """Whether the source of a row was ever crawled."""
    return row["crawled"] is not None


def lines(home: Home, found: Iterable[Row]) -> dict[str, str]:
    """What stands below the sources, a line each by its heading: the daemon, what waits, alerts, disk."""
    from pipeline import servers  # noqa: PLC0415

    at, last = servers.running(home), metrics.last(home)
    said = {"up": "not running; `policywatch up SOURCE…` crawls on schedule, `policywatch doctor` looks for faults"}
    if at:
        said["up"] = f"http://{servers.HOST}:{at['port']}/ (process {at['pid']})"
    late = _behind(found)
    staged = f"{last.waiting} crawls wait to be loaded" if last.waiting else "every crawl is loaded"
    said["backlog"] = f"{staged}; " + (f"overdue: {', '.join(late)}" if late else "no source is overdue")
    if last.at:
        waiting = last.deliveries.get("pending", 0)
        failed = last.deliveries.get("failed", 0)
        said["alerts"] = (
            f"{waiting} wait to be sent, {failed} failed for good, {last.held} runs held for a person"
            + (" (`policywatch alerts held`)" if last.held else "")
            + f", as of {last.at:%Y-%m-%d %H:%MZ}"
        )
    sizes = {sample.labels.get("part", "free"): sample.value for sample in metrics.disk(home)}
    parts = ", ".join(f"{name} {in_words(sizes[name])}" for name in _PARTS if sizes.get(name))
    said["disk"] = f"{in_words(sizes.get('free', 0))} free; {parts or 'nothing is kept yet'}"
    return said


def _behind(found: Iterable[Row]) -> list[str]:
    """The sources in use whose time has come round since they were last crawled."""
    known, now = declared(), clock.now()
    return [
        row["source"]
        for row in found
        if is_used(row)
        and (source := known.get(row["source"]))
        and not source.demo
        and due.is_due(source.schedule, source.timezone, row["crawled"], now)
    ]


def in_words(size: float) -> str:
    """`size` in bytes as people say it: 1.4 GB."""
    for unit in _UNITS[:-1]:
        if size < _THOUSAND:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= _THOUSAND
    return f"{size:.1f} {_UNITS[-1]}"

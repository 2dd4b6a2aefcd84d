"""What may be wrong with an installation, looked at one by one: what was found, and how to put it right.

What belongs here: the checks. What does not: printing (`pipeline.cli_doctor`), whether the servers of a running `up`
are well (`pipeline.answering`), whether sources bring what they should (`policywatch status`, `source check`).
"""

import importlib.metadata
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from policywatch import clock
from policywatch.errors import PolicywatchError
from policywatch.home import Home

Level = Literal["ok", "warning", "broken"]

COLUMNS: Final = ("check", "level", "found", "fix")
SCARCE: Final = 2 * 2**30
"""Bytes below which the disk is said to fill up."""
FULL: Final = 200 * 2**20
"""Bytes below which nothing can be expected to work."""
_DISTRIBUTIONS: Final = (
    "apprise", "dagster", "dagster-webserver", "duckdb", "lxml", "opencc", "pyarrow", "scrapy", "warcio",
)  # fmt: skip
_PYTHON: Final = (3, 11)
_OPEN_FILES: Final = 256
_AT_ONCE: Final = 8
_TIMEOUT: Final = 6.0
_FUTURE: Final = timedelta(minutes=5)


class Finding(NamedTuple):
    """The outcome of one check: its name, how bad it is, what was found, how to put it right (empty: all is well)."""

    check: str
    level: Level
    found: str
    fix: str = ""


def examine(home: Home, *, reach: bool = True, watched: Iterable[str] = ()) -> Iterator[Finding]:
    """Every check, in an order in which the first thing that is broken explains the later ones.

    Args:
        home: the home folder; nothing in it changes.
        reach: connect to the portals of the sources that are used, once each.
        watched: sources that count as used although they were never crawled.
    """
    for check in (
        _installation,
        _configuration,
        _alerts,
        _permissions,
        _disk,
        _clock,
        _time_zones,
        _warehouse,
        _daemon,
    ):
        yield from _guarded(check, home)
    if reach:
        yield from _guarded(lambda home: _reach(home, set(watched)), home)


def _guarded(check: Callable[[Home], Iterator[Finding]], home: Home) -> Iterator[Finding]:
    """What `check` finds; what it stumbles over is a finding, too."""
    name = check.__name__.strip("_<>").replace("_", " ")
    try:
        yield from check(home)
    except PolicywatchError as error:
        what, _, fix = str(error).partition("; ")
        yield Finding(name, "broken", what, fix or "see docs/operations.md")
    except Exception as error:  # noqa: BLE001 - a doctor that dies of what it finds helps nobody
        yield Finding(name, "broken", f"{type(error).__name__}: {error}", "report this with the output of --json")


def _installation(_home: Home) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _PYTHON:
        yield Finding("Python", "broken", version, "install Python 3.11 or newer")
    else:
        yield Finding("Python", "ok", version)
    missing, found = [], []
    for name in _DISTRIBUTIONS:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        yield Finding("packages", "broken", f"missing: {', '.join(missing)}", "install the package anew (make run)")
    else:
        yield Finding("packages", "ok", ", ".join(found))
    from pipeline.resources import configuration  # noqa: PLC0415 - Dagster takes half a second

    yield Finding("dagster.yaml", "ok", str(configuration()))


def _configuration(_home: Home) -> Iterator[Finding]:
    from pipeline.run import declared  # noqa: PLC0415

    sources = declared()  # raises a ConfigError that names file, line and fix
    if not sources:
        yield Finding("sources", "broken", "none is declared", "`policywatch source new URL` begins one")
        return
    yield Finding("sources", "ok", f"{len(sources)} declared")


def _alerts(home: Home) -> Iterator[Finding]:
    if not home.alerts.exists():
        fix = "copy alerts.example.yaml there and adapt it, if anybody is to be told"
        yield Finding("alerts", "warning", f"{home.alerts} does not exist: nobody is told of anything", fix)
        return
    from pipeline.alerts.config import load_subscriptions  # noqa: PLC0415

    count = len(load_subscriptions(home.alerts).subscriptions)
    yield Finding("alerts", "ok", f"{count} subscriptions")


def _permissions(home: Home) -> Iterator[Finding]:
    folder = next(path for path in (home.root, *home.root.parents) if path.exists())
    places = [folder, home.archive, home.warehouse.parent, home.published.parent, home.dagster]
    for path in places:
        if not path.exists():
            continue
        try:
            with tempfile.TemporaryFile(dir=path):
                pass
        except OSError as error:
            who = f"user {os.getuid()}" if hasattr(os, "getuid") else "this user"
            fix = f"give it to {who} (chown -R), or choose another folder with --home"
            yield Finding("permissions", "broken", f"{path} cannot be written ({error.strerror})", fix)
            return
    if folder != home.root:
        yield Finding("permissions", "ok", f"{home.root} does not exist yet and can be made")
    else:
        yield Finding("permissions", "ok", f"{home.root} can be written")


def _disk(home: Home) -> Iterator[Finding]:
    folder = next(path for path in (home.root, *home.root.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    found = f"{free / 2**30:.1f} GB free below {folder}"
    fix = "make room, or move the home folder to a larger disk"
    level: Level = "broken" if free < FULL else "warning" if free < SCARCE else "ok"
    yield Finding("disk", level, found, "" if level == "ok" else fix)
    if importlib.util.find_spec("resource") is not None:
        import resource  # noqa: PLC0415 - not on every system

        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        if files != resource.RLIM_INFINITY and files < _OPEN_FILES:
            yield Finding("open files", "warning", f"{files} at once", f"ulimit -n {4 * _OPEN_FILES}")


def _clock(home: Home) -> Iterator[Finding]:
    now = clock.now()
    if os.environ.get(clock.ENVIRONMENT):
        fix = f"unset {clock.ENVIRONMENT}, unless this is a replay"
        yield Finding("clock", "warning", f"frozen at {now.isoformat()}", fix)
        return
    from pipeline.trial import last_crawls  # noqa: PLC0415

    latest = max(last_crawls(home).values(), default=None)
    if latest is not None and latest > now + _FUTURE:
        what = f"it is {now:%Y-%m-%d %H:%MZ} here, and a crawl was at {latest:%Y-%m-%d %H:%MZ}"
        yield Finding(
            "clock", "broken", what, "set the machine's clock (timedatectl set-ntp true), then wait that long"
        )
        return
    yield Finding("clock", "ok", f"{now:%Y-%m-%d %H:%MZ}")


def _time_zones(_home: Home) -> Iterator[Finding]:
    from pipeline.run import declared  # noqa: PLC0415

    zones = sorted({source.timezone for source in declared().values()} | {"Asia/Shanghai"})
    for zone in zones:
        try:
            ZoneInfo(zone)
        except (OSError, KeyError, ValueError):
            yield Finding("time zone", "broken", f"{zone} is not known here", "install the package tzdata anew")
            return
    here = clock.now().astimezone(ZoneInfo("Asia/Shanghai"))
    yield Finding("time zone", "ok", f"{', '.join(zones)}; in Shanghai it is {here:%Y-%m-%d %H:%M}")


def _warehouse(home: Home) -> Iterator[Finding]:
    if not home.published.exists():
        if home.warehouse.exists():
            fix = "`policywatch run SOURCE` publishes it again"
            yield Finding("warehouse", "warning", "nothing is published", fix)
        else:
            yield Finding("warehouse", "ok", "nothing is loaded yet; `policywatch run SOURCE` begins")
        return
    from warehouse import published  # noqa: PLC0415

    (row,) = published.rows(home.published, "SELECT count(*) AS n FROM policies")  # StorageError where it is damaged
    if not home.warehouse.exists():
        fix = "`policywatch rebuild` makes it again from the archive"
        yield Finding("warehouse", "broken", f"{home.warehouse} is missing", fix)
        return
    yield Finding("warehouse", "ok", f"{row['n']} policies published")


def _daemon(home: Home) -> Iterator[Finding]:
    from pipeline.servers import HOST, running  # noqa: PLC0415

    at = running(home)
    if at is None:
        fix = "`policywatch up SOURCE…`, or `policywatch run --all` from cron"
        yield Finding("schedules", "warning", "`policywatch up` is not running: nothing is crawled by itself", fix)
    else:
        yield Finding("schedules", "ok", f"running as process {at['pid']}, http://{HOST}:{at['port']}/")


def _reach(home: Home, watched: set[str]) -> Iterator[Finding]:
    """Whether the portals of the sources that are used answer at all: one connection a host, nothing is asked."""
    from crawlers import reachable  # noqa: PLC0415
    from pipeline.run import declared  # noqa: PLC0415
    from pipeline.tags import hosts  # noqa: PLC0415
    from pipeline.trial import last_crawls  # noqa: PLC0415

    used = watched | set(last_crawls(home))
    by_host: dict[str, str] = {}
    for source in declared().values():
        if source.name in used and not source.demo:
            by_host.setdefault(hosts(source)[0], source.entry_urls()[0][1])
    if not by_host:
        yield Finding("reachability", "ok", "no source is in use yet; `policywatch doctor SOURCE…` tries some")
        return
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = dict(
            zip(by_host, pool.map(lambda url: reachable.objection(url, _TIMEOUT), by_host.values()), strict=True)
        )
    silent = [what for what in answers.values() if what]
    if len(silent) == len(answers):
        fix = "check the network, the name server and the proxy (http_proxy, https_proxy) of this machine"
        yield Finding("reachability", "broken", f"none of {len(answers)} portals answers: {silent[0]}", fix)
        return
    for what in silent:
        fix = "wait, or look at its site in a browser; if it moved, mend its source's YAML"
        yield Finding("reachability", "warning", what, fix)
    yield Finding("reachability", "ok", f"{len(answers) - len(silent)} of {len(answers)} portals answer")


def is_broken(findings: Iterable[Finding]) -> bool:
    """Whether anything must be put right before policywatch can work."""
    return any(finding.level == "broken" for finding in findings)

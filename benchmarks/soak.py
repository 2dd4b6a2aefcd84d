"""`make soak`: a year of the demo portal, day by day through the real job; then a month in which runs are killed.

What belongs here: running both, comparing what they leave with what must be there. What does not: the year's script and
its expected events (`demo.year`). Exit code 1 says that something was missing, too much or different, and prints it.

The clock is the environment's, a day passes as fast as its three runs. The month is run twice: undisturbed, and with
SIGKILL to the whole process group of a run at random moments (seeded), each followed by the run again; events and
deliveries must be the same, each delivery shown once.
"""

import argparse
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path

from benchmarks.forks import Forks
from demo import year
from demo.editions import Edition
from demo.expected import load_expected
from demo.replay import SOURCES, standing_at
from demo.server import DemoPortal
from pipeline.job import definitions_for, run_job
from pipeline.resources import open_instance
from pipeline.retention import KEEP
from pipeline.run import expect_crawls, ledger
from policywatch.home import Home

STORE_LIMIT = 2e9 / 30 * len(SOURCES)
"""Bytes: two gigabytes a year for the orchestrator's records of thirty sources."""
SECONDS_LIMIT = 20 * 60
MONTH = (date(2022, 8, 20), 30)
"""A month with starts, ends, warnings, and the day on which every text is edited."""
KILLS = 100
ALERTS = """subscriptions:
  - name: everything
    deliver: [{kind: file, path: alerts/all.md}]
"""
COMMAND = "import sys; from pipeline.cli import run_cli; sys.exit(run_cli(sys.argv[1:]))"


def main() -> int:
    """Run the year, then the month; prints what was found and how long it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--days", type=int, default=year.DAYS, help="of the year, from its first")
    parser.add_argument("--kills", type=int, default=KILLS, help="in the month; 0 leaves the month out")
    parser.add_argument("--seed", type=int, default=20261121, help="of the moments of the kills")
    options = parser.parse_args()
    began = time.monotonic()
    wrong = soak_year(options.days)
    if options.kills:
        wrong += soak_month(options.kills, random.Random(options.seed))
    took = time.monotonic() - began
    if took > SECONDS_LIMIT:
        wrong.append(f"it took {took:.0f} s; the limit is {SECONDS_LIMIT} s")
    print("\n".join(wrong) or f"soak: all as expected, in {took:.0f} s")
    return int(bool(wrong))


# --- the year --------------------------------------------------------------------------------------------------------


def soak_year(days: int) -> list[str]:
    """What is wrong after the first `days` of the year."""
    last = year.FIRST + timedelta(days=days - 1)
    with tempfile.TemporaryDirectory(prefix="policywatch-soak-") as folder:
        home = new_home(Path(folder) / "year")
        expect_crawls()
        began = time.monotonic()
        with DemoPortal() as portal, open_instance(home) as instance:
            defs = definitions_for(home)
            for day in year.days():
                if day > last:
                    break
                with morning(portal, day):
                    for source in SOURCES:
                        run_job(source, home=home, instance=instance, defs=defs)
        took = time.monotonic() - began
        wrong = [*events_wrong(home, last), *deliveries_wrong(home)]
        sizes = {name: size_of(home.root / name) for name in ("archive", "crawls", "dagster", "warehouse", "published")}
    runs = days * len(SOURCES)
    print(f"year: {days} days, {runs} runs in {took:.0f} s, {took / runs:.2f} s each")
    print("store: " + ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in sizes.items()))
    # Dagster dates its runs by the real clock, by which they are all of today: what old runs leave is reckoned.
    kept = sizes["dagster"] / runs * min(runs, KEEP.days * len(SOURCES))
    print(f"store: Dagster keeps the runs of {KEEP.days} days, {kept / 1e6:.1f} MB")
    if kept > STORE_LIMIT:
        wrong.append(f"Dagster's records would take {kept / 1e6:.0f} MB")
    return wrong


def events_wrong(home: Home, last: date) -> Iterator[str]:
    """The events that are missing, and those that should not be."""
    known = _policies()
    want = Counter(
        (news.kind, news.about, news.happened_on, news.found_on, news.is_baseline)
        for news in year.expected()
        if news.found_on <= last
    )
    with ledger(home) as warehouse:
        rows = warehouse.query(
            """SELECT e.kind, v.number, v.title, e.source, e.happened_on, e.detected_at, e.is_baseline FROM event AS e
            LEFT JOIN policy_version AS v ON v.policy_id = e.policy_id AND v.known_to IS NULL
            WHERE e.withdrawn_at IS NULL"""
        )
    got = Counter(
        (
            row["kind"],
            (known.get(row["title"]) or known.get(row["number"]) or row["title"]) if row["title"] else row["source"],
            row["happened_on"],
            row["detected_at"].astimezone(year.ZONE).date(),
            bool(row["is_baseline"]),
        )
        for row in rows
    )
    yield from (f"missing: {_line(event)}" for event in sorted((want - got).elements(), key=str))
    yield from (f"too much: {_line(event)}" for event in sorted((got - want).elements(), key=str))
    print(f"events: {sum(got.values())} found, {sum(want.values())} expected")


def deliveries_wrong(home: Home) -> Iterator[str]:
    """News that was not told, or told twice; told although a person has to release it."""
    keys = told(home)
    yield from (f"told twice: {key}" for key, times in Counter(keys).items() if times > 1)
    with ledger(home) as warehouse:
        due = warehouse.query(
            """SELECT event_id FROM event WHERE NOT is_baseline AND withdrawn_at IS NULL
            AND event_id NOT IN (SELECT event_id FROM held_event)
            UNION ALL SELECT hold_id FROM hold"""
        )
        sent = warehouse.query("SELECT event_id, message_key FROM delivery WHERE status = 'sent'")
        held = warehouse.query("SELECT hold_id, policies, state FROM hold")
    want, got = {row["event_id"] for row in due}, {row["event_id"] for row in sent}
    yield from (f"not told: {event}" for event in sorted(want - got))
    yield from (f"told, but should not be: {event}" for event in sorted(got - want))
    messages = {row["message_key"] for row in sent}
    if messages != set(keys):
        yield f"{len(messages)} messages are noted as sent, {len(set(keys))} stand in the file"
    print(f"deliveries: {len(sent)} in {len(messages)} messages; held: {[dict(row) for row in held]}")


# --- the month with kills --------------------------------------------------------------------------------------------


def soak_month(kills: int, dice: random.Random) -> list[str]:
    """What differs between an undisturbed month and one in which runs were killed `kills` times."""
    first, days = MONTH
    with tempfile.TemporaryDirectory(prefix="policywatch-soak-") as folder, DemoPortal() as portal:
        calm, rough = (new_home(Path(folder) / name) for name in ("calm", "rough"))
        forks = Forks()
        try:
            with morning(portal, first - timedelta(days=1)):
                for source in SOURCES:
                    finish(forks, calm, source)
            shutil.copytree(calm.root, rough.root, dirs_exist_ok=True)
            moments, began = 0.0, time.monotonic()
            for day in (first + timedelta(days=passed) for passed in range(days)):
                with morning(portal, day):
                    for source in SOURCES:
                        moments = max(moments, finish(forks, calm, source))
            print(f"month: {days * len(SOURCES)} undisturbed runs in {time.monotonic() - began:.0f} s")
            done, began = 0, time.monotonic()
            for passed in range(days):
                with morning(portal, first + timedelta(days=passed)):
                    for source in SOURCES:
                        wanted = -(-(kills - done) // (len(SOURCES) * (days - passed)))
                        done += sum(killed(forks, rough, source, dice.uniform(0, moments)) for _ in range(wanted))
                        finish(forks, rough, source)
            print(f"kills: {done} runs killed by SIGKILL and run again, in {time.monotonic() - began:.0f} s")
        finally:
            forks.close()
        return [*differences(content(calm), content(rough)), *deliveries_wrong(rough)]


def finish(forks: Forks, home: Home, source: str) -> float:
    """Run `source` to its end; returns the seconds it took."""
    began = time.monotonic()
    done = forks.run(COMMAND, ["--home", home.root, "run", source])
    if done.code not in {0, 1}:  # 1: the crawl was not good, which some days want
        sys.exit(f"soak: a run of {source} ended with {done.code}: {done.err or done.out}")
    return time.monotonic() - began


def killed(forks: Forks, home: Home, source: str, moment: float) -> bool:
    """Start a run of `source` and kill it after `moment` seconds; False where it was quicker."""
    timers = []

    def kill(pid: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)

    def started(pid: int) -> None:
        timers.append(threading.Timer(moment, kill, [pid]))
        timers[0].start()

    done = forks.run(COMMAND, ["--home", home.root, "run", source], started=started)
    timers[0].cancel()
    return done.code == -signal.SIGKILL


def content(home: Home) -> dict[str, list[str]]:
    """What must not differ: events, deliveries, force, and the messages in the file."""
    asked = {
        "events": "SELECT * FROM event",
        "force": "SELECT * FROM effect",
        "deliveries": "SELECT idempotency_key, event_id, subscription, channel, status FROM delivery",
    }
    with ledger(home) as warehouse:
        found = {name: sorted(map(repr, warehouse.query(sql))) for name, sql in asked.items()}
    return {**found, "told": sorted(told(home))}


def differences(calm: dict[str, list[str]], rough: dict[str, list[str]]) -> Iterator[str]:
    """Row by row, what only one of the two months has."""
    for name, rows in calm.items():
        one, other = Counter(rows), Counter(rough[name])
        yield from (f"{name}: lost by the kills: {row[:300]}" for row in (one - other).elements())
        yield from (f"{name}: brought by the kills: {row[:300]}" for row in (other - one).elements())


# --- both ------------------------------------------------------------------------------------------------------------


def new_home(path: Path) -> Home:
    """A home folder with one subscription to everything."""
    home = Home.at(path)
    home.root.mkdir(parents=True)
    home.alerts.write_text(ALERTS, encoding="utf-8")
    return home


@contextmanager
def morning(portal: DemoPortal, day: date) -> Iterator[None]:
    """The portal, the clock and the way to the web as they are on `day`."""
    number = year.edition_on(day)
    portal.edition, portal.script = number, year.script(day)
    with standing_at(Edition(number, year.morning(day), ""), portal.proxy):
        yield


def told(home: Home) -> list[str]:
    """The keys of the messages in the file, as often as they stand there."""
    path = home.root / "alerts" / "all.md"
    return re.findall(r"<!-- policywatch-key (\w+)", path.read_text(encoding="utf-8")) if path.exists() else []


def size_of(folder: Path) -> int:
    """Bytes of all files below `folder`."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _policies() -> dict[str | None, str]:
    """Title to policy, and number to policy: a number may be used by two issuers, and a title by two years."""
    issued = [event for event in load_expected().events if event.kind == "issued" and event.policy]
    names = [(name, event.policy) for event in issued for name in (event.number, event.title)]
    times = Counter(name for name, _ in names)
    return {name: policy for name, policy in names if times[name] == 1 and policy}


def _line(event: Iterable[object]) -> str:
    return " ".join(str(part) for part in event)


if __name__ == "__main__":
    sys.exit(main())

"""The month: lived through undisturbed, then again with SIGKILL at random moments; nothing may differ in the end.

What belongs here: the two months, the kills, the comparison. What does not: what a month brings (`demo.year`).

Each run is the command `policywatch run SOURCE` in a process group of its own (`benchmarks.forks`). A kill takes the
whole group, crawl and all, at a moment drawn evenly over the length of an undisturbed run of that source; who was
quicker is run and drawn again. After its kills a source's run of the day is run to its end.
"""

import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from benchmarks.forks import Forks
from benchmarks.soak import delivered
from benchmarks.soak.world import Post, Receiver, in_file, morning, new_home
from demo import year
from demo.replay import SOURCES
from demo.server import DemoPortal
from pipeline.run import ledger
from policywatch.home import Home
from warehouse import published

FIRST = date(2022, 8, 20)
"""A month with starts, ends, warnings, and the day on which every text is edited."""
RELEASED = year.UNDER_EVERY_TEXT + timedelta(days=1)
"""On this day, before the runs, a person releases the alerts of that edit: the month's fullest outbox."""
COMMAND = "import sys; from pipeline.cli import run_cli; sys.exit(run_cli(sys.argv[1:]))"
_MOST_TRIES = 20

Content = dict[str, list[str]]


def soak(days: int, kills: int, dice: random.Random) -> list[str]:
    """What differs between an undisturbed month and one in which runs were killed `kills` times."""
    with (
        tempfile.TemporaryDirectory(prefix="policywatch-soak-") as folder,
        DemoPortal() as portal,
        Receiver() as receiver,
        Forks(loaded=("crawlers.preload",)) as forks,
    ):
        calm, rough = (new_home(Path(folder) / name, receiver) for name in ("calm", "rough"))
        with morning(portal, FIRST - timedelta(days=1)):
            for source in SOURCES:
                finish(forks, calm, source)
        shutil.copytree(calm.root, rough.root, dirs_exist_ok=True)
        came = receiver.take()
        lengths = live(forks, portal, calm, days)
        calmly = came + receiver.take()
        live_through(forks, portal, rough, days, kills, lengths, dice)
        roughly = came + receiver.take()
        last = FIRST + timedelta(days=days - 1)
        return [
            *(f"undisturbed: {line}" for line in delivered.wrong("month", calm, calmly)),
            *(f"killed: {line}" for line in delivered.wrong("kills", rough, roughly, may_repeat=True)),
            *differences(content(calm, calmly, last), content(rough, roughly, last)),
        ]


def live(forks: Forks, portal: DemoPortal, home: Home, days: int) -> dict[str, float]:
    """The month undisturbed; how long a run of each source takes, the middle one."""
    lengths: dict[str, list[float]] = {source: [] for source in SOURCES}
    began = time.monotonic()
    for passed in range(days):
        with begun(forks, portal, home, FIRST + timedelta(days=passed)):
            for source in SOURCES:
                lengths[source].append(finish(forks, home, source))
    took = time.monotonic() - began
    runs = days * len(SOURCES)
    print(f"month: {days} days, {runs} undisturbed runs in {took:.0f} s, {took / runs:.2f} s each", flush=True)
    return {source: median(found) for source, found in lengths.items()}


def live_through(  # noqa: PLR0913, PLR0917 - what both months share is made once
    forks: Forks,
    portal: DemoPortal,
    home: Home,
    days: int,
    kills: int,
    lengths: dict[str, float],
    dice: random.Random,
) -> None:
    """The month with `kills` runs killed, spread evenly over its runs."""
    done, missed, began = 0, 0, time.monotonic()
    for passed in range(days):
        with begun(forks, portal, home, FIRST + timedelta(days=passed)):
            for number, source in enumerate(SOURCES, start=passed * len(SOURCES) + 1):
                due = kills * number // (days * len(SOURCES))
                for _ in range(_MOST_TRIES):
                    if done >= due:
                        break
                    if killed(forks, home, source, dice.uniform(0, lengths[source])):
                        done += 1
                    else:
                        missed += 1
                finish(forks, home, source)
    took = time.monotonic() - began
    print(f"kills: {done} runs killed by SIGKILL ({missed} ended before), all run again, in {took:.0f} s", flush=True)
    if done < kills:
        sys.exit(f"soak: only {done} of {kills} runs could be killed; the machine is too busy to draw moments on")


@contextmanager
def begun(forks: Forks, portal: DemoPortal, home: Home, day: date) -> Iterator[None]:
    """The morning of `day`, with what a person does on it."""
    with morning(portal, day):
        if day == RELEASED:
            policywatch(forks, home, "alerts", "release", "--all", "--by", "somebody")
        yield


def finish(forks: Forks, home: Home, source: str) -> float:
    """Run `source` to its end; returns the seconds it took."""
    began = time.monotonic()
    policywatch(forks, home, "run", source)
    return time.monotonic() - began


def policywatch(forks: Forks, home: Home, *words: str) -> None:
    """The command, which must come to its end."""
    done = forks.run(COMMAND, ["--home", home.root, *words])
    if done.code not in {0, 1}:  # 1: the crawl was not good, which some days want
        sys.exit(f"soak: `policywatch {' '.join(words)}` ended with {done.code}: {done.err or done.out}")


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
    timers[0].join()
    return done.code == -signal.SIGKILL


def content(home: Home, posts: Sequence[Post], last: date) -> Content:
    """What must not differ: events, force, deliveries, what analysts see, and the messages as they came."""
    asked = {
        "event": "SELECT * FROM event",
        "force": "SELECT * FROM effect",
        "delivery": "SELECT idempotency_key, event_id, subscription, channel, status FROM delivery",
    }
    with ledger(home) as warehouse:
        found = {name: sorted(map(repr, warehouse.query(sql))) for name, sql in asked.items()}
    for name, day in (("first", FIRST), ("last", last)):
        rows = published.rows(home.published, f"FROM in_force(DATE '{day}')")
        found[f"in force on the {name} day"] = sorted(map(repr, rows))
    found["published change"] = sorted(map(repr, published.rows(home.published, "FROM changes")))
    received = {post.key: repr(post.body) for post in posts}  # who knows a key does not show its message again
    found["message received"] = sorted(f"{key} {body}" for key, body in received.items())
    return {**found, "message in the file": sorted(in_file(home))}


def differences(calm: Content, rough: Content) -> Iterator[str]:
    """Row by row, what only one of the two months has."""
    for name, rows in calm.items():
        one, other = Counter(rows), Counter(rough[name])
        yield from (f"{name}: lost by the kills: {row[:300]}" for row in (one - other).elements())
        yield from (f"{name}: brought by the kills: {row[:300]}" for row in (other - one).elements())
    counted = ", ".join(f"{len(rows)} x {name}" for name, rows in calm.items())
    print(f"kills: compared with the month: {counted}", flush=True)

"""The year: every day of the demo portal through the real job, and what must come of it: events, alerts, bytes.

What belongs here: running the days, comparing with `demo.year.expected`. What does not: the script of the year
(`demo.year`), kills (`month`).

The clock is the environment's; a day passes as fast as its three runs. What is left out of a run of `policywatch up` is
the start of a process: the runs share one, as those of a demo do.
"""

import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.soak import delivered
from benchmarks.soak.world import Post, Receiver, morning, new_home, size_of
from demo import year
from demo.expected import load_expected
from demo.replay import SOURCES
from demo.server import DemoPortal
from pipeline.job import definitions_for, run_job
from pipeline.resources import open_instance
from pipeline.retention import KEEP, forget
from pipeline.run import expect_crawls, ledger
from policywatch.home import Home

DAGSTER_LIMIT = 2e9 / 30 * len(SOURCES)
"""Bytes: two gigabytes a year for the orchestrator's records of thirty sources."""
STORES = ("archive", "crawls", "dagster", "warehouse", "published")

Told = Counter[tuple[object, ...]]


def soak(days: int) -> list[str]:
    """Live through the first `days` of the year; returns what is wrong after them."""
    last = year.FIRST + timedelta(days=days - 1)
    with tempfile.TemporaryDirectory(prefix="policywatch-soak-") as folder, Receiver() as receiver:
        home = new_home(Path(folder) / "year", receiver)
        runs, took = live(home, last)
        posts = receiver.take()
        wrong = [*events_wrong(home, last), *told_wrong(posts, last), *delivered.wrong("year", home, posts)]
        sizes = {name: size_of(home.root / name) for name in STORES}
    print(f"year: {days} days, {runs} runs in {took:.0f} s, {took / runs:.2f} s each")
    print("year: " + ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in sizes.items()))
    if sizes["dagster"] > DAGSTER_LIMIT:
        wrong.append(
            f"Dagster's records take {sizes['dagster'] / 1e6:.0f} MB, the limit is {DAGSTER_LIMIT / 1e6:.0f} MB"
        )
    return wrong


def live(home: Home, last: date) -> tuple[int, float]:
    """Every run until `last`; how many there were, and the seconds that they took. Says each month how far it is.

    At the end of each month old runs are forgotten, as the job for housekeeping does it. Dagster dates runs by the real
    clock: what began before a day of the year is what began before the moment at which that day was played.
    """
    expect_crawls()
    runs, began, forgotten = 0, time.monotonic(), 0
    played: dict[date, datetime] = {}
    with DemoPortal() as portal, open_instance(home) as instance:
        defs = definitions_for(home)
        for day in year.days():
            if day > last:
                break
            played[day] = datetime.now(UTC)
            with morning(portal, day):
                for source in SOURCES:
                    run_job(source, home=home, instance=instance, defs=defs)
                    runs += 1
            if (day + timedelta(days=1)).day == 1:
                if (oldest := played.get(day - KEEP)) is not None:
                    forgotten += forget(home, instance, oldest + KEEP).runs
                print(
                    f"year: until {day}, {runs} runs in {time.monotonic() - began:.0f} s, {forgotten} forgotten",
                    flush=True,
                )
    return runs, time.monotonic() - began


def events_wrong(home: Home, last: date) -> Iterator[str]:
    """The events that are missing on record, and those that should not be there."""
    with ledger(home) as warehouse:
        rows = warehouse.query(
            """SELECT e.kind, e.policy_id, v.number, v.title, e.source, e.happened_on, e.detected_at, e.is_baseline
            FROM event AS e
            LEFT JOIN policy_version AS v ON v.policy_id = e.policy_id AND v.known_to IS NULL
            WHERE e.withdrawn_at IS NULL"""
        )
    known = _policies()
    got = Counter(
        (
            row["kind"], _about(known, row), row["happened_on"], row["detected_at"].astimezone(year.ZONE).date(),
            bool(row["is_baseline"]),
        )
        for row in rows
    )  # fmt: skip
    expected = (news for news in year.expected() if news.found_on <= last)
    want = Counter((news.kind, news.about, news.happened_on, news.found_on, news.is_baseline) for news in expected)
    yield from _difference("event", want, got)


def told_wrong(posts: Sequence[Post], last: date) -> Iterator[str]:
    """What the webhook should have got and did not, and the other way round."""
    known = _policies()
    got = Counter(
        (
            event["kind"], _about(known, event), event["happened_on"],
            str(datetime.fromisoformat(event["detected_at"]).astimezone(year.ZONE).date()),
        )
        for post in posts
        for event in post.body["events"]
        if post.body["hold"] is None  # such a message only shows some of what is held
    )  # fmt: skip
    expected = (news for news in year.expected() if news.found_on <= last and not news.is_baseline and not news.is_held)
    want = Counter(
        (news.kind, news.about, str(news.happened_on) if news.happened_on else None, str(news.found_on))
        for news in expected
    )
    yield from _difference("alert", want, got)
    holds = {news.found_on for news in year.expected() if news.found_on <= last and news.is_held}
    asked = sum(post.body["hold"] is not None for post in posts)
    if asked != len(holds):
        yield f"a person was asked {asked} times to release alerts, expected {len(holds)} times"


def _difference(what: str, want: Told, got: Told) -> Iterator[str]:
    print(f"year: {what}s: {got.total()} found, {want.total()} expected", flush=True)
    yield from (f"{what} missing: {_line(one)}" for one in sorted((want - got).elements(), key=str))
    yield from (f"{what} too much: {_line(one)}" for one in sorted((got - want).elements(), key=str))


def _about(known: dict[str, str], row: dict[str, str | None]) -> str | None:
    """The id of the document that a row is about; of none, the source."""
    if not row["policy_id"]:
        return row["source"]
    title, number = row["title"] or "", row["number"] or ""
    return known.get(title) or known.get(number) or title


def _policies() -> dict[str, str]:
    """Title to policy, and number to policy: a number may be used by two issuers, and a title by two years."""
    issued = [event for event in load_expected().events if event.kind == "issued" and event.policy]
    names = [(name, event.policy) for event in issued for name in (event.number, event.title)]
    times = Counter(name for name, _ in names)
    return {name: policy for name, policy in names if name and policy and times[name] == 1}


def _line(event: Iterable[object]) -> str:
    return " ".join(str(part) for part in event)

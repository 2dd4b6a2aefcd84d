"""What the re-checking schedule costs and how late it learns of a change, over five years of one source.

There is no peer to run: the other column is asking every known page every day, which learns of each change on its day.
The days are played through one by one with the rule itself (`crawlers.recheck`), page by page; half a minute.

The model, which is assumed and not measured:

- 12,000 pages are there on the first day, published within twenty years before it, the younger the more; 8,000 more
  come evenly over the five years.
- On each day a page changes with a chance that falls with its age: 0.2 % up to 30 days, 0.05 % up to 90, 0.02 % up to a
  year, 0.003 % (1 % a year) after that; within 30 days after a change the chance is at least 0.5 %.
- Half of the pages state an end, two, three or five years after they were published. On six of ten of those the portal
  marks it, at some time from 3 days before that day until 20 days after it.
- The reader knows all these days from the first reading on, and each change from the day on which it is found.
"""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from statistics import median
from typing import NamedTuple

from benchmarks.measure import Row
from crawlers.recheck import LONGEST, Facts, is_due

DAYS = 5 * 365
BEGIN = date(2020, 1, 1)
OLD, NEW = 12_000, 8_000
LIMIT = 0.1


class Page(NamedTuple):
    """One page of the model: its number, when it was published and first met, its end, the days of its changes."""

    number: int
    published: date
    met: int
    end: date | None
    changes: tuple[int, ...]


def run(*, quick: bool = False) -> list[Row]:
    """Requests a day and days of delay (a fiftieth of the pages when `quick`)."""
    share = 50 if quick else 1
    chance = random.Random(20_000)
    pages = [_page(chance, number, share) for number in range((OLD + NEW) // share)]
    asked: Counter[int] = Counter()
    delays: list[int] = []
    everything = 0
    for page in pages:
        days = list(_asked(page))
        asked.update(days)
        everything += DAYS - page.met
        delays += _delays(page.changes, days)
    loads = sorted(asked[day] for day in range(DAYS))
    delays.sort()
    what = f"five years, {len(pages):,} pages, {len(delays):,} changes"
    per_day, all_per_day = sum(loads) / DAYS, everything / DAYS
    late = delays[int(0.95 * len(delays))]
    return [
        Row(f"{what}: requests a day", per_day, "", all_per_day, "every page, every day",
            f"at most {LIMIT} x", per_day <= LIMIT * all_per_day),
        Row(f"{what}: requests on the busiest day of twenty", loads[int(0.95 * DAYS)], "", all_per_day, "every page"),
        Row(f"{what}: delay, median", median(delays), "days", 0, "every page"),
        Row(f"{what}: delay, 95 of 100", late, "days", 0, "every page"),
        Row(f"{what}: delay, worst", delays[-1], "days", 0, "every page", f"at most {LONGEST}", delays[-1] <= LONGEST),
    ]  # fmt: skip


def _page(chance: random.Random, number: int, share: int) -> Page:
    is_new = number >= OLD // share
    met = (number - OLD // share) * DAYS // (NEW // share) if is_new else 0
    age = 0 if is_new else int(20 * 365 * chance.random() ** 2)
    published = BEGIN + timedelta(met - age)
    end = published + timedelta(365 * chance.choice((2, 3, 5))) if chance.random() < 0.5 else None
    changes = set(_changes(chance, age, met))
    if end is not None and chance.random() < 0.6:
        marked = (end - BEGIN).days + chance.randint(-3, 20)
        changes |= {marked} if met < marked < DAYS else set()
    return Page(number, published, met, end, tuple(sorted(changes)))


def _changes(chance: random.Random, age: int, met: int) -> Iterator[int]:
    last = -1000
    day = met
    while True:
        old = age + day - met
        rate, until = next(
            (rate, limit) for limit, rate in ((30, 0.002), (90, 0.0005), (365, 0.0002), (10**6, 0.00003)) if old < limit
        )
        until = met + until - age
        if day - last <= 30:
            rate, until = max(rate, 0.005), min(until, last + 31)
        # The days to the next change are exponential while the rate stays as it is.
        step = 1 + int(chance.expovariate(rate))
        if day + step > until:
            day = until
        else:
            day, last = day + step, day + step
            if day < DAYS:
                yield day
        if day >= DAYS:
            return


def _asked(page: Page) -> Iterator[int]:
    """The days on which the page is asked, the first among them."""
    url = f"http://portal.example/zhengce/{page.number}.html"
    turns = (page.end,) if page.end else ()
    facts = Facts(BEGIN + timedelta(page.met), page.published, None, turns)
    pending = list(page.changes)
    yield page.met
    for day in range(page.met + 1, DAYS):
        today = BEGIN + timedelta(day)
        if not is_due(facts, today, url):
            continue
        yield day
        changed = facts.changed
        while pending and pending[0] <= day:
            pending.pop(0)
            changed = today
        facts = facts._replace(asked=today, changed=changed)


def _delays(changes: tuple[int, ...], days: list[int]) -> Iterator[int]:
    """How many days after each change the page was asked; changes that the five years leave open are left out."""
    at = 0
    for change in changes:
        while at < len(days) and days[at] < change:
            at += 1
        if at < len(days):
            yield days[at] - change

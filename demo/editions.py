"""The dated editions of the demo portal: when each is looked at, and what is wrong with the server that day.

What belongs here: dates and faults. What does not: the documents' own changes (`demo/documents/*.yaml`) and what a
correct watcher must report (`demo/expected.yaml`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

ZONE: Final = timezone(timedelta(hours=8), "CST")
PORTAL: Final = "www.yunjiang.example"
BUREAU: Final = "jxj.yunjiang.example"
MEDIA: Final = "news.yunjiang.example"


@dataclass(frozen=True, slots=True)
class Edition:
    """One morning on which the portal is looked at."""

    number: int
    at: datetime
    """When, aware, China Standard Time."""
    description: str
    challenged: frozenset[str] = frozenset()
    """Hosts whose lists answer with a challenge page, status 200."""
    broken: frozenset[str] = frozenset()
    """Hosts that break half-way: the first list page answers, later list pages and what only they list give 500."""


def _edition(number: int, day: str, description: str, **faults: frozenset[str]) -> Edition:
    at = datetime.fromisoformat(day).replace(hour=6, minute=17, tzinfo=ZONE)
    return Edition(number, at, description, **faults)


EDITIONS: Final = (
    _edition(1, "2021-03-15", "the portal as it is first met"),
    _edition(2, "2021-06-20", "a measure that will start in September, and its interpretation"),
    _edition(3, "2021-10-11", "one clause edited in silence; a page taken down"),
    _edition(4, "2021-12-13", "a decision repeals by lists in its annexes; the page is still gone; an end comes near"),
    _edition(5, "2021-12-27", "new measures repeal old ones by number; the end is days away"),
    _edition(
        6, "2022-03-21", "a term ran out; the page is back; a repeal by title alone; one page listed at its mirror"
    ),
    _edition(7, "2022-07-18", "an order amends an order; a notice extends a term; a copy of a bureau's document"),
    _edition(8, "2022-10-17", "the list answers with a challenge page", challenged=frozenset({PORTAL})),
    _edition(9, "2022-11-14", "the server breaks half-way", broken=frozenset({PORTAL})),
    _edition(10, "2023-02-20", "all is well again; one article of an old measure repealed"),
    _edition(11, "2023-07-10", "an early repeal that only a script knows; a measure issued again; a policy stopped"),
    _edition(12, "2024-03-18", "two ends come near; a site notes an end that passed long ago"),
)


def edition(number: int) -> Edition:
    """Edition `number`, from 1.

    Raises:
        KeyError: there is no such edition.
    """
    for candidate in EDITIONS:
        if candidate.number == number:
            return candidate
    msg = f"no edition {number}; there are 1 to {len(EDITIONS)}"
    raise KeyError(msg)

"""What reading a crawl says of its health: fields that are filled too seldom, pages that cannot be read.

What belongs here: judging what was read against what the source expects, and where a verdict becomes worse by it. What
does not: judging the crawl itself (`crawlers.health`), what follows from a verdict (`warehouse`).

A portal that was redesigned still answers 200 and still lists its pages; that its titles or dates are gone shows only
when the pages are read. Such a run is as suspect as one whose listing shrank, and closes as little.
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from crawlers.source import Source

FEW: Final = 10
"""Below so many pages, shares say nothing."""
_SPREAD: Final = 3
"""Standard deviations that chance is given, besides one page: an odd page in a small run is no redesign."""


def reasons(source: "Source", filled: Sequence[Mapping[str, Any]], rejected: int, read: int) -> list[str]:
    """What speaks against a run, as sentences.

    Args:
        source: says what to expect.
        filled: the records of the pages that the source is for, by field.
        rejected: how many new or changed pages could not be read.
        read: how many could, whatever they are.
    """
    found = []
    pages = len(filled)
    if source.expect.filled and not pages and read >= FEW:
        found.append(
            f"none of {read} pages reads as what the source is for (policies; of media, anything but lists); "
            "look at a page, then mend page: or list.page_url"
        )
    for name, share in source.expect.filled.items() if pages >= FEW else ():
        missing = sum(record.get(name) in (None, "", []) for record in filled)
        if missing > _by_chance(pages, 1 - share):
            found.append(
                f"{name} is filled on {pages - missing} of {pages} pages, expected {share:.0%}; "
                "look at a page, then mend page: or correct expect.filled"
            )
    total = read + rejected
    if total >= FEW and rejected > _by_chance(total, source.expect.rejected):
        found.append(
            f"{rejected} of {total} pages could not be read, expected {source.expect.rejected:.0%} at most; "
            "`policywatch sql` shows why in the table rejected"
        )
    return found


def _by_chance(pages: int, share: float) -> float:
    """How many of `pages` may be out of order where `share` of all are."""
    return pages * share + _SPREAD * sqrt(pages * share * (1 - share)) + 1


def judged(run: Mapping[str, Any], against: Sequence[str]) -> dict[str, Any]:
    """The summary of a crawl with what reading it says: good and partial become suspect, reasons are added."""
    if not against:
        return dict(run)
    verdict = "failed" if run["verdict"] == "failed" else "suspect"
    return {**run, "verdict": verdict, "reasons": [*(run.get("reasons") or ()), *against]}

"""How a run is judged: good, partial, suspect or failed, and why.

What belongs here: rules over what a run saw, as pure functions, and recognising a challenge page. What does not:
fetching, and what follows from a verdict (a suspect or failed run closes nothing: the warehouse's business).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from crawlers.manifest import Outcome, Row, Verdict
from crawlers.model import Expect

MAX_TROUBLE = 0.2
"""Share of pages that may fail or be refused before the run is suspect."""
MAX_GONE = 0.3
"""Share of pages that may vanish in one run before we doubt the portal and not the policies."""
MAX_SAME = 0.2
"""Share of new and changed pages that may have the very same content: mirrors do, and so do walls that nobody knows."""
MAX_ROWS_WITHOUT_URL = 0.2
SHRINK = 0.5
"""A listing below this share of the last good one is suspect."""
_BODIES = 64
_FEW = 10
"""Below this many, shares say nothing."""

_CHALLENGE_WORDS = re.compile(
    r"访问验证|安全验证|人机验证|滑动验证|拖动滑块|请完成(?:下方|以下)?(?:的)?验证|验证码|访问(?:过于|太)频繁|请求(?:过于|太)频繁"
    r"|正在(?:进行)?安全检查|您的(?:访问|请求).{0,12}(?:拦截|阻断|威胁)|网站防火墙|云防御|创宇盾|安全狗"
    r"|(?:开启|启用|打开)\s*javascript"
    r"|just a moment|checking your browser|enable javascript|verify you are (?:a )?human|captcha|are you a robot",
    re.IGNORECASE,
)
_CHALLENGE_SCRIPT = re.compile(
    r"__jsl_clearance|acw_sc__v2|_ts\s*=\s*window\[|cf-chl|challenge-platform", re.IGNORECASE
)
# Every marker holds one of these, in small letters; they are found much faster than the markers are searched.
_SIGNS = (
    "验证", "滑块", "频繁", "安全检查", "拦截", "阻断", "威胁", "防火墙", "云防御", "创宇盾", "安全狗", "just a moment",
    "checking your browser", "enable javascript", "verify you are", "captcha", "are you a robot", "__jsl_clearance",
    "acw_sc__v2", "window[", "cf-chl", "challenge-platform",
)  # fmt: skip
_SWITCH = ("开启", "启用", "打开")  # these only beside "javascript"
# Characters to see on the page, at most: policies write of 安全验证 and honest pages load such scripts, but say more.
_WITH_WORDS, _WITH_SCRIPT = 250, 800
_HIDDEN = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Seen:
    """One list page as it answered: its address and how many items it named."""

    url: str
    items: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict and every reason against the run, ready for people to read."""

    verdict: Verdict
    reasons: tuple[str, ...]


def challenge(body: bytes, text: str | None = None) -> str | None:
    """The words by which `body` shows itself as a challenge page in place of the one asked for; None when it is none.

    A marker alone proves nothing (portals load such scripts on honest pages, policies write of 安全验证): the page must
    also say next to nothing besides.
    """
    if not body or len(body) > 200_000:  # noqa: PLR2004 - challenge pages with their scripts stay below
        return None
    text = _decoded(body) if text is None else text
    if not _has_sign(text.lower()):
        return None
    for markers, most in ((_CHALLENGE_WORDS, _WITH_WORDS), (_CHALLENGE_SCRIPT, _WITH_SCRIPT)):
        if found := markers.search(text):
            visible = "".join(_HIDDEN.sub(" ", text).split())
            if len(visible) <= most:
                return " ".join(found.group().split())
    return None


def _has_sign(text: str) -> bool:
    return any(sign in text for sign in _SIGNS) or ("javascript" in text and any(word in text for word in _SWITCH))


def _decoded(body: bytes) -> str:
    """UTF-8, else the encoding of the other Chinese pages: firewalls speak GBK in front of portals that do not."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


@dataclass(slots=True)
class PageCounts:
    """The manifest's rows of pages, counted as they come: a large crawl is not kept in memory.

    `ours`: without links to strangers, which are the listing's way and no trouble. `trouble`: what went wrong, by kind.
    `fresh`: the new and changed ones. `bodies`: how many of them answered with the same bytes, by digest; of the most
    frequent only, and a little less than there were (Misra and Gries), so that a crawl of any size fits.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    trouble: Counter[str] = field(default_factory=Counter)
    ours: int = 0
    failed: int = 0
    bodies: Counter[str] = field(default_factory=Counter)
    fresh: int = 0

    def add(self, row: Row) -> None:
        """Count one row."""
        self.outcomes[row.outcome] += 1
        if row.outcome in {"new", "changed"} and row.digest:
            self._add_body(row.digest)
        if row.was_asked or not (row.error or "").startswith("not asked: host "):
            self.ours += 1
            if row.outcome in {"failed", "blocked"}:
                self.trouble[_kind_of_trouble(row)] += 1
                self.failed += row.outcome == "failed"

    def _add_body(self, digest: str) -> None:
        self.fresh += 1
        if digest in self.bodies or len(self.bodies) < _BODIES:
            self.bodies[digest] += 1
            return
        for other in list(self.bodies):
            self.bodies[other] -= 1
            if not self.bodies[other]:
                del self.bodies[other]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Self:
        """The counts of `rows`."""
        counts = cls()
        for row in rows:
            counts.add(row)
        return counts


@dataclass(frozen=True, slots=True)
class RunSeen:
    """What a run saw.

    `lists`: the list pages in the order asked; `has_list`: whether the source has a listing at all. `signals`: what
    went wrong on the way, as sentences. `known_before`: pages archived before this run; `known_asked`: how many of them
    this run asked. `gone_now`: pages that answered before and are missing now. `listed_last_time`: items named in the
    last good run, None where there was none. `stopped`: why the run ended itself before it had asked all, None where it
    did not. `goes_on`: the run asked the rest that another had left.
    """

    pages: PageCounts
    lists: Sequence[Seen]
    signals: Sequence[str]
    has_list: bool
    known_before: int
    known_asked: int
    gone_now: int
    listed_last_time: int | None
    stopped: str | None = None
    goes_on: bool = False


def judge(run: RunSeen, expect: Expect) -> Judgement:
    """The verdict on a run: suspect for any reason against it, failed when nothing that it asked was of use.

    A run that ended itself (quiet hours, the day's budget) is partial unless something else speaks against it: it says
    nothing of the portal's health, neither good nor bad.
    """
    outcomes = run.pages.outcomes
    reasons = list(run.signals)
    if run.has_list:
        # What stopped the walk is said already; that nothing was listed then says no more.
        walked = not any(signal.startswith("list ") for signal in run.signals)
        before = None if run.stopped else run.listed_last_time
        reasons += _lists(run.lists, expect, before) if walked else []
    reasons += _pages(run)
    reasons += _new(run, expect)
    useful = any(outcomes[name] for name in ("new", "changed", "unchanged", "not_modified"))
    # A listing that brings nothing new on a day when no known page is due has been checked all the same.
    nothing_due = not outcomes and any(seen.items for seen in run.lists) and not run.signals
    excused = run.stopped is not None and not run.pages.trouble and not run.signals
    if not useful and not nothing_due and not excused:
        reasons = reasons or ["no page answered; look at crawl.log"]
        return Judgement("failed", _said(run, reasons))
    verdict: Verdict = "partial" if run.stopped else "good"
    return Judgement("suspect" if reasons else verdict, _said(run, reasons))


def _said(run: RunSeen, reasons: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*reasons, *([run.stopped] if run.stopped else [])]))


def _new(run: RunSeen, expect: Expect) -> list[str]:
    new = run.pages.outcomes["new"]
    if not expect.new_per_run or not run.known_before:
        return []
    low, high = expect.new_per_run
    if run.stopped or run.goes_on:
        low = 0  # a part of a round need not bring what a whole one does
    if low <= new <= high:
        return []
    return [f"{new} new pages, expected {low} to {high}; look at the portal, or correct expect.new_per_run"]


def _lists(lists: Sequence[Seen], expect: Expect, listed_last_time: int | None) -> list[str]:
    reasons = []
    named = sum(seen.items for seen in lists)
    if lists and not lists[0].items:
        reasons.append(f"{lists[0].url} lists nothing; look at it, then correct the list's item selector or rows path")
    elif expect.items_per_list:
        low, high = expect.items_per_list
        for index, seen in enumerate(lists):
            # The last page of several is as short as it is.
            short = seen.items < low and (index == 0 or index < len(lists) - 1)
            if (short or seen.items > high) and seen.items:
                fix = "look at it, or correct expect.items_per_list"
                reasons.append(f"{seen.url} lists {seen.items} items, expected {low} to {high}; {fix}")
                break
    if listed_last_time and listed_last_time >= _FEW and 0 < named < SHRINK * listed_last_time:
        reasons.append(f"the listing shrank from {listed_last_time} to {named} items; look whether it is cut short")
    return reasons


def _pages(run: RunSeen) -> list[str]:
    reasons, pages = [], run.pages
    trouble = pages.trouble.total()
    if trouble > MAX_TROUBLE * pages.ours:
        why, count = pages.trouble.most_common(1)[0]
        reasons.append(
            f"{pages.failed} of {pages.ours} pages failed and {trouble - pages.failed} were refused, "
            f"most often ({count}): {why}"
        )
    same = max(pages.bodies.values(), default=0)
    if same >= _FEW // 2 and same > MAX_SAME * pages.fresh:
        reasons.append(
            f"{same} or more of {pages.fresh} new or changed pages answered with the very same bytes; "
            "look whether a block page or an error page came in their place"
        )
    if run.gone_now >= _FEW // 2 and run.gone_now > MAX_GONE * run.known_asked:
        reasons.append(
            f"{run.gone_now} of {run.known_asked} known pages vanished at once; look whether the portal moved"
        )
    return reasons


def _kind_of_trouble(row: Row) -> str:
    return f"status {row.status}" if row.status else (row.error or "no answer")

"""The Source model: the facts that one portal section states in its YAML file.

What belongs here: those facts, their checks, and what follows from them alone (allowed hosts, the canonical URL).
What does not: the kinds of listing (`listings.py`), finding and parsing the files (`source.py`), fetching (`spiders/`),
judging a run (`health.py`). The text below a key is what docs/adding-a-source.md says of it.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from crawlers import cron
from crawlers.listings import KINDS, FeedList, HtmlList, Listing, PagesList
from crawlers.quiet import check_spans, is_always
from crawlers.strict import Regex, Selector, Strict, WebAddress
from crawlers.urls import clean_url
from policywatch.addresses import host_objection

MIN_DELAY = 0.2
"""Seconds between two requests to a real portal, at the very least; only a demo source may go faster."""


class Politeness(Strict):
    """How hard the portal may be asked."""

    delay: float = Field(default=1.0, ge=0, le=120)
    """Seconds between two requests to one host; AutoThrottle starts here and never goes below."""
    concurrency: int = Field(default=1, ge=1, le=16)
    """Requests to one host at the same time."""
    user_agent: str | None = Field(default=None, min_length=1)
    """Another user agent, only where a portal refuses an honest one; `user_agent_reason` must stand beside it."""
    user_agent_reason: str | None = Field(default=None, min_length=1)
    """Why the portal is not told who we are."""
    quiet: tuple[str, ...] = ()
    """Spans of the day, in the source's time zone, in which the portal is not asked: `["08:00-18:00"]`."""
    daily_budget: int | None = Field(default=None, ge=1)
    """Requests to one host a day, all runs and all sources together; a run that has spent them goes on the next day."""

    @field_validator("quiet")
    @classmethod
    def _spans(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        check_spans(value)
        return value

    @model_validator(mode="after")
    def _honest(self) -> Self:
        if (self.user_agent is None) != (self.user_agent_reason is None):
            msg = "user_agent and user_agent_reason stand together; say why the portal is not told who asks"
            raise ValueError(msg)
        return self


class Canonical(Strict):
    """A rewriting that folds mirrors of a page onto one address."""

    match: Regex
    """What is replaced in an address."""
    replace: str
    """By what; `\\1` is the first group of the match."""


class PageHints(Strict):
    """CSS selectors that help the reader; all optional."""

    title: Selector | None = None
    """The page's title."""
    metadata: Selector | None = None
    """The lines that say issuer, number and dates."""
    body: Selector | None = None
    """The document's text."""
    attachments: Selector | None = None
    """The links to its attachments."""


class Expect(Strict):
    """What a healthy run looks like."""

    items_per_list: tuple[int, int] | None = None
    """Entries of one list page, fewest and most; outside of it the run is suspect. The last page may be short."""
    new_per_run: tuple[int, int] | None = None
    """New pages of one run, fewest and most, from the second run on."""
    filled: Mapping[str, float] = Field(default_factory=dict)
    """The share of pages, 0 to 1, on which the reader must find a field: `{title: 1.0}`."""
    rejected: float = Field(default=0.2, ge=0, le=1)
    """The share of new and changed pages that may be unreadable before the run is suspect."""

    @field_validator("items_per_list", "new_per_run")
    @classmethod
    def _ordered(cls, value: tuple[int, int] | None) -> tuple[int, int] | None:
        if value is not None and not 0 <= value[0] <= value[1]:
            msg = f"[{value[0]}, {value[1]}] is not a range; write the smaller number first"
            raise ValueError(msg)
        return value

    @field_validator("filled")
    @classmethod
    def _shares(cls, value: Mapping[str, float]) -> Mapping[str, float]:
        for name, share in value.items():
            if not 0 <= share <= 1:
                msg = f"{name}: {share} is not a share; write it between 0 and 1"
                raise ValueError(msg)
        return value


class Confidence(Strict):
    """How sure the facts are, of the listing and of the pages.

    `H`: read off saved pages or answers of the portal. `M`: read off other people's working crawlers. `guess`: neither.
    """

    list: Literal["H", "M", "guess"]
    """`H`: read off saved answers of the portal; `M`: off other people's working crawlers; `guess`: neither."""
    page: Literal["H", "M", "guess"]
    """The same, of the pages."""


class Source(Strict):
    """One section of one portal: where it lists its pages, what may be asked, what to expect."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    """The file's own name without .yaml: small letters, digits and _."""
    title: str = Field(min_length=1)
    """The publisher's own words."""
    jurisdiction: str = Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")
    """ISO 3166-2, like CN or CN-BJ."""
    authority: Literal["issuer", "portal", "media", "repost"]
    """Whose word counts when pages differ: the issuer's own site, a government portal, state media, a repost."""
    homepage: WebAddress
    """The portal's front page; its host may be asked."""
    hosts: tuple[str, ...] = ()
    """Further hosts that may be asked; all others are refused."""
    timezone: str = "Asia/Shanghai"
    """Legal dates are days there, and the schedule's hours are hours there."""
    schedule: str
    """Five cron fields."""
    canonical: tuple[Canonical, ...] = ()
    """Rewritings that fold mirrors of a page onto one address."""
    recheck: Literal["by_age", "all"] = "by_age"
    """Which known pages a run asks again: those due by their age (`crawlers/recheck.py`), or `all` of them."""
    demo: bool = False
    """A made-up portal on this machine, which may be asked without a delay."""
    confidence: Confidence | None = None
    """How sure the facts are, of the listing and of the pages."""
    reviewed: date | None = None
    """The day on which somebody last went through the file."""
    checked: date | None = None
    """The day on which the portal itself last agreed with it; None while nobody has asked the portal."""
    politeness: Politeness = Politeness()
    """How hard the portal may be asked."""
    cookies: bool = False
    """Send back the cookies that the portal sets: within a run, never from one run to the next."""
    list: Listing
    """Where the pages are listed; its keys depend on its `kind`."""
    attachments: bool = False
    """Whether to ask the PDF, DOC, DOCX, WPS, OFD and RTF files that new and changed pages link, 20 of a page at the
    most. A page without text of its own is read from the first of them that has one."""
    page: PageHints = PageHints()
    """CSS selectors that help the reader."""
    expect: Expect = Expect()
    """What a healthy run looks like."""

    @field_validator("name")
    @classmethod
    def _not_ours(cls, value: str) -> str:
        if value == "ingest":
            msg = "'ingest' is where saved pages go; choose another name"
            raise ValueError(msg)
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            msg = f"'{value}' is not a time zone; write an IANA name like Asia/Shanghai"
            raise ValueError(msg) from None
        return value

    @field_validator("schedule")
    @classmethod
    def _cron(cls, value: str) -> str:
        if wrong := cron.objection(value):
            msg = f"'{value}' is not a schedule; {wrong}"
            raise ValueError(msg)
        return value

    @field_validator("hosts")
    @classmethod
    def _bare_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if not re.fullmatch(r"[a-z0-9.\-:\[\]]+", host) or urlsplit(f"//{host}").hostname != host.strip("[]"):
                msg = f"'{host}' is not a host name; write it bare and in lower case, like news.example.gov.cn"
                raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.politeness.delay < MIN_DELAY and not self.demo:
            msg = f"politeness.delay: {self.politeness.delay:g} s hurries the portal; write {MIN_DELAY} or more"
            raise ValueError(msg)
        for own in () if self.demo else sorted(self.allowed_hosts):
            if what := host_objection(own):
                msg = f"hosts: {own} is {what}; only the public internet is asked"
                raise ValueError(msg)
        minutes, hours = (
            cron.values(field, low, high)
            for field, (_, low, high) in zip(self.schedule.split()[:2], cron.FIELDS[:2], strict=True)
        )
        if is_always(self.politeness.quiet, hours, minutes):
            msg = f"schedule: all times of '{self.schedule}' lie in politeness.quiet, so no run would start; move one"
            raise ValueError(msg)
        lists = getattr(self.list, "max_pages", 0)
        if (self.politeness.daily_budget or lists + 1) <= lists:
            budget = self.politeness.daily_budget
            msg = f"politeness.daily_budget: the listing's max_pages ({lists}) would use up all {budget} requests"
            raise ValueError(msg + "; allow more, or lower max_pages")
        for key, url in self.entry_urls():
            host = urlsplit(url).hostname
            if host not in self.allowed_hosts:
                msg = f"{key}: {url} is on a host the source may not ask; add '{host}' to hosts"
                raise ValueError(msg)
        return self

    @cached_property
    def allowed_hosts(self) -> frozenset[str]:
        """The host names that may be asked, the homepage's among them."""
        return frozenset({urlsplit(self.homepage).hostname or "", *(host.strip("[]") for host in self.hosts)})

    @cached_property
    def _rewrites(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        return tuple((re.compile(rule.match), rule.replace) for rule in self.canonical)

    def entry_urls(self) -> tuple[tuple[str, str], ...]:
        """The addresses that a crawl starts from, each beside the key of the YAML that holds it."""
        if isinstance(self.list, PagesList):
            return tuple((f"list.urls.{index}", url) for index, url in enumerate(self.list.urls))
        if isinstance(self.list, HtmlList | FeedList):
            return tuple(("list.start", listing.start) for listing in self.list.variants())
        return tuple(("list.url", listing.url) for listing in self.list.variants())

    def canonical_url(self, url: str) -> str:
        """The one address under which `url`'s page is known, whatever mirror it was met on."""
        for pattern, replacement in self._rewrites:
            url = pattern.sub(replacement, url)
        return clean_url(url) or url


def canonical_url(source: Source, url: str) -> str:
    """The canonical address of `url` in `source`; see `Source.canonical_url`."""
    return source.canonical_url(url)


def describe(error: Mapping[str, Any]) -> str:
    """One pydantic error as words: what is wrong and how to put it right."""
    kind, given = error["type"], error.get("input")
    known = {
        "extra_forbidden": "is not a key of the model; check the spelling or take it out",
        "missing": "is missing; add it",
        "union_tag_invalid": f"has an unknown kind; write one of {', '.join(KINDS)}",
        "union_tag_not_found": f"has no kind; write one of {', '.join(KINDS)}",
    }
    if kind in known:
        return known[kind]
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind == "literal_error":
        return f"'{given}' is not one of {error['ctx']['expected']}"
    if kind == "string_type":
        return f"{given!r} is not text; put it in quotes (YAML reads no, on, dates and numbers as something else)"
    if kind == "string_pattern_mismatch":
        return f"'{given}' does not have the form {error['ctx']['pattern']}"
    return f"{error['msg']} (found: {given!r})"

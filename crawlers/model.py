"""The Source model: the facts that one portal section states in its YAML file.

What belongs here: those facts, their checks, and what follows from them alone (allowed hosts, the canonical URL).
What does not: finding and parsing the files (`source.py`), fetching (`spiders/`), judging a run (`health.py`).
"""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from crawlers.quiet import check_spans
from crawlers.selectors import check_field, check_selector
from crawlers.urls import clean_url
from policywatch.addresses import host_objection

MIN_DELAY = 0.2
"""Seconds between two requests to a real portal, at the very least; only a demo source may go faster."""


def _regex(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        msg = f"'{value}' is not a regular expression ({error}); quote it with '…' and escape with one backslash"
        raise ValueError(msg) from None
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        msg = f"'{value}' is not a web address; write it whole, with http:// or https://"
        raise ValueError(msg)
    return value


Regex = Annotated[str, AfterValidator(_regex)]
Selector = Annotated[str, AfterValidator(check_selector)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
FieldName = Literal[
    "url",
    "title",
    "number",
    "issuers",
    "published_date",
    "signed_date",
    "effective_date",
    "status",
    "topic",
    "kind",
]
"""What a listing may say of a page: its address, and the names of `pipeline.parsers.records.Listed`."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Politeness(_Strict):
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


class Canonical(_Strict):
    """A rewriting that folds mirrors of a page onto one address."""

    match: Regex
    replace: str


class HtmlList(_Strict):
    """A paged HTML listing: `item` selects one element per entry, `fields` reads it (`a@href`, `span`, `> a@title`)."""

    kind: Literal["html"]
    start: WebAddress
    next: str | None = None
    """The later pages, relative to `start`, with `{n}`: index_{n}.html."""
    next_from: int = Field(default=1, ge=0)
    """`{n}` of the second page."""
    max_pages: int = Field(default=50, ge=1, le=5000)
    item: Selector
    fields: Mapping[FieldName, str] = Field(default_factory=dict)
    page_url: Regex | None = None
    headers: Mapping[str, str] = Field(default_factory=dict)

    @field_validator("next")
    @classmethod
    def _has_n(cls, value: str | None) -> str | None:
        if value is not None and "{n}" not in value:
            msg = f"'{value}' has no {{n}}; write the page number as {{n}}, like index_{{n}}.html"
            raise ValueError(msg)
        return value

    @field_validator("fields")
    @classmethod
    def _fields_parse(cls, value: Mapping[FieldName, str]) -> Mapping[FieldName, str]:
        for spec in value.values():
            check_field(spec)
        return value


class NoHits(_Strict):
    """The answer by which a search says that it found nothing."""

    path: str
    equals: str | int | bool


class JsonList(_Strict):
    """A JSON search: a declared request, the dotted path to the rows, and a map of fields to dotted paths in a row.

    `{page}` in `params` is the page number. A field value with braces is a template over the row: `https://…/{id}`.
    """

    kind: Literal["json"]
    url: WebAddress
    method: Literal["GET", "POST"] = "GET"
    body: Literal["form", "json"] = "form"
    """How `params` travel in a POST."""
    params: Mapping[str, str | int] = Field(default_factory=dict)
    headers: Mapping[str, str] = Field(default_factory=dict)
    first_page: int = Field(default=1, ge=0)
    max_pages: int = Field(default=50, ge=1, le=5000)
    rows: str
    total: str | None = None
    fields: Mapping[FieldName, str]
    no_hits: NoHits | None = None
    page_url: Regex | None = None

    @field_validator("fields")
    @classmethod
    def _has_url(cls, value: Mapping[FieldName, str]) -> Mapping[FieldName, str]:
        if "url" not in value:
            msg = "names no url; add which field of a row holds the page's address"
            raise ValueError(msg)
        return value


class FeedList(_Strict):
    """An RSS or Atom feed, or an XML sitemap."""

    kind: Literal["feed"]
    start: WebAddress
    page_url: Regex | None = None
    headers: Mapping[str, str] = Field(default_factory=dict)


class PagesList(_Strict):
    """Pages that no listing leads to: their addresses."""

    kind: Literal["pages"]
    urls: tuple[WebAddress, ...] = Field(min_length=1)


Listing = Annotated[HtmlList | JsonList | FeedList | PagesList, Field(discriminator="kind")]


class PageHints(_Strict):
    """CSS selectors that help the reader; all optional."""

    title: Selector | None = None
    metadata: Selector | None = None
    body: Selector | None = None
    attachments: Selector | None = None


class Expect(_Strict):
    """What a healthy run looks like."""

    items_per_list: tuple[int, int] | None = None
    new_per_run: tuple[int, int] | None = None
    filled: Mapping[str, float] = Field(default_factory=dict)
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


class Source(_Strict):
    """One section of one portal: where it lists its pages, what may be asked, what to expect."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    title: str = Field(min_length=1)
    jurisdiction: str = Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")
    authority: Literal["issuer", "portal", "media", "repost"]
    homepage: WebAddress
    hosts: tuple[str, ...] = ()
    timezone: str = "Asia/Shanghai"
    schedule: str
    canonical: tuple[Canonical, ...] = ()
    recheck: Literal["by_age", "all"] = "by_age"
    """Which known pages a run asks again: those due by their age (`crawlers/recheck.py`), or `all` of them."""
    demo: bool = False
    politeness: Politeness = Politeness()
    cookies: bool = False
    """Send back the cookies that the portal sets: within a run, never from one run to the next."""
    list: Listing
    page: PageHints = PageHints()
    expect: Expect = Expect()

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
        if not re.fullmatch(r"[\d*/,-]+( [\d*/,-]+){4}", value):
            msg = f"'{value}' is not a schedule; write five cron fields, like \"17 6 * * *\""
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
        if isinstance(self.list, JsonList):
            return (("list.url", self.list.url),)
        return (("list.start", self.list.start),)

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
        "union_tag_invalid": "has an unknown kind; write one of html, json, feed, pages",
        "union_tag_not_found": "has no kind; write one of html, json, feed, pages",
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

"""The kinds of listing: what the `list:` of a source's YAML may say, one model per kind.

What belongs here: their keys, with the checks that need nothing but the keys. What does not: the rest of a source
(`model.py`), walking a listing (`spiders/`). The text below a key is what docs/adding-a-source.md says of it.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, JsonValue, ValidationInfo, field_validator, model_validator

from crawlers.selectors import check_field
from crawlers.strict import Path, Regex, Selector, SelectorField, Strict, WebAddress, text_keys

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

COUNTERS = ("page", "offset", "start", "end", "size")
"""Placeholders that a request counts by; `each` may not use their names."""

Words = Annotated[Mapping[str, str], BeforeValidator(text_keys)]


def fill(value: Any, slots: Mapping[str, str | int], *, whole: bool = False) -> Any:  # noqa: ANN401 - any JSON value
    """`value` with `{name}` replaced in every string of it, other braces left alone.

    `whole`: a string that is nothing but one placeholder becomes the slot's own value, so that a number stays one.
    """
    if isinstance(value, str):
        if whole and value[:1] == "{" and value[1:-1] in slots:
            return slots[value[1:-1]]
        for name, slot in slots.items():
            value = value.replace(f"{{{name}}}", str(slot))
        return value
    if isinstance(value, Mapping):
        return {key: fill(item, slots, whole=whole) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [fill(item, slots, whole=whole) for item in value]
    return value


def _need_url(value: Mapping[FieldName, str]) -> Mapping[FieldName, str]:
    if "url" not in value:
        msg = "names no url; add which field of a row holds the page's address"
        raise ValueError(msg)
    return value


class _Walked(Strict):
    """What all kinds that are walked page by page have in common."""

    max_pages: int = Field(default=50, ge=1, le=5000)
    """List pages asked at most, for each value of `each`."""
    page_url: Regex | None = None
    """What the address of a page looks like; other links are passed over and counted."""
    headers: Mapping[str, str] = Field(default_factory=dict)
    """Headers that the portal wants with requests for the list, like a Referer."""
    each: Mapping[str, tuple[str | int, ...]] = Field(default_factory=dict)
    """For portals that list by category: `{cat: [3, 5]}` walks the list once for each value, put in place of `{cat}`
    wherever it stands."""

    @field_validator("each")
    @classmethod
    def _names(cls, value: Mapping[str, tuple[str | int, ...]]) -> Mapping[str, tuple[str | int, ...]]:
        for name, items in value.items():
            if name in COUNTERS or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                msg = f"'{name}' cannot be a placeholder; use small letters, and none of {', '.join(COUNTERS)}"
                raise ValueError(msg)
            if not items:
                msg = f"{name} has no values; list at least one, or take it out"
                raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _each_stands_somewhere(self) -> Self:
        if self.each:
            said = str(self.model_dump(exclude={"each"}))
            for name in self.each:
                if f"{{{name}}}" not in said:
                    msg = (
                        f"each: {{{name}}} stands nowhere else; put it where the category belongs, like ?cat={{{name}}}"
                    )
                    raise ValueError(msg)
        return self

    def variants(self) -> tuple[Self, ...]:
        """The listing once for every combination of the values of `each`; itself where there are none."""
        if not self.each:
            return (self,)
        plain = self.model_dump(exclude={"each"}, exclude_unset=True)
        combinations = product(*self.each.values())
        return tuple(
            self.model_validate(fill(plain, dict(zip(self.each, values, strict=True)))) for values in combinations
        )


class _Told(_Walked):
    """What kinds have in common whose items say things of their pages."""

    values: Mapping[FieldName, Words] = Field(default_factory=dict)
    """What the portal's codes mean: `{status: {1: 已废止, 3: 有效}}`. The code travels along as `status_raw`; one that
    is not named makes the run suspect."""


class HtmlList(_Told):
    """Pages of HTML with one element per entry."""

    kind: Literal["html"]
    start: WebAddress
    """The first page of the list."""
    next: str | None = None
    """The later pages, relative to `start`, with `{n}`: `index_{n}.html`, `?start={n}`."""
    next_link: Selector | None = None
    """In place of `next`: selects the link to the next page; one to a page seen before ends the walk."""
    next_from: int = Field(default=1, ge=0)
    """`{n}` of the second page."""
    next_step: int = Field(default=1, ge=1)
    """By how much `{n}` grows; more than 1 where it is an offset."""
    pages_from: Regex | None = None
    """How many pages there are, where only a script on the first page says so: `countPage = (\\d+)`. Without it, the
    walk ends where a page is missing, empty or the same as one before."""
    commented: bool = False
    """Whether the entries stand in an HTML comment that only a script takes off: then comments are read as markup."""
    item: Selector
    """Selects one element per entry."""
    fields: Mapping[FieldName, SelectorField] = Field(default_factory=dict)
    """What an entry says: `a@href` is an attribute, `span` a text, `a@title | a` the first that is there, `> a` only a
    direct child. Given unless said otherwise: `url: a@href`, `title: a@title | a`."""

    @field_validator("next")
    @classmethod
    def _has_n(cls, value: str | None) -> str | None:
        if value is not None and "{n}" not in value:
            msg = f"'{value}' has no {{n}}; write the page number as {{n}}, like index_{{n}}.html"
            raise ValueError(msg)
        return value

    @field_validator("next_link")
    @classmethod
    def _one_way(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("next"):
            msg = "stands beside next; keep the one that the portal's pages go by"
            raise ValueError(msg)
        return value

    @field_validator("pages_from")
    @classmethod
    def _one_group(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and re.compile(value).groups != 1:
            msg = f"'{value}' must have one group around the number, like countPage = (\\d+)"
            raise ValueError(msg)
        if value is not None and not info.data.get("next"):
            msg = "needs next, which says how the later pages are called"
            raise ValueError(msg)
        return value


class _Asked(_Told):
    """What kinds have in common that ask a search with counted parameters."""

    url: WebAddress
    """What is asked. Here and in `params` stand `{page}`, or `{offset}` (0, 20, …), `{start}` (1, 21, …), `{end}` (20,
    40, …) and `{size}`."""
    method: Literal["GET", "POST"] = "GET"
    """How it is asked."""
    body: Literal["form", "json"] = "form"
    """How `params` travel in a POST."""
    params: Mapping[str, JsonValue] = Field(default_factory=dict)
    """What the request says: in the address, or in a POST's body."""
    first_page: int = Field(default=1, ge=0)
    """`{page}` of the first request."""

    @field_validator("params")
    @classmethod
    def _flat(cls, value: Mapping[str, JsonValue], info: ValidationInfo) -> Mapping[str, JsonValue]:
        is_json = info.data.get("method") == "POST" and info.data.get("body") == "json"
        for name, item in value.items():
            if isinstance(item, dict | list) and not is_json:
                msg = f"{name}: is no single value; write it in quotes, or set method: POST and body: json"
                raise ValueError(msg)
        return value

    def slots(self, number: int, size: int | None) -> dict[str, str | int]:
        """The placeholders of the request for list page `number`, counted from 0."""
        slots: dict[str, str | int] = {"page": self.first_page + number}
        if size:
            slots |= {"offset": number * size, "start": number * size + 1, "end": (number + 1) * size, "size": size}
        return slots


class NoHits(Strict):
    """The answer by which a search says that it found nothing."""

    path: Path
    """Where in the answer it stands."""
    equals: str | int | bool
    """What stands there then."""


class JsonList(_Asked):
    """A JSON search: rows of facts, or a piece of HTML inside the answer."""

    kind: Literal["json"]
    page_size: int | None = Field(default=None, ge=1, le=10_000)
    """Rows asked at a time; only needed for `{size}`, `{offset}`, `{start}` and `{end}`."""
    within: Regex | None = None
    """For JSON inside of something else: what stands before it, like `var docArr\\s*=` in a page's script or `^\\w+\\(`
    where the answer is padded (JSONP)."""
    rows: Path | None = None
    """The dotted path to the array of rows: `data.list`; `.` where the answer itself is the array."""
    html: Path | None = None
    """In place of `rows`: the path to HTML text; `item` and `fields` select in it as in kind html."""
    item: Selector | None = None
    """With `html`: selects one element per entry."""
    fields: Mapping[FieldName, str] = Field(default_factory=dict)
    """What a row says: dotted paths (`title`, `org.name`) or templates over the row (`https://…/{id}.html`); `url` is
    needed. With `html`: selectors."""
    total: Path | None = None
    """The path to the number of rows altogether; an answer without it makes the run suspect."""
    no_hits: NoHits | None = None
    """How the search says that it found nothing."""
    text: Path | None = None
    """The path in a row to the document's whole text, HTML or plain: it is read from there and its page is not asked.
    Rows where it is blank are asked."""

    @field_validator("html")
    @classmethod
    def _one_place(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("rows"):
            msg = "stands beside rows; keep the one that the answer has"
            raise ValueError(msg)
        return value

    @field_validator("fields")
    @classmethod
    def _fields_parse(cls, value: Mapping[FieldName, str], info: ValidationInfo) -> Mapping[FieldName, str]:
        if info.data.get("html") is None:
            return _need_url(value)
        for spec in value.values():
            check_field(spec)
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if "fields" not in self.model_fields_set and self.html is None:
            msg = "fields: is missing; add which field of a row holds what, url at least"
            raise ValueError(msg)
        if self.rows is None and self.html is None:
            msg = "rows: is missing; add the path to the array of rows, or html: the path to a piece of HTML"
            raise ValueError(msg)
        if (self.html is None) != (self.item is None):
            msg = "item: goes together with html; add the other, or take it out"
            raise ValueError(msg)
        if self.html is not None and self.text is not None:
            msg = "text: needs rows; a piece of HTML holds no whole texts"
            raise ValueError(msg)
        _check_size(self.page_size, (self.url, self.params))
        return self


def _check_size(size: int | None, asked: Iterable[object]) -> None:
    used = [name for name in COUNTERS if name != "page" and f"{{{name}}}" in str(asked)]
    if used and not size:
        msg = f"page_size: is missing; {{{used[0]}}} counts by it"
        raise ValueError(msg)


class DatastoreList(_Asked):
    """Hanweb's `dataproxy.jsp`: XML records that hold pieces of HTML."""

    kind: Literal["datastore"]
    page_size: int = Field(default=75, ge=1, le=10_000)
    """Records asked at a time: `{start}` 1, 76, … and `{end}` 75, 150, …"""
    item: Selector = "li"
    """Selects one element per entry in a record's HTML; where it selects nothing, the whole record is the entry."""
    fields: Mapping[FieldName, SelectorField] = Field(default_factory=dict)
    """What an entry says, as in kind html."""


class FeedList(_Walked):
    """An RSS or Atom feed, a sitemap, or an index of sitemaps; packed with gzip or not."""

    kind: Literal["feed"]
    start: WebAddress
    """Its address."""


class PagesList(Strict):
    """Pages that no listing leads to."""

    kind: Literal["pages"]
    urls: tuple[WebAddress, ...] = Field(default=(), validate_default=True)
    """Their addresses."""
    urls_file: str | None = None
    """A text file beside the YAML with more of them, one on each line; lines that begin with # are left out."""

    @field_validator("urls")
    @classmethod
    def _some(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:  # those of the file are among them by now
            msg = "names no page; add an address, or urls_file: the name of a text file with addresses"
            raise ValueError(msg)
        return value

    def variants(self) -> tuple[Self, ...]:
        """Itself: there are no categories."""
        return (self,)


Kind = HtmlList | JsonList | DatastoreList | FeedList | PagesList
Listing = Annotated[Kind, Field(discriminator="kind")]
KINDS: tuple[str, ...] = tuple(get_args(model.model_fields["kind"].annotation)[0] for model in get_args(Kind))
"""The names of the kinds, as `kind:` may say them."""

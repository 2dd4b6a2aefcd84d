"""What the reader gives: one typed, immutable record per page.

What belongs here: the record types and their closed vocabularies. What does not: how a page is read.
Every field that people compare stands beside its printed form (`*_raw`) and its evidence (`evidence[field]`).
Missing is None or an empty tuple: blank is unknown, never "in force".
Names follow ELI and schema.org Legislation where these have one.
"""

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from operator import attrgetter
from typing import Any, Final, Literal, get_args

from policywatch.errors import PolicywatchError

Kind = Literal["policy", "interpretation", "press_conference", "news", "guide", "repost", "listing", "other"]
KINDS: Final = get_args(Kind)

Relation = Literal[
    "repeals", "partially_repeals", "amends", "extends", "suspends", "based_on", "interprets", "mentions"
]
RELATIONS: Final = get_args(Relation)

Status = Literal[
    "in_force",  # 有效, 现行有效, 全文有效, 有效（延续实施）, 是
    "not_yet_in_force",  # 尚未生效
    "amended",  # 已修改: in force in its amended form
    "partially_in_force",  # 部分失效, 条款失效
    "repealed",  # 废止, 已废止, 全文废止, 失效（提前废止）
    "not_in_force",  # 失效, 全文失效, 否: over, and the page does not say by whose hand
    "unknown",  # a word outside the vocabulary: kept raw, counted, never guessed
]
STATUSES: Final = get_args(Status)

EffectRule = Literal[
    # how force starts
    "effective_on_date",  # 自2022年1月1日起施行; also the box's 实施日期 (where="metadata")
    "effective_on_issue",  # 自印发之日起施行
    "effective_on_publication",  # 自公布/发布之日起施行
    "effective_after_days",  # 自发布之日起30日后施行; `term` holds P30D
    # how force ends by itself
    "valid_for",  # 有效期5年, 试行期两年; `term` holds the ISO 8601 duration; `date` the computed last day, or None
    "valid_until",  # 有效期至2026年12月31日; also the box's 失效日期; `date` is the last day in force
    # how force ends by the portal's word
    "repealed_on_date",  # the box's 废止日期, or 失效日期 beside a status of repeal; `date`: first day without force
    "status_stated",  # a status without a date; `quote` is the word
]
EFFECT_RULES: Final = get_args(EffectRule)

REJECTIONS: Final = (
    "empty",
    "not_html",
    "too_large",
    "truncated",
    "challenge",
    "error_page",
    "no_text",
    "undecodable",
    "needs_ocr",  # a file whose text is in pictures
    "encrypted",  # a file that opens with a password only
    "unsupported_format",  # a file of a kind that is recognised and not read
    "broken_file",  # a file that its own format's reader cannot open
    "reader_failed",
)
"""Why a page could not be read; the closed vocabulary of `rejected.reason`."""


class Unreadable(PolicywatchError):  # noqa: N818 - it is an outcome that callers record, not a fault
    """The page cannot be read. `reason` is one of REJECTIONS; `detail` says what was seen and what to do."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Hints:
    """A source's CSS selectors (YAML `page:`). All optional; one that finds nothing is a warning."""

    title: str | None = None
    metadata: str | None = None
    body: str | None = None
    attachments: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """What the listing said of the page, as printed: evidence of its own, used where the page is silent."""

    title: str | None = None
    number: str | None = None
    issuers: str | None = None
    published_date: str | None = None
    signed_date: str | None = None
    effective_date: str | None = None
    status: str | None = None
    topic: str | None = None
    kind: str | None = None


class _Passed:
    """A record that workers hand over by the hundred for each page: pickled as class and values, nothing else."""

    __slots__ = ()
    __match_args__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        kind = type(self)
        return kind, _values_of(kind.__match_args__)(self)


@functools.cache
def _values_of(names: tuple[str, ...]) -> Callable[[object], tuple[Any, ...]]:
    return attrgetter(*names)


@dataclass(frozen=True, slots=True)
class Evidence(_Passed):
    """Where a value stood (`metadata`, `body`, `signature`, `script`, `meta`, `list`, `title`) and its words."""

    where: str
    quote: str


@dataclass(frozen=True, slots=True)
class Effect(_Passed):
    """One statement about the document's own force. `date` is None where the words name no day that can be computed."""

    rule: EffectRule
    date: dt.date | None
    quote: str
    where: str = "body"
    term: str | None = None


@dataclass(frozen=True, slots=True)
class Amount(_Passed):
    """A sum or share in a clause: `value` in `unit` (`CNY`, `percent`), `limit` one of cap, floor, exact.

    `per`, as printed: what a sum is counted by (每家企业, 每年), or a share is taken of (实际投资额, the contract fee).
    """

    value: float
    unit: str
    limit: str
    quote: str
    per: str | None = None


@dataclass(frozen=True, slots=True)
class Target(_Passed):
    """A goal with a figure: what, value, unit and the deadline as printed."""

    what: str
    value: float
    unit: str
    deadline: str | None
    quote: str


@dataclass(frozen=True, slots=True)
class Figure(_Passed):
    """A count that a report states as a fact, not as a goal: what, value, unit, and as of when, as printed."""

    what: str
    value: float
    unit: str
    as_of: str | None
    quote: str


@dataclass(frozen=True, slots=True)
class Expiry(_Passed):
    """A single provision that ends by a day of its own: what, as printed, and its last day."""

    what: str
    date: dt.date
    quote: str


@dataclass(frozen=True, slots=True)
class Clause(_Passed):
    """A numbered clause: dotted `path` in the document (`三.7`, `annex1.二`), printed `label`, `heading` or None.

    `text` is its own, without label, heading and sub-clauses. `level` is 1 for the outermost.
    """

    path: str
    label: str
    heading: str | None
    text: str
    level: int
    bodies: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    targets: tuple[Target, ...] = ()
    expiries: tuple[Expiry, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation(_Passed):
    """Another document named here; `number` in normal form.

    `date`: the first day of what the relation brings about, where said. `until`: the new last day in force, for
    `extends`. `scope`: the clause, for partial relations.
    """

    relation: Relation
    title: str | None
    number: str | None
    quote: str
    number_raw: str | None = None
    date: dt.date | None = None
    until: dt.date | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment(_Passed):
    """A file that belongs to the document: its link text and absolute URL."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class PageRecord(_Passed):
    """All that one page says. Dates are days in the portal's time zone."""

    url: str
    kind: Kind
    parser_version: str
    reading_hash: str
    """sha256 over the normalised reading (fields, clauses, text): equal means that nothing of meaning changed."""
    title: str | None = None
    instrument_title: str | None = None
    number: str | None = None
    number_raw: str | None = None
    issuers: tuple[str, ...] = ()
    issuers_raw: str | None = None
    joint_issuers: tuple[str, ...] = ()
    signatories: tuple[str, ...] = ()
    publisher: str | None = None
    topic: str | None = None
    index_number: str | None = None
    signed_date: dt.date | None = None
    signed_date_raw: str | None = None
    published_date: dt.date | None = None
    published_date_raw: str | None = None
    effective_date: dt.date | None = None
    effective_date_raw: str | None = None
    repealed_date: dt.date | None = None
    repealed_date_raw: str | None = None
    stated_status: Status | None = None
    status_raw: str | None = None
    in_force_from: dt.date | None = None
    in_force_to: dt.date | None = None
    """The last day in force by the document's own words and the portal's box; None where neither says."""
    effect: tuple[Effect, ...] = ()
    clauses: tuple[Clause, ...] = ()
    targets: tuple[Target, ...] = ()
    """Every goal with a figure that the page states, in its preamble too; a clause holds its own."""
    figures: tuple[Figure, ...] = ()
    """What a report or an interpretation counts; empty for policies, whose figures are goals, sums or conditions."""
    expiries: tuple[Expiry, ...] = ()
    """Every single provision that ends by a day of its own; a clause holds its own."""
    citations: tuple[Citation, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    language: str | None = None
    """BCP 47 primary language: zh, en."""
    script: str | None = None
    """ISO 15924 of the page as printed: Hans, Hant, Latn."""
    text: str = ""
    """The body in normal form, a line per paragraph: simplified, half-width, without notes of the site."""
    warnings: tuple[str, ...] = ()
    evidence: Mapping[str, Evidence] = field(default_factory=dict)

    def to_json(self, *, path: str | None = None) -> dict[str, Any]:
        """The record as the command line prints it: dates ISO 8601, tuples as lists, missing as null."""
        row: dict[str, Any] = {"path": path}
        row.update({item.name: plain(getattr(self, item.name)) for item in fields(self)})
        return row


def plain(value: Any) -> Any:  # noqa: ANN401 - any record value in, JSON value out
    """`value` as JSON types: records to dicts, tuples to lists, dates to ISO 8601."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return plain(asdict(value))
    return value

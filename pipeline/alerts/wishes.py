"""What a subscription asks for: which events, how often, at what hours. The part of `alerts.yaml` that is no address.

What belongs here: the model of filters, rates and limits. What does not: channels and the file as a whole (`config`),
applying the filters (`match`) and reckoning with the hours (`rates`).
"""

import re
from datetime import time
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from pipeline.alerts.event import EventKind
from pipeline.alerts.message import Rate

WARN_DAYS: Final = (30, 7)
"""How many days before its end a policy is announced as expiring, where a subscription does not say."""

_TIME: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_HOUR: Final = 60


def _with_something(value: str) -> str:
    if not value.strip():
        msg = "is empty; write something or leave the key out"
        raise ValueError(msg)
    return value


Word = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_with_something)]
# YAML gives lists; the model keeps tuples, so that a loaded configuration cannot change under a run.
Words_ = Annotated[tuple[Word, ...], Field(strict=False)]
Reference = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_with_something)]
References = Annotated[tuple[Reference, ...], Field(strict=False)]
Jurisdictions = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")], ...], Field(strict=False)
]
Days = Annotated[tuple[Annotated[int, Field(ge=1, le=3650)], ...], Field(strict=False, min_length=1)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Strict(BaseModel):
    """No unknown keys, no silent conversions, no later changes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class WordFilter(Strict):
    """Words in title, number, quote and changed text: at least one of `any`, every one of `all`, none of `none`.

    Traditional or simplified, full or half width, upper or lower case are alike. Words are plain text, not patterns.
    """

    any: Words_ = ()
    all: Words_ = ()
    none: Words_ = ()


class HoldLimits(Strict):
    """When a run changed so much that a person must look first: a portal was rebuilt, or its pages were misread."""

    enabled: bool = True
    policies: Annotated[int, Field(ge=1)] = 200
    """More changed policies of one source in one run than this are held."""
    percent: Annotated[float, Field(gt=0, le=100, strict=False)] = 30.0
    """More than this share of the policies that were known of the source are held, if they are `at_least` so many."""
    at_least: Annotated[int, Field(ge=1)] = 20


class Wish(Strict):
    """Which events, how often and in which language. A filter that is left out lets everything pass."""

    events: Annotated[tuple[EventKind, ...], Field(strict=False)] = ()
    sources: Words_ = ()
    jurisdictions: Jurisdictions = ()
    """ISO 3166-2 codes, as the sources carry them: CN-BJ. CN is the country's own portals, not its provinces'."""
    issuers: Words_ = ()
    topics: Words_ = ()
    policies: References = ()
    """Policies and all that touches them: ids, numbers in any printed form, titles, or addresses of their pages."""
    words: WordFilter = WordFilter()
    amount_at_least: Annotated[float, Field(gt=0, strict=False)] | None = None
    """Only where a measure names a sum of money of at least so many yuan."""
    expiring_within: Days | None = None
    """How many days before its end a policy is announced, each once: [60, 14]. Without it, 30 and 7."""
    include_baseline: bool = False
    """Also what the first good crawl of a source brings, which is what stood there already."""
    language: Literal["zh", "en"] = "zh"
    rate: Rate = "at_once"
    at: time | None = None
    """The time of day of a daily or weekly digest; 08:00 without it."""
    day: Weekday | None = None
    """The day of a weekly digest; monday without it."""
    timezone: str = "Asia/Shanghai"
    quiet: str | None = None
    """Hours in which nothing is sent, as 22:00-07:00; what comes up then is sent together when they are over."""
    most: Annotated[int, Field(ge=1, le=200)] = 50
    """The most events that one message shows ("and N more"), and the most messages that are sent at once."""
    group: Literal["policy", "none"] = "policy"
    """Whether events of one policy that are found together are one message."""

    @field_validator("expiring_within", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        return (value,) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("at", mode="before")
    @classmethod
    def _clock_time(cls, value: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        # YAML reads 10:30 without quotes as a number to the base of 60.
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 24 * _HOUR:
            return time(value // _HOUR, value % _HOUR)
        found = _TIME.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            msg = 'not a time of day; write it like "08:00"'
            raise ValueError(msg)
        return time(int(found[1]), int(found[2]))

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError):
            msg = "no such time zone; write an IANA name like Asia/Shanghai"
            raise ValueError(msg) from None
        return value

    @field_validator("quiet")
    @classmethod
    def _hours(cls, value: str | None) -> str | None:
        if value is not None:
            begin, end = _span(value)
            if begin == end:
                msg = "begins when it ends; write it like 22:00-07:00, or leave it out"
                raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _fits_the_rate(self) -> Self:
        if self.at is not None and self.rate not in {"daily", "weekly"}:
            msg = "at is for rate: daily and rate: weekly; add the rate or take it out"
            raise ValueError(msg)
        if self.day is not None and self.rate != "weekly":
            msg = "day is for rate: weekly; add the rate or take it out"
            raise ValueError(msg)
        return self

    @property
    def quiet_hours(self) -> tuple[time, time] | None:
        """When the quiet hours begin and end in `timezone`; they may pass midnight. None: there are none."""
        return _span(self.quiet) if self.quiet else None

    @property
    def warn_days(self) -> tuple[int, ...]:
        """How many days before its end a policy is announced to this subscription."""
        return self.expiring_within or WARN_DAYS


def _span(text: str) -> tuple[time, time]:
    found = [_TIME.fullmatch(part.strip()) for part in text.split("-")]
    if len(found) != 2 or found[0] is None or found[1] is None:  # noqa: PLR2004 - a beginning and an end
        msg = "not hours of the day; write it like 22:00-07:00"
        raise ValueError(msg)
    begin, end = (time(int(item[1]), int(item[2])) for item in found if item is not None)
    return begin, end

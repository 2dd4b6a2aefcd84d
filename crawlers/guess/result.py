"""What guessing gives: a draft of a source, or the reason why there is none.

What belongs here: the shapes that pass between the parts of this package. What does not: any guessing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policywatch.errors import UsageError


class NotAListing(UsageError):  # noqa: N818 - it says what came
    """What came cannot be taken for a listing; the message says why and what to do next."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One entry as the guess reads it: absolute address, title, and the date as printed (None where there is none)."""

    url: str
    title: str
    date: str | None = None


@dataclass(slots=True)
class Draft:
    """The guessed `list:` of a source.

    `listing` holds its keys and values as the YAML takes them, `why` a remark for some of them (by key, or by
    `fields.NAME`); `samples` are the entries that it reads from the answer; `missing` are keys that no guess was
    found for, with a remark; `notes` are sentences for whoever asked.
    """

    listing: dict[str, Any]
    why: dict[str, str] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    title: str | None = None

    @property
    def kind(self) -> str:
        """The listing's kind."""
        return str(self.listing["kind"])


Fields = Mapping[str, str]

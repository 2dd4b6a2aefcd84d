"""What a listing says of its pages: codes to words, points in time to days, and how often each field is filled.

What belongs here: pure rules over values as printed. What does not: finding the values (`spiders/`), what pages say of
themselves (the reader). Whatever is changed here is kept as printed beside it, under the name with `_raw`.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime

TEXT = "text"
"""What the whole text is counted as, beside the fields."""
FEW = 3
"""Below so many entries, a field that none of them has says nothing."""
_SHRUNK = 0.5
_ENOUGH = 10
_FIRST_YEAR = 1949
_SECONDS_END = 10**11
"""From here on a count since 1970 is in milliseconds: as seconds it would be the year 5138."""
_NOTHING = 24 * 3600 * 1000
"""Counts up to here, a day of milliseconds either way, are the zero of some zone."""
_COUNT = re.compile(r"-?\d{1,14}", re.ASCII)
_COMPACT = re.compile(r"(?:19|20)\d{6}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Filled = dict[str, tuple[int, int]]
"""By field: how many entries fill it, of how many."""


class Facts:
    """Reads and counts what one run's listing says.

    `values`: by field, what the portal's codes mean. `zone`: the portal's.
    """

    def __init__(self, values: Mapping[str, Mapping[str, str]], zone: tzinfo) -> None:
        self._values = values
        self._zone = zone
        self._items: Counter[str] = Counter()
        self._filled: Counter[str] = Counter()
        self._absent: Counter[str] = Counter()
        self._unknown: Counter[tuple[str, str]] = Counter()

    def take(self, said: Mapping[str, str | None], absent: Collection[str] = ()) -> dict[str, str]:
        """What an entry says, read.

        `said` holds every declared field, None where it is blank; `absent` names those whose place is not even there.
        """
        listed: dict[str, str] = {}
        for name, raw in said.items():
            value = self._read(name, raw) if raw else None
            self.count(name, is_filled=bool(value), is_absent=name in absent)
            if value and raw:
                listed[name] = value
                if value != raw:
                    listed[f"{name}_raw"] = raw
        return listed

    def count(self, name: str, *, is_filled: bool, is_absent: bool = False) -> None:
        """Count a place in one entry."""
        self._items[name] += 1
        self._filled[name] += is_filled
        self._absent[name] += is_absent

    def _read(self, name: str, raw: str) -> str | None:
        if name in self._values:
            known = self._values[name].get(raw)
            if known is None:
                self._unknown[name, raw] += 1
            return known or raw
        return day(raw, self._zone) if name.endswith("_date") else raw

    def filled(self) -> Filled:
        """How often each declared field was filled."""
        return {name: (self._filled[name], of) for name, of in self._items.items()}

    def signals(self) -> list[str]:
        """What is wrong with the fields, as sentences."""
        found = [
            f"list.values.{name}: {count} entries say '{raw}', which is not named there; add what it means"
            for (name, raw), count in self._unknown.most_common(5)
        ]
        found += [
            f"{_key(name)}: none of {of} entries has it; correct where it stands, or take it out"
            for name, of in self._items.items()
            if of >= FEW and self._absent[name] == of
        ]
        return found


def _key(name: str) -> str:
    return f"list.{name}" if name == TEXT else f"list.fields.{name}"


def shrunk(now: Filled, before: Filled) -> list[str]:
    """The fields that are filled far less often than in the last good run, as sentences."""
    found = []
    for name, (filled, of) in now.items():
        had, had_of = before.get(name, (0, 0))
        if of >= _ENOUGH and had_of >= _ENOUGH and filled / of < _SHRUNK * had / had_of:
            found.append(
                f"{_key(name)}: filled in {filled} of {of} entries, in the last good run in {had} of {had_of}; "
                "look at the list, and correct where it stands"
            )
    return found


def day(raw: str, zone: tzinfo) -> str | None:
    """The day in `zone` of a point in time, as ISO 8601; what is none is given back as printed, None for "no date".

    Points in time are seconds or milliseconds since 1970, where about 0 and days before 1949 mean that there is none
    (`20210401` is a day and no count), and timestamps that name their zone: ISO 8601 or, in feeds, RFC 5322.
    """
    if _COUNT.fullmatch(raw) and not _COMPACT.fullmatch(raw):
        return _counted(int(raw), zone)
    at = None
    with suppress(ValueError):
        at = datetime.fromisoformat(raw)
    if at is None and "," in raw:
        with suppress(ValueError, TypeError, OverflowError):
            at = parsedate_to_datetime(raw)
    if at is None or at.tzinfo is None:
        return raw
    with suppress(OverflowError):
        return at.astimezone(zone).date().isoformat()
    return raw


def _counted(count: int, zone: tzinfo) -> str | None:
    seconds = count / 1000 if abs(count) >= _SECONDS_END else count
    try:
        at = (_EPOCH + timedelta(seconds=seconds)).astimezone(zone)
    except OverflowError:
        return None
    return None if abs(count) <= _NOTHING or at.year < _FIRST_YEAR else at.date().isoformat()

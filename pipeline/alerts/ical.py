"""The calendar of commencements and endings, as an iCalendar file (RFC 5545) that any calendar can subscribe to.

What belongs here: turning days of the published calendar into whole-day entries. What does not: which days those are
(the view `calendar`), putting the file in place (`feeds`).

An entry stands on the first day of the new state, as all days of events do, and says the last day in force in words.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from icalendar import Calendar, Event, vText

from pipeline.alerts.safe import one_line, web_address
from pipeline.alerts.words import DAYS_AHEAD
from policywatch import __version__, clock
from policywatch.home import Home
from warehouse import published

PAST: Final = timedelta(days=90)
MAX_ENTRIES: Final = 2_000
"""The nearest days; a calendar of everything that ever began would be megabytes, fetched again and again."""
_STARTS: Final = frozenset({"commences", "resumes"})

_DAYS: Final = """
SELECT day, what, policy_id, number, title, issuers, url, quote, is_approximate, disputed, known_from
FROM calendar
WHERE day >= ?
ORDER BY day, what, policy_id
LIMIT ?
"""


def calendar_of(home: Home, known: str | None) -> tuple[str, bytes | None]:
    """The file's content, and a mark of what it was made of; no content where `known` is that mark already.

    Raises:
        StorageError: the published database cannot be read.
    """
    rows = published.rows(home.published, _DAYS, [clock.today() - PAST, MAX_ENTRIES])
    mark = hashlib.sha256(f"{__version__} {rows}".encode()).hexdigest()[:32]
    return mark, None if mark == known else calendar(rows)


def calendar(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The calendar of `rows` (day, what, policy_id, number, title, issuers, url, quote, …, known_from)."""
    made = Calendar()
    made.add("prodid", f"-//policywatch//policywatch {__version__}//ZH")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", "政策施行与失效")
    seen: Counter[str] = Counter()
    for row in rows:
        # A day that moves stays the same entry, or calendars would show the old day beside the new one.
        thing = f"{row['policy_id']}|{row['what']}"
        seen[thing] += 1
        made.add_component(_entry(row, f"{thing}|{seen[thing]}"))
    content: bytes = made.to_ical()
    return content


def _entry(row: Mapping[str, Any], thing: str) -> Event:
    day: date = row["day"]
    known: datetime = row["known_from"]
    title = one_line(row["title"] or "", 160) or "（无标题）"
    number = one_line(row["number"] or "", 80)
    name = f"{title}（{number}）" if number and number not in title else title
    what = DAYS_AHEAD.get(row["what"], row["what"])
    entry = Event()
    entry.add("uid", f"{hashlib.sha256(thing.encode()).hexdigest()[:32]}@policywatch.invalid")
    entry.add("dtstamp", known)
    entry.add("dtstart", day)
    entry.add("dtend", day + timedelta(days=1))
    entry.add("summary", f"{what}：{name}")
    entry.add("transp", "TRANSPARENT")  # a policy's day makes nobody busy
    entry["categories"] = vText(what)
    if address := web_address(row["url"]):
        entry.add("url", address)
    entry.add("description", "\n".join(_told(row, day)))
    return entry


def _told(row: Mapping[str, Any], day: date) -> list[str]:
    lines = []
    if row["what"] not in _STARTS:
        lines.append(f"有效至 {day - timedelta(days=1)}（含当日）")
    if row["issuers"]:
        lines.append(f"发布机关：{one_line('、'.join(row['issuers']))}")
    if row["quote"]:
        lines.append(f"原文：“{one_line(row['quote'])}”")
    lines += ["日期为推定"] if row["is_approximate"] else []
    lines += ["依据不一"] if row["disputed"] else []
    if address := web_address(row["url"]):
        lines.append(address)
    return lines

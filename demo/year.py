"""A year of the demo portal, day by day: which edition stands, what is wrong, and what a correct watcher reports.

What belongs here: the script of the year and its expected events, worked out from `expected.yaml` (which says what each
edition tells and how long each policy is in force) by the rules of docs/meaning.md, never from what the program prints.
What does not: running it (`benchmarks.soak`).

The year begins with edition 5. Editions 8 and 9 leave the portal unwell for four months. On top of that: the bureau is
out for three days, the media for one (too short to be news), the portal's pages get a new look (no news either), and
later a sentence is put under every text of the portal at once: true edits, so many that a person must release their
alerts.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Final, NamedTuple

from demo.documents import Document, Version, load_documents
from demo.editions import BUREAU, EDITIONS, MEDIA, PORTAL, ZONE
from demo.expected import Expected, ExpectedForce, load_expected
from demo.site import HTML, Answer, Request, Script

FIRST: Final = date(2022, 3, 1)
DAYS: Final = 365
OUTAGES: Final = {BUREAU: (date(2022, 6, 10), date(2022, 6, 12)), MEDIA: (date(2022, 8, 5), date(2022, 8, 5))}
"""Host to the first and the last day on which it answers 503 to everything."""
NEW_LOOK: Final = date(2022, 5, 16)
"""From here on the portal's pages carry other class names, a banner and more links."""
UNDER_EVERY_TEXT: Final = date(2022, 9, 5)
"""From here on the portal prints a sentence of its own under the text of every policy."""
SENTENCE: Final = "本网站刊登的文本仅供查阅，以正式印发的纸质文本为准。"
AHEAD: Final = (30, 7)
"""Days before an end on which it is announced."""

_TOLD_BY_PAGES: Final = {
    "issued", "revised", "silently_edited", "amended", "repealed", "partially_repealed", "extended", "reported",
    "interpreted",
}  # fmt: skip
_ON_SIGHT: Final = {"issued", "reported", "interpreted"}
_ENDS_BY_ITSELF: Final = ("own term", "extended")
_BANNER: Final = (
    '<div class="banner-2022"><a href="/zt/">专题</a><a href="/fuwu/">办事服务</a><p>欢迎访问本站</p></div>'
)


class News(NamedTuple):
    """One event: what, about whom (a document's id, or a source), its legal day, the day it is found."""

    kind: str
    about: str
    happened_on: date | None
    found_on: date
    is_baseline: bool = False
    is_held: bool = False
    """Whether its alerts wait for a person."""


def days() -> Iterator[date]:
    """Every day of the year."""
    return (FIRST + timedelta(days=passed) for passed in range(DAYS))


def edition_on(day: date) -> int:
    """The number of the edition that the portal shows on `day`."""
    return max(edition.number for edition in EDITIONS if edition.at.date() <= day)


def morning(day: date) -> datetime:
    """When the portal is looked at on `day`, aware, China Standard Time."""
    return datetime(day.year, day.month, day.day, 6, 17, tzinfo=ZONE)


def script(day: date) -> Script:
    """What is done on `day` to what the portal's edition says and to how its server answers."""

    def revise(document: Document, version: Version) -> Version:
        if day < UNDER_EVERY_TEXT or document.id not in _edited():
            return version
        return replace(version, body=(*version.body, SENTENCE))

    def alter(request: Request, answer: Answer) -> Answer:
        first, last = OUTAGES.get(request.host, (date.max, date.min))
        if first <= day <= last:
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, b"out of service", "text/plain; charset=utf-8")
        is_page = answer.status == HTTPStatus.OK and answer.content_type == HTML % "utf-8" and "/t2" in request.path
        return relooked(answer) if day >= NEW_LOOK and request.host == PORTAL and is_page else answer

    return Script(revise, alter)


def relooked(answer: Answer) -> Answer:
    """The page after the new look: the same content in another dress, without the validators of the old one."""
    text = re.sub(r'class="([^"]+)"', r'class="v2 n-\1"', answer.body.decode())
    text = text.replace("<body>", f"<body>{_BANNER}", 1)
    headers = {name: value for name, value in answer.headers.items() if name not in {"ETag", "Last-Modified"}}
    return replace(answer, body=text.encode(), headers=headers)


def expected() -> list[News]:
    """Every event of the year, in order of the days on which they are found."""
    facts, begun = load_expected(), edition_on(FIRST)
    edited = (_edit(facts, about) for about in _edited())
    parts = (_told(facts, begun), _by_the_calendar(facts, begun), _of_pages(facts), edited)
    return sorted((news for part in parts for news in part), key=lambda news: (news.found_on, news.kind, news.about))


def _told(facts: Expected, begun: int) -> Iterator[News]:
    """What the editions tell; what stood there on the first day is baseline, and what ended before it is no event."""
    hidden = {document.id for document in load_documents().values() if begun in document.gone}
    for event in facts.events:
        about = event.policy or event.source
        if edition_day(event.edition) > _last():
            continue
        if event.edition > begun and event.kind in _TOLD_BY_PAGES:
            yield News(event.kind, about, event.happened_on, edition_day(event.edition))
        elif event.edition <= begun and event.kind in _ON_SIGHT and about not in hidden:
            yield News(event.kind, about, event.happened_on, FIRST, is_baseline=True)
        elif event.edition <= begun and event.kind == "issued":
            back = next(number for number in range(begun, len(EDITIONS) + 1) if about not in _gone(number))
            yield News("issued", about, event.happened_on, edition_day(back))


def _by_the_calendar(facts: Expected, begun: int) -> Iterator[News]:
    """What comes because a day comes, of policies that were known before it."""
    first_met = {news.about: news.found_on for news in _told(facts, begun) if news.kind == "issued"}
    for about, met in first_met.items():
        rows = facts.force[about]
        for day in days():
            force = _as_known(rows, day)
            if day <= met or force.disputed:
                continue
            if force.start == day:
                yield News("commenced", about, day, day)
            if force.to is None or not force.reason.startswith(_ENDS_BY_ITSELF):
                continue
            over = force.to + timedelta(days=1)
            if over == day:
                yield News("expired", about, day, day)
            elif any(over - timedelta(days=ahead) == day for ahead in AHEAD):
                yield News("expiring", about, over, day)


def _edit(facts: Expected, about: str) -> News:
    """The edit of all texts: silent, but a revision where a document extended the policy and its text had stayed."""
    number = edition_on(UNDER_EVERY_TEXT)
    told = {
        event.kind: event.happened_on for event in facts.events if event.policy == about and event.edition <= number
    }
    if "extended" in told and "revised" not in told:
        return News("revised", about, told["extended"], UNDER_EVERY_TEXT, is_held=True)
    return News("silently_edited", about, None, UNDER_EVERY_TEXT, is_held=True)


def _of_pages(facts: Expected) -> Iterator[News]:
    """What two looks in a row tell: sources that fail and come back, pages that are gone."""
    sources = {PORTAL: "demo_portal", BUREAU: "demo_bureau", MEDIA: "demo_media"}
    bad: dict[str, int] = dict.fromkeys(sources.values(), 0)
    missing: dict[str, int] = {}
    for day in days():
        number = edition_on(day)
        for host, source in sources.items():
            first, last = OUTAGES.get(host, (date.max, date.min))
            if first <= day <= last or source in facts.not_good[number]:
                bad[source] += 1
                if bad[source] == 2:  # noqa: PLR2004 - two in a row
                    yield News("source_unhealthy", source, None, day)
                continue
            if bad[source] > 1:
                yield News("source_recovered", source, None, day)
            bad[source] = 0
            for document in load_documents().values():
                if document.host != host or edition_on(FIRST) in document.gone:
                    continue
                missing[document.id] = missing.get(document.id, 0) + 1 if number in document.gone else 0
                if missing[document.id] == 2:  # noqa: PLR2004 - two in a row
                    yield News("disappeared", document.id, None, day)


def edition_day(number: int) -> date:
    """The day on which edition `number` is first shown; the first of the year for those before it."""
    return max(EDITIONS[number - 1].at.date(), FIRST)


def _as_known(rows: tuple[ExpectedForce, ...], day: date) -> ExpectedForce:
    known = [row for row in rows if row.known <= edition_on(day)]
    return known[-1] if known else rows[0]


def _gone(number: int) -> set[str]:
    return {document.id for document in load_documents().values() if number in document.gone}


@functools.cache
def _edited() -> frozenset[str]:
    """The policies of the portal that are there when the sentence comes."""
    number = edition_on(UNDER_EVERY_TEXT)
    return frozenset(
        event.policy
        for event in load_expected().events
        if event.kind == "issued" and event.source == "demo_portal" and event.edition <= number and event.policy
    )


def _last() -> date:
    return FIRST + timedelta(days=DAYS - 1)

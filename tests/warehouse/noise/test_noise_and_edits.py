"""Pages through the real reader and the real load: noise gives no event and no version, a real edit gives one event.

All cases share one warehouse, each with a place of its own: one crawl brings every page as it was, the next as it is.
"""

import hashlib
import json
from dataclasses import dataclass

import pytest
from edited_pages import EDITS, Edit
from noisy_pages import BYTES_NOISE, LISTED_NOISE, NOISE, PLACES, SHAPES, both

from pipeline import rows
from pipeline.parsers import Listed, read_page
from pipeline.reading import Tables
from policywatch.home import Home

UNDER = "a digit in an amount"
BEFORE, AFTER = "2023-01-10T01:00:00+00:00", "2023-02-10T01:00:00+00:00"


@dataclass(frozen=True)
class Case:
    """A page before and after, and what was said of it."""

    name: str
    shape: str
    place: str
    before: bytes
    after: bytes
    listed: tuple
    edit: Edit | None = None

    @property
    def url(self):
        return f"http://www.city.gov.cn/{PLACES.index(self.place)}.html"


def changes():
    """(name, shape, change of the text, of the bytes, of what the list says, edit): noise, edits, edits under noise."""
    for shape in SHAPES:
        for name, change in NOISE.items():
            yield name, shape, change, str.encode, {}, None
        for name, change in BYTES_NOISE.items():
            yield name, shape, str, change, {}, None
        for name, edit in EDITS.items():
            yield name, shape, edit.change, str.encode, edit.listed, edit
    for name, listed in LISTED_NOISE.items():
        yield name, "list", str, str.encode, listed, None
    edit = EDITS[UNDER]
    for name, change in NOISE.items():
        yield f"{name} and {UNDER}", "portal", both(edit.change, change), str.encode, {}, edit
    for name, change in BYTES_NOISE.items():
        yield f"{name} and {UNDER}", "portal", edit.change, change, {}, edit


def cases():
    """Every case in which there is something to change."""
    places = iter(PLACES)
    for name, shape, change, encode, says, edit in changes():
        page = SHAPES[shape]
        after, said = change(page.html), {**page.listed, **(says if page.listed else {})}
        if (after, said, encode) == (page.html, page.listed, str.encode):
            continue
        place = next(places)
        listed = tuple({key: value.replace("@", place) for key, value in item.items()} for item in (page.listed, said))
        before, after = page.html.replace("@", place).encode(), encode(after.replace("@", place))
        yield Case(name, shape, place, before, after, listed, edit)


CASES = list(cases())


def crawl(world, when, pages):
    """One crawl in which each page was new or changed, read and loaded as `policywatch run` does."""
    crawl_id = f"city-{when[:10]}"
    tables = Tables()
    for url, content, listed in pages:
        digest = hashlib.sha256(content).hexdigest()
        entry = {
            "capture_id": hashlib.sha256(f"{url}{when}".encode()).hexdigest()[:16], "crawl_id": crawl_id,
            "source": "city", "role": "page", "url": url, "canonical_url": url, "fetched_at": when, "status": 200,
            "outcome": "changed", "digest": f"sha256:{digest}", "warc_file": "x", "warc_offset": 0, "warc_length": 1,
        }  # fmt: skip
        tables.captures.append(rows.capture_row(entry))
        record = read_page(content, url=url, content_type="text/html", listed=Listed(**listed), authority="portal")
        tables.take(entry, record, authority="portal")
    home = Home.at(str(world.root / "home"))
    run = {"crawl_id": crawl_id, "source": "city", "started_at": when, "finished_at": when, "verdict": "good"}
    tables.write(home, run)
    return world.ledger.load(home.staging / crawl_id)


@pytest.fixture(scope="module")
def told(tmp_path_factory, request):
    """What the warehouse says after both crawls: events, versions and measures by page."""
    world = request.getfixturevalue("world_class")(tmp_path_factory.mktemp("noise"))
    crawl(world, BEFORE, [(case.url, case.before, case.listed[0]) for case in CASES])
    crawl(world, AFTER, [(case.url, case.after, case.listed[1]) for case in CASES])
    yield Told(world)
    world.ledger.close()


class Told:
    """The answers, asked once for all cases."""

    def __init__(self, world):
        self.events = self.by_url(world, "SELECT url, kind, before, after FROM event WHERE kind <> 'issued'")
        self.issued = self.by_url(world, "SELECT url, kind FROM event WHERE kind = 'issued'")
        self.pages = self.by_url(world, "SELECT url, known_from FROM page_version")
        self.policies = self.by_url(world, "SELECT url, policy_id FROM policy_version")
        self.measures = self.by_url(
            world,
            """SELECT p.canonical_url, m.measure_id, m.path, m.text, CAST(m.known_from AS VARCHAR), m.known_to IS NULL
            FROM measure_version AS m INNER JOIN page AS p ON p.policy_id = m.policy_id
            ORDER BY m.known_from, m.position""",
        )

    @staticmethod
    def by_url(world, sql):
        found = {}
        for url, *row in world.rows(sql):
            found.setdefault(url, []).append(tuple(row))
        return found


def test_there_are_enough_of_them():
    assert {case.name for case in CASES} >= {
        *NOISE,
        *BYTES_NOISE,
        *LISTED_NOISE,
        *EDITS,
    }  # none that changes nothing anywhere
    assert len({case.name for case in CASES if case.edit is None}) >= 60
    assert len({case.name for case in CASES if case.edit}) >= 45
    assert all(case.before != case.after or case.listed[0] != case.listed[1] for case in CASES)


@pytest.mark.parametrize(
    "case", [case for case in CASES if not case.edit], ids=lambda case: f"{case.name}, {case.shape}"
)
def test_noise_is_no_change(told, case):
    assert told.events.get(case.url, []) == []
    assert len(told.issued[case.url]) == len(told.pages[case.url]) == len(told.policies[case.url]) == 1
    assert [row[4] for row in told.measures[case.url]] == [True] * 5


@pytest.mark.parametrize("case", [case for case in CASES if case.edit], ids=lambda case: f"{case.name}, {case.shape}")
def test_an_edit_is_one_event_on_the_right_measure(told, case):
    edit = case.edit
    ((kind, before, after),) = told.events[case.url]
    assert kind == edit.kind
    assert len(told.issued[case.url]) == 1
    assert len({row[0] for row in told.policies[case.url]}) == 1
    lives = {}
    for measure_id, path, text, _, is_now in told.measures[case.url]:
        lives.setdefault(measure_id, []).append((path, text, is_now))
    found = {"changed": set(), "moved": set(), "new": set(), "ended": set()}
    first = {row[0] for row in told.measures[case.url] if row[3].startswith(BEFORE[:10])}
    for measure_id, life in lives.items():
        if measure_id not in first:
            found["new"].add(life[0][0])
        elif not life[-1][2]:
            found["ended"].add(life[0][0])
        elif len(life) > 1:
            found["moved" if life[0][1] == life[-1][1] else "changed"].add(life[0][0])
    assert found == {name: set(getattr(edit, name)) for name in found}
    if kind == "silently_edited":
        was, is_now = ({item["path"] for item in json.loads(text).get("measures", [])} for text in (before, after))
        assert was == {*edit.changed, *edit.ended}
        assert len(is_now) == len({*edit.changed, *edit.new})

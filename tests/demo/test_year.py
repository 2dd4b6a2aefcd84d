"""The scripted year: its expected events follow from the editions, and what befalls the portal is what it says."""

from collections import Counter
from datetime import date, timedelta

import pytest

from demo import site, year
from demo.documents import load_documents
from demo.editions import BUREAU, PORTAL

DOCUMENT = load_documents()["software-2021"]
REQUEST = site.Request(PORTAL, DOCUMENT.path)
BEFORE = year.FIRST
WELL = site.answer(5, REQUEST)


def on(day, request=REQUEST):
    return site.answer(year.edition_on(day), request, script=year.script(day))


def test_an_ordinary_day_shows_the_edition_as_it_is():
    assert on(BEFORE) == WELL


def test_the_new_look_changes_the_markup_and_no_word():
    page = on(year.NEW_LOOK)
    assert page.body != WELL.body
    assert "ETag" not in page.headers
    for line in DOCUMENT.at(5).body[:5]:
        assert line.lstrip("#> ").encode() in page.body


def test_the_sentence_stands_under_every_text_of_the_portal_and_of_no_other():
    assert year.SENTENCE.encode() not in on(year.UNDER_EVERY_TEXT - timedelta(days=1)).body
    assert year.SENTENCE.encode() in on(year.UNDER_EVERY_TEXT).body
    other = next(item for item in load_documents().values() if item.host == BUREAU)
    assert year.SENTENCE.encode() not in on(year.UNDER_EVERY_TEXT, site.Request(BUREAU, other.path)).body


def test_an_outage_takes_every_answer_of_its_host():
    first, last = year.OUTAGES[BUREAU]
    asked = site.Request(BUREAU, site.SEARCH)
    statuses = [on(first + timedelta(days=passed), asked).status for passed in range(-1, (last - first).days + 2)]
    assert statuses == [200, 503, 503, 503, 200]
    assert on(first).status == 200


@pytest.mark.parametrize(
    "news",
    [
        year.News("issued", "public-venues-2020", date(2020, 3, 18), date(2022, 3, 21)),
        year.News("commenced", "parking-measures-2022", date(2022, 5, 1), date(2022, 5, 1)),
        year.News("expiring", "night-economy-2019", date(2022, 11, 1), date(2022, 10, 25)),
        year.News("expired", "night-economy-2019", date(2022, 11, 1), date(2022, 11, 1)),
        year.News("source_unhealthy", "demo_bureau", None, date(2022, 6, 11)),
        year.News("source_recovered", "demo_portal", None, date(2023, 2, 20)),
        year.News("revised", "old-housing-2020", date(2022, 6, 30), date(2022, 9, 5), is_held=True),
        year.News("disappeared", "cold-chain-2021", None, date(2023, 2, 21)),
    ],
    ids=lambda news: f"{news.kind} {news.about}",
)
def test_a_day_that_was_worked_out_by_hand(news):
    assert year.expected().count(news) == 1


def test_nothing_is_expected_twice_nor_outside_of_the_year():
    found = year.expected()
    assert all(year.FIRST <= news.found_on < year.FIRST + timedelta(days=year.DAYS) for news in found)
    assert max(Counter(replace_page(news) for news in found).values()) == 1
    assert sum(news.is_held for news in found) > 20
    assert not any(news.about == "old-housing-2020" and news.kind == "expiring" for news in found), "it was extended"


def replace_page(news):
    """Two pages may report one policy on one day."""
    return (*news[:4], id(news)) if news.kind == "reported" else news[:4]

"""Two ways to the same list: what `expected.yaml` says, and what follows from the documents' data and the intervals."""

from collections import Counter
from datetime import date, timedelta

import pytest

from demo.documents import load_documents
from demo.editions import BUREAU, EDITIONS, MEDIA, PORTAL
from demo.expected import load_expected

EXPECTED = load_expected()
DOCUMENTS = load_documents()
SOURCES = {PORTAL: "demo_portal", BUREAU: "demo_bureau", MEDIA: "demo_media"}
DAYS = {item.number: item.at.date() for item in EDITIONS}
ONE_DAY = timedelta(days=1)
COPIES = {"sme-recognition-copy"}
POLICIES = {
    key
    for key, document in DOCUMENTS.items()
    if document.shape in {"doc_info", "status_script", "label_table", "label_paragraphs"} and key not in COPIES
}
OBSERVED = ("issued", "repealed", "partially_repealed", "extended", "amended", "revised", "silently_edited")


def told(*kinds):
    """(edition, kind, policy, day) of the expected events of these kinds, each once."""
    found = [(event.edition, event.kind, event.policy, event.happened_on) for event in EXPECTED.events]
    return sorted((row for row in found if row[1] in kinds), key=str)


def known_until(key, number):
    """The interval that was known of a policy after edition `number`, or None."""
    rows = [row for row in EXPECTED.force.get(key, ()) if row.known <= number]
    return rows[-1] if rows else None


def first_seen(document):
    return document.since + 1 if document.since in document.failing else document.since


def test_no_event_is_told_twice():
    counted = Counter(
        (event.edition, event.kind, event.policy, event.source, event.url, event.happened_on)
        for event in EXPECTED.events
    )
    assert [row for row, count in counted.items() if count > 1] == []


def test_every_kind_of_event_happens():
    assert {event.kind for event in EXPECTED.events} == {
        "issued", "revised", "silently_edited", "amended", "repealed", "partially_repealed", "extended", "commenced",
        "expired", "expiring", "disappeared", "reappeared", "reported", "interpreted", "source_unhealthy",
        "source_recovered",
    }  # fmt: skip


def test_names_numbers_and_sources_are_those_of_the_documents():
    for event in EXPECTED.events:
        if event.policy is None:
            assert event.kind in {"source_unhealthy", "source_recovered"}
            continue
        document = DOCUMENTS[event.policy]
        version = document.at(event.edition)
        assert event.title == version.title
        printed = version.listed.get("number") or version.box.get("发文字号") or version.box.get("文　　号")
        assert (event.number or "〔〕") == printed.replace("﹝", "〔").replace("﹞", "〕")
        if event.url:
            assert any(page.url == event.url and SOURCES[page.host] == event.source for page in DOCUMENTS.values())
        else:
            assert event.source == SOURCES[document.host]


def test_days_and_baseline_are_those_of_the_editions():
    assert set(EXPECTED.not_good) == set(DAYS)
    assert all(event.is_baseline == (event.edition == 1) for event in EXPECTED.events)


def test_each_policy_is_issued_once_when_it_can_first_be_read():
    follows = sorted(
        (
            (first_seen(DOCUMENTS[key]), "issued", key, date.fromisoformat(DOCUMENTS[key].at(12).published))
            if key != "data-sharing-2021"  # published again later
            else (2, "issued", key, date(2021, 5, 18))
            for key in POLICIES
        ),
        key=str,
    )
    assert told("issued") == follows
    assert set(EXPECTED.force) == POLICIES
    assert all(rows[0].known == first_seen(DOCUMENTS[key]) for key, rows in EXPECTED.force.items())


def test_the_calendars_events_follow_from_the_intervals():
    follows = []
    for number, today in DAYS.items():
        for key in POLICIES:
            before, now = known_until(key, number - 1), known_until(key, number)
            if not before or not now:
                continue
            earlier = DAYS[number - 1]
            if now.start and earlier < now.start <= today:
                follows.append((number, "commenced", key, now.start))
            if not now.to or now.disputed or now.reason.startswith("repealed"):
                continue
            if earlier <= now.to < today:
                follows.append((number, "expired", key, now.to + ONE_DAY))

            def threshold(day, end=now.to):
                return next((limit for limit in (7, 30) if 0 < (end - day).days <= limit), None)

            if threshold(today) and (before.to != now.to or threshold(earlier) != threshold(today)):
                follows.append((number, "expiring", key, now.to + ONE_DAY))
    assert told("commenced", "expired", "expiring") == sorted(follows, key=str)


def test_no_end_comes_so_near_at_first_sight_that_a_warning_would_be_in_doubt():
    for rows in EXPECTED.force.values():
        if rows[0].to and not rows[0].disputed:
            assert not 0 <= (rows[0].to - DAYS[rows[0].known]).days <= 31
    boundaries = {(row.to - today).days for rows in EXPECTED.force.values() for row in rows if row.to
                  for today in DAYS.values()}  # fmt: skip
    assert not boundaries & {-1, 0, 1, 6, 7, 8, 29, 30, 31}


def test_repeals_and_extensions_follow_from_how_the_intervals_change():
    follows = []
    for key, rows in EXPECTED.force.items():
        for row in rows[1:]:
            if row.reason.startswith("repealed"):
                follows.append((row.known, "repealed", key, row.to + ONE_DAY))
            else:
                assert row.reason.startswith("extended by ")
                notice = DOCUMENTS[row.reason.removeprefix("extended by ")]
                follows.append((row.known, "extended", key, date.fromisoformat(notice.at(12).published)))
    assert told("repealed", "extended") == sorted(follows, key=str)


def test_reasons_name_documents_of_the_same_edition():
    for rows in EXPECTED.force.values():
        for row in rows:
            by = row.reason.partition(" by ")[2]
            if by and by not in {"the portal", "the portal after its own term"}:
                assert first_seen(DOCUMENTS[by]) == row.known


def test_edits_of_a_policys_text_are_told_and_edits_of_its_box_alone_are_not():
    follows = set()
    for key in POLICIES:
        states = DOCUMENTS[key].states
        previous = states[DOCUMENTS[key].since]
        for number, version in list(states.items())[1:]:
            if version.body != previous.body:
                follows.add((number, key))
            previous = version
    assert {(number, key) for number, _, key, _ in told("revised", "silently_edited")} == follows


def test_a_start_in_the_box_is_the_first_day_in_force():
    for key in POLICIES:
        printed = DOCUMENTS[key].states[DOCUMENTS[key].since].box.get("实施日期")
        if printed:
            digits = "".join(
                part.rjust(2, "0") for part in printed.replace("年", "-").replace("月", "-").strip("日").split("-")
            )
            assert EXPECTED.force[key][0].start == date.fromisoformat(digits)


def test_pages_about_policies_are_told_once_per_policy():
    kinds = {"新闻发布会": "reported", "政策解读": "interpreted", "": "reported"}
    follows = {
        (document.since, kinds[document.column], document.url, date.fromisoformat(document.at(12).published[:10]))
        for document in DOCUMENTS.values()
        if document.shape in {"article", "news"} and document.id != "autumn-fair-news"
    }
    events = [event for event in EXPECTED.events if event.kind in {"reported", "interpreted"}]
    assert {(event.edition, event.kind, event.url, event.happened_on) for event in events} == follows
    for event in events:
        (page,) = [document for document in DOCUMENTS.values() if document.url == event.url]
        text = "".join(page.at(event.edition).body)
        title = event.title.partition("《")[2].partition("》")[0] or event.title
        assert title in text or event.number in text


def test_gone_pages_follow_from_two_good_crawls():
    follows = []
    for document in DOCUMENTS.values():
        missed, gone = 0, False
        for number in DAYS:
            if number < document.since or SOURCES[document.host] in EXPECTED.not_good[number]:
                continue
            missed = missed + 1 if number in document.gone else 0
            if missed == 2:
                follows.append((number, "disappeared", document.id, None))
                gone = True
            if gone and not missed:
                follows.append((number, "reappeared", document.id, None))
                gone = False
    assert told("disappeared", "reappeared") == sorted(follows, key=str)


def test_health_follows_from_the_faults():
    bad = {item.number: {SOURCES[host] for host in item.challenged | item.broken} for item in EDITIONS}
    assert bad == EXPECTED.not_good
    follows, run = [], Counter()
    for number in DAYS:
        for source in SOURCES.values():
            if source in bad[number]:
                run[source] += 1
                if run[source] == 2:
                    follows.append((number, "source_unhealthy", source))
            else:
                if run[source] >= 2:
                    follows.append((number, "source_recovered", source))
                run[source] = 0
    told_now = [(event.edition, event.kind, event.source) for event in EXPECTED.events if event.policy is None]
    assert sorted(told_now) == sorted(follows)


@pytest.mark.parametrize("kind", OBSERVED)
def test_nothing_that_only_a_page_can_say_is_told_of_a_source_that_was_not_read(kind):
    for event in EXPECTED.events:
        if event.kind == kind:
            assert event.source not in EXPECTED.not_good[event.edition]

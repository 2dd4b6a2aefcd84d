"""Feeds and the calendar as files: valid, escaped, stable where nothing happened, put in place whole."""

import json
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import icalendar
import lxml.html
import pytest
from fake_ledger import CHECKED, NOW, FakeLedger, event_row
from lxml import etree

from pipeline.alerts import feeds, ical
from pipeline.alerts.config import Subscriptions
from pipeline.alerts.outbox import queue
from pipeline.alerts.wishes import HoldLimits
from policywatch.errors import StorageError

NASTY = "关于<script>alert(1)</script>]]>&amp;**b**\r\nDTSTART:19990101\u202e👩‍🌾;,\\n" + "长" * 5000
NAMES = {"a": feeds.ATOM}
LATER = CHECKED + timedelta(hours=1)


def subscribed(*names, **filters):
    items = [{"name": name, "deliver": [{"kind": "console"}], **filters} for name in names]
    return Subscriptions.model_validate({"subscriptions": items})


@pytest.fixture
def told(home):
    """Two events queued for `ends`, one of them with a title that would break things, and a baseline for nobody."""
    ledger = FakeLedger(
        event_row(1),
        event_row(
            2, title=NASTY, quote=NASTY, url="http://a.example/?a=1&b=<x>", detected_at=CHECKED + timedelta(hours=1)
        ),
        event_row(3, kind="issued", is_baseline=True),
        event_row(4, kind="issued"),
    )
    wanted = subscribed("ends", events=["repealed"])
    queue(ledger, wanted, NOW)
    written = feeds.publish(ledger, wanted, home)
    return SimpleNamespace(ledger=ledger, wanted=wanted, home=home, written=written, folder=home.feeds)


def atom(told, stem):
    return etree.fromstring((told.folder / f"{stem}.atom").read_bytes())


def test_atom_holds_what_was_told_the_latest_first(told):
    assert len(told.written) == 4
    root = atom(told, "subscriptions/ends")
    assert root.findtext("a:title", namespaces=NAMES) == "政策变化：ends"
    assert root.findtext("a:updated", namespaces=NAMES) == "2024-03-01T23:17:00Z"
    entries = root.findall("a:entry", NAMES)
    assert [entry.find("a:category", NAMES).get("term") for entry in entries] == ["repealed", "repealed"]
    assert entries[0].find("a:link", NAMES).get("href") == "http://a.example/?a=1&b=%3Cx%3E"
    ids = [element.text for element in root.iterfind(".//a:id", NAMES)]
    assert len(set(ids)) == 3
    assert all(name.startswith("urn:uuid:") for name in ids)
    # RFC 4287, 4.1: what a feed and an entry must have, once.
    for element, needed in ((root, ("id", "title", "updated", "author")), (entries[0], ("id", "title", "updated"))):
        assert [len(element.findall(f"a:{name}", NAMES)) for name in needed] == [1] * len(needed)
    kinds = [entry.find("a:category", NAMES).get("term") for entry in atom(told, "all").findall("a:entry", NAMES)]
    assert kinds == ["repealed", "repealed", "issued"]


def test_words_of_a_page_are_text_in_every_format(told):
    entry = atom(told, "all").find("a:entry", NAMES)
    assert "<script>alert(1)</script>]]>&amp;**b** DTSTART:19990101👩‍🌾" in entry.findtext("a:title", namespaces=NAMES)
    content = lxml.html.fromstring(f"<div>{entry.findtext('a:content', namespaces=NAMES)}</div>")
    assert not list(content.iter("script"))
    item = json.loads((told.folder / "all.json").read_text(encoding="utf-8"))["items"][0]
    assert len(item["title"]) <= 200
    assert not list(lxml.html.fromstring(f"<div>{item['content_html']}</div>").iter("script"))
    assert item["_policywatch"]["title"] == NASTY
    assert item["date_published"] == "2024-03-01T23:17:00Z"


def test_nothing_is_written_where_nothing_happened_and_what_is_not_wanted_goes(told):
    before = (told.folder / "all.atom").stat().st_mtime_ns
    assert feeds.publish(told.ledger, told.wanted, told.home) == []
    told.ledger.add(event_row(5, kind="expired"))
    queue(told.ledger, told.wanted, NOW)
    assert [path.name for path in feeds.publish(told.ledger, told.wanted, told.home)] == ["all.atom", "all.json"]
    assert (told.folder / "all.atom").stat().st_mtime_ns >= before

    feeds.publish(told.ledger, subscribed("中小企业 x"), told.home)
    names = sorted(str(path.relative_to(told.folder)) for path in told.folder.rglob("*") if path.is_file())
    assert names == [
        "all.atom",
        "all.json",
        "index.json",
        "subscriptions/中小企业 x.atom",
        "subscriptions/中小企业 x.json",
    ]
    assert atom(told, "subscriptions/中小企业 x").findtext("a:updated", namespaces=NAMES) == "1970-01-01T00:00:00Z"


def test_a_damaged_state_removes_nothing_else(told):
    outside = told.folder.parent / "policies.atom"
    outside.write_text("kept")
    for state in ('{"../policies": "x"}', '{"subscriptions/../../policies": "x"}', "[", '["all"]'):
        (told.folder / "index.json").write_text(state)
        assert len(feeds.publish(told.ledger, told.wanted, told.home)) == 4
    assert outside.read_text() == "kept"


def test_what_is_held_or_withdrawn_is_in_no_feed(home):
    ledger = FakeLedger(*(event_row(nth) for nth in range(1, 6)), event_row(9, crawl_id="other"))
    wanted = subscribed("ends").model_copy(update={"hold": HoldLimits(policies=3)})
    queue(ledger, wanted, NOW)
    ledger._connection.execute("UPDATE event SET withdrawn_at = now() WHERE crawl_id = 'other'")
    feeds.publish(ledger, wanted, home)
    assert json.loads((home.feeds / "all.json").read_text(encoding="utf-8"))["items"] == []


def test_a_folder_that_cannot_be_written_is_said(home):
    home.root.mkdir()
    (home.root / "published").write_text("")
    with pytest.raises(StorageError, match=r"feeds cannot be written \(.*\); check owner and disk"):
        feeds.publish(FakeLedger(event_row(1)), subscribed(), home)


def day(nth=1, **changes):
    return {
        "day": date(2024, 4, 1), "what": "expires", "policy_id": f"po_{nth}", "number": f"云政发〔2021〕{nth}号",
        "title": "云江市办法", "issuers": ["云江市人民政府"], "url": "http://a.example/1", "quote": "有效期三年。",
        "is_approximate": False, "disputed": False, "known_from": datetime(2024, 3, 1, 22, 17, tzinfo=UTC),
    } | changes  # fmt: skip


def entries(content):
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def test_a_calendar_entry_says_what_ends_and_the_last_day():
    (entry,) = entries(ical.calendar([day()]))
    assert entry["summary"] == "失效：云江市办法（云政发〔2021〕1号）"
    assert (entry["dtstart"].dt, entry["dtend"].dt) == (date(2024, 4, 1), date(2024, 4, 2))
    assert "有效至 2024-03-31（含当日）" in entry["description"]
    assert entry["dtstamp"].dt.isoformat() == "2024-03-01T22:17:00+00:00"
    (start,) = entries(ical.calendar([day(what="commences")]))
    assert start["summary"].startswith("施行：")
    assert "有效至" not in start["description"]


def test_a_day_that_moves_stays_the_same_entry_and_two_stay_two():
    (first,) = entries(ical.calendar([day()]))
    (moved,) = entries(ical.calendar([day(day=date(2025, 4, 1))]))
    assert first["uid"] == moved["uid"]
    assert len({entry["uid"] for entry in entries(ical.calendar([day(1), day(2), day(1, what="commences")]))}) == 3


def test_a_title_cannot_add_lines_to_the_calendar():
    content = ical.calendar([day(title=NASTY, quote=NASTY, number="1\r\nATTENDEE:x", issuers=[NASTY])])
    (entry,) = entries(content)
    assert len(entry["dtstart"].dt.isoformat()) == 10
    assert entry["dtstart"].dt == date(2024, 4, 1)
    assert "attendee" not in entry
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert "👩‍🌾;," in entry["summary"]

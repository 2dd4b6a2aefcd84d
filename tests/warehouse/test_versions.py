"""Versions with two clocks; loading twice, out of order, and by another parser."""

import pytest


def versions(world, table="page_version"):
    return world.rows(
        f"""SELECT strftime(known_from, '%m-%d'), strftime(known_to, '%m-%d'), change_cause
        FROM {table} ORDER BY known_from, known_to"""
    )


def edited(world, **more):
    clauses = [
        world.clause("一", "给予最高150万元补助。", "补助标准"),
        world.clause("二", "由市财政局负责。", "组织实施"),
    ]
    return world.policy(outcome="changed", clauses=clauses, **more)


def test_a_change_closes_the_old_version_and_appends_the_new_one(world):
    world.crawl("2021-01-02", world.policy())
    world.crawl("2021-02-02", world.policy(outcome="unchanged"))
    report = world.crawl("2021-03-02", edited(world))
    assert (report.pages_changed, report.policies_changed, report.measures) == (1, 1, 1)
    expected = [("01-01", "03-01", "source"), ("03-01", None, "source")]
    assert versions(world) == expected
    assert versions(world, "policy_version") == expected
    assert len(versions(world, "measure_version")) == 3


def test_the_same_reading_again_is_no_version(world):
    world.crawl("2021-01-02", world.policy())
    report = world.crawl("2021-02-02", world.policy(outcome="changed"))
    assert (report.pages_changed, report.pages_unchanged) == (0, 1)
    assert len(versions(world)) == 1


def test_a_run_is_loaded_once(world):
    folder = world.stage("2021-01-02", world.policy())
    assert world.ledger.load(folder).policies_new == 1
    assert world.ledger.load(folder).policies_new == 0
    assert world.ledger.loaded() == {"city-20210101T220000Z"}
    assert world.one("SELECT count(*) FROM capture") == 1


def test_captures_that_are_known_are_not_loaded_again_by_another_ingest(world):
    first, second = world.policy(when="2020-03-03"), edited(world, when="2020-04-04")
    world.crawl("2021-01-02", first, source=None)
    report = world.crawl("2021-02-02", first, second, source=None)
    assert (report.pages_new, report.pages_changed) == (0, 1)
    assert world.one("SELECT count(*) FROM capture") == 2


def test_several_captures_of_a_page_in_one_batch_are_applied_in_order_of_time(world):
    report = world.crawl("2021-06-06", edited(world, when="2020-04-05"), world.policy(when="2020-03-05"), source=None)
    assert versions(world) == [("03-04", "04-04", "source"), ("04-04", None, "source")]
    assert report.events == {"issued": 1, "silently_edited": 1}
    assert (report.pages_new, report.pages_changed) == (1, 1)


def test_text_is_stored_once(world):
    same = {"number": None, "text": "同一正文"}
    world.crawl("2021-01-02", world.policy("http://city/a", "甲", **same), world.policy("http://city/b", "乙", **same))
    assert world.one("SELECT count(*) FROM body_text") == 1


def test_another_parser_gives_versions_and_never_an_event(world):
    world.crawl("2021-01-02", world.policy(status_raw="有效", stated_status="in_force"))
    again = edited(
        world,
        cause="parser",
        parser_version="2",
        stated_status="repealed",
        repealed_date="2020-12-01",
        when="2021-01-02",
    )
    news = world.news("http://city/n", world.cites("mentions", None, "云政发〔2020〕1号"), cause="parser")
    report = world.crawl("2021-02-02", again, news)
    assert report.events == {}
    assert versions(world, "policy_version") == [("01-01", "02-01", "source"), ("02-01", None, "parser")]
    assert world.one("SELECT DISTINCT parser_version FROM page WHERE policy_id IS NOT NULL") == "2"
    assert world.force() == [("2020-02-01", "2020-11-30", "repealed_stated", False)]


def test_bytes_changed_under_a_new_parser_tell_only_what_the_bytes_changed(world):
    world.crawl("2021-01-02", world.policy())
    reread = world.policy(
        name="云江市甲办法（全文）", cause="parser", parser_version="2", when="2021-01-02", outcome="new"
    )
    changed = edited(world, name="云江市甲办法（全文）", parser_version="2")
    world.crawl("2021-02-02", reread, changed)
    assert world.events() == [("silently_edited", "云江市甲办法（全文）", None)]
    assert "title" not in world.one("SELECT after FROM event WHERE kind = 'silently_edited'")


def test_the_last_reading_is_told_for_rereading(world):
    world.crawl("2021-01-02", world.policy())
    world.crawl(
        "2021-02-02",
        world.policy(outcome="unchanged"),
        world.policy("http://city/b", number="云政发〔2020〕2号"),
        source="city",
    )
    (first, second) = world.ledger.current("city")
    assert (first["canonical_url"], first["parser_version"], first["outcome"]) == ("http://city/a", "1", "new")
    assert (first["warc_file"], first["warc_offset"], first["listed"]) == ("x.warc.gz", 0, None)
    assert second["canonical_url"] == "http://city/b"
    assert world.ledger.current("elsewhere") == []


# --- late captures ---------------------------------------------------------------------------------------------------


def test_an_older_capture_slots_into_history_and_is_no_news(world):
    world.crawl("2021-03-02", world.policy())
    world.crawl("2021-04-02", edited(world, when="2021-02-02"), source=None)
    assert versions(world) == [("02-01", "03-01", "source"), ("03-01", None, "source")]
    assert versions(world, "policy_version") == versions(world)
    assert world.events() == [("silently_edited", "云江市甲办法", None)]
    assert [event["kind"] for event in world.ledger.unmatched_events()] == ["issued"]
    assert world.one("SELECT strftime(first_seen_at, '%m-%d') FROM page") == "02-01"


@pytest.mark.parametrize("order", [(3, 2, 1, 0), (1, 3, 0, 2)])
def test_page_history_is_the_same_in_whatever_order_captures_arrive(world, order):
    captures = [
        world.policy(when="2021-01-02"),
        world.policy(when="2021-02-02", text="乙"),
        world.policy(when="2021-03-02"),
        world.policy(when="2021-04-02"),
    ]
    for number, place in enumerate(order):
        world.crawl(f"2022-01-{number + 1:02}", captures[place], source=None)
    found = [row[:2] for row in versions(world)]
    assert found == [("01-01", "02-01"), ("02-01", "03-01"), ("03-01", None)]


def test_an_older_capture_that_says_the_same_changes_nothing(world):
    world.crawl("2021-03-02", world.policy())
    world.crawl("2021-05-02", edited(world))
    world.crawl("2021-06-02", world.policy(when="2021-04-02"), source=None)
    assert versions(world) == [("03-01", "05-01", "source"), ("05-01", None, "source")]


def test_knowledge_time_is_the_captures_own_and_never_the_clocks(world):
    world.crawl("2021-01-02", world.policy(when="2019-09-09"), source=None)
    assert world.one("SELECT strftime(detected_at, '%Y-%m-%d') FROM event") == "2019-09-08"
    tables = {
        "page_version": "known_from",
        "policy_version": "known_from",
        "effect": "known_from",
        "measure_version": "known_from",
    }
    for table, column in tables.items():
        assert world.one(f"SELECT DISTINCT strftime({column}, '%Y-%m-%d') FROM {table}") == "2019-09-08"

"""Pages that vanish and come back; sources that fall ill and recover. Only good runs count."""

import pytest


@pytest.fixture
def known(world):
    """A world whose page answered once, in a good crawl."""
    world.crawl("2021-01-02", world.policy())
    return world


def ask(world, when, outcome, **more):
    return world.crawl(when, world.page("http://city/a", outcome), **more)


def state(world):
    return world.one("SELECT state FROM page")


def test_gone_after_two_good_crawls_and_back_without_any_effect_on_force(known):
    ask(known, "2021-02-02", "missing")
    assert (state(known), known.events()) == ("live", [])
    ask(known, "2021-03-02", "missing")
    ask(known, "2021-04-02", "missing")
    assert (state(known), known.events()) == ("gone", [("disappeared", "云江市甲办法", None)])
    ask(known, "2021-05-02", "unchanged")
    assert state(known) == "live"
    assert known.events() == [("disappeared", "云江市甲办法", None), ("reappeared", "云江市甲办法", None)]
    assert (
        known.rows("SELECT url, policy_id IS NOT NULL, is_baseline FROM event WHERE kind <> 'issued'")
        == [("http://city/a", True, False)] * 2
    )
    assert known.force() == [("2020-02-01", None, None, False)]


def test_it_may_vanish_twice(known):
    for month, outcome in enumerate(["missing", "missing", "unchanged", "missing", "missing"], 2):
        ask(known, f"2021-{month:02}-02", outcome)
    assert [row[0] for row in known.events()] == ["disappeared", "reappeared", "disappeared"]


@pytest.mark.parametrize("verdict", ["suspect", "failed"])
def test_bad_crawls_count_nothing(known, verdict):
    ask(known, "2021-02-02", "missing")
    ask(known, "2021-03-02", "missing", verdict=verdict)
    ask(known, "2021-04-02", "missing", verdict=verdict)
    assert known.events("disappeared") == []
    ask(known, "2021-05-02", "missing")
    assert [row[0] for row in known.events("disappeared")] == ["disappeared"]


@pytest.mark.parametrize("outcome", ["failed", "blocked"])
def test_no_answer_is_not_missing(known, outcome):
    ask(known, "2021-02-02", outcome)
    ask(known, "2021-03-02", outcome)
    assert (state(known), known.events()) == ("unreachable", [])


def test_an_answer_between_two_misses_starts_the_count_anew(known):
    for month, outcome in enumerate(["missing", "unchanged", "missing"], 2):
        ask(known, f"2021-{month:02}-02", outcome)
    assert known.events() == []


def test_a_page_that_cannot_be_read_is_no_return(known):
    ask(known, "2021-02-02", "missing")
    ask(known, "2021-03-02", "missing")
    report = known.crawl("2021-04-02", known.page("http://city/a", "changed", reject="challenge"))
    assert (report.rejected, report.events) == (1, {})
    assert state(known) == "gone"
    assert known.one("SELECT reason FROM rejected") == "challenge"


def test_a_page_without_a_policy_vanishes_too(world):
    world.crawl("2021-01-02", world.news("http://city/n"))
    for month in (2, 3):
        world.crawl(f"2021-{month:02}-02", world.page("http://city/n", "missing"))
    assert world.events() == [("disappeared", "news http://city/n", None)]


def test_another_sources_misses_do_not_count(known):
    ask(known, "2021-02-02", "missing")
    ask(known, "2021-03-02", "missing", source="other")
    assert known.events() == []


def test_what_never_answered_is_no_page(world):
    world.crawl("2021-01-02", world.page("http://city/x", "missing"), world.page("http://city/y", "failed"))
    world.crawl("2021-02-02", world.page("http://city/x", "missing"))
    assert world.one("SELECT count(*) FROM page") == 0
    assert world.one("SELECT count(*) FROM capture") == 3


def test_a_source_is_unhealthy_at_the_second_bad_run_and_recovers_once(known):
    verdicts = ["suspect", "good", "suspect", "failed", "suspect", "good", "good"]
    for month, verdict in enumerate(verdicts, 2):
        known.crawl(f"2021-{month:02}-02", verdict=verdict, reasons=["list answered with a challenge"])
    rows = known.rows(
        """SELECT kind, source, quote, strftime(detected_at, '%m'), is_baseline
        FROM event WHERE kind LIKE 'source%' ORDER BY detected_at"""
    )
    assert rows == [
        ("source_unhealthy", "city", "list answered with a challenge", "05", False),
        ("source_recovered", "city", "list answered with a challenge", "07", False),
    ]


def test_a_crawl_loaded_late_tells_health_as_it_was_and_is_no_news(known):
    known.crawl("2021-03-02", verdict="suspect")
    known.crawl("2021-02-02", verdict="suspect")
    rows = known.rows("SELECT kind, strftime(detected_at, '%m'), is_late FROM event WHERE kind <> 'issued'")
    assert rows == [("source_unhealthy", "03", True)]


def test_declared_sources_are_noted_and_kept_fresh(known):
    known.ledger.upsert_sources(
        [
            {"name": "city", "title": "云江市", "timezone": None},
            {"name": "new", "title": "新", "timezone": "Asia/Tokyo"},
        ]
    )
    rows = known.rows("SELECT source, title, timezone, last_good_at IS NOT NULL FROM source ORDER BY source")
    assert rows == [("city", "云江市", "Asia/Shanghai", True), ("new", "新", "Asia/Tokyo", False)]

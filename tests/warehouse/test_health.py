"""A source's health: which runs count, since when and why; what a partial run may say of pages."""

import pytest

from warehouse import published

CHALLENGE = "list answered with a challenge"


@pytest.fixture
def known(world):
    world.crawl("2021-01-02", world.policy())
    return world


def crawl_all(world, verdicts):
    for month, verdict in enumerate(verdicts, 2):
        reasons = {"partial": ["the budget is spent"], "good": []}.get(verdict, [f"{CHALLENGE} in {month}"])
        world.crawl(f"2021-{month:02}-02", verdict=verdict, reasons=reasons)


def health(world):
    rows = published.rows(
        world.publish(), "SELECT health, strftime(health_since, '%m') AS since, health_reasons AS reasons FROM sources"
    )
    return [tuple(row.values()) for row in rows]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], ("healthy", "01", [])),
        (["good", "good"], ("healthy", "01", [])),
        (["suspect"], ("suspect", "02", [f"{CHALLENGE} in 2"])),
        (["suspect", "failed", "failed"], ("unhealthy", "02", [f"{CHALLENGE} in 4"])),
        (["suspect", "failed", "good"], ("healthy", "04", [])),
        (["suspect", "good", "good"], ("healthy", "03", [])),
        (["partial"], ("healthy", "01", ["the budget is spent"])),
        (["partial", "good"], ("healthy", "01", [])),
        (["suspect", "partial"], ("suspect", "02", [f"{CHALLENGE} in 2"])),
        (["suspect", "partial", "failed", "partial"], ("unhealthy", "02", [f"{CHALLENGE} in 4"])),
        (["failed", "failed", "good", "suspect"], ("suspect", "05", [f"{CHALLENGE} in 5"])),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_health_since_and_why(known, verdicts, expected):
    crawl_all(known, verdicts)
    assert health(known) == [expected]


def test_a_source_whose_first_run_was_bad_says_since_when(world):
    world.crawl("2021-01-02", verdict="failed", reasons=[CHALLENGE])
    assert health(world) == [("suspect", "01", [CHALLENGE])]


def test_partial_runs_neither_make_a_source_ill_nor_well(known):
    crawl_all(known, ["partial", "suspect", "partial", "partial", "failed", "partial", "suspect", "partial", "good"])
    rows = known.rows(
        "SELECT kind, strftime(detected_at, '%m') FROM event WHERE kind LIKE 'source%' ORDER BY detected_at"
    )
    assert rows == [("source_unhealthy", "06"), ("source_recovered", "10")]


def test_a_partial_run_is_no_good_check(known):
    crawl_all(known, ["partial"])
    sql = "SELECT strftime(last_good_at, '%m'), strftime(last_crawl_at, '%m'), last_verdict FROM source"
    assert known.one(sql) == ("01", "02", "partial")


def ask(world, month, outcome, **more):
    world.crawl(f"2021-{month:02}-02", world.page("http://city/a", outcome), **more)
    return world.one("SELECT state, missing_count FROM page")


def test_a_partial_run_ends_nothing_and_sees_what_is_back(known):
    assert ask(known, 2, "missing") == ("live", 1)
    for month in (3, 4):
        assert ask(known, month, "missing", verdict="partial") == ("live", 1)
    assert ask(known, 5, "missing") == ("gone", 2)
    assert ask(known, 6, "unchanged", verdict="suspect") == ("gone", 2)
    assert ask(known, 7, "unchanged", verdict="partial") == ("live", 0)
    assert [kind for kind, *_ in known.events()] == ["disappeared", "reappeared"]
    assert ask(known, 8, "failed", verdict="partial") == ("live", 0)

"""How many threads work: one where little is done, as many as there are where a load is large."""

import pytest

from warehouse import ledger, opening


def threads(world):
    (found,) = world.one("SELECT current_setting('threads'), 0")[:1]
    return found


@pytest.fixture
def reopened(world):
    """The ledger as it opens itself, without the setting of the tests."""
    world.ledger.close()
    world.ledger = ledger.Ledger.open(world.path, wait=0)
    return world


def test_a_small_load_is_done_by_one(reopened):
    reopened.crawl("2021-01-02", reopened.policy())
    assert threads(reopened) == 1


def test_a_large_load_is_done_by_all(reopened, monkeypatch):
    monkeypatch.setattr(ledger, "SMALL_LOAD", 1)
    reopened.ledger._connection.execute("SET threads = 3")
    reopened.crawl("2021-01-02", reopened.policy())
    assert threads(reopened) != 3
    assert reopened.one("SELECT count(*), 0 FROM policy")[0] == 1


def test_a_large_warehouse_is_left_to_all(world, monkeypatch):
    world.ledger.close()
    monkeypatch.setattr(opening, "SMALL_FILE", 1)
    world.ledger = ledger.Ledger.open(world.path, wait=0)
    plain = ledger.duckdb.connect().execute("SELECT current_setting('threads')").fetchone()[0]
    assert threads(world) == plain

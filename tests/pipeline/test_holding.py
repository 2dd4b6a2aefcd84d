"""One opening of the warehouse for the steps of a run: closed at the end, after an error, and after much was loaded."""

import duckdb
import pytest

from pipeline import run
from policywatch.home import Home
from warehouse.ledger import Ledger


@pytest.fixture
def home(tmp_path):
    return Home.at(tmp_path / "home")


@pytest.fixture
def opened(monkeypatch):
    found, plain = [], Ledger.open.__func__
    monkeypatch.setattr(
        Ledger, "open", classmethod(lambda cls, *args, **more: found.append(plain(cls, *args, **more)) or found[-1])
    )
    return found


def is_closed(ledger):
    with pytest.raises(duckdb.ConnectionException):
        ledger._connection.execute("SELECT 1")
    return True


def test_what_a_load_opens_serves_the_steps_after_it(home, opened):
    with run.holding(home):
        with run.ledger(home):
            assert len(opened) == 1
        assert is_closed(opened[0])  # reading, before the load, keeps nobody out
        with run.ledger(home, keep=True) as first, run.ledger(home) as second:
            assert first is second
        run.publish(home)
        assert len(opened) == 2
    assert is_closed(opened[1])
    with run.ledger(home):
        assert len(opened) == 3
    assert is_closed(opened[2])


def test_without_a_block_nothing_is_kept(home, opened):
    with run.ledger(home, keep=True):
        pass
    assert is_closed(opened[0])


def test_an_error_lets_go_of_it_and_the_next_step_opens_it_anew(home, opened):
    with run.holding(home):
        with pytest.raises(ZeroDivisionError), run.ledger(home, keep=True):
            raise ZeroDivisionError
        assert is_closed(opened[0])
        with run.ledger(home):
            assert len(opened) == 2
        assert is_closed(opened[1])


def test_after_a_large_load_its_memory_is_given_back(home, opened, monkeypatch):
    monkeypatch.setattr(run, "_MUCH", -1)
    with run.holding(home):
        run.load(home)
        assert is_closed(opened[0])

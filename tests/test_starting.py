"""Imports made with the collector asleep: it wakes again however they end, and passes over what they left."""

import gc

import pytest

from policywatch import starting


@pytest.fixture(autouse=True)
def awake():
    yield
    gc.enable()
    gc.unfreeze()


def test_the_collector_sleeps_meanwhile_and_passes_over_what_was_made():
    before = gc.get_freeze_count()
    with starting.imports():
        assert not gc.isenabled()
        made = [[] for _ in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(made)


def test_it_wakes_when_an_import_fails():
    def fail():
        with starting.imports():
            raise ImportError

    with pytest.raises(ImportError):
        fail()
    assert gc.isenabled()


def test_it_sleeps_on_where_it_slept_before():
    gc.disable()
    with starting.imports():
        pass
    assert not gc.isenabled()

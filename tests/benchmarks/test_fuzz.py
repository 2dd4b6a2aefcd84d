import pytest

from benchmarks import fuzz


@pytest.mark.parametrize("block", range(5))
def test_a_small_sample_of_mutated_pages(block):
    found = fuzz.Findings()
    for number in range(block * 30, block * 30 + 30):
        fuzz.check(number, found)
    assert found.failures == []
    assert sum(found.outcomes.values()) == 30


def test_the_same_number_is_the_same_page():
    assert fuzz.mutated(11) == fuzz.mutated(11) != fuzz.mutated(12)


def test_what_escapes_the_reader_is_a_failure(monkeypatch):
    def fails(number, content):
        raise ZeroDivisionError(number, len(content))

    monkeypatch.setattr(fuzz, "read", fails)
    found = fuzz.Findings()
    fuzz.check(5, found)
    assert [failure.split(":")[:2] for failure in found.failures] == [["page 5", " ZeroDivisionError"]]


def test_a_slow_page_and_a_big_process_are_failures(monkeypatch):
    monkeypatch.setattr(fuzz, "SECONDS", -1.0)
    monkeypatch.setattr(fuzz, "MEGABYTES", -1)
    found = fuzz.Findings()
    fuzz.check(5, found)
    assert [failure.split()[-1] for failure in found.failures] == ["s", "MB"]

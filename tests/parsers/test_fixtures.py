"""Every stored page, field by field: one test per expected value, and one that the reader refuses what it must."""

import functools

import pytest
from cases import CASES

from pipeline.parsers import PageRecord, Unreadable
from pipeline.parsers.records import plain

FIELDS = [(name, field) for name, case in CASES.items() for field in case.expected if field != "unreadable"]
REFUSED = [name for name, case in CASES.items() if "unreadable" in case.expected]


@functools.cache
def reading(name: str) -> PageRecord:
    return CASES[name].read()


def by_path(record, field, wanted):
    return {
        clause.path: [[a.value, a.unit, a.limit] for a in clause.amounts] if field == "amounts" else list(clause.bodies)
        for clause in record.clauses
        if clause.path in wanted
    }


VIEWS = {
    "paths": lambda record, _: [clause.path for clause in record.clauses],
    "headings": lambda record, _: [clause.heading for clause in record.clauses if clause.heading],
    "bodies": lambda record, wanted: by_path(record, "bodies", wanted),
    "amounts": lambda record, wanted: by_path(record, "amounts", wanted),
    "targets": lambda record, _: [[t.what, t.value, t.unit, t.deadline] for t in record.targets],
    "effect_rules": lambda record, _: [effect.rule for effect in record.effect],
    "citations": lambda record, _: [[c.relation, c.title, c.number] for c in record.citations],
    "citation_dates": lambda record, _: [plain(c.date) for c in record.citations],
    "citation_untils": lambda record, _: [plain(c.until) for c in record.citations],
    "citation_scopes": lambda record, _: [c.scope for c in record.citations],
    "attachments": lambda record, _: [[item.title, item.url] for item in record.attachments],
    "evidence_where": lambda record, wanted: {name: record.evidence[name].where for name in wanted},
    "reads_as": lambda record, wanted: wanted if record.reading_hash == reading(wanted).reading_hash else "another",
}


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_field(name, field):
    record = reading(name)
    wanted = CASES[name].expected[field]
    view = VIEWS.get(field)
    assert (view(record, wanted) if view else plain(getattr(record, field))) == wanted


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    with pytest.raises(Unreadable) as caught:
        CASES[name].read()
    assert caught.value.reason == CASES[name].expected["unreadable"]


def test_there_are_fixtures():
    assert len(CASES) > 15
    assert len(REFUSED) >= 3

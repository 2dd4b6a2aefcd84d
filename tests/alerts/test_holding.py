"""A run that changed too much waits for a person: told in one message, released or dropped on record."""

import json

import pytest
from fake_ledger import NOW, FakeLedger, event_row
from test_digest import HOUR, run, sent, shape, wants

from pipeline.cli import run_cli
from warehouse.ledger import Ledger

__all__ = ["sent"]  # the fixture
HEALTH = {"events": ["source_unhealthy"]}


def redesign(count, first=1, **changes):
    return [event_row(nth, kind="silently_edited", **changes) for nth in range(first, first + count)]


def limits(*items, **hold):
    return wants(*(items or [{}])).model_copy(update={"hold": wants().hold.model_copy(update=hold)})


def test_a_redesign_is_one_message_to_whoever_hears_of_failing_sources_and_goes_out_once_released(sent, home):
    wanted = limits({}, HEALTH, {"events": ["expired"]}, policies=4)
    ledger = FakeLedger(*redesign(5), event_row(6, kind="expired", crawl_id=None))
    assert run(ledger, wanted, home).sent == 4
    # The calendar's event goes out; the redesign is told to who hears of sources: by name, or of everything.
    assert sorted(shape(sent)) == [
        ("s0", "held", ["1", "2", "3", "4", "5"], 0),
        ("s0", "single", ["6"], 0),
        ("s1", "held", ["1", "2", "3", "4", "5"], 0),
        ("s2", "single", ["6"], 0),
    ]
    (message,) = [message for _, message in sent if message.subscription == "s1"]
    (row,) = ledger.holds()
    assert (message.hold.hold_id, message.hold.policies, message.hold.known) == (row["hold_id"], 5, 6)
    assert (message.hold.reason, message.hold.limit, message.counts) == ("number", 4, {"silently_edited": 5})
    assert run(ledger, wanted, home, NOW + HOUR).sent == 0

    sent.clear()
    assert ledger.settle([row["hold_id"]], "released", NOW + HOUR, "li", "looked") == 1
    assert ledger.settle([row["hold_id"]], "dropped", NOW + HOUR, "wang", None) == 0
    assert run(ledger, wanted, home, NOW + HOUR).sent == 5
    assert {message.kind for _, message in sent} == {"single"}
    assert run(ledger, wanted, home, NOW + 2 * HOUR).sent == 0
    (row,) = ledger.holds(decided=True)
    assert (row["state"], row["decided_by"], row["decided_at"], row["why"]) == ("released", "li", NOW + HOUR, "looked")


def test_what_is_dropped_is_never_sent_and_later_events_are(sent, home):
    wanted = limits(policies=4)
    ledger = FakeLedger(*redesign(5))
    run(ledger, wanted, home)
    ledger.settle([row["hold_id"] for row in ledger.holds()], "dropped", NOW, "li", "redesign")
    ledger.add(*redesign(2, first=6, crawl_id="yunjiang-20240303T221700Z"))
    assert run(ledger, wanted, home, NOW + HOUR).sent == 2
    assert [message.kind for _, message in sent] == ["held", "single", "single"]


@pytest.mark.parametrize(
    ("changed", "known", "hold", "held"),
    [
        (4, 4, {"policies": 4, "at_least": 9}, None),
        (5, 5, {"policies": 4}, "number"),
        (4, 10, {"at_least": 4, "percent": 40}, None),
        (4, 9, {"at_least": 4, "percent": 40}, "share"),
        # Half of six is a day's work, not a redesign.
        (3, 6, {"at_least": 4, "percent": 40}, None),
        (19, 19, {}, None),
        (20, 60, {}, "share"),
        (20, 67, {}, None),
        (20, 20, {"enabled": False}, None),
    ],
)
def test_the_limits(sent, home, changed, known, hold, held):  # noqa: PLR0917
    ledger = FakeLedger(*redesign(changed))
    ledger.policies(*(f"po_other_{nth}" for nth in range(known - changed)), source="yunjiang")
    run(ledger, limits(**hold), home)
    assert [row["reason"] for row in ledger.holds()] == ([held] if held else [])
    assert {message.kind for _, message in sent} == ({"held"} if held else {"single"})


def test_what_never_counts(home):
    rows = [
        *redesign(2),
        *redesign(1, first=3, crawl_id="another-run"),
        event_row(1, event_id="ev_second_of_the_same_policy"),
        event_row(4, kind="issued", is_baseline=True),
        event_row(5, is_late=True),
        event_row(6, kind="expiring", crawl_id=None),
        event_row(7, kind="source_unhealthy", policy_id=None),
    ]
    ledger = FakeLedger(*rows)
    run(ledger, limits(policies=2), home)
    assert ledger.holds() == []
    # New policies were not known before: twenty where one was known is more than a share.
    ledger = FakeLedger(*(event_row(nth, kind="issued") for nth in range(20)))
    ledger.policies("po_other", source="yunjiang")
    run(ledger, limits(), home)
    assert [(row["policies"], row["known"]) for row in ledger.holds()] == [(20, 1)]


def test_where_nobody_hears_of_sources_those_hear_of_a_hold_who_would_have_heard_of_its_events(sent, home):
    items = [{"words": {"any": ["中小企业"]}}, {"words": {"any": ["农业"]}}, {"policies": ["云政发〔2021〕3号"]}]
    run(FakeLedger(*redesign(5)), limits(*items, policies=4), home)
    assert shape(sent) == [(name, "held", ["1", "2", "3", "4", "5"], 0) for name in ("s0", "s2")]


def test_a_hold_that_was_decided_on_is_not_told_any_more_and_a_killed_pass_tells_it_once(sent, home):
    wanted = limits({"quiet": "06:00-08:00"}, policies=4)
    ledger = FakeLedger(*redesign(15))

    def killed(*_args):
        raise KeyboardInterrupt

    ledger.told = killed
    with pytest.raises(KeyboardInterrupt):
        run(ledger, wanted, home)
    del ledger.told
    run(ledger, wanted, home)
    assert len(ledger.deliveries) == 1
    (hold_id,) = [row["hold_id"] for row in ledger.holds()]
    ledger.settle([hold_id], "dropped", NOW, "li", None)
    run(ledger, wanted, home, NOW + 26 * HOUR)
    assert sent == []
    ledger.query("UPDATE hold SET state = 'held'; UPDATE delivery SET status = 'pending', next_attempt_at = queued_at")
    run(ledger, wanted, home, NOW + 26 * HOUR)
    assert [(message.kind, len(message.events), message.more) for _, message in sent] == [("held", 10, 5)]


def test_where_nobody_subscribes_nothing_is_held(home):
    ledger = FakeLedger(*redesign(300))
    run(ledger, wants().model_copy(update={"subscriptions": ()}), home)
    assert (ledger.holds(), len(ledger.matched)) == ([], 300)


@pytest.fixture
def call(home, capsys):
    def call_once(*words):
        code = run_cli(["--home", str(home.root), "alerts", *words])
        out, err = capsys.readouterr()
        return code, out, err

    return call_once


def test_held_release_and_drop_say_and_record_who_when_and_why(call, home):
    assert call("held", "--json")[:2] == (0, "[]\n")
    with Ledger.open(home.warehouse) as ledger:
        filled = FakeLedger(*redesign(5), *redesign(6, first=6, crawl_id="second"))
        for table in ("event", "source", "policy_version"):
            rows = filled._connection.sql(f"SELECT * FROM {table}").arrow()
            ledger._connection.register("given", rows)
            ledger._connection.execute(f"INSERT INTO {table} SELECT * FROM given")
        ledger.hold(NOW, over=4, percent=30, at_least=20)
    code, out, _ = call("held", "--json")
    held = json.loads(out)
    assert code == 0
    assert {(row["crawl_id"], row["policies"], row["state"]) for row in held} == {
        ("yunjiang-20240301T221700Z", 5, "held"), ("second", 6, "held"),
    }  # fmt: skip
    assert held[0]["counts"] == {"silently_edited": held[0]["events"]}
    first, second = held[0]["hold_id"], held[1]["hold_id"]
    assert first in call("held")[1]
    events = json.loads(call("held", first, "--json")[1])
    assert [row["kind"] for row in events] == ["silently_edited"] * held[0]["events"]

    assert call("release", "ho_none")[0] == 2
    assert call("drop")[0] == 2
    code, out, _ = call("release", first, "--why", "checked ten pages", "--by", "li", "--json")
    (row,) = json.loads(out)
    assert code == 0
    assert (row["state"], row["decided_by"], row["why"]) == ("released", "li", "checked ten pages")
    assert row["decided_at"].startswith("2024-03-02T22:17")
    code, _, err = call("drop", first)
    assert code == 2
    assert f"{first} was released by li at 2024-03-02 22:17Z" in err
    assert json.loads(call("drop", "--all", "--json")[1])[0]["hold_id"] == second
    assert call("held", "--json")[1] == "[]\n"
    assert [row["state"] for row in json.loads(call("held", "--decided", "--json")[1])].count("dropped") == 1

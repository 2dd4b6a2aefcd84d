"""What arrives late: kept and shown, but no news; what never happened is withdrawn; old ids lead on."""

import pytest

from warehouse import published

A, B, NB = "云江市甲办法", "云江市乙办法", "云政发〔2021〕9号"


@pytest.fixture
def later(world):
    def make(*citations, **more):
        fields = {"signed_date": "2021-01-20", "published_date": "2021-01-25", "effective_date": "2021-02-01"}
        return world.policy("http://city/b", B, NB, citations=list(citations), **(fields | more))

    return make


def told(world):
    """(kind, is_late, is withdrawn) of all but `issued`, in the order of knowledge."""
    return world.rows(
        """SELECT kind, is_late, withdrawn_at IS NOT NULL FROM event
        WHERE kind NOT IN ('issued', 'commenced') ORDER BY detected_at, kind"""
    )


def match_all(world):
    events = world.ledger.unmatched_events()
    world.ledger.queue([], [event["event_id"] for event in events])
    return sorted(event["kind"] for event in events)


def test_an_expiry_that_a_late_extension_undoes_is_withdrawn_and_its_delivery_dropped(world, later):
    world.crawl("2021-01-02", world.policy(effect=[world.says("valid_until", "2021-05-31", "失效日期")]))
    world.calendar("2021-06-02")
    (event,) = [row for row in world.ledger.unmatched_events() if row["kind"] == "expired"]
    row = {"idempotency_key": "a", "event_id": event["event_id"], "subscription": "ends", "channel": "0/console"}
    now = world.at("2021-06-02")
    world.ledger.queue([row | {"queued_at": now, "next_attempt_at": now}], [event["event_id"]])
    extension = later(world.cites("extends", A, until="2023-05-31"), when="2021-03-01")
    report = world.crawl("2021-07-02", extension, source=None)
    assert report.events.keys() >= {"issued", "extended"}
    assert told(world) == [("extended", True, False), ("expired", False, True)]
    world.ledger.bundle(now, [])
    assert list(world.ledger.due(now)) == []
    path = world.publish()
    kinds = published.rows(path, "SELECT kind, is_late FROM changes WHERE kind IN ('extended', 'expired')")
    assert kinds == [{"kind": "extended", "is_late": True}]
    assert world.force() == [("2020-02-01", "2023-05-31", "extension", False)]


def test_what_was_withdrawn_is_not_told_twice_when_it_comes_true_after_all(world, later):
    world.crawl("2021-01-02", world.policy(effect=[world.says("valid_until", "2021-05-31", "失效日期")]))
    world.calendar("2021-06-02")
    assert "expired" in match_all(world)
    world.crawl("2021-07-02", later(world.cites("extends", A, until="2023-05-31"), when="2021-03-01"), source=None)
    world.crawl("2021-08-02", later(text="更正"))
    world.calendar("2021-08-03")
    standing = [kind for kind, _, is_withdrawn in told(world) if not is_withdrawn]
    assert standing == ["extended", "silently_edited", "expired"]
    assert "expired" not in match_all(world)


def test_news_of_a_late_capture_wake_nobody_but_those_of_this_run_do(world, later):
    world.crawl("2021-01-02", world.policy())
    world.crawl("2021-03-02", world.policy(outcome="unchanged"))
    match_all(world)
    world.crawl("2021-03-03", later(world.cites("repeals", A), when="2021-02-10"), source=None)
    assert told(world) == [("repealed", True, False)]
    assert match_all(world) == []
    world.crawl("2021-03-04", world.policy(outcome="changed", text="改了"))
    assert match_all(world) == ["silently_edited"]


def test_runs_that_overlap_are_no_late_news(world, later):
    world.crawl("2021-01-02", world.policy())
    world.crawl("2021-03-02T08:00:00+08:00", world.policy(outcome="changed", text="改了"), source="city")
    world.crawl("2021-03-02T07:00:00+08:00", later(world.cites("repeals", A)), source="bureau")
    assert sorted(told(world)) == [("repealed", False, False), ("silently_edited", False, False)]


def test_an_id_that_an_earlier_capture_changes_leads_to_the_new_one(world):
    world.crawl("2021-03-02", world.policy())
    old = world.one("SELECT policy_id FROM policy")
    world.crawl("2021-04-02", world.policy(number=None, when="2021-01-02"), source=None)
    new = world.one("SELECT policy_id FROM policy")
    assert old != new
    assert world.rows("SELECT policy_id, kind, other_policy_id FROM policy_link") == [(old, "replaced", new)]
    assert world.one("SELECT count(*) FROM event WHERE withdrawn_at IS NULL AND kind = 'issued'") == 1
    path = world.publish()
    assert [row["policy_id"] for row in published.find_policy(path, old)] == [new]
    assert published.query(path, "SELECT policy_id, status FROM status_of(?, DATE '2021-05-01')", [old])[1] == [
        (new, "in_force")
    ]


def test_both_ids_of_a_merged_policy_lead_to_the_one_that_was_known_first(world):
    world.crawl("2021-01-02", world.policy(number=None))
    world.crawl("2021-02-02", world.policy("http://city/b", "云江市甲办法（印发稿）"))
    first, second = world.one("SELECT list(policy_id ORDER BY known_from) FROM policy")
    world.crawl("2021-03-02", world.policy(outcome="changed"))
    path = world.publish()
    assert [row["policy_id"] for row in published.find_policy(path, second)] == [first]
    sql = "SELECT policy_id FROM status_of(?, DATE '2021-05-01', as_known_at := ?)"
    assert published.query(path, sql, [second, world.at("2021-02-10")])[1] == [(second,)]
    assert published.query(path, sql, [second, world.at("2021-04-10")])[1] == [(first,)]
    life = published.query(path, "SELECT what, detail FROM history_of(?)", [second])[1]
    assert ("identity", "merged") in life
    assert ("event", "revised") in life
    kinds = [row["kind"] for row in published.rows(path, "SELECT kind FROM changes ORDER BY kind")]
    assert kinds == ["issued", "issued", "revised"]


def test_measures_of_a_day(world, later):
    world.crawl("2021-01-02", world.policy(clauses=[world.clause("第一条", "甲"), world.clause("第二条", "乙")]))
    world.crawl("2021-02-02", later(world.cites("partially_repeals", A, scope="第二条", date="2021-05-01")))
    path = world.publish()
    (policy,) = published.find_policy(path, A, titles=[A])
    sql = "SELECT path FROM measures_in_force(?, ?, as_known_at := ?)"
    for day, known, expected in (
        ("2021-04-30", "2022-01-01", ["第一条", "第二条"]),
        ("2021-05-01", "2022-01-01", ["第一条"]),
        ("2021-05-01", "2021-01-10", ["第一条", "第二条"]),
        ("2020-01-01", "2022-01-01", []),
    ):
        rows = published.query(path, sql, [policy["policy_id"], world.day(day), world.at(known)])[1]
        assert [row[0] for row in rows] == expected


def test_a_late_load_that_touches_nothing_replays_nothing(world):
    world.crawl("2021-01-02", world.policy())
    world.crawl("2021-03-02", world.policy("http://city/c", "云江市丙办法", "云政发〔2020〕3号"))
    steps = []
    world.ledger.watcher = steps.append
    world.crawl("2021-04-02", world.policy("http://city/b", B, NB, when="2021-02-02"), source=None)
    assert "sql/late_find.sql" in steps
    assert "sql/replay_core.sql" not in steps
    steps.clear()
    world.crawl("2021-05-02", world.policy("http://city/d", "云江市丁办法", "云政发〔2020〕4号"))
    assert "sql/late_find.sql" not in steps


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_what_a_crawl_found_unchanged_is_put_back_in_whatever_order_things_arrive(world, order):
    first = {"text": "长久"}
    loads = [
        lambda: world.crawl("2021-01-02", world.policy(**first)),
        lambda: world.crawl("2021-04-02", world.policy(outcome="unchanged", **first)),
        lambda: world.crawl("2021-02-20", world.policy(when="2021-02-10", text="短暂"), source=None),
    ]
    for place in order:
        loads[place]()
    held = "known_to IS DISTINCT FROM known_from"
    days = world.rows(f"SELECT CAST(known_from AS DATE), 0 FROM policy_version WHERE {held}")
    assert sorted(str(day) for day, _ in days) == ["2021-01-01", "2021-02-09", "2021-04-01"]  # UTC, the eve in Shanghai

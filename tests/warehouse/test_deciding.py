"""What a person decides of a citation: bound by hand, to none, undone; the same whatever the order of arrival."""

import json

import pytest

A, B, C = "云江市甲办法", "云江市乙办法", "云江市丙办法"
WRONG = "云江市甲办怯"


def old(world, url="http://city/a", name=A, number="云政发〔2020〕1号", **more):
    return world.policy(url, name, number, **more)


def citing(world, *citations, **more):
    days = {"signed_date": "2021-01-20", "effective_date": "2021-03-01", "published_date": "2021-01-25"}
    return world.policy("http://city/b", B, "云政发〔2021〕9号", citations=list(citations), **(days | more))


def decision(world, when, action="bind", *, title=WRONG, target="http://city/a"):
    found = world.rows("SELECT policy_id FROM page WHERE canonical_url = ?", [target])
    is_bind = action == "bind"
    return {
        "decision_id": f"bind-{when}-{action}", "decided_at": world.at(when), "moment": world.at(when),
        "person": "张三", "action": action, "reason": "错字", "url": "http://city/b", "number": None, "title": title,
        "title_norm": title, "policy_id": found[0][0] if found and is_bind else None,
        "target_url": target if is_bind else None,
    }  # fmt: skip


def bound(world):
    return world.rows(
        "SELECT c.binding_rule, v.title FROM citation AS c LEFT JOIN policy_version AS v"
        " ON v.policy_id = c.bound_policy_id AND v.known_to IS NULL"
        " WHERE c.known_to IS NULL ORDER BY c.page_id, c.position"
    )


def test_none_keeps_what_would_bind_by_itself_and_undo_lets_it(world):
    world.crawl("2021-01-02", old(world), citing(world, world.cites("repeals", A)))
    assert bound(world) == [("title of the same issuer", A)]
    world.ledger.decide(decision(world, "2021-02-10", "none", title=A))
    assert bound(world) == [(None, None)]
    assert world.force(known="2021-02-09") == [("2020-02-01", "2021-02-28", "repealed", False)]
    assert world.force(known="2021-02-11") == [("2020-02-01", None, None, False)]
    # Neither an edit of the citing document nor one of its target binds it again.
    edited = {"outcome": "changed", "text": "改"}
    world.crawl("2021-03-02", citing(world, world.cites("repeals", A), **edited), old(world, **edited))
    assert bound(world) == [(None, None)]
    assert world.force() == [("2020-02-01", None, None, False)]
    report = world.ledger.decide(decision(world, "2021-04-10", "undo", title=A))
    assert bound(world) == [("title of the same issuer", A)]
    assert report.events == {"repealed": 1}


def test_a_decision_holds_for_mirrors_edits_and_another_parser(world):
    repeal = world.cites("partially_repeals", WRONG, scope="第一条")
    world.crawl("2021-01-02", old(world), citing(world, repeal))
    world.ledger.decide(decision(world, "2021-02-10"))
    again = world.cites("repeals", WRONG)  # read otherwise: another citation, the same name
    world.crawl("2021-02-12", citing(world, again, cause="parser", when="2021-01-02", parser_version="2"), source=None)
    mirror = world.policy(
        "http://x/b", B, "云政发〔2021〕9号", authority="repost", citations=[again], signed_date="2021-01-20"
    )
    world.crawl("2021-03-02", mirror, source="mirror")
    assert bound(world) == [("by hand", A)] * 2
    assert world.force() == [("2020-02-01", "2021-02-28", "repealed", False)]


def test_what_is_decided_may_not_make_a_document_mean_itself(world):
    world.crawl("2021-01-02", citing(world, world.cites("repeals", WRONG)))
    world.ledger.decide(decision(world, "2021-02-10", target="http://city/b"))
    assert bound(world) == [(None, None)]


# --- the same whatever the order of arrival --------------------------------------------------------------------------

COMPARED = ("citation", "effect", "policy_version", "page_version", "measure_version", "measure_effect")


def told(world):
    """What the world holds."""
    found = {table: world.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in COMPARED}
    events = "SELECT event_id, kind, happened_on, detected_at FROM event WHERE withdrawn_at IS NULL ORDER BY ALL"
    return found | {"event": world.rows(events)}


@pytest.fixture(scope="module")
def played(world_class, tmp_path_factory):
    """A function: the history below, loaded in this order; all worlds are closed at the end."""
    worlds = []

    def play(order):
        world = world_class(tmp_path_factory.mktemp("deciding"))
        worlds.append(world)
        repeal = world.cites("repeals", WRONG)
        steps = [
            lambda: world.crawl("2021-01-02", old(world), old(world, "http://city/c", C, "云政发〔2020〕3号")),
            lambda: world.crawl("2021-02-02", citing(world, repeal)),
            lambda: world.ledger.decide(decision(world, "2021-02-10")),
            lambda: world.ledger.decide(decision(world, "2021-02-11", target="http://city/c")),
            lambda: world.ledger.decide(decision(world, "2021-02-12", "none")),
        ]
        return world, [steps[place]() for place in order]

    yield play
    for world in worlds:
        world.ledger.close()


@pytest.fixture(scope="module")
def in_order(played):
    return played(range(5))


def test_bound_by_hand_then_to_another_then_to_none(in_order):
    world, reports = in_order
    assert [report.events for report in reports[2:]] == [{"repealed": 1}, {"repealed": 1}, {}]
    assert world.ledger.decide(decision(world, "2021-02-10")).events == {}  # known already
    ended, open_ended = [("2020-02-01", "2021-02-28", "repealed", False)], [("2020-02-01", None, None, False)]
    by_day = {"2021-02-09": (open_ended,) * 2, "2021-02-10T07:00:00+08:00": (ended, open_ended)}
    by_day |= {"2021-02-11T07:00:00+08:00": (open_ended, ended), "2021-02-13": (open_ended,) * 2}
    for known, expected in by_day.items():
        assert (world.force(A, known), world.force(C, known)) == expected, known
    assert bound(world) == [(None, None)]
    for evidence in world.rows("SELECT evidence FROM effect WHERE end_kind = 'repealed'"):
        (said,) = [item for item in json.loads(evidence[0]) if "bound_by" in item]
        assert (said["bound_by"], said["quote"]) == ("张三: 错字", f"repeals {WRONG} None")
    assert world.rows("SELECT DISTINCT is_late OR is_baseline FROM event WHERE kind = 'repealed'") == [(False,)]
    told_by = "SELECT DISTINCT json_extract_string(after, '$.bound_by') FROM event WHERE kind = 'repealed'"
    assert world.rows(told_by) == [("张三: 错字",)]
    assert (
        world.one("SELECT contains(after, 'bound_by') FROM event WHERE kind = 'issued' AND title = $t", {"t": A})
        is False
    )
    bindings = "SELECT binding_rule FROM citation WHERE known_to IS NOT NULL"
    assert world.rows(bindings) == [("by hand",)] * 2  # what it was bound to stays on record


def test_the_order_of_arrival_changes_nothing(in_order, played):
    expected = told(in_order[0])
    backwards, _ = played((4, 2, 3, 1, 0))
    found = told(backwards)
    for table, rows in expected.items():
        assert found[table] == rows, table

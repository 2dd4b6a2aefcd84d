"""Written histories, each played in the order in which it happened and shuffled: the same answers always."""

from functools import cache
from pathlib import Path

import clocks
import pytest
import telling
import theme_force
import theme_identity
import theme_nonsense
import theme_pages
import theme_versions

THEMES = (theme_identity, theme_versions, theme_force, theme_pages, theme_nonsense)
SCENARIOS = [scenario for theme in THEMES for scenario in theme.SCENARIOS]
for number, scenario in enumerate(SCENARIOS):
    scenario.number = number
ANSWERS = clocks.read_answers(Path(__file__).with_name("answers.txt"))
GROUPS = telling.runs_of(SCENARIOS)
ORDERS = dict(telling.orders(GROUPS))


@pytest.fixture(scope="module")
def worlds():
    made = {}
    yield made
    for told in made.values():
        told.world.ledger.close()


@pytest.fixture(params=ORDERS)
def played(request, worlds, world_class, tmp_path_factory):
    """The world of one order of arrival, played once."""
    if request.param not in worlds:
        world = world_class(tmp_path_factory.mktemp("scenarios"))
        worlds[request.param] = telling.Told(telling.play(world, ORDERS[request.param]))
    return worlds[request.param]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[f"{number} {item.name}" for number, item in enumerate(SCENARIOS)])
def test_history(played, scenario):
    answers = played.answers(scenario)
    for name in ("events", "pages", "links", "bound"):
        if (expected := getattr(scenario, name)) is not None:
            assert getattr(answers, name)() == expected, name
    for name in ("force", "versions", "measures", "parts"):
        expected = getattr(scenario, name)
        assert {title: getattr(answers, name)(title) for title in expected} == expected, name
    assert {question: answers.status(question) for question in scenario.ask} == scenario.ask
    for sql, expected in scenario.rows.items():
        assert played.world.rows(scenario.own(sql)) == expected


@cache
def both_clocks(told):
    return clocks.asked(told.world)


@pytest.mark.parametrize("name", ANSWERS)
def test_what_both_clocks_say(played, name):
    scenario, (policies, events) = next(item for item in SCENARIOS if item.name == name), ANSWERS[name]
    answers, signs = played.answers(scenario), both_clocks(played)
    for title, (wanted, force, versions) in policies.items():
        assert signs[scenario.own(title)] == wanted
        # Two policies of one title come in the order of their ids, which say nothing.
        assert sorted(answers.force(title)) == sorted(force)
        assert sorted(answers.versions(title)) == sorted(versions)
    if events:
        assert answers.events() == events


def test_there_are_enough_of_them():
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)
    whole = [item for item in SCENARIOS if item.name in ANSWERS and (item.events is not None or ANSWERS[item.name][1])]
    assert len(whole) >= 60  # intervals, versions, events and both clocks, each in every order of arrival


@pytest.mark.parametrize("table", telling.CONTENT)
@pytest.mark.parametrize("order", [name for name in ORDERS if name != "in order"])
def test_every_table_is_the_same(order, table, worlds):
    if not {order, "in order"} <= worlds.keys():
        pytest.skip("only together with the histories")
    expected, found = (telling.content(worlds[name].world, table) for name in ("in order", order))
    assert [row for row in found if row not in set(expected)] == []
    assert [row for row in expected if row not in set(found)] == []

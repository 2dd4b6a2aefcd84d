"""Measures keep their ids through renumbering and small edits."""

import itertools
import random

import pytest

from warehouse import measures
from warehouse.measures import Clause, match, new_id

TEXTS = ["给予最高200万元的一次性建设补助。", "按购置额的百分之二十给予补助。", "引进的高级技师享受人才待遇。"]


def clauses(*rows):
    return [Clause(place, path, heading, text, f"me_{place}") for place, (path, heading, text) in enumerate(rows)]


def test_the_same_clauses_keep_their_ids():
    old = clauses(("一", None, TEXTS[0]), ("二", None, TEXTS[1]))
    assert match(old, old) == {0: "me_0", 1: "me_1"}


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (
            [("一", None, TEXTS[0]), ("二", None, "新增的一条。"), ("三", None, TEXTS[1]), ("四", None, TEXTS[2])],
            {0: "me_0", 2: "me_1", 3: "me_2"},
        ),
        ([("一", None, TEXTS[2]), ("二", None, TEXTS[0]), ("三", None, TEXTS[1])], {0: "me_2", 1: "me_0", 2: "me_1"}),
        ([("一", None, TEXTS[0].replace("200", "150")), ("二", None, TEXTS[1])], {0: "me_0", 1: "me_1"}),
        ([("1", None, TEXTS[1].replace("二十", "三十"))], {0: "me_1"}),
        ([("一", None, "完全不同的内容，没有一个相同的字组。")], {}),
        ([], {}),
    ],
)
def test_renumbered_moved_edited_new_and_dropped(new, expected):
    old = clauses(("一", None, TEXTS[0]), ("二", None, TEXTS[1]), ("三", None, TEXTS[2]))
    assert match(old, clauses(*new)) == expected


def test_a_heading_holds_a_rewritten_clause():
    old = clauses(("一", "支持场地建设", TEXTS[0]), ("二", "支持设备购置", TEXTS[1]))
    new = clauses(("一", "支持设备购置", "本条已经全部改写。"), ("二", "支持场地建设", TEXTS[0]))
    assert match(old, new) == {0: "me_1", 1: "me_0"}


def test_the_best_pair_of_all_comes_first():
    old = clauses(("一", None, "甲乙丙丁戊己庚辛"), ("二", None, "甲乙丙丁戊己庚壬"))
    new = clauses(("一", None, "甲乙丙丁戊己庚壬癸"), ("二", None, "甲乙丙丁戊己子丑"))
    assert match(old, new) == {0: "me_1", 1: "me_0"}


def test_equal_texts_are_told_apart_by_their_place():
    old = clauses(("一.1", None, "略。"), ("二.1", None, "略。"), ("三.1", None, "略。"))
    assert match(old, clauses(("一.1", None, "略。"), ("三.1", None, "略。"))) == {0: "me_0", 1: "me_2"}


def test_five_thousand_clauses_are_matched():
    old = clauses(*[(str(place), None, f"第{place}项补助标准为{place}元。") for place in range(5000)])
    new = clauses(*[(str(place), None, f"第{place}项补助标准为{place + 1}元！") for place in range(5000)])
    assert match(old, new) == {place: f"me_{place}" for place in range(5000)}


def test_five_thousand_clauses_are_matched_behind_a_new_one_though_every_one_is_edited():
    old = clauses(*[(str(place), None, f"第{place}项由甲局给予补助{place * 7}万元。") for place in range(5000)])
    rows = [(str(place + 1), None, f"第{place}项由乙局给予补助{place * 7}万元！") for place in range(5000)]
    assert match(old, clauses(("0", None, "新增一条总则。"), *rows)) == {
        place + 1: f"me_{place}" for place in range(5000)
    }


def test_the_best_pair_gives_way_where_all_pairs_together_are_better():
    old = clauses(("甲", None, "一二三四五六七八九十"), ("乙", None, "一二三四五六七八天地"))
    new = clauses(("丙", None, "一二三四五六七八九十百"), ("丁", None, "一二三四五六七人九十"))
    weights = {(0, 0): 0.95, (0, 1): 0.8, (1, 0): 0.9}
    assert sorted(measures._assign(weights)) == [(0, 1), (1, 0)]
    assert len(match(old, new)) == 2


def test_the_assignment_is_the_best_there_is():
    chance = random.Random(7)
    for _ in range(200):
        rows, columns = chance.randint(1, 5), chance.randint(1, 5)
        every = itertools.product(range(rows), range(columns))
        weights = {pair: chance.random() for pair in every if chance.random() < 0.7} or {(0, 0): 0.5}
        tried = itertools.permutations([*range(columns), *[None] * rows], rows)
        best = max(sum(weights.get(pair, 0) for pair in enumerate(chosen)) for chosen in tried)
        found = measures._assign(weights)
        assert len({row for row, _ in found}) == len({column for _, column in found}) == len(found)
        assert sum(weights[pair] for pair in found) == pytest.approx(best)


def test_ids_depend_on_what_is_there():
    clause = Clause(0, "一", None, "甲")
    assert new_id("po_a", 1, clause) == new_id("po_a", 1, clause)
    assert len({new_id("po_a", 1, clause), new_id("po_b", 1, clause), new_id("po_a", 2, clause)}) == 3


def test_versions_of_measures_in_the_warehouse(world):
    rows = [("一", TEXTS[0]), ("二", TEXTS[1]), ("三", TEXTS[2])]
    world.crawl("2021-01-02", world.policy(clauses=[world.clause(*row) for row in rows]))
    ids = dict(world.rows("SELECT text, measure_id FROM measure_version"))
    inserted = [
        world.clause("一", "新增的一条。"),
        world.clause("二", TEXTS[0]),
        world.clause("三", TEXTS[1].replace("二十", "三十")),
    ]
    report = world.crawl("2021-02-02", world.policy(outcome="changed", clauses=inserted))
    assert report.measures == 3
    standing = world.rows("SELECT measure_id, path FROM measure_version WHERE known_to IS NULL ORDER BY position")
    assert [row[1] for row in standing] == ["一", "二", "三"]
    assert [row[0] for row in standing[1:]] == [ids[TEXTS[0]], ids[TEXTS[1]]]
    assert standing[0][0] not in ids.values()
    assert world.one("SELECT known_to IS NOT NULL FROM measure_version WHERE measure_id = ?", [ids[TEXTS[2]]]) is True


def test_a_measure_that_only_moved_keeps_its_version(world):
    first = [world.clause("甲", TEXTS[0]), world.clause("乙", TEXTS[1])]
    world.crawl("2021-01-02", world.policy(clauses=first))
    world.crawl("2021-02-02", world.policy(outcome="changed", clauses=[world.clause("丙", TEXTS[2]), *first]))
    assert world.rows("SELECT path, position FROM measure_version WHERE known_to IS NULL ORDER BY position") == [
        ("丙", 0),
        ("甲", 1),
        ("乙", 2),
    ]
    assert world.one("SELECT count(*) FROM measure_version") == 3

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
        best = best_of_all(weights, rows, columns)
        found = measures._assign(weights)
        assert len({row for row, _ in found}) == len({column for _, column in found}) == len(found)
        assert sum(weights[pair] for pair in found) == pytest.approx(best)


def best_of_all(weights, rows, columns):
    """The greatest total weight that any matching has, by trying them all."""
    tried = itertools.permutations([*range(columns), *[None] * rows], rows)
    return max(sum(weights.get(pair, 0) for pair in enumerate(chosen)) for chosen in tried)


def test_what_is_matched_is_the_best_of_all_matchings():
    chance = random.Random(11)

    def some(count, signs):
        texts = ["".join(chance.choices("甲乙丙", k=8)) + signs[place] for place in range(count)]
        return clauses(*[(chance.choice("一二三四"), chance.choice([None, "总则", "附则"]), text) for text in texts])

    seen = set()
    for _ in range(150):
        old, new = some(chance.randint(1, 4), "子丑寅卯"), some(chance.randint(1, 4), "辰巳午未")
        weights = measures._likeness(old, new)
        places = {clause.measure_id: place for place, clause in enumerate(old)}
        found = [(place, places[measure_id]) for place, measure_id in match(old, new).items()]
        assert len({column for _, column in found}) == len(found)
        assert sum(weights[pair] for pair in found) == pytest.approx(best_of_all(weights, len(new), len(old)))
        headed = {pair: 1 for pair in weights if old[pair[1]].heading and old[pair[1]].heading == new[pair[0]].heading}
        assert sum(pair in headed for pair in found) == best_of_all(headed, len(new), len(old))
        seen.add(len(found))
    assert seen >= {1, 2, 3, 4}


def test_ids_survive_renumbering_moved_headings_and_small_edits():
    chance = random.Random(13)
    signs = [chr(0x4E00 + 7 * place) for place in range(400)]

    def text():
        return "".join(chance.choices(signs, k=chance.randint(20, 60)))

    def edited(words):
        place = chance.randrange(len(words) - 2)
        return words[:place] + "".join(chance.choices(signs, k=chance.randint(0, 3))) + words[place + 2 :]

    for _ in range(60):
        old = clauses(*[(f"第{place}条", chance.choice([None, text()[:6]]), text()) for place in range(20)])
        kept = [item for item in old if chance.random() < 0.8]
        if chance.random() < 0.5:
            chance.shuffle(kept)
        rows = [
            (item.heading, edited(item.text) if chance.random() < 0.6 else item.text, item.measure_id) for item in kept
        ]
        for _ in range(chance.randint(0, 4)):
            rows.insert(chance.randint(0, len(rows)), (None, text(), None))
        new = clauses(*[(f"第{place}条", heading, words) for place, (heading, words, _) in enumerate(rows)])
        assert match(old, new) == {place: row[2] for place, row in enumerate(rows) if row[2]}


def test_headings_of_one_name_are_told_apart_by_their_texts():
    old = clauses(("一.1", "保障措施", "由市财政局安排专项资金。"), ("二.1", "保障措施", "由市教育局组织教师培训。"))
    new = clauses(
        ("一.1", "保障措施", "由市教育局组织骨干教师培训。"),
        ("二.1", "保障措施", "由市财政局安排两笔专项资金。"),
        ("三.1", "保障措施", "全部新写。"),
    )
    assert match(old, new) == {0: "me_1", 1: "me_0"}


def test_a_heading_that_stays_holds_where_another_text_is_more_alike():
    old = clauses(("一", "补助", "甲乙丙丁戊己庚辛"), ("二", "奖励", "子丑寅卯辰巳午未"))
    new = clauses(("一", "奖励", "甲乙丙丁戊己庚壬"), ("二", "补助", "子丑寅卯辰巳午申"))
    assert match(old, new) == {0: "me_1", 1: "me_0"}


def test_hundreds_of_clauses_that_are_nearly_alike_are_matched():
    old = clauses(
        *[(str(place), "标准", f"第{place % 7}类企业给予补助{place}元，由甲局负责。") for place in range(400)]
    )
    rows = [(str(place), "标准", f"第{place % 7}类企业给予补助{place}元，由乙局负责。") for place in range(399, -1, -1)]
    assert match(old, clauses(*rows)) == {place: f"me_{399 - place}" for place in range(400)}


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

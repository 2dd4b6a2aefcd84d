"""Measures with a force of their own: which a scope names, and which evidence wins."""

from dataclasses import replace
from datetime import date

import pytest

from warehouse.force import Statement
from warehouse.parts import Measure, PartAct, forces, named, to_int

ARTICLES = [Measure(f"me_{n}", f"第{n}条", f"第{n}条") for n in ("一", "二", "三", "十", "十一", "二十三")]
POINTS = [Measure("me_1", "一", "一、"), Measure("me_1.1", "一.1", "（一）"), Measure("me_2", "二", "二、")]
CHAPTERS = [
    Measure("me_c", "第二章", "第二章"),
    Measure("me_c3", "第二章.第三条", "第三条"),
    Measure("me_d", "第三章", "第三章"),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("十", 10),
        ("十二", 12),
        ("二十三", 23),
        ("一百零三", 103),
        ("一千二百", 1200),
        ("12", 12),
        ("两", 2),
        ("甲", None),
    ],
)
def test_numerals_of_articles(text, expected):
    assert to_int(text) == expected


@pytest.mark.parametrize(
    ("scope", "measures", "expected"),
    [
        ("第三条", ARTICLES, ["me_三"]),
        ("第三条、第十一条", ARTICLES, ["me_三", "me_十一"]),
        ("第二条至第十条", ARTICLES, ["me_二", "me_三", "me_十"]),
        ("第23条", ARTICLES, ["me_二十三"]),
        ("第二条第二款", ARTICLES, []),
        ("附件第五项", ARTICLES, []),
        ("第一条", POINTS, ["me_1", "me_1.1"]),
        ("第二章", CHAPTERS, ["me_c", "me_c3"]),
        ("第三条", CHAPTERS, ["me_c3"]),
        ("", ARTICLES, []),
    ],
)
def test_what_a_scope_names(scope, measures, expected):
    assert [measure.measure_id for measure in named(scope, measures)] == expected


BOTH = "本办法自2020年2月1日起施行，其中第十条自2022年1月1日起施行。"


def act(relation, day, scope="第三条", until=None, by="po_b"):
    return PartAct(
        relation, date.fromisoformat(day), until and date.fromisoformat(until), scope, f"{relation} {scope}", by
    )


def held(statements=(), acts=(), issued_on=date(2020, 1, 2)):
    found = forces("po_a", ARTICLES, statements, acts, issued_on)
    return [
        (part.measure_id, str(part.in_force_from), str(part.in_force_to), part.end_kind, part.disputed)
        for part in found
    ]


def test_a_named_article_ends_where_a_later_document_ends_it():
    assert held(acts=[act("repeals", "2021-05-01")]) == [("me_三", "None", "2021-04-30", "repealed", False)]


def test_the_earlier_of_two_repeals_counts():
    acts = [act("repeals", "2021-09-01", by="po_c"), act("repeals", "2021-05-01")]
    assert held(acts=acts) == [("me_三", "None", "2021-04-30", "repealed", False)]


def test_an_act_of_a_document_that_was_ended_before_its_day_stays_among_the_evidence_and_ends_nothing():
    (part,) = forces("po_a", ARTICLES, (), [replace(act("repeals", "2021-05-01"), is_void=True)], date(2020, 1, 2))
    assert (part.in_force_to, part.end_kind, part.disputed) == (None, None, False)
    assert [(note["rule"], note["by_policy_id"], note["is_lost"]) for note in part.notes] == [("repeals", "po_b", True)]


def test_a_repeal_that_is_older_cannot_mean_it():
    assert held(acts=[act("repeals", "2019-05-01")]) == [("me_三", "None", "None", None, True)]


@pytest.mark.parametrize(
    ("rule", "day", "quote", "expected"),
    [
        ("effective_on_date", "2022-01-01", BOTH, [("me_十", "2022-01-01", "None", None, False)]),
        ("effective_on_date", "2020-02-01", BOTH, []),
        ("valid_until", "2023-12-31", "第一条、第二条有效期至2023年12月31日。",
         [("me_一", "None", "2023-12-31", "term", False), ("me_二", "None", "2023-12-31", "term", False)]),
        ("effective_on_date", "2020-02-01", "第十条 本办法自2020年2月1日起施行。", []),
    ],
)  # fmt: skip
def test_days_of_single_articles_in_the_document_s_own_words(rule, day, quote, expected):
    assert held([Statement(rule, date.fromisoformat(day), quote)]) == expected

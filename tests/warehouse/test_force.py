"""The pure function: evidence in, intervals of force out."""

import json
from datetime import date

import pytest

from warehouse.force import Act, Facts, Statement, intervals, statements_of

START = date(2020, 2, 1)


def facts(*statements, status_day="2021-01-01", start=START, **more):
    return Facts("po", date.fromisoformat(status_day), tuple(statements), effective_date=start, **more)


def term(years=5):
    return Statement("valid_for", None, f"有效期{years}年", term=f"P{years}Y")


def act(relation, day, until=None, by="po_other"):
    return Act(
        relation, date.fromisoformat(day), f"{relation} on {day}", by, date.fromisoformat(until) if until else None
    )


def span(facts):
    """(from, to, kind, disputed) of the only interval."""
    (interval,) = intervals(facts)
    start, end = interval.in_force_from, interval.in_force_to
    return (start and str(start), end and str(end), interval.end_kind, interval.disputed)


def test_nothing_said_is_unknown():
    (interval,) = intervals(facts(start=None))
    assert (interval.in_force_from, interval.in_force_to, interval.stated_on, interval.end_kind) == (
        None,
        None,
        None,
        None,
    )


def test_without_a_start_the_portals_word_counts_from_its_day():
    (interval,) = intervals(facts(start=None, stated_status="in_force", status_raw="有效"))
    assert (interval.in_force_from, interval.stated_on, interval.start_quote) == (None, date(2021, 1, 1), "有效")


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([Statement("effective_on_issue", date(2020, 1, 2), "自印发之日起")], "2020-01-02"),
        (
            [
                Statement("effective_on_publication", date(2020, 1, 5), "公布"),
                Statement("effective_on_date", date(2020, 3, 1), "三月"),
            ],
            "2020-03-01",
        ),
        (
            [
                Statement("effective_on_date", date(2020, 3, 1), "三月"),
                Statement("effective_on_date", date(2020, 4, 1), "实施日期", "metadata"),
            ],
            "2020-04-01",
        ),
        ([Statement("effective_on_issue", None, "自印发之日起")], None),
    ],
)
def test_box_before_text_before_issue(statements, expected):
    assert span(facts(*statements, start=None))[0] == expected


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([term()], "2025-01-31"),
        ([term(), Statement("valid_until", date(2024, 6, 30), "至2024年6月30日")], "2024-06-30"),
        (
            [
                Statement("valid_until", date(2024, 6, 30), "正文"),
                Statement("valid_until", date(2023, 6, 30), "失效日期", "metadata"),
            ],
            "2023-06-30",
        ),
        ([Statement("valid_for", None, "试行", term="P18M")], "2021-07-31"),
        ([Statement("valid_for", None, "30日", term="P30D")], "2020-03-01"),
        ([Statement("valid_for", None, "很久", term="P99999Y")], None),
        ([Statement("valid_for", None, "?", term="PT5H")], None),
    ],
)
def test_own_term(statements, expected):
    assert span(facts(*statements))[1:] == (expected, "term" if expected else None, False)


def test_a_term_from_the_29th_of_february_ends_on_a_day_that_exists():
    assert span(facts(term(1), start=date(2020, 2, 29)))[1] == "2021-02-27"


def test_a_term_needs_a_start():
    assert span(facts(term(), start=None))[1:] == (None, None, False)


def test_an_end_before_the_start_is_nonsense_and_disputed():
    assert span(facts(Statement("valid_until", date(2019, 1, 1), "至2019年"))) == ("2020-02-01", None, None, True)


def test_repealed_by_a_later_document():
    assert span(facts(term(), acts=(act("repeals", "2022-02-01"),))) == ("2020-02-01", "2022-01-31", "repealed", False)


def test_the_earliest_of_two_repeals_counts():
    acts = (act("repeals", "2023-02-01", by="po_b"), act("repeals", "2022-02-01", by="po_a"))
    (interval,) = intervals(facts(acts=acts))
    assert (str(interval.in_force_to), interval.end_policy_id) == ("2022-01-31", "po_a")


def test_a_repeal_after_the_term_is_over_ends_nothing():
    assert span(facts(term(1), acts=(act("repeals", "2022-02-01"),))) == ("2020-02-01", "2021-01-31", "term", False)


def test_a_repeal_that_is_older_than_its_target_cannot_mean_it():
    found = span(facts(acts=(act("repeals", "2019-02-01"),), issued_on=date(2020, 1, 2)))
    assert found == ("2020-02-01", None, None, True)


def test_repealed_before_it_began_it_never_is_in_force():
    assert span(facts(acts=(act("repeals", "2020-01-15"),), issued_on=date(2020, 1, 2)))[:2] == (
        "2020-02-01",
        "2020-01-14",
    )


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([("extends", "2024-12-01", "2029-12-31")], ("2029-12-31", "extension")),
        ([("extends", "2024-12-01", "2023-12-31")], ("2025-01-31", "term")),  # not later
        ([("extends", "2024-12-01", None)], (None, None)),  # 继续有效
        (
            [("extends", "2024-12-01", "2026-12-31"), ("extends", "2026-12-01", "2028-12-31")],
            ("2028-12-31", "extension"),
        ),
        ([("extends", "2024-12-01", "2029-12-31"), ("repeals", "2027-01-01", None)], ("2026-12-31", "repealed")),
    ],
)
def test_extensions(acts, expected):
    assert span(facts(term(), acts=tuple(act(*item) for item in acts)))[1:3] == expected


def test_an_extension_without_a_known_term_gives_the_end():
    assert span(facts(acts=(act("extends", "2024-12-01", "2029-12-31"),)))[1:3] == ("2029-12-31", "extension")


# --- the portal's word -----------------------------------------------------------------------------------------------


def test_in_force_stated_after_the_term_wins_and_is_disputed():
    (interval,) = intervals(facts(term(1), stated_status="in_force", status_raw="有效", status_day="2021-02-01"))
    assert (interval.in_force_to, interval.disputed, interval.end_quote) == (None, True, "有效")
    lost = [item for item in json.loads(interval.evidence) if item["is_lost"]]
    assert [(item["rule"], item["day"]) for item in lost] == [("valid_for", "2021-01-31")]


def test_in_force_stated_before_the_term_was_over_does_not_outlive_it():
    assert span(facts(term(1), stated_status="in_force", status_day="2021-01-31"))[1:] == ("2021-01-31", "term", False)


@pytest.mark.parametrize(
    ("status_day", "expected"), [("2022-02-01", ("2022-01-31", "repealed", False)), ("2022-02-02", (None, None, True))]
)
def test_in_force_stated_after_a_repeal_wins_and_is_disputed(status_day, expected):
    found = span(facts(acts=(act("repeals", "2022-02-01"),), stated_status="in_force", status_day=status_day))
    assert found[1:] == expected


def test_the_portals_day_of_repeal():
    stated = Statement("repealed_on_date", date(2023, 6, 1), "废止日期：2023-06-01", "metadata")
    assert span(facts(term(), stated, stated_status="repealed"))[1:] == ("2023-05-31", "repealed_stated", False)
    assert span(facts(term(), repealed_date=date(2023, 6, 1)))[1:] == ("2023-05-31", "repealed_stated", False)


@pytest.mark.parametrize(("day", "disputed"), [("2023-06-01", False), ("2023-07-01", True)])
def test_portal_and_document_may_differ_on_the_day(day, disputed):
    found = span(facts(acts=(act("repeals", day),), repealed_date=date(2023, 6, 1), stated_status="repealed"))
    assert found[1:] == ("2023-05-31", "repealed_stated", disputed)


@pytest.mark.parametrize(
    ("statements", "acts", "status", "expected"),
    [
        ([], [], "repealed", ("2020-12-31", "status_stated", True)),
        ([term()], [], "not_in_force", ("2020-12-31", "status_stated", True)),
        ([Statement("valid_until", date(2021, 1, 1), "至")], [], "not_in_force", ("2020-12-31", "status_stated", True)),
        ([Statement("valid_until", date(2020, 12, 31), "至")], [], "not_in_force", ("2020-12-31", "term", False)),
        ([], [("repeals", "2020-11-01")], "repealed", ("2020-10-31", "repealed", False)),
    ],
)
def test_over_without_a_day(statements, acts, status, expected):
    made = facts(*statements, acts=tuple(act(*item) for item in acts), stated_status=status, status_raw="失效")
    (interval,) = intervals(made)
    assert (str(interval.in_force_to), interval.end_kind, interval.is_approximate) == expected
    told = [(item["kind"], item["is_lost"]) for item in json.loads(interval.evidence) if item["of"] == "end"]
    # Each piece of evidence stands once, what won first.
    assert told[0] == (expected[1], False)
    assert len(set(told)) == len(told)
    assert [is_lost for _, is_lost in told].count(False) == 1


def test_over_since_ever_is_survived():
    assert span(facts(stated_status="repealed", status_day="0001-01-01"))[1] == "0001-01-01"


def test_in_force_beside_a_past_day_of_repeal_is_disputed():
    assert span(facts(repealed_date=date(2020, 6, 1), stated_status="in_force"))[1:] == (
        "2020-05-31",
        "repealed_stated",
        True,
    )


# --- suspensions -----------------------------------------------------------------------------------------------------


def test_a_suspension_splits_the_interval():
    first, second = intervals(facts(term(), acts=(act("suspends", "2021-01-01", "2021-06-30"),)))
    assert (str(first.in_force_from), str(first.in_force_to), first.end_kind) == (
        "2020-02-01",
        "2020-12-31",
        "suspended",
    )
    assert (str(second.in_force_from), str(second.in_force_to), second.interval_no) == ("2021-07-01", "2025-01-31", 2)


def test_an_open_suspension_ends_the_interval_and_a_late_one_changes_nothing():
    assert span(facts(acts=(act("suspends", "2021-01-01"),)))[1:3] == ("2020-12-31", "suspended")
    assert span(facts(term(1), acts=(act("suspends", "2023-01-01"),)))[1:3] == ("2021-01-31", "term")


def test_statements_are_read_from_json_and_an_impossible_day_is_none():
    text = json.dumps([{"rule": "valid_until", "date": "2021-13-45", "quote": "x", "where": "body", "term": None}])
    assert statements_of(text) == (Statement("valid_until", None, "x"),)
    assert statements_of(None) == ()

"""Events: each kind when it must come, and not otherwise."""

import json

import pytest

NEW = {
    "name": "云江市乙办法",
    "number": "云政发〔2022〕9号",
    "signed_date": "2022-01-20",
    "published_date": "2022-01-25",
    "effective_date": "2022-03-01",
}
OLD = "云江市甲办法"
FIVE_YEARS = {"rule": "valid_for", "date": None, "quote": "有效期5年", "where": "body", "term": "P5Y"}


def second(world, *citations, **more):
    """A later document that names the first."""
    return world.policy("http://city/b", citations=list(citations), **(NEW | more))


def names_old(world, relation, **more):
    return world.cites(relation, OLD, "云政发〔2020〕1号", **more)


# --- first sight -----------------------------------------------------------------------------------------------------


def test_what_is_first_known_is_only_issued(world):
    ended = world.policy(stated_status="repealed", repealed_date="2020-06-01")
    report = world.crawl("2022-02-02", ended, second(world, names_old(world, "repeals")))
    assert report.events == {"issued": 2}
    assert world.one("SELECT bool_and(is_baseline) FROM event") is True


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "2020-01-05"),
        ({"published_date": None}, "2020-01-02"),
        ({"published_date": None, "signed_date": None}, "2021-01-02"),
    ],
)
def test_issued_happened_on_the_published_day_else_the_signed_day_else_that_of_the_capture(world, fields, expected):
    world.crawl("2021-01-02", world.policy(**fields))
    assert world.events("issued") == [("issued", OLD, expected)]


def test_only_the_first_good_run_of_a_source_is_a_baseline(world):
    world.crawl("2021-01-02", world.policy(), verdict="suspect")
    world.crawl("2021-01-03", world.policy("http://city/b", number="云政发〔2020〕2号"))
    world.crawl("2021-01-04", world.policy("http://city/c", number="云政发〔2020〕3号"))
    world.crawl("2021-01-04", world.policy("http://x/d", number="云政发〔2020〕4号"), source="other")
    assert world.rows("SELECT number, is_baseline FROM event WHERE kind = 'issued' ORDER BY number") == [
        ("云政发〔2020〕1号", True), ("云政发〔2020〕2号", True), ("云政发〔2020〕3号", False),
        ("云政发〔2020〕4号", True),
    ]  # fmt: skip


# --- edits -----------------------------------------------------------------------------------------------------------


def test_a_silent_edit_shows_the_clause_before_and_after_and_no_day(world):
    world.crawl("2021-01-02", world.policy())
    clauses = [
        world.clause("一", "给予最高150万元补助。", "补助标准"),
        world.clause("二", "由市财政局负责。", "组织实施"),
    ]
    world.crawl("2021-02-02", world.policy(outcome="changed", clauses=clauses))
    before, after, quote, happened_on = world.one(
        "SELECT before, after, quote, happened_on FROM event WHERE kind = 'silently_edited'"
    )
    (old,), (new,) = json.loads(before)["measures"], json.loads(after)["measures"]
    assert (old["text"], new["text"], old["measure_id"]) == (
        "给予最高200万元补助。",
        "给予最高150万元补助。",
        new["measure_id"],
    )
    assert (new["path"], quote, happened_on) == ("一", "给予最高150万元补助。", None)


@pytest.mark.parametrize(
    ("fields", "happened_on"),
    [
        ({"published_date": "2021-01-20"}, "2021-01-20"),
        ({"signed_date": "2021-01-19"}, "2021-01-19"),
        ({"number": "云政发〔2021〕3号"}, None),
    ],
)
def test_a_new_number_or_date_is_a_revision(world, fields, happened_on):
    world.crawl("2021-01-02", world.policy())
    world.crawl("2021-02-02", world.policy(outcome="changed", **fields))
    assert world.events() == [("revised", OLD, happened_on)]
    assert json.loads(world.one("SELECT after FROM event WHERE kind = 'revised'")).keys() == fields.keys()


def test_an_edit_after_an_amending_document_is_a_revision_of_its_day(world):
    world.crawl("2021-01-02", world.policy())
    world.crawl("2022-02-02", second(world, names_old(world, "amends", scope="一")))
    world.crawl("2022-03-02", world.policy(outcome="changed", text="修订后的正文"))
    world.crawl("2022-04-02", world.policy(outcome="changed", text="又改了的正文"))
    assert world.events() == [
        ("amended", OLD, "2022-03-01"),
        ("revised", OLD, "2022-03-01"),
        ("silently_edited", OLD, None),
    ]


def test_lines_are_shown_where_no_measure_changed(world):
    world.crawl("2021-01-02", world.policy(text="第一行\n第二行"))
    world.crawl("2021-02-02", world.policy(outcome="changed", text="第一行\n第三行"))
    assert json.loads(world.one("SELECT after FROM event WHERE kind = 'silently_edited'")) == {"text": "第三行"}


def test_a_status_that_changes_no_force_is_no_event(world):
    world.crawl("2021-01-02", world.policy(stated_status="in_force", status_raw="有效"))
    world.crawl("2021-02-02", world.policy(outcome="changed", stated_status="in_force", status_raw="现行有效"))
    assert world.events() == []
    assert world.one("SELECT count(*) FROM policy_version") == 2


# --- by another document ---------------------------------------------------------------------------------------------


ACTS = [
    ("repeals", {}, ("repealed", "2022-03-01")),
    ("repeals", {"date": "2022-06-01"}, ("repealed", "2022-06-01")),  # a day to come: told at once
    ("repeals", {"scope": "第三条"}, ("partially_repealed", "2022-03-01")),
    ("partially_repeals", {"scope": "第三条", "date": "2022-02-15"}, ("partially_repealed", "2022-02-15")),
    ("amends", {}, ("amended", "2022-03-01")),
    ("extends", {"until": "2030-12-31"}, ("extended", "2022-03-01")),
    ("suspends", {}, None),
    ("based_on", {}, None),
    ("interprets", {}, None),
    ("mentions", {}, None),
]


def test_a_later_document_brings_one_event_to_each_that_it_touches_once(world):
    names = [f"第{place}号办法" for place in range(len(ACTS))]
    numbers = [f"云政发〔2020〕{place}号" for place in range(len(ACTS))]
    targets = [
        world.policy(f"http://city/{place}", name, number, effect=[FIVE_YEARS])
        for place, (name, number) in enumerate(zip(names, numbers, strict=True))
    ]
    world.crawl("2021-01-02", *targets)
    acts = [
        world.cites(relation, None, number, **more) for number, (relation, more, _) in zip(numbers, ACTS, strict=True)
    ]
    world.crawl("2022-02-02", second(world, *acts))
    world.crawl("2022-02-03", second(world, *acts, outcome="changed", text="改了别处"))
    world.calendar("2022-07-01")
    kinds = ("repealed", "partially_repealed", "amended", "extended", "expired")
    expected = [(event[0], name, event[1]) for name, (_, _, event) in zip(names, ACTS, strict=True) if event]
    assert sorted(world.events(*kinds)) == sorted(expected)


@pytest.mark.parametrize(("scope", "end"), [("有关规定", "term"), (None, "suspended")])
def test_only_what_is_suspended_whole_is_out_of_force(world, scope, end):
    world.crawl("2021-01-02", world.policy(effect=[FIVE_YEARS]))
    world.crawl("2022-02-02", second(world, names_old(world, "suspends", scope=scope)))
    assert world.force()[0][2] == end


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({"effective_date": None}, "2022-01-20"), ({"effective_date": None, "signed_date": None}, "2022-01-25")],
)
def test_a_repeal_without_a_day_happens_when_the_document_was_signed_else_published(world, fields, expected):
    world.crawl("2021-01-02", world.policy())
    world.crawl("2022-02-02", second(world, names_old(world, "repeals"), **fields))
    assert world.events() == [("repealed", OLD, expected)]


def test_only_a_policy_can_end_another(world):
    world.crawl("2021-01-02", world.policy())
    kinds = ("news", "interpretation", "other")
    world.crawl(
        "2022-02-02", *[world.news(f"http://city/{kind}", names_old(world, "repeals"), kind=kind) for kind in kinds]
    )
    assert world.events("repealed") == []
    assert world.force() == [("2020-02-01", None, None, False)]


def test_a_document_cannot_repeal_itself_and_one_that_is_ended_repeals_no_more(world):
    one = world.policy(citations=[names_old(world, "repeals")])
    world.crawl("2021-01-02", one, second(world))
    both = world.policy(outcome="changed", citations=[world.cites("repeals", None, NEW["number"], date="2022-05-01")])
    world.crawl("2022-02-02", both, second(world, names_old(world, "repeals"), outcome="changed"))
    assert world.events() == [("repealed", OLD, "2022-03-01")]
    assert world.force(NEW["name"])[0][1:3] == (None, None)


# --- by the portal ---------------------------------------------------------------------------------------------------


def test_the_portal_alone_says_repealed(world):
    world.crawl("2021-01-02", world.policy(stated_status="in_force", status_raw="有效"))
    gone = {"stated_status": "repealed", "status_raw": "失效（提前废止）", "repealed_date": "2021-06-01"}
    world.crawl("2021-07-02", world.policy(outcome="changed", **gone))
    assert world.events() == [("repealed", OLD, "2021-06-01")]
    assert "失效（提前废止）" in world.one("SELECT quote FROM event WHERE kind = 'repealed'")
    assert world.force(known="2021-03-03") == [("2020-02-01", None, None, False)]
    assert world.force() == [("2020-02-01", "2021-05-31", "repealed_stated", False)]


@pytest.mark.parametrize("portal_first", [True, False])
def test_portal_and_document_together_are_one_repeal(world, portal_first):
    world.crawl("2021-01-02", world.policy())
    portal = world.policy(outcome="changed", stated_status="repealed", status_raw="废止", repealed_date="2022-03-01")
    document = second(world, names_old(world, "repeals"))
    for when, page in zip(
        ("2022-03-02", "2022-04-02"), (portal, document) if portal_first else (document, portal), strict=True
    ):
        world.crawl(when, page)
    assert world.events() == [("repealed", OLD, "2022-03-01")]


def test_a_repeal_is_told_again_after_the_policy_came_back(world):
    for month, status in enumerate(["in_force", "repealed", "in_force", "repealed"], 1):
        fields = {"stated_status": status, "status_raw": status}
        world.crawl(f"2021-{month:02}-02", world.policy(outcome="changed", **fields))
    assert [row[0] for row in world.events()] == ["repealed", "repealed"]


def test_the_portal_alone_extends(world):
    end = {"rule": "valid_until", "quote": "失效日期", "where": "metadata", "term": None}
    world.crawl(
        "2021-01-02", world.policy(effect=[end | {"date": "2021-12-31"}], stated_status="in_force", status_raw="有效")
    )
    later = {"effect": [end | {"date": "2025-12-31"}], "stated_status": "in_force", "status_raw": "有效（延续实施）"}
    world.crawl("2021-12-02", world.policy(outcome="changed", **later))
    assert world.events() == [("extended", OLD, "2022-01-01")]


# --- pages about policies --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("news_first", [True, False])
def test_pages_about_a_policy_are_told_once_even_if_the_policy_comes_later(world, news_first):
    told = {"news": "reported", "press_conference": "reported", "interpretation": "interpreted"}
    pages = [world.news(f"http://city/{kind}", world.cites("mentions", OLD), kind=kind) for kind in (*told, "guide")]
    batches = [pages, [world.policy()]]
    for when, batch in zip(("2021-03-05", "2021-03-06"), batches if news_first else reversed(batches), strict=True):
        world.crawl(when, *batch)
    for page in pages:
        page.outcome, page.fields["text"] = "changed", "改了"
    world.crawl("2021-03-07", *pages)
    found = world.rows("SELECT url, kind, CAST(happened_on AS VARCHAR) FROM event WHERE kind <> 'issued' ORDER BY url")
    assert found == sorted((f"http://city/{kind}", event, "2021-03-04") for kind, event in told.items())


# --- calendar --------------------------------------------------------------------------------------------------------


def test_the_calendar_alone_brings_start_warnings_and_end_each_once(world):
    effect = [{"rule": "valid_for", "date": None, "quote": "有效期1年", "where": "body", "term": "P1Y"}]
    world.crawl("2020-01-10", world.policy(effect=effect))
    for today in (
        "2020-01-20",
        "2020-02-01",
        "2020-02-02",
        "2021-01-05",
        "2021-01-06",
        "2021-01-27",
        "2021-01-28",
        "2021-01-31",
        "2021-02-01",
        "2021-03-01",
    ):
        world.calendar(today)
        world.calendar(today)
    found = world.rows(
        """SELECT kind, CAST(happened_on AS VARCHAR), strftime(detected_at + INTERVAL 8 HOUR, '%Y-%m-%d')
        FROM event WHERE kind <> 'issued' ORDER BY detected_at"""
    )
    assert found == [
        ("commenced", "2020-02-01", "2020-02-01"),
        ("expiring", "2021-02-01", "2021-01-05"),
        ("expiring", "2021-02-01", "2021-01-27"),
        ("expired", "2021-02-01", "2021-02-01"),
    ]


def test_only_the_tightest_warning_is_given_and_thresholds_are_the_callers(world):
    effect = [{"rule": "valid_until", "date": "2021-01-31", "quote": "至", "where": "body", "term": None}]
    world.crawl("2020-03-10", world.policy(effect=effect))
    assert world.calendar("2020-12-01", warn_days=(90, 30)).events == {"expiring": 1}
    assert world.calendar("2021-01-30", warn_days=(30, 7)).events == {"expiring": 1}
    assert world.calendar("2021-01-31", warn_days=(30, 7)).events == {}
    afters = [
        json.loads(row[0])["within_days"]
        for row in world.rows("SELECT after FROM event WHERE kind = 'expiring' ORDER BY detected_at")
    ]
    assert afters == [90, 7]


def test_what_was_over_or_begun_before_it_was_known_is_not_told(world):
    world.crawl("2026-01-10", world.policy(effect=[FIVE_YEARS]))
    assert world.calendar("2026-01-11").events == {}


def test_an_extension_moves_the_end_before_the_calendar_reaches_it(world):
    world.crawl("2021-01-02", world.policy(effect=[FIVE_YEARS]))
    world.crawl("2025-02-02", second(world, names_old(world, "extends", until="2030-01-31"), signed_date="2025-01-02"))
    assert world.calendar("2025-02-02").events == {}
    assert world.force() == [("2020-02-01", "2030-01-31", "extension", False)]


def test_event_ids_are_those_of_another_warehouse_with_the_same_history(world, tmp_path):
    other = type(world)(tmp_path / "other")
    for made in (world, other):
        made.crawl("2021-01-02", made.policy())
        made.crawl(
            "2021-02-02",
            made.policy(outcome="changed", text="改"),
            made.news("http://city/n", made.cites("mentions", OLD)),
        )
        made.crawl("2022-02-02", second(made, names_old(made, "repeals")))
        made.calendar("2022-03-05")
    ids = "SELECT event_id, kind FROM event ORDER BY event_id"
    assert world.rows(ids) == other.rows(ids)
    assert len({row[0] for row in world.rows(ids)}) == 6
    other.ledger.close()

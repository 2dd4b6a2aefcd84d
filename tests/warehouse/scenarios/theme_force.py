"""When policies are in force: by their own words, by other documents, by the portal, and by the calendar."""

from telling import D1, D2, D3, D4, D5, TEXTS, Scenario, act, by_hand, clauses, crawl, doc, later, look, news, says

A, B, C = "云江市甲办法", "云江市乙办法", "云江市丙办法"
NB, NC = "云政发〔2021〕9号", "云政发〔2021〕20号"
ISSUED = f"issued {A} 2020-01-05 @{D1}"
ISSUED_B = f"issued {B} 2021-01-25 @"
LIST = "云江市人民政府关于废止一批文件的决定"


def until(day, quote="失效日期"):
    return [says("valid_until", day, quote)]


def third(page, *acts, **more):
    """A still later document, in force from September 2021."""
    fields = {"signed_date": "2021-03-20", "published_date": "2021-03-25", "effective_date": "2021-09-01"}
    return doc(page, C, NC, **(fields | {"citations": list(acts)} | more))


def fourth(page, *acts, **more):
    """The last document, published on the day on which it was signed."""
    fields = {"signed_date": "2021-04-01", "published_date": "2021-04-01"}
    return doc(page, "云江市丁办法", "云政发〔2021〕30号", **(fields | {"citations": list(acts)} | more))


SCENARIOS = [
    Scenario(
        "repealed by a later document",
        [crawl(D1, doc("a")), crawl(D2, later("b", B, NB, act("repeals", A, quote="同时废止")))],
        events=[ISSUED, ISSUED_B + D2, f"repealed {A} 2021-05-01 @{D2}"],
        force={A: ["2020-02-01..2021-04-30 repealed"], B: ["2021-05-01.."]},
        ask={
            f"{A} on 2021-04-30": "in_force",
            f"{A} on 2021-05-01": "repealed",
            f"{A} on 2021-05-01 known 2021-01-20": "in_force",
            f"{A} on 2021-05-01 known 2020-12-31": "not known",
            f"{A} on 2020-01-31": "not_yet_in_force",
        },
    ),
    Scenario(
        "repealed by a document that was met first",
        [crawl(D1, later("b", B, NB, act("repeals", A))), crawl(D2, doc("a"))],
        events=[ISSUED_B + D1, f"issued {A} 2020-01-05 @{D2}"],
        force={A: ["2020-02-01..2021-04-30 repealed"]},
        ask={f"{A} on 2021-05-01 known {D1}": "not known", f"{A} on 2021-05-01 known {D2}": "repealed"},
    ),
    Scenario(
        "a list of repealed documents in an annex, one of them twice",
        [
            crawl(D1, doc("a"), doc("c", C, "云政发〔2020〕3号")),
            crawl(
                D2,
                later(
                    "l",
                    LIST,
                    NB,
                    act("repeals", A, "云政发〔2020〕1号"),
                    act("repeals", C, "云政发〔2020〕3号"),
                    act("repeals", A, "云政发〔2020〕1号"),
                    act("repeals", "云江市丁办法", "云政发〔2012〕3号"),
                ),
            ),
        ],
        events=[
            ISSUED,
            f"issued {C} 2020-01-05 @{D1}",
            f"issued {LIST} 2021-01-25 @{D2}",
            f"repealed {C} 2021-05-01 @{D2}",
            f"repealed {A} 2021-05-01 @{D2}",
        ],
        bound=[
            f"repeals {A} -> {A}",
            f"repeals {C} -> {C}",
            "repeals 云江市丁办法 -> ?",
        ],
    ),
    Scenario(
        "a target of the list that is met later has ended already",
        [
            crawl(D1, later("l", LIST, NB, act("repeals", A, "云政发〔2020〕1号"))),
            crawl(D3, doc("a")),
        ],
        events=[f"issued {LIST} 2021-01-25 @{D1}", f"issued {A} 2020-01-05 @{D3}"],
        force={A: ["2020-02-01..2021-04-30 repealed"]},
    ),
    Scenario(
        "the term is over",
        [crawl(D1, doc("a", effect=until("2021-05-31"))), look("2021-03-15"), look("2021-05-10"), look("2021-06-20")],
        events=[ISSUED, f"expiring {A} 2021-06-01 @2021-05-10", f"expired {A} 2021-06-01 @2021-06-20"],
        force={A: ["2020-02-01..2021-05-31 term"]},
        ask={
            f"{A} on 2021-05-31": "in_force",
            f"{A} on 2021-06-01": "expired",
            f"{A} on 2021-06-01 known {D1}": "expired",
        },
    ),
    Scenario(
        "it commences after it was known",
        [crawl(D1, doc("a", effective_date="2021-03-01"))],
        events=[ISSUED, f"commenced {A} 2021-03-01 @2021-03-15"],
        ask={f"{A} on 2021-02-28": "not_yet_in_force", f"{A} on 2021-03-01": "in_force"},
    ),
    Scenario(
        "extended before it was over",
        [
            crawl(D1, doc("a", effect=until("2021-05-31"))),
            crawl(D2, later("b", B, NB, act("extends", A, until="2023-05-31"))),
        ],
        events=[ISSUED, f"extended {A} 2021-05-01 @{D2}", ISSUED_B + D2],
        force={A: ["2020-02-01..2023-05-31 extension"]},
        ask={f"{A} on 2021-06-01 known {D1}": "expired", f"{A} on 2021-06-01": "in_force"},
    ),
    Scenario(
        "extended after it was over",
        [
            crawl(D1, doc("a", effect=until("2021-01-31"))),
            crawl(D4, later("b", B, NB, act("extends", A, until="2023-01-31"))),
        ],
        events=[ISSUED, f"expired {A} 2021-02-01 @2021-03-15", f"extended {A} 2021-05-01 @{D4}", ISSUED_B + D4],
        force={A: ["2020-02-01..2023-01-31 extension"]},
        ask={f"{A} on 2021-03-01 known {D2}": "expired", f"{A} on 2021-03-01 known {D4}": "in_force"},
    ),
    Scenario(
        "extended twice, then repealed early",
        [
            crawl(D1, doc("a", effect=until("2022-12-31"))),
            crawl(D2, later("b", B, NB, act("extends", A, until="2024-12-31"))),
            crawl(D3, third("c", act("extends", A, until="2026-12-31"))),
            crawl(D4, fourth("d", act("repeals", A), effective_date="2022-01-01")),
        ],
        events=[
            ISSUED,
            f"extended {A} 2021-05-01 @{D2}",
            ISSUED_B + D2,
            f"extended {A} 2021-09-01 @{D3}",
            f"issued {C} 2021-03-25 @{D3}",
            f"issued 云江市丁办法 2021-04-01 @{D4}",
            f"repealed {A} 2022-01-01 @{D4}",
        ],
        force={A: ["2020-02-01..2021-12-31 repealed"]},
    ),
    Scenario(
        "a part first, then the whole",
        [
            crawl(D1, doc("a")),
            crawl(D2, later("b", B, NB, act("partially_repeals", A, scope="第二条"))),
            crawl(D3, third("c", act("repeals", A))),
        ],
        events=[
            ISSUED,
            ISSUED_B + D2,
            f"partially_repealed {A} 2021-05-01 @{D2}",
            f"issued {C} 2021-03-25 @{D3}",
            f"repealed {A} 2021-09-01 @{D3}",
        ],
        force={A: ["2020-02-01..2021-08-31 repealed"]},
        ask={f"{A} on 2021-09-01 known {D2}": "in_force"},
    ),
    Scenario(
        "what repealed it is repealed itself: that brings nothing back",
        [
            crawl(D1, doc("a")),
            crawl(D2, later("b", B, NB, act("repeals", A))),
            crawl(D3, third("c", act("repeals", B))),
        ],
        events=[
            ISSUED,
            ISSUED_B + D2,
            f"repealed {A} 2021-05-01 @{D2}",
            f"issued {C} 2021-03-25 @{D3}",
            f"repealed {B} 2021-09-01 @{D3}",
        ],
        force={A: ["2020-02-01..2021-04-30 repealed"], B: ["2021-05-01..2021-08-31 repealed"], C: ["2021-09-01.."]},
        ask={f"{A} on 2021-10-01": "repealed", f"{B} on 2021-10-01": "repealed"},
    ),
    Scenario(
        "what was to repeal it is repealed before that day: nothing comes of it",
        [
            crawl(D1, doc("a")),
            crawl(D2, later("b", B, NB, act("repeals", A))),
            crawl(D3, third("c", act("repeals", B), effective_date="2021-04-10")),
        ],
        events=[
            ISSUED,
            ISSUED_B + D2,
            f"repealed {A} 2021-05-01 @{D2}",
            f"issued {C} 2021-03-25 @{D3}",
            f"repealed {B} 2021-04-10 @{D3}",
        ],
        force={A: ["2020-02-01.."], B: ["2021-05-01..2021-04-09 repealed"], C: ["2021-04-10.."]},
        ask={
            f"{A} on 2021-10-01": "in_force",
            f"{A} on 2021-10-01 known {D2}": "repealed",
            f"{A} on 2021-10-01 known 2021-12-31": "in_force",
            f"{B} on 2021-10-01": "repealed",
        },
    ),
    Scenario(
        "it, what was to repeal it, and what prevented that are met at once",
        [
            crawl(D1, news("n")),
            crawl(
                D2,
                doc("a"),
                later("b", B, NB, act("repeals", A)),
                third("c", act("repeals", B), effective_date="2021-04-10"),
            ),
        ],
        events=[f"issued {C} 2021-03-25 @{D2}", ISSUED_B + D2, f"issued {A} 2020-01-05 @{D2}"],
        force={A: ["2020-02-01.."], B: ["2021-05-01..2021-04-09 repealed"]},
    ),
    Scenario(
        "what prevented the repeal is itself prevented: the repeal stands",
        [
            crawl(D1, doc("a")),
            crawl(D2, later("b", B, NB, act("repeals", A))),
            crawl(D3, third("c", act("repeals", B), effective_date="2021-04-20")),
            crawl(D4, fourth("d", act("repeals", C), effective_date="2021-04-10")),
        ],
        force={
            A: ["2020-02-01..2021-04-30 repealed"],
            B: ["2021-05-01.."],
            C: ["2021-04-20..2021-04-09 repealed"],
        },
        ask={f"{A} on 2021-10-01 known {D3}": "in_force", f"{A} on 2021-10-01": "repealed"},
    ),
    Scenario(
        "issued again under a new number, the old one repealed",
        [crawl(D1, doc("a")), crawl(D2, later("b", A, NB, act("repeals", A, "云政发〔2020〕1号")))],
        events=[ISSUED, f"issued {A} 2021-01-25 @{D2}", f"repealed {A} 2021-05-01 @{D2}"],
        pages=["a", "b"],
        ask={f"{A} on 2021-04-30": "in_force, not_yet_in_force", f"{A} on 2021-05-01": "in_force, repealed"},
    ),
    Scenario(
        "the portal alone says repealed, with the day",
        [
            crawl(D1, doc("a", stated_status="in_force", status_raw="有效")),
            crawl(D3, doc("a", stated_status="repealed", status_raw="已废止", repealed_date="2021-02-20")),
        ],
        events=[ISSUED, f"repealed {A} 2021-02-20 @{D3}"],
        force={A: ["2020-02-01..2021-02-19 repealed_stated"]},
    ),
    Scenario(
        "the portal alone says repealed, without a day",
        [crawl(D1, doc("a")), crawl(D3, doc("a", stated_status="repealed", status_raw="已废止"))],
        events=[ISSUED, f"repealed {A} - @{D3}"],
        force={A: ["2020-02-01..2021-03-01 status_stated about"]},
        ask={f"{A} on 2021-03-01": "in_force", f"{A} on {D3}": "repealed", f"{A} on {D3} known {D2}": "in_force"},
    ),
    Scenario(
        "the portal alone says that it is over, and nobody knows since when it was in force",
        [crawl(D3, doc("a", effective_date=None, stated_status="not_in_force", status_raw="失效"))],
        events=[f"issued {A} 2020-01-05 @{D3}"],
        force={A: ["..2021-03-01 status_stated about"]},
        ask={f"{A} on {D3}": "not_in_force", f"{A} on 2021-03-01": "unknown"},
    ),
    Scenario(
        "the portal and a document say the same",
        [
            crawl(D1, doc("a")),
            crawl(D2, later("b", B, NB, act("repeals", A))),
            crawl(D3, doc("a", stated_status="repealed", status_raw="已废止", repealed_date="2021-05-01")),
        ],
        events=[ISSUED, ISSUED_B + D2, f"repealed {A} 2021-05-01 @{D2}"],
        force={A: ["2020-02-01..2021-04-30 repealed_stated"]},
    ),
    Scenario(
        "in force by the portal, over by its own words",
        [crawl(D1, doc("a", stated_status="in_force", status_raw="有效", effect=until("2020-12-31")))],
        events=[ISSUED],
        force={A: ["2020-02-01.. disputed"]},
        ask={f"{A} on 2021-03-01": "in_force"},
    ),
    Scenario(
        "in force by the portal after another document repealed it",
        [
            crawl(D1, later("b", B, NB, act("repeals", A, date="2021-02-01"))),
            crawl(D4, doc("a", stated_status="in_force", status_raw="有效")),
        ],
        events=[ISSUED_B + D1, f"issued {A} 2020-01-05 @{D4}"],
        force={A: ["2020-02-01.. disputed"]},
    ),
    Scenario(
        "the portal and a document differ on the day",
        [
            crawl(D1, doc("a"), later("b", B, NB, act("repeals", A))),
            crawl(D2, doc("a", stated_status="repealed", status_raw="已废止", repealed_date="2021-01-15")),
        ],
        events=[ISSUED, ISSUED_B + D1],
        force={A: ["2020-02-01..2021-01-14 repealed_stated disputed"]},
    ),
    Scenario(
        "suspended and resumed",
        [crawl(D1, doc("a")), crawl(D2, later("b", B, NB, act("suspends", A, date="2021-03-01", until="2021-06-30")))],
        events=[ISSUED, ISSUED_B + D2],
        force={A: ["2020-02-01..2021-02-28 suspended", "2021-07-01.."]},
        ask={
            f"{A} on 2021-03-01": "suspended",
            f"{A} on 2021-07-01": "in_force",
            f"{A} on 2021-03-01 known {D1}": "in_force",
        },
    ),
    Scenario(
        "a repeal that is taken back by an edit",
        [
            crawl(D1, doc("a")),
            crawl(D2, later("b", B, NB, act("repeals", A))),
            crawl(D4, later("b", B, NB, text="更正后的正文")),
        ],
        force={A: ["2020-02-01.."]},
        ask={f"{A} on 2021-06-01 known {D3}": "repealed", f"{A} on 2021-06-01 known {D4}": "in_force"},
    ),
    Scenario(
        "blank is unknown",
        [crawl(D1, doc("a", effective_date=None))],
        force={A: [".."]},
        ask={f"{A} on 2021-03-01": "unknown"},
    ),
    Scenario(
        "blank, and the portal says in force",
        [crawl(D1, doc("a", effective_date=None, stated_status="in_force", status_raw="有效"))],
        force={A: [f"{D1}.."]},
        ask={f"{A} on 2021-03-01": "in_force", f"{A} on 2020-12-01": "unknown"},
    ),
    Scenario(
        "the day of the start is moved by an edit",
        [crawl(D1, doc("a", effective_date="2021-03-01")), crawl(D2, doc("a", effective_date="2021-06-01", text="改"))],
        events=[ISSUED, f"silently_edited {A} - @{D2}", f"commenced {A} 2021-06-01 @2021-06-20"],
        ask={f"{A} on 2021-04-01 known {D1}": "in_force", f"{A} on 2021-04-01": "not_yet_in_force"},
    ),
    Scenario(
        "the day of the repealing document is moved by an edit",
        [
            crawl(D1, doc("a"), later("b", B, NB, act("repeals", A))),
            crawl(D2, later("b", B, NB, act("repeals", A), effective_date="2021-08-01")),
        ],
        force={A: ["2020-02-01..2021-07-31 repealed"]},
        ask={f"{A} on 2021-06-01 known {D1}": "repealed", f"{A} on 2021-06-01": "in_force"},
    ),
    Scenario(
        "a history that came by hand, with everything in it",
        by_hand(
            doc("a", when="2019-01-10", effect=until("2021-01-31")),
            later("b", B, NB, act("amends", A, scope="第一条"), when="2019-03-10"),
            news("n", act("mentions", A), published="2019-03-20", when="2019-05-10"),
            doc("a", when="2019-07-10", text="修订后", effect=until("2021-01-31")),
            third("c", act("repeals", A), when="2019-09-10"),
        ),
        events=[
            f"issued {A} 2020-01-05 @2019-01-10",
            f"amended {A} 2021-05-01 @2019-03-10",
            ISSUED_B + "2019-03-10",
            f"reported {A} 2019-03-20 @2019-05-10",
            f"revised {A} 2021-05-01 @2019-07-10",
            f"issued {C} 2021-03-25 @2019-09-10",
            f"expired {A} 2021-02-01 @2021-03-15",
        ],
        force={A: ["2020-02-01..2021-01-31 term"]},
    ),
    Scenario(
        "expired, unless the extension is known",
        [
            crawl(D1, doc("a", effect=until("2021-04-30"))),
            *by_hand(later("b", B, NB, act("extends", A, until="2025-04-30"), when="2021-02-10")),
            crawl(D5, doc("a", effect=until("2021-04-30"))),
        ],
        events=[ISSUED, f"extended {A} 2021-05-01 @2021-02-10", ISSUED_B + "2021-02-10"],
        force={A: ["2020-02-01..2025-04-30 extension"]},
    ),
    Scenario(
        "an article that another document ends ends alone",
        [
            crawl(D1, doc("a")),
            crawl(D2, later("b", B, NB, act("partially_repeals", A, scope="第二条"))),
            crawl(D3, doc("a", clauses=clauses(一="新增加的一条。", 二=TEXTS["一"], 三=TEXTS["二"], 四=TEXTS["三"]))),
        ],
        force={A: ["2020-02-01.."]},
        parts={A: ["三 ..2021-04-30 repealed"]},
        measures={A: ["一 > 二", "二 > 三", "三 > 四", "一"]},
    ),
    Scenario(
        "what was to end an article is repealed before that day: nothing comes of it",
        [
            crawl(D1, doc("a")),
            crawl(D2, later("b", B, NB, act("partially_repeals", A, scope="第二条"))),
            crawl(D3, third("c", act("repeals", B), effective_date="2021-04-10")),
        ],
        events=[
            ISSUED,
            ISSUED_B + D2,
            f"partially_repealed {A} 2021-05-01 @{D2}",
            f"issued {C} 2021-03-25 @{D3}",
            f"repealed {B} 2021-04-10 @{D3}",
        ],
        force={A: ["2020-02-01.."], B: ["2021-05-01..2021-04-09 repealed"]},
        parts={A: []},
    ),
    Scenario(
        "what prevented the end of an article was met before it",
        [
            crawl(D1, doc("a"), third("c", act("repeals", B), effective_date="2021-04-10")),
            crawl(D2, later("b", B, NB, act("partially_repeals", A, scope="第二条"))),
        ],
        events=[f"issued {C} 2021-03-25 @{D1}", ISSUED, ISSUED_B + D2],
        force={A: ["2020-02-01.."], B: ["2021-05-01..2021-04-09 repealed"]},
        parts={A: []},
    ),
    Scenario(
        "what prevented the end of an article is itself prevented: the article ends",
        [
            crawl(D1, doc("a")),
            crawl(D2, later("b", B, NB, act("partially_repeals", A, scope="第二条"))),
            crawl(D3, third("c", act("repeals", B), effective_date="2021-04-20")),
            crawl(D4, fourth("d", act("repeals", C), effective_date="2021-04-10")),
        ],
        force={A: ["2020-02-01.."], B: ["2021-05-01.."]},
        parts={A: ["二 ..2021-04-30 repealed"]},
    ),
    Scenario(
        "an article has days of its own",
        [
            crawl(
                D1,
                doc(
                    "a",
                    effect=[
                        says(
                            "effective_on_date",
                            "2020-02-01",
                            "自2020年2月1日起施行，其中第三条自2021年8月1日起施行。",
                        ),
                        says(
                            "effective_on_date",
                            "2021-08-01",
                            "自2020年2月1日起施行，其中第三条自2021年8月1日起施行。",
                        ),
                        says("valid_until", "2023-12-31", "第一条规定执行至2023年12月31日。"),
                    ],
                    in_force_from="2020-02-01",
                ),
            )
        ],
        parts={A: ["一 ..2023-12-31 term", "三 2021-08-01.."]},
    ),
    Scenario(
        "one article is suspended, the whole is not",
        [
            crawl(D1, doc("a")),
            crawl(D2, later("b", B, NB, act("suspends", A, scope="第一条、第二条"))),
            crawl(D3, later("b", B, NB, act("suspends", A, scope="第一条"))),
        ],
        force={A: ["2020-02-01.."]},
        parts={A: ["一 ..2021-04-30 suspended"]},
    ),
]

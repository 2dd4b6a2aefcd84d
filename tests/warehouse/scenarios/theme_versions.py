"""Versions of pages, policies and measures, by the clock of our knowledge."""

from telling import D1, D2, D3, D4, D5, TEXTS, Scenario, act, by_hand, clauses, crawl, doc, gone, headed, later

A, B = "云江市甲办法", "云江市乙办法"
ISSUED = f"issued {A} 2020-01-05 @{D1}"
ONE, TWO, THREE = TEXTS.values()


def silent(day, title=A):
    return f"silently_edited {title} - @{day}"


SCENARIOS = [
    Scenario(
        "nothing new is no version",
        [crawl(D1, doc("a")), crawl(D2, doc("a")), crawl(D3, doc("a", outcome="unchanged")), crawl(D4, doc("a"))],
        events=[ISSUED],
        versions={A: [f"{D1} source"]},
    ),
    Scenario(
        "a silent edit",
        [crawl(D1, doc("a")), crawl(D3, doc("a", clauses=clauses(一=ONE.replace("200", "150"), 二=TWO, 三=THREE)))],
        events=[ISSUED, silent(D3)],
        versions={A: [f"{D1} source", f"{D3} source"]},
        measures={A: ["一 > 一", "二", "三"]},
    ),
    Scenario(
        "there and back again",
        [crawl(D1, doc("a")), crawl(D2, doc("a", text="乙")), crawl(D3, doc("a")), crawl(D4, doc("a", text="乙"))],
        events=[ISSUED, silent(D2), silent(D3), silent(D4)],
        versions={A: [f"{D1} source", f"{D2} source", f"{D3} source", f"{D4} source"]},
    ),
    Scenario(
        "a new date makes it a revision",
        [crawl(D1, doc("a")), crawl(D2, doc("a", published_date="2021-01-20", text="修订"))],
        events=[ISSUED, f"revised {A} 2021-01-20 @{D2}"],
    ),
    Scenario(
        "an edit after an amendment is a revision, the next one is silent",
        [
            crawl(D1, doc("a")),
            crawl(D2, later("b", B, "云政发〔2021〕9号", act("amends", A, scope="第一条"))),
            crawl(D3, doc("a", text="修订后的正文")),
            crawl(D4, doc("a", text="又改了的正文")),
        ],
        events=[
            ISSUED,
            f"amended {A} 2021-05-01 @{D2}",
            f"issued {B} 2021-01-25 @{D2}",
            f"revised {A} 2021-05-01 @{D3}",
            silent(D4),
        ],
    ),
    Scenario(
        "a clause is put in before the others",
        [crawl(D1, doc("a")), crawl(D2, doc("a", clauses=clauses(一="新增加的一条。", 二=ONE, 三=TWO, 四=THREE)))],
        measures={A: ["一 > 二", "二 > 三", "三 > 四", "一"]},
    ),
    Scenario(
        "a clause is dropped and comes back as another",
        [
            crawl(D1, doc("a")),
            crawl(D2, doc("a", clauses=clauses(一=ONE, 二=THREE))),
            crawl(D3, doc("a", clauses=clauses(一=ONE, 二=THREE, 三=TWO))),
        ],
        measures={A: ["一", "二 x", "三 > 二", "三"]},
    ),
    Scenario(
        "headings that change places take their texts along",
        [
            crawl(D1, doc("a", clauses=headed(("一", "支持场地建设", ONE), ("二", "支持设备购置", TWO)))),
            crawl(
                D2,
                doc("a", clauses=headed(("一", "支持设备购置", "全部改写，无一字相同。"), ("二", "支持场地建设", ONE))),
            ),
        ],
        measures={A: ["一 > 二", "二 > 一"]},
    ),
    Scenario(
        "renumbered and edited at once",
        [
            crawl(D1, doc("a")),
            crawl(
                D2, doc("a", clauses=clauses(甲=THREE.replace("高级", "特级"), 乙=ONE.replace("200", "300"), 丙=TWO))
            ),
        ],
        measures={A: ["一 > 乙", "二 > 丙", "三 > 甲"]},
    ),
    Scenario(
        "the whole text is written anew",
        [crawl(D1, doc("a")), crawl(D2, doc("a", clauses=clauses(一="完全不同。", 二="毫无共同之处！")))],
        measures={A: ["一 x", "二 x", "三 x", "一", "二"]},
        events=[ISSUED, silent(D2)],
    ),
    Scenario(
        "another reader's reading is a version and no event",
        [
            crawl(D1, doc("a")),
            crawl(D2, doc("a", "云江市甲办法（全文）", cause="parser", when=D1, parser_version="2")),
        ],
        events=[ISSUED],
        versions={A: [f"{D1} source", f"{D2} parser"]},
    ),
    Scenario(
        "a new reader meets a page that changed too",
        [
            crawl(D1, doc("a")),
            crawl(
                D2,
                doc("a", "云江市甲办法（全文）", cause="parser", when=D1, parser_version="2"),
                doc("a", "云江市甲办法（全文）", parser_version="2", text="改了"),
            ),
        ],
        events=[ISSUED, silent(D2, "云江市甲办法（全文）")],
    ),
    Scenario(
        "captures by hand make a history",
        by_hand(
            doc("a", when="2019-01-10"),
            doc("a", when="2019-03-10", text="二"),
            doc("a", when="2019-05-10", text="二"),
            doc("a", when="2019-07-10", text="三", published_date="2019-07-01"),
        ),
        events=[f"issued {A} 2020-01-05 @2019-01-10", silent("2019-03-10"), f"revised {A} 2019-07-01 @2019-07-10"],
        versions={A: ["2019-01-10 source", "2019-03-10 source", "2019-07-10 source"]},
    ),
    Scenario(
        "a capture by hand between two crawls",
        [crawl(D1, doc("a")), *by_hand(doc("a", when="2021-02-10", text="短暂")), crawl(D4, doc("a"))],
        events=[ISSUED, silent("2021-02-10"), silent(D4)],
    ),
    Scenario(
        "a crawl that finds nothing new puts back what a capture by hand had changed",
        [
            crawl(D1, doc("a")),
            *by_hand(doc("a", when="2021-02-10", text="短暂")),
            crawl(D4, doc("a", outcome="unchanged")),
            crawl(D5, gone("a", "not_modified")),
        ],
        events=[ISSUED, silent("2021-02-10"), silent(D4)],
        versions={A: [f"{D1} source", "2021-02-10 source", f"{D4} source"]},
    ),
    Scenario(
        "two captures of one instant",
        by_hand(
            doc("a", when="2019-01-10"),
            doc("a", asked="http://city/a", when="2019-01-10", text="别的", source="other{n}"),
        ),
        events=[f"issued {A} 2020-01-05 @2019-01-10", silent("2019-01-10")],
    ),
    Scenario(
        "measures live on through three editions",
        [
            crawl(D1, doc("a")),
            crawl(D2, doc("a", clauses=clauses(一=ONE, 二="新增加的一条。", 三=TWO, 四=THREE))),
            crawl(D3, doc("a", clauses=clauses(一=TWO, 二=THREE.replace("高级", "特级")))),
        ],
        measures={A: ["一 x", "二 > 三 > 一", "三 > 四 > 二", "二 x"]},
    ),
]

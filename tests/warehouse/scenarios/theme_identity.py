"""One policy, however many pages carry it; and pages that only look alike."""

from telling import D1, D2, D3, D4, Scenario, act, by_hand, clauses, crawl, doc, later, news

A, B, DRAFT = "云江市甲办法", "云江市乙办法", "云江市甲办法（印发稿）"
NB = "云政发〔2021〕9号"
ISSUED = f"issued {A} 2020-01-05 @{D1}"
OWN = {"issuers": ["云江市财政局"]}

SCENARIOS = [
    Scenario(
        "two pages with number and issuer are one policy",
        [crawl(D1, doc("a")), crawl(D2, doc("b", "另一个标题"))],
        events=[ISSUED],
        pages=["a b"],
        versions={A: [f"{D1} source"]},
    ),
    Scenario(
        "a district's copy names itself as issuer",
        [crawl(D1, doc("a")), crawl(D2, doc("b", issuers=["云江市东城区人民政府"], authority="repost", kind="repost"))],
        events=[ISSUED],
        pages=["a b"],
    ),
    Scenario(
        "a copy that was met before the original waits for it",
        [crawl(D1, doc("b", issuers=["云江市东城区人民政府"], authority="repost", kind="repost")), crawl(D2, doc("a"))],
        events=[f"issued {A} 2020-01-05 @{D2}"],
        pages=["a b"],
        versions={A: [f"{D2} source"]},
    ),
    Scenario(
        "notice and instrument are one by title, issuer and day",
        [
            crawl(D1, doc("a", "云江市人民政府关于印发甲办法的通知", None, instrument_title=A)),
            crawl(D2, doc("b", A, None)),
        ],
        events=[f"issued 云江市人民政府关于印发甲办法的通知 2020-01-05 @{D1}"],
        pages=["a b"],
    ),
    Scenario(
        "the same title of another day is another policy",
        [crawl(D1, doc("a", A, None), doc("b", A, None, signed_date="2019-01-02", published_date="2019-01-05"))],
        events=[f"issued {A} 2019-01-05 @{D1}", ISSUED],
        pages=["a", "b"],
    ),
    Scenario(
        "the same title, issuer and day under two numbers are two policies",
        [crawl(D1, doc("a")), crawl(D2, doc("b", number="云政发〔2020〕2号"))],
        pages=["a", "b"],
    ),
    Scenario(
        "numbers of announcements count per issuer",
        [
            crawl(D1, doc("a", "云江甲公告", "2020年第8号", **OWN)),
            crawl(D2, doc("b", "云江乙公告", "2020年第8号", issuers=["云江市卫生健康委员会"])),
            crawl(D3, doc("c", "云江丙公告", "2020年第8号", issuers=[])),
            crawl(D4, doc("d", "云江甲公告全文", "2020年第8号", **OWN)),
        ],
        pages=["a d", "b", "c"],
    ),
    Scenario(
        "the more authoritative page speaks as soon as it is known, and that is no event",
        [
            crawl(D1, doc("c", "云江转载标题", authority="repost")),
            crawl(D2, doc("a")),
            crawl(D3, doc("i", "云江市甲办法（公开版）", authority="issuer")),
            crawl(D4, doc("m", "云江媒体标题", authority="media")),
        ],
        events=[f"issued 云江转载标题 2020-01-05 @{D1}"],
        pages=["a c i m"],
        versions={"云江市甲办法（公开版）": [f"{D1} source", f"{D2} source", f"{D3} source"]},
    ),
    Scenario(
        "of equals the first speaks, and what a witness changes is nothing",
        [crawl(D1, doc("z")), crawl(D2, doc("a")), crawl(D3, doc("a", text="别的正文"))],
        events=[ISSUED],
        versions={A: [f"{D1} source"]},
        rows={"SELECT DISTINCT url FROM policy_version WHERE title = '云江市甲办法'": [("http://city/8/z",)]},
    ),
    Scenario(
        "a mirror's address is the same page",
        [
            crawl(D1, doc("a", "雲江市甲辦法", asked="http://city/big5/a")),
            crawl(D2, doc("a")),
            crawl(D3, doc("a", "雲江市甲辦法", asked="http://city/big5/a")),
            crawl(D4, doc("a", text="新的正文")),
        ],
        events=[f"issued 雲江市甲辦法 2020-01-05 @{D1}", f"silently_edited {A} - @{D4}"],
        pages=["a"],
    ),
    Scenario(
        "a chain of pages, each like the next",
        [
            crawl(D1, doc("a", "云江通知", None, instrument_title=A)),
            crawl(D2, doc("b", "云江通知")),
            crawl(D3, doc("c", "云江另一标题", issuers=[])),
        ],
        pages=["a b c"],
        events=[f"issued 云江通知 2020-01-05 @{D1}"],
    ),
    Scenario(
        "a corrected number leaves the policy what it is",
        [
            crawl(D1, doc("a")),
            crawl(D2, doc("a", number="云政发〔2020〕7号")),
            crawl(D3, doc("b", B, signed_date="2020-05-05")),
        ],
        pages=["a", "b"],
        events=[ISSUED, f"revised {A} - @{D2}", f"issued {B} 2020-01-05 @{D3}"],
    ),
    Scenario(
        "captures by hand of two addresses of one policy",
        by_hand(doc("b", when="2019-05-10", published_date=None), doc("a", when="2019-07-10")),
        pages=["a b"],
        events=[f"issued {A} 2020-01-02 @2019-05-10"],
    ),
    Scenario(
        "news are told once whichever came first",
        [
            crawl(D1, news("n", act("mentions", A))),
            crawl(D2, doc("a")),
            crawl(D3, news("n", act("mentions", A), text="改了")),
        ],
        events=[f"issued {A} 2020-01-05 @{D2}", f"reported {A} 2021-03-04 @{D2}"],
        bound=[f"mentions {A} -> {A}"],
    ),
    Scenario(
        "mirrors of a document that acts say it once",
        [
            crawl(D1, doc("a")),
            crawl(D2, later("b", B, "云政发〔2021〕9号", act("amends", A))),
            crawl(D3, later("c", B, "云政发〔2021〕9号", act("amends", A), authority="repost")),
        ],
        events=[ISSUED, f"amended {A} 2021-05-01 @{D2}", f"issued {B} 2021-01-25 @{D2}"],
    ),
    Scenario(
        "two policies turn out to be one",
        [
            crawl(D1, doc("a", A, None)),
            crawl(D2, doc("b", DRAFT)),
            crawl(D3, doc("a")),
            crawl(D4, later("r", B, NB, act("repeals", None, "云政发〔2020〕1号"))),
        ],
        events=[
            ISSUED,
            f"issued {DRAFT} 2020-01-05 @{D2}",
            f"revised {A} - @{D3}",
            f"issued {B} 2021-01-25 @{D4}",
            f"repealed {A} 2021-05-01 @{D4}",
        ],
        pages=["a b", "r"],
        links=[f"merged {DRAFT} -> {A} @{D3}"],
        ask={
            f"{DRAFT} on 2021-06-01 known {D2}": "in_force",
            f"{DRAFT} on 2021-06-01": "repealed",
            f"{A} on 2021-06-01": "repealed",
        },
    ),
    Scenario(
        "a third page shows that two policies are one",
        [crawl(D1, doc("a", A, None)), crawl(D2, doc("b", DRAFT)), crawl(D3, doc("c"))],
        events=[ISSUED, f"issued {DRAFT} 2020-01-05 @{D2}"],
        pages=["a b c"],
        links=[f"merged {DRAFT} -> {A} @{D3}"],
    ),
    Scenario(
        "what ended the one has ended the other, and nobody is told twice",
        [
            crawl(D1, doc("a", A, None)),
            crawl(D2, doc("b", DRAFT)),
            crawl(D3, later("r", B, NB, act("repeals", None, "云政发〔2020〕1号"))),
            crawl(D4, doc("a")),
        ],
        events=[
            ISSUED,
            f"issued {DRAFT} 2020-01-05 @{D2}",
            f"issued {B} 2021-01-25 @{D3}",
            f"repealed {DRAFT} 2021-05-01 @{D3}",
            f"revised {A} - @{D4}",
        ],
        force={A: ["2020-02-01..2021-04-30 repealed"]},
        links=[f"merged {DRAFT} -> {A} @{D4}"],
        bound=["repeals 云政发〔2020〕1号 -> 云江市甲办法"],
        ask={f"{A} on 2021-06-01 known {D3}": "in_force", f"{A} on 2021-06-01 known {D4}": "repealed"},
    ),
    Scenario(
        "one policy turns out to be two",
        [
            crawl(D1, doc("a")),
            crawl(D2, doc("b", A, None)),
            crawl(D3, doc("b", A, "云政发〔2020〕2号")),
        ],
        events=[ISSUED],
        pages=["a", "b"],
        links=[f"split {A} -> {A} @{D3}"],
    ),
    Scenario(
        "the page that spoke for it was another's",
        [
            crawl(D1, doc("b", A, None, clauses=clauses(一="乙的第一条。"))),
            crawl(D2, doc("a")),
            crawl(D3, doc("b", A, "云政发〔2020〕2号", clauses=clauses(一="乙的第一条。"))),
        ],
        events=[ISSUED],
        pages=["a", "b"],
        links=[f"split {A} -> {A} @{D3}"],
        measures={A: ["一 x", "一", "二", "三", "一"]},
    ),
    Scenario(
        "an address is given to another document",
        [
            crawl(D1, doc("a")),
            crawl(D2, later("a", B, NB)),
        ],
        events=[ISSUED, f"issued {B} 2021-01-25 @{D2}"],
        pages=["a"],
        links=[f"moved {A} -> {B} @{D2}"],
        force={A: ["2020-02-01.."], B: ["2021-05-01.."]},
    ),
]

"""What no document should say and some do."""

from telling import D1, D2, D3, Scenario, act, clauses, crawl, doc, later, says

A, B = "云江市甲办法", "云江市乙办法"
NB = "云政发〔2021〕9号"
ISSUED = f"issued {A} 2020-01-05 @{D1}"
ISSUED_B = f"issued {B} 2021-01-25 @"
EVIL = "'; DROP TABLE event; -- \" $1 ? %s 云江"

SCENARIOS = [
    Scenario(
        "it ends before it starts",
        [crawl(D1, doc("a", effect=[says("valid_until", "2019-01-01", "至2019年")]))],
        events=[ISSUED],
        force={A: ["2020-02-01.. disputed"]},
    ),
    Scenario(
        "a repeal that is older than its target",
        [
            crawl(D1, doc("a")),
            crawl(D2, later("b", B, NB, act("repeals", None, "云政发〔2020〕1号", date="2019-06-01"))),
        ],
        events=[ISSUED, ISSUED_B + D2],
        force={A: ["2020-02-01.. disputed"]},
    ),
    Scenario(
        "repealed before it began",
        [crawl(D1, doc("a", effective_date="2022-01-01")), crawl(D2, later("b", B, NB, act("repeals", A)))],
        force={A: ["2022-01-01..2021-04-30 repealed"]},
        ask={f"{A} on 2021-03-01": "not_yet_in_force", f"{A} on 2022-02-01": "repealed"},
    ),
    Scenario(
        "two documents that repeal each other on one day",
        [
            crawl(D1, doc("a"), later("b", B, NB)),
            crawl(D2, doc("a", citations=[act("repeals", None, NB, date="2021-07-01")])),
            crawl(D3, later("b", B, NB, act("repeals", A, date="2021-07-01"))),
        ],
        force={A: ["2020-02-01..2021-06-30 repealed"], B: ["2021-05-01..2021-06-30 repealed"]},
        events=[ISSUED, ISSUED_B + D1, f"repealed {B} 2021-07-01 @{D2}", f"repealed {A} 2021-07-01 @{D3}"],
    ),
    Scenario(
        "two documents that repeal each other: the first to do so prevents the other",
        [
            crawl(D1, doc("a"), later("b", B, NB)),
            crawl(D2, doc("a", citations=[act("repeals", None, NB, date="2021-07-01")])),
            crawl(D3, later("b", B, NB, act("repeals", A))),
        ],
        force={A: ["2020-02-01..2021-04-30 repealed"], B: ["2021-05-01.."]},
        events=[ISSUED, ISSUED_B + D1, f"repealed {B} 2021-07-01 @{D2}", f"repealed {A} 2021-05-01 @{D3}"],
    ),
    Scenario(
        "a document that repeals itself",
        [crawl(D1, doc("a", citations=[act("repeals", A, "云政发〔2020〕1号")]))],
        events=[ISSUED],
        force={A: ["2020-02-01.."]},
        bound=[f"repeals {A} -> ?"],
    ),
    Scenario(
        "a title that is one character off names nothing",
        [
            crawl(D1, doc("a")),
            crawl(D2, later("b", B, NB, act("repeals", "云江市甲办怯"), act("repeals", "“云江市甲办法”"))),
        ],
        events=[ISSUED, ISSUED_B + D2],
        bound=["repeals 云江市甲办怯 -> ?", "repeals “云江市甲办法” -> ?"],
    ),
    Scenario(
        "a title that two policies bear names neither, until the words name the issuer",
        [
            crawl(D1, doc("a", issuers=["云江市财政局"], number="云财〔2020〕1号{n}")),
            crawl(D2, doc("c", issuers=["云江市卫生健康委员会"], number="云卫〔2020〕1号{n}")),
            crawl(
                D3,
                later(
                    "b",
                    B,
                    NB,
                    act("repeals", A),
                    act("repeals", A, quote="云江市财政局《云江市甲办法》废止", scope="一"),
                ),
            ),
        ],
        bound=[f"repeals {A} -> ?", f"repeals {A} -> {A}"],
    ),
    Scenario(
        "bound while it was the only one of its title, and so it stays",
        [
            crawl(D1, doc("a", issuers=["云江市财政局"], number="云财〔2020〕1号{n}")),
            crawl(D2, later("b", B, NB, act("repeals", A))),
            crawl(D3, doc("c", issuers=["云江市卫生健康委员会"], number="云卫〔2020〕1号{n}")),
        ],
        bound=[f"repeals {A} -> {A}"],
        pages=["a", "b", "c"],
    ),
    Scenario(
        "two thousand citations on one page",
        [
            crawl(D1, doc("a")),
            crawl(
                D2,
                later(
                    "b",
                    B,
                    NB,
                    *[act("repeals", None, f"云政发〔2009〕{place}号") for place in range(1000)] * 2,
                    act("repeals", A),
                ),
            ),
        ],
        events=[ISSUED, ISSUED_B + D2, f"repealed {A} 2021-05-01 @{D2}"],
    ),
    Scenario(
        "a policy with two thousand clauses, all of them moved",
        [
            crawl(
                D1, doc("a", clauses=clauses(**{str(n): f"第{n}项由甲局给予补助{n * 7}万元。" for n in range(2000)}))
            ),
            crawl(
                D2,
                doc("a", clauses=clauses(**{str(n + 1): f"第{n}项由乙局给予补助{n * 7}万元。" for n in range(2000)})),
            ),
        ],
        measures={A: [f"{n} > {n + 1}" for n in range(2000)]},
    ),
    Scenario(
        "SQL in every text",
        [
            crawl(
                D1,
                doc(
                    "a",
                    EVIL,
                    EVIL,
                    topic=EVIL,
                    status_raw=EVIL,
                    text=EVIL,
                    issuers=[EVIL],
                    clauses=clauses(**{EVIL: EVIL}),
                    citations=[act("repeals", EVIL + "二", EVIL + "三", quote=EVIL)],
                ),
            ),
            crawl(D2, doc("a", EVIL, EVIL, topic=EVIL, status_raw=EVIL, text=EVIL * 2, issuers=[EVIL])),
        ],
        events=[f"issued {EVIL} 2020-01-05 @{D1}", f"silently_edited {EVIL} - @{D2}"],
    ),
    Scenario(
        "empty pages are policies of their own",
        [
            crawl(
                D1,
                doc(
                    "a", None, None, issuers=[], signed_date=None, published_date=None, effective_date=None, clauses=[]
                ),
            ),
            crawl(
                D2,
                doc(
                    "b", None, None, issuers=[], signed_date=None, published_date=None, effective_date=None, clauses=[]
                ),
            ),
        ],
        pages=["a", "b"],
    ),
    Scenario(
        "days at the ends of time",
        [
            crawl(D1, doc("a", signed_date="9999-12-31", effective_date="0001-01-01", repealed_date="0001-01-01")),
            crawl(D2, later("b", B, NB, act("extends", A, until="9999-12-31"), effective_date="9999-12-31")),
        ],
        pages=["a", "b"],
    ),
]

"""Pages that vanish and come back, sources that fall ill: only good crawls count, and only their order in time."""

from telling import D1, D2, D3, D4, D5, D6, Scenario, by_hand, crawl, doc, gone, look

A = "云江市甲办法"
ISSUED = f"issued {A} 2020-01-05 @{D1}"
OWN = "own"


def gone_by(day):
    return f"disappeared {A} - @{day}"


def back(day):
    return f"reappeared {A} - @{day}"


SCENARIOS = [
    Scenario(
        "gone after two good crawls, and nothing else follows",
        [crawl(D1, doc("a")), crawl(D2, gone("a")), crawl(D3, gone("a")), crawl(D4, gone("a"))],
        events=[ISSUED, gone_by(D3)],
        force={A: ["2020-02-01.."]},
        ask={f"{A} on 2021-05-01": "in_force"},
    ),
    Scenario(
        "gone and back",
        [crawl(D1, doc("a")), crawl(D2, gone("a")), crawl(D3, gone("a")), crawl(D4, doc("a", outcome="unchanged"))],
        events=[ISSUED, gone_by(D3), back(D4)],
        versions={A: [f"{D1} source"]},
    ),
    Scenario(
        "missed once is not gone",
        [crawl(D1, doc("a")), crawl(D2, gone("a")), crawl(D3, doc("a", outcome="unchanged")), crawl(D4, gone("a"))],
        events=[ISSUED],
    ),
    Scenario(
        "bad crawls count nothing",
        [
            crawl(D1, doc("a"), source=OWN),
            crawl(D2, gone("a"), source=OWN),
            crawl(D3, gone("a"), source=OWN, verdict="suspect"),
            crawl(D4, gone("a"), source=OWN, verdict="failed"),
        ],
        events=[ISSUED],
    ),
    Scenario(
        "no answer is not missing",
        [
            crawl(D1, doc("a")),
            crawl(D2, gone("a", "failed")),
            crawl(D3, gone("a", "blocked")),
            crawl(D4, gone("a", "failed")),
        ],
        events=[ISSUED],
    ),
    Scenario(
        "a capture by hand shows that it was still there",
        [
            crawl(D1, doc("a")),
            crawl(D2, gone("a")),
            *by_hand(doc("a", when="2021-02-10")),
            crawl(D3, gone("a")),
        ],
        events=[ISSUED],
    ),
    Scenario(
        "back with another text",
        [crawl(D1, doc("a")), crawl(D2, gone("a")), crawl(D3, gone("a")), crawl(D5, doc("a", text="回来了"))],
        events=[ISSUED, gone_by(D3), back(D5), f"silently_edited {A} - @{D5}"],
    ),
    Scenario(
        "gone twice",
        [
            crawl(D1, doc("a")),
            crawl(D2, gone("a")),
            crawl(D3, gone("a")),
            crawl(D4, doc("a", outcome="unchanged")),
            crawl(D5, gone("a")),
            crawl(D6, gone("a")),
        ],
        events=[ISSUED, gone_by(D3), back(D4), gone_by(D6)],
    ),
    Scenario(
        "what a suspect crawl did read counts",
        [crawl(D1, doc("a"), source=OWN), crawl(D3, doc("a", text="改了"), source=OWN, verdict="suspect")],
        events=[ISSUED, f"silently_edited {A} - @{D3}"],
    ),
    Scenario(
        "an answer that cannot be read is no return",
        [crawl(D1, doc("a")), crawl(D2, gone("a")), crawl(D3, gone("a")), crawl(D4, doc("a", reject="challenge"))],
        events=[ISSUED, gone_by(D3)],
    ),
    Scenario(
        "a source falls ill and recovers",
        [
            crawl(D1, doc("a"), source=OWN),
            crawl(D2, source=OWN),
            crawl(D3, source=OWN, verdict="suspect"),
            crawl(D4, source=OWN, verdict="failed"),
            crawl(D5, source=OWN, verdict="suspect"),
            crawl(D6, source=OWN),
        ],
        events=[ISSUED],
        rows={
            """SELECT kind, strftime(detected_at, '%m-%d') FROM event
            WHERE source = 'own' AND kind LIKE 'source%' AND withdrawn_at IS NULL ORDER BY detected_at""": [
                ("source_unhealthy", "04-01"),
                ("source_recovered", "06-01"),
            ]
        },
    ),
    Scenario(
        "the looks of the calendar that all histories share",
        [look("2021-03-15"), look("2021-05-10"), look("2021-06-20")],
        events=[],
    ),
]

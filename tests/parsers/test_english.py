"""English documents: sentences about force and other documents, numbers, clauses, kinds, what is counted."""

import datetime as dt

import pytest

from pipeline.parsers import read_page
from pipeline.parsers.english import provisions
from pipeline.parsers.english.bodies import bodies_of_title, split_bodies
from pipeline.parsers.english.citations import from_sentence
from pipeline.parsers.english.force import read_force
from pipeline.parsers.force import Days
from pipeline.parsers.numbers import find_numbers, normal_number
from pipeline.parsers.unparse import unparse

TITLES = ("Notice of the Yunjiang Bureau on Issuing the Measures for Reservoirs", "Measures for Reservoirs")
DAYS = Days(issued=dt.date(2021, 1, 10), published=dt.date(2021, 1, 20))
START = dt.date(2022, 3, 1)
URL = "http://english.yunjiang.gov.example/a/t1.html"

FORCE = {
    "These Measures shall come into force as of January 1, 2022.": ["effective_on_date 2022-01-01"],
    "This Notice shall take effect on 1 January 2022 and shall be valid for five years.": [
        "effective_on_date 2022-01-01",
        "valid_for 2026-12-31 P5Y",
    ],
    "Article 25 These Measures shall come into force from the date of promulgation.": [
        "effective_on_publication 2021-01-20"
    ],
    "This Notice shall take effect from the date of issuance and remain valid until December 31, 2025.": [
        "effective_on_issue 2021-01-10",
        "valid_until 2025-12-31",
    ],
    "The Regulations shall enter into force on May 1, 2021.": ["effective_on_date 2021-05-01"],
    "This Circular shall be implemented as of the date of issuance, with a validity period of 3 years.": [
        "effective_on_issue 2021-01-10",
        "valid_for 2024-01-09 P3Y",
    ],
    "These Provisions shall become effective 30 days after the date of promulgation.": [
        "effective_after_days 2021-02-19 P30D"
    ],
    "Effective from 1 January 2021 until 31 December 2023.": ["effective_on_date 2021-01-01", "valid_until 2023-12-31"],
    "The validity period of these Measures is five years.": ["valid_for None P5Y"],
    "This Order shall expire on December 31, 2024.": ["valid_until 2024-12-31"],
    "These Rules shall cease to have effect on June 30, 2025.": ["valid_until 2025-06-30"],
    "This policy is extended until the end of 2025.": ["valid_until 2025-12-31"],
    "The Measures are hereby promulgated and shall come into force as of 1st March 2021.": [
        "effective_on_date 2021-03-01"
    ],
    "This Announcement shall be implemented from January 1, 2023 to December 31, 2027.": [
        "effective_on_date 2023-01-01",
        "valid_until 2027-12-31",
    ],
    "This Decision shall take effect upon promulgation. It shall remain in force until June 30, 2023.": [
        "effective_on_publication 2021-01-20",
        "valid_until 2023-06-30",
    ],
    "The “Measures for Reservoirs” shall come into force on July 1, 2021.": ["effective_on_date 2021-07-01"],
    # false friends
    "The certificate shall be valid for five years.": [],
    "The Regulations on Water shall come into force on May 1, 2021.": [],
    "Licenses issued under these Measures shall be valid for five years.": [],
    "Where a permit under these Measures is valid until December 31, 2021, it shall be renewed.": [],
    "The new standard shall be implemented from January 1, 2021.": [],
    "Article 9 is amended to read: These Measures shall come into force as of January 1, 2022.": [],
    "Applications shall be submitted before December 31, 2021.": [],
}
CITED = {
    "The Measures for the Administration of Wells (Order No. 12 of the Water Bureau) are repealed simultaneously.": [
        "repeals Measures for the Administration of Wells | Order No. 12 of the Water Bureau | 2022-03-01"
    ],
    'The "Notice on Strengthening Reservoir Protection" (Yun Fu [2015] No. 3) is hereby repealed.': [
        "repeals Notice on Strengthening Reservoir Protection | Yun Fu [2015] No. 3"
    ],
    "As of January 1, 2022, the Provisions on Water Use issued on May 6, 2010 shall be repealed.": [
        "repeals Provisions on Water Use | 2022-01-01"
    ],
    "The State Council decides to repeal the Regulations on Reservoir Fees.": ["repeals Regulations on Reservoir Fees"],
    "Article 7 of the Measures for the Management of Wells is repealed.": [
        "partially_repeals Measures for the Management of Wells | Article 7"
    ],
    "Article 7 of the Measures for the Management of Wells is amended to read as follows:": [
        "amends Measures for the Management of Wells | Article 7"
    ],
    "The validity period of the Notice on Reservoir Subsidies is extended until December 31, 2026.": [
        "extends Notice on Reservoir Subsidies | until 2026-12-31"
    ],
    "The implementation of the Measures for Toll Collection is hereby suspended.": [
        "suspends Measures for Toll Collection"
    ],
    "Under the Water Law of the People's Republic of China and the Regulations on Floods, it is decided.": [
        "based_on Water Law of the People's Republic of China",
        "based_on Regulations on Floods",
    ],
    # false friends: named, and nothing more; or no document at all
    "If the Regulations on Flood Control are repealed, the new rules apply.": ["mentions Regulations on Flood Control"],
    "Violations of the Regulations on Flood Control shall be punished.": ["mentions Regulations on Flood Control"],
    'Applicants shall submit the "Application Form for Reservoir Use".': [],
    "The Bureau shall publish the Annual Report on Water.": [],
}
NUMBERS = {
    "Order No. 5 of the Ministry of Water Resources": "Order No. 5 of the Ministry of Water Resources",
    "Order of the State Council No.746": "Order No. 746 of the State Council",
    "Guo Fa (2021) No.3": "Guo Fa [2021] No. 3",
    "MOFCOM Announcement No. 12 of 2024": "MOFCOM Announcement No. 12 [2024]",
    "Decree No. 12": "Decree No. 12",
    "No. 8": None,
    "Room No. 8": None,
}
BODIES = {
    "Ministry of Finance and the State Taxation Administration": [
        "Ministry of Finance",
        "State Taxation Administration",
    ],
    "Ministry of Industry and Information Technology": ["Ministry of Industry and Information Technology"],
    "Yunjiang Bureau of Finance\nYunjiang Bureau of Statistics": [
        "Yunjiang Bureau of Finance",
        "Yunjiang Bureau of Statistics",
    ],
}


@pytest.mark.parametrize("sentence", FORCE)
def test_force(sentence):
    assert [f"{e.rule} {e.date} {e.term or ''}".strip() for e in read_force([sentence], TITLES, DAYS)] == FORCE[
        sentence
    ]


@pytest.mark.parametrize("sentence", CITED)
def test_citation(sentence):
    said = []
    for one in from_sentence(sentence, START, "policy", early=False):
        parts = [one.title, one.number, one.date and str(one.date), one.until and f"until {one.until}", one.scope]
        said.append(f"{one.relation} {' | '.join(filter(None, parts))}")
    assert said == CITED[sentence]


@pytest.mark.parametrize("printed", NUMBERS)
def test_number(printed):
    normal = NUMBERS[printed]
    assert normal_number(printed) == normal
    assert [number.normal for number in find_numbers(f"See {printed}, which is in force.")] == (
        [normal] if normal else []
    )
    assert normal is None or normal_number(normal) == normal


@pytest.mark.parametrize("printed", BODIES)
def test_bodies(printed):
    assert list(split_bodies(printed)) == BODIES[printed]


def test_bodies_of_a_title():
    title = "Notice of the Ministry of Finance and the State Taxation Administration on Issuing the Measures for Fees"
    assert bodies_of_title(title) == ("Ministry of Finance", "State Taxation Administration")
    assert bodies_of_title("Notice of Intent to Close the Road") == ()


# --- what is counted
def test_goals_of_a_report():
    text = 'It strives to reach 500 "little giant" enterprises and 5,000 SMEs by the end of the "14th Five-Year Plan".'
    found = [(t.what, t.value, t.unit, t.deadline) for t in provisions.targets_of(text)]
    when = 'the end of the "14th Five-Year Plan"'
    assert found == [('"little giant" enterprises', 500, "enterprises", when), ("SMEs", 5000, "smes", when)]


def test_a_goal_beside_a_fact():
    text = (
        "The city had 2,112 enterprises as of the end of 2021, and plans to have 5,000 enterprises by the end of 2025."
    )
    assert [target.value for target in provisions.targets_of(text)] == [5000]


def test_figures_of_a_report():
    text = "At present, there are 1.66 million small and medium-sized enterprises. It will have 9 parks in 2025."
    assert [(f.what, f.value, f.as_of) for f in provisions.figures_of(text)] == [
        ("small and medium-sized enterprises", 1_660_000, "At present")
    ]


AMOUNTS = {
    "a maximum support of 20% of the contract fee.": ["cap 20 percent per the contract fee"],
    "a one-time reward of up to 500,000 yuan.": ["cap 500000 CNY"],
    "a subsidy of RMB 2 million per enterprise.": ["exact 2000000 CNY per enterprise"],
    "Exports account for 32.3% of the total.": [],
}


@pytest.mark.parametrize("text", AMOUNTS)
def test_amounts(text):
    found = [
        f"{a.limit} {a.value:.0f} {a.unit}" + (f" per {a.per}" if a.per else "") for a in provisions.amounts_of(text)
    ]
    assert found == AMOUNTS[text]


EXPIRIES = {
    "The subsidy policy for water fees will continue until the end of 2023.": ["2023-12-31"],
    "This policy shall remain in force until December 31, 2023.": [],
    "The license will be valid until December 31, 2023.": [],
}


@pytest.mark.parametrize("text", EXPIRIES)
def test_expiries(text):
    assert [str(expiry.date) for expiry in provisions.expiries_of(text)] == EXPIRIES[text]


# --- whole pages
def read(title, *paragraphs, box=""):
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return read_page(
        f"<html><head><title>{title}</title></head><body>{box}<h1>{title}</h1><div>{text}</div></body></html>", url=URL
    )


REGULATION = (
    "(Promulgated by Order No. 12 of the Yunjiang Municipal People's Government on May 6, 2022)",
    "Chapter I General Provisions",
    "Article 1 These Measures are formulated in accordance with the Water Law to protect reservoirs.",
    "Article 2 (Scope) These Measures shall apply to reservoirs. Article 3 of these Measures shall prevail.",
    "Chapter II Supplementary Provisions",
    "Article 3 The authorities shall:",
    "(a) inspect;",
    "(i) in spring;",
    "(ii) in autumn;",
    "(b) keep records.",
    "Article 4 These Measures shall come into force as of July 1, 2022.",
)


def test_a_regulation():
    record = read("Measures of Yunjiang City for the Protection of Reservoirs", *REGULATION)
    assert (record.kind, record.language) == ("policy", "en")
    assert record.number == "Order No. 12 of the Yunjiang Municipal People's Government"
    assert record.issuers == ("Yunjiang Municipal People's Government",)
    assert (record.signed_date, record.in_force_from) == (dt.date(2022, 5, 6), dt.date(2022, 7, 1))
    assert [clause.path for clause in record.clauses] == [
        "ChapterI", "ChapterI.Article1", "ChapterI.Article2", "ChapterII", "ChapterII.Article3",
        "ChapterII.Article3.（a）", "ChapterII.Article3.（a）.（i）", "ChapterII.Article3.（a）.（ii）",
        "ChapterII.Article3.（b）",
        "ChapterII.Article4",
    ]  # fmt: skip
    assert [clause.heading for clause in record.clauses if clause.heading] == [
        "General Provisions",
        "Scope",
        "Supplementary Provisions",
    ]
    assert unparse(record) == record.text


def test_a_notice_with_two_issuers():
    record = read(
        "Notice of the Yunjiang Bureau of Finance and the Yunjiang Bureau of Industry on Supporting SMEs",
        "Yun Cai [2022] No. 8", "All districts:", "The following matters are hereby notified:",
        "1. Increase support. Champions will be given a reward of up to 500,000 yuan.",
        "2. This Notice shall take effect from the date of issuance.",
        "Yunjiang Bureau of Finance", "Yunjiang Bureau of Industry", "May 6, 2022",
    )  # fmt: skip
    assert (record.kind, record.number, record.signed_date) == ("policy", "Yun Cai [2022] No. 8", dt.date(2022, 5, 6))
    assert record.issuers == record.signatories == ("Yunjiang Bureau of Finance", "Yunjiang Bureau of Industry")
    assert [(clause.heading, len(clause.amounts)) for clause in record.clauses] == [("Increase support", 1), (None, 0)]
    assert record.in_force_from == dt.date(2022, 5, 6)


def test_an_order_on_two_lines():
    record = read(
        "Measures for Reservoir Safety",
        "Order of the Ministry of Water Resources", "No. 5",
        "The Measures for Reservoir Safety are hereby promulgated and shall come into force as of June 1, 2022.",
        "Article 1 These Measures are formulated to ensure safety.",
    )  # fmt: skip
    assert record.number == "Order No. 5 of the Ministry of Water Resources"
    assert record.issuers == ("Ministry of Water Resources",)


def test_a_box_in_english():
    rows = {
        "Document No.": "Yun Fu [2022] No. 8", "Issuing authority": "Yunjiang Municipal Government",
        "Date of issue": "May 6, 2022", "Effective date": "July 1, 2022", "Status": "Repealed",
    }  # fmt: skip
    box = "<table>" + "".join(f"<tr><td>{a}:</td><td>{b}</td></tr>" for a, b in rows.items()) + "</table>"
    record = read("Measures for the Protection of Reservoirs (Trial)", *REGULATION[1:], box=box)
    assert (record.number, record.stated_status) == ("Yun Fu [2022] No. 8", "repealed")
    assert (record.signed_date, record.effective_date) == (dt.date(2022, 5, 6), dt.date(2022, 7, 1))
    assert record.issuers == ("Yunjiang Municipal Government",)


KINDS = {
    "Interpretation of the Measures for Reservoir Safety": "interpretation",
    "Yunjiang issues new measures to support small firms": "news",
    "Yunjiang Issues New Measures for Small Firms": "news",
    "Press conference on the Measures for Reservoir Safety": "press_conference",
    "Guide to Water Permits": "guide",
    "Notice of the Yunjiang Bureau of Finance on Reservoir Fees": "policy",
    "Regulations on the Protection of Reservoirs": "policy",
}


@pytest.mark.parametrize("title", KINDS)
def test_kind(title):
    box = "<div>Source: Yunjiang Daily</div>" if KINDS[title] == "news" else ""
    text = ("Matters are as follows.", "The fees shall be paid.", "Records shall be kept.", "It shall take effect.")
    assert read(title, *text, box=box).kind == KINDS[title]


REPORTS = [
    "China's Cabinet Issues Circular on Consumption",
    "Plan to Boost Consumption Unveiled",
    "Guidelines to promote rural revitalization released",
    "Measures for Reservoirs to Take Effect in July",
    "State Council regulations on payments take effect",
]


@pytest.mark.parametrize("title", REPORTS)
def test_a_report_on_a_document(title):
    text = (
        "BEIJING, May 10 -- The State Council has issued a circular, according to an official statement on Tuesday.",
        "The circular shall be implemented by local governments. It shall help firms.",
    )
    record = read(title, *text)
    assert (record.kind, record.effect) == ("news", ())


def test_a_decision_that_repeals():
    record = read(
        "Decision of the State Council on Repealing the Regulations on Reservoir Fees",
        "It is decided to repeal the Regulations on Reservoir Fees (Order No. 3 of the State Council).",
        "This Decision shall come into force as of the date of promulgation.",
    )
    assert (record.kind, record.issuers) == ("policy", ("State Council",))
    assert [(c.relation, c.title, c.number) for c in record.citations] == [
        ("repeals", "Regulations on Reservoir Fees", "Order No. 3 of the State Council")
    ]

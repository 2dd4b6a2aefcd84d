"""Terms that no document states: inferred only where switched on, marked, and weaker than anything that is stated."""

import json
from datetime import date

import pytest

from pipeline import settings
from policywatch.errors import ConfigError
from policywatch.home import Home
from warehouse.force import Act, Facts, Statement, intervals

RULE = Statement("default_term", None, "未明确有效期的，其有效期为5年", "rule", "P5Y")


def weighed(**more):
    facts = {"status_day": date(2012, 1, 1), "effective_date": date(2011, 3, 1), "default_term": RULE}
    (interval,) = intervals(Facts("po", **(facts | more)))
    return interval


def end(**more):
    interval = weighed(**more)
    return str(interval.in_force_to), interval.end_kind, interval.disputed


def test_inferred_and_marked():
    interval = weighed()
    assert (str(interval.in_force_to), interval.end_kind, interval.end_rule) == (
        "2016-02-29",
        "default_term",
        "default_term",
    )
    (said,) = [item for item in json.loads(interval.evidence) if item["of"] == "end"]
    assert (said["basis"], said["quote"]) == ("inferred", RULE.quote)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"statements": (Statement("valid_for", None, "有效期三年", term="P3Y"),)}, ("2014-02-28", "term", False)),
        ({"statements": (Statement("valid_for", None, "长期有效"),)}, ("None", None, False)),  # stated, and no day
        ({"in_force_to": date(2020, 1, 1)}, ("2020-01-01", "term", False)),
        (
            {"acts": (Act("extends", date(2013, 1, 1), "", "po_b", date(2014, 1, 1)),)},
            ("2014-01-01", "extension", False),
        ),
        ({"acts": (Act("repeals", date(2013, 1, 1), "", "po_b"),)}, ("2012-12-31", "repealed", False)),
        ({"stated_status": "in_force", "status_day": date(2018, 1, 1)}, ("None", None, False)),
        ({"stated_status": "not_in_force", "status_day": date(2013, 1, 1)}, ("2012-12-31", "status_stated", False)),
        ({"effective_date": None}, ("None", None, False)),
        ({"default_term": None}, ("None", None, False)),
    ],
)
def test_weaker_than_all_that_is_stated(more, expected):
    assert end(**more) == expected


def test_the_rules_have_their_sources_and_hold_for_their_time_place_and_title(world):
    rows = settings.default_terms()
    assert rows
    for row in rows:
        assert row["jurisdiction"].startswith("CN-")
        assert "第" in row["rule"]
        assert "条" in row["rule"]
        assert row["issued_from"] < row["issued_to"]
    world.ledger.set_default_terms(rows)
    world.ledger.upsert_sources([{"name": "sh", "jurisdiction": "CN-SH"}, {"name": "bj", "jurisdiction": "CN-BJ"}])
    issued = {"signed_date": "2012-02-01", "published_date": "2012-02-05", "effective_date": "2012-03-01"}
    issued |= {"issuers": ["上海市甲局"], "source": "sh"}
    cases = {
        "甲办法": {}, "甲暂行办法": {}, "甲通告": {},
        "乙办法": {"signed_date": "2017-02-01"}, "丙办法": {"source": "bj"}, "丁办法": {"issuers": ["国家甲局"]},
        "戊办法": {"number": "上海市人民政府令第9号"},
    }  # fmt: skip
    pages = [
        world.policy(f"http://sh/{place}", name, **({"number": f"沪甲发〔2012〕{place}号"} | issued | more))
        for place, (name, more) in enumerate(cases.items())
    ]
    world.crawl("2012-04-01", *pages, source="sh")
    expected = {"甲办法": "2017-02-28", "甲暂行办法": "2014-02-28", "甲通告": "2013-02-28"}
    found = {name: world.force(name)[0][1:3] for name in cases}
    assert found == {name: (expected.get(name), "default_term" if name in expected else None) for name in cases}
    assert world.calendar("2013-03-01").events == {"expired": 1}


def test_the_setting_holds_for_a_new_warehouse_and_is_said_to_an_old_one(world, tmp_path):
    home = Home.at(tmp_path / "home")
    home.root.mkdir()
    assert settings.hold_to(home, world.ledger) is None
    home.settings.write_text("default_terms: true\n", encoding="utf-8")
    assert settings.hold_to(home, world.ledger) is None
    assert world.one("SELECT count(*) FROM default_term") == len(settings.default_terms())
    world.crawl("2021-01-02", world.policy())
    assert settings.hold_to(home, world.ledger) is None
    home.settings.write_text("", encoding="utf-8")
    assert "policywatch rebuild" in settings.hold_to(home, world.ledger)
    for text, said in (
        ("default_term: true", "no setting"),
        ("default_terms: 1", "true or false"),
        ("- x", "no mapping"),
    ):
        home.settings.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError, match=said):
            settings.has_default_terms(home)

"""`policywatch alerts check`: mistakes end it, oddities are listed, each with its line."""

import json

import pytest
from fake_ledger import FakeLedger, event_row

from pipeline.cli import run_cli

ODD = """\
subscriptions:
  - name: odd
    events: [repealed, expired]
    issuers: [云江市人民政府, 云江市人民政俯]
    policies:
      - 云政发〔2021〕1号
      - 云政发〔1999〕9号
    words: {any: [中小企业], all: [扶持資金], none: [企业, 扶持资金, 招聘]}
    expiring_within: 14
    deliver: [{kind: console}]
  - name: health
    events: [source_unhealthy]
    include_baseline: true
    deliver: [{kind: console}]
"""


@pytest.fixture
def check(home, capsys):
    def call(text, *words):
        home.root.mkdir(exist_ok=True)
        home.alerts.write_text(text, encoding="utf-8")
        code = run_cli(["--home", str(home.root), "alerts", "check", *words])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_oddities_are_listed_with_their_lines(check, home):
    FakeLedger(event_row(1)).publish(home.published)
    code, out, err = check(ODD, "--json")
    found = {(row["line"], row["key"]): row["remark"] for row in json.loads(out)}
    assert code == 0
    assert list(found) == [
        (4, "subscriptions[0].issuers[1]"),
        (7, "subscriptions[0].policies[1]"),
        # What holds 企业 holds 中小企业 always; 扶持资金 is wanted in the other characters.
        (8, "subscriptions[0].words.none[0]"),
        (8, "subscriptions[0].words.none[1]"),
        (9, "subscriptions[0].expiring_within"),
        (13, "subscriptions[1].include_baseline"),
    ]
    assert "did you mean '云江市人民政府'?" in found[4, "subscriptions[0].issuers[1]"]
    assert "2 subscriptions, 2 channels, 6 remarks" in err


def test_without_a_published_database_nobody_is_called_unknown(check):
    code, out, _ = check(ODD)
    assert code == 0
    assert "expiring_within" in out
    assert "issuers" not in out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ODD.replace("expired]", "expird]"), "line 3, subscriptions[0].events[1]: 'expird' is none of"),
        (ODD.replace("include_baseline", "include_baselines"), "did you mean 'include_baseline'?"),
        (ODD.replace("    issuers:", "    sources: [demo_porta]\n    issuers:"), "line 4, subscriptions[0].sources[0]"),
    ],
)
def test_a_mistake_ends_with_code_2_line_and_remedy(check, text, said):
    code, out, err = check(text)
    assert (code, out) == (2, "")
    assert said in err

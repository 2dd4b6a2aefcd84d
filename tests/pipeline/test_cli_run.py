"""`run` and `alerts` on the command line, with the job itself put aside."""

import json

import pytest

from pipeline import job, trial
from pipeline.run import RunReport, ledger
from policywatch import clock
from policywatch.errors import PolicywatchError, StorageError

ALERTS = """\
subscriptions:
  - name: ends
    events: [repealed, expired]
    words: {any: [补贴]}
    deliver: [{kind: console}, {kind: webhook, url: "http://127.0.0.1:9/secret-token"}]
"""


@pytest.fixture
def ran(monkeypatch):
    """The names that were run; a test may put an error in place of a report."""
    names, outcomes, asked = [], {}, []

    def run_job(source, **more):
        names.append(source)
        asked.append(more["recheck_all"])
        outcome = outcomes.get(source, RunReport(source, crawl_id=f"{source}-1", verdict="good", counts={"new": 2}))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(job, "run_job", run_job)
    run_job.names, run_job.outcomes, run_job.asked = names, outcomes, asked
    return run_job


def test_all_runs_what_is_due_and_no_demo(cli, declare, ran, monkeypatch):
    declare("tiny")
    declare("other")
    declare("shown", more="demo: true")
    code, out, _ = cli("run", "--all", "--format", "json")
    assert code == 0
    assert ran.names == [row["source"] for row in json.loads(out)] == ["other", "tiny"]
    monkeypatch.setattr(trial, "last_crawls", lambda _home: {"tiny": clock.now(), "other": clock.now()})
    ran.names.clear()
    assert cli("run", "--all", "--format", "json") == (
        0, "[]\n", "no source is due; name one to run it all the same\n",
    )  # fmt: skip
    assert ran.names == []


def test_every_known_page_is_asked_where_a_person_says_so(cli, declare, ran):
    declare("tiny")
    for words in ([], ["--recheck-all"]):
        assert cli("run", "tiny", "--format", "json", *words)[0] == 0
    assert ran.asked == [False, True]


def test_one_source_that_fails_does_not_keep_the_next_from_its_turn(cli, declare, ran):
    declare("tiny")
    declare("other")
    ran.outcomes["tiny"] = PolicywatchError("the crawl of tiny could not run: portal gone")
    code, out, err = cli("run", "tiny", "other", "tiny", "--format", "json")
    assert code == 1
    assert [(row["source"], row["verdict"]) for row in json.loads(out)] == [("tiny", "failed"), ("other", "good")]
    assert err == "tiny: failed: the crawl of tiny could not run: portal gone\n"


def test_a_suspect_crawl_is_exit_code_1(cli, declare, ran):
    declare("tiny")
    ran.outcomes["tiny"] = RunReport("tiny", verdict="suspect", reasons=["the list shrank"])
    code, _, err = cli("run", "tiny")
    assert (code, err) == (1, "tiny: suspect: the list shrank\n")


def test_where_nothing_can_be_kept_the_run_stops(cli, declare, ran):
    declare("tiny")
    declare("other")
    ran.outcomes["tiny"] = StorageError("the disk is full; free some space and run again")
    code, out, err = cli("run", "tiny", "other")
    assert (code, out, err) == (1, "", "policywatch: the disk is full; free some space and run again\n")
    assert ran.names == ["tiny"]


def test_a_warehouse_of_a_newer_schema_is_said_in_one_line(cli, declare, home):
    declare("tiny")
    with ledger(home) as opened:
        opened._connection.execute("UPDATE schema_version SET version = 9999")
    code, out, err = cli("reparse")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "9999" in err


def test_alerts_list_shows_subscriptions_and_no_secret(cli, declare, home):
    declare("tiny")
    home.root.mkdir()
    home.alerts.write_text(ALERTS, encoding="utf-8")
    code, out, _ = cli("alerts", "list", "--format", "json")
    (row,) = json.loads(out)
    assert code == 0
    assert (row["name"], row["events"], row["words"]) == ("ends", ["repealed", "expired"], {"any": ["补贴"]})
    assert row["deliver"] == ["console", "webhook 127.0.0.1"]
    assert "secret-token" not in out


def test_alerts_test_tells_which_channel_is_down(cli, declare, home):
    declare("tiny")
    home.root.mkdir()
    home.alerts.write_text(ALERTS, encoding="utf-8")
    code, out, err = cli("alerts", "test", "--format", "json")
    console, webhook = json.loads(out)
    assert code == 1
    assert (console["arrived"], webhook["arrived"]) == (True, False)
    assert webhook["error"]
    assert "secret-token" not in out + err
    assert err  # the console channel's message, beside the listing


def test_alerts_deliver_without_news_is_done(cli, declare, home):
    declare("tiny")
    home.root.mkdir()
    home.alerts.write_text(ALERTS, encoding="utf-8")
    code, out, err = cli("alerts", "deliver")
    assert (code, out) == (0, "")
    assert err == "nothing is due\n"


def test_a_wrong_subscription_is_named_with_its_line(cli, declare, home):
    declare("tiny")
    home.root.mkdir()
    home.alerts.write_text(ALERTS.replace("expired", "exploded"), encoding="utf-8")
    code, out, err = cli("alerts", "list")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "alerts.yaml" in err

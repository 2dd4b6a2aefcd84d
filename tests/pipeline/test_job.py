"""The job in this process against the demo portal, and what the command line then answers."""

import json

import dagster as dg
import pyarrow.parquet as pq
import pytest

from crawlers.index import Index
from demo.editions import edition
from demo.server import DemoPortal
from pipeline import metrics, run
from pipeline.cli import run_cli
from pipeline.job import definitions_for, run_job
from pipeline.resources import open_instance
from policywatch.errors import PolicywatchError, UsageError
from policywatch.home import Home

SOURCE = "demo_bureau"
REPORT = ["source", "crawl_id", "verdict", "reasons", "counts", "read", "rejected", "events", "deliveries"]
CHANGES = [
    "event_id", "kind", "policy_id", "number", "title", "source", "url", "happened_on", "detected_at", "before",
    "after", "quote",
]  # fmt: skip
IN_FORCE = [
    "policy_id", "number", "title", "issuers", "source", "in_force_from", "in_force_to", "reason", "quote", "disputed",
]  # fmt: skip


@pytest.fixture(scope="module")
def portal():
    with DemoPortal(1) as server:
        yield server


@pytest.fixture
def at_edition(portal, monkeypatch):
    """Stand at an edition: the portal, the proxy and the clock."""
    monkeypatch.delenv("POLICYWATCH_SOURCES", raising=False)

    def stand(number):
        portal.edition = number
        monkeypatch.setenv("http_proxy", portal.proxy)
        monkeypatch.setenv("POLICYWATCH_NOW", edition(number).at.isoformat())

    return stand


@pytest.fixture(scope="module")
def watched(portal, tmp_path_factory):
    """A home in which two editions of a source were run by the job, one instance for both; and the run reports."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", "")
        patch.setenv("POLICYWATCH_HOME", "")
        patch.delenv("POLICYWATCH_SOURCES", raising=False)
        patch.setenv("http_proxy", portal.proxy)
        home = Home.at(tmp_path_factory.mktemp("watched") / "home")
        reports = []
        with open_instance(home) as instance:
            defs = definitions_for(home)
            for number in (1, 2):
                portal.edition = number
                patch.setenv("POLICYWATCH_NOW", edition(number).at.isoformat())
                reports.append(run_job(SOURCE, home=home, instance=instance, defs=defs))
            runs = instance.get_runs()
    return home, reports, runs


@pytest.fixture
def ask(watched, capsys):
    home, _, _ = watched

    def call(*words):
        code = run_cli(["--home", str(home.root), *words, "--format", "json"])
        out, err = capsys.readouterr()
        assert (code, err) == (0, "")
        return json.loads(out)

    return call


def test_the_crawler_is_told_the_days_that_were_read(watched):
    home, _, _ = watched
    with Index.open(home) as index:
        pages = list(index.pages(SOURCE))
    assert len(pages) > 5
    assert all(page.was_read and page.published < page.first_seen_at for page in pages)
    assert {page.ends is None for page in pages} == {True, False}


def test_the_job_reports_what_every_step_did(watched):
    _, (first, second), _ = watched
    assert (first.source, first.verdict, first.reasons) == (SOURCE, "good", [])
    assert first.counts["new"] == first.read["policy"] == first.events["issued"]
    assert second.counts["not_modified"] == first.counts["new"]
    assert second.read == {"policy": second.counts["new"]}
    assert set(second.deliveries) >= {"queued", "sent", "failed"}
    assert second.loaded["policies_new"] == second.counts["new"]


def test_the_runs_are_in_the_instance_that_the_ui_shows(watched):
    home, reports, runs = watched
    assert [item.status.value for item in runs] == ["SUCCESS"] * len(reports)
    assert {item.tags["dagster/partition"] for item in runs} == {SOURCE}
    assert "captures" in (home.dagster / "dagster.log").read_text(encoding="utf-8")
    assert not list(home.staging.glob("*"))
    assert not list((home.dagster / "alive").iterdir())


def test_running_again_at_the_same_instant_changes_nothing(watched, at_edition):
    home, (_, second), _ = watched
    at_edition(2)
    again = run.run_source(SOURCE, home=home)
    assert (again.crawl_id, again.counts) == (second.crawl_id, second.counts)
    assert (again.read, again.events) == ({}, {})


def test_changes_have_the_fields_of_the_contract(ask, watched):
    rows = ask("changes")
    assert [list(row) for row in rows] == [CHANGES] * len(rows)
    issued = [row for row in rows if row["kind"] == "issued"]
    assert len(issued) == sum(report.events["issued"] for report in watched[1])
    assert ask("changes", "--since", "2021-06-01", "--kind", "issued") == [
        row for row in issued if row["detected_at"] >= "2021-06"
    ]
    assert ask("changes", "--source", "nobody") == []
    assert all(
        "经济和信息化局" in row["title"] or row["number"] for row in ask("changes", "--issuer", "经济和信息化局")
    )
    assert len(ask("changes", "--no-baseline")) < len(rows)


def test_in_force_has_the_fields_of_the_contract_and_two_clocks(ask):
    rows = ask("in-force", "--on", "2021-07-01")
    assert rows
    assert [list(row) for row in rows] == [IN_FORCE] * len(rows)
    assert all(row["in_force_from"] <= "2021-07-01" for row in rows if row["in_force_from"])
    assert ask("in-force", "--on", "2021-07-01", "--as-known-at", "2021-01-01T00:00:00+08:00") == []
    early = ask("in-force", "--on", "2021-07-01", "--as-known-at", "2021-04-01T00:00:00+08:00")
    assert len(early) < len(rows)


def test_a_policy_is_found_by_id_number_url_and_title(ask):
    row = next(row for row in ask("changes", "--kind", "issued") if row["number"])
    printed = row["number"].replace("〔", "[").replace("〕", "]")
    for name in (row["policy_id"], row["number"], printed, row["url"], row["title"], f" {row['number']} "):
        found = ask("show", name)
        assert found["policy_id"] == row["policy_id"]
    assert found["status"]["status"] in {"in_force", "not_yet_in_force", "expired", "repealed", "unknown"}
    assert found["pages"][0]["url"] == row["url"]
    assert [event["event_id"] for event in found["events"] if event["kind"] == "issued"] == [row["event_id"]]
    assert ask("diff", row["policy_id"]) == []


@pytest.mark.parametrize(
    "words", [("show", "绝无此文"), ("show", "云经信规"), ("show", "po_0"), ("diff", "办法", "2021-13-01")]
)
def test_a_policy_that_cannot_be_told_is_wrong_use(watched, capsys, words):
    code = run_cli(["--home", str(watched[0].root), *words])
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_status_says_how_fresh_everything_is(ask):
    row = next(row for row in ask("status") if row["source"] == SOURCE)
    assert (row["health"], row["verdict"], row["checked"]) == ("healthy", "good", "2021-06-19T22:17:00+00:00")
    assert next(row for row in ask("source", "list") if row["name"] == SOURCE)["checked"] == row["checked"]


def test_status_is_one_screen_with_the_sources_in_use(watched, capsys):
    home, _, _ = watched
    assert run_cli(["--home", str(home.root), "status"]) == 0
    shown = capsys.readouterr().out
    assert SOURCE in shown
    assert "beijing" not in shown
    assert "more sources are declared and were never crawled (--all)" in shown
    below = dict(line.split(maxsplit=1) for line in shown.splitlines()[-4:])
    assert list(below) == ["up", "backlog", "alerts", "disk"]
    assert below["up"].startswith("not running")
    assert below["backlog"] == "every crawl is loaded; no source is overdue"
    assert below["alerts"].startswith("0 wait to be sent, 0 failed for good, 0 runs held")
    assert run_cli(["--home", str(home.root), "status", "--all"]) == 0
    assert "beijing" in capsys.readouterr().out


def test_a_run_leaves_its_numbers_for_prometheus(watched):
    home, (_, second), _ = watched
    lines = metrics.path_of(home).read_text(encoding="utf-8").splitlines()
    assert f'policywatch_source_health{{source="{SOURCE}"}} 0' in lines
    assert 'policywatch_source_last_good_timestamp_seconds{source="demo_bureau"} 1624141020' in lines
    assert f'policywatch_events{{kind="issued"}} {second.counts["new"] + second.counts["not_modified"]}' in lines
    assert "policywatch_alerts_held 0" in lines
    names = {line.split("{")[0].split(" ")[0] for line in lines if not line.startswith("#")}
    assert {f"policywatch_{name}" for name in metrics.HELP} - names <= {"policywatch_deliveries"}  # nobody subscribed
    assert [line.split()[2] for line in lines if line.startswith("# HELP")] == sorted(names, key=lines_of(lines))
    assert metrics.last(home).at == edition(2).at
    assert not list(home.root.glob(".metrics*"))


def lines_of(lines):
    return lambda name: next(number for number, line in enumerate(lines) if line.startswith(f"# HELP {name} "))


def test_runs_are_filed_and_carry_what_a_person_reads(watched):
    home, _, runs = watched
    assert {item.tags["policywatch/host"] for item in runs} == {"jxj.yunjiang.example"}
    assert {item.tags["policywatch/started_by"] for item in runs} == {"command_line"}
    with open_instance(home) as instance:
        found = {
            name: instance.get_latest_materialization_event(dg.AssetKey(name)).asset_materialization.metadata
            for name in ("captures", "readings", "ledger", "deliveries")
        }
    outcomes = {row.data["outcome"]: row.data["pages"] for row in found["captures"]["pages"].records}
    assert outcomes["not_modified"] == found["captures"]["pages_same"].value > 0
    filled = {row.data["field"]: row.data for row in found["readings"]["fill_rates"].records}
    assert filled["title"] == {"field": "title", "filled": 1.0, "expected": 1.0}
    assert found["readings"]["filled_title"].value == 1.0
    assert found["ledger"]["events_all"].value == sum(row.data["count"] for row in found["ledger"]["events"].records)
    assert found["deliveries"]["sent"].value == 0


def test_a_doctor_finds_nothing_broken_here(watched, capsys):
    home, _, _ = watched
    assert run_cli(["--home", str(home.root), "doctor", "--json"]) == 0
    found = {row["check"]: row for row in json.loads(capsys.readouterr().out)}
    assert {name for name, row in found.items() if row["level"] != "ok"} <= {"alerts", "clock", "schedules", "disk"}
    assert found["clock"]["found"].startswith("frozen at")
    assert "policies published" in found["warehouse"]["found"]
    assert "no source is in use yet" in found["reachability"]["found"]  # the demo's is nothing to connect to


def test_search_takes_traditional_characters(ask):
    simple, traditional = ask("search", "企业"), ask("search", "企業")
    assert simple
    assert simple == traditional


def test_sql_reads_and_only_reads(ask, watched, capsys):
    assert ask("sql", "SELECT 1 AS a, 2 AS a, NULL AS b") == [{"a": 1, "a_2": 2, "b": None}]
    for statement in ("DROP TABLE event", "SELECT * FROM read_csv('/etc/passwd')", "SELECT 1; SELECT 2", "nonsense"):
        code = run_cli(["--home", str(watched[0].root), "sql", statement])
        out, err = capsys.readouterr()
        assert (code, out, err.count("\n")) == (2, "", 1)


def test_export_writes_every_table_in_every_form(ask, tmp_path):
    rows = ask("export", str(tmp_path))
    assert len(rows) == 21
    counts = {row["file"].rpartition("/")[2]: row["rows"] for row in rows}
    assert counts["changes.parquet"] == counts["changes.csv"] == counts["changes.jsonl"] == len(ask("changes"))
    assert pq.read_table(tmp_path / "changes.parquet").num_rows == counts["changes.parquet"]
    lines = (tmp_path / "policies.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0])["policy_id"].startswith("po_")
    assert (tmp_path / "policies.csv").read_bytes().startswith(b"\xef\xbb\xbfpolicy_id,")


def test_run_prints_the_report_and_a_bad_crawl_is_exit_code_1(home, at_edition, capsys, monkeypatch):
    at_edition(1)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # nobody listens there
    code = run_cli(["--home", str(home.root), "run", SOURCE, "--format", "json"])
    out, err = capsys.readouterr()
    assert code == 1
    (row,) = json.loads(out)
    assert list(row) == REPORT
    assert row["verdict"] == "failed"
    assert err.startswith(f"{SOURCE}: failed: ")
    assert "Traceback" not in err


def test_a_source_that_is_not_declared_is_wrong_use(home, declare):
    declare("tiny")
    with pytest.raises(UsageError, match="nope"):
        run_job("nope", home=home)


def test_a_failing_step_is_said_in_its_own_words(home, declare, monkeypatch):
    declare("tiny")

    def broken(*_args, **_more):
        raise PolicywatchError("the crawl of tiny could not run: no space left; free some")

    monkeypatch.setattr(run, "crawl", broken)
    with pytest.raises(PolicywatchError, match=r"^the crawl of tiny could not run: no space left; free some$"):
        run_job("tiny", home=home)


def test_a_fault_in_a_step_names_the_step(home, declare, monkeypatch):
    declare("tiny")
    monkeypatch.setattr(run, "crawl", lambda *_args, **_more: 1 / 0)
    with pytest.raises(PolicywatchError, match=r"the step captures failed: .*division by zero"):
        run_job("tiny", home=home)

"""What reading says of a run's health, and where it shows: verdicts, checks, schedules, the command line."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from crawlers.archive import SavedRun, write_saved
from crawlers.source import load_source
from pipeline import checks, health, reading, run
from pipeline.definitions import build_defs
from pipeline.run import RunReport
from tests.pipeline.test_reading import page

AT = datetime(2024, 1, 5, tzinfo=UTC)
GOOD = {"crawl_id": "c", "verdict": "good", "reasons": []}


@pytest.fixture
def source(declare):
    """Expects every title, half of the issuers, and at most a fifth of the pages to be unreadable."""
    declare("tiny")
    return load_source("tiny")


def records(titles, issuers, of):
    return [
        {"title": "题" if number < titles else "", "issuers": ["甲"] if number < issuers else []}
        for number in range(of)
    ]


@pytest.mark.parametrize(
    ("read", "rejected", "words"),
    [
        ((20, 10, 20), 0, []),
        ((19, 10, 20), 0, []),  # one odd page is no redesign
        ((18, 10, 20), 0, ["title is filled on 18 of 20 pages, expected 100%"]),
        ((20, 3, 20), 0, []),  # what chance may do to a half
        ((20, 1, 20), 0, ["issuers is filled on 1 of 20 pages, expected 50%"]),
        ((0, 0, 9), 0, []),  # too few to say anything
        ((0, 0, 20), 0, ["title is filled on 0 of 20 pages", "issuers is filled on 0 of 20 pages"]),
        ((100, 50, 100), 25, []),
        ((20, 20, 20), 20, ["20 of 40 pages could not be read, expected 20% at most"]),
        ((0, 0, 0), 9, []),
        ((0, 0, 0), 30, ["30 of 30 pages could not be read"]),
    ],
)
def test_reasons_against_a_run(source, read, rejected, words):
    found = health.reasons(source, records(*read), rejected, read[-1])
    assert len(found) == len(words)
    assert all(word in reason for word, reason in zip(words, found, strict=True))


@pytest.mark.parametrize(
    ("before", "after"), [("good", "suspect"), ("partial", "suspect"), ("suspect", "suspect"), ("failed", "failed")]
)
def test_reading_makes_a_verdict_worse_and_never_better(before, after):
    run_before = {"verdict": before, "reasons": ["already"]}
    assert health.judged(run_before, ["more"]) == {"verdict": after, "reasons": ["already", "more"]}
    assert health.judged(run_before, []) == run_before


def test_a_crawl_whose_pages_read_as_nothing_any_more_is_suspect(home, source):
    bare = "<html><body><div>" + "<p>无题之文，说明若干事项如下。</p>" * 30 + "</div></body></html>"
    pages = [page(str(number), bare.replace("若干", str(number))) for number in range(12)]
    write_saved(home, SavedRun("tiny-1", AT), pages)
    folder = home.crawls / "ingest" / "tiny-1"
    text = (folder / "crawl.json").read_text(encoding="utf-8").replace('"source": null', '"source": "tiny"')
    (folder / "crawl.json").write_text(text, encoding="utf-8")
    found = reading.read_crawl(home, folder, {"tiny": source})
    assert found.verdict == "suspect"
    assert "none of 12 pages reads as what the source is for" in found.against[0]
    staged = reading.staged(home, "tiny-1")
    assert staged is not None
    assert (staged["verdict"], staged["reasons"]) == ("suspect", list(found.against))


def test_the_report_of_a_run_takes_the_worse_verdict():
    report = RunReport("tiny", crawl_id="c", verdict="good")
    run.take_reading(report, reading.ReadReport("other", "tiny", verdict="failed", reasons=("old",)))
    assert report.is_good
    run.take_reading(report, reading.ReadReport("c", "tiny", verdict="suspect", reasons=("no titles",)))
    assert (report.verdict, report.reasons, report.is_good) == ("suspect", ["no titles"], False)
    assert RunReport("tiny", verdict="partial").is_good


def test_checks_carry_the_verdict_and_its_reasons(source):
    for verdict, passed, severity in [
        ("good", True, "WARN"), ("partial", True, "WARN"), ("suspect", False, "WARN"), ("failed", False, "ERROR"),
    ]:  # fmt: skip
        found, new = checks.crawl_results(source, {"verdict": verdict, "reasons": ["why"], "counts": {"new": 2}})
        assert (found.passed, found.severity.value) == (passed, severity)
        assert found.metadata["reasons"].value == "why"
        assert new.passed


def test_checks_carry_health_since_when_and_why():
    row = {"health": "unhealthy", "health_since": datetime(2024, 1, 5, tzinfo=UTC), "health_reasons": ["a", "b"]}
    found = checks.health_result([row])
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.ERROR)
    said = {name: value.value for name, value in found.metadata.items()}
    assert said == {"health": "unhealthy", "since": "2024-01-05 00:00:00+00:00", "reasons": "a; b"}
    assert checks.health_result([]).passed
    assert not checks.health_result([{**row, "health": "suspect"}]).passed


def test_the_check_of_the_reading_says_why(source):
    against = checks.fill_results({"tiny": source}, source, {"title": 0.5}, ["title is filled on 5 of 10 pages"])[0]
    assert (against.check_name, against.passed) == ("reads_as_expected", False)
    assert against.metadata["reasons"].value == "title is filled on 5 of 10 pages"
    assert checks.fill_results({"tiny": source}, source, {}, [])[0].passed


def quiet(path, span):
    """Crawl twice a day, and not within `span`."""
    text = path.read_text(encoding="utf-8").replace("17 6 ", "17 6,18 ")
    path.write_text(text.replace("{delay: 0.2}", f'{{delay: 0.2, quiet: ["{span}"]}}'), encoding="utf-8")


def test_a_tick_in_quiet_hours_starts_nothing(declare):
    quiet(declare("tiny"), "06:00-18:00")
    repository = build_defs().get_repository_def()
    schedule = repository.get_schedule_def("crawl_tiny")
    for hour, skipped in [(22, True), (10, False)]:  # in Shanghai 06:17 and 18:17
        at = datetime(2024, 5, 1, hour, 17, tzinfo=UTC)
        tick = schedule.evaluate_tick(dg.build_schedule_context(repository_def=repository, scheduled_execution_time=at))
        assert bool(tick.skip_message) is skipped
        assert bool(tick.run_requests) is not skipped


def test_quiet_sources_are_not_due(cli, declare, monkeypatch):
    ran = []
    monkeypatch.setattr("pipeline.job.run_job", lambda name, **_: ran.append(name) or RunReport(name, verdict="good"))
    quiet(declare("tiny"), "06:00-18:00")
    assert cli("run", "--all")[0] == 0  # it is 06:17 in Shanghai
    assert ran == []
    quiet(declare("tiny"), "07:00-18:00")
    cli("run", "--all")
    assert ran == ["tiny"]


def test_a_partial_run_is_done(cli, declare, monkeypatch):
    report = RunReport("tiny")
    spent = "the day's 10 requests to a.example are spent"
    summary = {"crawl_id": "c", "verdict": "partial", "reasons": [spent], "notes": ["robots.txt asks for 9 s"]}
    run.take_crawl(report, summary)
    monkeypatch.setattr("pipeline.job.run_job", lambda *_, **__: report)
    declare("tiny")
    code, _, err = cli("run", "tiny")
    assert (code, err) == (0, f"tiny: partial: {spent}\ntiny: robots.txt asks for 9 s\n")


def test_status_says_why_and_since_when(cli, home):
    with run.ledger(home) as ledger:
        ledger._connection.execute(
            "INSERT INTO source (source, title, timezone, bad_streak, last_crawl_at, last_verdict)"
            " VALUES ('tiny', '试验', 'Asia/Shanghai', 1, TIMESTAMPTZ '2024-01-05 01:00:00+00', 'suspect')"
        )
        ledger._connection.execute(
            "INSERT INTO crawl (crawl_id, source, finished_at, verdict, reasons)"
            " VALUES ('c', 'tiny', TIMESTAMPTZ '2024-01-05 01:00:00+00', 'suspect', ['the list shrank'])"
        )
    run.publish(home)
    code, out, err = cli("status")
    assert (code, err) == (1, "tiny: suspect since 2024-01-05 01:00Z: the list shrank\n")
    assert "suspect" in out

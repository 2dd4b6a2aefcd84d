"""The linter of sources: it is silent on what is shipped, and each of its rules speaks up; the table of sources."""

import json
import shutil

import pytest

from crawlers import catalogue, cron, lint
from crawlers.source import load_sources
from pipeline.cli import run_cli
from tests.crawlers.replays import FIXTURES, ROOT, SHIPPED

SOURCES = ROOT / "crawlers" / "sources"
NAME = "shaanxi"  # an HTML list with every kind of fact


def test_what_is_shipped_is_sound():
    """Every source has its facts, a replay, a page that is read and one that is refused; the table is what they say."""
    assert [str(finding) for finding in lint.lint(SOURCES)] == []


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder of one proven source, whose fixtures stand beside it."""
    sources = tmp_path / "sources"
    sources.mkdir()
    shutil.copy(SOURCES / f"{NAME}.yaml", sources)
    shutil.copytree(FIXTURES / NAME, tmp_path / "fixtures" / NAME)
    monkeypatch.setattr(lint, "fixtures_of", lambda place: tmp_path / "fixtures" if place == sources else None)
    settle(sources)
    return sources


def settle(sources):
    (sources / "README.md").write_text(catalogue.render(load_sources(sources).values()), encoding="utf-8")


def found(place):
    return [f"{finding.key}: {finding.fix}" for finding in lint.lint(place)]


def test_the_copy_is_sound(place):
    assert found(place) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("confidence: {list: M, page: M}\n", "", "confidence: is missing; say how sure"),
        ("reviewed: 2026-11-21\n", "", "reviewed: is missing; write the day"),
        ("schedule:", "hosts: [www.shaanxi.gov.cn]\nschedule:", "hosts: names www.shaanxi.gov.cn twice"),
        (r"  page_url: /t\d{8}_\d+\.html$", "", "list.page_url: is missing"),
        (r"page_url: /t\d{8}_", "page_url: /x", "list.page_url: does not fit its own stored page https://www.shaanxi"),
        ('body: "#doc_left"', 'body: "#doc_right"', "page.body: '#doc_right' finds nothing on the stored pages"),
        (
            r"'^http://www\.shaanxi\.gov\.cn/', replace: 'https:/",
            "'^https:/', replace: 'https://m.",
            "canonical.0: changes https://m.",
        ),
    ],
)
def test_a_fact_that_does_not_hold_is_named(place, old, new, words):
    path = place / f"{NAME}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    settle(place)
    (finding,) = found(place)
    assert words in finding


@pytest.mark.parametrize(
    ("gone", "words"),
    [("lists", "nothing replays it"), ("good", "no stored page is read"), ("refused", "no stored page is refused")],
)
def test_a_source_that_is_not_proven_is_named(place, gone, words):
    fixtures = place.parent / "fixtures" / NAME
    for folder in fixtures.iterdir():
        meta = folder / "expected.json"
        refused = meta.exists() and "unreadable" in json.loads(meta.read_text(encoding="utf-8"))
        if folder.name == gone or (gone == "refused" and refused):
            shutil.rmtree(folder)
    assert any(words in finding for finding in found(place))


def test_a_template_that_leads_to_another_host_is_named(place):
    text = (SOURCES / "npc_laws.yaml").read_text(encoding="utf-8")
    moved = text.replace('url: "https://flk.npc.gov.cn/', 'url: "https://flkofd.npc.gov.cn/')
    (place / "npc_laws.yaml").write_text(moved, encoding="utf-8")
    assert any("leads to flkofd.npc.gov.cn, which may not be asked" in finding for finding in found(place))


def test_two_sources_of_one_host_at_one_minute_are_named(place):
    text = (place / f"{NAME}.yaml").read_text(encoding="utf-8")
    (place / "shaanxi_two.yaml").write_text(text.replace(f"name: {NAME}", "name: shaanxi_two"), encoding="utf-8")
    assert any("schedule: is shaanxi's too, on the same host" in finding for finding in found(place))


def test_a_table_that_is_not_what_the_files_say_is_named(place):
    (place / "README.md").write_text("# Sources\n", encoding="utf-8")
    assert found(place) == ["table: is not what the files say; run `make sources`"]


def test_a_folder_of_ones_own_needs_no_proof(tmp_path):
    text = (SOURCES / f"{NAME}.yaml").read_text(encoding="utf-8")
    own = text.replace("confidence: {list: M, page: M}\n", "").replace("reviewed: 2026-11-21\n", "")
    (tmp_path / f"{NAME}.yaml").write_text(own, encoding="utf-8")
    assert found(tmp_path) == []


def test_the_table_names_every_source_and_how_sure_it_is():
    page = catalogue.render(load_sources(SOURCES).values())
    rows = {line.split("]")[0][3:]: line for line in page.splitlines() if line.startswith("| [")}
    assert rows.keys() == SHIPPED.keys()
    assert "| guess, M | 2026-11-21 | not yet |" in rows["shanghai_press"]
    assert "demo" not in page


@pytest.mark.parametrize(
    ("schedule", "wrong"),
    [
        ("17 6 * * *", None),
        ("5,35 */4 1-7 * 1-5", None),
        ("* * * * 7", None),
        ("61 6 * * *", "write the minute ('61') as 0 to 59, *, 1-5 or */2"),
        ("17 24 * * *", "write the hour ('24') as 0 to 23"),
        ("17 6 0 * *", "write the day of the month ('0') as 1 to 31"),
        ("17 6 * 13 *", "write the month ('13')"),
        ("17 6 * * 8", "write the day ('8') as 0 to 7"),
        ("17 6 * * 5-1", "write the day ('5-1')"),
        ("17 */0 * * *", "write the hour ('*/0')"),
        ("at six", "write five cron fields"),
        ("a b c d e", "write the minute ('a')"),
    ],
)
def test_what_a_schedule_may_say(schedule, wrong):
    said = cron.objection(schedule)
    assert said is None if wrong is None else said is not None and said.startswith(wrong)


def test_the_command_is_silent_where_all_is_well_and_names_what_is_not(place, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("POLICYWATCH_SOURCES", str(place))
    command = ["--home", str(tmp_path / "home"), "source", "list", "--check"]
    assert run_cli(command) == 0
    assert capsys.readouterr() == ("", "")
    (place / "README.md").unlink()
    assert run_cli(command) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"{place / 'README.md'}: table: is not what the files say; run `make sources`\n"

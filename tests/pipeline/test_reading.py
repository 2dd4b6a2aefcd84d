"""From a committed crawl to staging tables."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime

import pyarrow.parquet as pq
import pytest

from crawlers.archive import SavedPage, SavedRun, write_saved
from pipeline import pool, reading, reparse, run
from pipeline.parsers import PARSER_VERSION
from policywatch.errors import StorageError
from warehouse import staging

AT = datetime(2024, 1, 5, tzinfo=UTC)
PAGE = """<html><head><title>{title}</title></head><body><h1>{title}</h1><div><p>试政发〔2023〕1号</p>
<p>各单位：</p><p>一、根据《试验条例》（试人发〔2010〕3号），发放补贴最高100万元。</p>
<p>二、本通知自2024年1月1日起施行，有效期2年。《旧通知》（试政发〔2019〕7号）同时废止。</p>
<p>试验市人民政府</p><p>2023年12月20日</p></div></body></html>"""


def page(name, content=None, at=AT):
    text = PAGE.format(title=f"试验市人民政府关于{name}的通知") if content is None else content
    url = f"http://www.tiny.example/{name}.html"
    return SavedPage(source="tiny", url=url, content=text.encode(), captured_at=at, content_type="text/html")


@pytest.fixture
def crawled(home, declare):
    """Commit pages as a crawl and return its folder."""
    declare("tiny")

    def commit(*pages, crawl_id="ingest-0000000000000001"):
        write_saved(home, SavedRun(crawl_id, AT), pages)
        return home.crawls / "ingest" / crawl_id

    return commit


def table(home, folder, name):
    return pq.read_table(home.staging / folder.name / f"{name}.parquet").to_pylist()


def test_staging_fits_the_schemas_and_the_record(home, crawled):
    folder = crawled(page("a"), page("b", ""))
    (report,) = run.read(home, "ingest")
    assert (report.pages, dict(report.read), dict(report.rejected)) == (1, {"policy": 1}, {"empty": 1})
    for name, schema in staging.SCHEMAS.items():
        assert pq.read_schema(home.staging / folder.name / f"{name}.parquet").equals(schema)
    (row,) = table(home, folder, "readings")
    assert row["fetched_at"] == AT
    assert (row["authority"], row["change_cause"], row["parser_version"]) == ("portal", "source", PARSER_VERSION)
    assert (row["number"], row["issuers_norm"]) == ("试政发〔2023〕1号", ["试验市人民政府"])
    assert row["in_force_from"] == date(2024, 1, 1)
    assert {item["rule"] for item in json.loads(row["effect"])} >= {"effective_on_date", "valid_for"}
    assert row["text_hash"].startswith("sha256:")
    clauses = table(home, folder, "clauses")
    assert [clause["position"] for clause in clauses] == list(range(len(clauses)))
    assert json.loads(clauses[0]["amounts"])[0]["value"] == 1_000_000
    assert "repeals" in {citation["relation"] for citation in table(home, folder, "citations")}
    (rejected,) = table(home, folder, "rejected")
    assert (rejected["stage"], rejected["reason"]) == ("read", "empty")
    assert len(table(home, folder, "captures")) == 2


def test_what_is_staged_or_loaded_is_not_read_again(home, crawled, monkeypatch):
    crawled(page("a"))
    assert len(run.read(home)) == 1
    monkeypatch.setattr(pool, "read_many", lambda *_args, **_more: pytest.fail("read again"))
    assert run.read(home) == []
    run.load(home)
    assert list(home.staging.iterdir()) == []
    assert run.read(home) == []


def test_a_half_written_or_older_staging_folder_is_made_anew(home, crawled):
    folder = crawled(page("a"))
    run.read(home)
    staged = home.staging / folder.name
    written = json.loads((staged / "run.json").read_text(encoding="utf-8"))
    (staged / "run.json").write_text(json.dumps(written | {"parser_version": "older"}), encoding="utf-8")
    assert len(run.read(home)) == 1
    (staged / "run.json").unlink()
    (home.staging / f".{folder.name}.part").mkdir()
    assert len(run.read(home)) == 1
    assert [path.name for path in home.staging.iterdir()] == [folder.name]


def test_unchanged_pages_are_not_read(home, crawled):
    crawled(page("a"))
    run.read(home)
    run.load(home)
    later = datetime(2024, 2, 5, tzinfo=UTC)
    crawled(page("a", at=later), crawl_id="ingest-0000000000000002")
    (report,) = run.read(home)
    assert (report.captures, report.pages) == (1, 0)


def test_a_lost_archive_file_rejects_its_pages_only(home, crawled):
    folder = crawled(page("a"))
    crawled(page("b"), crawl_id="ingest-0000000000000002")
    (entry,) = reading.manifest(folder)
    (home.archive / entry["warc_file"]).unlink()
    reports = run.read(home)
    assert [dict(report.rejected) for report in reports] == [{"truncated": 1}, {}]
    assert table(home, folder, "rejected")[0]["stage"] == "archive"


def test_a_broken_manifest_stops_the_step_and_says_where(home, crawled):
    folder = crawled(page("a"))
    (folder / "manifest.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(StorageError, match=r"manifest\.jsonl:1 is not JSON"):
        run.read(home)


def other_parser(home):
    """Make the warehouse believe that another version of the parser has read everything, and read it otherwise."""
    with run.ledger(home) as ledger:
        ledger._connection.execute("UPDATE page SET parser_version = 'older'")
        ledger._connection.execute(
            "UPDATE page_version SET parser_version = 'older', reading_hash = 'other', topic = '旧'"
        )


def events(home):
    with run.ledger(home) as ledger:
        return ledger.query("SELECT kind, change_cause FROM event ORDER BY kind")


def test_a_page_that_another_parser_read_is_read_again_before_it_changes(home, crawled):
    crawled(page("a"))
    run.read(home)
    run.load(home)
    other_parser(home)
    changed = PAGE.format(title="试验市人民政府关于a的通知").replace("100万元", "200万元")
    folder = crawled(page("a", changed, datetime(2024, 2, 5, tzinfo=UTC)), crawl_id="ingest-0000000000000002")
    (report,) = run.read(home)
    assert report.reread == 1
    assert [row["change_cause"] for row in table(home, folder, "readings")] == ["parser", "source"]
    run.load(home)
    with run.ledger(home) as ledger:
        causes = ledger.query("SELECT change_cause FROM page_version ORDER BY known_from, known_to NULLS LAST")
    assert [row["change_cause"] for row in causes] == ["source", "parser", "source"]
    assert [row["kind"] for row in events(home)].count("silently_edited") == 1


def test_reparse_reads_again_in_chunks_and_tells_nobody(home, crawled, cli, monkeypatch):
    monkeypatch.setattr(reparse, "CHUNK", 1)
    crawled(page("a"), page("b"))
    run.read(home)
    run.load(home)
    before = events(home)
    code, out, _ = cli("reparse", "--format", "json")
    assert code == 0
    assert [(row["pages"], row["read_again"]) for row in json.loads(out)] == [(2, 0)]
    other_parser(home)
    (row,) = reparse.reparse(home)
    assert row == {"source": "tiny", "pages": 2, "read_again": 2, "failed": 0, "parser_version": PARSER_VERSION}
    assert reparse.reparse(home)[0]["read_again"] == 0
    assert events(home) == before
    with run.ledger(home) as ledger:
        current = ledger.query("SELECT change_cause, topic FROM page_version WHERE known_to IS NULL")
    assert {(row["change_cause"], row["topic"]) for row in current} == {("parser", None)}


def test_what_changes_behind_the_text_only_is_carried_over(home, crawled):
    def counted(count, term="2年", *, month):
        parts = "".join(f"<p>{number}、各单位应当按照职责做好第{number}项工作。</p>" for number in range(3, 20))
        text = PAGE.format(title="试验市人民政府关于a的通知").replace("<div>", '<div id="content">', 1)
        text = text.replace("有效期2年", f"有效期{term}")
        text = text.replace("<p>试验市人民政府</p>", f"{parts}<p>试验市人民政府</p>")
        text = text.replace("</body>", f"<div>浏览次数：{count}</div></body>")
        at = datetime(2024, month, 5, tzinfo=UTC)
        folder = crawled(page("a", text, at), crawl_id=f"ingest-00000000000000{month:02}")
        (report,) = run.read(home)
        return folder, report

    counted(1, month=1)
    run.load(home)
    folder, report = counted(2, month=2)
    (carried,) = table(home, folder, "readings")
    assert (table(home, folder, "clauses"), report.news) == ([], [])
    # Without its memory the reader finds the same.
    with closing(sqlite3.connect(home.archive / "index.sqlite", isolation_level=None)) as connection:
        connection.execute("DELETE FROM fingerprint")
    (home.staging / folder.name / "run.json").unlink()
    run.read(home)
    assert table(home, folder, "readings") == [carried]
    assert table(home, folder, "clauses")
    run.load(home)
    folder, report = counted(3, month=3)
    assert table(home, folder, "clauses") == []
    # What is read and not loaded yet is known to the next one as well.
    folder, report = counted(4, month=4)
    assert (table(home, folder, "clauses"), report.news) == ([], [])
    folder, report = counted(4, "3年", month=5)
    assert [news["what"] for news in report.news] == ["changed"]
    run.load(home)
    assert [row["kind"] for row in events(home)] == ["extended", "issued", "silently_edited"]
    with run.ledger(home) as ledger:
        assert ledger.query("SELECT count(*) AS n FROM reading")[0]["n"] == 5

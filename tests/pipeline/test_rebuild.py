"""A home's life of some months, what a person decided in it, and the warehouse made again from its archive."""

import json
import shutil
from types import SimpleNamespace

import duckdb
import pytest

from pipeline import alerting, journal, run
from pipeline import rebuild as work
from pipeline.cli import run_cli
from policywatch import clock
from policywatch.errors import StorageError
from policywatch.home import Home
from tests.pipeline.conftest import SOURCE

PAGE = """<html><head><title>{title}</title></head><body><h1>{title}</h1>
<div><p>{number}</p><p>各区人民政府，市政府各委、办、局：</p><p>现将有关事项通知如下。</p>
<p>一、总体要求</p><p>（一）{clause}</p><p>（二）本通知自{start}起施行{end}。</p>
<p>试验市人民政府</p><p>{signed}</p></div></body></html>"""
OLD = {
    "title": "试验市人民政府关于开展试验的通知", "number": "试政发〔2023〕1号", "clause": "各单位要认真做好试验。",
    "start": "2024年1月1日", "end": "，有效期至2024年12月31日", "signed": "2023年12月20日",
}  # fmt: skip
NEW = {
    "title": "试验市人民政府关于改进试验的通知", "number": "试政发〔2024〕9号", "start": "2024年4月1日", "end": "",
    "clause": "《试验市人民政府关于开展试俭的通知》同时废止。", "signed": "2024年3月20日",
}  # fmt: skip
EVIL = "错字'; DROP TABLE event; -- $1 ? %s {x} \""
ALERTS = """\
subscriptions:
  - name: all
    events: [repealed, silently_edited]
    deliver:
      - {kind: file, path: told.jsonl}
"""


def contents(path, left=()):
    """Every row of every table but those of `left`, and but what only says which edition is published."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = [row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {
            name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"').fetchall()))
            for name in tables
            if name not in {*left, "unpublished"}
        }


class Life:
    """A home and its command line."""

    def __init__(self, root, patch):
        self.home, self.root, self.patch = Home.at(root / "home"), root, patch

    def on(self, day):
        self.patch.setenv(clock.ENVIRONMENT, f"{day}T09:00:00+08:00")

    def take(self, day, name, fields, url):
        """A page is saved and taken in on `day`."""
        self.on(day)
        folder = self.root / f"{day}-{name}"
        folder.mkdir()
        (folder / f"{name}.html").write_text(PAGE.format(**fields), encoding="utf-8")
        about = {"url": url, "captured_at": f"{day}T08:00:00+08:00"}
        (folder / f"{name}.json").write_text(json.dumps(about), encoding="utf-8")
        assert run_cli(["--home", str(self.home.root), "ingest", str(folder)]) == 0


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    root = tmp_path_factory.mktemp("life")
    with pytest.MonkeyPatch.context() as patch:
        (root / "sources").mkdir()
        (root / "sources" / "tiny.yaml").write_text(SOURCE.format(name="tiny", more=""), encoding="utf-8")
        patch.setenv("POLICYWATCH_SOURCES", str(root / "sources"))
        made = Life(root, patch)
        made.home.root.mkdir()
        made.home.alerts.write_text(ALERTS, encoding="utf-8")
        made.take("2024-03-01", "old", OLD, "http://www.tiny.example/a.html")
        made.take("2024-04-01", "new", NEW, "http://www.tiny.example/b.html")
        yield made


@pytest.fixture
def cli(life, capsys):
    def call(*words):
        code = run_cli(["--home", str(life.home.root), *map(str, words)])
        out, err = capsys.readouterr()
        return SimpleNamespace(code=code, out=out, err=err)

    return call


def told(life):
    """What was delivered."""
    return (life.home.root / "told.jsonl").read_text(encoding="utf-8").splitlines()


def rows(life, sql):
    with run.ledger(life.home) as ledger:
        return [tuple(row.values()) for row in ledger.query(sql)]


def test_what_could_not_be_bound_is_listed_and_bound_by_a_person(life, cli):
    life.on("2024-04-10")
    (row,) = json.loads(cli("citations", "--unbound", "--json").out)
    assert (row["relation"], row["title"], row["why"]) == (
        "repeals", "试验市人民政府关于开展试俭的通知", "its title or number only resembles what is cited",
    )  # fmt: skip
    (best,) = [item for item in row["candidates"] if item["number"] == "试政发〔2023〕1号"]
    assert 0.6 < best["score"] < 0.8
    shown = cli("citations", "--unbound")
    assert row["citation_id"] in shown.out.replace("\n", "")
    assert "policywatch bind" in shown.err

    for wrong, said in (
        (["bind", row["citation_id"]], "name the POLICY"),
        (["bind", row["citation_id"], "试政发〔2023〕1号"], "--reason"),
        (["bind", "ci_none", "--none", "--reason", "x"], "there is no citation 'ci_none'"),
        (["bind", row["citation_id"], "试政发〔2024〕9号", "--reason", "x"], "cannot mean itself"),
    ):
        answer = cli(*wrong)
        assert (answer.code, said in answer.err) == (2, True), answer.err

    answer = cli("bind", row["citation_id"], "试政发〔2023〕1号", "--reason", EVIL, "--by", "张三", "--format", "json")
    (done,) = json.loads(answer.out)
    assert (done["action"], done["events"]) == ("bind", {"repealed": 1})
    assert json.loads(cli("citations", "--unbound", "--json").out) == []
    (row,) = json.loads(cli("citations", "--decided", "--json").out)
    assert (row["binding_rule"], row["bound_by"], row["bound_number"]) == (
        "by hand",
        f"张三: {EVIL}",
        "试政发〔2023〕1号",
    )
    ended = "SELECT end_kind, CAST(in_force_to AS VARCHAR) FROM effect WHERE known_to IS NULL AND end_kind IS NOT NULL"
    assert rows(life, ended) == [("repealed", "2024-03-31")]


def test_the_warehouse_is_made_again_and_equal(life, cli):
    # An edit after the decision, a look at the calendar, and a capture that arrives late.
    life.take("2024-04-20", "edited", NEW | {"end": "，请认真执行"}, "http://www.tiny.example/b.html")
    life.take("2024-02-01", "earlier", OLD | {"clause": "各单位要做好试验。"}, "http://www.tiny.example/a.html")
    life.on("2024-12-10")
    run.load(life.home)
    before = contents(life.home.warehouse)
    assert before["decision"]
    assert len(before["calendar_run"]) == 5
    assert len(before["delivery"]) == len(told(life)) == 2
    assert cli("status").code == 0  # and what the loads printed is read
    answer = cli("rebuild", "--format", "json")
    assert answer.code == 0, answer.err
    (report,) = json.loads(answer.out)
    assert (report["runs"], report["looks"], report["decisions"], report["alerts"]) == (4, 5, 1, "kept")
    after = contents(life.home.warehouse)
    assert after.keys() == before.keys()
    for table, expected in before.items():
        assert after[table] == expected, table
    assert contents(report["old_file"]) == before
    assert not (life.home.root / "rebuilding").exists()
    # Again from the archive alone, the file being gone, then damaged: the alerts' state is lost, nothing is told twice.
    outbox = ("event_matched", "delivery", "hold", "held_event")
    life.home.warehouse.unlink()
    shutil.rmtree(life.home.crawls)
    (report,) = json.loads(cli("rebuild", "--format", "json").out)
    assert report["old_file"] is None
    assert report["alerts"].startswith("lost")
    again = contents(life.home.warehouse, outbox)
    assert again == {name: found for name, found in before.items() if name not in outbox}
    alerting.alert(life.home)
    assert len(told(life)) == 2


def test_a_damaged_file_says_what_to_do(life):
    whole = life.home.warehouse.read_bytes()
    life.home.warehouse.write_bytes(b"\0" * 5000)
    with pytest.raises(StorageError, match=r"not a readable warehouse; `policywatch rebuild` makes it again"):
        run.load(life.home)
    old = work.Old.look(life.home.warehouse)
    assert (old.connection, old.version) == (None, 0)
    life.home.warehouse.write_bytes(whole)


def test_a_newer_file_is_left_alone_unless_told(cli, monkeypatch):
    monkeypatch.setattr(work.opening, "migrations", lambda: {1: "migrations/0001_schema.sql"})
    answer = cli("rebuild")
    assert (answer.code, "made by a newer policywatch" in answer.err, "--even-if-newer" in answer.err) == (
        2,
        True,
        True,
    )


def test_the_order_without_a_journal():
    run_of = [{"crawl_id": "b", "finished_at": clock.parse_instant("2024-01-02", what="")}]
    run_of += [{"crawl_id": "a", "finished_at": clock.parse_instant("2024-01-04", what="")}]
    look = {"today": "2024-01-03", "now": clock.parse_instant("2024-01-03", what=""), "warn_days": [30]}
    found = journal.missing([{"what": "load", "crawl_id": "b"}], run_of, [look])
    assert [entry["what"] for entry in found] == ["look", "load"]
    found = journal.missing([], run_of, [look])
    assert [entry.get("crawl_id", "look") for entry in found] == ["b", "look", "a"]


def test_a_line_that_was_cut_off_is_none(tmp_path):
    home = Home.at(tmp_path)
    journal.append(home, [{"what": "load", "crawl_id": "a"}])
    with home.journal.open("a", encoding="utf-8") as file:
        file.write('{"what": "lo')
    assert [entry["crawl_id"] for entry in journal.entries(home)] == ["a"]
    journal.append(home, [{"what": "load", "crawl_id": "b"}])
    assert [entry["crawl_id"] for entry in journal.entries(home)] == ["a", "b"]
    home.journal.write_text('{"what": "lo\n{}\n', encoding="utf-8")
    with pytest.raises(StorageError, match=r"journal\.jsonl:1 is not JSON"):
        list(journal.entries(home))

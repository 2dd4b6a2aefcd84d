"""`policywatch export`: the published tables as files, and back."""

import csv
import json

import duckdb
import pytest

from pipeline import export
from pipeline.cli import run_cli
from pipeline.cli_output import jsonable
from policywatch.errors import UsageError
from policywatch.home import Home
from warehouse import published

FORMULAS = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'=x", "''=x", "'plain", "plain"]


@pytest.fixture(scope="module")
def told(tmp_path_factory, request):
    """A policy per dangerous topic; a later round that repeals one and brings another."""
    world = request.getfixturevalue("world_class")(tmp_path_factory.mktemp("export"))
    world.ledger.upsert_sources([{"name": "city", "title": "云江市"}])
    pages = [
        world.policy(f"http://city/{n}", f"云江市{n}号办法", f"云政发〔2020〕{n + 1}号", topic=topic)
        for n, topic in enumerate(FORMULAS)
    ]
    world.crawl("2021-01-02", *pages)
    repeal = world.cites("repeals", "云江市3号办法", "云政发〔2020〕4号")
    world.crawl("2022-02-02", world.policy("http://city/z", "云江市新办法", "云政发〔2022〕9号", citations=[repeal]))
    world.publish()
    world.ledger.close()
    return world


@pytest.fixture(scope="module")
def written(told, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    assert len(export.export(Home.at(told.root), folder)) == len(export.TABLES) * len(export.KINDS)
    return folder


def table(told, name):
    return published.rows(told.published, f"FROM {name} ORDER BY {export.TABLES[name]}")


def undo(cell):
    """What docs/analysts.md tells readers of the CSV to do."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(("=", "+", "-", "@", "\t", "\r")) else cell


@pytest.mark.parametrize("name", export.TABLES)
def test_parquet_comes_back_as_it_was(told, written, name):
    with duckdb.connect() as reader:
        reader.execute("SET TimeZone = 'UTC'")
        result = reader.execute("FROM read_parquet(?)", [str(written / f"{name}.parquet")])
        columns = [column[0] for column in result.description]
        assert [dict(zip(columns, row, strict=True)) for row in result.fetchall()] == table(told, name)


@pytest.mark.parametrize("name", export.TABLES)
def test_json_lines_come_back_as_they_were(told, written, name):
    lines = (written / f"{name}.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [jsonable(row) for row in table(told, name)]


@pytest.mark.parametrize("name", export.TABLES)
def test_csv_comes_back_with_the_apostrophes_taken_off(told, written, name):
    with (written / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [{column: undo(cell) for column, cell in row.items()} for row in csv.DictReader(file)]

    def said(value):
        if value is None:
            return ""
        if isinstance(value, bool):
            return str(value).lower()
        return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(jsonable(value))

    assert rows == [{column: said(value) for column, value in row.items()} for row in table(told, name)]


def test_no_cell_of_a_csv_is_a_formula(written):
    with (written / "policies.csv").open(encoding="utf-8-sig", newline="") as file:
        topics = {row["topic"] for row in csv.DictReader(file)} - {""}
    assert topics == {"'=HYPERLINK(1)", "'+1", "'-1", "'@SUM(A1)", "'\tx", "'\rx", "''=x", "'''=x", "'plain", "plain"}


def test_since_gives_what_became_known_or_changed(told, tmp_path, capsys):
    words = ["--home", str(told.root), "export", str(tmp_path), "--as", "jsonl", "--since", "2022-01-01"]
    assert run_cli([*words, "--format", "json"]) == 0
    counts = {row["file"].rsplit("/", 1)[-1]: row["rows"] for row in json.loads(capsys.readouterr().out)}
    assert counts == {
        "policies.jsonl": 2,  # the new one, and the one that it repeals
        "measures.jsonl": 2,
        "changes.jsonl": 2,
        "citations.jsonl": 1,
        "pages.jsonl": 1,
        "sources.jsonl": 1,
        "calendar.jsonl": 3,
    }
    titles = {json.loads(line)["title"] for line in (tmp_path / "policies.jsonl").read_text("utf-8").splitlines()}
    assert titles == {"云江市3号办法", "云江市新办法"}


def test_a_form_that_is_not_there_and_a_day_that_is_none(told, tmp_path, capsys):
    with pytest.raises(UsageError, match="write one of parquet, csv, jsonl"):
        export.export(Home.at(told.root), tmp_path, ["xlsx"])
    assert run_cli(["--home", str(told.root), "export", str(tmp_path), "--since", "soon"]) == 2
    assert "--since: 'soon'" in capsys.readouterr().err

import io
import json
from datetime import UTC, date, datetime

import pytest

from pipeline import cli_output, cli_query
from pipeline.cli_output import Format

ROW = {
    "title": '=HYPERLINK("http://x")',
    "quote": "a|b\x1b[31m 第一条\n第二条\u202e",
    "on": date(2024, 5, 1),
    "at": datetime(2024, 5, 1, tzinfo=UTC),
    "issuers": ["甲", "乙"],
    "disputed": False,
    "none": None,
}


def printed(form, rows=(ROW,), **more):
    out = io.StringIO()
    cli_output.emit(list(rows), list(ROW), form, out=out, **more)
    return out.getvalue()


def test_json_is_one_array_with_every_column():
    (row,) = json.loads(printed(Format.json))
    assert list(row) == list(ROW)
    assert row["on"] == "2024-05-01"
    assert row["at"] == "2024-05-01T00:00:00+00:00"
    assert row["issuers"] == ["甲", "乙"]
    assert row["none"] is None


def test_json_of_nothing_is_an_empty_array():
    assert json.loads(printed(Format.json, rows=())) == []


def test_no_csv_cell_is_a_formula():
    header, row = printed(Format.csv).splitlines()[:2]
    assert header == ",".join(ROW)
    assert row.startswith("\"'=HYPERLINK")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_formula_starts_are_defused(text):
    assert cli_output.formula_safe(text) == f"'{text}"


@pytest.mark.parametrize("form", [Format.table, Format.md])
def test_control_characters_never_reach_a_terminal(form):
    shown = printed(form)
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_markdown_cells_stay_cells():
    line = printed(Format.md).splitlines()[2]
    assert "a\\|b" in line
    assert line.count(" | ") == len(ROW) - 1


def test_a_table_shows_the_brief_columns_only():
    shown = printed(Format.table, brief=["issuers"])
    assert "甲；乙" in shown
    assert "HYPERLINK" not in shown


def test_an_empty_table_says_so():
    assert "nothing found" in printed(Format.table, rows=())


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("out", "seconds", "shown"), [(Terminal, 3, True), (Terminal, 1, False), (io.StringIO, 3, False)]
)
def test_progress_is_for_terminals_and_work_that_takes_long(monkeypatch, out, seconds, shown):
    times = iter([0.0])
    monkeypatch.setattr(cli_output.time, "monotonic", lambda: next(times, seconds))
    monkeypatch.setattr("sys.stderr", out())
    with cli_output.progress("reading") as progress:
        progress.total(10)
        progress.tick(5)
        assert (progress._bar is not None) is shown


def test_more_columns_than_a_line_has_room_for_get_a_line_each():
    out = io.StringIO()
    columns = [f"column_{number}" for number in range(30)]
    cli_output.emit([dict.fromkeys(columns, "x")], columns, Format.table, out=out)
    assert out.getvalue().splitlines()[0] == "column_0   x"


def test_columns_of_one_name_are_told_apart():
    assert cli_output.unique(["a", "b", "a", "a"]) == ["a", "b", "a_2", "a_3"]


def test_show_prints_the_evidence_that_lost_too(capsys):
    """A portal says 有效, the term is over: a reader must not see the one without the other."""
    lost = {"of": "end", "day": "2025-02-25", "rule": "valid_for", "quote": "有效期三年", "is_lost": True}
    won = {"of": "end", "rule": "status_stated", "quote": "现行有效", "is_lost": False}
    nested = {key: [] for key in ("measures", "citations", "cited_by", "versions", "pages", "events")}
    cli_query._print_policy({"title": "办法", "status": {"on": "2026-01-01", "evidence": [lost, won]}, **nested})
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["end", "2025-02-25", "valid_for", "有效期三年", "no"] in lines
    assert ["end", "status_stated", "现行有效", "yes"] in lines

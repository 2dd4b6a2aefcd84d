import pytest

from benchmarks import accuracy, accuracy_peers
from benchmarks.accuracy_score import GENERAL, POINTED, Score, broken, limit_of, markdown, precision, recall


def scored():
    score = Score()
    score.add("guangzhou", "title", "a", "甲", "甲")
    score.add("guangzhou", "title", "b", "甲", "乙")
    score.add("guangzhou", "title", "c", "甲", None)
    score.add("guangzhou", "title", "d", None, "丙")
    score.add("guangzhou", "title", "e", None, None)
    return score


def test_wrong_missing_and_extra_are_told_apart():
    counts = scored().table["guangzhou", "title"]
    assert counts == {"right": 2, "wrong": 1, "missing": 1, "extra": 1}
    assert (precision(counts), recall(counts)) == (50.0, 50.0)


def test_a_figure_below_its_limit_is_named():
    assert broken({POINTED: scored(), GENERAL: Score()}) == ["guangzhou title (selectors): 50.0 % is below 98 %"]
    assert "| guangzhou | title | 2 / 1 / 1 / 1 | 50.0, 50.0 |" in markdown({POINTED: scored(), GENERAL: Score()})


@pytest.mark.parametrize(
    ("folder", "field", "mode", "limit"),
    [
        ("guangzhou", "status", POINTED, 100),
        ("guangzhou", "status", GENERAL, 95),
        ("guangzhou", "policy or not", GENERAL, 95),
        ("phrases", "repeals", GENERAL, 100),
        ("phrases", "term", GENERAL, 97),
        ("gne", "kind", GENERAL, None),
    ],
)
def test_limits(folder, field, mode, limit):
    assert limit_of(folder, field, mode) == limit


def test_without_the_pages_it_says_so(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(accuracy, "PAGES", tmp_path / "none")
    monkeypatch.setattr("sys.argv", ["accuracy"])
    assert accuracy.main() == 0
    assert "skipped" in capsys.readouterr().out


def test_the_table_goes_between_the_marks(monkeypatch, tmp_path):
    page = tmp_path / "docs" / "reading.md"
    page.parent.mkdir()
    page.write_text(f"before\n{accuracy.BEGIN}\nold\n{accuracy.END}\nafter\n", encoding="utf-8")
    monkeypatch.setattr(accuracy, "DOCUMENT", page)
    accuracy.write("new\n")
    assert page.read_text(encoding="utf-8") == f"before\n{accuracy.BEGIN}\nnew\n{accuracy.END}\nafter\n"
    page.write_text("no marks", encoding="utf-8")
    monkeypatch.setattr(accuracy, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match="put them back"):
        accuracy.write("new\n")


def test_bodies_compare_by_their_words():
    tally = accuracy_peers.Tally()
    tally.body("一、甲乙丙丁。", "一、甲乙丙丁。导航")
    assert tally.recall == [100.0]
    assert tally.precision[0] < 100

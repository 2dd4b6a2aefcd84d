import pytest

from benchmarks import __main__ as runner
from benchmarks.measure import Row, alternate, figure


def test_contenders_take_turns_and_each_round_another_begins():
    order = []

    def contender(name, values):
        return lambda turn: order.append(name) or values[turn]

    found = alternate({"a": contender("a", [1.0, 9.0, 2.0]), "b": contender("b", [5.0, 5.0, 4.0])}, 3)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert found == {"a": 2.0, "b": 5.0}


@pytest.mark.parametrize(("value", "shown"), [(0.126, "0.13"), (12.34, "12.3"), (650.4, "650"), (1234.5, "1,234")])
def test_figures_have_three_digits_that_count(value, shown):
    assert figure(value) == shown


def test_a_broken_limit_is_shown(monkeypatch, capsys):
    row = Row("x", 2.0, "s", 4.0, "peer", "under 1 s", holds=False)
    monkeypatch.setattr("benchmarks.startup.run", lambda **_: [row])
    monkeypatch.setattr("sys.argv", ["benchmarks", "startup"])
    assert runner.main() == 0
    assert "| x | 2.00 s | peer: 4.00 s | 0.50 | under 1 s | NO |" in capsys.readouterr().out


def test_a_benchmark_rewrites_its_own_table_and_no_other(monkeypatch, tmp_path):
    page = tmp_path / "benchmarks.md"
    page.write_text(f"# Words\n\n{runner.BEGIN}\nold\n{runner.END}\n\nmore words\n", encoding="utf-8")
    monkeypatch.setattr(runner, "PAGE", page)
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    for name, figures in (("read", "new"), ("startup", "first"), ("read", "newer")):
        runner.write(name, f"### {name}\n\n{figures}\n")
    assert page.read_text(encoding="utf-8") == (
        f"# Words\n\n{runner.BEGIN}\n### startup\n\nfirst\n\n### read\n\nnewer\n{runner.END}\n\nmore words\n"
    )


def test_the_page_in_the_repository_can_be_rewritten():
    text = runner.PAGE.read_text(encoding="utf-8")
    assert text.index(runner.BEGIN) < text.index(runner.END)

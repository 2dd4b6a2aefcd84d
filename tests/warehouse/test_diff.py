"""`policywatch diff`: what differs between two states of a policy, for people and for programs."""

import json
from html.parser import HTMLParser

import pytest

from pipeline import comparing
from pipeline.cli import run_cli

TITLE, EVIL = "云江市甲办法", "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def told(tmp_path_factory, request):
    """A policy with three states, and one without clauses with two."""
    world = request.getfixturevalue("world_class")(tmp_path_factory.mktemp("diff"))
    clause = world.clause
    old = [
        clause("一", "给予最高200万元补助。", "补助标准"),
        clause("二", "由市财政局负责。", "组织实施"),
        clause("三", "本办法由市财政局解释。", "解释"),
    ]
    new = [
        clause("一", "本办法适用于本市中小企业。", "适用范围"),
        clause("二", f"给予最高300万元补助{EVIL}。", "补助标准"),
        clause("三", "由市财政局负责。", "组织实施"),
    ]
    bare = {"url": "http://city/b", "name": "云江市乙批复", "number": "云政函〔2020〕2号", "clauses": []}
    world.crawl("2021-01-02", world.policy(clauses=old), world.policy(**bare, text="同意。\n请抓紧办理。"))
    world.crawl(
        "2021-02-02",
        world.policy(outcome="changed", clauses=new, topic="财政"),
        world.policy(**bare, outcome="changed", text="同意。\n请尽快办理。"),
    )
    world.crawl("2021-03-02", world.policy(outcome="changed", clauses=new, effective_date="2020-03-01"))
    world.publish()
    world.ledger.close()
    return world


@pytest.fixture
def cli(told, capsys):
    def call(*words):
        code = run_cli(["--home", str(told.root), *words])
        return (code, *capsys.readouterr())

    return call


def rows(cli, *words):
    code, out, err = cli("diff", *words, "--format", "json")
    assert (code, err) == (0, "")
    return json.loads(out)


def brief(found):
    return [(row["change"], row["path_before"] or "-", row["path_after"] or "-") for row in found]


def test_clauses_are_added_changed_moved_and_removed_in_place(cli):
    found = rows(cli, TITLE, "1", "2")
    assert brief(found) == [
        ("added", "-", "一"),
        ("changed", "一", "二"),
        ("moved", "二", "三"),
        ("removed", "三", "-"),
    ]
    assert list(found[0]) == list(comparing.COLUMNS)


def test_words_are_marked(cli):
    (_, changed, *_) = rows(cli, TITLE, "1", "2")
    said = [mark for mark in changed["marks"] if mark[0] != "same"]
    assert said == [["gone", "200"], ["new", "300"], ["new", EVIL]]
    for name, parts in (("before", {"same", "gone"}), ("after", {"same", "new"})):
        assert "".join(text for mark, text in changed["marks"] if mark in parts) == changed[name]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), ["effective_date"]),  # the last two states
        (("2",), ["effective_date"]),
        (("2021-02-10",), ["effective_date"]),  # and now
        (("2021-02-10", "2021-02-20"), []),
        (("1", "3"), ["effective_date", "clause", "clause", "clause", "clause"]),
        (("2021-01-10T00:00:00+08:00", "3"), ["effective_date", "clause", "clause", "clause", "clause"]),
        (("3", "2"), ["effective_date"]),
    ],
)
def test_states_are_named_by_version_or_time(cli, words, expected):
    assert [row["what"] for row in rows(cli, TITLE, *words)] == expected


def test_a_text_without_clauses_is_compared_by_paragraph(cli):
    assert [(row["what"], row["before"], row["after"]) for row in rows(cli, "云江市乙批复")] == [
        ("text", "请抓紧办理。", "请尽快办理。")
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("4",), "the versions are 1 to 3"),
        (("0",), "the versions are 1 to 3"),
        (("2019-01-01",), "nothing was known"),
        (("yesterday",), "A: 'yesterday' is not a time"),
        (("1", "soon"), "B: 'soon' is not a time"),
    ],
)
def test_states_that_are_not_there(cli, words, said):
    code, out, err = cli("diff", TITLE, *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_a_pipe_gets_signs_for_marks(cli):
    code, out, _ = cli("diff", TITLE, "1", "2")
    assert code == 0
    assert "最高[-200-]{+300+}万元" in out
    assert "moved: 二 → 三" in out
    assert "{+适用范围" in out
    assert "\x1b" not in out


def test_a_terminal_gets_colours(cli, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    _, out, _ = cli("diff", TITLE, "1", "2")
    assert "\x1b[9;31m200\x1b[0m" in out
    assert "[-" not in out


def test_the_page_is_escaped_and_needs_nothing(cli):
    _, out, _ = cli("diff", TITLE, "1", "2", "--format", "html")
    tags, links = [], []

    class Look(HTMLParser):
        def handle_starttag(self, tag, attrs):
            tags.append(tag)
            links.extend(value for name, value in attrs if name in ("src", "href"))

    Look().feed(out)
    assert set(tags) >= {"del", "ins", "section", "h1"}
    assert not {"script", "img", "link", "iframe"} & set(tags)
    assert links == ["http://city/a"]
    assert "<del>200</del><ins>300</ins>" in out
    assert "&lt;script&gt;" in out


def test_nothing_differs(cli):
    assert "nothing differs" in cli("diff", TITLE, "2", "2")[1]
    assert "Nothing differs" in cli("diff", TITLE, "2", "2", "--format", "html")[1]
    assert rows(cli, TITLE, "2", "2") == []


@pytest.mark.parametrize("form", ["csv", "md"])
def test_other_formats_have_a_line_for_each(cli, form):
    _, out, _ = cli("diff", TITLE, "1", "2", "--format", form)
    assert "marks" not in out
    assert out.count("\n") == 5 + (form == "md")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("甲", "甲", [("same", "甲")]),
        ("", "甲", [("new", "甲")]),
        ("甲", "", [("gone", "甲")]),
        ("", "", [("same", "")]),
        ("2020年1月", "2021年1月", [("gone", "2020"), ("new", "2021"), ("same", "年1月")]),
        ("1.5%以上", "2.5%以上", [("gone", "1.5%"), ("new", "2.5%"), ("same", "以上")]),
        ("the old rule", "the new rule", [("same", "the "), ("gone", "old"), ("new", "new"), ("same", " rule")]),
        ("甲的乙", "丙的丁", [("gone", "甲的乙"), ("new", "丙的丁")]),  # no crumbs between
    ],
)
def test_marks(before, after, expected):
    assert comparing.marks(before, after) == expected


def test_long_texts_are_compared_by_sentence():
    sentence = "由市财政局负责组织实施。"
    before, after = sentence * 400, sentence * 399 + "由市政府负责。"
    assert comparing.marks(before, after)[1:] == [("gone", sentence), ("new", "由市政府负责。")]


def test_a_clause_with_a_new_identity_and_the_same_words_is_moved():
    def row(path, text):
        return {"path": path, "heading": None, "text": text}

    found = comparing._clauses(
        {"a": row("一", "甲"), "b": row("二", "乙")}, {"c": row("一", "丙"), "d": row("二", "甲")}
    )
    assert brief(found) == [("added", "-", "一"), ("moved", "一", "二"), ("removed", "二", "-")]

"""unparse(parse(x)) is the normal text of x: no sentence is lost, doubled or moved between clauses and the rest."""

import html
from dataclasses import replace

import pytest
from cases import CASES
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.parsers import read_page, read_text
from pipeline.parsers.normal import normal_text
from pipeline.parsers.unparse import segments, unnumbered, unparse

URL = "http://www.linyuan.gov.example/a/t1.html"
TITLE = "临沅市水务局关于加强水库管护的通知"
READABLE = sorted(name for name, case in CASES.items() if "unreadable" not in case.expected)
STEADY = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

# What real paragraphs hold and normal forms change: widths, quotes, brackets, blanks, compatibility forms.
WORDS = (
    "甲 乙 丙 丁 “戊” 《丁办法》 （己） 12 1.5 ＡＢ ab&c ㎡ ％ — —— … 〔2021〕 ① 第三条 ～ · －3 GB/T ， 、 ： ； • ! <"
)
PIECES = st.sampled_from([*WORDS.split(), " ", "\u3000", "\u200b"])
SENTENCES = st.builds(lambda pieces: "甲" + "".join(pieces) + "乙。", st.lists(PIECES, max_size=14))
PARAGRAPHS = st.builds("".join, st.lists(SENTENCES, min_size=1, max_size=4))
HEADINGS = st.builds("".join, st.lists(st.sampled_from("甲乙丙丁戊己庚辛"), min_size=2, max_size=12))
NUMERALS = "一二三四五六七八九"


@st.composite
def documents(draw):
    """(paragraphs, those of them that begin a clause): a preamble, then clauses in any of the numbering systems."""
    opening = ["各区人民政府："] * draw(st.booleans()) + draw(st.lists(PARAGRAPHS, max_size=2))
    body = []
    system = draw(st.sampled_from(["articles", "items", "mixed"]))
    for number, one in enumerate(NUMERALS[: draw(st.integers(1, 5))]):
        if system == "articles":
            body.append(f"第{one}条{draw(st.sampled_from(['', ' ', '　']))}{draw(PARAGRAPHS)}")
        else:
            heading = draw(HEADINGS)
            body.append(f"{one}、{heading}" + draw(st.sampled_from(["", "。", f"。{draw(PARAGRAPHS)}"])))
        for below in range(draw(st.integers(0, 3))):
            label = f"（{NUMERALS[below]}）" if system != "mixed" else f"{below + 1}{'.' if number % 2 else '．'}"
            body.append(f"{label}{draw(PARAGRAPHS)}")
        body += draw(st.lists(PARAGRAPHS, max_size=2))
    return [*opening, *body]


def untitled(text):
    """The text without the title's line, which belongs to the body where the page does not set it apart."""
    return text.removeprefix(f"{TITLE}\n").removeprefix(TITLE)


def page(paragraphs):
    text = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs)
    return (
        f"<!DOCTYPE html><html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><div>{text}</div></body></html>"
    )


@STEADY
@given(documents())
@example(["一、甲乙", "甲。", "（一）甲——乙。", "甲乙。", "二、丙丁。甲乙。"])
def test_unparse_gives_the_text_back(paragraphs):
    record = read_page(page(paragraphs), url=URL)
    assert unparse(record) == record.text
    assert untitled(record.text) == normal_text("\n".join(paragraphs))


@STEADY
@given(documents())
def test_plain_text_too(paragraphs):
    record = read_text("\n".join([TITLE, *paragraphs]), url=URL)
    assert unparse(record) == record.text
    assert untitled(record.text) == normal_text("\n".join(paragraphs))


@STEADY
@given(documents())
def test_only_what_has_no_number_is_unnumbered(paragraphs):
    record = read_page(page(paragraphs), url=URL)
    first = next(index for index, text in enumerate(paragraphs) if text.startswith(("第", "一、")))
    assert untitled("\n".join(unnumbered(record))) == normal_text("\n".join(paragraphs[:first]))
    assert record.text.count("\n") + 1 >= len(record.clauses)


@pytest.mark.parametrize("name", READABLE)
def test_fixture(name):
    record = CASES[name].read()
    assert unparse(record) == record.text
    found = [segment.clause for segment in segments(record) if segment.part == "label"]
    assert found == list(range(len(record.clauses)))


def test_a_lost_or_doubled_sentence_is_seen():
    record = read_page(page(["一、甲乙丙丁。", "二、戊己。", "庚。"]), url=URL)
    lost = replace(record, text=record.text.replace("庚", ""))
    twice = replace(record, clauses=record.clauses + record.clauses[-1:])
    for wrong in (lost, twice):
        with pytest.raises(ValueError, match="does not stand"):
            unparse(wrong)


def test_a_text_that_only_its_labels_keep_from_being_ascii():
    record = read_text("Notice on levies\n① pay -- in full\n② pay -- on time", url=URL, title="Notice on levies")
    assert len(record.clauses) == 2
    assert unparse(record) == record.text

"""Files made to take long or much: each is read or refused soon."""

import time
from contextlib import suppress

import making
import pytest

from pipeline.parsers import Unreadable, read_page
from pipeline.parsers.documents import document_text, packages
from pipeline.parsers.documents.layout import Row, paragraphs

URL = "http://www.linyuan.example/file"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def nested_tables(depth):
    return making.element("<w:tbl><w:tr><w:tc>" * depth + "<w:p/>" * 3000 + "</w:tc></w:tr></w:tbl>" * depth)


def overrides(count):
    rule = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    return f'<w:num w:numId="1"><w:abstractNumId w:val="0"/>{rule * count}</w:num>'


def same_page(count):
    """An OFD whose document names one page again and again."""
    page = (
        "<Page><TextObject Boundary='0 0 9 9' Size='5'><TextCode>雨</TextCode></TextObject>"
        + "<a/>" * 20_000
        + "</Page>"
    )
    return making.package(
        {
            "OFD.xml": "<OFD>" + "<DocRoot>D.xml</DocRoot>" * count + "</OFD>",
            "D.xml": "<D>" + '<Page BaseLoc="P.xml"/>' * count + "</D>",
            "P.xml": page,
        }
    )


NASTY = {
    "tables in tables": lambda: making.word(nested_tables(60)),
    "list with many starts": lambda: making.word(*[(1, 0, "甲")] * 500, numbering=overrides(5000)),
    "one page many times": lambda: same_page(1000),
    "fields in fields": lambda: making.doc("\x13TOC\x14" * 50_000 + "甲" * 1000),
    "fields that do not begin": lambda: making.doc("\x13甲" * 100_000),
    "a cell of many paragraphs": lambda: making.doc("甲\x07" + "\r" * 300_000),
    "cells without rows": lambda: making.doc("甲\x07" * 100_000),
    "many nodes": lambda: making.package({"word/document.xml": f'<a xmlns="{WORD}">' + "<b/>" * 3_100_000}),
}


@pytest.mark.parametrize("what", NASTY)
def test_it_ends_soon(what):
    content = NASTY[what]()
    begin = time.process_time()
    with suppress(Unreadable):
        read_page(content, url=URL)
    assert time.process_time() - begin < 2


ROWS = {
    "one paragraph of many lines": [Row("雨" * 20, 0, 200, -10 * n, 10 - 10 * n) for n in range(20_000)],
    "one line of many pieces": [Row("雨", 10 * n, 10 * n + 10, 0, 10) for n in range(50_000)],
    "dots": [Row("." * 500_000, 0, 100, 0, 10), Row("雨 " * 100_000, 0, 100, -20, -10)],
    "no size": [Row("雨水", 0, 0, 0, 0) for _ in range(10_000)],
}


@pytest.mark.parametrize("what", ROWS)
def test_laying_out_takes_time_in_proportion(what):
    begin = time.process_time()
    found = paragraphs([ROWS[what]])
    assert time.process_time() - begin < 2
    assert "".join(found).replace(" ", "").count("雨") == sum(row.text.count("雨") for row in ROWS[what])


def test_too_many_nodes_are_refused(monkeypatch):
    content = making.word("雨水。")
    assert document_text(content).text == "雨水。"
    monkeypatch.setattr(packages, "MAX_MARKS", 100)
    with pytest.raises(Unreadable) as caught:
        document_text(content)
    assert caught.value.reason == "too_large"

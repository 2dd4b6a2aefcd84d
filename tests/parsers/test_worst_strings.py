"""No pattern of the reader backtracks: strings made to mislead it are read in time that grows with their length."""

import contextlib
import re
import time
from importlib import import_module
from itertools import product
from pathlib import Path

import pytest

from pipeline import parsers
from pipeline.parsers import Unreadable, read_page, read_text

ROOM = Path(parsers.__file__).parent
MODULES = sorted(path.stem for path in ROOM.glob("[a-z]*.py"))
MODULES += sorted(f"english.{path.stem}" for path in (ROOM / "english").glob("[a-z]*.py"))
PIECES = (
    "第一", "（", "（一）", "《", "》", "、", "，", "1.", "1,", "2021年", "〔2021〕", "一", "局", " ",
    "公告", "本", "自", "有效期", "最高", "0", "第", "条", "附件", "到", "十四五", "至", "废止", "对",
    "[", "【", "a", "<a ", "status", "等", "责任单位：", "印发", "和", "\x01", "-", "(", "令",
    "the ", "Measures for ", "Order No. 5 of ", "Article 1 ", "shall be ", "and the ", "by the Office of ", "until ",
    "January 1, 2021 ", "Ministry of ", "1,000 ", "A ",
)  # fmt: skip
LONG = 2_000
SECONDS = 1.0


def patterns():
    for module in MODULES:
        for name, value in vars(import_module(f"pipeline.parsers.{module}")).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                yield pytest.param(value, id=f"{module}.{name}")


def worst(pattern, length):
    """The longest search among strings of one and of two pieces over and over, and which string it was."""
    slowest = 0.0, ""
    for piece in PIECES:
        text = (piece * (length // len(piece)))[:length] + "\x02"
        begun = time.process_time()
        pattern.search(text)
        slowest = max(slowest, (time.process_time() - begun, piece))
    return slowest


@pytest.mark.parametrize("pattern", list(patterns()))
def test_a_pattern_takes_time_in_proportion(pattern):
    spent, piece = worst(pattern, LONG)
    assert spent < 0.05, f"{LONG} characters of {piece!r} took {spent:.2f} s"


@pytest.mark.parametrize("piece", [a + b for a, b in product(PIECES[:12], PIECES[12:24])][::3])
def test_a_line_of_one_thing_over_and_over_is_read_at_once(piece):
    text = f"关于试验的通知\n各单位：\n{piece * 3000}\n第一条 {piece * 300}。\n{piece}\n" * 2
    begun = time.process_time()
    with contextlib.suppress(Unreadable):
        read_text(text, url="http://x.gov.cn/a.html")
    assert time.process_time() - begun < SECONDS


LINES = {
    "annexes": "<p>附件</p>",
    "numbered annexes": "<p>附件1</p>",
    "days alone": "<p>2021年3月1日</p>",
    "related links": "<p>相关链接</p>",
    "empty cells": "<tr><td></td><td></td></tr>",
    "repeals": "<p>对《甲办法》予以废止。</p>",
    "chapters": "<p>第一章 总则</p>",
    "links": '<p><a href="a.pdf">附件</a></p>',
    "unclosed": "<div><span>",
    "labels": "<p>发文机关：</p>",
    "numbers": "<p>甲政发〔2021〕5号、</p>",
}


@pytest.mark.parametrize("what", LINES)
def test_lines_of_one_kind_take_time_in_proportion(what):
    """Four times the lines, not much more than four times as long."""

    def spent(count):
        page = f"<html><body><h1>关于试验的通知</h1><p>各单位：</p>{LINES[what] * count}</body></html>"
        begun = time.process_time()
        with contextlib.suppress(Unreadable):
            read_page(page, url="http://x.gov.cn/a.html")
        return time.process_time() - begun

    spent(100)
    few = min(spent(1_000), spent(1_000))
    assert spent(4_000) < max(10 * few, 0.3)

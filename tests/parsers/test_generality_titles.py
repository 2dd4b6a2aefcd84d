"""Titles on pages of every make: over several lines, beside names of sites, in the text alone."""

import pytest

from pipeline.parsers import read_page
from pipeline.parsers.fields import instrument_of
from pipeline.parsers.headings import is_site_name, join_title, window_title

URL = "http://www.linyuan.gov.example/a/t1.html"
TITLE = "临沅市水务局关于加强水库管护的通知"
TEXT = (
    "<p align='center'>临水〔2022〕8号</p><p>各区人民政府：</p>"
    "<p>为规范有关工作，经研究，现就有关事项通知如下，请结合实际认真贯彻落实，及时报告。</p>"
    "<p>一、严格备案。</p><p>临沅市水务局</p><p>2022年5月6日</p>"
)
SITE = "临沅市人民政府"


def page(heading, window=TITLE, text=TEXT):
    return (
        f"<!DOCTYPE html><html><head><title>{window}</title></head><body><div><a href='/'>首页</a></div>"
        f"{heading}<div class='c'>{text}</div><div>版权所有：{SITE}</div></body></html>"
    )


HEADED = {
    "one line": (f"<h1>{TITLE}</h1>", ""),
    "broken in the middle": ("<h1>临沅市水务局关于加强<br>水库管护的通知</h1>", ""),
    "the name of the site before it": (f"<h1>{SITE}</h1><h2>{TITLE}</h2>", TITLE),
    "a box of searches before it": (f"<h1>{SITE}门户网站</h1><h2>热搜词：公积金 社保</h2><h3>{TITLE}</h3>", SITE),
    "no heading": (f"<div class='t'>{TITLE}</div>", SITE),
    "no heading, two lines": ("<div class='t'>临沅市水务局<br>关于加强水库管护的通知</div>", ""),
    "window with the site behind": ("", f"{TITLE}_通知公告_{SITE}门户网站"),
    "window with the site before": ("", f"{SITE}门户网站-{TITLE}"),
}


@pytest.mark.parametrize("case", HEADED)
def test_title(case):
    assert read_page(page(*HEADED[case]), url=URL).title == TITLE


def test_the_text_prints_the_only_title():
    text = f"<p align='center'>临沅市水务局</p><p align='center'>关于加强水库管护的通知</p>{TEXT}"
    record = read_page(page("", SITE, text), url=URL)
    assert (record.title, record.evidence["title"].where) == (TITLE, "body")


def test_joint_issuers_over_lines_are_parted_by_a_blank():
    heading = "<h1>临沅市水务局<br>临沅市财政局<br>关于加强水库管护的通知</h1>"
    record = read_page(page(heading, ""), url=URL)
    assert record.title == "临沅市水务局 临沅市财政局关于加强水库管护的通知"
    assert record.issuers == ("临沅市水务局", "临沅市财政局")


def test_white_space_in_a_title_is_one_blank():
    heading = "<h1>\n  临沅市水务局\n\t 临沅市财政局关于加强水库管护的通知\n</h1>"
    assert read_page(page(heading, ""), url=URL).title == "临沅市水务局 临沅市财政局关于加强水库管护的通知"


def test_a_page_of_a_document_never_takes_the_name_of_the_site():
    assert read_page(page("", f"{SITE}门户网站"), url=URL).title is None


@pytest.mark.parametrize(
    "name", [SITE, "临沅市水务局网站", "政府信息公开", "中共临沅市委组织部", "热搜词：社保", "临沅市政府文件库"]
)
def test_names_of_sites(name):
    assert is_site_name(name)


NAMED = ["甲产品注册管理办法", "临沅市水务局召开水库管护工作推进会", "市长调研水利工程建设管理局"]


@pytest.mark.parametrize(
    "name", [TITLE, "临沅市水库管护办法", "关于印发水务局权责清单的通知", "水库管护工作方案", *NAMED]
)
def test_names_of_documents(name):
    assert not is_site_name(name)


def test_joining_and_cutting():
    assert join_title(["国务院办公厅", "关于印发甲", "办法的通知"]) == "国务院办公厅关于印发甲办法的通知"
    assert join_title(["Notice on", "Reservoirs"]) == "Notice on Reservoirs"
    assert window_title("关于甲的通知(2021-2025年)_通知公告_某某网") == "关于甲的通知(2021-2025年)"


INSTRUMENTS = {
    "甲局关于印发《甲市乙办法》和《甲市丙办法》的通知": "甲市乙办法",
    "甲局关于印发《甲省〈乙条例〉实施办法》的通知": "甲省〈乙条例〉实施办法",
    "甲局关于印发2022年水库管护工作安排的通知": "2022年水库管护工作安排",
    "甲局关于印发水库标准化手册的通知（甲水〔2022〕8号）": "水库标准化手册",
    "甲市政府关于转发市发展改革委等三部门制订的《甲办法》的通知": "甲办法",
    "甲局关于实施《水库管护办法》的通知": None,
    "甲局转发乙局关于印发《丙办法》的通知": None,
    "甲局关于转发关于印发水库管护手册的通知的通知": None,
    "甲局关于发布2022年示范单位名单的公告": None,
    "甲局关于废止《关于印发〈甲办法〉的通知》的通知": None,
}


@pytest.mark.parametrize("title", INSTRUMENTS)
def test_instrument_of_a_notice(title):
    assert instrument_of(title) == INSTRUMENTS[title]

"""Texts whose paragraphs run together: clauses with no sentence lost or doubled, and no cut at a mere reference."""

import datetime as dt

import pytest

from pipeline.parsers import read_page, read_text
from pipeline.parsers.joined import paragraphs
from pipeline.parsers.normal import normal_text
from pipeline.parsers.unparse import unparse

URL = "http://www.linyuan.gov.example/a/t1.html"
TITLE = "临沅市水库管护办法"
NOTICE = "临沅市水务局关于加强水库管护的通知"
ARTICLES = (
    "第一条 为了规范水库管护，根据《甲法》，制定本办法。 第二条 水库管护适用本办法，依照第三条第二款不适用的除外。 "
    "第三条 管护遵循以下原则： （一）安全第一； （二）分级负责。 第四条 违反第三条规定的，责令改正。 "
    "第五条 本办法自2022年7月1日起施行。"
)
CHAPTERS = "第一章 总则 第一条 为了规范，制定本办法。 第二条 适用本办法。 第二章 附则 第三条 本办法自公布之日起施行。"
SECTIONS = (
    f"{NOTICE} 临水〔2022〕8号 各区人民政府： 为规范水库管护，现通知如下： 一、严格备案。各地要做好备案。 "
    "（一）备案主体。区水务局负责。 （二）备案时限。三月底前完成。 二、加强检查。及时整改。 临沅市水务局 2022年5月6日"
)
PATHS = {
    ARTICLES: ["第一条", "第二条", "第三条", "第三条.（一）", "第三条.（二）", "第四条", "第五条"],
    ARTICLES.replace(" ", ""): ["第一条", "第二条", "第三条", "第三条.（一）", "第三条.（二）", "第四条", "第五条"],
    CHAPTERS: ["第一章", "第一章.第一条", "第一章.第二条", "第二章", "第二章.第三条"],
    SECTIONS: ["一", "一.（一）", "一.（二）", "二"],
}


@pytest.mark.parametrize("text", PATHS, ids=["articles", "nothing between", "chapters", "sections"])
@pytest.mark.parametrize("how", ["page", "text"])
def test_clauses(text, how):
    title = NOTICE if text == SECTIONS else TITLE
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><div><p>{text}</p></div></body></html>"
    record = read_page(page, url=URL) if how == "page" else read_text(text, url=URL, title=title)
    assert (record.kind, [clause.path for clause in record.clauses]) == ("policy", PATHS[text])
    assert unparse(record) == record.text
    assert "".join(normal_text(text).split()) in "".join(record.text.split())


def test_head_and_signature_stand_apart():
    record = read_text(SECTIONS, url=URL, title=NOTICE)
    assert (record.number, record.issuers) == ("临水〔2022〕8号", ("临沅市水务局",))
    assert record.signed_date == dt.date(2022, 5, 6)
    assert record.clauses[-1].text == "及时整改。"


WHOLE = {
    "a reference": "企业应当备案，依照第三条第二款办理。第四条第一款另有规定的，从其规定。第五条所列情形除外。",
    "out of order": "本办法的有关用语含义见附则规定并由水务局负责解释。第七条 管护单位应当巡查。第三条 应当记录。",
    "a quoted rule": "现决定对《甲办法》修改如下并公布施行：“第一条 为了规范，制定办法。第二条 适用。第三条 施行。”",
    "items of one clause": "管护遵循以下原则并由管护单位负责落实：（一）安全第一；（二）分级负责；（三）专款专用。",
    "one label": "为规范水库管护工作并经市人民政府同意，现就有关事项通知如下：一、严格备案。各地要做好备案工作。",
    "enumeration in words": "要做到以下几点并且按时完成各项工作任务和目标：一是严格备案。二是加强检查。三是及时整改。",
}


@pytest.mark.parametrize("case", WHOLE)
def test_what_stays_one_paragraph(case):
    assert paragraphs(WHOLE[case]) == [WHOLE[case]]

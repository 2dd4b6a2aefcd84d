"""Shapes of metadata that portals print, each on a page of its own: labels, values, where the text begins."""

import pytest

from pipeline.parsers import read_page

URL = "http://www.linyuan.gov.example/a/t1.html"
TEXT = (
    "<p>各区人民政府：</p><p>为规范有关工作，经研究，现就有关事项通知如下，请结合实际认真贯彻落实，及时报告。</p>"
    "<p>一、严格备案。</p>"
)
TITLE = "临沅市水务局关于加强水库管护的通知"
BOXES = {
    "spans in a row": "<div><span>发文机关：</span><span>临沅市水务局</span>"
    "<span>成文日期：</span><span>2022年05月06日</span></div>"
    "<div><span>发文字号：</span><span>临水〔2022〕8号</span><span>有效性：</span><span>有效</span></div>",
    "definition list": "<dl><dt>发文机关</dt><dd>临沅市水务局</dd><dt>发文字号</dt><dd>临水〔2022〕8号</dd>"
    "<dt>成文日期</dt><dd>2022-05-06</dd><dt>有效性</dt><dd>有效</dd></dl>",
    "pairs of divs": "<div><div>发文机关：</div><div>临沅市水务局</div></div>"
    "<div><div>发文字号：</div><div>临水〔2022〕8号</div></div>"
    "<div><div>成文日期：</div><div>2022/5/6</div></div><div><div>时效性：</div><div>有效</div></div>",
    "cells without colons": "<table><tr><td>发文机关</td>"
    "<td>临沅市水务局</td><td>文 号</td><td>临水〔2022〕8号</td></tr>"
    "<tr><td>成文日期</td><td>2022.05.06</td><td>有 效 性</td><td>有效</td></tr></table>",
    "one line": "<p>临水〔2022〕8号　　发文日期：2022-05-06　　有效性：有效</p>",
    "twice": "<table><tr><td>发文字号：</td><td>临水〔2022〕8号</td>"
    "<td>成文日期：</td><td>2022-05-06</td></tr><tr><td>时效：</td><td>有效</td></tr>"
    "</table><ul><li><span>发文字号：</span><span></span></li><li>"
    "<span>成文日期：</span><span>2022年5月6日</span></li></ul>",
    "brackets": "<ol><li>[发文字号] <span>临水〔2022〕8号</span></li>"
    "<li>[成文日期] <span>2022-05-06</span></li><li>[有效性] 有效</li></ol>",
}


def page(box="", text=TEXT, title=TITLE):
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title></head><body>"
        "<div><a href='/'>首页</a> <a href='/x'>政务公开</a></div>"
        f"{box}<h1>{title}</h1><div class='c'>{text}</div><div>版权所有：临沅市水务局</div></body></html>"
    )


@pytest.mark.parametrize("shape", BOXES)
def test_box(shape):
    record = read_page(page(BOXES[shape]), url=URL)
    said = (record.kind, record.number, record.issuers, str(record.signed_date), record.stated_status)
    assert said == ("policy", "临水〔2022〕8号", ("临沅市水务局",), "2022-05-06", "in_force")
    assert record.title == TITLE
    assert record.text.startswith("各区人民政府")


def test_a_new_version_repeals_the_old_one_of_its_name():
    text = "<p>第一条 甲。</p><p>第二条 乙。</p>"
    text += "<p>第三条 本办法自2022年1月1日起施行，《临沅市甲办法》（临水〔2015〕7号）同时废止。</p>"
    record = read_page(page(text=text, title="临沅市甲办法"), url=URL)
    assert [(c.relation, c.number) for c in record.citations] == [("repeals", "临水〔2015〕7号")]


def test_an_unknown_status_is_kept_and_never_guessed():
    record = read_page(page("<ol><li>[发文字号] 临水〔2022〕8号</li><li>[有效性] 另行规定</li></ol>"), url=URL)
    assert (record.stated_status, record.status_raw) == ("unknown", "另行规定")
    assert any("另行规定" in warning for warning in record.warnings)


def test_blank_status_is_unknown_never_in_force():
    record = read_page(page("<ol><li>[发文字号] 临水〔2022〕8号</li><li>[有效性] <span></span></li></ol>"), url=URL)
    assert (record.stated_status, record.status_raw, record.in_force_from) == (None, None, None)


def test_annexes_restart():
    text = (
        "<p>一、甲。</p><p>二、乙。</p><p>临沅市水务局</p><p>2022年5月6日</p>"
        "<p>附件1</p><p>管护细则</p><p>一、丙。</p><p>二、丁。</p><p>附件2</p><p>一、戊。</p>"
    )
    paths = [clause.path for clause in read_page(page(text=text), url=URL).clauses]
    assert paths == ["一", "二", "annex1.一", "annex1.二", "annex2.一"]


def test_every_sentence_is_kept_once():
    marks = ["一、", "（一）", "1.", "", "（二）", "二、", ""]
    text = "".join(f"<p>{mark}句子{i}，内容{i}。</p>" for i, mark in enumerate(marks))
    record = read_page(page(text=text), url=URL)
    whole = "\n".join(f"{clause.label}{clause.heading or ''}{clause.text}" for clause in record.clauses)
    assert [whole.count(f"句子{i}") for i in range(7)] == [1] * 7
    assert [record.text.count(f"句子{i}") for i in range(7)] == [1] * 7


def test_bodies_signing_more_than_the_title_names_are_all_issuers():
    text = TEXT + "<p>临沅市水务局</p><p>临沅市财政局</p><p>临沅市应急管理局</p><p>2022年5月6日</p>"
    record = read_page(page(text=text, title="临沅市水务局等3部门关于水库管护的通知"), url=URL)
    assert record.issuers == ("临沅市水务局", "临沅市财政局", "临沅市应急管理局")


def test_a_list_page_is_a_listing():
    entry = "<li><a href='/{0}.html'>临沅市水务局关于第{0}号事项的通知</a><span>2022-01-{0:02d}</span></li>"
    rows = "".join(entry.format(number) for number in range(1, 15))
    assert read_page(f"<html><body><h3>通知公告</h3><ul>{rows}</ul></body></html>", url=URL).kind == "listing"

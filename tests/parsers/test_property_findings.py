"""What mutated pages, the round trip and saved search answers once found wrong: each case stays right."""

import time

import pytest

from pipeline.parsers import Hints, Listed, read_page, read_text
from pipeline.parsers.characters import clean
from pipeline.parsers.citations import read_citations
from pipeline.parsers.numbers import find_numbers
from pipeline.parsers.provisions import bodies_of

URL = "http://www.linyuan.gov.example/a/t1.html"
TITLE = "临沅市水务局关于加强水库管护的通知"


def page(text, title=TITLE):
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1><div>{text}</div></body></html>"
    )


def test_many_elements_under_a_selector_are_read_once_each():
    rows = (
        "<ul>"
        + "<li>[发文字号] 临水〔2022〕8号</li>" * 3_000
        + "</ul>"
        + "<ul><li>" * 1_000
        + "甲"
        + "</li></ul>" * 1_000
    )
    begun = time.process_time()
    record = read_page(page(f"{rows}<p>一、严格备案。</p>"), url=URL, hints=Hints(metadata="li"))
    assert time.process_time() - begun < 2
    assert record.number == "临水〔2022〕8号"


def test_the_selector_wins_over_what_stands_above_it():
    box = "<p>文号：水〔2020〕1号</p><ol class='box'><li>发文字号：临水〔2022〕8号</li><li>成文日期：2022-5-6</li></ol>"
    record = read_page(page(f"{box}<p>一、严格备案。</p>"), url=URL, hints=Hints(metadata="ol.box li"))
    assert (record.number, str(record.signed_date)) == ("临水〔2022〕8号", "2022-05-06")


def test_a_text_that_takes_up_its_beginning_again_is_no_second_copy():
    opening = [
        "为规范水库管护，保障安全运行，经研究决定，现将有关事项通知如下，请遵照执行。",
        "请各单位认真落实。",
    ]
    lines = [*opening, "一、严格备案。", *opening]
    record = read_page(page("".join(f"<p>{line}</p>" for line in lines)), url=URL)
    assert [record.text.count(line.rstrip("。").replace("，", ",")) for line in opening] == [2, 2]


@pytest.mark.parametrize("indent", ["\u3000\u3000", "\u2002\u2002\u2002\u2002"])
def test_a_text_in_one_line_is_cut_at_its_indents(indent):
    filler = (
        "各单位应当建立台账，明确专人，按月报送，接受监督检查，发现问题及时整改，并将整改情况书面报告主管部门。" * 4
    )
    text = indent.join(["各区人民政府：", "一、严格备案。", filler, "二、加强巡查。", "临沅市水务局", "2022年5月6日"])
    record = read_text(text, url=URL, title=TITLE)
    assert [clause.label for clause in record.clauses] == ["一、", "二、"]
    assert (record.signatories, str(record.signed_date)) == (("临沅市水务局",), "2022-05-06")


def test_padding_inside_a_short_line_cuts_nothing():
    record = read_text("一、甲乙。\n签发人：\u3000\u3000张三\n二、丙丁。", url=URL, title=TITLE)
    assert record.text.split("\n") == ["一、甲乙。", "签发人:张三", "二、丙丁。"]


def test_short_names_of_the_title_take_the_full_ones_of_the_list_and_no_body_is_lost():
    listed = Listed(issuers="临沅市人力资源和社会保障局")
    text = "<p>各单位：</p><p>现将有关事项通知如下。</p><p>一、严格备案。</p>"
    record = read_page(page(text, "市人社局市税务局关于缴费的通知"), url=URL, listed=listed)
    assert record.issuers == ("临沅市人力资源和社会保障局", "市税务局")


def test_what_a_promulgation_opens_is_a_policy():
    text = "《临沅市水库管护规定》已经2022年5月6日市人民政府会议通过，现予以公布，自2022年7月1日起施行。"
    assert read_text(f"{text}\n第一条 为规范管护，制定本规定。", url=URL, title="临沅市水库管护规定").kind == "policy"


ORDERS = {
    "（2021年7月27日中华人民共和国国务院令第746号公布）": "国务院令第746号",
    "《甲条例》（临沅省第十一届人民代表大会常务委员会公告第35号）": "临沅省第十一届人民代表大会常务委员会公告第35号",
    "根据住房和城乡建设部令第11号": "住房和城乡建设部令第11号",
    "国家发展和改革委员会令第31号": "国家发展和改革委员会令第31号",
    "对外贸易经济合作部令第3号": "对外贸易经济合作部令第3号",
    "以及国务院令第5号同时废止": "国务院令第5号",
    "《甲办法》和财政部令第5号": "财政部令第5号",
    "和平区人民政府令第2号": "和平区人民政府令第2号",
}


@pytest.mark.parametrize("words", ORDERS)
def test_the_body_of_an_order_is_named_whole(words):
    assert [number.normal for number in find_numbers(words)] == [ORDERS[words]]


def test_a_list_of_annexes_at_the_end_is_no_annex():
    lines = ["第一条 甲。", "第二条 乙。", "临沅市水务局", "2022年5月6日", "附件：", "1.甲表.doc", "2.乙表.doc"]
    record = read_text("\n".join(lines), url=URL, title="临沅市水务局管护办法")
    assert [clause.path for clause in record.clauses] == ["第一条", "第二条"]


def test_revising_is_a_task_unless_it_is_decided():
    for words, relation in (("修订《乙办法》，完善管理。", "mentions"), ("现修订《乙办法》。", "amends")):
        cited = read_citations([words], titles=("甲通知",), number=None, start=None, kind="policy")
        assert [one.relation for one in cited] == [relation]


def test_an_order_does_not_cite_itself_by_its_other_name():
    words = "国务院令第707号公布的《乙条例》自2022年1月1日起施行。"
    cited = read_citations([words], titles=("甲条例",), number="国令第707号", start=None, kind="policy")
    assert all(one.number is None for one in cited)


def test_entries_of_a_list_of_annexes_are_no_clauses():
    lines = [
        "现决定成立三个委员会。",
        "附件：1.",
        "第一届甲委员会名单",
        "2.",
        "第一届乙委员会名单",
        "3.",
        "第一届丙委员会名单",
    ]
    record = read_text("\n".join([*lines, "临沅市水务局", "2022年5月6日"]), url=URL, title="临沅市水务局公告")
    assert record.clauses == ()


BODIES = {
    "给予支持。（财政部会同有关部门、教育部等有关部门和单位负责）": ("财政部", "教育部"),
    "给予支持。（市财政局会同市教育局负责）": ("市财政局", "市教育局"),
    "给予支持。（市财政局、市教育局等和各有关区人民政府负责）": ("市财政局", "市教育局", "各有关区人民政府"),
    "给予支持（市海关、市科技局等部门按职责分工负责）。": ("市海关", "市科技局"),
    "向镇人民政府（街道办事处）、区民政局申请。": (),
    "缴纳税款（免税进口的科研仪器设备按有关政策规定执行）。": (),
}


@pytest.mark.parametrize("words", BODIES)
def test_bodies_without_who_helps_them(words):
    assert bodies_of(words) == BODIES[words]


def test_control_characters_leave_latin_text_too():
    assert clean("a\x00b\x08 c\x7f\td") == "ab c d"


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("自本通知印发之日起，《乙办法》（临政发〔2010〕5号）停止执行。", "2022-05-06"),
        ("《乙办法》（临政发〔2010〕5号）停止执行。", "None"),
    ],
)
def test_a_repeal_from_the_day_of_issue_has_that_day(words, day):
    lines = ["各单位：", "现将有关事项通知如下，请遵照执行。", words, "临沅市水务局", "2022年5月6日"]
    cited = read_page(page("".join(f"<p>{line}</p>" for line in lines)), url=URL).citations
    assert [(one.relation, one.number, str(one.date)) for one in cited] == [("repeals", "临政发〔2010〕5号", day)]

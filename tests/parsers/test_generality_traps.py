"""What stands on a page and is not the document's own: days, numbers and words that belong to something else."""

import datetime as dt

import pytest

from pipeline.parsers import read_page

URL = "http://www.linyuan.gov.example/a/t1.html"
TITLE = "临沅市水务局关于加强水库管护的通知"
NUMBER = "<p align='center'>临水〔2022〕8号</p>"
TEXT = (
    "<p>各县区水务局：</p><p>为规范水库管护工作，现就有关事项通知如下，请结合实际认真贯彻落实。</p>"
    "<p>一、严格备案。</p><p>二、加强检查。</p>"
)
SIGNED = "<p align='right'>临沅市水务局</p><p align='right'>2022年5月6日</p>"


def read(text=NUMBER + TEXT + SIGNED, title=TITLE, between="", after="", heading=True):
    head = f"<h1>{title}</h1>" if heading else ""
    return read_page(
        f"<html><head><title>{title}</title></head><body>{head}{between}"
        f"<div class='c'>{text}</div>{after}</body></html>",
        url=URL,
    )


@pytest.mark.parametrize(
    "words", ["今天是：2024年5月6日 星期一", "打印时间：2024-05-06", "更新时间：2024-05-06", "当前时间：2024.5.6"]
)
def test_days_of_the_site_are_no_publication(words):
    assert read(between=f"<div>{words}</div>").published_date is None


def test_a_form_in_the_annex_has_no_metadata():
    form = (
        "<p>附件</p><p>申请表</p><table><tr><td>单位</td><td></td><td>日期</td><td></td></tr>"
        "<tr><td>文号</td><td>临财〔2020〕1号</td><td>时间</td><td>2020年1月1日</td></tr></table>"
    )
    record = read(NUMBER + TEXT + SIGNED + form)
    assert (record.number, record.signed_date, record.published_date) == ("临水〔2022〕8号", dt.date(2022, 5, 6), None)


def test_related_documents_lend_nothing():
    related = "<div><h3>相关文件</h3><ul><li><a href='/1'>丙通知（临水〔2021〕1号）</a> 2021-01-01</li></ul></div>"
    record = read(TEXT + SIGNED, after=related)
    assert (record.number, record.published_date) == (None, None)


def test_the_red_head_is_no_part_of_the_title():
    printed = ("临沅市水务局文件", "临水〔2022〕8号", "关于加强水库管护的通知")
    lines = "".join(f"<p align='center'>{line}</p>" for line in printed)
    record = read(lines + TEXT + SIGNED, "临沅市水务局", heading=False)
    assert (record.title, record.number, record.issuers) == (
        "关于加强水库管护的通知",
        "临水〔2022〕8号",
        ("临沅市水务局",),
    )


WORDS = ["系统维护期间不受理", "请输入验证码后提交", "已删除的信息不再公布", "访问频率过高的账号停用"]


@pytest.mark.parametrize("words", WORDS)
def test_words_of_error_pages_in_a_short_notice(words):
    assert read(f"{NUMBER}<p>各单位：</p><p>现将有关事项通知如下：{words}。</p>{SIGNED}").kind == "policy"


def test_news_about_a_policy_has_neither_its_number_nor_its_force():
    text = "<p>近日，市水务局印发《水库管护办法》（临水〔2022〕8号），自2022年6月1日起施行，有效期5年。</p>"
    record = read(text, "我市出台水库管护办法")
    assert (record.kind == "policy", record.number, record.in_force_from, record.in_force_to) == (
        False,
        None,
        None,
        None,
    )


def test_the_day_of_the_colophon_is_not_the_signed_day():
    colophon = "<p>临沅市水务局办公室　　2022年5月9日印发</p>"
    assert read(NUMBER + TEXT + colophon).signed_date is None
    assert read(NUMBER + TEXT + SIGNED + colophon).signed_date == dt.date(2022, 5, 6)

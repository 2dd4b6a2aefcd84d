"""Shapes of whole pages beyond the fixtures: files shown in frames, feet of sites, joint orders, lists of documents."""

import datetime as dt
import html
import json

import pytest

from pipeline.parsers import read_page
from pipeline.parsers.records import Unreadable

URL = "http://www.linyuan.gov.example/a/t1.html"
TITLE = "临沅市水务局关于加强水库管护的通知"
TEXT = (
    "<p>临水〔2022〕8号</p><p>各县区水务局：</p><p>为规范全市小型水库管护工作，保障水库安全运行，现就有关事项通知如下，"
    "请结合实际认真贯彻落实，遇有问题及时报告我局水库管理科并抄送有关单位，执行情况列入年度考核，年底前以书面形式报送工作总结。</p><p>一、严格备案。</p><p>二、加强检查。</p>"
)
SIGNED = "<p>临沅市水务局</p><p>2022年5月6日</p>"


def read(text=TEXT + SIGNED, title=TITLE, before="", after="", url=URL):
    return read_page(
        f"<html><head><title>{title}</title></head><body>{before}<h1>{title}</h1>"
        f"<div class='c'>{text}{after}</div></body></html>",
        url=url,
    )


def cited(record):
    return {(one.relation, one.title, one.number) for one in record.citations}


# --- furniture of the site


FOOT = (
    "<p>主办：临沅市人民政府办公室 承办：临沅市大数据局</p>"
    "<p>网站标识码：9900000001 临公网安备 99000002000001号 临ICP备99000001号 政府网站找错 联系我们 网站声明</p>"
)
NEIGHBOURS = (
    "<p>上一条：<a href='1.html'>关于举办培训班的通知</a></p>"
    "<p>下一条：<a href='2.html'>关于废止《临沅市烟花办法》的通知</a></p>"
)


@pytest.mark.parametrize(
    "after",
    [
        FOOT,
        NEIGHBOURS,
        "<p>分享：<a href='#'>微信</a><a href='#'>微博</a></p><p>网友评论 我要评论 登录</p>",
        "<h3>相关链接</h3><ul><li><a href='1.html'>关于废止《临沅市烟花办法》的通知</a></li></ul>" + FOOT,
    ],
    ids=["foot", "neighbours", "share", "related"],
)
def test_the_foot_of_the_site_is_no_clause(after):
    record = read(text=TEXT, after=after)
    assert record.clauses[-1].text == "加强检查。"
    assert record.citations == ()


def test_who_owns_the_rights_may_be_what_a_document_is_about():
    record = read(text=TEXT.replace("加强检查。", "版权所有者应当登记作品。"))
    assert record.clauses[-1].text == "版权所有者应当登记作品。"


# --- pages without text of their own


@pytest.mark.parametrize(
    "shown",
    [
        "<iframe src='/files/a.pdf' width='100%'></iframe>",
        "<iframe src='/pdfjs/web/viewer.html?file=%2Ffiles%2Fa.pdf'></iframe>",
        "<object data='/files/a.pdf' type='application/pdf'></object>",
        "<embed src='/files/a.pdf'>",
    ],
    ids=["frame", "viewer", "object", "embed"],
)
def test_a_file_shown_in_the_page_is_attached(shown):
    record = read(text=f"<p>发布日期：2022-05-09</p>{shown}<p>您的浏览器不支持在线预览</p>")
    assert [file.url for file in record.attachments] == ["http://www.linyuan.gov.example/files/a.pdf"]
    assert record.warnings == ("attachment only: the text is in a file",)


def test_a_page_in_a_frame_is_no_file():
    record = read(text="<iframe src='/share/index.html'></iframe>")
    assert (record.attachments, record.warnings) == ((), ("no text",))


def test_an_attached_file_may_be_named_by_the_number():
    text = "<p>各县区水务局：</p><p>现将《临沅市水库管护办法》印发给你们。</p>"
    file = "<p><a href='/a.pdf'>临水规〔2022〕3号 临沅市水库管护办法.pdf</a></p>"
    record = read(text=text + SIGNED + file, title="临沅市水务局关于印发临沅市水库管护办法的通知")
    assert record.number == "临水规〔2022〕3号"
    assert record.citations == ()


def test_an_attached_file_of_another_name_lends_no_number():
    file = "<p><a href='/a.pdf'>临财〔2020〕1号 临沅市预算办法.pdf</a></p>"
    assert read(text="<p>各县区水务局：</p>" + SIGNED + file).number is None


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("统一身份认证平台", "<form>用户名 密码</form><p>没有账号？立即注册</p>"),
        ("用户登录", "<p>账号 密码 验证</p>"),
        ("信息提示", "<p>该信息已被撤销或正在审核中。</p>"),
    ],
)
def test_a_wall_is_no_page(title, text):
    with pytest.raises(Unreadable) as error:
        read(text=text, title=title)
    assert error.value.reason == "error_page"


def test_a_notice_about_logging_in_is_a_page():
    assert read(title="临沅市水务局关于统一身份认证登录的通知").kind == "policy"


# --- who issued it, and when


def test_a_joint_order_has_several_issuers():
    text = (
        "<p>国家互联网信息办公室 国家发展和改革委员会 公安部令</p><p>第16号</p>"
        "<p>《甲规定》已经审议通过，现予公布，自公布之日起施行。</p><p>国家互联网信息办公室主任　张某</p>"
        "<p>国家发展和改革委员会主任　李某</p><p>公安部部长　王某</p><p>2022年3月22日</p>"
        "<p>甲规定</p><p>第一条 为了规范甲事项，制定本规定。</p><p>第二条 本规定适用于境内的甲事项。</p>"
    )
    record = read(text=text, title="甲规定")
    assert record.issuers == ("国家互联网信息办公室", "国家发展和改革委员会", "公安部")
    assert record.signed_date == dt.date(2022, 3, 22)


def test_a_local_regulation_is_issued_by_the_assembly():
    text = (
        "<p>（2021年11月30日临沅市第十四届人民代表大会常务委员会第十五次会议通过　2022年1月10日"
        "临海省第十三届人民代表大会常务委员会第三十次会议批准）</p>"
        "<p>第一条 为了规范养犬，制定本条例。</p><p>第二条 本市适用本条例。</p>"
        "<p>第三条 本条例自2022年5月1日起施行。</p>"
    )
    assert read(text=text, title="临沅市养犬条例").issuers == ("临沅市人民代表大会常务委员会",)


def test_a_day_alone_above_the_issued_text_is_that_of_the_notice():
    text = (
        "<p>临政〔2022〕1号</p><p>各县区人民政府：</p><p>现将《关于稳住经济的若干措施》印发给你们。</p><p>2022年3月18日</p>"
        "<p>关于稳住经济的若干措施</p><p>一、减税。</p><p>二、贴息。</p>"
    )
    record = read(text=text, title="临沅市人民政府印发关于稳住经济若干措施的通知")
    assert record.signed_date == dt.date(2022, 3, 18)
    assert record.citations == ()


def test_publishers_printed_with_a_blank_are_two():
    record = read(
        text="<p>近日，记者获悉，临沅市医保服务上线，市民可以在手机上办理。</p>",
        title="临沅医保服务上线啦！",
        before="<p>来源：临沅市医疗保障局 临沅市民政局</p>",
    )
    assert record.issuers == ("临沅市医疗保障局", "临沅市民政局")


# --- what kind of page it is


@pytest.mark.parametrize(
    ("way", "title", "kind"),
    [
        ("政策文件", "临沅市“十四五”水利发展规划", "policy"),
        ("政策解读", "水库管护，这几点您要知道", "interpretation"),
        ("办事指南", "取水许可", "guide"),
        ("政策解读", TITLE, "policy"),
    ],
)
def test_the_way_to_the_page_tells_its_kind(way, title, kind):
    text = "<p>为加强水利工作，结合本市实际，制定本规划。</p><p>一、现状</p><p>二、目标</p>"
    before = f"<div>您当前的位置：首页 &gt; 政务公开 &gt; {way}</div>"
    assert read(text=TEXT + SIGNED if title == TITLE else text, title=title, before=before).kind == kind


# --- citations


def test_short_names_are_no_documents():
    text = (
        "<p>第一条 根据《临沅市水库管护条例》（以下简称《管护条例》），制定本细则。</p>"
        "<p>第二条 《管护条例》和《办法》第五条所称水库，按《意见》执行。</p><p>第三条 《水库条例》另有规定的除外。</p>"
    )
    assert cited(read(text=text, title="临沅市水库管护细则")) == {
        ("based_on", "临沅市水库管护条例", None),
        ("mentions", "水库条例", None),
    }


def test_the_former_version_is_not_what_is_interpreted():
    text = (
        "<p>问：为什么修订？</p><p>答：原《临沅市居住证办法》（临政规〔2018〕2号）有效期届满。</p>"
        "<p>答：新的《临沅市居住证办法》（临政规〔2022〕9号）自2022年3月1日起施行。</p>"
    )
    assert cited(read(text=text, title="《临沅市居住证办法》政策问答")) == {
        ("mentions", "临沅市居住证办法", "临政规〔2018〕2号"),
        ("interprets", "临沅市居住证办法", "临政规〔2022〕9号"),
    }


def test_a_blank_in_a_number_parts_two_bodies():
    text = TEXT.replace("加强检查。", "《甲公告》（财政部 税务总局公告2021年第1号）第一条停止执行。")
    assert ("partially_repeals", "甲公告", "财政部税务总局公告2021年第1号") in cited(read(text=text))


def test_rows_of_a_list_name_documents_whole():
    rows = "".join(
        f"<tr><td>{n}</td><td>{title}</td><td>临政发〔2019〕{n}号</td></tr>"
        for n, title in enumerate(("临沅市供热办法", "关于加强供水管理的意见"), 1)
    )
    head = "<p>附件</p><p>保留的规范性文件目录</p>"
    record = read(text=TEXT + SIGNED + f"{head}<table>{rows}</table>")
    assert cited(record) == {
        ("mentions", "临沅市供热办法", "临政发〔2019〕1号"),
        ("mentions", "关于加强供水管理的意见", "临政发〔2019〕2号"),
    }


@pytest.mark.parametrize(
    ("sentence", "scope"),
    [
        ("国务院决定在甲先行区暂时调整实施《乙条例》有关规定。", "有关规定"),
        ("在甲试验区暂时调整实施《乙条例》。", "甲试验区"),
        ("暂停执行《乙条例》部分条款。", "部分条款"),
        ("《乙条例》有关规定暂停执行。", "有关规定"),
        ("暂停执行《乙条例》。", None),
    ],
)
def test_what_is_suspended_in_part_is_not_suspended_whole(sentence, scope):
    record = read(text=TEXT.replace("加强检查。", sentence))
    assert [(one.relation, one.title, one.scope) for one in record.citations] == [("suspends", "乙条例", scope)]


# --- text that only a script puts in its place


@pytest.mark.parametrize(
    "held",
    [
        "<textarea id='a' style='display:none'>{escaped}</textarea><div id='b'></div>",
        "<div id='b'></div><script>var a = \"{unicode}\"; show(a);</script>",
        "<div id='b'></div><script>show('{plain}');</script>",
    ],
    ids=["field", "string", "single quotes"],
)
def test_a_text_that_a_field_or_a_string_holds_is_read(held):
    text = (TEXT + SIGNED).replace("<p>", '<p class="x">')
    unicode = json.dumps(text, ensure_ascii=False)[1:-1].replace("<", "\\u003c").replace(">", "\\u003e")
    shown = held.replace("{escaped}", html.escape(text)).replace("{unicode}", unicode).replace("{plain}", text)
    record = read(text=shown)
    assert (record.number, record.signed_date) == ("临水〔2022〕8号", dt.date(2022, 5, 6))
    assert [clause.path for clause in record.clauses] == ["一", "二"]


def test_a_field_to_write_in_is_no_text():
    record = read(text="<textarea name='comment'>请在这里写下您的意见和建议，我们会认真阅读。</textarea>")
    assert record.warnings == ("no text",)


@pytest.mark.parametrize(
    "odd",
    ["<textarea>", "<script>", "<script>var a='", "<script>'\"", "</textarea></script>"],
)
def test_fields_and_strings_that_never_end_hold_nothing(odd):
    # Each of them once for every place at which one could begin would take minutes.
    with pytest.raises(Unreadable) as error:
        read_page(f"<html><body>{odd * 50_000}<p>甲</p></body></html>", url=URL)
    assert error.value.reason == "no_text"


def test_a_text_that_stands_twice_in_one_box_is_read_once():
    whole = TEXT.replace("加强检查。", "加强检查。</p><p>三、落实责任，把管护任务落实到人。") + SIGNED
    record = read(text=whole, after=f"<p>发布时间：2022-05-09</p>{whole}")
    assert [clause.path for clause in record.clauses] == ["一", "二", "三"]
    assert record.text.count("各县区水务局") == 1

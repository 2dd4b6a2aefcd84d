"""Pages of every make, one fact each: what must be right on pages that nobody has seen."""

import datetime as dt
import json

import pytest

from pipeline.parsers import read_page, read_text
from pipeline.parsers.dates import parse_day

URL = "http://www.linyuan.gov.example/a/t1.html"
TITLE = "临沅市水务局关于加强水库管护的通知"
TEXT = (
    "<p>各县（市、区）人民政府，市直有关单位：</p>"
    "<p>为规范水库管护工作，经市人民政府同意，现就有关事项通知如下，请结合实际认真贯彻落实。</p>"
    "<p>一、严格备案。各地要按照规定做好备案工作，确保按时完成。</p><p>二、加强检查。发现问题及时整改。</p>"
)
NUMBER = "<p style='text-align:center'>临水〔2022〕8号</p>"
SIGNED = "<p>临沅市水务局</p><p>2022年5月6日</p>"
ORDER = (
    "<p>《临沅市水库管护办法》已经审议通过，现予公布，自2022年7月1日起施行。</p><p>{}</p><p>2022年5月20日</p>"
    "<p>临沅市水库管护办法</p><p>第一条 为了规范水库管护，制定本办法。</p><p>第二条 水库管护适用本办法。</p>"
)


def page(text=TEXT, title=TITLE, box="", head=""):
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body><div><a href='/'>首页</a></div>"
        f"{box}<h1>{title}</h1><div class='c'>{text}</div><div>版权所有：临沅市人民政府</div></body></html>"
    )


def box(**rows):
    return "<table>" + "".join(f"<tr><td>{k}：</td><td>{v}</td></tr>" for k, v in rows.items()) + "</table>"


def read(*args, **kwargs):
    return read_page(page(*args, **kwargs), url=URL)


# --- numbers
PRINTED = {
    "临水﹝2022﹞ 8 号": "临水〔2022〕8号",
    "临水［２０２２］８号": "临水〔2022〕8号",
    "临水 2022 8号": "临水〔2022〕8号",
    "临水〔2022〕<br>8号": "临水〔2022〕8号",
    "临水<span>〔</span><span>2022</span>〕8号": "临水〔2022〕8号",
    "临水〔2022〕8号　　签发人：张三": "临水〔2022〕8号",
    "2022年第8号": "2022年第8号",
    "临沅市水务局公告<br>2022年第8号": "2022年第8号",
}


@pytest.mark.parametrize("printed", PRINTED)
def test_number_above_the_text(printed):
    record = read(f"<p style='text-align:center'>{printed}</p>{TEXT}{SIGNED}")
    assert (record.number, record.issuers) == (PRINTED[printed], ("临沅市水务局",))


ORDERS = {
    "<p>临沅市人民政府令</p><p>第 79 号</p>": ("临沅市人民政府令第79号", "临沅市人民政府", "市　长　张三"),
    "<p>中华人民共和国水利部令</p><p>第 5 号</p>": ("水利部令第5号", "水利部", "部　长　李四"),
    "<p>中华人民共和国水利部令</p><p>2022年第5号</p>": ("水利部令2022年第5号", "水利部", "主　任：李四"),
}


@pytest.mark.parametrize("printed", ORDERS)
def test_order_and_its_number_on_the_next_line(printed):
    number, issuer, office = ORDERS[printed]
    record = read(printed + ORDER.format(office), "临沅市水库管护办法")
    assert (record.number, record.issuers, record.signed_date) == (number, (issuer,), dt.date(2022, 5, 20))


def test_an_order_in_brackets_behind_the_title_names_the_issuer():
    record = read(ORDER.format("市长 张三"), "临沅市水库管护办法（临沅市人民政府令第79号）")
    assert (record.number, record.issuers) == ("临沅市人民政府令第79号", ("临沅市人民政府",))


# --- issuers
def test_the_signature_gives_the_full_name_of_a_body_that_the_box_shortens():
    record = read(
        TEXT + "<p>临沅市发展和改革委员会</p><p>2022年5月6日</p>",
        "关于加强管护的通知",
        box(发文机关="市发改委", 文号="临发改〔2022〕8号"),
    )
    assert (record.issuers, record.issuers_raw) == (("临沅市发展和改革委员会",), "市发改委")


def test_another_body_than_the_signature_s_stays_as_the_box_prints_it():
    record = read(
        TEXT + "<p>临沅市财政局</p><p>2022年5月6日</p>",
        "关于加强管护的通知",
        box(发文机关="市水务局", 文号="临水〔2022〕8号"),
    )
    assert record.issuers == ("市水务局",)


# --- status
STATUS = {
    "长期有效": "in_force", "[有效]": "in_force", "有效（延续实施）": "in_force", "尚未实施": "not_yet_in_force",
    "已被修订": "amended",
    "已宣布失效": "not_in_force", "失效（提前废止）": "repealed", "条款废止": "partially_in_force",
    "试行": "unknown", "拟修订": "unknown", "正常": "unknown",
}  # fmt: skip


@pytest.mark.parametrize("word", STATUS)
def test_status(word):
    record = read(box=box(发文字号="临水〔2022〕8号", 发文机关="临沅市水务局", 有效性=word))
    assert (record.stated_status, record.status_raw) == (STATUS[word], word)


SCRIPTS = {
    "var file_status='失效'; if (file_status == '') { file_status = '有效'; }": "not_in_force",
    "if (x) { status = '失效' } else { status = '有效' }": None,
    '{"is_abolished": true, "abolished_time": 0}': "repealed",
    '{"is_abolished": false, "is_expired": 0}': None,
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_status_in_a_script(script):
    assert read(NUMBER + TEXT + SIGNED, head=f"<script>{script}</script>").stated_status == SCRIPTS[script]


# --- kinds
KINDS = {
    "临沅市水务局关于《临沅市水库管护办法（征求意见稿）》公开征求意见的公告": "other",
    "关于2022年水库管护示范单位拟认定名单的公示": "other",
    "临沅市水库管护项目中标公告": "other",
    "临沅市重大行政决策公开征求意见办法": "policy",
    "临沅市招标投标监督管理办法": "policy",
    "关于规范招标投标活动的通知": "policy",
    "临沅市事业单位公开招聘拟录用人员名单": "other",
    "《临沅市水库管护办法》政策解读": "interpretation",
    "取水许可办事指南": "guide",
}


@pytest.mark.parametrize("title", KINDS)
def test_kind(title):
    text = "<p>第一条 甲。</p><p>第二条 乙。</p><p>第三条 丙。</p>" if title.endswith("办法") else ""
    text += "<p>为规范水库管护，现将有关事项公告如下，请有关单位按时提交材料。</p>"
    assert read(text + SIGNED, title).kind == KINDS[title]


def test_a_draft_repeals_nothing():
    text = "<p>第一条 甲。</p><p>第二条 本办法自公布之日起施行，《临沅市乙办法》（临水〔2015〕7号）同时废止。</p>"
    record = read(text + SIGNED, "临沅市甲办法（征求意见稿）")
    assert (record.kind, [c for c in record.citations if c.relation == "repeals"]) == ("other", [])


def test_a_report_that_calls_itself_this_report_is_no_newspaper():
    text = "<p>根据规定，编制本报告。</p><p>一、总体情况</p><p>主动公开信息100条。</p>"
    assert read(text, "临沅市水务局2022年政府信息公开工作年度报告").kind == "other"


# --- labels
CELLS = {"发文机关": "临沅市水务局", "发文字号": "临水〔2022〕8号", "成文日期": "2022-05-06", "有效性": "有效"}
SHAPES = {
    "a row of labels over a row of values": "<table><tr>{}</tr><tr>{}</tr></table>".format(
        "".join(f"<td><b>{label}</b></td>" for label in CELLS), "".join(f"<td>{value}</td>" for value in CELLS.values())
    ),
    "nothing between": "".join(f"<li><span>{a}</span><em>{b}</em></li>" for a, b in CELLS.items()),
    "a blank between": "".join(f"<li><strong>{a}</strong> <i>{b}</i></li>" for a, b in CELLS.items()),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_labels_without_colons(shape):
    record = read(box=SHAPES[shape])
    said = (record.issuers, record.number, record.signed_date, record.stated_status)
    assert said == (("临沅市水务局",), "临水〔2022〕8号", dt.date(2022, 5, 6), "in_force")


def test_the_day_of_an_update_is_not_the_day_of_publication():
    record = read(NUMBER + TEXT, box="<div>更新时间：2022-05-08 来源：临沅市水务局</div>")
    assert record.published_date is None


# --- documents that come as JSON
DETAIL = {
    "title": TITLE,
    "content": NUMBER + TEXT + SIGNED,
    "first_publish_time": 1651968000,
    "gkml_data": {
        "identifier": "0-1/2022",
        "publisher": "临沅市水务局",
        "is_abolished": 1,
        "abolished_time": 1685548800,
    },
}
ANSWER = {
    "data": {"docTitle": TITLE, "documentNo": "临水〔2022〕8号", "docClob": f"<html><body>{TEXT}{SIGNED}</body></html>"}
}


def test_an_answer_of_one_document_is_that_document():
    record = read_page(json.dumps(ANSWER, ensure_ascii=False), url=URL)
    assert (record.kind, record.title, record.number) == ("policy", TITLE, "临水〔2022〕8号")
    assert (record.issuers, len(record.clauses)) == (("临沅市水务局",), 2)


def test_a_text_that_only_a_script_holds():
    detail = json.dumps(DETAIL).replace("<", "\\u003C").replace(">", "\\u003E").replace("/", "\\/")
    script = f"<script>window._CONFIG = {{ isMobile: true, DETAIL: {detail}, TREE: [] }};</script>"
    record = read_page(f"<html><head><title>水务局</title></head><body><div></div>{script}</body></html>", url=URL)
    assert (record.kind, record.title, record.number, record.index_number) == (
        "policy",
        TITLE,
        "临水〔2022〕8号",
        "0-1/2022",
    )
    assert (record.published_date, record.stated_status) == (dt.date(2022, 5, 8), "repealed")
    assert record.in_force_to == dt.date(2023, 5, 31)


def test_an_answer_that_lists_documents_stays_a_listing():
    rows = [{"title": f"关于第{i}号事项的通知", "content": TEXT} for i in range(3)]
    assert read_page(json.dumps({"data": {"list": rows}}, ensure_ascii=False), url=URL).kind == "listing"


# --- status and validity in unusual places
def test_a_status_without_label_beside_the_number():
    line = "<p>临水〔2022〕8号　　<span>条款失效</span>　　成文日期：2022-05-06</p>"
    record = read(TEXT + SIGNED, box=line)
    assert (record.stated_status, record.number) == ("partially_in_force", "临水〔2022〕8号")


def test_status_words_of_a_search_form_are_no_status():
    form = "<div><input type='radio'>现行有效 <input type='radio'>已失效</div><div>2022-05-08</div>"
    assert read(NUMBER + TEXT + SIGNED, box=form).stated_status is None


@pytest.mark.parametrize("mark", ["[全文废止]{}", "{}（废止）", "【已废止】{}"])
def test_a_status_in_brackets_at_the_title(mark):
    record = read(NUMBER + TEXT + SIGNED, mark.format(TITLE))
    assert (record.title, record.stated_status) == (TITLE, "repealed")


VALIDITY = {
    "2022-07-01至2027-06-30": dt.date(2027, 6, 30),
    "至2027年6月30日": dt.date(2027, 6, 30),
    "2022-07-01": None,
    "长期": None,
}


@pytest.mark.parametrize("printed", VALIDITY)
def test_a_label_of_validity_ends_only_with_a_last_day(printed):
    record = read(box=box(发文机关="临沅市水务局", 发文字号="临水〔2022〕8号", 有效期=printed))
    assert record.in_force_to == VALIDITY[printed]


def test_a_page_whose_text_is_a_file_says_so():
    rows = box(发文机关="临沅市水务局", 发文字号="临水〔2022〕8号")
    record = read(f"<p>附件：<a href='/a.pdf'>{TITLE}.pdf</a></p>", box=rows)
    assert (record.kind, record.number, len(record.attachments)) == ("policy", "临水〔2022〕8号", 1)
    assert "attachment only: the text is in a file" in record.warnings


def test_links_of_the_head_are_no_text():
    links = "<div><a href='/'>首页</a> <a href='/a'>政务公开</a></div>"
    record = read_page(f"<html><body>{links}<h1>{TITLE}</h1>{NUMBER}{TEXT}</body></html>", url=URL)
    assert "首页" not in record.text


def test_days_and_numbers_saved_in_pieces():
    lines = f"{TITLE}\n临水〔\n2022\n〕\n8\n号\n各区：\n"
    lines += "根据甲办法（临财〔\n2015\n〕\n458\n号），就备案事项通知如下，请认真执行。\n"
    lines += "一、严格备案。\n全年共计15\n日常检查照旧。\n临沅市水务局\n2022\n年\n5\n月\n6\n日\n【打印本页】"
    record = read_text(lines, url=URL)
    assert (record.number, record.signed_date) == ("临水〔2022〕8号", dt.date(2022, 5, 6))
    assert [citation.number for citation in record.citations] == ["临财〔2015〕458号"]
    assert "15\n日常" in record.text


DAYS = {
    "2022-05-062022-05-08": dt.date(2022, 5, 6),
    "2022-5-62022-5-8": dt.date(2022, 5, 6),
    "2022-05-06T15:59:59.000Z": dt.date(2022, 5, 6),
    "2022-05-06T16:00:00.000Z": dt.date(2022, 5, 7),
    "2022-05-06T16:00:00+08:00": dt.date(2022, 5, 6),
    "2022-05-0612345": None,
}


@pytest.mark.parametrize("printed", DAYS)
def test_day(printed):
    assert parse_day(printed) == DAYS[printed]


@pytest.mark.parametrize(("charset", "declared"), [("gb18030", ""), ("gb18030", "utf-8"), ("utf-8", "gb2312")])
def test_character_sets_told_and_untold(charset, declared):
    told = f"<meta charset='{declared}'>" if declared else ""
    assert read_page(page(NUMBER + TEXT + SIGNED, head=told).encode(charset), url=URL).title == TITLE


@pytest.mark.parametrize("declared", ["", "gb2312", "big5"])
def test_traditional_pages_in_big5(declared):
    title = "臨沅市水務局關於加強水庫管護的通知"
    text = "<p>各區縣人民政府：</p><p>為規範水庫管護工作，現將有關事項通知如下，請認真執行。</p>"
    content = page(text, title, head=f"<meta charset='{declared}'>" if declared else "").encode("big5hkscs", "ignore")
    assert read_page(content, url=URL).title == TITLE

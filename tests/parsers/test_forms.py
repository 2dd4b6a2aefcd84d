"""Numbers, days, terms, bodies, titles: printed forms to normal forms."""

import datetime as dt

import pytest

from pipeline.parsers.characters import script_of, simplify
from pipeline.parsers.dates import after, find_days, last_day, parse_day, parse_term
from pipeline.parsers.goals import targets_of
from pipeline.parsers.issuers import bodies_of_title, split_bodies
from pipeline.parsers.normal import normal_issuer, normal_number, normal_text, normal_title
from pipeline.parsers.numbers import find_numbers
from pipeline.parsers.numerals import to_int
from pipeline.parsers.provisions import amounts_of, bodies_of

NUMBERS = {
    "临政发〔2021〕5号": "临政发〔2021〕5号",
    "临政发﹝2021﹞ 05 号": "临政发〔2021〕5号",
    "临政发[2021]5号": "临政发〔2021〕5号",
    "临政发【２０２１】５号": "临政发〔2021〕5号",
    "临政发（2021）第5号": "临政发〔2021〕5号",
    "\u200b临政发〔2021〕\u200b5号": "临政发〔2021〕5号",
    "临政办函 2021 37号": "临政办函〔2021〕37号",
    "中华人民共和国国务院令第746号": "国务院令第746号",
    "国务院令第七百四十六号": "国务院令第746号",
    "临沅市人民政府令\n第 9 号": "临沅市人民政府令第9号",
    "2025年 第45号": "2025年第45号",
    "（2025年第45号）": "2025年第45号",
    "2026年第45号令": "2026年第45号令",
    "临沅市人民政府第79号令": "临沅市人民政府令第79号", "国务院第746号令": "国务院令第746号", "第79号令": "令第79号",
    "省统计局公告【2021】2号": "省统计局公告〔2021〕2号",
    "无": None, "〔〕号": None, "----": None, "": None, "〔〕": None, "关于做好工作的通知": None, "第三条": None,
}  # fmt: skip
DAYS = {
    "2021年12月22日": (2021, 12, 22), "2026年 4月 20 日": (2026, 4, 20), "二○二一年十二月二十二日": (2021, 12, 22),
    "二〇〇六年一月三十日": (2006, 1, 30), "2026/07/31": (2026, 7, 31), "2026.09.30": (2026, 9, 30),
    "2026-09-28-21:50:00": (2026, 9, 28), "2021-12-23 16:05": (2021, 12, 23), "20210401": (2021, 4, 1),
    "1685548800": (2023, 6, 1), "1637572335545": (2021, 11, 22), "December 24th, 2021": (2021, 12, 24),
    "17 May 2023": (2023, 5, 17), "2021-04-19 23:04:102021-04-20": (2021, 4, 19),
}  # fmt: skip
NO_DAYS = ["0", "", "2021年", "2021年13月1日", "2021年2月30日", "May 17", "电话010-88485019", "12345678901234567890"]
SPLIT = {
    "甲市财政局、甲市教育局": ("甲市财政局", "甲市教育局"),
    "临沅市财政局;临沅市教育局": ("临沅市财政局", "临沅市教育局"),
    "教育部 财政部  商务部": ("教育部", "财政部", "商务部"),
    "教育部\n财政部": ("教育部", "财政部"),
    "临沅市人力资源和社会保障局临沅市财政局": ("临沅市人力资源和社会保障局", "临沅市财政局"),
    "市人社局市税务局市医保局": ("市人社局", "市税务局", "市医保局"),
    "国家发展改革委财政部商务部": ("国家发展改革委", "财政部", "商务部"),
    "财 政 部": ("财政部",),
    "工业和信息化部办公厅": ("工业和信息化部办公厅",),
}
TITLED = {
    "临沅市财政局 临沅市教育局关于印发甲办法的通知": ("临沅市财政局", "临沅市教育局"),
    "国务院办公厅转发教育部关于甲的意见的通知": ("国务院办公厅",),
    "中华人民共和国商务部公告（2025年第9号）": ("商务部",),
    "（转载）临沅市人民政府办公室关于甲的通知": ("临沅市人民政府办公室",),
    "国务院办公厅对某次会议第1号建议的答复": ("国务院办公厅",),
    "关于印发《甲办法》的通知": (),
    "中华人民共和国市场登记条例": (),
    "临沅市河道采砂管理规定": (),
}


@pytest.mark.parametrize("printed", NUMBERS)
def test_number(printed):
    normal = normal_number(printed)
    assert normal == NUMBERS[printed]
    assert normal is None or normal_number(normal) == normal


def test_numbers_in_running_text():
    found = find_numbers("根据国发〔2018〕5号和《甲办法》（省财政厅鄂财发〔2011〕32号，2009年省政府令第105号发布）")
    assert [number.normal for number in found] == ["国发〔2018〕5号", "鄂财发〔2011〕32号", "省政府令第105号"]


@pytest.mark.parametrize("printed", DAYS)
def test_day(printed):
    assert parse_day(printed) == dt.date(*DAYS[printed])


@pytest.mark.parametrize("printed", NO_DAYS)
def test_no_day(printed):
    assert parse_day(printed) is None
    assert find_days(printed) == []


@pytest.mark.parametrize(
    ("printed", "term"), [("5年", "P5Y"), ("两年", "P2Y"), ("六个月", "P6M"), ("半年", "P6M"), ("30日", "P30D")]
)
def test_term(printed, term):
    assert parse_term(printed) == term


def test_working_days_are_no_term():
    assert parse_term("5个工作日") is None


def test_a_term_ends_the_day_before_its_anniversary():
    assert last_day(dt.date(2021, 4, 16), "P5Y") == dt.date(2026, 4, 15)
    assert last_day(dt.date(2020, 2, 29), "P1Y") == dt.date(2021, 2, 27)
    assert after(dt.date(2021, 1, 31), "P1M") == dt.date(2021, 2, 28)


@pytest.mark.parametrize(
    ("printed", "value"), [("二十三", 23), ("十", 10), ("一百零五", 105), ("二〇二一", 2021), ("12", 12), ("甲", None)]
)
def test_numeral(printed, value):
    assert to_int(printed) == value


@pytest.mark.parametrize("printed", SPLIT)
def test_split(printed):
    assert split_bodies(printed) == SPLIT[printed]


@pytest.mark.parametrize("title", TITLED)
def test_bodies_of_a_title(title):
    assert bodies_of_title(title) == TITLED[title]


def test_titles_compare_across_printings():
    assert normal_title("（转载）关于印发《甲“乙”办法》的 通知") == normal_title('關於印發〈甲"乙"辦法〉的通知')


def test_issuers_compare_across_printings():
    assert normal_issuer("中华人民共和国教育部") == normal_issuer("教 育 部")


def test_text_compares_across_printings():
    assert normal_text("第一条　为“甲”，制定（本）办法：１。") == normal_text('第一条 为"甲",制定(本)办法:1。')


def test_mainland_words_survive_the_way_back():
    printed = "請貫徹執行本文件，建立查詢指標，按程序報送資料，推動網際網路、軟體和資訊高品質發展，齣具證明的機製。"
    wanted = "请贯彻执行本文件，建立查询指标，按程序报送资料，推动互联网、软件和信息高质量发展，出具证明的机制。"
    assert simplify(printed) == wanted
    assert script_of(printed) == "Hant"


def test_what_a_clause_provides():
    text = (
        "按投入给予最高70%的资金支持，每年不超过500万元（市科委、市教委，各区）；"
        "其他给予一次性奖励2亿元。（市财政局等相关单位）"
    )
    assert [(a.value, a.unit, a.limit) for a in amounts_of(text)] == [
        (70, "percent", "cap"),
        (5e6, "CNY", "cap"),
        (2e8, "CNY", "exact"),
    ]
    assert bodies_of(text) == ("市科委", "市教委", "各区", "市财政局")
    assert bodies_of("本办法所称企业（以下简称企业），含本数（见附件）。") == ()


def test_targets_need_a_deadline():
    assert [
        (t.what, t.value, t.unit, t.deadline) for t in targets_of("到2025年，企业达到1.5万家，收入突破3000亿元。")
    ] == [
        ("企业", 15000.0, "家", "2025年"),
        ("收入", 3e11, "元", "2025年"),
    ]
    assert targets_of("企业达到500家。") == ()

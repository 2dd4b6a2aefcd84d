"""Files that are the document: what is read of them, and what is recorded where nothing can be."""

import datetime as dt
import struct
import sys
import time
import zipfile
import zlib
from contextlib import suppress
from subprocess import run

import making
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.parsers import Listed, Unreadable, read_page
from pipeline.parsers.documents import document_text, format_of
from pipeline.parsers.documents.heading import title_of
from pipeline.parsers.documents.numbering import chinese, written
from pipeline.parsers.records import REJECTIONS

URL = "http://www.linyuan.example/file.pdf"
NOTICE = (
    ("c", "临沅市人民政府文件"),
    ("c", "临政发〔2021〕9号"),
    ("c", "临沅市人民政府关于印发"),
    ("c", "临沅市雨水利用办法的通知"),
    ("f", "各区人民政府，市政府各委、办、局："),
    (
        "p",
        "现将《临沅市雨水利用办法》印发给你们，请按照第一条、第二条的规定认真组织实施，并于每年年底以前报告落实情况。",
    ),
    ("r", "临沅市人民政府"),
    ("r", "2021年3月4日"),
)
ORDINANCE = (
    ("c", "临沅市雨水利用办法"),
    ("p", "第一条　为了利用雨水，改善环境，根据有关法律、法规的规定，结合本市实际，制定本办法。"),
    ("p", "第二条　新建的房屋应当收集雨水，收集到的雨水用于下列用途："),
    ("p", "（一）浇灌花木"),
    ("p", "（二）清扫道路。"),
    (
        "p",
        "第三条　本办法自2021年5月1日起施行，有效期5年。《临沅市雨水管理规定》（临政发〔2010〕7号）同时废止。",
    ),
)


def lines(content):
    return document_text(content).text.split("\n")


def test_a_pdf_reads_like_a_page():
    record = read_page(making.pdf(NOTICE, ORDINANCE), url=URL)
    assert (record.kind, record.number, record.issuers) == ("policy", "临政发〔2021〕9号", ("临沅市人民政府",))
    assert record.title == "临沅市人民政府关于印发临沅市雨水利用办法的通知"
    assert record.instrument_title == "临沅市雨水利用办法"
    assert record.signed_date == dt.date(2021, 3, 4)
    assert (record.in_force_from, record.in_force_to) == (dt.date(2021, 5, 1), dt.date(2026, 4, 30))
    assert [clause.path for clause in record.clauses] == [
        "第一条", "第二条", "第二条.（一）", "第二条.（二）", "第三条",
    ]  # fmt: skip
    assert [(found.relation, found.number) for found in record.citations] == [("repeals", "临政发〔2010〕7号")]
    assert record.warnings == ()


def test_broken_lines_are_joined_and_page_numbers_dropped():
    found = lines(making.pdf(NOTICE, ORDINANCE))
    printed = [text for kind, text in NOTICE + ORDINANCE if kind in {"p", "f"}]
    assert [line for line in found if line in printed] == printed
    assert not any("— " in line for line in found)


def test_a_paragraph_goes_on_over_the_page():
    long = "为了利用雨水，" * 20 + "制定本办法。"
    first, second = (long[:52], long[52:])  # the page ends at the margin, in the middle of the sentence
    assert lines(making.pdf([("p", first)], [("f", second)])) == [long]


@pytest.mark.parametrize(
    "number", ["{n}", "- {n} -", "－{n}－", "第 {n} 页", "第{n}页 共3页", "Page {n} of 3", "{n}/3"]
)
def test_page_numbers(number):
    pages = [[("p", f"{text}、雨水应当利用。")] for text in "一二三"]
    assert lines(making.pdf(*pages, number=number)) == [
        "一、雨水应当利用。",
        "二、雨水应当利用。",
        "三、雨水应当利用。",
    ]


def test_a_figure_that_counts_no_pages_stays():
    assert "2021" in lines(making.pdf([("p", "雨水应当利用。"), ("p", "2021")], number=None))


def test_running_heads_are_dropped_but_not_the_title():
    pages = [[("p", f"第{text}条　雨水应当利用。")] for text in "一二三四"]
    head = "临沅市人民政府公报　2021年第5期"
    assert "临沅市人民政府公报　2021年第5期" not in lines(making.pdf(*pages, head=head))
    assert lines(making.pdf(*pages, head="临沅市雨水办法"))[0] == "临沅市雨水办法"
    assert len(lines(making.pdf(*pages, head="临沅市雨水办法"))) == 5


def test_a_table_of_contents_is_no_text():
    contents = [("c", "目　录"), ("raw", "第一章　总则" + "." * 30 + "1"), ("raw", "第二章　附则" + "…" * 12 + "2")]
    assert lines(making.pdf(contents, [("p", "第一章　总则")])) == ["第一章　总则"]


def test_a_label_begins_a_paragraph_where_nothing_is_indented():
    # No two lines alike: PDFium takes the second for a shadow of the first where the font has no height.
    first, second, fourth = (f"{label}、" + "雨" * (making.WIDE - 3) + "。" for label in "一二四")
    long = "三、" + "雨" * making.WIDE + "。"
    assert lines(making.pdf([("f", text) for text in (first, second, long, fourth)])) == [first, second, long, fourth]


def test_a_page_of_short_lines_takes_the_margins_of_the_others():
    short = [("p", f"{number}.临沅市雨水利用办法的说明") for number in range(1, 6)]
    pages = [NOTICE, [*short, ("p", "临沅市水务局办公室")]]
    assert lines(making.pdf(*pages))[-6:] == [text for _, text in short] + ["临沅市水务局办公室"]


def test_an_item_whose_lines_hang_under_its_words():
    page = [
        (30, 20, "第一行从左边开始并且一直写到右边为止一直写满"),
        (30, 30, "第二行也从左边开始。"),
        (41.2, 40, "1.雨水应当收集并且储存在水窖之中用于浇灌"),
        (47, 50, "花木和清扫道路以及其他各种各样的合理用"),
        (47, 60, "途。"),
    ]
    assert lines(making.ofd(page))[1:] == [
        "1.雨水应当收集并且储存在水窖之中用于浇灌花木和清扫道路以及其他各种各样的合理用途。"
    ]


def test_a_font_without_a_map_of_its_own():
    content = making.pdf_without_map("临沅市水务局关于雨水利用的通知")
    assert b"ToUnicode" not in content
    assert lines(content) == ["临沅市水务局关于雨水利用的通知"]


def test_english_lines_keep_their_words():
    rows = [
        "This circular promotes the use of rainwater in all the dis-",
        "tricts and counties of the city, and is issued",
    ]
    found = lines(making.pdf([("raw", rows[0]), ("raw", rows[1]), ("raw", "today.")], number=None))
    assert " ".join(found) == (
        "This circular promotes the use of rainwater in all the districts and counties of the city, and "
        "is issued today."
    )


def test_a_pdf_that_only_forbids_copying_is_read():
    assert lines(making.pdf([("p", "雨水应当利用。")], owner="x")) == ["雨水应当利用。"]


def test_some_pages_without_text_are_a_warning():
    found = document_text(making.pdf(NOTICE, ORDINANCE, [("picture", "")]))
    assert found.warnings == ("no text on pages 3 of 3: they are pictures and need OCR",)
    assert read_page(making.pdf(NOTICE, ORDINANCE, [("picture", "")]), url=URL).warnings == found.warnings


LEVEL = '<w:lvl w:ilvl="{}"><w:start w:val="{}"/><w:numFmt w:val="{}"/><w:lvlText w:val="{}"/></w:lvl>'
LISTS = (
    '<w:abstractNum w:abstractNumId="0">'
    + LEVEL.format(0, 1, "chineseCountingThousand", "%1、")
    + LEVEL.format(1, 1, "chineseCounting", "（%2）")
    + LEVEL.format(2, 1, "decimal", "%3.")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="1">'
    + LEVEL.format(0, 1, "chineseCounting", "第%1条")
    + LEVEL.format(1, 3, "decimal", "%1.%2")
    + LEVEL.format(2, 1, "bullet", "●")
    + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="0"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
)


def test_a_docx_reads_like_a_page():
    content = making.word(
        "临沅市水务局关于利用雨水的通知", "临水发〔2022〕3号", "各区水务局：", (1, 0, "收集雨水。"),
        (1, 1, "新建房屋。"), (1, 1, "道路。"), (1, 0, "本通知自2022年6月1日起施行。"), "临沅市水务局",
        "2022年5月6日", numbering=LISTS,
    )  # fmt: skip
    record = read_page(content, url=URL)
    assert (record.title, record.number) == ("临沅市水务局关于利用雨水的通知", "临水发〔2022〕3号")
    assert [clause.path for clause in record.clauses] == ["一", "一.（一）", "一.（二）", "二"]
    assert record.in_force_from == dt.date(2022, 6, 1)


def test_list_numbers_count_as_word_prints_them():
    blocks = [(1, 0, "甲"), (1, 1, "乙"), (1, 2, "丙"), (1, 2, "丁"), (1, 0, "戊"), (1, 1, "己"), (3, 0, "庚")]
    blocks += [(2, 0, "辛"), (2, 1, "壬"), (2, 2, "癸"), (0, 0, "子"), (9, 0, "丑")]
    assert lines(making.word(*blocks, numbering=LISTS)) == [
        "一、甲", "（一）乙", "1. 丙", "2. 丁", "二、戊", "（一）己", "一、庚",
        "第一条 辛", "一.3 壬", "癸", "子", "丑",
    ]  # fmt: skip


def test_a_docx_in_order_without_header_and_footer():
    found = lines(making.word("雨水一览", [["序号", "名称"], ["1", "檐沟"]], "以上各项。"))
    assert found == ["雨水一览", "序号 | 名称", "1 | 檐沟", "以上各项。"]


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (
            "<w:p><w:ins><w:r><w:t>新增</w:t></w:r></w:ins><w:del><w:r><w:delText>旧</w:delText></w:r></w:del></w:p>",
            ["新增"],
        ),
        ("<w:p><w:smartTag><w:r><w:t>2021年</w:t></w:r></w:smartTag><w:r><w:t>起</w:t></w:r></w:p>", ["2021年起"]),
        ("<w:p><w:hyperlink><w:r><w:t>甲</w:t></w:r></w:hyperlink><w:r><w:br/><w:t>乙</w:t></w:r></w:p>", ["甲", "乙"]),
        ("<w:sdt><w:sdtContent><w:p><w:r><w:t>控件</w:t></w:r></w:p></w:sdtContent></w:sdt>", ["控件"]),
        (
            "<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t></w:r></w:p>",
            ["甲 乙"],
        ),
        (
            (
                "<w:p><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></w:pict>"
                "<w:t>文</w:t></w:r></w:p>"
            ),
            ["文", "框"],
        ),
    ],
)
def test_what_word_wraps_text_in(xml, expected):
    assert lines(making.word("首行", making.element(xml))) == ["首行", *expected]


def test_a_style_can_bring_the_number():
    style = '<w:style w:type="paragraph" w:styleId="{}"><w:name w:val="{}"/>{}<w:pPr>{}</w:pPr></w:style>'
    list_of = '<w:numPr><w:numId w:val="1"/></w:numPr>'
    styles = [style.format("One", "one", "", list_of), style.format("Two", "two", '<w:basedOn w:val="One"/>', "")]
    styles.append(style.format("T1", "toc 1", "", ""))
    item = '<w:p><w:pPr><w:pStyle w:val="{}"/></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>'
    rows = [making.element(item.format(*row)) for row in (("T1", "甲 1"), ("One", "甲"), ("Two", "乙"), ("None", "丙"))]
    assert lines(making.word(*rows, numbering=LISTS, styles=styles)) == ["一、甲", "二、乙", "丙"]


def test_radicals_are_the_characters_that_they_look_like():
    assert lines(making.word("临沅市⼈⺠政府关于⾬⽔的通知")) == ["临沅市人民政府关于雨水的通知"]


def test_the_colophon_stands_alone():
    rows = [("f", "抄送：" + "市" * 23 + "。"), ("f", "临沅市人民政府办公室" + "　" * 7 + "2021年3月5日印发")]
    assert [line[:3] for line in lines(making.pdf([NOTICE[5], *rows]))] == ["现将《", "抄送：", "临沅市"]


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (101, "一百零一"), (110, "一百一十"), (1001, "一千零一")],
)
def test_chinese_numbers(number, text):
    assert chinese(number) == text


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("decimal", "4"), ("decimalZero", "04"), ("upperRoman", "IV"), ("lowerLetter", "d"), ("ideographDigital", "四"),
        ("ideographTraditional", "丁"), ("decimalEnclosedCircle", "④"), ("unheardOf", "4"),
    ],
)  # fmt: skip
def test_number_formats(style, text):
    assert written(4, style) == text


@pytest.mark.parametrize("pieces", [1, 2, 5])
def test_an_old_doc(pieces):
    text = (
        '临沅市水务局关于利用雨水的通知\r临水发〔2002〕3号\r一、\x13 HYPERLINK "x" \x14收集\x15雨水。\r'
        "序号\x07名称\x07\x071\x07檐沟\r天沟\x07\x07\x13 TOC \\o \x14第一章\t1\r\x15二、abc-1\x1e2。\r"
    )
    found = lines(making.doc(text, after="页眉里的话", pieces=pieces))
    assert found == [
        "临沅市水务局关于利用雨水的通知", "临水发〔2002〕3号", "一、收集雨水。", "序号 | 名称", "1 | 檐沟 天沟",
        "二、abc-1-2。",
    ]  # fmt: skip


def test_an_ofd():
    page = [
        (30, 20, "临沅市水务局关于"), (75, 20, "利用雨水的通知"),
        (41.2, 40, "现将有关利用雨水的事项通知如下，请认真组织实"),
        (30, 50, "施，切实做好工作。"), (41.2, 60, "一、总体要求"), (100, 280, "— 1 —"),
    ]  # fmt: skip
    assert lines(making.ofd(page)) == [
        "临沅市水务局关于利用雨水的通知",
        "现将有关利用雨水的事项通知如下，请认真组织实施，切实做好工作。",
        "一、总体要求",
    ]


def test_the_list_s_title_stands_in_where_the_file_has_none():
    content = making.word("收集雨水的房屋名单见下。", [["序号", "名称"], ["1", "檐沟"]])
    record = read_page(content, url=URL, listed=Listed(title="临沅市水务局关于公布雨水房屋名单的通知"))
    assert record.title == "临沅市水务局关于公布雨水房屋名单的通知"
    own = making.word("临沅市水务局关于收集雨水的通知", "一、收集。")
    assert read_page(own, url=URL, listed=Listed(title="通知")).title == "临沅市水务局关于收集雨水的通知"


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        (
            ["临沅市水务局文件", "临水发〔2021〕3号", "关于印发《临沅市雨水办法》", "的通知", "各局："],
            "关于印发《临沅市雨水办法》的通知",
        ),
        (["附件1", "临沅市雨水办法", "第一章 总则"], "临沅市雨水办法"),
        (["临沅市雨水办法（试行）", "第一条 甲。"], "临沅市雨水办法（试行）"),
        (
            ["特急", "临沅市水务局关于修改《临沅市雨水办法》", "的决定", "一、甲。"],
            "临沅市水务局关于修改《临沅市雨水办法》的决定",
        ),
        (["临沅市水务局", "临沅市财政局文件", "关于收集雨水的通知"], "关于收集雨水的通知"),
        (["临沅市水务局", "临沅市财政局", "关于收集雨水的通知"], "临沅市水务局 临沅市财政局关于收集雨水的通知"),
        (
            ["临沅市水务局关于全面推行", "雨水登记制度", "雨水公示制度的意见", "各区："],
            "临沅市水务局关于全面推行雨水登记制度雨水公示制度的意见",
        ),
        (["临沅市水务局关于推行雨水登记制度", "一、甲。"], "临沅市水务局关于推行雨水登记制度"),
        (["临沅市雨水利用办法", "实施细则", "第一条 甲。"], "临沅市雨水利用办法实施细则"),
        (["临沅市雨水利用办法", "附则说明", "第一条 甲。"], "临沅市雨水利用办法"),
        (["临沅市人民政府令", "第7号", "临沅市雨水办法", "第一条 甲。"], "临沅市雨水办法"),
        (["临水厅函", "〔2021〕", "7号", "临沅市水务局关于收集雨水的函"], "临沅市水务局关于收集雨水的函"),
        (["一、甲。", "二、乙。"], None),
        (["现将有关事项说明如下：", "关于乙的通知"], None),
        ([], None),
    ],
)
def test_the_heading(printed, title):
    assert title_of(printed) == title


def deep(depth):
    return f"<w:p>{'<w:smartTag>' * depth}<w:r><w:t>深</w:t></w:r>{'</w:smartTag>' * depth}</w:p>"


def bomb_pdf():
    packed = zlib.compress(b"0 0 m " * 40_000_000, 9)
    return (
        b"%PDF-1.4\n4 0 obj<</Filter/FlateDecode/Length "
        + str(len(packed)).encode()
        + b">>stream\n"
        + packed
        + b"%%EOF"
    )


def encrypted_zip():
    content = bytearray(making.package({"word/document.xml": "<x/>"}))
    content[6] |= 1
    content[content.find(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


PICTURE = '<w:p><w:r><w:pict><v:imagedata xmlns:v="urn:schemas-microsoft-com:vml"/></w:pict></w:r></w:p>'
WORD_PARTS = {"[Content_Types].xml": "<Types/>", "word/document.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}
BAD = {
    "pdf scanned": (making.pdf([("picture", "")]), "needs_ocr"),
    "pdf half scanned": (making.pdf([("p", "雨水。")], [("picture", "")]), "needs_ocr"),
    "pdf with a password": (making.pdf([("p", "雨水。")], password="x"), "encrypted"),
    "pdf without text": (making.pdf(None), "no_text"),
    "pdf cut off": (making.pdf(NOTICE)[:-800], "truncated"),
    "pdf of nothing": (b"%PDF-1.7\n" + b"\0" * 5000 + b"%%EOF", "broken_file"),
    "pdf bomb": (bomb_pdf(), "too_large"),
    "pdf packed twice": (b"%PDF-1.4\n1 0 obj<</Filter[/FlateDecode/FlateDecode]>>stream\nx%%EOF", "too_large"),
    "docx cut off": (making.word("雨水。")[:2000], "broken_file"),
    "docx with entities": (making.package(WORD_PARTS), "broken_file"),
    "docx of nothing": (making.package({"word/document.xml": ""}), "broken_file"),
    "docx bomb": (making.package({"word/document.xml": b"\0" * (31 << 20)}), "too_large"),
    "zip with a password": (encrypted_zip(), "encrypted"),
    "zip of many": (making.package(dict.fromkeys(map(str, range(10_001)), ""), zipfile.ZIP_STORED), "too_large"),
    "zip of files": (making.package({"附件.pdf": b"%PDF-"}), "unsupported_format"),
    "xlsx": (making.package({"xl/workbook.xml": "<x/>"}), "unsupported_format"),
    "ofd of pictures": (making.ofd([None]), "needs_ocr"),
    "ofd with entities": (making.ofd([(1, 1, "甲")], doctype='<!DOCTYPE x [<!ENTITY a "b">]>'), "broken_file"),
    "ofd without pages": (making.package({"OFD.xml": "<OFD><DocRoot>../../x</DocRoot></OFD>"}), "broken_file"),
    "doc with a password": (making.doc("雨水", flags=0x0300), "encrypted"),
    "doc of Word 6": (making.doc("雨水", kind=0xA5DC), "unsupported_format"),
    "doc cut off": (making.doc("雨水")[:1024], "broken_file"),
    "doc that lacks a part": (making.doc("雨水" * 90, missing=9000), "broken_file"),
    "docx of pictures": (making.word(making.element(PICTURE)), "needs_ocr"),
    "docx with a password": (making.ole({"EncryptedPackage": b"x"}), "encrypted"),
    "xls": (making.ole({"Workbook": b"x"}), "unsupported_format"),
    "ole of nothing": (making.ole({"Other": b"x"}), "unsupported_format"),
    "rtf cut off": (b"{\\rtf1\\ansi x", "broken_file"),
    "rtf without text": (b"{\\rtf1\\ansi }", "no_text"),
    "rtf with a character beyond Unicode": (b"{\\rtf1 \\u99999999?}", "broken_file"),
    "too large": (b"%PDF-1.7" + bytes(51 * 1024 * 1024), "too_large"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_read_is_recorded(what):
    content, reason = BAD[what]
    begin = time.process_time()
    with pytest.raises(Unreadable) as caught:
        read_page(content, url=URL)
    assert (caught.value.reason, reason in REJECTIONS) == (reason, True)
    assert "\n" not in str(caught.value)
    assert time.process_time() - begin < 2


def test_depth_does_not_matter():
    assert lines(making.word("首行", making.element(deep(200)))) == ["首行", "深"]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\r\n%PDF-1.5", "pdf"), (b"PK\x03\x04", "zip"), (b"\xd0\xcf\x11\xe0\xa1\xb1", "ole"), (b"{\\rtf1", "rtf"),
        (b"<html>%PDF-1.5", None), (b"", None), ("关于%PDF-的通知".encode(), "pdf"), (b" " * 2000 + b"%PDF-", None),
    ],
)  # fmt: skip
def test_formats_by_their_bytes(content, name):
    assert format_of(content) == name


SEEDS = [
    making.pdf(NOTICE, ORDINANCE), making.word("雨水。", (1, 0, "甲"), [["1", "2"]], numbering=LISTS),
    making.doc("雨水\r1\x072\x07\x07", pieces=2), making.ofd([(30, 20, "雨水"), None]),
]  # fmt: skip


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_only_the_readers_own_error_escapes(data):
    content = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(8, len(content)))
        what = data.draw(st.sampled_from(["cut", "zero", "insert", "number"]))
        if what == "cut":
            del content[at : at + data.draw(st.integers(0, 200))]
        elif what == "zero":
            content[at : at + 8] = bytes(8)
        elif what == "insert":
            content[at:at] = data.draw(st.binary(max_size=20))
        else:
            content[at : at + 4] = struct.pack("<I", data.draw(st.sampled_from([0, 1, 0x7FFFFFFF, 0xFFFFFFFE])))
    with suppress(Unreadable):
        assert len(read_page(bytes(content), url=URL).reading_hash) == 64


def test_reading_pages_loads_no_library_for_files():
    code = (
        "import sys; import pipeline.parsers as p; p.read_page('<p>第一条 甲。</p>', url='http://x.example/');"
        "print(sorted({'docx', 'pypdfium2', 'olefile'} & set(sys.modules)))"
    )
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

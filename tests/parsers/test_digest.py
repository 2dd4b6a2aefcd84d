"""The reading hash: blind to noise, awake to meaning."""

import re

import pytest
from cases import CASES

CASE = CASES["linyuan/doc_info"]
PAGE = CASE.content.decode()
RELATED = '<a href="/a1.html">临沅市防汛应急预案解读</a>'

NOISE = {
    "counter": PAGE.replace("1024", "99887"),
    "related links": PAGE.replace(RELATED, '<a href="/a9.html">临沅市城市防洪规划批前公示</a>' * 3),
    "generated at": PAGE.replace("</head>", '<meta name="MakeTime" content="2026-01-02 03:04:05"></head>'),
    "time in the text": PAGE.replace('<div class="tool">', '<div class="tool">页面生成时间：2026-01-02 03:04 '),
    "white space": PAGE.replace("<p>", "<p>\n　　 ").replace("2022年2月11日", "2022年 2月 11 日"),
    "zero width": PAGE.replace("山塘", "山\u200b塘"),
    "nbsp": PAGE.replace("制定以下措施", "制定&nbsp;以下措施"),
    "markup": PAGE.replace("汛期每日", '汛期<span style="color:red"><strong>每日</strong></span>'),
    "script": PAGE.replace("</body>", "<script>var t = Date.now();</script></body>"),
    "half-width punctuation": PAGE.replace("（市水务局）", "(市水务局)").replace("，", ","),
    "full-width digits": PAGE.replace("320座", "３２０座"),
    "typographic quotes": PAGE.replace("《临沅市", "《临沅市").replace("“", '"').replace("”", '"'),
    "comment": PAGE.replace("</body>", "<!-- node-7 12:00:01 --></body>"),
    "attribute order": PAGE.replace('<li class="fwzh">', '<li data-v="9" class="fwzh">'),
    "mobile copy": PAGE.replace(
        '<div class="relevantdoc">',
        "<div class='phone'>"
        + re.search(r'<div class="view">(.*?)</div></div>', PAGE, re.DOTALL)[1]
        + '</div><div class="relevantdoc">',
    ),
}
EDITS = {
    "one digit": PAGE.replace("320座", "321座"),
    "one 不": PAGE.replace("汛期每日巡查不少于一次", "汛期每日巡查少于一次"),
    "a full stop's clause": PAGE.replace("（市水务局，各区）", "（市水务局）"),
    "status": PAGE.replace("[有效性]&nbsp;<span></span>", "[有效性]&nbsp;<span>失效</span>"),
    "number": PAGE.replace("〔〕号", "临水发〔2022〕3号"),
    "published": PAGE.replace("2022-02-15", "2022-02-16"),
    "title": PAGE.replace("若干措施", "若干规定"),
    "a paragraph gone": PAGE.replace("<p>本措施自2022年3月1日起施行。</p>", ""),
    "two paragraphs swapped": PAGE.replace("2.加强巡查", "2.X")
    .replace("1.明确管护主体", "2.加强巡查")
    .replace("2.X", "1.明确管护主体"),
}


@pytest.fixture(scope="module")
def digest():
    return CASE.read().reading_hash


@pytest.mark.parametrize("what", NOISE)
def test_noise_does_not_change_it(digest, what):
    assert CASE.read(NOISE[what]).reading_hash == digest


@pytest.mark.parametrize("what", EDITS)
def test_an_edit_changes_it(digest, what):
    assert EDITS[what] != PAGE
    assert CASE.read(EDITS[what]).reading_hash != digest


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_the_character_set_does_not_change_it(digest, encoding):
    assert CASE.read(PAGE.encode(encoding)).reading_hash == digest


def test_a_wrong_declaration_does_not_change_it(digest):
    assert CASE.read(PAGE.replace('charset="utf-8"', 'charset="gb2312"').encode()).reading_hash == digest

"""What is no page: each with its reason, and nothing else ever escapes the reader."""

import time
from contextlib import suppress

import pytest
from cases import CASES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.parsers import Unreadable, read_page, read_text
from pipeline.parsers.records import REJECTIONS

URL = "http://www.linyuan.example/a.html"
WHOLE = [
    name for name, case in CASES.items() if "unreadable" not in case.expected and case.content.startswith(b"<!DOCTYPE")
]
SEEDS = [CASES[name].content for name in sorted(WHOLE)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        ("", "empty"),
        (b"%PDF-1.7 \n1 0 obj", "truncated"),
        (b"PK\x03\x04" + b"\0" * 100, "broken_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "broken_file"),
        (b"\x00\x01\x02\x03" * 400, "not_html"),
        ("只有文字，没有标记。".encode(), "not_html"),
        (b'{"code": 500, "message": "x"}', "not_html"),
        (b'{"code": 200, "data": [', "not_html"),
        (b"<html><body>" + b"x" * (30 * 1024 * 1024), "too_large"),
        (b"<html><body>\xff\xfe\xfd\x80\x81" + bytes(range(128, 256)) * 40, "undecodable"),
        (b"<html><body></body></html>", "no_text"),
        (b"<html><title>Just a moment...</title><body>Checking your browser</body></html>", "challenge"),
        (b"<html><title>502 Bad Gateway</title><body>nginx</body></html>", "error_page"),
    ],
)
def test_reason(content, reason):
    with pytest.raises(Unreadable) as caught:
        read_page(content, url=URL)
    assert caught.value.reason == reason
    assert caught.value.reason in REJECTIONS
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("share", [0.4, 0.6, 0.8])
def test_a_page_cut_off_is_truncated(name, share):
    content = CASES[name].content
    with pytest.raises(Unreadable) as caught:
        read_page(content[: int(len(content) * share)], url=URL)
    assert caught.value.reason in {"truncated", "no_text"}


def test_a_stray_end_of_html_does_not_end_the_page():
    page = (
        "<html><body><div>首页</div></html><div id='c'><h1>临沅市人民政府关于防火的通告</h1>"
        "<p>一、禁止野外用火。</p></div></body></html>"
    )
    assert "一、禁止野外用火" in read_page(page, url=URL).text


def test_text_is_read_like_a_page():
    record = read_text(
        "临沅市教育局关于放假的通知\n发文字号：\n临教〔2021〕15号\n成文日期：\n2021-09-20\n发布日期：\n2021-09-21\n"
        "各学校：\n现就放假事项通知如下，请遵照执行，并提前做好各项安排，确保假期安全有序，有关情况及时报告。\n一、放假三天。\n"
        "临沅市教育局\n2021年9月20日\n",
        url=URL,
    )
    assert (record.kind, record.number, record.issuers) == ("policy", "临教〔2021〕15号", ("临沅市教育局",))
    assert [clause.path for clause in record.clauses] == ["一"]


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_no_text(text):
    with pytest.raises(Unreadable):
        read_text(text, url=URL)


NASTY = {
    "nested": "<div>" * 10_000 + "第一条 甲。" + "</div>" * 10_000,
    "tables": "<table><tr><td>" * 3_000 + "第一条 甲。",
    "titles": "<p>" + "《" * 50_000 + "</p>",
    "chain": "<p>《甲办法》" + "、《乙办法》" * 10_000 + "同时废止。</p>",
    "fillers": "<p>《甲办法》" + "和、以及自2021年1月1日起印发" * 10_000 + "废止。</p>",
    "numbers": "<p>" + "〔2021〕5号" * 20_000 + "</p>",
    "labels": "<p>" + "发布日期：" * 20_000 + "</p>",
    "sums": "<p>一、" + "最高1,000万" * 30_000 + "元</p>",
    "bodies": "<h1>" + "市财政局" * 20_000 + "关于甲的通知</h1><p>甲。</p>",
    "days": "<p>" + "2021年1月1日至" * 20_000 + "</p>",
    "blanks": "<p>" + " \u3000" * 500_000 + "甲</p>",
    "signatures": "<p>市财政局</p>" * 10_000 + "<p>2021年1月1日</p>",
}


@pytest.mark.parametrize("what", NASTY)
def test_no_expression_backtracks(what):
    begin = time.process_time()
    with suppress(Unreadable):
        read_page(f"<html><body>{NASTY[what]}</body></html>", url=URL)
    assert time.process_time() - begin < 2


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_only_the_readers_own_error_escapes(data):
    page = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(page)))
        length = data.draw(st.integers(0, 200))
        what = data.draw(st.sampled_from(["cut", "insert", "double", "swap"]))
        if what == "cut":
            del page[at : at + length]
        elif what == "insert":
            page[at:at] = data.draw(
                st.binary(max_size=20) | st.sampled_from([b"<", b"</div>", b"&#x0;", "《".encode(), b"\x00", b"<td>"])
            )
        elif what == "double":
            page[at:at] = page[at : at + length]
        else:
            page[at : at + length] = page[at : at + length][::-1]
    with suppress(Unreadable):
        assert len(read_page(bytes(page), url=URL).reading_hash) == 64

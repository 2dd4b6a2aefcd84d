"""Lists of documents in annexes: those that are ended, and those beside them that stay."""

import pytest

from pipeline.parsers import read_page

URL = "http://www.linyuan.gov.example/a/t1.html"
TITLE = "临沅市水务局关于公布规范性文件清理结果的通知"
ENDED = ("废止的规范性文件目录", "1.临沅市水库收费管理办法（临水〔2011〕2号）")
LAPSED = ("宣布失效的规范性文件目录", "1.临沅市水井补助实施细则（临水〔2012〕3号）")
KEPT = ("继续有效的规范性文件目录", "1.临沅市水库管护管理办法（临水〔2010〕1号）")
CHANGED = ("修改的规范性文件目录", "1.临沅市河道管护管理办法（临水〔2013〕4号）")
ORDERS = {
    "kept first": (KEPT, ENDED, LAPSED),
    "kept last": (ENDED, LAPSED, KEPT),
    "kept between": (ENDED, KEPT, LAPSED),
    "changed last": (ENDED, LAPSED, CHANGED),
}


def read(annexes, intro="经清理，现将继续有效、废止和失效的规范性文件目录予以公布。"):
    lines = ["临水〔2022〕8号", intro, "临沅市水务局", "2022年5月6日"]
    for number, annex in enumerate(annexes, 1):
        lines += [f"附件{number}", *annex]
    text = "".join(f"<p>{line}</p>" for line in lines)
    return read_page(
        f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><div>{text}</div></body></html>", url=URL
    )


@pytest.mark.parametrize("order", ORDERS)
def test_only_the_lists_of_what_ends_repeal(order):
    record = read(ORDERS[order])
    ended = sorted(citation.number for citation in record.citations if citation.relation == "repeals")
    assert ended == ["临水〔2011〕2号", "临水〔2012〕3号"]


def test_a_list_that_does_not_say_which_of_them_end_repeals_nothing():
    mixed = ("废止、修改的规范性文件目录", ENDED[1], "2.临沅市河道管护管理办法（临水〔2013〕4号）")
    assert [citation.relation for citation in read([mixed]).citations if citation.relation == "repeals"] == []


def test_a_list_of_what_stays_repeals_nothing():
    record = read([KEPT], "现将继续有效的规范性文件目录予以公布。")
    assert [citation.relation for citation in record.citations if citation.relation != "mentions"] == []

"""How portals say that a document is over, or how long it holds: notes, marks, glued lines, terms in the box."""

import datetime as dt
import json

import pytest

from pipeline.parsers import read_page

URL = "http://www.linyuan.gov.example/a/t1.html"
TITLE = "临沅市水务局关于加强水库管护的通知"
NUMBER = "<p style='text-align:center'>临水〔2022〕8号</p>"
TEXT = (
    "<p>各县（市、区）人民政府：</p><p>为规范水库管护工作，现就有关事项通知如下，请结合实际认真贯彻落实。</p>"
    "<p>一、严格备案。各地要做好备案工作。</p><p>二、加强检查。发现问题及时整改。</p>"
)
SIGNED = "<p>临沅市水务局</p><p>2022年5月6日</p>"


def read(text=NUMBER + TEXT + SIGNED, title=TITLE, box=""):
    page = (
        f"<html><head><title>{title}</title></head><body>{box}<h1>{title}</h1><div class='c'>{text}</div></body></html>"
    )
    return read_page(page, url=URL)


def box(**rows):
    return "<table>" + "".join(f"<tr><td>{k}：</td><td>{v}</td></tr>" for k, v in rows.items()) + "</table>"


NOTES = {
    "此件已失效": ("not_in_force", None),
    "（此件已于2023年6月1日废止）": ("repealed", dt.date(2023, 5, 31)),
    "注：本文件已废止。": ("repealed", None),
    "【本文件已被《临沅市水务局关于新事项的通知》（临水〔2024〕1号）废止】": ("repealed", None),
    "备注：该文件已于2023-06-01失效": ("not_in_force", dt.date(2023, 6, 1)),
    # false friends: a provision, another document, a condition, a paper
    "本通知自2023年6月1日起废止的条款不再执行。": (None, None),
    "《临沅市乙办法》已废止。": (None, None),
    "本文件被废止后，按新规定执行。": (None, None),
    "该许可证已失效。": (None, None),
}


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize("place", ["above", "beneath"])
def test_a_note_in_the_text(note, place):
    line = f"<p>{note}</p>"
    record = read(line + NUMBER + TEXT + SIGNED if place == "above" else NUMBER + TEXT + SIGNED + line)
    assert (record.stated_status, record.in_force_to) == NOTES[note]
    assert (record.title, record.number, record.signed_date) == (TITLE, "临水〔2022〕8号", dt.date(2022, 5, 6))
    assert [citation for citation in record.citations if citation.relation == "repeals"] == []


def test_the_box_speaks_before_a_note():
    record = read("<p>（此件已失效）</p>" + NUMBER + TEXT + SIGNED, box=box(发文机关="临沅市水务局", 有效性="有效"))
    assert record.stated_status == "in_force"


def test_a_day_of_repeal_behind_the_title_is_no_day_of_publication():
    record = read(title=f"{TITLE}（2023年6月1日废止）")
    assert (record.title, record.stated_status, record.repealed_date) == (TITLE, "repealed", dt.date(2023, 6, 1))
    assert record.published_date is None


def test_a_day_inside_the_title_is_no_day_of_publication():
    assert read(title="临沅市水务局关于2022年5月10日停水的通告").published_date is None


GLUED = {
    "<p><span>国家税务总局公告2022年第8号</span><span>条款失效</span><span>2022-05-06</span></p>": "partially_in_force",
    "<p><span>国家税务总局公告2022年第8号</span><span>全文有效</span></p>": "in_force",
    "<p><span>国家税务总局公告2022年第8号</span><span>规定全文有效</span></p>": None,
}


@pytest.mark.parametrize("line", GLUED)
def test_number_and_status_with_nothing_between(line):
    title = "国家税务总局关于水库税收有关事项的公告"
    record = read(TEXT + SIGNED.replace("临沅市水务局", "国家税务总局"), title, line)
    assert record.stated_status == GLUED[line]
    assert record.number == "国家税务总局公告2022年第8号"


def test_a_term_in_the_box_counts_from_the_box_s_first_day():
    record = read(box=box(发文机关="临沅市水务局", 有效期="5年", 实施日期="2022-07-01", 有效性="有效"))
    assert (record.in_force_from, record.in_force_to) == (dt.date(2022, 7, 1), dt.date(2027, 6, 30))
    assert [(e.rule, e.term) for e in record.effect if e.rule == "valid_for"] == [("valid_for", "P5Y")]


def test_a_span_under_a_key_for_validity():
    answer = {
        "title": TITLE,
        "documentNo": "临水〔2022〕8号",
        "validity": "2022-07-01至2027-06-30",
        "content": NUMBER + TEXT + SIGNED,
    }
    record = read_page(json.dumps({"data": answer}, ensure_ascii=False), url=URL)
    assert (record.stated_status, record.in_force_to) == (None, dt.date(2027, 6, 30))


def test_a_seal_behind_the_name_of_a_signatory():
    assert read(NUMBER + TEXT + SIGNED.replace("水务局", "水务局（盖章）")).signatories == ("临沅市水务局",)

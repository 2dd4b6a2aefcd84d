import html
import re
import unicodedata
from datetime import date

import pytest
from fake_ledger import event_row
from hypothesis import given
from hypothesis import strategies as st

from pipeline.alerts.event import EVENT_KINDS, Event
from pipeline.alerts.render import render
from pipeline.alerts.safe import markdown, one_line, web_address
from policywatch.errors import StorageError


def told(language="zh", **changes):
    return render(Event.from_row(event_row(**changes)), language)


def test_a_repeal_in_chinese():
    assert told().text == (
        "废止：云江市促进中小企业发展办法（云政发〔2021〕1号）\n"
        "自 2024-03-01 起废止，不再有效。\n"
        "  依据：“《云江市促进中小企业发展办法》自2024年3月1日起废止。”\n"
        "  改动：\n"
        "    状态：有效 → 已废止\n"
        "  发布机关：云江市人民政府\n"
        "  文号：云政发〔2021〕1号\n"
        "  废止日期：2024-03-01\n"
        "  链接：http://www.yunjiang.example/a/1.html\n"
        "  发现时间：2024-03-02 06:17+08:00\n"
        "  来源：云江市人民政府门户网站（最近一次正常抓取：2024-03-02 06:17+08:00）\n"
    )


def test_a_repeal_in_english_markdown():
    assert told("en").markdown == (
        "### Repealed: 云江市促进中小企业发展办法 (云政发〔2021〕1号)\n\n"
        "Repealed: no longer in force as of 2024-03-01.\n\n"
        "> 《云江市促进中小企业发展办法》自2024年3月1日起废止。\n\n"
        "- Changed:\n"
        "  - status: in force → repealed\n"
        "- Issued by: 云江市人民政府\n"
        "- Number: 云政发〔2021〕1号\n"
        "- Repealed as of: 2024-03-01\n"
        "- Link: <http://www.yunjiang.example/a/1.html>\n"
        "- Noticed at: 2024-03-02 06:17+08:00\n"
        "- Source: 云江市人民政府门户网站 (last good check 2024-03-02 06:17+08:00)\n"
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_every_kind_has_words_of_its_own(kind, language):
    for day in (None, date(2024, 3, 1)):
        message = told(language, kind=kind, happened_on=day, before=None, after=None)
        assert not message.subject.startswith(kind)
        assert message.text.split("\n")[1] != kind
        assert "{" not in message.text + message.markdown
        assert message.text.split("\n")[0] == message.subject


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"happened_on": date(2024, 3, 3)}, "将自 2024-03-03 起废止，此前仍有效。"),
        ({"happened_on": None}, "已废止，页面未写日期。"),
        ({"kind": "expired"}, "有效期届满，自 2024-03-01 起失效。"),
        # Noticed at 06:17 of 2 March in the portal's zone, though still 1 March in UTC.
        ({"kind": "expiring", "happened_on": date(2024, 3, 10)}, "8 天后失效，有效期至 2024-03-09（含当日）。"),
        ({"kind": "extended", "after": {"in_force_to": "2026-12-31"}}, "有效期延长至 2026-12-31。"),
        ({"kind": "disappeared"}, "连续两次正常抓取都未见该页面。页面消失不等于文件废止。"),
    ],
)
def test_what_changed_is_said_in_words(changes, sentence):
    assert told(**changes).text.split("\n")[1] == sentence


def test_who_repealed_it_and_why_is_told_and_what_only_machines_need_is_not():
    after = {
        "in_force_to": "2024-02-29", "reason": "repealed", "by_policy_id": "po_1", "by_title": "关于废止一批文件的决定",
        "by_number": "云政发〔2024〕2号", "is_approximate": False, "disputed": True, "something_new": "x",
    }  # fmt: skip
    text = told(before={"in_force_to": None}, after=after).text
    assert (
        "  所依文件：关于废止一批文件的决定 云政发〔2024〕2号\n"
        "  有效期至：2024-02-29\n"
        "  原因：被后来的文件废止\n"
        "  依据不一：是\n"
        "  Something_new：x\n"
    ) in text
    assert "改动" not in text
    assert "po_1" not in text
    assert "推定" not in text


def test_what_stands_at_the_head_or_in_the_quote_is_not_listed_again():
    after = {"title": "x", "number": "y", "published_date": "2024-03-01", "page_title": "一问一答", "state": "gone"}
    text = told(kind="issued", before=None, after=after, quote="一问一答：解读").text
    assert text.count("2024-03-01") == text.count("一问一答") == 1
    assert "改动" not in text
    assert "gone" not in text


def test_a_field_that_is_new_in_an_edit_is_a_change():
    text = told(kind="revised", before={"number": None}, after={"number": "云政发〔2021〕1号"}).text
    assert "    文号：（空） → 云政发〔2021〕1号\n" in text


def test_the_new_text_of_an_edit_is_not_also_quoted():
    clause = {"measure_id": "me_1", "path": "三", "heading": None}
    sides = [{"measures": [clause | {"text": text}]} for text in ("不超过10万元", "不超过20万元")]
    text = told(kind="silently_edited", before=sides[0], after=sides[1], quote="不超过20万元").text
    assert text.count("20万元") == 1
    assert "原文" not in text


def test_a_failing_source_is_named_and_its_reasons_told():
    nothing = dict.fromkeys(
        ("title", "number", "issuers", "url", "quote", "happened_on", "before", "source_checked_at")
    )
    message = told(**nothing, kind="source_unhealthy", after={"reasons": ["列表页返回 403"]})
    assert message.subject == "来源异常：云江市人民政府门户网站"
    assert "  原因：列表页返回 403\n" in message.text
    assert "最近一次正常抓取的时间不明" in message.text


def test_a_page_without_title_and_number():
    assert told(title=None, number=None).subject == "废止：（无标题）"


def test_a_number_that_stands_in_the_title_is_not_repeated():
    assert told(title="通知（云政发〔2021〕1号）").subject == "废止：通知（云政发〔2021〕1号）"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([{"path": "三.7", "text": "不超过10万元"}], [{"path": "三.7", "text": "不超过20万元"}]),
        (None, [{"path": "三.7", "before": "不超过10万元", "after": "不超过20万元"}]),
        ({"三.7": "不超过10万元"}, {"三.7": "不超过20万元"}),
    ],
)
def test_changed_clauses_stand_with_their_place_before_and_after(before, after):
    message = told(kind="silently_edited", before={"measures": before}, after={"measures": after})
    assert "    三.7：不超过10万元 → 不超过20万元\n" in message.text


def test_a_clause_is_followed_when_it_moves_and_its_heading_changes():
    before = [{"measure_id": "me_1", "path": "三.7", "heading": "补贴", "text": "不超过10万元"}]
    after = [{"measure_id": "me_1", "path": "三.8", "heading": "奖补", "text": "不超过10万元"}]
    message = told(kind="revised", before={"measures": before}, after={"measures": after})
    assert "    三.7 → 三.8：补贴 不超过10万元 → 奖补 不超过10万元\n" in message.text


def test_added_and_removed_clauses():
    message = told(
        before={"measures": [{"path": "八", "text": "旧"}]}, after={"measures": [{"path": "九", "text": "新"}]}
    )
    assert "    八：旧 → （空）\n    九：（空） → 新\n" in message.text


def test_a_long_clause_is_cut_to_where_it_differs():
    text = "甲" * 500 + "10" + "乙" * 500
    changed = told(before={"text": text}, after={"text": text.replace("10", "25")}).text
    assert f"    正文：…{'甲' * 20}10{'乙' * 20}… → …{'甲' * 20}25{'乙' * 20}…\n" in changed


def test_a_hundred_changes_are_told_as_twenty_and_how_many_more():
    after = {"measures": [{"path": f"{n}", "text": "新"} for n in range(100)]}
    message = told(before=None, after=after)
    assert "另有 80 处改动" in message.text
    assert message.text.count("→") == message.markdown.count("→") == 20


NASTY = (
    "关于**加粗**<script>alert(1)</script>[点此](http://evil.example)\r\nBcc: a@b.example"
    "\x1b[31m\x1b]0;x\x07\u202e\u200b # 一"
)


def test_a_title_cannot_break_lines_markup_or_the_terminal():
    message = told(title=NASTY, number="1\n2", quote=f"- {NASTY}", issuers=[NASTY], source_title=NASTY)
    everything = message.subject + message.text + message.markdown
    assert not {sign for sign in everything if unicodedata.category(sign)[0] == "C"} - {"\n"}
    assert "\n" not in message.subject
    assert not re.search(r"^Bcc", everything, re.MULTILINE)
    assert "[31m" not in everything
    assert "<script" not in message.markdown
    assert not re.search(r"(?<!\\)\]\(", message.markdown)
    assert "http://evil" not in message.markdown
    assert "a@b" not in message.markdown
    assert "\n> \\- 关于\\*\\*加粗" in message.markdown


def test_a_title_of_5000_characters_is_cut():
    message = told(title="长" * 5000)
    assert len(message.subject) == 200
    assert message.subject.endswith("…")
    assert len(message.text) < 2000


def test_an_emoji_stays_whole():
    assert "👩‍🌾" in told(title="关于👩‍🌾的通知").subject


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("javascript:alert(1)", None),
        ("http://", None),
        ("http://[::1", None),
        (None, None),
        ("http://a.example/" + "x" * 5000, None),
        ("http://a.example/(x)>\r\n<b>", "http://a.example/%28x%29%3E%0D%0A%3Cb%3E"),
        ("http://a.example/政策?a=1&b=%20#c", "http://a.example/%E6%94%BF%E7%AD%96?a=1&b=%20#c"),
    ],
)
def test_links(url, expected):
    assert web_address(url) == expected


def test_an_address_that_is_no_link_is_shown_as_text():
    message = told(url="javascript:alert(1)")
    assert "- 链接：javascript:alert(1)\n" in message.markdown


@given(st.text(max_size=200))
def test_any_text_is_one_safe_line_and_survives_markdown(text):
    line = one_line(text)
    assert not any(unicodedata.category(sign)[0] in "CZ" and sign not in " \u200d" for sign in line)
    assert one_line(line) == line
    # What a Markdown reader shows is the line again.
    shown = html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown(line)))
    assert shown == html.unescape(line.replace("&", "&amp;"))


@pytest.mark.parametrize("row", [{"detected_at": None}, {"detected_at": "yesterday"}, {"before": "{"}])
def test_a_row_that_no_warehouse_wrote_is_a_storage_error(row):
    with pytest.raises(StorageError, match="cannot be read"):
        Event.from_row(event_row(**row))


def test_times_of_any_form_are_read():
    event = Event.from_row(
        event_row(detected_at="2024-03-01T22:17:00", happened_on="2024-03-01", source_checked_at=None)
    )
    assert (event.detected_at.isoformat(), event.happened_on) == ("2024-03-01T22:17:00+00:00", date(2024, 3, 1))

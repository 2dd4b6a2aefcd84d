import html
import re
import unicodedata
from datetime import date

import lxml.html
import markdown as reader
import pytest
from fake_ledger import CHECKED, event_row
from hypothesis import given
from hypothesis import strategies as st

from pipeline.alerts.event import EVENT_KINDS, Event
from pipeline.alerts.message import Hold, Message
from pipeline.alerts.render import render_message
from pipeline.alerts.safe import markdown, one_line, web_address
from policywatch.errors import StorageError


def message_of(*rows, language="zh", kind="single", **more):
    return Message("k" * 32, "ends", language, kind, tuple(Event.from_row(row) for row in rows), **more)


def told(language="zh", **changes):
    return render_message(message_of(event_row(**changes), language=language))


REPEALED = {
    "before": {"in_force_to": "2026-12-31"},
    "after": {
        "in_force_to": "2024-02-29", "reason": "repealed", "by_policy_id": "po_1", "by_title": "关于废止一批文件的决定",
        "by_number": "云政发〔2024〕2号", "is_approximate": False, "disputed": True, "something_new": "x",
    },
}  # fmt: skip


def test_a_repeal_in_chinese():
    assert told(**REPEALED).text == (
        "废止：云江市促进中小企业发展办法（云政发〔2021〕1号）\n"
        "自 2024-03-01 起废止，不再有效。\n"
        "  废止依据：关于废止一批文件的决定（云政发〔2024〕2号）\n"
        "  依据不一：是\n"
        "  Something_new：x\n"
        "  原文：“《云江市促进中小企业发展办法》自2024年3月1日起废止。”\n"
        "  改动：\n"
        "    有效期至：2026-12-31 → 2024-02-29\n"
        "  发布机关：云江市人民政府\n"
        "  链接：http://www.yunjiang.example/a/1.html\n"
        "  存档副本：policywatch archive find http://www.yunjiang.example/a/1.html\n"
        "  发现时间：2024-03-02 06:17+08:00\n"
        "  来源：云江市人民政府门户网站（最近一次正常抓取：2024-03-02 06:17+08:00）\n"
    )


def test_a_repeal_in_english_markdown():
    assert told("en", **REPEALED).markdown == (
        "### Repealed: 云江市促进中小企业发展办法 (云政发〔2021〕1号)\n\n"
        "Repealed: no longer in force as of 2024-03-01.\n\n"
        "- Repealed by: 关于废止一批文件的决定 (云政发〔2024〕2号)\n"
        "- Evidence conflicts: yes\n"
        "- Something\\_new: x\n\n"
        "> 《云江市促进中小企业发展办法》自2024年3月1日起废止。\n\n"
        "- Changed:\n"
        "  - last day in force: 2026-12-31 → 2024-02-29\n\n"
        "- Issued by: 云江市人民政府\n"
        "- Link: <http://www.yunjiang.example/a/1.html>\n"
        "- Archived copy: `policywatch archive find http://www.yunjiang.example/a/1.html`\n"
        "- Noticed at: 2024-03-02 06:17+08:00\n"
        "- Source: 云江市人民政府门户网站 (last good check 2024-03-02 06:17+08:00)\n"
    )


def test_an_archive_of_the_operator_is_linked_to():
    archive = "https://replay.example/{timestamp}/{url}"
    message = message_of(event_row(url="http://a.example/x{timestamp}?a=1&b=<>"))
    rendered = render_message(message, archive)
    link = "https://replay.example/20240301221700/http://a.example/x%7Btimestamp%7D?a=1&b=%3C%3E"
    assert f"存档副本：{link}\n" in rendered.text
    assert f'href="{html.escape(link)}"' in rendered.html


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
        ({"kind": "partially_repealed", "after": {"scope": "第五条"}}, "第五条自 2024-03-01 起废止。"),
        ({"kind": "disappeared"}, "连续两次正常抓取都未见该页面。页面消失不等于文件废止。"),
    ],
)
def test_what_changed_is_said_in_words(changes, sentence):
    assert told(**changes).text.split("\n")[1] == sentence


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
    around = ("…" + "甲" * 20, "乙" * 20 + "…")
    assert "    正文：\n      原：{}【10】{}\n      今：{}【25】{}\n".format(*around, *around) in changed


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


def test_a_title_of_5000_characters_is_cut_and_its_number_is_not():
    message = told(title="长" * 5000)
    assert len(message.subject) <= 200
    assert message.subject.endswith("长…（云政发〔2021〕1号）")
    assert len(message.text) < 2000
    assert len(message.html) < 8000


# What template languages, formatting and shells would run.
RUN = "{0.__class__} {day} {{7*7}} ${{x}} ${HOME} $(id) `id` %(x)s %s <%= 7*7 %> #{7*7} {% include '/etc/passwd' %}"


def test_nothing_that_a_page_prints_is_taken_for_a_template():
    places = {"title": RUN, "number": RUN, "quote": RUN, "source_title": RUN, "issuers": [RUN], "after": {"scope": RUN}}
    for kind in ("partially_repealed", "extended", "expiring", "source_unhealthy"):
        message = render_message(message_of(event_row(kind=kind, **places)), "https://a.example/{timestamp}/{url}")
        assert "{7*7}" in message.text
        assert "49" not in message.text.replace("f49", "")
        assert RUN[:30] in message.text
        assert "{{7*7}}" in html.unescape(message.html)


TAGS = {"html", "head", "meta", "title", "body", "h1", "bdi", "p", "div", "span", "a", "code", "blockquote"}


def shown_by(markup):
    return " ".join("".join(lxml.html.fromstring(markup).itertext()).split())


@pytest.mark.parametrize(
    "words", [NASTY, RUN, "<b>&amp;</b> \u202eabc\u202c עברית", "# 一\n\n> 二\n- 三", "[a]: http://x"]
)
def test_html_and_markdown_show_the_very_characters_of_a_page(words):
    message = told(title=words, quote=words, number=None, issuers=[words], source_title=words)
    document = lxml.html.fromstring(message.html)
    names = {element.tag for element in document.iter() if isinstance(element.tag, str)}
    assert names <= TAGS
    assert {link.get("href") for link in document.iter("a")} == {"http://www.yunjiang.example/a/1.html"}
    line = one_line(words)
    assert document.find(".//h1").text_content() == f"废止：{line}"
    assert document.find(".//blockquote").text_content() == line
    # This reader is older than CommonMark, in which every sign can be escaped.
    shown = shown_by(reader.markdown(message.markdown)).replace("\\/", "/").replace("\\@", "@")
    assert f"废止：{line}" in shown


def test_before_and_after_are_marked_in_every_form():
    clause = {"measure_id": "me_1", "path": "三", "heading": None}
    old = "对新建实训面积2000平方米以上的机构，给予最高200万元的一次性<b>建设补助，由市财政局核定后拨付。"
    new = old.replace("200万", "150万").replace("核定", "审定")
    sides = [{"measures": [clause | {"text": text}]} for text in (old, new)]
    message = told(kind="silently_edited", before=sides[0], after=sides[1], quote=None)
    assert "      原：对新建实训面积2000平方米以上的机构，给予最高【200】万元的" in message.text
    assert "由市财政局【审】定后" in message.text
    assert "最高~~200~~万元" in message.markdown
    assert "最高**150**万元" in message.markdown
    document = lxml.html.fromstring(message.html)
    assert [element.text for element in document.iter("del")] == ["200", "核"]
    assert [element.text for element in document.iter("ins")] == ["150", "审"]
    assert old in document.text_content()


def test_several_events_of_one_policy_are_one_message_under_its_title():
    rows = [event_row(1, kind=kind, policy_id="po_1") for kind in ("repealed", "disappeared")]
    message = render_message(message_of(*rows))
    assert message.subject == "废止、页面消失：云江市促进中小企业发展办法（云政发〔2021〕1号）"
    assert "\n废止：自 2024-03-01 起废止" in message.text
    assert "\n页面消失：连续两次" in message.text
    assert message.text.count("存档副本") == message.html.count("存档副本") == 1


def test_a_digest_counts_groups_and_says_how_many_more():
    rows = [
        event_row(1, policy_id="po_1"),
        event_row(1, policy_id="po_1", kind="disappeared"),
        event_row(2, kind="issued"),
    ]
    counts = {"issued": 11, "repealed": 1, "disappeared": 1}
    zh, en = (
        render_message(message_of(*rows, kind="digest", language=language, rate="daily", more=10, counts=counts))
        for language in ("zh", "en")
    )
    assert zh.subject == "每日汇总：13 项变化（新发布 11 项、废止 1 项、页面消失 1 项）"
    assert en.subject == "Daily digest: 13 changes (11 × Issued, 1 × Repealed, 1 × Page gone)"
    assert zh.text.count("■ 云江市促进中小企业发展办法") == zh.html.count("<h2") == zh.markdown.count("\n#### ") == 2
    assert "另有 10 项变化未列出" in zh.text
    assert "And 10 more; policywatch changes" in en.markdown
    assert zh.text.count("来源：云江市人民政府门户网站") == 1


def test_an_outage_is_one_message_about_all_its_sources():
    def outage(*kinds, language="zh"):
        names = ("甲", "乙", "丙")
        rows = [
            event_row(n, kind=kind, policy_id=None, source=f"s{n}", source_title=names[n], after={"reasons": ["403"]})
            for n, kind in enumerate(kinds)
        ]
        return render_message(message_of(*rows, kind="outage", language=language))

    assert outage("source_unhealthy").subject == "来源异常：甲"
    assert outage(*["source_unhealthy"] * 3).subject == "来源异常：甲等 3 个来源"
    assert outage(*["source_unhealthy"] * 3, language="en").subject == "Source failing: 甲 and 2 more"
    assert outage("source_recovered", "source_unhealthy").subject == "1 个来源异常，1 个恢复"
    assert "  原因：403\n" in outage("source_unhealthy").text


@pytest.mark.parametrize(
    ("reason", "limit", "words"), [("number", 200, "超过 200 件的上限"), ("share", 30, "40%，超过 30% 的上限")]
)
def test_a_held_run_says_why_and_how_it_is_released(reason, limit, words):
    hold = Hold("ho_0123456789abcdef", "yunjiang", "<b>云江", "c", CHECKED, 400, 1000, 900, reason, limit)
    message = render_message(message_of(event_row(), kind="held", more=899, hold=hold))
    assert message.subject == "待人工确认：<b>云江，900 项变化暂缓提醒"
    for form in (message.text, message.markdown, message.html):
        assert words in form
        assert "policywatch alerts release ho" in form
        assert "alerts drop ho" in form
    assert "<b>云江" not in message.html


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

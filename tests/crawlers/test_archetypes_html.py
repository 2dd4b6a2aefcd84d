"""Paged HTML lists: every way of going on, every shape of an item."""

import pytest

from tests.crawlers.walking import SITE, Walk

START = f"{SITE}/zcfg/"
NUMBERED = f"  kind: html\n  start: {START}\n  next: index_{{n}}.html\n  item: ul > li"


def page(*numbers, extra=""):
    items = "".join(
        f'<li><a href="/p/{n}.html" title="第{n}号">第…</a><span>2024-01-{n:02}</span></li>' for n in numbers
    )
    return f"<html><body><ul>{items}</ul>{extra}</body></html>"


def test_pages_by_number_end_where_one_is_missing(tmp_path):
    walk = Walk(tmp_path, NUMBERED, {START: page(1, 2), f"{START}index_1.html": page(3)})
    assert walk.paths == ["/p/1.html", "/p/2.html", "/p/3.html"]
    assert walk.asked == [START, f"{START}index_1.html", f"{START}index_2.html"]
    assert (walk.items, walk.session.signals) == ([2, 1], [])


def test_pages_by_number_end_where_one_is_repeated_or_empty(tmp_path):
    again = {START: page(1, 2), **{f"{START}index_{n}.html": page(2, 1) for n in (1, 2, 3)}}
    assert len(Walk(tmp_path, NUMBERED, again).asked) == 2
    empty = {START: page(1, 2), f"{START}index_1.html": page(), f"{START}index_2.html": page(9)}
    walk = Walk(tmp_path, NUMBERED, empty)
    assert (len(walk.asked), walk.items, walk.session.signals) == (2, [2], [])


def test_pages_by_offset(tmp_path):
    listing = f'  kind: html\n  start: {START}\n  next: "?start={{n}}"\n  next_from: 20\n  next_step: 20\n  item: li'
    walk = Walk(tmp_path, listing, {START: page(1), f"{START}?start=20": page(2), f"{START}?start=40": page(3)})
    assert walk.paths == ["/p/1.html", "/p/2.html", "/p/3.html"]


def test_no_more_pages_than_allowed(tmp_path):
    answers = {START: page(1), **{f"{START}index_{n}.html": page(n + 1) for n in range(1, 9)}}
    assert len(Walk(tmp_path, f"{NUMBERED}\n  max_pages: 3", answers).found) == 3


COUNTED = f"{NUMBERED}\n  pages_from: 'countPage\\s*=\\s*(\\d+)'"


def test_a_page_count_that_stands_only_in_a_script(tmp_path):
    script = "<script>var countPage = 2//共多少页\nvar currentPage = 0;</script>"
    answers = {START: page(1, extra=script), **{f"{START}index_{n}.html": page(n + 1) for n in range(1, 9)}}
    walk = Walk(tmp_path, COUNTED, answers)
    assert (walk.asked, walk.session.signals) == ([START, f"{START}index_1.html"], [])


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({START: page(1)}, "nothing says how many pages there are; correct list.pages_from"),
        ({START: page(1, extra="countPage = 3")}, "page 2 of 3 is missing, empty or one that came before"),
        (
            {START: page(1, extra="countPage = 3"), f"{START}index_1.html": page(1)},
            "page 2 of 3 is missing, empty or one that came before",
        ),
    ],
)
def test_a_page_count_that_does_not_hold_is_a_signal(tmp_path, answers, words):
    walk = Walk(tmp_path, COUNTED, answers)
    assert walk.paths == ["/p/1.html"]
    assert words in walk.session.signals[0]


LINKED = f"  kind: html\n  start: {START}\n  next_link: 'a.next, a:contains(\"下一页\")'\n  item: ul > li"


@pytest.mark.parametrize(
    "last",
    ["?page=2", "?page=2#top", "?page=1", "javascript:void(0)", "#", "", "mailto:a@b.example"],
    ids=["itself", "itself with a fragment", "the page before", "a script", "a fragment", "nothing", "no page"],
)
def test_next_links_end_where_they_lead_nowhere_new(tmp_path, last):
    answers = {
        START: page(1, extra='<a class="prev" href="?page=0">上一页</a><a class="next" href="?page=1">›</a>'),
        f"{START}?page=1": page(2, extra="<a href='?page=2'>下一页</a>"),
        f"{START}?page=2": page(3, extra=f"<a class='next' href='{last}'>下一页</a>"),
    }
    walk = Walk(tmp_path, LINKED, answers)
    assert walk.paths == ["/p/1.html", "/p/2.html", "/p/3.html"]
    assert len(walk.asked) == 3


def test_next_links_are_relative_to_the_base_of_their_page(tmp_path):
    base = '<html><head><base href="/other/"></head>'
    answers = {START: base + page(1, extra='<a class="next" href="2.html">x</a>'), f"{SITE}/other/2.html": page(2)}
    assert Walk(tmp_path, LINKED, answers).paths == ["/p/1.html", "/p/2.html"]


ODD = """<ul>
<li><a href=//www.yunjiang.example/p/1.html title=甲>甲</a></li>
<li><input onclick="x()"><a href="javascript:void(0)">选</a> <a href=' /p/2.html ' title="乙办法">乙…</a></li>
<li><a href="/p/3.html">丙</a><div><a href="/explained/3.html">解读</a></div>
<ul><li><a href="/p/4.html">丁</a></li></ul></li>
<li></li>
<li class="empty"><a></a></li>
<li><a href="/p/1.html#again">甲 again</a></li>
<li><a href="mailto:a@b.example">写信</a></li>
<li><a href="/files/规划.pdf" title="规划">规划</a></li>
<li><a href="http://[broken/">坏</a></li>
<li class="more"><a href="/zcfg/more/">更多</a></li>
</ul>"""


def test_items_of_every_shape(tmp_path):
    shape = r"  page_url: '/p/\d+\.html$|\.pdf$'"
    walk = Walk(tmp_path, f"{NUMBERED}\n{shape}", {START: ODD})
    assert walk.paths == ["/p/1.html", "/p/2.html", "/p/3.html", "/p/4.html", "/files/%E8%A7%84%E5%88%92.pdf"]
    assert [entry.listed["title"] for entry in walk.found] == ["甲", "乙办法", "丙", "丁", "规划"]
    assert walk.session.stats == {"items_without_link": 4, "items_of_other_shape": 1}
    assert walk.session.signals == []


def test_facts_travel_with_the_entry(tmp_path):
    listing = (
        f"{NUMBERED}\n  fields: {{published_date: span, status: i, number: em}}\n"
        "  values: {status: {是: 有效, 否: 失效}, kind: {x: y}}"
    )
    text = (
        '<ul><li><i>是</i><a href="/p/1.html">甲</a><em>云发〔2024〕1号</em><span>2024/01/02</span></li>'
        '<li><i> 否 </i><a href="/p/2.html">乙</a><span></span></li>'
        '<li><i>待定</i><a href="/p/3.html">丙</a></li></ul>'
    )
    walk = Walk(tmp_path, listing, {START: text})
    assert [entry.listed for entry in walk.found] == [
        {
            "title": "甲",
            "number": "云发〔2024〕1号",
            "published_date": "2024/01/02",
            "status": "有效",
            "status_raw": "是",
        },
        {"title": "乙", "status": "失效", "status_raw": "否"},
        {"title": "丙", "status": "待定"},
    ]
    assert walk.session.signals == [
        "list.values.status: 1 entries say '待定', which is not named there; add what it means"
    ]
    assert walk.spider.facts.filled() == {
        "title": (3, 3), "published_date": (1, 3), "status": (3, 3), "number": (1, 3),
    }  # fmt: skip


def test_a_field_that_no_entry_has_is_a_signal(tmp_path):
    walk = Walk(tmp_path, f"{NUMBERED}\n  fields: {{published_date: em}}", {START: page(1, 2, 3)})
    assert walk.session.signals == [
        "list.fields.published_date: none of 3 entries has it; correct where it stands, or take it out"
    ]


def test_each_category_is_walked_and_one_that_is_gone_hides_no_other(tmp_path):
    listing = (
        f"  kind: html\n  start: {SITE}/{{cat}}/\n  next: index_{{n}}.html\n  item: li\n  each: {{cat: [gz, 7, tz]}}"
    )
    answers = {f"{SITE}/gz/": page(1), f"{SITE}/gz/index_1.html": page(2), f"{SITE}/tz/": page(1, 3)}
    walk = Walk(tmp_path, listing, answers)
    assert walk.paths == ["/p/1.html", "/p/2.html", "/p/1.html", "/p/3.html"]
    assert walk.session.signals == [f"list {SITE}/7/: it is not there (404)"]
    assert walk.trouble is None
    assert Walk(tmp_path, listing, {}).trouble.first


def test_fifty_thousand_items_on_one_page(tmp_path):
    walk = Walk(tmp_path, NUMBERED, {START: page(*range(50_000))})
    assert (len(walk.found), walk.items) == (50_000, [50_000])


def test_items_in_items_are_each_taken_once(tmp_path):
    text = '<ul><li><a href="/p/0.html">x</a>' * 60 + "</li></ul>" * 60
    assert Walk(tmp_path, NUMBERED, {START: text}).paths == ["/p/0.html"]


def test_entries_in_a_comment_that_a_script_takes_off(tmp_path):
    text = page(1, 2).replace("<ul>", "<ul><!-- ").replace("</ul>", " --></ul>")
    listing = NUMBERED.replace("\n  next: index_{n}.html", "\n  commented: true")
    assert Walk(tmp_path, listing, {START: text}).paths == ["/p/1.html", "/p/2.html"]
    (tmp_path / "here.yaml").unlink()
    assert Walk(tmp_path, listing.replace("commented: true", "commented: false"), {START: text}).paths == []

"""Searches: JSON by page and by offset, rows and HTML in answers, Hanweb's datastores, and answers of changed shape."""

import gc
import json
from pathlib import Path

import pytest

from crawlers import replay
from crawlers.source import load_source
from crawlers.spiders.base import FullText, ListPage
from crawlers.spiders.text import decoded
from tests.crawlers.walking import HEAD, SITE, Walk

API = f"{SITE}/api"
ROWS = f"""  kind: json
  url: {API}?page={{page}}
  rows: data.list
  total: data.total
  fields: {{url: "{SITE}/p/{{id}}.html", title: t, number: "n", published_date: d, status: s}}
"""


def answer(*ids, total=5, **more):
    rows = [{"id": number, "t": f"第{number}号", "n": "", "d": "", "s": ""} for number in ids]
    return json.dumps({"code": 0, "data": {"list": rows, "total": total}, **more})


def test_rows_page_by_page_until_the_total(tmp_path):
    walk = Walk(
        tmp_path, ROWS, {f"{API}?page=1": answer(1, 2), f"{API}?page=2": answer(3, 4), f"{API}?page=3": answer(5)}
    )
    assert walk.paths == [f"/p/{number}.html" for number in (1, 2, 3, 4, 5)]
    assert (len(walk.asked), walk.items, walk.session.signals) == (3, [2, 2, 1], [])


def test_the_documents_of_an_answer_are_let_go_before_the_next_one_is_asked(tmp_path):
    held = []

    def answers(key):
        held.append([kind.__name__ for kind in map(type, gc.get_objects()) if kind in {FullText, ListPage}])
        rows = [{"id": 50 * len(held) + row, "t": "题", "zw": "一、全文。"} for row in range(50)]
        return replay.Answered(json.dumps({"data": {"list": rows, "total": 200}}).encode(), "application/json", key)

    text = HEAD.replace("{name}", "here").replace("{listing}", ROWS + "  text: zw\n")
    (tmp_path / "here.yaml").write_text(text, encoding="utf-8")
    gc.collect()
    walked = replay.walk(load_source("here", tmp_path), answers)
    assert (len(walked.entries), len(held)) == (200, 4)
    assert max(map(len, held)) <= 1, held  # the one that is being handled


def test_rows_by_offset_and_by_record_numbers(tmp_path):
    listing = ROWS.replace("?page={page}", "?o={offset}&s={start}&e={end}&n={size}") + "  page_size: 2"
    answers = {f"{API}?o=0&s=1&e=2&n=2": answer(1, 2), f"{API}?o=2&s=3&e=4&n=2": answer(3, total=3)}
    assert len(Walk(tmp_path, listing, answers).found) == 3


def test_a_form_and_json_in_a_post(tmp_path):
    posted = ROWS.replace("?page={page}", "") + '  method: POST\n  params: {p: "{page}", q: "", all: true}\n'
    walk = Walk(tmp_path, posted, {(API, "p=1&q=&all=true"): answer(1, total=1)})
    assert walk.paths == ["/p/1.html"]
    assert walk.sent["Content-Type"] == "application/x-www-form-urlencoded"
    nested = (
        posted.replace('q: ""', 'where: [{field: cat, value: 7, at: "{offset}"}]') + "  body: json\n  page_size: 20\n"
    )
    body = json.dumps({"p": 1, "where": [{"field": "cat", "value": 7, "at": 0}], "all": True})
    walk = Walk(
        tmp_path, nested + "  headers: {Referer: http://www.yunjiang.example/}\n", {(API, body): answer(1, total=1)}
    )
    assert walk.paths == ["/p/1.html"]
    assert walk.sent == {"Content-Type": "application/json", "Referer": f"{SITE}/"}


def test_categories_in_the_address_and_in_the_path_of_rows(tmp_path):
    listing = f"""  kind: json
  url: {API}/{{cat}}?p={{page}}
  rows: map.{{cat}}.rows
  fields: {{url: u}}
  each: {{cat: [gw, 86]}}
"""
    answers = {
        f"{API}/gw?p=1": json.dumps({"map": {"gw": {"rows": [{"u": "/p/1.html"}]}}}),
        f"{API}/86?p=1": json.dumps({"map": {"86": {"rows": [{"u": "/p/2.html"}, {"u": "/p/1.html"}]}}}),
    }
    walk = Walk(tmp_path, listing, answers)
    assert walk.paths == ["/p/1.html", "/p/2.html", "/p/1.html"]


def test_an_answer_that_is_the_array_itself(tmp_path):
    listing = f"  kind: json\n  url: {API}\n  rows: .\n  max_pages: 1\n  fields: {{url: u, title: a.b}}"
    walk = Walk(tmp_path, listing, {API: '[{"u": "/p/1.html", "a": {"b": "甲"}}]'})
    assert walk.found == [(f"{SITE}/p/1.html", {"title": "甲"})]


HTML = f"""  kind: json
  url: {API}/unit
  params: {{pageType: column, paramJson: '{{"pageNo":{{page}},"pageSize":"24"}}'}}
  html: data.html
  item: ul > li
  fields: {{url: "a@href", title: "a@title | a", published_date: span}}
"""


def _asked(number):
    return f"{API}/unit?pageType=column&paramJson=%7B%22pageNo%22%3A{number}%2C%22pageSize%22%3A%2224%22%7D"


def test_html_inside_an_answer(tmp_path):
    html = '<div class="list"><ul><li><a href="/p/1.html" title="甲办法">甲…</a><span>2024-01-02</span></li></ul></div>'
    answers = {_asked(1): json.dumps({"data": {"html": html}}), _asked(2): json.dumps({"data": {"html": "<ul></ul>"}})}
    walk = Walk(tmp_path, HTML, answers)
    assert walk.found == [(f"{SITE}/p/1.html", {"title": "甲办法", "published_date": "2024-01-02"})]
    assert (len(walk.asked), walk.session.signals) == (2, [])


def test_facts_of_rows(tmp_path):
    rows = [
        {"id": 1, "t": "<em>甲</em>", "n": "云发〔2024〕1号", "d": 1704384000000, "s": 3},
        {"id": 2, "t": "乙", "n": None, "d": "1704297600", "s": "1"},
        {"id": 3, "t": "丙", "n": "", "d": 0, "s": 9},
        {"id": 0, "t": "丁", "n": "", "d": "2024-01-05T16:00:00.000Z", "s": None},
    ]
    listing = ROWS + "  values: {status: {1: 已废止, 3: 有效}}\n"
    walk = Walk(tmp_path, listing, {f"{API}?page=1": json.dumps({"data": {"list": rows, "total": 4}})})
    assert [entry.listed for entry in walk.found] == [
        {
            "title": "甲",
            "number": "云发〔2024〕1号",
            "published_date": "2024-01-05",
            "published_date_raw": "1704384000000",
            "status": "有效",
            "status_raw": "3",
        },
        {
            "title": "乙",
            "published_date": "2024-01-04",
            "published_date_raw": "1704297600",
            "status": "已废止",
            "status_raw": "1",
        },
        {"title": "丙", "status": "9"},
        {"title": "丁", "published_date": "2024-01-06", "published_date_raw": "2024-01-05T16:00:00.000Z"},
    ]
    assert walk.paths[-1] == "/p/0.html"
    assert walk.session.signals == [
        "list.values.status: 1 entries say '9', which is not named there; add what it means"
    ]


def test_truth_values_mean_something_where_they_are_named(tmp_path):
    listing = ROWS + "  values: {status: {true: 有效, false: 失效}}\n"
    rows = [
        {"id": number, "t": "甲", "n": "", "d": "", "s": said} for number, said in enumerate([True, False], start=1)
    ]
    walk = Walk(tmp_path, listing, {f"{API}?page=1": json.dumps({"data": {"list": rows, "total": 2}})})
    assert [entry.listed["status"] for entry in walk.found] == ["有效", "失效"]


def test_whole_texts_in_the_answer(tmp_path):
    rows = [
        {"id": 1, "t": "甲", "n": "", "d": "", "s": "", "zw": "  各区人民政府：\n  一、严格管理。"},
        {"id": 2, "t": "乙", "n": "", "d": "", "s": "", "zw": " "},
        {"id": 3, "t": "丙", "n": "", "d": "", "s": "", "zw": None},
    ]
    answers = {f"{API}?page=1": json.dumps({"data": {"list": rows, "total": 3}})}
    walk = Walk(tmp_path, ROWS + "  text: zw\n", answers)
    assert [isinstance(entry, FullText) for entry in walk.found] == [True, False, False]
    assert walk.found[0][:3] == (f"{SITE}/p/1.html", {"title": "甲"}, "  各区人民政府：\n  一、严格管理。")
    assert (walk.spider.facts.filled()["text"], walk.session.signals) == ((1, 3), [])
    moved = Walk(tmp_path, ROWS + "  text: neirong\n", answers)
    assert moved.session.signals == ["list.text: none of 3 entries has it; correct where it stands, or take it out"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('{"data": {"list": {"rows": []}, "total": 1}}', "dict at 'data.list' where a list of rows stood"),
        ('{"data": [], "code": 500, "msg": "系统繁忙"}', "nothing at 'data.list' where a list of rows stood"),
        ('{"data": {"list": null}}', "NoneType at 'data.list'"),
        ('[{"id": 1}]', "nothing at 'data.list'"),
        ('{"data": {"list": [{"id": 1', "not JSON"),
        ("<html><body>系统维护</body></html>", "it begins with '<html><body>系统维护</body></html>'"),
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_ends_the_walk_with_words(tmp_path, said, words):
    walk = Walk(tmp_path, ROWS, {f"{API}?page=1": said})
    assert (walk.found, walk.items) == ([], [0])
    assert words in str(walk.trouble)


@pytest.mark.parametrize("total", [None, "viele", True, [], "-1"])
def test_a_total_that_is_none_is_a_signal(tmp_path, total):
    walk = Walk(tmp_path, ROWS, {f"{API}?page=1": answer(1, total=total)})
    assert walk.paths == ["/p/1.html"]
    assert "no number at 'data.total'; correct list.total" in walk.session.signals[0]


def test_html_that_became_something_else_is_a_signal(tmp_path):
    assert "NoneType at 'data.html' where HTML stood" in str(
        Walk(tmp_path, HTML, {_asked(1): '{"data": {"html": null}}'}).trouble
    )


def test_a_field_whose_key_went_away_is_a_signal_and_one_that_is_blank_is_none(tmp_path):
    rows = [{"id": number, "t": "甲", "n": None, "d": ""} for number in (1, 2, 3)]
    walk = Walk(tmp_path, ROWS, {f"{API}?page=1": json.dumps({"data": {"list": rows, "total": 3}})})
    assert walk.session.signals == [
        "list.fields.status: none of 3 entries has it; correct where it stands, or take it out"
    ]


def test_no_hits_are_an_empty_list_and_no_trouble(tmp_path):
    listing = ROWS + "  no_hits: {path: code, equals: 1001}\n"
    walk = Walk(tmp_path, listing, {f"{API}?page=1": '{"code": 1001}'})
    assert (walk.found, walk.trouble, walk.items, walk.session.signals) == ([], None, [0], [])


STORE = f"""  kind: datastore
  url: {SITE}/module/web/jpage/dataproxy.jsp?startrecord={{start}}&endrecord={{end}}&perpage=2
  method: POST
  params: {{col: 1, columnid: 7, webname: 某厅}}
  page_size: 2
  fields: {{published_date: b}}
"""
FORM = "col=1&columnid=7&webname=%E6%9F%90%E5%8E%85"


def _records(*numbers, total="3"):
    records = "".join(
        f'<record><![CDATA[<li><a target="_blank" href="/art/{n}.html" title="关于{n}的通知">关于…</a>'
        f"<b>2024-01-0{n}</b></li>]]></record>"
        for n in numbers
    )
    head = f"<totalrecord>{total}</totalrecord><totalpage>2</totalpage>"
    return f"<datastore>{head}<recordset>{records}</recordset></datastore>"


def _proxy(start, end):
    return f"{SITE}/module/web/jpage/dataproxy.jsp?startrecord={start}&endrecord={end}&perpage=2", FORM


def test_records_of_a_datastore(tmp_path):
    walk = Walk(tmp_path, STORE, {_proxy(1, 2): _records(1, 2), _proxy(3, 4): _records(3)})
    assert [entry.listed for entry in walk.found] == [
        {"title": f"关于{n}的通知", "published_date": f"2024-01-0{n}"} for n in (1, 2, 3)
    ]
    assert walk.paths == ["/art/1.html", "/art/2.html", "/art/3.html"]
    assert (walk.asked, walk.session.signals) == ([_proxy(1, 2), _proxy(3, 4)], [])


def test_records_without_an_element_for_each_entry_are_entries_themselves(tmp_path):
    record = "&lt;a href=/art/1.html&gt;甲&lt;/a&gt;&lt;b&gt;2024-01-01&lt;/b&gt;"
    inner = f"<totalrecord>1</totalrecord><record>{record}</record>"
    said = f'<?xml version="1.0" encoding="GBK"?>\n<datastore>{inner}</datastore>'
    walk = Walk(tmp_path, STORE, {_proxy(1, 2): said.encode("gbk")})
    assert walk.found == [(f"{SITE}/art/1.html", {"title": "甲", "published_date": "2024-01-01"})]


@pytest.mark.parametrize(
    ("said", "found", "words"),
    [
        (_records(1, 2)[:-40], 1, "the answer is cut off"),
        (_records(1, 2).replace("totalrecord", "total"), 2, "no totalrecord any more"),
        ("<html><body>x</body></html>", 0, "no datastore came"),
        ('{"data": []}', 0, "no datastore came"),
        ("", 0, "no datastore came"),
    ],
    ids=["cut off", "without total", "html", "json", "nothing"],
)
def test_a_datastore_of_another_shape_is_a_signal(tmp_path, said, found, words):
    walk = Walk(tmp_path, STORE, {_proxy(1, 2): said})
    assert len(walk.found) == found
    assert any(words in said for said in [*walk.session.signals, str(walk.trouble)])


REAL = Path(__file__).parents[2].parent / "shared/pages/lists"


@pytest.mark.skipif(not REAL.is_dir(), reason="the folder of real pages is not beside the checkout")
def test_a_real_datastore(tmp_path):
    gold = json.loads((REAL / "jiangsu_gxt_dataproxy_page_1.json").read_text("utf-8"))["gold"]
    content = (REAL / "jiangsu_gxt_dataproxy_page_1.xml").read_bytes()
    spider = Walk(tmp_path, STORE, {_proxy(1, 2): content}).spider
    records, total = spider.records(ListPage(SITE, decoded(content), content))
    entries = list(spider.read(records, SITE))
    assert (len(records), total) == (gold["items"], int(gold["totalrecord"]))
    assert all(entry.listed["title"] and entry.listed["published_date"][:2] == "20" for entry in entries)


@pytest.mark.parametrize(
    ("within", "before", "behind"),
    [
        (r"var docArr\s*=", "<html><script>var n = 1; var docArr = ", "; show(docArr);</script>没有找到"),
        (r"^\s*\w+\(", "\ncallback_7(", ");"),
    ],
    ids=["a script's", "padded"],
)
def test_json_inside_of_something_else(tmp_path, within, before, behind):
    listing = (
        f"  kind: json\n  url: {API}?page={{page}}\n  within: '{within}'\n  rows: .\n  fields: {{url: u, title: t}}"
    )
    rows = [{"u": "/p/1.html", "t": "甲]; 乙"}, {"u": "/p/2.html", "t": "丙"}]
    full = before + json.dumps(rows, ensure_ascii=False) + behind
    walk = Walk(tmp_path, listing, {f"{API}?page=1": full, f"{API}?page=2": before + "[]" + behind})
    assert [found.listed for found in walk.found] == [{"title": "甲]; 乙"}, {"title": "丙"}]
    assert (walk.items, walk.session.signals, walk.trouble) == ([2], [], None)
    (tmp_path / "here.yaml").unlink()
    changed = Walk(tmp_path, listing, {f"{API}?page=1": "<html>改版了</html>"})
    assert "nothing fits list.within" in str(changed.trouble)

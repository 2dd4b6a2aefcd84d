"""Guessing how a listing is read: one unknown portal in many shapes, and what is no listing."""

import functools
import re

import pytest
import styles
import yaml
from styles import DOCUMENTS, HOST, LIST

from crawlers.guess import NotAListing, guess
from crawlers.guess.addresses import likeness, pattern_of
from crawlers.guess.words import column_of, kind_of
from crawlers.replay import Answered, walk
from crawlers.source import Source
from pipeline.drafting import written
from pipeline.parsers.dates import parse_day

API = f"{HOST}/api/zcwj/list?pageNo=1&pageSize=12"
PROXY = f"{HOST}/module/web/jpage/dataproxy.jsp?startrecord=1&endrecord=36&perpage=12&columnid=80179&unitid=415001"
UNIT = (
    f"{HOST}/api-gateway/jpaas-publish-server/front/page/build/unit?webId=8d82&pageId=1b56"
    "&paramJson=%7B%22pageNo%22%3A1%2C%22pageSize%22%3A%2212%22%7D"
)
# name: where it is, what it answers, what the guessed address answers
STYLES = {name: (LIST, make(), make()) for name, make in styles.HTML_STYLES.items()} | {
    "JSON": (API, styles.answer(), styles.answer()),
    "JSONP": (f"{API}&callback=show", f"show({styles.answer()});", f"show({styles.answer()});"),
    "RSS": (f"{HOST}/rss.xml", styles.rss(), styles.rss()),
    "sitemap": (f"{HOST}/sitemap.xml", styles.sitemap(), styles.sitemap()),
    "datastore": (PROXY, styles.datastore(), styles.datastore()),
    "a column of the datastore": (LIST, styles.datastore_page(), styles.datastore()),
    "HTML in JSON": (UNIT, styles.build_unit(), styles.build_unit()),
    "a column of jpaas": (LIST, styles.jpaas_page(), styles.build_unit()),
}
UNDATED = {"split days", "sitemap"}


@functools.cache
def listed(name):
    """The entries that the YAML, as written, reads out of the portal's answer."""
    url, body, answer = STYLES[name]
    text = written("linyuan", url, guess(body.encode(), url))
    source = Source.model_validate(yaml.safe_load(text))
    answers = [Answered(answer.encode(), "", url)]
    return walk(source, lambda _: answers.pop() if answers else None).entries


@pytest.mark.parametrize("name", STYLES)
def test_the_guess_lists_every_document_and_nothing_else(name):
    assert [entry.url for entry in listed(name)] == [styles.url_in(name, document) for document in DOCUMENTS]


@pytest.mark.parametrize("name", sorted(set(STYLES) - {"sitemap"}))
def test_titles_are_whole(name):
    assert [entry.said["title"] for entry in listed(name)] == [document.title for document in DOCUMENTS]


@pytest.mark.parametrize("name", sorted(set(STYLES) - UNDATED))
def test_days_of_publication(name):
    days = [parse_day(entry.said["published_date"]) for entry in listed(name)]
    assert [day.isoformat() for day in days] == [document.published for document in DOCUMENTS]


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("list of spans", {"status"}),
        ("table", {"number", "signed_date", "status"}),
        ("cards", {"number"}),
        ("unlabelled spans", {"number", "issuers"}),
        ("JSON", {"number", "signed_date", "issuers"}),
    ],
)
def test_what_else_the_list_says(name, facts):
    own = {"number": "number", "signed_date": "signed", "status": "status", "issuers": "issuer"}
    for entry, document in zip(listed(name), DOCUMENTS, strict=True):
        assert {fact: entry.said[fact] for fact in facts} == {fact: getattr(document, own[fact]) for fact in facts}


@pytest.mark.parametrize(
    ("name", "selector"),
    [
        ("list of spans", "ul.default_news > li"),
        ("table", "table#docTable tr"),
        ("definitions", "dl.wjlist > dt"),
        ("cards", "div.cards > div"),
        ("nested links", "ul.u-list > li"),
        ("bare dates", "div.zcwj_con li"),
        ("blocks of five", "ul.news_list > li"),
        ("links as entries", "section.doc-list > a"),
    ],
)
def test_entries_are_selected_by_what_will_last(name, selector):
    url, body, _ = STYLES[name]
    assert guess(body.encode(), url).listing["item"] == selector


def test_an_id_that_a_program_made_is_not_relied_on():
    url, body, _ = STYLES["unlabelled spans"]
    assert "content9f3e" in body
    assert "9f3e" not in guess(body.encode(), url).listing["item"]


def test_a_class_that_names_the_state_is_not_the_status():
    """The first page shows what is in force alone; what is over, further on, has another number in its class."""
    rows = "".join(
        f'<div class="row"><a href="/wjk/c{n}.html">河桥市{n}号道路停车管理办法</a><i class="zt1">现行有效</i>'
        f"<span>2025-0{n}-01</span></div>"
        for n in range(1, 9)
    )
    found = guess(f'<html><body><div class="list">{rows}</div></body></html>'.encode(), LIST)
    assert found.listing["fields"]["status"] == "i"


@pytest.mark.parametrize(
    ("name", "paging"),
    [
        ("list of spans", {"next": "index_{n}.html", "next_from": 1}),
        ("table", {"next": "index_{n}.html", "next_from": 1, "pages_from": r"countPage\s*[=:]\s*[\"']?(\d+)"}),
        ("definitions", {"next": "?page={n}", "next_from": 2, "max_pages": 50}),
        ("cards", {"next": "list_{n}.html", "next_from": 2}),
        ("bare dates", {"next": "index_{n}.html", "next_from": 2}),
        ("nested links", {}),
        ("JSON", {"first_page": 1, "params": {"pageNo": "{page}", "pageSize": "12"}, "total": "data.page.total"}),
        ("datastore", {"page_size": 36, "method": "POST", "params": {"columnid": "80179", "unitid": "415001"}}),
    ],
)
def test_where_the_list_goes_on(name, paging):
    url, body, _ = STYLES[name]
    listing = guess(body.encode(), url).listing
    keys = ("next", "next_from", "next_link", "pages_from", "max_pages", "first_page", "page_size", "params", "method")
    assert {key: listing[key] for key in (*keys, "total") if key in listing} == paging


PAGERS = [
    ('<a href="a.jsp?c=5&page=2">2</a><a href="a.jsp?c=5&page=3">3</a>', ("a.jsp?c=5&page={n}", 2, None)),
    ('<a href="/zwgk/zcwj/?start=20">2</a><a href="/zwgk/zcwj/?start=40">3</a>', ("?start={n}", 20, 20)),
    ('<a href="p/2.html">下一页</a>', ("p/{n}.html", 2, None)),
    ("<script>createPageHTML('page_div',10, 1,'zwgklist','shtml',200);</script>", ("zwgklist_{n}.shtml", 2, None)),
    ('<script>createPageHTML(16, 0, "default", "htm");</script>', ("default_{n}.htm", 1, None)),
    ("<script>var totalPages = 8;</script>", ("index_{n}.html", 1, None)),
    ('<a href="https://elsewhere.example/2.html">2</a><a href="javascript:go(2)">下一页</a>', (None, None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("pager", "expected"), PAGERS, ids=range(len(PAGERS)))
def test_pagers(pager, expected):
    body = styles.HTML_STYLES["nested links"]().replace("</body>", f"{pager}</body>")
    listing = guess(body.encode(), LIST).listing
    assert (listing.get("next"), listing.get("next_from"), listing.get("next_step")) == expected


def test_a_next_link_without_a_number_is_followed_as_a_link():
    body = styles.HTML_STYLES["nested links"]().replace("</body>", '<a href="/go?t=abcdef">下一页</a></body>')
    assert guess(body.encode(), LIST).listing["next_link"] == 'a:contains("下一页")'


# Where classes alone tell the entries from what stands in or beside them.
NAMED = {"cards", "nested links", "pop-ups with days", "in a comment"}


@pytest.mark.parametrize("name", sorted(set(styles.HTML_STYLES) - NAMED))
def test_without_any_class_or_id_the_list_is_found_all_the_same(name):
    body = re.sub(r' (?:class|id)="[^"]*"', "", STYLES[name][1])
    draft = guess(body.encode(), LIST)
    assert [sample.url for sample in draft.samples] == [styles.url_in(name, document) for document in DOCUMENTS]


def test_other_characters_and_a_base():
    body = STYLES["list of spans"][1].replace(
        '<meta charset="utf-8">', '<meta charset="gb2312"><base href="/zwgk/zcwj/">'
    )
    draft = guess(body.encode("gb18030"), f"{HOST}/", "text/html")
    assert [sample.title for sample in draft.samples] == [document.title for document in DOCUMENTS]
    assert [sample.url for sample in draft.samples] == [document.url for document in DOCUMENTS]


def test_every_guess_says_why():
    url, body, _ = STYLES["table"]
    text = written("linyuan", url, guess(body.encode(), url))
    assert re.search(r"^  item: table#docTable tr +# guess: 12 entries, 12 with a whole date$", text, re.MULTILINE)
    assert re.search(r"^    number: td:nth-child\(3\) +# guess: its label is 文号$", text, re.MULTILINE)
    assert re.search(r"^jurisdiction: CN +# TODO: ", text, re.MULTILINE)
    assert "policywatch source check linyuan" in text


def test_whole_texts_in_an_answer_need_no_second_request():
    rows = [
        {
            "ID": at,
            "BT": d.title,
            "DOCPUBURL": d.url,
            "ZW": f"<p>{d.title}</p>" + "第一条　为规范管理，制定本办法。" * (40 + at),
        }
        for at, d in enumerate(DOCUMENTS)
    ]
    draft = guess(styles.to_json({"page": {"content": rows, "total": "40"}}), API)
    assert (draft.listing["text"], draft.listing["rows"], draft.listing["total"]) == (
        "ZW",
        "page.content",
        "page.total",
    )


def test_rows_with_an_id_and_no_address_ask_for_one():
    rows = [{"bbbs": f"ff80{at:028}", "title": d.title, "gbrq": d.published} for at, d in enumerate(DOCUMENTS)]
    draft = guess(styles.to_json({"rows": rows}), API)
    assert draft.listing["fields"]["url"].endswith("{bbbs}")
    assert "fields.url" in draft.missing


TEXT = "".join(
    f"<p>第{at}条　各县区人民政府、市政府各部门应当按照各自职责，做好相关工作，确保各项任务落到实处。</p>"
    for at in range(40)
)
RELATED = "".join(
    f'<li><a href="/zwgk/zcjd/t20250101_{k}.html">《临远市管理办法》政策解读</a><span>2025-01-0{k}</span></li>'
    for k in (1, 2)
)
REFUSED = [
    (b"", "answered with nothing"),
    (b" \r\n\t", "answered with nothing"),
    (b"%PDF-1.7 ...", "is a PDF file"),
    (b"PK\x03\x04....", "ZIP or Office"),
    (b"\x89PNG\r\n", "a picture"),
    (b"\x00\x01\x02 x", "a binary file"),
    (b"\x1f\x8b broken", "broken gzip"),
    ("<html><body>请完成安全验证</body></html>".encode(), "challenge"),
    (b"{'a': 1}", "begins like JSON"),
    (b'{"code": 403, "msg": "denied"}', "without rows that look like documents"),
    (styles.to_json({"rows": [{"title": "临远市管理办法"}]}), "neither an address nor an id"),
    (b'cb({"rows": []})', "without rows that look like documents"),
    (b"<?xml version='1.0'?><note><to>x</to></note>", "is no listing"),
    (b"<?xml version='1.0'?><rss><channel></channel></rss>", "without an entry"),
    (b"<datastore><recordset></recordset></datastore>", "holds no records"),
    (b"hello", "is no listing"),
    (styles.script_page().encode(), f"it asks {API}"),
    (styles.page("<ul><!-- <li><a href=t1.html>1</a></li>"
    "<li><a href=t2.html>2</a></li> --></ul>").encode(), "stand in a comment"),
    (styles.page(f"<h1>临远市管理办法</h1>{TEXT}<ul>{RELATED}</ul>").encode(), "is no listing"),
    (styles.page("<p>栏目建设中</p>").encode(), "is no listing"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "words"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_listing_is_refused_in_one_line(body, words):
    with pytest.raises(NotAListing, match=re.escape(words)) as caught:
        guess(body, LIST)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("urls", "pattern"),
    [
        (["/a/202401/t20240102_1.html", "/b/t20231102_33.html"], r"/t\d{8}_\d+\.html$"),
        (["/gfxwj/post_1.html", "/gfxwj/post_22.html"], r"/post_\d+\.html$"),
        ([f"/c/art_{'0123456789abcdef' * 2}.html", f"/c/art_{'fedcba98' * 4}.html"], r"/art_[0-9a-fA-F]{32}\.html$"),
        (["/d.jsp?id=12&c=x", "/d.jsp?id=345&c=x"], r"/d\.jsp\?id=\d+&c=x$"),
        (["/zc/12/content.html", "/zc/13/content.html"], r"/\d+/content\.html$"),
        (["/zc/12.html", "/zc/13.html"], r"/zc/\d+\.html$"),
        (["/t20240102_1.html"] * 6 + ["/P020240102.pdf"] * 4, r"/t\d{8}_\d+\.html$|/P\d+\.pdf$"),
        (["/about", "/t20240101_1.html", "/xx/yy.pdf", "/z?a=b", "/q-1-2"], None),
    ],
)  # fmt: skip
def test_the_pattern_of_addresses(urls, pattern):
    whole = [f"https://a.example{url}" for url in urls]
    found = pattern_of(whole)
    assert (found and found[0]) == pattern
    if found:
        assert found[1] == sum(bool(re.search(found[0], url)) for url in whole)


def test_documents_look_more_like_documents_than_columns_do():
    document, column = f"{LIST}202401/t20240102_1.html", f"{HOST}/zwgk/zcjd/"
    assert likeness(document, LIST) > 0.9
    assert likeness(column, LIST) < 0.3
    assert likeness(LIST, LIST) == likeness(f"{HOST}/a/20240101.png", LIST) == 0


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["2024-01-02", "[2024/1/2]", "2024年1月2日"], "date"),
        (["临府发〔2024〕3号", "2024年第45号"], "number"),
        (["有效", "失效（提前废止）"], "status"),
        (["临远市财政局", "临远市人民政府办公室"], "issuers"),
        (["公开", "阅读 35"], None),
        ([], None),
    ],
)
def test_what_a_column_holds(values, kind):
    assert kind_of(values) == kind


def test_what_a_column_is_called():
    assert [column_of(word) for word in ("发文字号", "成文日期", "公布时间", "时效性", "序号")] == [
        "number", "signed_date", "published_date", "status", None,
    ]  # fmt: skip

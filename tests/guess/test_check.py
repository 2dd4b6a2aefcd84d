"""`policywatch source check`: what a person reads before a source is watched, and what it says to mend."""

import json

import pytest
import styles
import yaml
from styles import DOCUMENTS

from crawlers.replay import Answered, walk
from crawlers.source import Source
from pipeline import checking

SITE = "http://www.linyuan.example"
LIST = f"{SITE}/zwgk/zcwj/"
SOURCE = """\
name: linyuan
title: 临远市人民政府 政策文件
jurisdiction: CN
authority: portal
homepage: http://www.linyuan.example/
schedule: "17 6 * * *"
demo: true
politeness: {{delay: 0, concurrency: 4}}
list: {listing}
{more}
"""
GOOD = (
    "{kind: html, start: 'http://www.linyuan.example/zwgk/zcwj/', next: 'index_{n}.html', item: ul.default_news > li, "
    "fields: {url: 'a@href', title: 'a@title | a', published_date: span,"
    " status: i.flag}, page_url: 't\\d{8}_\\d+\\.html$'}"
)


FIRST = styles.HTML_STYLES["list of spans"]()


def declare(folder, listing, more=""):
    (folder / "linyuan.yaml").write_text(SOURCE.format(listing=listing, more=more), encoding="utf-8")


def keys(report):
    return {fix["key"] for fix in report["fixes"]}


@pytest.fixture
def portal(web):
    """The portal with its first list page, a second one with other documents, and every document's page."""
    web.serve(LIST, FIRST)
    web.serve(f"{LIST}index_1.html", FIRST.replace("_41", "_52"))
    for document in DOCUMENTS:
        web.serve(document.url.replace("https:", "http:"), styles.document_page(document))
    return web


def test_a_good_source_passes_and_few_pages_are_asked(cli, sources, portal, tmp_path):
    declare(sources, GOOD, "expect: {items_per_list: [6, 18], filled: {title: 1.0, number: 1.0, published_date: 1.0}}")
    for document, status in zip(DOCUMENTS[:2], ("现行有效", "失效"), strict=True):  # the list says 有效 of both
        stated = f"<li>[有效性] <span>{status}</span></li></ol>"
        portal.serve(document.url.replace("https:", "http:"), styles.document_page(document).replace("</ol>", stated))
    code, out, err = cli("source", "check", "linyuan", "--pages", "3", "--format", "json")
    report = json.loads(out)
    assert (code, report["ok"], report["fixes"]) == (0, True, [])
    assert "mend" not in err
    assert [row["items"] for row in report["lists"]] == [12, 12]
    assert [row["url"] for row in report["items"][:12]] == [d.url.replace("https:", "http:") for d in DOCUMENTS]
    assert [row["kind"] for row in report["items"][:4]] == ["policy"] * 3 + [None]
    assert sum(count for url, count in portal.asked.items() if "/t20" in url) == 3
    fields = {row["field"]: row for row in report["fields"]}
    assert (fields["published_date"]["listed"], fields["published_date"]["agree"]) == (1.0, "3 of 3")
    assert (fields["number"]["listed"], fields["number"]["read"]) == (None, 1.0)
    status = fields["stated_status"]
    assert (status["listed"], status["read"], status["filled"], status["agree"]) == (1, 0.667, 1, "1 of 2")
    assert report["notes"] == ["stated_status: list and page disagree on 1 of 2 pages"]
    assert not (tmp_path / "home").exists()


@pytest.mark.usefixtures("portal")
def test_everything_that_is_wrong_is_said_by_its_key(cli, sources):
    wrong = GOOD.replace("index_{n}", "list_{n}").replace("status: i.flag", "status: b.flag, number: em")
    more = (
        "page: {metadata: table.none, body: '#mainText'}\n"
        "expect: {items_per_list: [20, 30], filled: {title: 1.0, topic: 0.9}}"
    )
    declare(sources, wrong, more)
    code, out, err = cli("source", "check", "linyuan", "--pages", "2")
    assert code == 1
    for key in ("list.next", "list.fields.status", "list.fields.number", "page.metadata", "expect.filled.topic"):
        assert f"mend {key}: " in err
    assert "expected 20 to 30" in err
    assert "selectors that found nothing" in out
    assert "table.none" in out
    assert DOCUMENTS[0].title[:20] in out


def seen(change):
    """What a trial brings when a source is wrong in one place, without a crawl."""
    content = yaml.safe_load(SOURCE.format(listing=GOOD.replace(*change), more=""))
    source = Source.model_validate(content)
    answers = {LIST: Answered(styles.HTML_STYLES["list of spans"]().encode(), "", LIST)}
    rows = [{"role": "list", "url": LIST, "outcome": "new" if source.list.start == LIST else "missing"}]
    found = {"reasons": [], "verdict": "suspect"}
    return checking.Seen(source, found, rows, walk(source, answers.get), {}, {}, {}, answers)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("ul.default_news > li", "ul.gone > li"), "list.item"),
        (("t\\d{8}", "post_\\d{8}"), "list.page_url"),
        (("'a@href'", "'a@data-href'"), "list.fields.url"),
        (("/zwgk/zcwj/'", "/moved/'"), "list.start"),
    ],
    ids=("item", "page_url", "url", "start"),
)
def test_an_empty_list_is_put_down_to_its_cause(change, key):
    checked = checking.Checked("linyuan", "suspect")
    checking._verdict(seen(change), checked)
    assert [fix.key for fix in checked.fixes] == [key]


def test_what_page_url_leaves_out_is_shown():
    checked = checking.Checked("linyuan", "good")
    checking._lists(seen(("t\\d{8}", "t2025\\d{4}")), checked)
    assert any("leaves out" in note and "/t2024" in note for note in checked.notes)


def test_texts_that_an_answer_holds_are_checked_without_asking_pages(cli, sources, web):
    rows = [
        {
            "BT": d.title,
            "URL": d.url.replace("https:", "http:"),
            "WH": d.number,
            "RQ": d.published,
            "ZW": styles.document_page(d),
        }
        for d in DOCUMENTS
    ]
    web.serve(f"{SITE}/api?page=1", styles.to_json({"rows": rows, "total": 12}).decode(), kind="application/json")
    listing = (
        "{kind: json, url: 'http://www.linyuan.example/api',"
        " params: {page: '{page}'}, rows: rows, total: total, text: ZW, "
        "fields: {url: URL, title: BT, number: WH, published_date: RQ}}"
    )
    declare(sources, listing)
    code, out, _ = cli("source", "check", "linyuan", "--format", "json")
    report = json.loads(out)
    assert (code, report["fixes"]) == (0, [])
    assert {row["has_text"] for row in report["items"]} == {True}
    assert {row["kind"] for row in report["items"]} == {"policy"}
    assert not [url for url in web.asked if "/t20" in url]


def test_a_captured_file_waits_for_its_review(cli, sources, tmp_path):
    declare(sources, GOOD)
    page = tmp_path / "page.html"
    page.write_text(styles.document_page(DOCUMENTS[0]), encoding="utf-8")
    url = DOCUMENTS[0].url
    code, _, err = cli("source", "capture", "linyuan", page, "--folder", tmp_path / "fixtures")
    assert (code, "say with --url" in err) == (2, True)
    code, out, _ = cli("source", "capture", "linyuan", page, "--url", url, "--folder", tmp_path / "fixtures")
    assert code == 0
    folder = tmp_path / "fixtures" / "linyuan" / url.rpartition("/")[2].removesuffix(".html")
    assert out.strip() == str(folder)
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    assert (meta["url"], meta["reviewed"]) == (url, False)
    assert json.loads((folder / "expected.json").read_text(encoding="utf-8"))["number"] == DOCUMENTS[0].number


def test_the_first_lists_are_stored_to_begin_a_replay(cli, sources, portal, tmp_path):
    declare(sources, GOOD)
    folder = tmp_path / "fixtures"
    code, out, err = cli("source", "capture", "linyuan", "--lists", "--folder", folder)
    assert (code, out.strip()) == (0, str(folder / "linyuan" / "lists"))
    assert "make their words up" in err
    replay = yaml.safe_load((folder / "linyuan" / "lists" / "replay.yaml").read_text(encoding="utf-8"))
    assert [answer["url"] for answer in replay["answers"]] == [LIST, f"{LIST}index_1.html"]
    assert (folder / "linyuan" / "lists" / replay["answers"][0]["file"]).read_text(encoding="utf-8") == FIRST
    assert replay["lists"] == [12, 12]
    assert [said["title"] for said in replay["listed"].values()] == [document.title for document in DOCUMENTS[:2]]
    assert sum(count for url, count in portal.asked.items() if "/t20" in url) == 1
    code, _, err = cli("source", "capture", "linyuan", "--lists", "--folder", folder)
    assert (code, "is not touched" in err) == (2, True)
    code, _, err = cli("source", "capture", "linyuan")
    assert (code, "give a page's address" in err) == (2, True)

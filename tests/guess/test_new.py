"""`policywatch source new`: a look at a listing, or a saved copy, becomes a YAML file that fits the model."""

import pytest
import styles
import yaml
from styles import DOCUMENTS, LIST

from crawlers.source import load_source
from pipeline.drafting import name_of, written
from pipeline.trial import _why_not

PLAIN = LIST.replace("https:", "http:")


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "list.html"
    path.write_text(styles.HTML_STYLES["table"](), encoding="utf-8")
    return path


def test_a_saved_listing_becomes_a_source_that_loads(cli, sources, saved):
    code, out, err = cli("source", "new", saved, "--url", LIST)
    assert (code, out.strip()) == (0, str(sources / "linyuan.yaml"))
    assert "12 entries" in err
    assert DOCUMENTS[0].url in err
    assert "next: read the file" in err
    assert "policywatch source check linyuan" in err
    source = load_source("linyuan")
    assert (source.list.kind, source.list.item, source.title) == (
        "html",
        "table#docTable tr",
        "临远市人民政府 政策文件",
    )
    assert source.confidence.list == "guess"


def test_nothing_is_overwritten(cli, sources, saved, tmp_path):
    assert cli("source", "new", saved, "--url", LIST)[0] == 0
    before = (sources / "linyuan.yaml").read_bytes()
    code, out, err = cli("source", "new", saved, "--url", LIST)
    assert (code, out) == (2, "")
    assert "choose another name with --name" in err
    other = tmp_path / "elsewhere"
    assert cli("source", "new", saved, "--url", LIST, "--name", "linyuan_two", "--dir", other)[0] == 0
    code, _, err = cli("source", "new", saved, "--url", LIST, "--name", "linyuan_two", "--dir", other)
    assert code == 2
    assert "exists and is not touched" in err
    assert (sources / "linyuan.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("www.linyuan.example/zcwj/",), "is not a web address"),
        (("ftp://www.linyuan.example/",), "is not a web address"),
        (("http://",), "is not a web address"),
        (("http://x.example/ y",), "is not a web address"),
        ((".",), "is not a web address"),
        (("nowhere.html", "--url", LIST), "there is no file nowhere.html"),
        (("http://203.0.113.7/zcwj/",), "say with --name"),
        (("http://203.0.113.7/zcwj/", "--name", "linyuan"), "only the public internet is asked"),
        ((LIST, "--name", "Lin Yuan"), "cannot name a source"),
        ((LIST, "--name", "ingest"), "cannot name a source"),
    ],
)
def test_wrong_use_is_said_before_anything_is_asked(cli, sources, web, words, said):
    code, out, err = cli("source", "new", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1
    assert list(sources.iterdir()) == []
    assert not web.asked


def test_a_file_needs_its_address_and_must_hold_a_listing(cli, sources, saved):
    code, _, err = cli("source", "new", saved)
    assert (code, "say with --url" in err) == (2, True)
    saved.write_bytes(b"%PDF-1.4")
    code, _, err = cli("source", "new", saved, "--url", LIST)
    assert (code, "is a PDF file" in err, len(err.splitlines())) == (2, True, 1)
    assert list(sources.iterdir()) == []


def test_one_polite_request_is_enough(cli, sources, web):
    web.serve(PLAIN, styles.HTML_STYLES["cards"]())
    code, out, _ = cli("source", "new", PLAIN, "--name", "linyuan_cards")
    assert (code, out.strip()) == (0, str(sources / "linyuan_cards.yaml"))
    assert dict(web.asked) == {"http://www.linyuan.example/robots.txt": 1, PLAIN: 1}
    assert load_source("linyuan_cards").list.start == PLAIN


def test_a_listing_that_robots_txt_closes_is_not_asked(cli, sources, web):
    web.serve(PLAIN, styles.HTML_STYLES["cards"]())
    web.serve("http://www.linyuan.example/robots.txt", "User-agent: *\nDisallow: /zwgk/\n", kind="text/plain")
    code, _, err = cli("source", "new", PLAIN)
    assert (code, "robots.txt forbids it" in err) == (1, True)
    assert not web.asked[PLAIN]
    assert list(sources.iterdir()) == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"status": 404, "error": None}, "is not there (404)"),
        ({"status": 403, "error": "the portal answered 403"}, "policywatch source new FILE --url"),
        ({"status": None, "error": "redirected to http://b.example/x: host b.example"}, "begin with that address"),
        ({"status": None, "error": "no answer in time"}, "did not come: no answer in time"),
    ],
)  # fmt: skip
def test_why_a_listing_did_not_come(row, said):
    assert said in _why_not(LIST, [row], {"reasons": []})


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://www.linyuan.gov.cn/zwgk/", "linyuan"),
        ("https://gxt.linyuan.gov.cn/", "linyuan_gxt"),
        ("http://linyuan-city.example/", "linyuan_city"),
        ("https://m.linyuan.com.cn/", "linyuan"),
        ("https://www.gov.cn/zhengce/", "gov"),
    ],
)
def test_a_source_is_named_by_the_rule(address, name):
    assert name_of(address) == name


def test_whatever_the_page_says_the_file_stays_one_of_yaml():
    from crawlers.guess import Draft, Sample  # noqa: PLC0415

    nasty = 'x"\n# y: [}\u2028\x1b[31m: ...'
    draft = Draft(
        {"kind": "feed", "start": LIST}, title=nasty, notes=[nasty], why={"start": nasty}, missing={"page_url": nasty}
    )
    draft.samples = [Sample("https://other.example/1", nasty)]
    text = written("linyuan", LIST, draft)
    content = yaml.safe_load(text)
    assert content["title"] == nasty
    assert content["list"] == {"kind": "feed", "start": LIST}
    assert content["hosts"] == ["other.example"]


@pytest.mark.usefixtures("sources")
def test_hosts_that_entries_lead_to(cli, tmp_path):
    """The same body's hosts are asked, strangers are named; where most entries lead to one, the list is made for it."""
    links = ["//zwgk.linyuan.example/t20250101_1.html"] * 3 + ["//far.example/t20250102_2.html"]
    rows = "".join(
        f'<li><a href="{link}?{at}">临远市管理办法之{at}的通知</a><b>2025-01-01</b></li>'
        for at, link in enumerate(links)
    )
    saved = tmp_path / "list.html"
    saved.write_text(styles.page(f"<ul class='wj'>{rows}</ul>"), encoding="utf-8")
    code, _, err = cli("source", "new", saved, "--url", LIST)
    assert (code, "not asked: far.example (1)" in err) == (0, True)
    assert load_source("linyuan").hosts == ("zwgk.linyuan.example",)

"""Searches that hold whole documents, all the way: crawled, archived, read, loaded, crawled again."""

import json
from datetime import date

import duckdb
import pytest
from warcio.archiveiterator import ArchiveIterator

from crawlers.archive import iter_warc, read_capture
from pipeline import run
from policywatch.home import Home

IGS = """{{kind: json, url: "{url}/igs/front/search/list.html", params: {{pageNumber: "{{page}}", pageSize: 2}},
  rows: page.content, total: page.total, text: ZW, values: {{status: {{1: 有效, 0: 失效}}}},
  fields: {{url: DOCPUBURL, title: BT, number: FWZH, issuers: FWJG_name, signed_date: CWRQ, published_date: FBRQ,
  status: YXX}}}}"""
SSP = """{{kind: json, url: "{url}/ssp/search/api/apiSearch", method: POST, params: {{page: "{{page}}", rows: 10}},
  rows: datas, total: page.recordcount, text: doccontent, fields: {{url: docpuburl, title: doctitle, number: fileno,
  issuers: puborg, published_date: pubdate}}}}"""
PLAIN = "各区人民政府： 　　一、加强用地管理。各区应当严格执行本办法。 　　二、本通知自2024年2月1日起施行，有效期五年。"
RICH = "<p>　　第一条　为了规范停车，制定本办法。</p><p>　　第二条　本办法自公布之日起施行。</p>"


def igs(rows, *, total, hits):
    """An answer of the search with counters of its own around the documents."""
    rows = [
        {
            "BT": f"云江市人民政府关于第{number}号地块的通知",
            "DOCPUBURL": f"http://zjj.yunjiang.example/zwgk/t20240105_{number}.html",
            "FWZH": f"云政规〔2024〕{number}号",
            "FWJG_name": "云江市人民政府",
            "YXX": status,
            "FBRQ": "2024-01-05T00:00:00.000+0800",
            "CWRQ": "2024-01-04T16:00:00.000Z",
            "ZW": text,
            "hits": hits,
            "trs_warehouse_time": f"2024-01-0{hits}T00:42:23.605Z",
        }
        for number, text, status in rows
    ]
    return json.dumps({"took": hits, "page": {"content": rows, "total": str(total), "pageSize": 2}})


def ssp(*rows):
    rows = [
        {
            "doctitle": f"云江省停车管理办法（{number}）",
            "docpuburl": f"http://www.yunjiang.example/zfgz/t_{number}.htm",
            "fileno": f"云江省人民政府令第{number}号",
            "puborg": "云江省人民政府",
            "pubdate": "2018.11.09 00:00:00",
            "doccontent": text,
            "score": None,
        }
        for number, text in rows
    ]
    return json.dumps({"countDatas": {}, "datas": rows, "page": {"recordcount": len(rows)}, "error": False})


@pytest.fixture(scope="module")
def crawled(portal, crawls, reply):
    """Both searches crawled three times; before the second round counters move, one text and one status change."""
    search = "/igs/front/search/list.html?pageNumber={}&pageSize=2"
    kind = "application/json; charset=utf-8"

    def answer(hits, second=PLAIN, status="1", third=""):
        rows = [(1, PLAIN, "1"), (2, second, "1"), (3, third, status)]
        portal.routes[search.format(1)] = reply(igs(rows[:2], total=3, hits=hits), kind=kind)
        portal.routes[search.format(2)] = reply(igs(rows[2:], total=3, hits=hits), kind=kind)

    crawls.source("igs", portal, IGS.format(url=portal.url))
    crawls.source("ssp", portal, SSP.format(url=portal.url))
    portal.routes["/ssp/search/api/apiSearch"] = reply(ssp((7, RICH)), kind=kind)
    found = []
    answer(1, third=RICH)
    found.append(crawls.run_all("igs", "ssp"))
    answer(2, second=PLAIN.replace("五年", "三年"), third=RICH)
    found.append(crawls.run_all("igs", "ssp"))
    answer(3, second=PLAIN.replace("五年", "三年"), third=RICH, status="0")
    found.append(crawls.run_all("igs"))
    return found, Home.at(crawls.home)


def pages(outcome):
    return [row for row in outcome.rows if row["role"] == "page"]


def test_every_document_is_a_page_that_was_never_asked(crawled, portal):
    (first, _, _), home = crawled
    assert first["igs"].summary["verdict"] == first["ssp"].summary["verdict"] == "good", first["igs"].summary
    assert first["igs"].summary["counts"] == {"new": 3}
    assert not any("zwgk" in path for path in portal.hits)
    row = pages(first["igs"])[0]
    assert row["url"] == "http://zjj.yunjiang.example/zwgk/t20240105_1.html"
    assert row["listed"] == {
        "title": "云江市人民政府关于第1号地块的通知",
        "number": "云政规〔2024〕1号",
        "issuers": "云江市人民政府",
        "signed_date": "2024-01-05",
        "signed_date_raw": "2024-01-04T16:00:00.000Z",
        "published_date": "2024-01-05",
        "published_date_raw": "2024-01-05T00:00:00.000+0800",
        "status": "有效",
        "status_raw": "1",
    }
    capture = read_capture(home, row["warc_file"], row["warc_offset"])
    assert (capture.content.decode(), capture.content_type) == (PLAIN, "text/plain; charset=utf-8")
    rich = pages(first["ssp"])[0]
    capture = read_capture(home, rich["warc_file"], rich["warc_offset"])
    assert (capture.content.decode(), capture.content_type) == (RICH, "text/html; charset=utf-8")


def test_the_archive_says_which_answer_a_text_is_from(crawled):
    (first, _, _), home = crawled
    path = home.archive / pages(first["igs"])[0]["warc_file"]
    with path.open("rb") as file:
        records = [(record.rec_type, record.rec_headers) for record in ArchiveIterator(file, check_digests="raise")]
    answers = {headers["WARC-Record-ID"]: headers["WARC-Target-URI"] for kind, headers in records if kind == "response"}
    texts = [headers for kind, headers in records if kind == "conversion"]
    assert [answers[headers["WARC-Refers-To"]].rpartition("?")[2] for headers in texts] == [
        "pageNumber=1&pageSize=2",
        "pageNumber=1&pageSize=2",
        "pageNumber=2&pageSize=2",
    ]
    ours = [capture.url for capture in iter_warc(path) if capture.record_type == "conversion"]
    assert ours == [headers["WARC-Target-URI"] for headers in texts]


def test_counters_around_a_text_change_nothing(crawled):
    (first, second, third), _ = crawled
    assert [row["outcome"] for row in pages(second["igs"])] == ["unchanged", "changed", "unchanged"]
    stands = [[(row["warc_file"], row["warc_offset"]) for row in pages(outcome["igs"])] for outcome in (first, second)]
    assert [one == other for one, other in zip(*stands, strict=True)] == [True, False, True]
    assert second["ssp"].summary["counts"] == {"unchanged": 1}
    assert [row["outcome"] for row in pages(third["igs"])] == ["unchanged", "unchanged", "unchanged"]
    assert {outcome.summary["verdict"] for outcome in (*second.values(), *third.values())} == {"good"}


def test_documents_are_read_and_loaded_with_what_the_listing_says(crawled, crawls, monkeypatch):
    _, home = crawled
    monkeypatch.setenv("POLICYWATCH_SOURCES", str(crawls.sources))
    monkeypatch.setenv("POLICYWATCH_NOW", crawls.now())
    run.read(home)
    run.load(home)
    with duckdb.connect(str(run.publish(home)), read_only=True) as connection:
        rows = connection.execute(
            "SELECT number, title, issuers[1], published_date, in_force_from, in_force_to FROM policies ORDER BY number"
        ).fetchall()
        changed = connection.execute(
            "SELECT kind, number FROM changes WHERE kind <> 'issued' ORDER BY number"
        ).fetchall()
    day = date(2024, 1, 5)
    assert [row[:4] for row in rows] == [
        ("云政规〔2024〕1号", "云江市人民政府关于第1号地块的通知", "云江市人民政府", day),
        ("云政规〔2024〕2号", "云江市人民政府关于第2号地块的通知", "云江市人民政府", day),
        ("云政规〔2024〕3号", "云江市人民政府关于第3号地块的通知", "云江市人民政府", day),
        ("云江省人民政府令第7号", "云江省停车管理办法（7）", "云江省人民政府", date(2018, 11, 9)),
    ]
    assert [str(row[5]) for row in rows[:2]] == ["2029-01-31", "2027-01-31"]
    # The third document's text is the same; only the search says that it ended.
    assert changed == [("silently_edited", "云政规〔2024〕2号"), ("repealed", "云政规〔2024〕3号")]


PAGE = """<html><body><h1>云江市人民政府关于停车的通知</h1><p>云政规〔2024〕9号</p><p>各区人民政府：</p>
<p>一、严格管理停车秩序。</p><p>二、本通知自2024年2月1日起施行。</p><p>云江市人民政府</p><p>2024年1月5日</p></body></html>"""
FLAGGED = '<ul><li><i>{}</i><a href="/flagged/t9.html" title="云江市人民政府关于停车的通知">停车</a></li></ul>'


def test_what_only_a_list_says_of_an_unchanged_page_is_read(portal, crawls, reply, monkeypatch):
    portal.routes["/flagged/"] = reply(FLAGGED.format("是"))
    portal.routes["/flagged/t9.html"] = reply(PAGE, etag='"nine"')
    listing = f'{{kind: html, start: "{portal.url}/flagged/", item: li, fields: {{status: i}}}}'
    crawls.source("flagged", portal, listing)
    monkeypatch.setenv("POLICYWATCH_SOURCES", str(crawls.sources))
    home = Home.at(crawls.home)
    outcomes = []
    for flag in ("是", "否", "否"):
        portal.routes["/flagged/"] = reply(FLAGGED.format(flag))
        outcomes += crawls.run("flagged", "--recheck-all").outcomes().values()
        monkeypatch.setenv("POLICYWATCH_NOW", crawls.now())
        run.read(home, "flagged")
        run.load(home, "flagged")
    assert outcomes == ["new", "not_modified", "not_modified"]
    with duckdb.connect(str(run.publish(home)), read_only=True) as connection:
        sql = "SELECT kind, quote FROM changes WHERE source = 'flagged' AND kind NOT IN ('issued', 'commenced')"
        assert connection.execute(sql).fetchall() == [("repealed", "否")]


def test_a_crawl_killed_between_answers_takes_no_text_twice(portal, crawls, reply, kill):
    search = "/igs/killed.html?pageNumber={}&pageSize=2"
    rows = [(number, f"{PLAIN}{number}", "1") for number in (1, 2, 3)]
    portal.routes[search.format(1)] = reply(igs(rows[:2], total=3, hits=1))
    portal.routes[search.format(2)] = reply(igs(rows[2:], total=3, hits=1))
    crawls.source("killed_igs", portal, IGS.format(url=portal.url).replace("front/search/list", "killed"))
    crawls.hour += 1
    process = crawls.start("killed_igs")
    portal.before = lambda path: kill(process.pid) if "pageNumber=2" in path and "killed" in path else None
    process.wait(60)
    portal.before = str
    outcome = crawls.run("killed_igs")
    assert (outcome.summary["verdict"], outcome.summary["counts"]) == ("good", {"new": 3})
    home = Home.at(crawls.home)
    with (home.archive / pages(outcome)[0]["warc_file"]).open("rb") as file:
        texts = [
            record.raw_stream.read().decode() for record in ArchiveIterator(file) if record.rec_type == "conversion"
        ]
    assert texts == [text for _, text, _ in rows]
    stored = [read_capture(home, row["warc_file"], row["warc_offset"]).content.decode() for row in pages(outcome)]
    assert stored == texts


def test_a_listing_that_changed_its_shape_never_ends_in_silence(portal, crawls, reply):
    whole = igs([(number, f"{PLAIN}{number}", "1") for number in range(12)], total=12, hits=1)
    route = "/igs/shape.html?pageNumber=1&pageSize=2"
    crawls.source("shape", portal, IGS.format(url=portal.url).replace("front/search/list", "shape"))
    said = []
    for answer in (
        reply(whole),
        reply(whole.replace('"FWZH": "', '"FWZH": "", "X": "')),
        reply(whole, headers={"Content-Encoding": "gzip"}),
    ):
        portal.routes[route] = answer
        summary = crawls.run("shape").summary
        said.append((summary["verdict"], "".join(summary["reasons"])))
    assert said[0] == ("good", "")
    fewer = "list.fields.number: filled in 0 of 12 entries, in the last good run in 12 of 12; look at the list"
    assert (said[1][0], said[1][1][: len(fewer)]) == ("suspect", fewer)
    assert said[2][0] == "failed"
    assert "the answer says gzip and is none" in said[2][1]

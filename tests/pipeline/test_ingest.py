"""Taking in pages written for these tests, good and bad, and foreign WARC files."""

import gzip
import io
import json

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline import ingest as work
from pipeline import run
from pipeline.ingest import FILE_COLUMNS, source_for

POLICY = """<html><head><title>{title}</title></head><body><h1>{title}</h1>
<div><p>{number}</p><p>各区人民政府，市政府各委、办、局：</p><p>现将有关事项通知如下。</p>
<p>一、总体要求</p><p>（一）{clause}</p><p>（二）本通知自2024年1月1日起施行。</p>
<p>试验市人民政府</p><p>2023年12月20日</p></div></body></html>"""


def policy(title="试验市人民政府关于开展试验的通知", number="试政发〔2023〕1号", clause="各单位要认真做好试验。"):
    return POLICY.format(title=title, number=number, clause=clause)


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "pages"
    root.mkdir()
    return root


@pytest.fixture
def put(folder):
    def write(name, content, **sidecar):
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)
        if sidecar:
            (folder / f"{name.partition('.')[0]}.json").write_text(json.dumps(sidecar), encoding="utf-8")

    return write


def outcomes(report):
    return {row["file"]: (row["outcome"], row["reason"]) for row in report.files}


def rows(home, sql):
    with run.ledger(home) as ledger:
        return ledger.query(sql)


def test_every_file_is_accounted_for(cli, declare, folder, put, home):
    declare("tiny")
    put("good.html", policy(), url="http://www.tiny.example/a.html", captured_at="2024-01-05T08:00:00+08:00")
    put("empty.html", b"", url="http://www.tiny.example/empty.html")
    put("half.html", policy()[:40], url="http://www.tiny.example/half.html")
    put("binary.html", b"\x89PNG\r\n\x1a\n" + bytes(200), url="http://www.tiny.example/binary.html")
    put(
        "gb.html",
        policy("试验市关于编码的通知", "试政发〔2023〕2号").encode("gb18030"),
        url="http://elsewhere.gov.cn/gb.html",
    )
    put("alone.html", policy())
    put("notes.md", "x")
    put("late.html", policy(), captured_at="2030-01-01")
    code, out, err = cli("ingest", folder, "--format", "json")
    found = {row["file"]: row for row in json.loads(out)}
    assert code == 0
    assert all(list(row) == list(FILE_COLUMNS) for row in found.values())
    assert {name: (row["outcome"], row["reason"]) for name, row in found.items()} == {
        "good.html": ("ingested", None),
        "gb.html": ("ingested", None),
        "empty.html": ("rejected", "empty"),
        "half.html": ("rejected", found["half.html"]["reason"]),
        "binary.html": ("rejected", "not_html"),
        "alone.html": ("skipped", "no_sidecar"),
        "notes.md": ("skipped", "no_sidecar"),
        "late.html": ("rejected", "sidecar"),
    }
    assert (found["good.html"]["source"], found["good.html"]["kind"]) == ("tiny", "policy")
    assert found["good.html"]["captured_at"] == "2024-01-05T00:00:00+00:00"
    assert found["gb.html"]["source"] == "saved"
    assert found["half.html"]["reason"] in {"no_text", "truncated", "empty", "not_html"}
    assert err.startswith("2 ingested, 4 rejected, 2 skipped")
    titles = {row["title"] for row in rows(home, "SELECT title FROM policy_version")}
    assert titles == {"试验市人民政府关于开展试验的通知", "试验市关于编码的通知"}
    assert len(rows(home, "SELECT * FROM rejected")) == 3


def test_the_authority_of_an_undeclared_host(declare, folder, put, home):
    declare("tiny")
    put("a.html", policy(), url="http://www.somewhere.gov.cn/a.html")
    put("b.html", policy("试验公司关于试验的通知", "试司发〔2023〕1号"), url="http://somewhere.example/b.html")
    work.ingest([folder], home=home)
    found = {row["url"]: row["authority"] for row in rows(home, "SELECT url, authority FROM page_version")}
    assert found == {"http://www.somewhere.gov.cn/a.html": "portal", "http://somewhere.example/b.html": "repost"}


def test_knowledge_time_is_the_record_s_own_and_history_follows(declare, folder, put, home):
    declare("tiny")
    put("old.html", policy(), url="http://www.tiny.example/a.html", captured_at="2024-01-05T08:00:00+08:00")
    put(
        "new.html",
        policy(clause="各单位要切实做好试验。"),
        url="http://www.tiny.example/a.html",
        captured_at="2024-02-05",
    )
    report = work.ingest([folder], home=home)
    assert set(outcomes(report).values()) == {("ingested", None)}
    versions = rows(home, "SELECT CAST(known_from AS VARCHAR) AS at FROM page_version ORDER BY known_from")
    assert [row["at"][:10] for row in versions] == ["2024-01-05", "2024-02-05"]
    assert report.events == {"issued": 1, "silently_edited": 1} | (
        {"commenced": 1} if "commenced" in report.events else {}
    )


def test_the_same_files_again_change_nothing(declare, folder, put, home):
    declare("tiny")
    put("a.html", policy(), url="http://www.tiny.example/a.html")
    first = work.ingest([folder], home=home)
    before = rows(home, "SELECT * FROM capture") + rows(home, "SELECT * FROM event ORDER BY event_id")
    again = work.ingest([folder], home=home)
    assert again.crawl_id == first.crawl_id
    assert outcomes(again) == outcomes(first)
    assert again.events == {}
    assert rows(home, "SELECT * FROM capture") + rows(home, "SELECT * FROM event ORDER BY event_id") == before


def test_a_page_without_a_url_is_named_after_its_file(declare, folder, put, home):
    declare("tiny")
    put("a.html", policy(), captured_at="2024-01-05")
    (row,) = work.ingest([folder], home=home).files
    assert row["url"] == "urn:policywatch:saved:a.html"
    assert row["detail"] == "no url in the sidecar; named after its file"
    assert [found["url"] for found in rows(home, "SELECT url FROM capture")] == ["urn:policywatch:saved:a.html"]


def warc(*answers):
    """A WARC file, a gzip member a record, as archives write them."""
    out = b""
    for number, (url, at, status, kind, body) in enumerate(answers):
        block = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n".encode() + body
        head = (
            f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{number:012}>\r\n"
            f"WARC-Target-URI: {url}\r\nWARC-Date: {at}\r\nContent-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(block)}\r\n\r\n"
        )
        out += gzip.compress(head.encode() + block + b"\r\n\r\n")
    return out


def test_a_warc_file_cut_off_keeps_what_is_whole(declare, folder, home):
    declare("tiny")
    page = policy().encode()
    whole = warc(
        ("http://www.tiny.example/a.html", "2024-01-05T00:00:00Z", "200 OK", "text/html; charset=utf-8", page),
        ("http://www.tiny.example/x.png", "2024-01-05T00:00:01Z", "200 OK", "image/png", b"\x89PNG"),
        ("http://www.tiny.example/gone.html", "2024-01-05T00:00:02Z", "404 Not Found", "text/html", b"gone"),
        ("http://www.tiny.example/b.html", "2024-01-05T00:00:03Z", "200 OK", "text/html", page * 20),
    )
    (folder / "crawl.warc.gz").write_bytes(whole[:-60])
    report = work.ingest([folder], home=home)
    assert sorted(row["reason"] or row["outcome"] for row in report.files) == [
        "ingested", "not_a_page", "status", "truncated",
    ]  # fmt: skip
    (row,) = rows(home, "SELECT url, CAST(fetched_at AS VARCHAR) AS at FROM capture")
    assert (row["url"], row["at"][:19]) == ("http://www.tiny.example/a.html", "2024-01-05 00:00:00")


@pytest.mark.parametrize(
    "content", [b"", b"not a warc", gzip.compress(b"not a warc either")], ids=["empty", "text", "gzip"]
)
def test_a_file_that_is_no_warc_is_rejected_and_the_rest_goes_on(declare, folder, put, home, content):
    declare("tiny")
    put("a.html", policy(), url="http://www.tiny.example/a.html")
    (folder / "x.warc.gz").write_bytes(content)
    found = outcomes(work.ingest([folder], home=home))
    assert found.pop("a.html") == ("ingested", None)
    assert all(outcome == "rejected" for outcome, _ in found.values())


def test_a_page_belongs_to_the_source_with_the_closest_homepage(declare):
    declare("tiny")
    other = """\
name: {name}
title: 另一栏目
jurisdiction: CN-BJ
authority: media
homepage: http://www.tiny.example/xinwen/
hosts: [m.tiny.example]
schedule: "17 6 * * *"
list: {{kind: pages, urls: ["http://www.tiny.example/xinwen/a.html"]}}
"""
    declare("news", text=other)
    sources = run.declared()
    assert source_for("http://www.tiny.example/zhengce/a.html", sources) == "tiny"
    assert source_for("http://www.tiny.example/xinwen/b.html", sources) == "news"
    assert source_for("http://m.tiny.example/b.html", sources) == "news"
    assert source_for("http://www.other.example/", sources) == "saved"
    assert source_for("urn:policywatch:saved:a.html", sources) == "saved"


def test_read_prints_a_json_line_a_page_and_needs_no_warehouse(cli, declare, folder, put, home):
    declare("tiny")
    put("a.html", policy(), url="http://www.tiny.example/a.html")
    put("b.html", policy(), url="nonsense")
    put("c.html", b"")
    put("notes.md", "x")
    code, out, err = cli("read", folder, "--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [row["path"].rpartition("/")[2] for row in found] == ["a.html", "b.html", "c.html"]
    first = found[0]
    assert (first["url"], first["kind"], first["number"]) == (
        "http://www.tiny.example/a.html", "policy", "试政发〔2023〕1号",
    )  # fmt: skip
    assert {"clauses", "citations", "effect", "in_force_from", "warnings"} <= set(first)
    assert found[1]["title"] == first["title"]
    assert found[2]["error"]["reason"] == "empty"
    assert "1 of 3 pages could not be read" in err
    assert not home.root.exists()


def test_read_fails_when_nothing_can_be_read(cli, declare, folder, put):
    declare("tiny")
    put("c.html", b"")
    assert cli("read", folder, "--json")[0] == 1


def test_revisits_find_their_bytes_in_the_other_files_and_no_record_is_from_the_future(declare, tmp_path, home):
    declare("tiny")
    folder = tmp_path / "warcs"
    folder.mkdir()
    page = policy().encode()
    url, first = "http://www.tiny.example/1.html", {"WARC-Date": "2024-01-05T00:00:00Z"}
    for name in ("a", "b"):
        out = io.BytesIO()
        writer = WARCWriter(out, gzip=True)
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        whole = writer.create_warc_record(
            url, "response", io.BytesIO(page), len(page), http_headers=head, warc_headers_dict=dict(first)
        )
        writer.write_record(whole)
        digest = whole.rec_headers.get_header("WARC-Payload-Digest")
        if name == "a":  # read before the file that has the bytes
            out.seek(0)
            out.truncate()
            for date in ("2024-02-05T00:00:00Z", "2034-02-05T00:00:00Z"):
                again = writer.create_revisit_record(url, digest, url, "", warc_headers_dict={"WARC-Date": date})
                writer.write_record(again)
        (folder / f"{name}.warc.gz").write_bytes(out.getvalue())
    report = work.ingest([folder], home=home)
    assert sorted((row["file"].split("#")[0], row["outcome"], row["reason"]) for row in report.files) == [
        ("a.warc.gz", "ingested", None), ("a.warc.gz", "rejected", "future_date"), ("b.warc.gz", "ingested", None),
    ]  # fmt: skip

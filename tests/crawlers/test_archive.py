"""The archive by itself: writing, reading back, other people's files, damage."""

import gzip
import io
from datetime import UTC, datetime, timedelta

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.archive import (
    BadRecord,
    Capture,
    SavedPage,
    SavedRun,
    iter_warc,
    read_capture,
    saved_crawl_id,
    write_saved,
)
from crawlers.index import Index
from crawlers.manifest import read_manifest
from crawlers.store import Answer, Archive, Request
from policywatch.errors import StorageError
from policywatch.home import Home

AT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def home(tmp_path):
    return Home.at(tmp_path / "home")


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setenv("POLICYWATCH_NOW", "2024-06-01T00:00:00+00:00")


def foreign(path, *, compress=True, version="1.0", whole=False):
    """A WARC as other tools write it: a response gzipped and chunked, a resource, a revisit, a request, DNS."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=compress, warc_version=version)
    packed = gzip.compress("政策一".encode())
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(packed), packed)
    date = {"WARC-Date": "2021-03-04T05:06:07Z"}
    head = [("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")]
    http = StatusAndHeaders("200 OK", head, protocol="HTTP/1.1")
    first = writer.create_warc_record(
        "http://a.example/1",
        "response",
        io.BytesIO(chunked),
        len(chunked),
        http_headers=http,
        warc_headers_dict=dict(date),
    )
    writer.write_record(first)
    asked = StatusAndHeaders("GET /1 HTTP/1.1", [("Host", "a.example")], is_http_request=True)
    writer.write_record(writer.create_warc_record("http://a.example/1", "request", http_headers=asked))
    writer.write_record(
        writer.create_warc_record("dns:a.example", "response", io.BytesIO(b"1.2.3.4"), 7, warc_content_type="text/dns")
    )
    writer.write_record(
        writer.create_warc_record(
            "http://a.example/2", "resource", io.BytesIO(b"two"), 3, warc_content_type="text/plain",
            warc_headers_dict={"WARC-Date": "2021-03-04T05:06:08.123456Z"},
        )
    )  # fmt: skip
    digest = first.rec_headers.get_header("WARC-Payload-Digest")
    writer.write_record(
        writer.create_revisit_record(
            "http://a.example/1", digest, "http://a.example/1", date["WARC-Date"], http_headers=http,
            warc_headers_dict={"WARC-Date": "2022-01-01T00:00:00Z"},
        )
    )  # fmt: skip
    writer.write_record(
        writer.create_revisit_record("http://a.example/9", "sha1:NOWHERE", "http://a.example/9", date["WARC-Date"])
    )
    path.write_bytes(gzip.compress(out.getvalue()) if whole else out.getvalue())
    return path


@pytest.mark.parametrize(
    "how", [{}, {"compress": False}, {"version": "1.1"}, {"compress": False, "whole": True}], ids=str
)
def test_other_peoples_files(tmp_path, how):
    one, two, again, lost = iter_warc(foreign(tmp_path / "x.warc.gz", **how))
    assert isinstance(one, Capture)
    assert (one.url, one.status, one.content_type) == ("http://a.example/1", 200, "text/html")
    assert one.content.decode() == "政策一"
    assert one.fetched_at == datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert (two.content, two.status, two.record_type, two.content_type) == (b"two", None, "resource", "text/plain")
    assert two.fetched_at == datetime(2021, 3, 4, 5, 6, 8, tzinfo=UTC)
    assert (again.record_type, again.content.decode(), again.fetched_at.year) == ("revisit", "政策一", 2022)
    assert (lost.reason, lost.url) == ("unresolved_revisit", "http://a.example/9")


@pytest.mark.parametrize("compress", [True, False])
def test_a_file_cut_anywhere_keeps_what_is_whole_and_says_what_is_not(tmp_path, compress):
    data = foreign(tmp_path / "x.warc", compress=compress).read_bytes()
    full = len(list(iter_warc(tmp_path / "x.warc")))
    cut = tmp_path / "cut.warc"
    seen = set()
    for size in range(1, len(data), 37):
        cut.write_bytes(data[:size])
        found = list(iter_warc(cut))
        assert len(found) <= full + 1
        bad = [item for item in found[:-1] if isinstance(item, BadRecord) and item.reason != "unresolved_revisit"]
        assert not bad  # only the last can be damaged
        if found and isinstance(found[-1], BadRecord):
            seen.add(found[-1].reason)
    assert "truncated" in seen


def test_damage_in_the_middle_and_no_warc_at_all(tmp_path):
    data = bytearray(foreign(tmp_path / "x.warc.gz").read_bytes())
    middle = data.find(b"\x1f\x8b", 20)
    data[middle + 15 : middle + 40] = b"\0" * 25
    (tmp_path / "bad.warc.gz").write_bytes(data)
    first, *_, last = iter_warc(tmp_path / "bad.warc.gz")
    assert isinstance(first, Capture)
    assert isinstance(last, BadRecord)
    (tmp_path / "page.warc").write_text("<html>no warc</html>")
    (only,) = iter_warc(tmp_path / "page.warc")
    assert (only.reason, only.detail) == ("damaged", "no WARC record starts here")
    (tmp_path / "none.warc").write_bytes(b"")
    assert list(iter_warc(tmp_path / "none.warc")) == []
    with pytest.raises(StorageError, match="cannot read"):
        list(iter_warc(tmp_path / "nowhere.warc"))


def test_a_bomb_is_reported_and_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("crawlers.packing.MAX_CONTENT", 2)
    first, *_ = iter_warc(foreign(tmp_path / "x.warc.gz"))
    assert (first.reason, first.url) == ("too_large", "http://a.example/1")


def test_an_answer_comes_back_as_it_went_in(home):
    archive = Archive(home)
    archive.open_crawl("s", "s-1", AT)
    packed = gzip.compress("政策".encode())
    headers = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("X-Odd", "a: b"))
    answer = Answer(200, "OK", headers, packed)
    stored = archive.write(Request("GET", "http://a.example/p?q=1", (("User-Agent", "x"),)), answer, fetched_at=AT)
    archive.sync()
    archive.close()
    capture = read_capture(home, stored.place.file, stored.place.offset)
    assert (capture.content.decode(), capture.status, capture.fetched_at) == ("政策", 200, AT)
    assert dict(capture.headers)["X-Odd"] == "a: b"
    with (home.archive / stored.place.file).open("rb") as file:
        records = list(ArchiveIterator(file, no_record_parse=False))
    assert [record.rec_type for record in records] == ["warcinfo", "request", "response"]
    with pytest.raises(StorageError, match="restore the archive"):
        read_capture(home, stored.place.file, stored.place.offset + 1)
    with pytest.raises(StorageError, match="restore the archive"):
        read_capture(home, "s/2024/gone.warc.gz", 0)


def test_a_closed_archive_says_so(home):
    with pytest.raises(StorageError, match="open_crawl"):
        Archive(home).sync()


def page(number, content, hours=0, **more):
    url = f"http://a.example/{number}"
    return SavedPage("kept", url, content.encode(), AT + timedelta(hours=hours), "text/html", **more)


def test_saved_pages_go_the_way_of_a_crawl(home):
    run = SavedRun(saved_crawl_id(["b", "a"]), AT)
    assert run.crawl_id == saved_crawl_id(["a", "b"])
    assert run.crawl_id.startswith("ingest-")
    headers = (("Content-Encoding", "gzip"), ("ETag", '"x"'))
    pages = [
        page(1, "new text", 5),
        page(1, "old text"),
        page(1, "old text"),
        page(1, "new text", 9),
        page(2, "there", status=200, headers=headers),
        page(2, "gone", 1, status=404),
        page(3, "broken", status=500),
    ]
    summary = write_saved(home, run, pages)
    assert (summary["source"], summary["verdict"]) == (None, "good")
    rows = list(read_manifest(home.crawls / "ingest" / run.crawl_id / "manifest.jsonl"))
    assert {(row.url[-1], row.fetched_at[11:13]): row.outcome for row in rows} == {
        ("1", "03"): "new",
        ("1", "08"): "changed",
        ("1", "12"): "unchanged",
        ("2", "03"): "new",
        ("2", "04"): "missing",
        ("3", "03"): "failed",
    }
    for row in rows:
        capture = read_capture(home, row.warc_file, row.warc_offset)
        assert (capture.fetched_at, capture.url, capture.content_type) == (
            datetime.fromisoformat(row.fetched_at), row.url, "text/html",
        )  # fmt: skip
    assert "content-encoding" not in {name.lower() for name, _ in capture.headers}
    size = (home.archive / rows[0].warc_file).stat().st_size
    assert write_saved(home, run, pages) == summary
    assert (home.archive / rows[0].warc_file).stat().st_size == size
    with Index.open(home) as index:
        known = {page.url: page for page in index.pages("kept")}
    assert known["http://a.example/1"].last_fetched_at == "2024-01-02T12:04:05Z"
    assert known["http://a.example/2"].missing == 1


def test_a_later_taking_in_of_older_pages_does_not_set_the_clock_back(home):
    write_saved(home, SavedRun("ingest-1", AT), [page(1, "today")])
    write_saved(home, SavedRun("ingest-2", AT), [page(1, "before", -5), page(1, "today", 3)])
    with Index.open(home) as index:
        known = index.page("kept", "http://a.example/1")
    assert (known.last_fetched_at, known.last_outcome) == ("2024-01-02T06:04:05Z", "changed")


def test_a_killed_taking_in_starts_over(home):
    run = SavedRun("ingest-1", AT)

    def interrupted():
        yield page(1, "one")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_saved(home, run, interrupted())
    summary = write_saved(home, run, [page(1, "one"), page(2, "two")])
    assert summary["counts"] == {"new": 2}
    captures = list(iter_warc(home.archive / "ingest" / "2024" / "ingest-1.warc.gz"))
    assert [item.content for item in captures] == [b"one", b"two"]


def test_two_answers_of_one_second_are_both_kept(home):
    write_saved(home, SavedRun("ingest-1", AT), [page(1, "one"), page(1, "other")])
    rows = list(read_manifest(home.crawls / "ingest" / "ingest-1" / "manifest.jsonl"))
    assert len({row.capture_id for row in rows}) == 2
    assert {row.outcome for row in rows} == {"new", "changed"}


def test_a_damaged_or_newer_index_says_what_to_do(home):
    with Index.open(home) as index:
        index._db.execute("PRAGMA user_version=99")
    with pytest.raises(StorageError, match="newer policywatch; upgrade"):
        Index.open(home)
    (home.archive / "index.sqlite").write_bytes(b"no database at all" * 100)
    for beside in home.archive.glob("index.sqlite-*"):
        beside.unlink()
    with pytest.raises(StorageError, match="delete it if it is damaged"):
        Index.open(home)


def test_a_manifest_that_is_gone_says_so(home):
    with pytest.raises(StorageError, match="restore crawls"):
        list(read_manifest(home.crawls / "manifest.jsonl"))

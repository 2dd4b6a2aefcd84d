"""Files as other tools write them, made here record by record: wget, Browsertrix, the Internet Archive."""

import base64
import gzip
import hashlib
import zlib

import pyarrow as pa
import pytest

from crawlers import foreign, packing, warc
from crawlers.archive import BadRecord, Capture, Shelf, iter_warc
from policywatch.errors import StorageError

PAGE = "<html><body>关于试验的通知</body></html>".encode() * 40
URL = "http://a.example/1"
DATE = "2021-03-04T05:06:07Z"


def sha1(payload):
    return "sha1:" + base64.b32encode(hashlib.sha1(payload).digest()).decode()


def record(kind, url=None, block=b"", *, version="1.0", **fields):
    """One WARC record; a field named with underscores is written with dashes, one that is None is left out."""
    given = {"warc_date": DATE, "content_type": "application/http; msgtype=response", **fields}
    lines = [f"WARC/{version}", f"WARC-Type: {kind}"]
    if url:
        lines.append(f"WARC-Target-URI: {url}")
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in given.items() if value is not None]
    return "\r\n".join([*lines, f"Content-Length: {len(block)}", "", ""]).encode() + block + b"\r\n\r\n"


def http(payload=PAGE, status="HTTP/1.1 200 OK", **fields):
    lines = [status, "Content-Type: text/html"]
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode() + payload


def chunked(payload, size=1000):
    parts = [payload[at : at + size] for at in range(0, len(payload), size)]
    return b"".join(b"%X; x=y\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def packed(name, payload=PAGE):
    return {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "raw": lambda data: zlib.compress(data)[2:-4],
        "br": lambda data: pa.compress(data, codec="brotli", asbytes=True),
        "zstd": lambda data: pa.compress(data, codec="zstd", asbytes=True),
    }[name](payload)


@pytest.fixture
def put(tmp_path):
    def write(*records, name="x.warc.gz", each=gzip.compress):
        path = tmp_path / name
        path.write_bytes(b"".join(map(each, records)))
        return path

    return write


def contents(path):
    return [(item.url, item.content) if isinstance(item, Capture) else item.reason for item in iter_warc(path)]


def test_wget(put):
    path = put(
        record("warcinfo", None, b"software: Wget/1.21\r\n", content_type="application/warc-fields"),
        record("request", f"<{URL}>", b"GET /1 HTTP/1.1\r\nHost: a.example\r\n\r\n"),
        record("response", f"<{URL}>",
               http(chunked(packed("gzip")), transfer_encoding="chunked", content_encoding="gzip"),
               warc_ip_address="192.0.2.1", warc_payload_digest=sha1(b"x")),
        record("response", "<http://a.example/2>", http(chunked(PAGE), Transfer_Encoding="chunked")),
        record("metadata", "<metadata://gnu.org/software/wget/warc/MANIFEST.txt>", b"<urn:uuid:1>"),
        record("resource", "<metadata://gnu.org/software/wget/warc/wget.log>", b"log", content_type="text/plain"),
    )  # fmt: skip
    assert contents(path) == [(URL, PAGE), ("http://a.example/2", PAGE)]


def test_browsertrix(put):
    path = put(
        record("warcinfo", None, b"software: Browsertrix-Crawler 1.5\r\n", version="1.1"),
        record("response", URL, http(packed("br"), "HTTP/2 200 ", content_encoding="br"), version="1.1",
               warc_date="2024-05-06T07:08:09.123Z", warc_payload_digest="sha256:" + "0" * 64, warc_page_id="p"),
        record("request", URL, b"GET /1 HTTP/1.1\r\nhost: a.example\r\n\r\n", version="1.1"),
        record("response", "https://a.example/2", b":status: 200\r\ncontent-type: text/html\r\n\r\n" + PAGE),
        record("response", "https://a.example/3", http(packed("zstd"), "HTTP/1.1 200", content_encoding="zstd")),
        record("resource", "urn:pageinfo:https://a.example/1", b"{}", version="1.1", content_type="application/json"),
        record("resource", "urn:view:https://a.example/1", b"\x89PNG", version="1.1", content_type="image/png"),
        record("resource", "urn:text:https://a.example/1", b"text", version="1.1", content_type="text/plain"),
        record("conversion", URL, b"an extract", version="1.1", content_type="text/plain"),
    )  # fmt: skip
    first, second, third = iter_warc(path)
    assert (first.content, first.status, first.fetched_at.isoformat()) == (PAGE, 200, "2024-05-06T07:08:09+00:00")
    assert (second.content, second.status, second.content_type) == (PAGE, 200, "text/html")
    assert (third.content, third.status) == (PAGE, 200)


REVISIT = {
    "warc_profile": "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest",
    "warc_payload_digest": sha1(PAGE),
    "warc_date": "2022-01-01T00:00:00Z",
}


def test_the_internet_archive(put):
    path = put(
        record("warcinfo", None, b"", content_type="application/warc-fields"),
        record("response", "dns:a.example", b"20210304050607\na.example. 60 IN A 192.0.2.1\n", content_type="text/dns"),
        record("response", URL, http(PAGE, "HTTP/1.0 200"), warc_payload_digest=sha1(PAGE)),
        # A revisit with a head and one without, of another address with the same bytes.
        record("revisit", URL, http(b""), **REVISIT),
        record("revisit", "http://a.example/same", **REVISIT),
        record("revisit", "http://a.example/304", http(b"", "HTTP/1.1 304 Not Modified"),
               warc_profile="http://netpreserve.org/warc/1.0/revisit/server-not-modified",
               warc_refers_to_target_uri=URL, warc_refers_to_date=DATE, warc_date="2023-01-01T00:00:00Z"),
    )  # fmt: skip
    found = list(iter_warc(path))
    assert [item.url[17:] for item in found] == ["1", "1", "same", "304"]
    assert {item.content for item in found} == {PAGE}
    assert {(item.status, item.content_type) for item in found} == {(200, "text/html")}
    assert [item.fetched_at.year for item in found] == [2021, 2022, 2022, 2023]


def arc(url, block, at="20010203040506", kind="text/html"):
    return f"{url} 192.0.2.1 {at} {kind} {len(block)}\n".encode() + block + b"\n"


@pytest.mark.parametrize("each", [gzip.compress, bytes], ids=["by record", "plain"])
def test_the_older_format(put, each):
    head = b"1 0 InternetArchive\nURL IP-address Archive-date Content-type Archive-length\n"
    path = put(
        arc("filedesc://x.arc", head, kind="text/plain"),
        arc("dns:a.example", b"x", kind="text/dns"),
        arc(URL, http(PAGE, "HTTP/1.0 200 OK")),
        arc("http://a.example/old", b"HTTP/1.1 404 Not Found\nContent-Type: text/html\n\ngone"),
        name="x.arc.gz",
        each=each,
    )
    first, second = iter_warc(path)
    assert (first.url, first.content, first.status, first.fetched_at.isoformat()) == (
        URL, PAGE, 200, "2001-02-03T04:05:06+00:00",
    )  # fmt: skip
    assert (second.content, second.status) == (b"gone", 404)


def three():
    return [
        record("warcinfo", None, b"software: x\r\n"),
        record("response", URL, http(), warc_payload_digest=sha1(PAGE)),
        record("revisit", URL, http(b""), **REVISIT),
    ]


def test_one_gzip_around_everything(put, tmp_path):
    whole = put(*three(), name="whole.warc.gz", each=bytes)
    whole.write_bytes(gzip.compress(whole.read_bytes()))
    assert contents(whole) == [(URL, PAGE), (URL, PAGE)]
    # Two such files joined, and one that is cut off.
    both = tmp_path / "both.warc.gz"
    both.write_bytes(whole.read_bytes() * 2)
    assert contents(both) == [(URL, PAGE)] * 4
    cut = tmp_path / "cut.warc.gz"
    cut.write_bytes(whole.read_bytes()[:-60])
    assert contents(cut)[-1] == "truncated"


def test_one_gzip_that_would_fill_the_disk(put, monkeypatch):
    path = put(b"".join(three()))
    monkeypatch.setattr(foreign, "MAX_WHOLE", 1000)
    monkeypatch.setattr(foreign, "_CHUNK", 500)
    assert contents(path)[-1] == "too_large"


@pytest.mark.parametrize("tail", [b"\0" * 5000, b""], ids=["zeros", "nothing"])
@pytest.mark.parametrize("each", [gzip.compress, bytes], ids=["by record", "plain"])
def test_what_is_no_damage(put, tail, each):
    path = put(*three(), each=each)
    path.write_bytes(path.read_bytes() + tail)
    assert contents(path) == [(URL, PAGE), (URL, PAGE)]


@pytest.mark.parametrize("each", [gzip.compress, bytes], ids=["by record", "plain"])
def test_garbage_at_the_end_is_reported_and_costs_nothing(put, each):
    path = put(*three(), each=each)
    path.write_bytes(path.read_bytes() + b"</html> what a transfer left behind" * 50)
    assert contents(path) == [(URL, PAGE), (URL, PAGE), "damaged"]


@pytest.mark.parametrize("each", [gzip.compress, bytes], ids=["by record", "plain"])
def test_garbage_in_the_middle_costs_only_what_it_hit(put, each):
    before, after = (record("response", f"http://a.example/{name}", http()) for name in ("before", "after"))
    hit = bytearray(each(record("response", "http://a.example/hit", http())))
    hit[: len(hit) // 2] = b"\1" * (len(hit) // 2)
    path = put(each(before), bytes(hit), each(after), each=bytes)
    assert contents(path) == [("http://a.example/before", PAGE), "damaged", ("http://a.example/after", PAGE)]


def test_a_revisit_finds_its_bytes_in_another_file_whichever_is_read_first(put):
    bare = {**REVISIT, "warc_payload_digest": None, "warc_refers_to_target_uri": URL, "warc_refers_to_date": DATE}
    late = put(
        record("revisit", URL, http(b""), **REVISIT), record("revisit", URL, http(b""), **bare), name="a.warc.gz"
    )
    lost = put(record("revisit", URL, **{**REVISIT, "warc_payload_digest": "sha1:NOWHERE"}), name="b.warc.gz")
    first = put(b"".join(three()), name="c.warc.gz")  # one gzip around everything
    with Shelf() as shelf:
        assert [item.url for path in (late, lost, first) for item in shelf.read(path)] == [URL, URL]
        found = list(shelf.late())
    assert [path.name for path, _ in found] == ["a.warc.gz", "a.warc.gz", "b.warc.gz"]
    assert [getattr(item, "content", None) for _, item in found] == [PAGE, PAGE, None]
    assert found[2][1].reason == "unresolved_revisit"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"warc_truncated": "length"}, "truncated"),
        ({"warc_segment_number": "1"}, "truncated"),
        ({"warc_date": None}, "no_date"),
        ({"warc_date": "yesterday"}, "no_date"),
    ],
)
def test_a_record_that_says_it_is_no_whole_answer(put, fields, reason):
    (found,) = iter_warc(put(record("response", URL, http(), **fields)))
    assert (found.reason, found.url) == (reason, URL)


@pytest.mark.parametrize("name", ["gzip", "x-gzip", "deflate", "raw", "br", "zstd", "gzip, br", "identity", "utf-8"])
def test_encodings(name):
    payload = PAGE
    for part in name.split(", "):
        payload = packed(part.removeprefix("x-"), payload) if part not in {"identity", "utf-8"} else payload
    said = "deflate" if name == "raw" else name
    assert packing.unpack(payload, "", said, whole=True) == PAGE
    assert packing.unpack(chunked(payload), "chunked", said, whole=True) == PAGE
    assert packing.unpack(PAGE, "chunked", said, whole=True) == PAGE  # the header stayed and the encoding was undone


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_is_cut_off_is_none_where_it_must_be_whole(name):
    noise = hashlib.shake_256(b"x").digest(300_000)
    cut = packed(name, noise)[:-2000]
    with pytest.raises(packing.PackedError, match="cut off"):
        packing.unpack(cut, "", name, whole=True)
    assert noise.startswith(packing.unpack(cut, "", name))


def test_other_ways_of_ending_early():
    with pytest.raises(packing.PackedError, match="last chunk"):
        packing.unpack(chunked(PAGE)[:-100], "chunked", "", whole=True)
    assert PAGE.startswith(packing.unpack(chunked(PAGE)[:-100], "chunked", ""))
    with pytest.raises(packing.PackedError, match="known"):
        packing.unpack(PAGE, "", "sdch")
    with pytest.raises(packing.TooLargeError):
        packing.unpack(packed("gzip", bytes(10_000_000)), "", "gzip", limit=1_000_000)


def test_a_record_or_member_that_is_too_large_is_passed_over(put, monkeypatch):
    monkeypatch.setattr(warc, "MAX_RECORD", 1500)
    small = record("response", URL, http(b"small"))
    for each in (gzip.compress, bytes):
        found = list(iter_warc(put(record("response", URL, http()), small, each=each)))
        assert [type(item) for item in found] == [BadRecord, Capture]


def test_a_file_that_cannot_be_opened(tmp_path):
    with pytest.raises(StorageError, match="cannot read"):
        list(iter_warc(tmp_path / "nowhere.warc.gz"))

"""The archive's files seen from outside: another reader than the writer, files that are cut, everything made again."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

from crawlers import rebuild, store
from crawlers.archive import read_capture
from crawlers.commit import finish
from crawlers.index import Index
from crawlers.manifest import ManifestWriter, Row, read_manifest
from crawlers.store import Answer, Archive, Request, segments
from crawlers.warc import Damage, read_at, read_warc
from policywatch.errors import StorageError
from policywatch.home import Home

AT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setenv("POLICYWATCH_NOW", "2024-06-01T00:00:00+00:00")


def noise(number, size=2000):
    return hashlib.shake_256(str(number).encode()).digest(size)  # gzip cannot shrink it


def url(number):
    return f"http://a.example/{number}"


class Crawl:
    """A crawl written by hand: answers, then the commit."""

    def __init__(self, home, name="s-20240102T030405Z", at=AT):
        self.home, self.name, self.at = home, name, at
        self.folder = home.crawls / "s" / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.archive = Archive(home)
        self.archive.open_crawl("s", name, at)
        self.manifest = ManifestWriter(self.folder / "manifest.jsonl")
        self.counts = {}

    def ask(self, number, body=None, *, status=200, body_sent=b""):
        """Archive one answer; a repeated one becomes a revisit, as in a crawl."""
        with Index.open(self.home) as index:
            known = index.page("s", url(number))
        request = Request("POST" if body_sent else "GET", url(number), (("User-Agent", "x"),), body_sent)
        replayed = self.archive.replay(request)
        if replayed:
            stored = replayed[0]
        else:
            at = self.at + timedelta(seconds=number)
            headers = (("Content-Type", "text/html"), ("ETag", '"e"'))
            payload = b"" if status == 304 else noise(number) if body is None else body
            stored = self.archive.write(request, Answer(status, "", headers, payload), fetched_at=at, known=known)
        outcome = "new" if known is None else "not_modified" if status == 304 else "unchanged"
        self.counts[outcome] = self.counts.get(outcome, 0) + 1
        self.manifest.add_row(
            Row(
                f"{self.name}{number}", self.name, "s", "page", url(number), url(number),
                stored.fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ"), outcome, stored.status,
                digest=f"sha256:{number}", warc_file=stored.place.file, warc_offset=stored.place.offset,
                warc_length=stored.place.length, payload_digest=stored.payload_digest, final_url=url(number),
            )
        )  # fmt: skip
        return stored

    def commit(self):
        at = self.at.isoformat()
        summary = {
            "crawl_id": self.name, "source": "s", "started_at": at, "finished_at": at, "verdict": "good",
            "counts": self.counts, "lists": [],
        }  # fmt: skip
        finish(self.home, self.archive, self.folder, summary, self.manifest)

    def leave(self):
        """What the end of a killed process leaves behind."""
        self.archive.close()
        self.manifest.close()


@pytest.fixture
def home(tmp_path):
    return Home.at(tmp_path / "home")


@pytest.fixture
def two_crawls(home):
    """A first crawl, and one a month later that found the same: bytes again, and a 304."""
    first = Crawl(home)
    for number in range(4):
        first.ask(number)
    first.ask(9, b"", body_sent=b"page=1")
    first.commit()
    second = Crawl(home, "s-20240202T030405Z", AT + timedelta(days=31))
    second.ask(1)
    second.ask(2, status=304)
    second.commit()
    return home


def test_another_reader_reads_what_we_write(two_crawls):
    files = sorted(two_crawls.archive.rglob("*.warc.gz"))
    assert len(files) == 2
    records = []
    for path in files:
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, parse_http=False):
                assert record.verify_block_digest()
                records.append((record.record_type, dict(record.headers), record.stream_pos))
                assert len(record.record_id) > 30
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, record_types=WarcRecordType.response | WarcRecordType.resource):
                assert record.verify_payload_digest()
    kinds = [fields["WARC-Type"] for _, fields, _ in records]
    pairs = ["request", "response"] * 5
    assert kinds == [
        "warcinfo", *pairs, "metadata", "metadata",
        "warcinfo", "request", "revisit", "request", "revisit", "metadata", "metadata",
    ]  # fmt: skip
    same, not_modified = (fields for kind, fields, _ in records if kind == WarcRecordType.revisit)
    original = next(fields for kind, fields, _ in records if kind == WarcRecordType.response and url(1) in str(fields))
    assert same["WARC-Profile"].endswith("/identical-payload-digest")
    assert not_modified["WARC-Profile"].endswith("/server-not-modified")
    assert same["WARC-Payload-Digest"] == original["WARC-Payload-Digest"]
    assert same["WARC-Refers-To-Target-URI"] == url(1)
    assert same["WARC-Refers-To-Date"] == original["WARC-Date"]
    heads = [fields for _, fields, _ in records]
    asked = [fields["WARC-Concurrent-To"] for fields in heads if fields["WARC-Type"] == "request"]
    assert asked == [fields["WARC-Record-ID"] for fields in heads if fields["WARC-Type"] in {"response", "revisit"}]


def test_the_bytes_are_those_that_came(two_crawls):
    first = min(two_crawls.archive.rglob("*.warc.gz"))
    with first.open("rb") as stream:
        found = {
            record.headers["WARC-Target-URI"]: record.reader.read()
            for record in ArchiveIterator(stream, record_types=WarcRecordType.response)
        }
    assert found == {**{url(number): noise(number) for number in range(4)}, url(9): b""}


def test_warcios_own_check_finds_every_digest_right(two_crawls):
    files = [str(path) for path in two_crawls.archive.rglob("*.warc.gz")]
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", *files], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "digest pass" in checked.stdout
    assert "fail" not in checked.stdout


def test_an_unchanged_page_costs_a_revisit_record_and_nothing_else(two_crawls):
    second = max(two_crawls.archive.rglob("*.warc.gz"))
    assert second.stat().st_size < 4500 < len(noise(1)) + len(noise(2)) + 1000
    revisits = [record for record in read_warc(second) if not isinstance(record, Damage) and record.kind == "revisit"]
    assert [record.payload for record in revisits] == [b"", b""]
    captures = [read_capture(two_crawls, f"s/2024/{second.name}", record.offset) for record in revisits]
    assert [capture.content for capture in captures] == [noise(1), noise(2)]


def test_captures_are_found_by_address_and_time_without_scanning(two_crawls):
    with Index.open(two_crawls) as index:
        said = []
        index._db.set_trace_callback(said.append)
        assert [found.fetched_at[:7] for found in index.captures(url(1))] == ["2024-01", "2024-02"]
        assert [found.outcome for found in index.captures(url(1), "2024-02")] == ["unchanged"]
        assert [found.outcome for found in index.captures(url(1), until="2024-01")] == ["new"]
        assert index.captures(url(1), "2024-03") == index.captures("http://a.example/never") == []
        index.page("s", url(1))
        index._db.set_trace_callback(None)
        for sql in said:
            plan = " ".join(row[3] for row in index._db.execute(f"EXPLAIN QUERY PLAN {sql}"))
            assert "SEARCH" in plan
            assert "SCAN" not in plan
            assert "TEMP B-TREE" not in plan
        (found,) = index.captures(url(3))
    # Only the record itself is read: all that stands before it may be gone.
    path = two_crawls.archive / found.warc_file
    data = path.read_bytes()
    path.write_bytes(data[:2] + bytes(found.warc_offset - 2) + data[found.warc_offset :])
    assert read_at(path, found.warc_offset).payload == noise(3)


@pytest.fixture
def small_files(monkeypatch):
    """Files of at most 7 KB: each takes three answers of 2 KB."""
    monkeypatch.setattr(store, "MAX_FILE", 7_000)
    monkeypatch.setattr(store, "_HEADS", 500)


@pytest.mark.usefixtures("small_files")
def test_a_crawl_goes_on_in_the_next_file(home):
    crawl = Crawl(home)
    places = [crawl.ask(number).place for number in range(10)]
    crawl.commit()
    files = segments(home, "s", crawl.name)
    assert [path.name.removeprefix(crawl.name) for path in files][:3] == [
        ".warc.gz", "-00002.warc.gz", "-00003.warc.gz",
    ]  # fmt: skip
    assert all(path.stat().st_size <= 7_000 for path in files)
    assert {place.file for place in places} <= {f"s/2024/{path.name}" for path in files}
    for number, place in enumerate(places):
        assert read_capture(home, place.file, place.offset).content == noise(number)
    for path in files:
        with path.open("rb") as stream:
            assert next(iter(ArchiveIterator(stream))).record_type == WarcRecordType.warcinfo
    # A record larger than the limit has a file of its own; it is never cut.
    later = Crawl(home, "s-20240202T030405Z")
    place = later.ask(50, noise(50, 20_000)).place
    later.ask(51)
    later.commit()
    assert read_capture(home, place.file, place.offset).content == noise(50, 20_000)


@pytest.mark.usefixtures("small_files")
@pytest.mark.parametrize("answers", range(1, 8))
def test_killed_after_any_answer_nothing_is_lost_and_nothing_twice(home, answers):
    crawl = Crawl(home)
    for number in range(answers):
        crawl.ask(number)
    crawl.leave()
    torn = segments(home, "s", crawl.name)[-1]
    os.truncate(torn, torn.stat().st_size - 5)
    again = Crawl(home)
    lost = again.archive.torn is not None
    assert again.archive.replayable == answers - lost
    for number in range(8):
        again.ask(number)
    again.commit()
    records = list(chain.from_iterable(read_warc(path) for path in segments(home, "s", crawl.name)))
    assert not [record for record in records if isinstance(record, Damage)]
    for kind in ("request", "response"):
        assert [record.url for record in records if record.kind == kind] == [url(number) for number in range(8)]
    rows = list(read_manifest(again.folder / "manifest.jsonl"))
    for row in rows:
        capture = read_capture(home, row.warc_file, row.warc_offset)
        assert (capture.url, capture.content) == (row.url, noise(int(row.url.rsplit("/", 1)[1])))


@pytest.mark.usefixtures("small_files")
def test_killed_between_two_files_and_in_the_commit(home, monkeypatch):
    crawl = Crawl(home)
    for number in range(4):
        crawl.ask(number)
    crawl.leave()
    # The next file was made and nothing had been written to it.
    last = segments(home, "s", crawl.name)[-1]
    last.with_name(f"{crawl.name}-00007.warc.gz").touch()
    again = Crawl(home)
    assert again.archive.replayable == 4
    for number in range(6):
        again.ask(number)
    monkeypatch.setattr("crawlers.commit.write_summary", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        again.commit()
    again.leave()
    monkeypatch.undo()
    monkeypatch.setenv("POLICYWATCH_NOW", "2024-06-01T00:00:00+00:00")
    third = Crawl(home)
    assert third.archive.replayable == 6
    for number in range(6):
        third.ask(number)
    third.commit()
    records = list(chain.from_iterable(read_warc(path) for path in segments(home, "s", crawl.name)))
    assert [record.kind for record in records].count("metadata") == 2
    assert len(list(read_manifest(third.folder / "manifest.jsonl"))) == 6


def content_of(home):
    files = {
        path.relative_to(home.root).as_posix(): path.read_bytes()
        for path in sorted(home.crawls.rglob("*"))
        if path.suffix in {".json", ".jsonl"}
    }
    with Index.open(home) as index:
        tables = [
            sorted(index._db.execute(f"SELECT * FROM {table}"), key=repr) for table in ("crawl", "page", "capture")
        ]
    return {name: json.loads(data) if name.endswith(".json") else data for name, data in files.items()}, tables


@pytest.mark.parametrize("rows", [5000, 2])
def test_everything_is_made_again_from_the_archive_alone(home, monkeypatch, rows):
    monkeypatch.setattr("crawlers.commit.ROWS", rows)
    for name, at in (("s-20240102T030405Z", AT), ("s-20240202T030405Z", AT + timedelta(days=31))):
        crawl = Crawl(home, name, at)
        for number in range(5):
            crawl.ask(number)
        crawl.commit()
    before = content_of(home)
    for path in sorted(home.crawls.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (home.archive / "index.sqlite").unlink()
    found = rebuild.rebuild(home)
    assert (found.made, found.kept, found.open, found.damaged) == (
        ["s-20240102T030405Z", "s-20240202T030405Z"], [], [], [],
    )  # fmt: skip
    assert content_of(home) == before
    again = rebuild.rebuild(home)
    assert (again.made, again.kept) == ([], found.made)
    assert content_of(home) == before


def test_a_crawl_that_was_never_committed_stays_open(home):
    Crawl(home).commit()
    crawl = Crawl(home, "s-20240202T030405Z")
    crawl.ask(1)
    crawl.leave()
    crawl.folder.rmdir()
    found = rebuild.rebuild(home)
    assert (found.kept, found.open) == (["s-20240102T030405Z"], ["s-20240202T030405Z"])
    assert list(crawl.folder.iterdir()) == []  # the next crawl of the source takes it up from here


def test_a_damaged_file_is_named_and_its_crawl_not_passed_for_whole(home, monkeypatch):
    monkeypatch.setattr("crawlers.commit.ROWS", 2)
    crawl = Crawl(home)
    for number in range(4):
        crawl.ask(number)
    crawl.commit()
    (path,) = segments(home, "s", crawl.name)
    rows = next(record for record in read_warc(path) if record.url.endswith(":manifest:1"))
    data = bytearray(path.read_bytes())
    data[rows.offset + 30 : rows.offset + 60] = bytes(30)
    path.write_bytes(data)
    for file in crawl.folder.iterdir():
        file.unlink()
    found = rebuild.rebuild(home)
    assert (found.made, found.open) == ([], [crawl.name])
    assert path.name in found.damaged[0]


def test_a_source_that_is_being_crawled_is_left_alone(two_crawls):
    from crawlers.commit import lock_crawls  # noqa: PLC0415

    with lock_crawls(two_crawls, "s"), pytest.raises(StorageError, match="being crawled"):
        rebuild.rebuild(two_crawls)
    assert rebuild.rebuild(Home.at(two_crawls.root / "nothing")).indexed == 0


def test_a_crawl_in_small_files_that_is_killed_goes_on_in_them(portal, crawls, reply, kill):
    pages = {f"/w/{number}": noise(number) for number in range(12)}
    for path, body in pages.items():
        portal.routes[path] = reply(body, kind="application/pdf")
    portal.routes["/w/"] = reply("".join(f'<li><a href="{path}">{path}</a></li>' for path in pages))
    crawls.source("small", portal, f'{{kind: html, start: "{portal.url}/w/", item: li}}')
    small = "import crawlers.store as found; found.MAX_FILE, found._HEADS = 9000, 900"
    crawls.hour += 1
    process = crawls.start("small", first=small)
    portal.before = lambda path: kill(process.pid) if path == "/w/9" else None
    process.wait(60)
    portal.before = str
    portal.forget()
    outcome = crawls.run("small", first=small)
    assert outcome.summary["verdict"] == "good"
    assert outcome.summary["stats"]["resumed"] + sum(portal.hits.values()) == len(pages) + 2
    home = Home.at(crawls.home)
    files = segments(home, "small", outcome.summary["crawl_id"])
    assert len(files) > 3
    assert not [found for path in files for found in read_warc(path) if isinstance(found, Damage)]
    rows = [row for row in outcome.rows if row["role"] == "page"]
    assert len({row["warc_file"] for row in rows}) > 2
    for row in rows:
        content = read_capture(home, row["warc_file"], row["warc_offset"]).content
        assert content == pages["/w/" + row["url"].rsplit("/", 1)[1]]

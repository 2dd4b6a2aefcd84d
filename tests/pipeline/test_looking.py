"""A look at a source: what is read beside the crawl counts, and names what is new or reads otherwise."""

import json
import shutil
from datetime import UTC, datetime

import pytest

from crawlers.archive import SavedPage, SavedRun, write_saved
from pipeline import looking, pool, run

PAGE = (
    "<html><body><h1>关于{0}的通知</h1><p>各单位：</p><p>一、{0}按照本通知执行。</p>"
    "<p>二、自{1}起施行。</p></body></html>"
)


@pytest.fixture
def portal(home, declare, monkeypatch):
    """A stand-in for a crawl: it saves pages, while its manifest in the making can be read beside it."""
    declare("tiny")
    pages = {}

    def crawl(_source, _home, *, beside, **_):
        month = 1 + len(list(home.crawls.glob("ingest/*")))
        at = datetime(2024, month, 5, tzinfo=UTC)
        saved = [
            SavedPage(source="tiny", url=url, content=text.encode(), captured_at=at, content_type="text/html")
            for url, text in pages.items()
        ]
        crawl_id = f"ingest-{month:016}"
        assert beside() is False  # nothing is there yet
        write_saved(home, SavedRun(crawl_id, at), saved)
        # As it stands beside its place before the commit, and ends in the middle of a row.
        manifest = home.crawls / "ingest" / crawl_id / "manifest.jsonl"
        part = home.crawls / "tiny" / crawl_id / ".manifest.jsonl.part"
        part.parent.mkdir(parents=True)
        *lines, last = manifest.read_bytes().splitlines(keepends=True)
        part.write_bytes(b"".join(lines) + last[:30])
        assert beside() is bool(lines)
        with part.open("ab") as file:
            file.write(last[30:])
        assert beside() is True
        shutil.rmtree(part.parent)
        shutil.copytree(manifest.parent, home.crawls / "tiny" / crawl_id)
        monkeypatch.setattr(pool, "read_one", lambda _: pytest.fail("read again"))
        return {"crawl_id": crawl_id, "verdict": "good"}

    monkeypatch.setattr(run, "crawl", crawl)
    monkeypatch.setattr(run, "expect_crawls", lambda: None)
    return pages


def test_a_look_names_what_is_new_or_reads_otherwise(home, portal, cli, monkeypatch):
    a, b = "http://www.tiny.example/a.html", "http://www.tiny.example/b.html"

    def look():
        with monkeypatch.context() as patched:  # what the stand-in forbids is allowed again afterwards
            patched.setattr(pool, "read_one", pool.read_one)
            code, out, err = cli("look", "tiny", "--format", "json")
        assert (code, err) == (0, "")
        return sorted((row["what"], row["url"]) for row in json.loads(out))

    portal |= {a: PAGE.format("甲", "2024年1月1日"), b: PAGE.format("乙", "2024年1月1日")}
    assert look() == [("new", a), ("new", b)]
    portal[b] = PAGE.format("乙", "2024年2月1日").replace("<body>", "<body><!-- 1 -->")
    portal[a] = portal[a].replace("<body>", "<body><!-- 2 -->")
    assert look() == [("changed", b)]
    assert looking.COLUMNS == ("what", "title", "url")
    # The next run loads what the looks read.
    assert run.read(home, "tiny") == []
    assert len(list(home.staging.glob("*/run.json"))) == 2

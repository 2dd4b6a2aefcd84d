"""Killed and filled disks: nothing archived is asked twice, nothing half done is committed."""

import json
import os
import signal
from datetime import UTC, datetime, timedelta, timezone
from hashlib import shake_256
from types import SimpleNamespace

import pytest

from crawlers.archive import read_capture
from crawlers.session import crawl_id
from crawlers.warc import Damage, read_warc
from policywatch.home import Home

PAGES = 30
DIE = "lambda *_, **__: __import__('os').kill(__import__('os').getpid(), 9)"


@pytest.fixture
def listed(portal, crawls, reply, request):
    """A portal with a source of thirty pages, of the test's own: its name is `listed.source`."""
    name = f"killed_{request.node.name[5:25].lower()}"
    items = "".join(f'<li><a href="/k/{number}" title="第{number}号">x</a></li>' for number in range(PAGES))
    portal.routes["/k/"] = reply(f"<ul>{items}</ul>")
    for number in range(PAGES):
        portal.routes[f"/k/{number}"] = reply(f"policy {number}", etag='"k"')
    crawls.source(name, portal, f'{{kind: html, start: "{portal.url}/k/", item: li}}')
    return SimpleNamespace(portal=portal, source=name)


@pytest.fixture
def killed_halfway(listed, crawls, kill):
    """Start a crawl of the source and kill it when half its pages have been asked."""

    def crawl():
        crawls.hour += 1
        process = crawls.start(listed.source)
        count = iter(range(1000))
        listed.portal.before = lambda path: (
            kill(process.pid) if path.startswith("/k/") and next(count) == PAGES // 2 else None
        )
        process.wait(60)
        listed.portal.before = str
        assert process.wait(0) < 0

    return crawl


def archived(crawls, name):
    """The paths that the open crawl's WARC holds whole answers of."""
    path = max((crawls.home / "archive" / name).rglob("*.warc.gz"))
    records = [record for record in read_warc(path) if not isinstance(record, Damage)]
    return path, [record.url.split("/", 3)[3] for record in records if record.kind in {"response", "revisit"}]


def test_a_killed_crawl_goes_on_where_it_stopped(listed, crawls, killed_halfway):
    portal, name = listed.portal, listed.source
    killed_halfway()
    path, kept = archived(crawls, name)
    assert 2 < len(kept) < PAGES
    # The kill may come in the middle of a write as well.
    torn = path.read_bytes()[:-20]
    path.write_bytes(torn)
    _, kept = archived(crawls, name)
    started = crawls.now()

    portal.forget()
    outcome = crawls.run(name, hours=3)
    assert outcome.summary["crawl_id"] == f"{name}-{started[:19].replace('-', '').replace(':', '')}Z"
    assert outcome.summary["verdict"] == "good"
    assert outcome.summary["stats"]["resumed"] == len(kept)
    assert outcome.summary["stats"]["torn_tail"] == 1
    asked = {path.removeprefix("/") for path in portal.hits}
    assert not asked & set(kept)
    assert max(portal.hits.values()) == 1
    assert len(asked | set(kept)) == PAGES + 2
    assert set(outcome.outcomes().values()) == {"new"}
    assert len(outcome.outcomes()) == PAGES
    home = Home.at(crawls.home)
    for row in outcome.rows:
        if row["role"] == "page":
            content = read_capture(home, row["warc_file"], row["warc_offset"]).content
            assert content == f"policy {row['url'].rsplit('/', 1)[1]}".encode()
            assert row["listed"] == {"title": f"第{row['url'].rsplit('/', 1)[1]}号"}
    times = {row["url"]: row["fetched_at"] for row in outcome.rows}
    assert times[f"{portal.url}/{kept[-1]}"].startswith(started[:13])


def test_a_killed_recheck_goes_on_too(listed, crawls, killed_halfway):
    crawls.run(listed.source)
    killed_halfway()
    _, kept = archived(crawls, listed.source)
    listed.portal.forget()
    outcome = crawls.run(listed.source)
    assert set(outcome.outcomes().values()) == {"not_modified"}
    assert outcome.summary["verdict"] == "good"
    assert outcome.summary["lists"][0]["items"] == PAGES  # read from the archive, where it is a revisit
    assert outcome.summary["stats"]["resumed"] == len(kept)


def test_an_open_crawl_of_yesterday_is_closed_and_a_new_one_begins(listed, crawls, reply, killed_halfway):
    name = listed.source
    crawls.run(name)
    listed.portal.routes["/k/0"] = reply("policy 0, edited", etag='"k2"')
    killed_halfway()
    old = crawls.now()
    outcome = crawls.run(name, hours=25)
    assert outcome.summary["verdict"] == "good"
    # What the abandoned crawl saw is not what later ones compare with: its manifest says it, and the new one too.
    assert outcome.outcomes()["k/0"] == "changed"
    crawl = f"{name}-{old[:19].replace('-', '').replace(':', '')}Z"
    closed = json.loads((crawls.home / "crawls" / name / crawl / "crawl.json").read_text())
    assert (closed["verdict"], closed["abandoned"]) == ("failed", True)
    assert "interrupted" in closed["reasons"][0]
    rows = (crawls.home / "crawls" / name / crawl / "manifest.jsonl").read_text().splitlines()
    assert {json.loads(row)["role"] for row in rows} == {"robots", "list", "page"}


def test_a_kill_before_the_commit_asks_nothing_again(portal, crawls, reply):
    portal.routes["/c"] = reply("policy", etag='"c"')
    portal.forget()
    crawls.source("commit", portal, f'{{kind: pages, urls: ["{portal.url}/c"]}}')
    died = crawls.run("commit", first=f"import crawlers.commit as found; found.write_summary = {DIE}")
    assert died.code == -9
    (folder,) = [place for place in (crawls.home / "crawls" / "commit").iterdir() if place.is_dir()]
    assert (folder / "manifest.jsonl").exists()
    portal.forget()
    outcome = crawls.run("commit")
    assert not portal.hits
    assert (outcome.folder, outcome.summary["verdict"], outcome.outcomes()) == (folder, "good", {"c": "new"})


def test_a_kill_between_commit_and_index_loses_nothing(portal, crawls, reply):
    portal.routes["/x"] = reply("policy", etag='"i"')
    crawls.source("indexed", portal, f'{{kind: pages, urls: ["{portal.url}/x"]}}')
    died = crawls.run("indexed", first=f"import crawlers.index as found; found.Index.add = {DIE}")
    assert died.code == -9
    portal.forget()
    outcome = crawls.run("indexed")
    assert (outcome.summary["verdict"], outcome.outcomes()) == ("good", {"x": "not_modified"})
    assert portal.hits["/x"] == 1
    assert len(list((crawls.home / "crawls" / "indexed").rglob("crawl.json"))) == 2


def test_a_full_disk_stops_the_run_and_commits_nothing(portal, crawls, reply):
    limit = 300_000
    noise = {number: shake_256(str(number).encode()).digest(40_000) for number in range(15)}  # gzip cannot shrink it
    urls = json.dumps([f"{portal.url}/d/{number}" for number in noise])
    for number, body in noise.items():
        portal.routes[f"/d/{number}"] = reply(body, kind="application/pdf")
    crawls.source("disk", portal, f"{{kind: pages, urls: {urls}}}")

    small = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))"
    outcome = crawls.run("disk", first=small)
    assert outcome.code == 1
    assert "free space" in outcome.said
    assert "Traceback" not in outcome.said
    assert len(outcome.said.splitlines()) == 1
    (folder,) = [place for place in (crawls.home / "crawls" / "disk").iterdir() if place.is_dir()]
    assert not (folder / "crawl.json").exists()
    assert not (folder / "manifest.jsonl").exists()
    path = next((crawls.home / "archive" / "disk").rglob("*.warc.gz"))
    assert not [found for found in read_warc(path) if isinstance(found, Damage)]

    portal.forget()
    again = crawls.run("disk")
    assert again.summary["verdict"] == "good"
    assert set(again.outcomes().values()) == {"new"}
    assert len(again.outcomes()) == len(noise)
    assert again.summary["stats"]["resumed"] + sum(portal.hits.values()) == len(noise) + 1
    assert again.summary["crawl_id"] == folder.name


def test_an_interrupt_leaves_the_crawl_open(portal, crawls, reply):
    portal.routes["/i"] = reply(hang=True)
    crawls.source("interrupted", portal, f'{{kind: pages, urls: ["{portal.url}/i"]}}')
    crawls.hour += 1
    process = crawls.start("interrupted", "--set", "DOWNLOAD_TIMEOUT=0.5", "--set", "RETRY_TIMES=0")
    portal.before = lambda path: os.kill(process.pid, signal.SIGTERM) if path == "/i" else None
    ended = crawls.end(process)
    portal.before = str
    assert ended.code == 1
    assert "was interrupted; run again" in ended.said
    assert not list((crawls.home / "crawls" / "interrupted").rglob("crawl.json"))


def test_only_one_process_crawls_a_source(listed, crawls):
    portal, name = listed.portal, listed.source
    crawls.hour += 1
    waiting = []
    process = crawls.start(name)

    def meanwhile(path: str) -> None:
        if path == "/k/" and not waiting:
            waiting.append(None)
            waiting.append(crawls.end(crawls.start(name)))

    portal.before = meanwhile
    ended = crawls.end(process)
    portal.before = str
    assert ended.code == 0
    assert waiting[1].code == 1
    assert "being crawled by another process" in waiting[1].said


def test_crawl_ids_are_utc():
    beijing = timezone(timedelta(hours=8))
    assert crawl_id("x", datetime(2024, 1, 1, 6, 17, tzinfo=beijing)) == "x-20231231T221700Z"
    assert crawl_id("x", datetime(2024, 1, 1, tzinfo=UTC)) == "x-20240101T000000Z"

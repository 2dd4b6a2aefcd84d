import os
from dataclasses import replace

import pytest

from pipeline import pool
from pipeline.parsers.records import Listed, PageRecord

PAGE = """<html><head><title>关于试验的通知</title></head><body><h1>关于试验的通知</h1>
<p>各单位：现就试验事项通知如下。</p></body></html>""".encode()


class Bomb(bytes):
    """Kills the process that unpickles it."""

    def __reduce__(self):
        return os._exit, (9,)


class Counter:
    def __init__(self):
        self.asked = self.done = 0

    def total(self, count):
        self.asked += count

    def tick(self, done):
        self.done += done


def job(number, data=PAGE):
    return pool.BytesJob(
        data=data, origin=f"page {number}", url=f"http://x.gov.cn/{number}.html", content_type="text/html"
    )


def test_few_pages_are_read_here(monkeypatch):
    monkeypatch.setattr(pool, "_executor", lambda _workers: pytest.fail("a process was started"))
    outcomes = pool.read_many([job(number) for number in range(3)])
    assert [outcome.url for outcome in outcomes] == [f"http://x.gov.cn/{number}.html" for number in range(3)]


def test_many_pages_keep_their_order_and_outlive_a_dead_worker(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    jobs = [job(number) for number in range(40)]
    jobs[20] = job(20, Bomb(b"x"))
    watcher = Counter()
    outcomes = pool.read_many(jobs, in_process=0, watcher=watcher)
    assert (watcher.asked, watcher.done) == (40, 40)
    dead = outcomes.pop(20)
    assert isinstance(dead, pool.Rejection)
    assert dead.reason == "reader_failed"
    assert [outcome.url for outcome in outcomes] == [f"http://x.gov.cn/{n}.html" for n in range(40) if n != 20]


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 50, b"%PDF-1.7 ..."])
def test_what_cannot_be_read_is_an_outcome(content):
    (outcome,) = pool.read_many([job(1, content)])
    assert isinstance(outcome, pool.Rejection)
    assert outcome.stage == "read"
    assert outcome.reason


def test_a_page_that_differs_behind_its_text_only_is_not_read_to_the_end():
    def page(counter, days="三", way=""):
        body = f"<p>一、各单位应当在{days}日内办理。</p><p>二、本通知自2024年1月1日起施行。</p>" * 9
        return PAGE.replace(
            b"</body>", f'{way}<div id="content">{body}</div><div>浏览次数：{counter}</div></body>'.encode()
        )

    def read(content, unless=None):
        (found,) = pool.read_all([replace(job(1, content), unless=unless)])
        return found

    first = read(page(1))
    again = read(page(2), first.fingerprint)
    assert (again.outcome, again.fingerprint) == (None, first.fingerprint)
    whole = read(page(2))
    assert whole.outcome == first.outcome
    for other in (
        page(3, "五"),
        page(3, way="<p>首页 > 政务公开</p>"),
        page(3).replace("试验".encode(), "试点".encode(), 1),
    ):
        assert isinstance(read(other, first.fingerprint).outcome, PageRecord)
    assert read(b"%PDF-1.7 ...", first.fingerprint).fingerprint is None
    # What a list says of the page is read with it.
    said = replace(job(1, page(2)), unless=first.fingerprint, listed=Listed(status="废止"))
    assert pool.read_all([said])[0].outcome is not None


def test_a_fault_of_the_reader_is_an_outcome(monkeypatch):
    monkeypatch.setattr(pool, "prepare_page", lambda *_args, **_more: 1 / 0)
    (outcome,) = pool.read_many([job(1)])
    assert (outcome.reason, outcome.detail) == ("reader_failed", "ZeroDivisionError: division by zero")


def test_a_file_that_is_gone_is_an_outcome(tmp_path):
    (outcome,) = pool.read_many([pool.FileJob(path=tmp_path / "gone.html", url="http://x.gov.cn/")])
    assert outcome.stage == "archive"


def test_plain_text_is_read_as_text():
    text = "关于试验的通知\n各单位：\n现就试验事项通知如下。"
    (outcome,) = pool.read_many(
        [
            pool.BytesJob(
                data=text.encode(), origin="t", url="http://x.gov.cn/t.txt", content_type="text/plain; charset=utf-8"
            )
        ]
    )
    assert isinstance(outcome, PageRecord)

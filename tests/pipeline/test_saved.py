import json
from datetime import UTC, datetime

import pytest

from pipeline import saved
from policywatch.errors import UsageError

PAGE = "<html><body>x</body></html>"


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "pages"
    root.mkdir()
    return root


def put(folder, name, sidecar=None, content=PAGE):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    if sidecar is not None:
        beside = saved.base(path)
        text = sidecar if isinstance(sidecar, str) else json.dumps(sidecar)
        beside.with_name(beside.name + ".json").write_text(text, encoding="utf-8")
    return path


def only(folder):
    (found,) = saved.look([folder])
    return found


def test_a_page_is_what_its_sidecar_says(folder):
    put(folder, "a.html", {"url": "http://x.gov.cn/a.html", "captured_at": "2023-01-02T03:04:05+08:00", "gold": None})
    page = only(folder)
    assert (page.relative, page.url, page.content_type) == ("a.html", "http://x.gov.cn/a.html", "text/html")
    assert page.captured_at == datetime(2023, 1, 1, 19, 4, 5, tzinfo=UTC)
    assert page.note is None


def test_the_sidecar_of_a_stored_answer(folder):
    put(folder, "q.response.json", {"url": "http://x.gov.cn/api"}, content="{}")
    page = only(folder)
    assert (page.relative, page.content_type) == ("q.response.json", "application/json")


def test_without_a_url_the_name_is_made_of_the_path_and_said(folder):
    put(folder, "深/b.html", {"captured_at": "2023-01-02"})
    page = only(folder)
    assert page.url == "urn:policywatch:saved:%E6%B7%B1/b.html"
    assert "no url" in page.note


def test_a_remark_behind_the_address_is_left_out(folder):
    put(folder, "a.html", {"url": "https://x.example/a/ (as the footer prints it)"})
    assert only(folder).url == "https://x.example/a/"


def test_a_time_without_an_offset_is_utc(folder):
    put(folder, "a.html", {"captured_at": "2023-01-02T03:04:05"})
    assert only(folder).captured_at == datetime(2023, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sidecar", "says"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        ({"url": "ftp://x/a"}, "no web address"),
        ({"url": "http://x/a b"}, "no web address"),
        ({"url": 7}, "no web address"),
        ({"captured_at": "2023-13-45"}, "captured_at"),
        ({"captured_at": "2031-01-01"}, "future"),
    ],
)
def test_a_wrong_sidecar_rejects_its_page_and_says_why(folder, sidecar, says):
    put(folder, "a.html", sidecar)
    left = only(folder)
    assert (left.outcome, left.reason) == ("rejected", "sidecar")
    assert says in left.detail


@pytest.mark.parametrize(
    ("name", "reason"),
    [("a.html", "no_sidecar"), ("list.json", "no_page"), ("notes.tsv", "no_sidecar"), (".x", "hidden")],
)
def test_what_is_no_page_is_skipped_with_a_reason(folder, name, reason):
    put(folder, name)
    left = only(folder)
    assert (left.outcome, left.reason) == ("skipped", reason)


def test_what_is_too_large_is_not_opened(folder, monkeypatch):
    put(folder, "a.html", {})
    monkeypatch.setattr(saved, "MOST_BYTES", 3)
    assert only(folder).reason == "too_large"


def test_every_file_is_met_once_in_a_fixed_order(folder):
    for name in ("b.html", "a/c.html", "a.html", "w.warc.gz"):
        put(folder, name, {})
    found = [item.relative for item in saved.look([folder, folder / "b.html"])]
    assert found == ["a.html", "b.html", "w.warc.gz", "a/c.html"]


def test_a_path_that_does_not_exist_is_wrong_use(folder):
    with pytest.raises(UsageError, match="does not exist"):
        list(saved.look([folder / "nope"]))

"""Trying sources out against the demo portal: check, capture."""

import json

import pytest

from demo.documents import load_documents
from demo.editions import edition
from demo.server import DemoPortal

SOURCE = "demo_bureau"
HOST = "jxj.yunjiang.example"


@pytest.fixture(scope="module")
def portal():
    with DemoPortal(1) as server:
        yield server


@pytest.fixture(autouse=True)
def standing(portal, monkeypatch):
    monkeypatch.delenv("POLICYWATCH_SOURCES", raising=False)
    monkeypatch.setenv("http_proxy", portal.proxy)
    monkeypatch.setenv("POLICYWATCH_NOW", edition(1).at.isoformat())


def test_check_shows_fill_rates_field_by_field_and_keeps_nothing(cli, home):
    code, out, err = cli("source", "check", SOURCE, "--format", "json")
    report = json.loads(out)
    found = {row["field"]: row for row in report["fields"]}
    assert found["title"]["filled"] == 1.0
    assert found["title"]["example"]
    assert found["number"]["filled"] > 0.5
    assert (code, err) == (0, "")
    assert not home.root.exists()


def test_capture_stores_a_fixture_for_a_person_to_review(cli, tmp_path):
    document = next(item for item in load_documents().values() if item.host == HOST)
    url = f"http://{HOST}{document.path}"
    code, out, err = cli("source", "capture", SOURCE, url, "--folder", tmp_path, "--case", "a_case")
    folder = tmp_path / SOURCE / "a_case"
    assert (code, out.strip()) == (0, str(folder))
    assert "look through expected.json" in err
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    assert (meta["url"], meta["authority"], meta["reviewed"]) == (url, "issuer", False)
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert expected["kind"] == "policy"
    assert expected["issuers"]
    assert "text" not in expected
    assert b"<html" in (folder / "page.html").read_bytes()
    code, _, err = cli("source", "capture", SOURCE, url, "--folder", tmp_path, "--case", "a_case")
    assert code == 2
    assert "choose another name" in err


def test_what_cannot_be_captured_leaves_nothing(cli, tmp_path):
    code, out, err = cli("source", "capture", SOURCE, "http://elsewhere.example/a.html", "--folder", tmp_path)
    assert (code, out) == (2, "")
    assert "add its host" in err
    code, out, err = cli("source", "capture", SOURCE, f"http://{HOST}/gone.html", "--folder", tmp_path)
    assert (code, out) == (1, "")
    assert "did not come" in err
    assert list(tmp_path.glob(f"{SOURCE}/*")) == []

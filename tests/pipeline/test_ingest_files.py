"""Saved files that are the document, by command: read, taken in, and recorded where nothing can be read."""

import importlib.util
import json
from pathlib import Path

import pytest

from pipeline import ingest as work
from pipeline import run

spec = importlib.util.spec_from_file_location("making", Path(__file__).parents[1] / "parsers" / "making.py")
making = importlib.util.module_from_spec(spec)
spec.loader.exec_module(making)

NOTICE = [
    ("c", "试验市人民政府关于开展试验的通知"),
    ("c", "试政发〔2023〕1号"),
    ("f", "各区人民政府："),
    ("p", "一、各单位要认真做好试验。"),
    ("p", "二、本通知自2024年1月1日起施行。"),
    ("r", "试验市人民政府"),
    ("r", "2023年12月20日"),
]


@pytest.fixture
def folder(tmp_path):
    """A folder of saved files, each with its sidecar."""
    root = tmp_path / "files"
    root.mkdir()
    files = {
        "notice.pdf": making.pdf(NOTICE),
        "second.docx": making.word(
            "试验市人民政府关于再次试验的通知", "试政发〔2023〕2号", "一、试验。", "试验市人民政府", "2023年12月21日"
        ),
        "scan.PDF": making.pdf([("picture", "")]),
        "sheet.xls": making.ole({"Workbook": b"x"}),
    }
    for name, content in files.items():
        (root / name).write_bytes(content)
        stem = name.partition(".")[0]
        sidecar = {"url": f"http://www.tiny.example/{name}", "captured_at": "2024-01-05T08:00:00+08:00"}
        (root / f"{stem}.json").write_text(json.dumps(sidecar), encoding="utf-8")
    return root


def test_read_takes_files(cli, declare, folder, home):
    declare("tiny")
    code, out, _ = cli("read", folder, "--json")
    found = {row["path"].rpartition("/")[2]: row for row in map(json.loads, out.splitlines())}
    assert code == 0
    assert sorted(found) == ["notice.pdf", "scan.PDF", "second.docx"]
    notice = found["notice.pdf"]
    assert (notice["url"], notice["kind"]) == ("http://www.tiny.example/notice.pdf", "policy")
    assert (notice["number"], notice["in_force_from"]) == ("试政发〔2023〕1号", "2024-01-01")
    assert found["second.docx"]["number"] == "试政发〔2023〕2号"
    assert found["scan.PDF"]["error"]["reason"] == "needs_ocr"
    assert not home.root.exists()


def test_read_takes_any_file_that_is_named(cli, declare, folder):
    declare("tiny")
    code, out, _ = cli("read", folder / "sheet.xls", "--json")
    assert code == 1
    assert json.loads(out)["error"]["reason"] == "unsupported_format"


def test_ingest_takes_files(declare, folder, home):
    declare("tiny")
    report = work.ingest([folder], home=home)
    assert {row["file"]: (row["outcome"], row["reason"] or row["kind"]) for row in report.files} == {
        "notice.pdf": ("ingested", "policy"),
        "second.docx": ("ingested", "policy"),
        "scan.PDF": ("rejected", "needs_ocr"),
        "sheet.xls": ("rejected", "unsupported_format"),
    }
    with run.ledger(home) as ledger:
        numbers = ledger.query("SELECT number FROM policy_version ORDER BY number")
        reasons = ledger.query("SELECT reason FROM rejected ORDER BY reason")
    assert [row["number"] for row in numbers] == ["试政发〔2023〕1号", "试政发〔2023〕2号"]
    assert [row["reason"] for row in reasons] == ["needs_ocr", "unsupported_format"]


@pytest.mark.parametrize("kind", ["application/pdf", "application/octet-stream", "text/html"])
def test_a_file_in_a_warc_is_taken_by_its_bytes(declare, tmp_path, home, kind):
    declare("tiny")
    content = making.pdf(NOTICE)
    answer = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content
    head = (
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\n"
        "WARC-Target-URI: http://www.tiny.example/download?id=1\r\nWARC-Date: 2024-01-05T00:00:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    (tmp_path / "one.warc").write_bytes(head.encode() + answer + b"\r\n\r\n")
    (row,) = work.ingest([tmp_path / "one.warc"], home=home).files
    assert (row["outcome"], row["kind"]) == ("ingested", "policy")

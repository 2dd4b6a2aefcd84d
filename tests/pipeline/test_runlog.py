"""Log lines as text and as JSON, and a file that begins anew."""

import json
import logging

import pytest

from pipeline import runlog


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_line_is_one_object_or_one_line_of_text(home, monkeypatch, form):
    monkeypatch.setenv(runlog.FORM, form)
    path = runlog.path_of(home)
    logger = logging.getLogger("dagster.captures")
    handler = runlog.handler(path)
    logger.addHandler(handler)
    logger.setLevel("INFO")
    meta = {"run_id": "r", "job_name": "watch", "step_key": "captures", "job_tags": {"dagster/partition": "tiny"}}
    logger.info("第一行\n二", extra={"dagster_meta": {**meta, "orig_message": "第一行\n二", "resource_name": None}})
    logger.removeHandler(handler)
    handler.close()
    text = path.read_text(encoding="utf-8")
    if form == "text":
        assert text.endswith("INFO 第一行\n二\n")
        return
    (line,) = text.splitlines()
    said = json.loads(line)
    assert said.pop("time").endswith("+00:00")
    assert said == {
        "level": "info", "logger": "dagster", "message": "第一行\n二", "run_id": "r", "job": "watch",
        "step": "captures", "source": "tiny",
    }  # fmt: skip


def test_a_file_that_has_grown_is_set_aside(home, monkeypatch):
    monkeypatch.setattr(runlog, "_MOST_BYTES", 3)
    path = runlog.path_of(home)
    for text in ("first", "second"):
        handler = runlog.handler(path)
        handler.emit(logging.makeLogRecord({"msg": text}))
        handler.close()
    assert path.read_text(encoding="utf-8").endswith("second\n")
    assert path.with_name("dagster.log.1").read_text(encoding="utf-8").endswith("first\n")

"""`archive` on the command line."""

import json
from datetime import UTC, datetime

from crawlers.archive import SavedPage, SavedRun, write_saved

AT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
URL = "http://www.tiny.example/1.html"


def test_an_answer_is_found_and_everything_else_made_again(cli, home):
    write_saved(home, SavedRun("ingest-0123456789abcdef", AT), [SavedPage("saved", URL, b"text", AT, "text/html")])
    manifest = home.crawls / "ingest" / "ingest-0123456789abcdef" / "manifest.jsonl"
    rows = manifest.read_bytes()
    for path in manifest.parent.iterdir():
        path.unlink()
    code, out, _ = cli("archive", "rebuild", "--format", "json")
    assert (code, {row["outcome"]: row["crawls"] for row in json.loads(out)}) == (0, {"made": 1, "kept": 0, "open": 0})
    assert manifest.read_bytes() == rows
    code, out, _ = cli("archive", "find", URL, "--format", "json")
    (found,) = json.loads(out)
    assert (code, found["fetched_at"], found["outcome"]) == (0, "2024-01-02T03:04:05Z", "new")
    assert (home.archive / found["warc_file"]).exists()
    code, out, said = cli("archive", "find", URL, "--until", "2023", "--format", "json")
    assert (code, json.loads(out)) == (1, [])
    assert "not in the archive" in said


def test_a_damaged_file_is_named(cli, home):
    write_saved(home, SavedRun("ingest-0123456789abcdef", AT), [SavedPage("saved", URL, b"text", AT, "text/html")])
    path = home.archive / "ingest" / "2024" / "ingest-0123456789abcdef.warc.gz"
    path.write_bytes(path.read_bytes()[:-20])
    for file in (home.crawls / "ingest" / "ingest-0123456789abcdef").iterdir():
        file.unlink()
    code, _, said = cli("archive", "rebuild")
    assert code == 1
    assert f"ingest/2024/{path.name} at" in said
    assert "restore the file from its backup" in said

"""The warehouse's file: older ones are brought up to date after a copy, newer and damaged ones are not touched."""

import hashlib
import resource
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import duckdb
import pytest

from policywatch.errors import StorageError
from warehouse import opening
from warehouse.ledger import Ledger
from warehouse.steps import Steps

FIRST = """
INSERT INTO source (source, timezone, bad_streak, first_good_run_id, first_good_crawl_id)
VALUES ('city', 'Asia/Shanghai', 0, 'c1', 'c1');
INSERT INTO crawl VALUES ('c1', 'city', $at, $at, 'good', [], '{}');
INSERT INTO capture (capture_id, crawl_id, source, page_id, role, url, canonical_url, fetched_at, outcome)
VALUES ('k1', 'c1', 'city', $page, 'page', $url, $url, $at, 'new');
INSERT INTO page (page_id, canonical_url, reading_url, source, policy_id, kind, state, first_seen_at, last_checked_at,
    last_answered_at, missing_count, last_read_capture_id, parser_version)
VALUES ($page, $url, $url, 'city', 'po_1', 'policy', 'live', $at, $at, $at, 0, 'k1', '1');
INSERT INTO page_version (page_id, known_from, change_cause, parser_version, capture_id, reading_hash, url, source,
    authority, policy_id, kind, title, title_norm, issuers, issuers_norm, number)
VALUES ($page, $at, 'source', '1', 'k1', 'h1', $url, 'city', 'portal', 'po_1', 'policy',
    '云江市甲办法', '云江市甲办法', ['云江市人民政府'], ['云江市人民政府'], '云政发〔2020〕1号');
INSERT INTO policy VALUES ('po_1', 'key', $at, $page, 'city', 'source');
INSERT INTO policy_version (policy_id, known_from, change_cause, page_id, title, title_norm, number, source,
    issuers_norm)
VALUES ('po_1', $at, 'source', $page, '云江市甲办法', '云江市甲办法', '云政发〔2020〕1号', 'city', ['云江市人民政府']);
INSERT INTO effect (policy_id, interval_no, known_from, change_cause, in_force_from, disputed, is_approximate, evidence)
VALUES ('po_1', 1, $at, 'source', '2020-02-01', FALSE, FALSE, '[]');
INSERT INTO event (event_id, kind, policy_id, detected_at, is_baseline) VALUES ('ev_1', 'issued', 'po_1', $at, TRUE);
INSERT INTO delivery (idempotency_key, event_id, status, attempts) VALUES ('d1', 'ev_1', 'sent', 1);
INSERT INTO schema_version VALUES (1);
"""
VALUES = {
    "at": datetime(2021, 1, 1, 22, tzinfo=UTC),
    "url": "http://city/a",
    "page": "pg_" + hashlib.sha256(b"http://city/a").hexdigest()[:16],
}


@pytest.fixture
def first(tmp_path):
    """A file as the first migration made it, with data."""
    path = tmp_path / "warehouse" / "policywatch.duckdb"
    path.parent.mkdir()
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE TABLE schema_version (version INTEGER)")
        Steps(connection).run("migrations/0001_schema.sql")
        for statement in connection.extract_statements(FIRST):
            connection.execute(statement, {name: VALUES[name] for name in statement.named_parameters} or None)
    return path


def held(path, table):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()


def test_an_old_file_is_brought_up_to_date_and_kept_as_it_was(first, world_class):
    before = {table: held(first, table) for table in ("page_version", "effect", "event", "delivery", "schema_version")}
    world = world_class(first.parents[1])
    try:
        assert world.path == first
        versions = [row[0] for row in world.rows("SELECT version FROM schema_version ORDER BY version")]
        assert versions == sorted(opening.migrations())
        assert world.one("SELECT title FROM policy_version") == "云江市甲办法"
        assert world.one("SELECT count(*) FROM reading") == 1
        assert world.one("SELECT status FROM delivery") == "sent"
        # And it goes on from there: an edit of that page is a new version of the same policy.
        report = world.crawl("2021-02-02", world.policy(outcome="changed", text="改"))
        assert (report.policies_new, report.policies_changed) == (0, 1)
    finally:
        world.ledger.close()
    copy = first.with_name("policywatch.schema-1.duckdb")
    assert {table: held(copy, table) for table in before} == before
    assert sorted(path.name for path in first.parent.iterdir()) == [first.name, copy.name]


def test_without_room_for_the_copy_nothing_is_migrated(first, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(opening.shutil, "copyfile", full)
    with pytest.raises(StorageError, match=r"no copy of it could be kept .*No space left.* nothing was changed"):
        Ledger.open(first, wait=0)
    assert held(first, "schema_version") == [(1,)]
    assert [path.name for path in first.parent.iterdir()] == [first.name]


@contextmanager
def little_room(more):
    """No file may grow beyond so many bytes: what a full disk looks like to the engine."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (more, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_said_and_loads_nothing(world):
    world.crawl("2021-01-02", world.policy())
    folder = world.stage("2021-02-02", *[world.policy(f"http://city/{n}", f"云江市{n}办法", None) for n in range(40)])
    before = world.rows("SELECT * FROM policy ORDER BY ALL")
    with (
        little_room(2**16),
        pytest.raises(StorageError, match=r"the disk is full; nothing was changed, free some space and run again"),
    ):
        world.ledger.load(folder)
    world.ledger.close()
    world.ledger = Ledger.open(world.path, wait=0)
    assert world.rows("SELECT * FROM policy ORDER BY ALL") == before
    assert world.ledger.load(folder).policies_new == 40


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (duckdb.FatalException("FATAL Error: database has been invalidated"), "is damaged, .*`policywatch rebuild`"),
        (
            duckdb.IOException("IO Error: Corrupt database file: computed checksum"),
            "is damaged, .*`policywatch rebuild`",
        ),
        (duckdb.IOException('IO Error: Could not write file "x": No space left on device'), "the disk is full"),
        (OSError(28, "No space left on device"), "the disk is full"),
        (duckdb.BinderException("Binder Error: no such column"), "could not be read or written, nothing was changed"),
    ],
)
def test_errors_say_what_to_do_in_one_line(tmp_path, error, said):
    told = str(opening.broken(tmp_path / "w.duckdb", error))
    with pytest.raises(StorageError, match=said):
        raise opening.broken(tmp_path / "w.duckdb", error)
    assert "\n" not in told


def test_who_waits_is_told_so_once(world):
    world.ledger.close()
    holder = subprocess.Popen(
        [sys.executable, "-c", f"import duckdb; x = duckdb.connect({str(world.path)!r}); print(flush=True); input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    told = []
    try:
        assert holder.stdout.readline() == "\n"
        leave = threading.Event()

        def tell(line):
            told.append(line)
            leave.set()
            holder.stdin.write("\n")
            holder.stdin.flush()

        with Ledger.open(world.path, wait=20, tell=tell) as opened:
            assert opened.loaded() == set()
    finally:
        holder.communicate()
    assert leave.is_set()
    assert len(told) == 1
    assert "waiting for another policywatch run to leave" in told[0]

"""The file: one transaction, one writer, no trust in what is newer or broken; nothing in a text is ever SQL."""

import subprocess
import sys
import textwrap

import duckdb
import pytest
from pyarrow import parquet

from policywatch.errors import PolicywatchError, StorageError
from warehouse import staging
from warehouse.ledger import Ledger

TABLES = [
    "source", "crawl", "capture", "page", "page_version", "body_text", "policy", "policy_version", "measure_version",
    "citation", "effect", "event", "event_matched", "delivery", "rejected",
]  # fmt: skip


class BrokenError(RuntimeError):
    """What the watcher throws."""


def content(world):
    """Every row of every table."""
    return {table: sorted(map(repr, world.rows(f"SELECT * FROM {table}"))) for table in TABLES}


def test_a_failed_publication_leaves_the_old_one(world):
    world.crawl("2021-01-02", world.policy())
    published = world.publish().read_bytes()
    world.crawl("2021-02-02", world.policy("http://city/b", number="云政发〔2020〕2号"))
    assert world.publish().read_bytes() != published

    def changed():
        world.ledger._connection.execute("INSERT INTO unpublished VALUES ('source', NULL)")

    changed()
    steps = []
    world.ledger.watcher = steps.append
    newest = world.publish().read_bytes()
    # What comes after the rename is the warehouse's own note: lost, it costs a publication from scratch.
    rename = steps.index("rename")
    for fatal in sorted({0, 5, rename // 2, rename - 2, rename - 1, rename}):
        changed()
        seen = []

        def watcher(step, seen=seen, fatal=fatal):
            seen.append(step)
            if len(seen) > fatal:
                raise BrokenError

        world.ledger.watcher = watcher
        with pytest.raises(BrokenError):
            world.publish()
        assert world.published.read_bytes() == newest
    assert [path.name for path in world.published.parent.iterdir()] == [world.published.name]
    world.ledger.watcher = None
    world.publish()


def test_a_staging_folder_that_is_incomplete_is_refused(world, tmp_path):
    folder = world.stage("2021-01-02", world.policy())
    (folder / staging.RUN_FILE).write_text('{"crawl_id": "x"', encoding="utf-8")
    with pytest.raises(StorageError, match=r"run\.json cannot be loaded .* read the crawl again"):
        world.ledger.load(folder)
    with pytest.raises(StorageError, match="read the crawl again"):
        world.ledger.load(tmp_path / "nowhere")


def test_a_broken_parquet_file_loads_nothing(world):
    folder = world.stage("2021-01-02", world.policy())
    (folder / "readings.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(StorageError, match="nothing was changed"):
        world.ledger.load(folder)
    assert world.ledger.loaded() == set()


def test_a_missing_file_counts_as_empty(world):
    folder = world.stage("2021-01-02", world.policy())
    (folder / "citations.parquet").unlink()
    assert world.ledger.load(folder).policies_new == 1


# --- the file --------------------------------------------------------------------------------------------------------


def test_a_newer_schema_is_refused(world):
    world.ledger._connection.execute("INSERT INTO schema_version VALUES (9999)")
    world.ledger.close()
    with pytest.raises(StorageError, match=r"schema 9999.*install the newer"):
        Ledger.open(world.path, wait=0)


def test_opening_again_changes_nothing(world):
    world.crawl("2021-01-02", world.policy())
    before = content(world)
    world.ledger.close()
    world.ledger = Ledger.open(world.path, wait=0)
    assert content(world) == before
    versions = world.rows("SELECT version FROM schema_version")
    assert len(versions) == len(set(versions)) >= 3
    assert [path.name for path in world.path.parent.iterdir()] == [world.path.name]


def test_a_file_that_lacks_a_column_loads_nothing(world):
    folder = world.stage("2021-01-02", world.policy())
    parquet.write_table(
        parquet.read_table(folder / "readings.parquet").drop_columns(["kind"]), folder / "readings.parquet"
    )
    with pytest.raises(StorageError, match="read the crawl again"):
        world.ledger.load(folder)
    assert world.ledger.loaded() == set()


def test_staging_may_lie_anywhere(world, tmp_path):
    folder = world.stage("2021-01-02", world.policy()).rename(tmp_path / "it's [here] *")
    assert world.ledger.load(folder).policies_new == 1


@pytest.mark.parametrize("damage", [b"this is no database", b"", b"\0" * 20000])
def test_a_file_that_is_no_warehouse_says_so(tmp_path, damage):
    path = tmp_path / "policywatch.duckdb"
    path.write_bytes(damage)
    with pytest.raises(StorageError, match=r"not a readable warehouse; `policywatch rebuild` makes it") as caught:
        Ledger.open(path, wait=0)
    assert "\n" not in str(caught.value)


def test_a_database_of_something_else_is_refused(tmp_path):
    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as other:
        other.execute("CREATE TABLE event (x INTEGER)")
    with pytest.raises(StorageError):
        Ledger.open(path, wait=0)


def test_a_locked_file_is_waited_for_and_then_named(world):
    world.ledger.close()
    holder = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(f"""
            import duckdb
            held = duckdb.connect({str(world.path)!r})
            print("held", flush=True)
            input()
        """)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StorageError, match=r"in use by another policywatch run; wait until it ends") as caught:
            Ledger.open(world.path, wait=0)
        assert "\n" not in str(caught.value)
        # Waiting: the holder leaves, and the file opens.
        holder.stdin.write("\n")
        holder.stdin.flush()
        with Ledger.open(world.path, wait=20) as opened:
            assert opened.loaded() == set()
    finally:
        holder.communicate()


def test_a_place_that_cannot_hold_a_warehouse(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StorageError, match="cannot be made"):
        Ledger.open(tmp_path / "file" / "warehouse" / "w.duckdb", wait=0)


# --- hostile texts ---------------------------------------------------------------------------------------------------


def test_sql_in_every_text_field_is_text(world):
    evil = "'; DROP TABLE event; -- \" $1 ? {x} %s \\ \x00"
    names = (
        "name",
        "number",
        "topic",
        "index_number",
        "publisher",
        "status_raw",
        "issuers_raw",
        "instrument_title",
        "text",
        "language",
    )
    fields = dict.fromkeys(names, evil)
    fields |= {
        "issuers": [evil],
        "clauses": [world.clause(evil, evil, evil, bodies=[evil])],
        "citations": [world.cites("repeals", evil, evil, scope=None)],
    }
    effect = [world.says("valid_for", None, evil, evil, evil)]
    world.crawl(
        "2021-01-02", world.policy("http://city/" + evil, effect=effect, **fields), reasons=[evil], verdict="suspect"
    )
    world.crawl(
        "2021-02-02",
        world.policy("http://city/" + evil, outcome="changed", **(fields | {"text": evil + evil})),
        verdict="suspect",
        reasons=[evil],
    )
    assert world.one("SELECT title FROM policy_version WHERE known_to IS NULL") == evil
    assert world.events() == [("silently_edited", evil, None), ("source_unhealthy", None, None)]
    world.publish()


def test_impossible_days_and_empty_fields_are_survived(world):
    empty = world.policy(
        "http://city/e", None, None, issuers=[], signed_date=None, published_date=None, effective_date=None, clauses=[]
    )
    strange = world.policy(
        "http://city/s", signed_date="9999-12-31", effective_date="0001-01-01", repealed_date="0001-01-01"
    )
    assert world.crawl("2021-01-02", empty, strange).policies_new == 2
    assert world.calendar("2021-01-03").events == {}


def test_errors_of_the_warehouse_are_errors_that_people_meet():
    assert issubclass(StorageError, PolicywatchError)

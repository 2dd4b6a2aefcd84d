"""A load of any size stays within what a small machine has: spilled to files, clauses streamed, force in portions."""

import duckdb
import pytest

from policywatch.errors import StorageError
from warehouse import opening, rounds
from warehouse.ledger import Ledger
from warehouse.publish import ROW_GROUP


def held(world):
    return world.rows(
        """SELECT p.title, e.interval_no, e.in_force_from, e.in_force_to, e.end_kind, e.end_quote, e.evidence
        FROM effect AS e INNER JOIN policy_version AS p ON p.policy_id = e.policy_id ORDER BY ALL"""
    )


def pages(world):
    return [
        world.policy(
            f"http://city/{place}",
            f"云江市第{place}办法",
            f"云政发〔2020〕{place}号",
            in_force_to=f"202{place}-06-30",
            effect=[world.says("valid_until", f"202{place}-06-30", f"有效期至202{place}年6月30日")],
            citations=[world.cites("repeals", number="云政发〔2020〕1号")] if place == 5 else [],
        )
        for place in range(1, 8)
    ]


def test_weighing_in_portions_finds_what_weighing_at_once_does(world, world_class, tmp_path, monkeypatch):
    world.crawl("2021-01-02", *pages(world))
    at_once = held(world)
    assert len(at_once) == 7
    monkeypatch.setattr(rounds, "_PORTION", 2)
    other = world_class(tmp_path / "other")
    try:
        other.crawl("2021-01-02", *pages(other))
        assert held(other) == at_once
    finally:
        other.ledger.close()


def test_the_engine_holds_a_gigabyte_and_leaves_the_rest_beside_the_file(world):
    limit, place = world.one("SELECT current_setting('memory_limit'), current_setting('temp_directory')")
    assert limit == "953.6 MiB"  # a gigabyte
    assert place == str(world.path) + ".tmp"


class Short:
    """A watcher that runs out of memory at the first statement that weighs much, so many times."""

    def __init__(self, times):
        self.left = times

    def __call__(self, step):
        if step == "sql/policy_versions.sql" and self.left:
            self.left -= 1
            raise duckdb.OutOfMemoryException("Out of Memory Error: failed to pin block")


def test_a_crawl_for_which_a_gigabyte_is_too_little_gets_more(world, monkeypatch):
    world.ledger.watcher = Short(1)
    report = world.crawl("2021-01-02", *pages(world))
    assert report.policies_new == 7
    assert world.one("SELECT current_setting('memory_limit')") != ("953.6 MiB",)
    another = world.policy("http://city/9", "云江市第9办法", "云政发〔2020〕9号")
    world.ledger.watcher = Short(2)
    with pytest.raises(StorageError, match="needs more memory for this than the machine has, nothing was changed"):
        world.crawl("2021-02-02", another)
    monkeypatch.setattr(opening, "MORE", 0.0)  # a machine that has no more
    world.ledger.watcher = Short(1)
    with pytest.raises(StorageError, match="needs more memory"):
        world.crawl("2021-02-02", another)
    world.ledger.watcher = None
    assert world.crawl("2021-02-02", another).policies_new == 1


def test_what_a_killed_run_left_there_is_cleared_away_by_the_next_alone(world):
    spill = world.path.with_name(f"{world.path.name}.tmp")
    spill.mkdir()
    (spill / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"left")
    with Ledger.open(world.path, wait=0):  # the same process is at work with it
        assert spill.exists()
    world.ledger.close()
    world.ledger = Ledger.open(world.path, wait=0)
    assert not spill.exists()


def test_tables_are_written_in_groups_that_cores_can_share(world):
    rows = 2 * ROW_GROUP + 1
    world.ledger._connection.execute(f"CREATE TABLE many AS SELECT n FROM range({rows}) AS t(n)")
    groups = "SELECT count(DISTINCT row_group_id), 0 FROM pragma_storage_info('many')"
    assert world.one(groups)[0] == 3


def test_clauses_that_turn_out_to_be_broken_load_nothing_and_name_their_folder(world):
    folder = world.stage("2021-01-02", world.policy())
    path = folder / "clauses.parquet"
    content = bytearray(path.read_bytes())
    content[4:40] = b"\xff" * 36  # a page of it; its index at the end is whole
    path.write_bytes(content)
    with pytest.raises(StorageError, match="cannot be loaded, nothing was changed; delete it and read the crawl again"):
        world.ledger.load(folder)
    assert world.one("SELECT count(*), 0 FROM crawl")[0] == 0
    assert world.crawl("2021-01-03", world.policy()).policies_new == 1

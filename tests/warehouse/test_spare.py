"""Publishing into the edition before the last: the same content, and never under anybody's eyes."""

import os

import duckdb
import pytest

from tests.warehouse.test_published import every_row, reader_of
from warehouse import spare


@pytest.fixture
def turns(world, monkeypatch):
    """A world of which each edition is kept for the one after the next, with `more`: one policy more, published."""
    monkeypatch.setattr(spare, "LARGE", 0)
    count = 0

    def more():
        nonlocal count
        count += 1
        number = f"云政发〔2020〕{count}号"
        old = [world.cites("repeals", f"云江市第{count - 1}号办法")] if count > 1 else []
        world.crawl(
            f"2021-{count:02}-02", world.policy(f"http://city/{count}", f"云江市第{count}号办法", number, citations=old)
        )
        return world.publish()

    world.more = more
    return world


def inode(path):
    return path.stat().st_ino


def from_scratch(world):
    """The rows of the same warehouse, published anew elsewhere."""
    apart = world.root / "apart.duckdb"
    world.ledger._connection.execute("INSERT INTO unpublished VALUES ('all', NULL)")
    world.ledger.publish(apart)
    return every_row(apart)


def policies(path):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute("SELECT count(*) FROM policies").fetchone()[0]


def test_an_edition_is_written_into_the_file_of_the_one_before_the_last(turns):
    turns.more()
    second = inode(turns.more())
    third = inode(turns.more())
    assert [inode(turns.more()) for _ in range(2)] == [second, third]
    turns.ledger._connection.execute("INSERT INTO unpublished VALUES ('all', NULL)")
    path = turns.more()  # from scratch: nothing of the old is of use
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_what_two_editions_changed_is_brought_up(turns):
    one = turns.policy("http://city/a", "云江市子办法", "云政发〔2019〕1号")
    edited = turns.policy("http://city/a", "云江市子办法", "云政发〔2019〕1号", clauses=[], text="另文")
    gone = turns.policy("http://city/a", outcome="missing")
    turns.crawl("2020-11-02", one)
    turns.more()
    turns.more()
    for change in (
        lambda: turns.crawl("2021-02-10", edited),
        lambda: (turns.crawl("2021-02-11", gone), turns.calendar("2021-05-02")),
        lambda: turns.ledger.upsert_sources([{"name": "city", "title": "云江市"}]),
    ):
        change()
        before = inode(spare.path_of(turns.published)) if spare.path_of(turns.published).exists() else None
        path = turns.publish()
        assert before in {None, inode(path)}
    assert before is not None
    assert every_row(turns.published) == from_scratch(turns)


def test_whoever_holds_an_old_edition_keeps_it(turns, tmp_path):
    """Three editions, each of which would be written to two publications later: asked, copied, and kept by a link."""
    turns.more()
    path = turns.more()
    with reader_of(path) as seen:
        assert seen() == 2
        whole = turns.more().read_bytes()
        with path.open("rb") as copying:
            begun = copying.read(1000)
            kept = tmp_path / "kept.duckdb"
            os.link(turns.more(), kept)
            linked = kept.read_bytes()
            for count in (5, 6, 7):
                assert policies(turns.more()) == count
            assert begun + copying.read() == whole
        assert kept.read_bytes() == linked
        assert seen() == 2


def test_a_spare_file_that_is_not_what_it_should_be_does_no_harm(turns, tmp_path):
    path, elsewhere = spare.path_of(turns.more()), tmp_path / "elsewhere.duckdb"
    first = turns.published.read_bytes()
    with duckdb.connect(str(elsewhere)) as other:
        other.execute("CREATE TABLE policy (policy_id VARCHAR)")
    another = elsewhere.read_bytes()
    turns.more()
    for count, change in enumerate(
        (
            lambda: path.write_bytes(b"no database"),
            lambda: path.write_bytes(another),
            lambda: path.write_bytes(first),
            lambda: path.symlink_to(elsewhere),
            lambda: None,
        ),
        3,
    ):
        path.unlink(missing_ok=True)
        change()
        assert policies(turns.more()) == count
    assert elsewhere.read_bytes() == another
    assert every_row(turns.published) == from_scratch(turns)


class StopError(Exception):
    """What a broken publication throws."""


def test_a_publication_that_breaks_anywhere_leaves_the_last_edition_and_the_next_one_is_right(turns):
    def break_at(place):
        left = iter(range(place))

        def watch(_step):
            if next(left, None) is None:
                raise StopError

        turns.ledger.watcher = watch

    turns.more()
    turns.more()
    turns.more()
    before = spare.path_of(turns.published).read_bytes()
    broken, place = 0, 0
    turns.crawl("2021-07-02", turns.policy("http://city/x", "云江市丑办法", "云政发〔2018〕1号"))
    while not broken or policies(turns.published) == 3:
        spare.path_of(turns.published).unlink(missing_ok=True)
        spare.path_of(turns.published).write_bytes(before)
        break_at(place)
        try:
            turns.publish()
        except StopError:
            broken += 1
        place += 7
        turns.ledger.watcher = None
        hidden = {item.name for item in turns.published.parent.iterdir()} - {turns.published.name}
        assert hidden <= {spare.path_of(turns.published).name}
    assert broken > 5
    assert every_row(turns.published) == from_scratch(turns)


def test_a_run_that_died_between_the_rename_and_its_note_loses_nothing(turns, monkeypatch):
    turns.more()
    turns.more()
    with monkeypatch.context() as patch:
        patch.setattr("warehouse.editions.settle", lambda *_, **__: None)
        turns.more()
    file = inode(spare.path_of(turns.published))
    assert inode(turns.more()) == file
    assert every_row(turns.published) == from_scratch(turns)


def test_small_files_are_copied(world):
    for count in (1, 2, 3):
        world.crawl(
            f"2021-{count:02}-02", world.policy(f"http://city/{count}", f"第{count}号", f"云政发〔2020〕{count}号")
        )
        path = world.publish()
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_where_nobody_can_say_who_reads_it_is_copied(turns, monkeypatch):
    for _ in range(3):
        turns.more()
    beside = turns.root / "beside"
    with monkeypatch.context() as patch:
        patch.delattr("fcntl.F_SETLEASE")
        assert not spare.take(turns.published, beside)
    assert spare.take(turns.published, beside)

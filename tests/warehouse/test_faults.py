"""A crash before any statement of a run: the run that follows gives what an undisturbed one gives.

A killed process leaves behind what its files hold at that instant, so the files are kept as they are before each single
statement; each state that differs from the one before is then taken up by a run that goes on. (That a kill leaves just
this is shown by killing a child.) Most statements change no byte: a load is one transaction.
"""

import os
import signal
import subprocess
import sys
import zlib
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from warehouse import opening
from warehouse.ledger import Ledger

SOURCES = [{"name": "city", "title": "云江市", "schedule": "0 6 * * *"}]
WAREHOUSE = "policywatch.duckdb"
ROOT = Path(__file__).parents[2]
TABLES_OF = "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND table_name <> 'unpublished'"
STEP = 150
NOW = datetime(2021, 5, 1, tzinfo=UTC)


class CrashError(Exception):
    """What the broken statement throws."""


class Watched:
    """A connection that tells before each statement."""

    def __init__(self, connection, tell):
        self._connection, self._tell = connection, tell

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def execute(self, *arguments):
        self._tell(arguments[0])
        return self._connection.execute(*arguments)


@contextmanager
def watched(tell):
    """Every ledger that is opened meanwhile calls `tell` before each statement."""
    connect = opening.connect
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "connect", lambda *arguments: Watched(connect(*arguments), tell))
        yield


@pytest.fixture(scope="module")
def folders(tmp_path_factory, request):
    """The staging folders of two crawls: a first one, and one in which much happens, also late."""
    world = request.getfixturevalue("world_class")(tmp_path_factory.mktemp("staged"))
    edited = [world.clause("一", "给予最高150万元补助。", "补助标准")]
    repeal = world.cites("repeals", None, "云政发〔2020〕3号")
    term = [world.says("valid_for", None, "有效期1年", term="P1Y")]
    found = (
        world.stage(
            "2021-01-02",
            world.policy(effect=term),
            world.policy("http://city/x", "云江市丙办法", "云政发〔2020〕3号"),
            world.news("http://city/m"),
        ),
        world.stage(
            "2021-03-02",
            world.policy(outcome="changed", clauses=edited),
            world.policy("http://city/b", "云江市乙办法", "云政发〔2021〕9号", citations=[repeal]),
            world.policy("http://city/x", "云江市丙办法", "云政发〔2020〕3号", when="2020-12-01", text="旧的"),
            world.news("http://city/n", world.cites("mentions", "云江市甲办法")),
            world.page("http://city/m", "missing"),
            world.page("http://city/r", "new", reject="empty"),
        ),
    )
    world.ledger.close()
    return found


def run(home, folders, *, publish=True):
    """All that a run does with the warehouse; what is done already is not done again."""
    with Ledger.open(home / WAREHOUSE, wait=0) as ledger:
        ledger.upsert_sources(SOURCES)
        for folder in folders:
            ledger.load(folder)
        ledger.calendar(NOW.date(), NOW)
        events = ledger.unmatched_events()
        queued = [
            {"idempotency_key": row["event_id"], "event_id": row["event_id"], "subscription": "s", "channel": "c",
             "queued_at": NOW, "next_attempt_at": NOW}
            for row in events
        ]  # fmt: skip
        ledger.queue(queued, [row["event_id"] for row in events])
        if publish:
            ledger.publish(home / "published" / "policies.duckdb")


def files_of(home):
    """The files as they are, with what stands in them."""
    return {path.relative_to(home): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


def rows_of(file):
    """Every row of every table, but for the list of what is not published yet: not every run here publishes."""
    found = {}
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for (table,) in connection.execute(TABLES_OF).fetchall():
            found[table] = sorted(map(repr, connection.execute(f'FROM "{table}"').fetchall()))
    return found


def content(home):
    """Every row of the warehouse and of what is published, if anything is, and the other files that are left behind."""
    names = [str(path) for path in files_of(home)]
    # A crash between two migrations leaves a copy of the file as it was; it is kept for people.
    return {name: rows_of(home / name) for name in names if ".schema-" not in name}


def put(files, home):
    """The files as they were, in `home`."""
    for name, data in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(data)
    return home


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, folders):
    """A run that nothing disturbed: its content, and the files before each statement wherever they changed."""
    home, states, told = tmp_path_factory.mktemp("undisturbed"), {}, []

    def tell(sql):
        files = files_of(home)
        key = zlib.crc32(repr(sorted((str(name), zlib.crc32(data)) for name, data in files.items())).encode())
        states.setdefault(key, (len(told), files))
        told.append((key, getattr(sql, "query", sql)))

    with watched(tell):
        run(home, folders)
    return content(home), list(states.values()), told


def test_the_run_that_follows_a_crash_gives_what_an_undisturbed_run_gives(undisturbed, folders, tmp_path):
    expected, states, told = undisturbed
    assert len(told) >= 500
    assert len(states) >= 10
    first_load = next(place for place, (_, sql) in enumerate(told) if "load_run" in sql)
    # Before the first load there is only a schema to make: one that is whole is as good as another.
    whole = [put(files, tmp_path / f"before {place}") for place, files in states if place < first_load]
    for home in whole:
        with Ledger.open(home / WAREHOUSE, wait=0) as ledger:
            ledger.upsert_sources(SOURCES)
    assert len({repr(rows_of(home / WAREHOUSE)) for home in whole}) == 1
    publishing = next(place for place, (_, sql) in enumerate(told) if "ATTACH" in sql)
    for place, files in states[len(whole) - 1 :]:
        home = put(files, tmp_path / str(place))
        publish = place >= publishing
        run(home, folders, publish=publish)
        assert content(home) == {name: expected[name] for name in expected if publish or name == WAREHOUSE}, told[place]


def die_before(fatal, home, *folders):
    """What the child does: a run that is killed before its statement number `fatal`."""
    left = iter(range(fatal))

    def tell(_sql):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    with watched(tell):
        run(Path(home), map(Path, folders))


def test_a_killed_process_leaves_what_its_files_hold(undisturbed, folders, tmp_path):
    _, states, told = undisturbed
    loading = [place for place, (_, sql) in enumerate(told) if "r_policy" in sql]
    fatal = loading[len(loading) // 2]
    script = f"from tests.warehouse.test_faults import die_before; die_before({fatal}, *__import__('sys').argv[1:])"
    child = subprocess.run([sys.executable, "-c", script, str(tmp_path), *map(str, folders)], cwd=ROOT, check=False)
    assert child.returncode == -signal.SIGKILL
    _, files = max((state for state in states if state[0] <= fatal), key=lambda state: state[0])
    assert [*files_of(tmp_path)] == [*files]
    assert [len(data) for data in files_of(tmp_path).values()] == [len(data) for data in files.values()]


def test_a_failed_statement_leaves_the_same_process_able_to_go_on(undisturbed, folders, tmp_path):
    expected, _, _ = undisturbed
    left = 0

    def tell(_sql):
        nonlocal left
        left -= 1
        if left == 0:
            raise CrashError

    tried = 0
    with watched(tell), Ledger.open(tmp_path / WAREHOUSE, wait=0) as ledger:
        ledger.upsert_sources(SOURCES)
        ledger.load(folders[0])
        before = ledger.loaded()
        while ledger.loaded() == before:
            left = 2 + tried * STEP
            tried += 1
            with suppress(CrashError):
                ledger.load(folders[1])
            left = 0
    assert tried > 3
    run(tmp_path, folders, publish=False)
    assert content(tmp_path) == {WAREHOUSE: expected[WAREHOUSE]}

"""The published database served live: many readers while a writer publishes, and nobody can do more than read."""

import shutil
import signal
import socket
import threading

import duckdb
import pytest

from pipeline import cli_serve
from pipeline.cli import run_cli
from policywatch.errors import StorageError, UsageError
from policywatch.home import Home
from warehouse import serving

if missing := [name for name in serving.EXTENSIONS if serving.extension_file(name) is None]:
    pytest.skip(
        f"no package carries DuckDB's extension {' and '.join(missing)} for {duckdb.__version__}; {serving.INSTALL}",
        allow_module_level=True,
    )

TOKEN = "a token of the tests"
READY = 2
CHECK = (
    "SELECT (SELECT count(*) FROM policies), (SELECT count(*) FROM event), count(*) FROM in_force(DATE '2021-06-01')"
)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def client(uri, token=TOKEN):
    connection = duckdb.connect(config={"threads": 1})
    serving.load_extensions(connection)
    connection.execute(f"ATTACH '{uri}' AS served (TOKEN '{token}')")
    return connection


def policy(world, number):
    return world.policy(f"http://city/{number}", f"云江市第{number}号办法", f"云政发〔2020〕{number}号")


@pytest.fixture(scope="module")
def home(tmp_path_factory, request):
    """A warehouse with its first edition published; the next ones lie ready beside it, each with a policy more."""
    world = request.getfixturevalue("world_class")(tmp_path_factory.mktemp("served"))
    editions = []
    for number in range(1, READY + 1):
        world.crawl(f"2021-0{number}-02", policy(world, number))
        editions.append(world.published.with_name(f"edition-{number}"))
        world.publish().replace(editions[-1])
    editions[0].replace(world.published)
    world.ready = editions[1:]
    yield world
    world.ledger.close()


@pytest.fixture(scope="module")
def server(home):
    with serving.Server(home.published, port=free_port(), token=TOKEN) as running:
        yield running


def read_on(uri, seen, errors, stopped, moved):
    """Ask until told to stop; note each new answer."""
    try:
        with client(uri) as connection:
            while not stopped.is_set():
                (row,) = connection.execute(f"FROM served.query($${CHECK}$$)").fetchall()
                assert connection.execute("SELECT count(*) FROM served.policies").fetchone()[0] >= row[0]
                if row not in seen[-1:]:
                    seen.append(row)
                    moved.set()
    except Exception as error:  # noqa: BLE001 - whatever it is, the test tells it
        errors.append(error)
        moved.set()


def test_many_read_while_a_writer_publishes(home, server):
    errors, stopped, moved = [], threading.Event(), threading.Event()
    answers = [[] for _ in range(3)]
    readers = [threading.Thread(target=read_on, args=(server.uri, seen, errors, stopped, moved)) for seen in answers]
    for reader in readers:
        reader.start()

    def until_all_see(number):
        assert server.follow()
        while not errors and not all(seen and seen[-1] == (number, number, number) for seen in answers):
            moved.wait(60)
            moved.clear()

    try:
        for number, edition in enumerate(home.ready, start=2):
            edition.replace(home.published)
            until_all_see(number)
        home.crawl("2021-06-02", policy(home, READY + 1))
        home.publish()
        until_all_see(READY + 1)
    finally:
        stopped.set()
        for reader in readers:
            reader.join()
    assert errors == []
    for seen in answers:  # each answer is that of one whole edition, and none goes back
        assert seen == sorted(seen)
        assert all(len(set(row)) == 1 for row in seen)
    assert not server.follow()
    with client(server.uri) as connection:
        assert len(connection.execute("FROM served.query('FROM search(''補助'')')").fetchall()) == READY + 1
    assert len(list(server._folder.glob("edition-*.duckdb"))) <= 2


REFUSED = (
    "INSERT INTO event FROM event",
    "DELETE FROM event",
    "CREATE TABLE x (a INTEGER)",
    "CREATE TEMP TABLE x AS SELECT 1",
    "CREATE MACRO f() AS 1",
    "DROP VIEW policies",
    "ATTACH ':memory:' AS other",
    "ATTACH OR REPLACE ':memory:' AS edition",
    "DETACH edition",
    "COPY event TO '{folder}/x.csv'",
    "EXPORT DATABASE '{folder}/x'",
    "INSTALL json",
    "LOAD json",
    "SET threads = 1",
    "PRAGMA enable_profiling",
    "SELECT 1; SELECT 2",
    "BEGIN",
    "CALL quack_stop('{uri}')",
    "FROM quack_server_list()",
    "FROM \"quack_stop\"('{uri}')",
    "FROM query('FROM quack' || '_server_list()')",
    "FROM quack_query('{uri}', 'SELECT 1', token = 'x')",
    "FROM enable_logging()",
    "SELECT \"write_log\"('x')",
    "FROM read_text('/etc/hosts')",
    "FROM read_csv('/etc/hosts')",
    "FROM glob('/etc/*')",
    "FROM duckdb_secrets()",
    "SELECT getenv('HOME')",
    "FROM 'https://policies.example/x.parquet'",
)


def test_nobody_can_do_more_than_read(server):
    with client(server.uri) as connection:
        before = connection.execute("SELECT count(*) FROM served.event").fetchall()
        for statement in REFUSED:
            written = statement.format(uri=server.uri, folder=server._folder)
            with pytest.raises(duckdb.Error, match=r"uthoriz|disabled|not exist|not found|Catalog"):
                connection.execute("FROM quack_query(?, ?, token = ?)", [server.uri, written, TOKEN]).fetchall()
        with pytest.raises(duckdb.Error):
            connection.execute("DELETE FROM served.event")
        assert connection.execute("SELECT count(*) FROM served.event").fetchall() == before
    assert not [path for path in server._folder.iterdir() if "x" in path.name.split(".")[0]]


def test_a_wrong_token_opens_nothing(server):
    for token in ("", "another token of the tests"):
        with pytest.raises(duckdb.Error, match=r"[Aa]uthentication|token|TOKEN"):
            client(server.uri, token)


def test_an_edition_that_cannot_be_read_leaves_the_old_one(home, server):
    with client(server.uri) as connection:
        before = connection.execute("SELECT count(*) FROM served.policies").fetchall()
        good = home.published.read_bytes()
        broken = home.published.with_name("broken")
        broken.write_bytes(b"no database")
        broken.replace(home.published)
        with pytest.raises(StorageError, match="the edition before goes on"):
            server.follow()
        assert connection.execute("SELECT count(*) FROM served.policies").fetchall() == before
        broken.write_bytes(good)
        broken.replace(home.published)
        assert server.follow()
        assert connection.execute("SELECT count(*) FROM served.policies").fetchall() == before


def test_what_is_wrong_is_said(home, server, tmp_path, monkeypatch):
    with (
        pytest.raises(UsageError, match="choose another --port"),
        serving.Server(home.published, port=int(server.uri.rsplit(":", 1)[1]), token=TOKEN),
    ):
        pass
    with pytest.raises(StorageError, match="nothing is published"), serving.Server(tmp_path / "none", port=free_port()):
        pass
    with pytest.raises(UsageError, match="16 or more"):
        serving.Server(home.published, token="short")
    assert len(serving.Server(home.published).token) >= serving.MIN_TOKEN
    monkeypatch.setattr(serving, "EXTENSIONS", ("nonesuch",))
    with pytest.raises(UsageError, match=r"no nonesuch extension here; pip install"), duckdb.connect() as connection:
        serving.load_extensions(connection)


def test_the_command_serves_until_it_is_stopped(home, tmp_path, monkeypatch, capsys):
    there = Home.at(str(tmp_path))
    there.published.parent.mkdir(parents=True)
    shutil.copyfile(home.published, there.published)
    read = []

    def follow(server):
        with client(server.uri) as connection:
            read.append(connection.execute("SELECT count(*) > 0 FROM served.policies").fetchone())
        signal.raise_signal(signal.SIGTERM)
        raise StorageError("no good edition")

    monkeypatch.setattr(cli_serve, "_LOOK", 0.001)
    monkeypatch.setattr(serving.Server, "follow", follow)
    monkeypatch.setenv(cli_serve.TOKEN, TOKEN)
    assert run_cli(["--home", str(tmp_path), "serve", "--port", str(free_port())]) == 0
    assert read == [(True,)]
    told = capsys.readouterr().err
    assert "quack:127.0.0.1:" in told
    assert "no good edition" in told
    assert TOKEN not in told

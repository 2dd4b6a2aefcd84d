"""The analysts' database: what it holds, how it is put in place, and that nobody can do more than read it."""

import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from policywatch.errors import StorageError, UsageError
from warehouse import dictionary, published
from warehouse.steps import Steps

OLD, NEW = "云江市甲办法", "云江市乙办法"


@pytest.fixture(scope="module")
def told(tmp_path_factory, request):
    """A published database in which one policy repealed another; module-wide, nobody can write to it."""
    world = request.getfixturevalue("world_class")(tmp_path_factory.mktemp("published"))
    world.ledger.upsert_sources([{"name": "city", "title": "云江市"}])
    term = [world.says("valid_for", None, "有效期5年", term="P5Y")]
    world.crawl("2021-01-02", world.policy(effect=term))
    later = {
        "signed_date": "2022-01-20",
        "published_date": "2022-01-25",
        "effective_date": "2022-03-01",
        "topic": "财政",
    }
    repeal = world.cites("repeals", OLD, "云政发〔2020〕1号", quote="《云江市甲办法》同时废止")
    clauses = [
        world.clause("一", "给予最高300万元补助。", "补助标准"),
        world.clause("二", "由市财政局组织申报。", "申报"),
    ]
    world.crawl(
        "2022-02-02",
        world.policy("http://city/b", NEW, "云政发〔2022〕9号", citations=[repeal], clauses=clauses, **later),
        world.news("http://city/n", world.cites("mentions", NEW)),
    )
    world.calendar("2022-03-02")
    world.publish()
    world.ledger.close()
    return world


def ask(told, sql, params=None):
    return published.query(told.published, sql, params)[1]


def policy_id(told, title=OLD):
    return ask(told, "SELECT policy_id FROM policies WHERE title = ?", [title])[0][0]


@pytest.mark.parametrize("name", ["policies", "measures", "changes", "citations", "pages", "sources", "calendar"])
def test_every_published_table_holds_something(told, name):
    assert ask(told, f"SELECT count(*) FROM {name}")[0][0] > 0


def test_every_table_view_macro_and_column_is_explained(told):
    assert (
        ask(
            told,
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND coalesce(comment, '') = ''",
        )
        == []
    )
    assert ask(told, "SELECT view_name FROM duckdb_views() WHERE NOT internal AND coalesce(comment, '') = ''") == []
    assert ask(told, "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND coalesce(comment, '') = ''") == []
    macros = (
        "SELECT function_name, comment FROM duckdb_functions() WHERE function_type = 'table_macro' AND NOT internal"
    )
    assert {name for name, comment in ask(told, macros) if comment} >= {
        "in_force", "status_of", "changes_between", "history_of", "repeal_graph", "search", "policies_on",
    }  # fmt: skip
    every = "SELECT function_name FROM duckdb_functions() WHERE NOT internal AND coalesce(comment, '') = ''"
    assert ask(told, every) == []


def test_the_dictionary_is_that_of_the_database(told):
    with published.connect(told.published) as connection:
        page = dictionary.page(Steps(connection))
    written = (Path(__file__).parents[2] / "docs" / "dictionary.md").read_text("utf-8")
    assert page == written, "`make dictionary` writes it anew"


def test_every_macro_that_is_explained_is_there(told):
    names = "SELECT DISTINCT function_name FROM duckdb_functions() WHERE NOT internal AND function_type LIKE '%macro'"
    assert {name for (name,) in ask(told, names)} == set(dictionary.MACROS)


def test_long_texts_are_stored_as_chosen(told):
    stored = (
        "SELECT DISTINCT compression FROM pragma_storage_info(?)"
        " WHERE column_name = 'text' AND segment_type = 'VARCHAR'"
    )
    with duckdb.connect(str(told.published), read_only=True) as reader:
        assert reader.execute(stored, ["body_text"]).fetchall() == [("ZSTD",)]
        assert reader.execute(stored, ["measure_version"]).fetchall() == [("Uncompressed",)]


@pytest.mark.parametrize(
    ("on_date", "as_known_at", "expected"),
    [
        ("2021-06-01", "2021-06-01", {OLD}),
        ("2022-02-28", "2023-01-01", {OLD}),
        ("2022-03-01", "2023-01-01", {NEW}),
        ("2022-03-01", "2022-01-01", {OLD}),  # what we did not know yet
        ("2020-01-31", "2023-01-01", set()),
        ("2021-06-01", "2020-06-01", set()),
    ],
)
def test_in_force_by_both_clocks(told, on_date, as_known_at, expected):
    sql = "SELECT title FROM in_force(?, as_known_at := ?)"
    assert {row[0] for row in ask(told, sql, [on_date, as_known_at])} == expected


def test_in_force_as_known_now_gives_the_reason(told):
    columns, rows = published.query(told.published, "FROM in_force(DATE '2021-06-01')")
    row = dict(zip(columns, rows[0], strict=True))
    assert (row["reason"], row["end_kind"], row["end_quote"]) == (
        "effective_on_date",
        "repealed",
        "《云江市甲办法》同时废止",
    )
    assert columns[:10] == [
        "policy_id",
        "number",
        "title",
        "issuers",
        "source",
        "in_force_from",
        "in_force_to",
        "reason",
        "quote",
        "disputed",
    ]


@pytest.mark.parametrize(
    ("day", "known", "status"),
    [
        ("2020-01-31", "2023-01-01", "not_yet_in_force"),
        ("2022-02-28", "2023-01-01", "in_force"),
        ("2022-03-01", "2023-01-01", "repealed"),
        ("2026-01-01", "2021-06-01", "expired"),
    ],
)
def test_status_is_a_function_of_the_day(told, day, known, status):
    sql = "SELECT status FROM status_of(?, ?, as_known_at := ?)"
    assert ask(told, sql, [policy_id(told), day, known]) == [(status,)]


def test_the_present_day_may_be_given(told):
    with duckdb.connect(str(told.published), read_only=True) as reader:
        reader.execute("SET VARIABLE policywatch_now = '2022-02-28T15:59:59+00:00'")
        sql = "SELECT title, status FROM policies ORDER BY title DESC"
        assert reader.execute(sql).fetchall() == [(OLD, "in_force"), (NEW, "not_yet_in_force")]
        reader.execute("SET VARIABLE policywatch_now = '2022-02-28T16:00:00+00:00'")  # midnight in Shanghai
        assert reader.execute(sql).fetchall() == [(OLD, "repealed"), (NEW, "in_force")]


def test_a_frozen_clock_is_the_present_of_every_question(told, monkeypatch):
    monkeypatch.setenv("POLICYWATCH_NOW", "2021-06-01T00:00:00+08:00")
    assert ask(told, "SELECT status FROM policies WHERE title = ?", [OLD]) == [("in_force",)]
    assert ask(told, "SELECT title, end_kind FROM in_force(DATE '2022-03-01')") == [(OLD, "term")]


@pytest.mark.parametrize(("day", "known"), [("2022-03-01", "2023-01-01"), ("2026-01-01", "2021-06-01")])
def test_one_rule_makes_every_status(told, day, known):
    one = ask(told, "SELECT status FROM status_of(?, ?, as_known_at := ?)", [policy_id(told), day, known])
    asked = "SELECT status FROM policies_on(?, as_known_at := ?) WHERE policy_id = ?"
    assert ask(told, asked, [day, known, policy_id(told)]) == one


def test_status_of_something_unknown_is_no_row(told):
    assert ask(told, "FROM status_of('po_nothing', DATE '2022-01-01')") == []
    assert (
        ask(told, "FROM status_of(?, DATE '2022-01-01', as_known_at := TIMESTAMPTZ '2020-01-01')", [policy_id(told)])
        == []
    )


def test_changes_between_is_half_open(told):
    sql = "SELECT kind FROM changes_between(?, ?)"
    assert ask(told, sql, ["2021-01-01 22:00:00+00", "2021-01-01 22:00:01+00"]) == [("issued",)]
    assert ask(told, sql, ["2021-01-01", "2021-01-01 22:00:00+00"]) == []
    assert sorted(ask(told, sql, ["2022-01-01", "2022-02-15"])) == [("issued",), ("repealed",), ("reported",)]


def test_a_life_and_the_graph_of_repeals(told):
    life = ask(told, "SELECT what, detail FROM history_of(?)", [policy_id(told)])
    assert life == [
        ("version", "source"),
        ("force", "term"),
        ("event", "issued"),
        ("force", "repealed"),
        ("event", "repealed"),
    ]
    edge = [(NEW, "repeals", OLD)]
    sql = "SELECT title, relation, bound_title FROM repeal_graph(?)"
    assert ask(told, sql, [policy_id(told)]) == ask(told, sql, [policy_id(told, NEW)]) == edge


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("补助标准", [NEW, OLD]),
        ("乙办法 补助", [NEW]),
        ("最高200万元", [OLD]),
        ("补助 财政局", [NEW, OLD]),
        ("補助標準", [NEW, OLD]),  # typed in traditional characters
        ("云政发[2022]9号", [NEW]),
        ("云政发〔2022〕9号", [NEW]),
        ("补助　标准", [NEW, OLD]),  # a full-width blank
        ("乙办法 200万元", []),  # all words must be there
        ("没有的词", []),
        ("'; DROP TABLE event; --", []),
        ("", []),
    ],
)
def test_search(told, words, expected):
    rows = ask(told, "SELECT title FROM search(?)", [words])
    assert sorted(row[0] for row in rows) == sorted(expected)


def test_search_puts_titles_first_and_shows_the_clause(told):
    assert ask(told, "SELECT title FROM search('办法')")[0][0] in {OLD, NEW}
    assert ask(told, "SELECT heading, path FROM search('申报')") == [("申报", "二")]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory, request):
    """Policies that hold the same words in different places."""
    world = request.getfixturevalue("world_class")(tmp_path_factory.mktemp("shelf"))
    clause = world.clause
    places = {
        "title": {"name": "云江市数据共享办法"},
        "title scattered": {"name": "云江市共享公共数据办法"},
        "heading": {"clauses": [clause("一", "由市政府负责。", "数据共享")]},
        "heading scattered": {"clauses": [clause("一", "由市政府负责。", "共享数据")]},
        "text": {"clauses": [clause("一", "开展数据共享。"), clause("二", "不涉及。")]},
        "text scattered": {"clauses": [clause("一", "共享单车。"), clause("二", "数据安全。")]},
        "no clause": {"clauses": [], "text": "关于数据共享的批复"},
        "before the clauses": {"text": "为推进数据共享,制定。\n由市负责。", "clauses": [clause("一", "由市负责。")]},
        "English": {"name": "Measures on Data Sharing", "clauses": [clause("1", "The Data Bureau (GDP, iOS).")]},
        "neither": {"clauses": [clause("一", "数据。")]},
    }  # fmt: skip
    pages = []
    for number, (place, more) in enumerate(places.items()):
        about = {"name": f"云江市{number}号通知", "number": f"云政发〔2020〕{number + 10}号"} | more
        pages.append(world.policy(f"http://city/{number}", topic=place, **about))
    world.crawl("2021-01-02", *pages)
    world.publish()
    world.ledger.close()
    return world


@pytest.mark.parametrize("words", ["数据 共享", "數據 共享"])
def test_search_ranks_by_place_and_phrases_before_scattered_words(shelf, words):
    sql = "SELECT p.topic FROM search(?) AS s JOIN policies AS p USING (policy_id) ORDER BY s.score DESC, p.number"
    assert [row[0] for row in ask(shelf, sql, [words])] == [
        "title", "title scattered", "heading", "heading scattered", "text", "no clause", "before the clauses",
        "text scattered",
    ]  # fmt: skip


@pytest.mark.parametrize("words", ["data sharing", "DATA", "bureau", "gdp", "ios", "iOS"])
def test_english_is_found_in_either_case(shelf, words):
    found = ask(shelf, "SELECT title FROM search(?)", [words])
    assert found == ([("Measures on Data Sharing",)] if words != "ios" else [])


def test_search_gives_the_clause_that_holds_most_and_as_many_as_asked(shelf):
    rows = ask(shelf, "SELECT path, text FROM search('数据 共享单车')")
    assert rows == [("一", "共享单车。")]
    assert len(ask(shelf, "FROM search('数据', most := 3)")) == 3


def test_freshness_travels_with_the_data(told):
    assert ask(told, "SELECT source, health, strftime(last_good_at, '%Y-%m-%d'), pages, policies FROM sources") == [
        ("city", "healthy", "2022-02-01", 3, 2)
    ]


def test_the_calendar_tells_days_to_come_and_gone(told):
    rows = ask(told, "SELECT CAST(day AS VARCHAR), what, title FROM calendar ORDER BY day, what")
    assert rows == [
        ("2020-02-01", "commences", OLD),
        ("2022-03-01", "commences", NEW),
        ("2022-03-01", "is repealed", OLD),
    ]


# --- who asks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "WITH x AS (SELECT 1) FROM x",
        "FROM policies",
        "DESCRIBE policies",
        "VALUES (1)",
        "EXPLAIN SELECT 1",
        "SUMMARIZE policies",
        "SELECT 1;",
        "EXPLAIN ANALYZE SELECT 1",
        "EXPLAIN (FORMAT JSON) FROM policies",
        "SELECT title FROM policies WHERE title <> 'enable_logging() and write_log(1)'",
        "FROM query_table('event')",
        "FROM (PIVOT event ON kind IN ('issued') USING count(*) GROUP BY source)",
        "SHOW TABLES",
    ],
)
def test_reading_is_allowed(told, sql):
    assert published.query(told.published, sql)[1]


@pytest.mark.parametrize(
    "sql",
    [
        "",
        ";",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE event",
        "DROP TABLE event",
        "DELETE FROM event",
        "CREATE TABLE x (a INTEGER)",
        "CREATE TEMP TABLE x AS SELECT 1",
        "INSERT INTO event SELECT * FROM event",
        "ATTACH '/tmp/x.duckdb' AS x",
        "COPY event TO '/tmp/x.csv'",
        "COPY (SELECT 1) TO '/tmp/x.csv'",
        "EXPORT DATABASE '/tmp/x'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "RESET enable_external_access",
        "CALL pragma_version()",
        "USE memory",
        "CHECKPOINT",
        "VACUUM",
        "BEGIN",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/x.csv'",
        "SELECT nonsense FROM",
        "SELECT * FROM nowhere",
        "PREPARE p AS SELECT 1",
    ],
)
def test_everything_else_is_refused_in_one_line(told, sql):
    with pytest.raises(UsageError) as caught:
        published.query(told.published, sql)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("INSERT INTO event SELECT * FROM event", "it writes"),
        ("UPDATE event SET kind = 'x'", "it writes"),
        ("DELETE FROM event", "it writes"),
        ("TRUNCATE event", "it writes"),
        ("CREATE TEMP TABLE x AS SELECT 1", "it writes"),
        ("DROP VIEW policies", "it writes"),
        ("COMMENT ON TABLE event IS 'x'", "it writes"),
        ("ATTACH 'x.duckdb'", "other databases are not opened"),
        ("COPY event TO 'x.csv'", "`policywatch export` writes them"),
        ("COPY event FROM 'x.csv'", "`policywatch export` writes them"),
        ("EXPORT DATABASE 'x'", "`policywatch export` writes them"),
        ("INSTALL httpfs", "extensions are not loaded"),
        ("LOAD httpfs", "extensions are not loaded"),
        ("SET threads = 1", "settings are fixed"),
        ("RESET threads", "settings are fixed"),
        ("SET VARIABLE policywatch_now = 'x'", "settings are fixed"),
        ("PRAGMA threads = 1", "settings are fixed"),
        ("FROM enable_logging(storage = 'file', storage_path = 'x')", "settings are fixed"),
        ("SELECT write_log('x')", "settings are fixed"),
        ("BEGIN", "no transaction"),
        ("PREPARE p AS SELECT 1", "not kept"),
        ("UPDATE EXTENSIONS", "only one statement that reads"),
        ("IMPORT DATABASE 'x'", "re"),
        ("COPY FROM DATABASE a TO b", "only one statement that reads"),
        ("SELECT 1; SELECT 2", "there are 2"),
        ("FROM read_csv('/etc/hosts')", "only the published tables are read"),
        ("FROM read_text('/etc/hosts')", "only the published tables are read"),
        ("FROM read_blob('/etc/hosts')", "only the published tables are read"),
        ("FROM read_parquet('x.parquet')", "only the published tables are read"),
        ("FROM sniff_csv('/etc/hosts')", "only the published tables are read"),
        ("FROM 'https://policies.example/x.parquet'", "only the published tables are read"),
        ("FROM glob('/*')", "only the published tables are read"),
        ("FROM duckdb_secrets()", "only the published tables are read"),
        ("SELECT getenv('HOME')", "does not exist"),
        ("FROM query('DROP TABLE event')", "runs a text as SQL"),
        ("FROM query('FROM enable_' || 'logging()')", "runs a text as SQL"),
        (
            "PRAGMA json_execute_serialized_sql(json_serialize_sql('FROM enable_logging()'))",
            "only one statement that reads",
        ),
        ("FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))", "runs a text as SQL"),
        ('FROM "enable_logging"()', "changes the engine"),
        ("SELECT \"write_log\"('x')", "changes the engine"),
        ("SELECT system.main.write_log('x')", "changes the engine"),
        ("FROM disable_logging /* so */ ()", "changes the engine"),
        ("WITH a AS (SELECT write_log('x')) FROM a", "changes the engine"),
        ("DESCRIBE SELECT write_log('x')", "changes the engine"),
        ("EXPLAIN ANALYZE SELECT write_log('x')", "changes the engine"),
        ("EXPLAIN ANALYZE CREATE TEMP TABLE x AS SELECT 1", "EXPLAIN of such a one"),
        ("EXPLAIN ANALYZE DELETE FROM event", "EXPLAIN of such a one"),
        ("EXPLAIN ANALYZE COPY event TO 'x.csv'", "EXPLAIN of such a one"),
        ("WITH x AS (DELETE FROM event RETURNING *) FROM x", "the query failed"),
        ("WITH x AS (INSERT INTO event FROM event RETURNING *) FROM x", "the query failed"),
        ("MERGE INTO event USING event AS e ON true WHEN MATCHED THEN DELETE", "it writes"),
        ("CREATE MACRO f() AS 1", "it writes"),
        ("CREATE OR REPLACE TEMP MACRO present() AS 1", "it writes"),
        ("CREATE SECRET (TYPE s3)", "it writes"),
        ("ALTER TABLE event ADD COLUMN b INTEGER", "it writes"),
        ("FORCE INSTALL httpfs FROM 'https://policies.example'", "extensions are not loaded"),
        ("LOAD '/tmp/x.duckdb_extension'", "extensions are not loaded"),
        ("DETACH policies", "stays open"),
        ("CALL enable_logging()", "only one statement that reads"),
        ("FROM read_json('/etc/hosts')", "only the published tables are read"),
        ("FROM read_ndjson_objects('/etc/hosts')", "only the published tables are read"),
        ("FROM parquet_metadata('x.parquet')", "only the published tables are read"),
        ("FROM read_csv(['~/x', 's3://b/y'])", "only the published tables are read"),
        ("FROM '/etc/hosts.csv'", "/etc/hosts.csv"),
        ("EXPLAIN SELECT * FROM read_text('/etc/hosts')", "only the published tables are read"),
        ("SELECT (SELECT content FROM read_text('/etc/hosts'))", "only the published tables are read"),
        ("FROM which_secret('s3://x', 's3')", "only the published tables are read"),
        ("FROM force_checkpoint('policies')", "changes the engine"),
    ],
)
def test_a_refusal_says_why(told, sql, why):
    with pytest.raises(UsageError, match=re.escape(why)) as caught:
        published.query(told.published, sql)
    assert "\n" not in str(caught.value)
    assert ask(told, "SELECT count(*) > 0 FROM event") == [(True,)]


def test_tables_of_the_calling_program_are_not_reached(told):
    secrets = duckdb.sql("SELECT 1 AS a")
    with pytest.raises(UsageError, match="secrets does not exist"):
        published.query(told.published, "FROM secrets")
    assert secrets.fetchall() == [(1,)]


def test_nothing_published_and_nothing_readable(tmp_path):
    with pytest.raises(StorageError, match="nothing is published"):
        published.query(tmp_path / "none.duckdb", "SELECT 1")
    (tmp_path / "bad.duckdb").write_bytes(b"no database at all")
    with pytest.raises(StorageError, match="publish it again"):
        published.query(tmp_path / "bad.duckdb", "SELECT 1")


# --- which policy ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        ("云政发[2020]1号", {"numbers": ["云政发〔2020〕1号"]}, [OLD]),
        ("http://city/b", {}, [NEW]),
        (OLD, {}, [OLD]),
        ("雲江市甲辦法", {"titles": [OLD]}, [OLD]),
        ("甲办", {}, [OLD]),
        ("办法", {}, [OLD, NEW]),  # ambiguous: both are given
        ("没有", {}, []),
        ("  ", {}, []),
        ("' OR 1=1 --", {}, []),
    ],
)
def test_a_policy_is_found_by_what_people_write(told, text, keys, expected):
    assert [row["title"] for row in published.find_policy(told.published, text, **keys)] == expected


def test_an_id_is_found_before_anything_else(told):
    (found,) = published.find_policy(told.published, policy_id(told), titles=[NEW])
    assert found["title"] == OLD


# --- put in place ----------------------------------------------------------------------------------------------------


READER = """
import duckdb, sys
with duckdb.connect(sys.argv[1], read_only=True) as held:
    for _ in sys.stdin:
        print(held.execute("SELECT count(*) FROM policies").fetchone()[0], flush=True)
"""


@contextmanager
def reader_of(path):
    """Another process that has the file open: a function that has it count the policies that it sees."""
    command = [sys.executable, "-c", READER, str(path)]
    reader = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def count():
        reader.stdin.write("\n")
        reader.stdin.flush()
        return int(reader.stdout.readline())

    try:
        yield count
    finally:
        reader.communicate()


def test_readers_keep_the_old_file_and_new_ones_get_the_new(world):
    world.crawl("2021-01-02", world.policy())
    path = world.publish()
    with reader_of(path) as seen:
        assert seen() == 1
        world.crawl("2021-02-02", world.policy("http://city/b", number="云政发〔2020〕2号"))
        world.publish()
        world.publish()
        with duckdb.connect(str(path), read_only=True) as new:
            assert new.execute("SELECT count(*) FROM policies").fetchone() == (2,)
        assert seen() == 1
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_a_stale_log_of_a_crash_does_no_harm(world):
    world.crawl("2021-01-02", world.policy())
    path = world.publish()
    path.with_name(f"{path.name}.wal").write_bytes(b"left by somebody")
    path.with_name(f".{path.name}.building").write_bytes(b"left by a killed run")
    world.publish()
    assert [item.name for item in path.parent.iterdir()] == [path.name]
    assert published.query(path, "SELECT count(*) FROM policies")[1] == [(1,)]


def test_the_file_may_lie_anywhere_and_bear_any_name(world, tmp_path):
    world.crawl("2021-01-02", world.policy())
    target = tmp_path / 'it\'s "here"; 政策' / "a b.duckdb"
    world.ledger.publish(target)
    assert published.query(target, "SELECT title FROM policies")[1] == [(OLD,)]
    moved = target.rename(tmp_path / "moved.duckdb")
    assert published.query(moved, "SELECT title FROM in_force(DATE '2021-01-01')")[1] == [(OLD,)]


def test_an_empty_warehouse_is_published_too(world):
    assert published.query(world.publish(), "SELECT count(*) FROM policies")[1] == [(0,)]


def every_row(path):
    with published.connect(path) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
        return {table: connection.execute(f"FROM {table} ORDER BY ALL").fetchall() for (table,) in tables}


def test_a_publication_that_is_brought_up_to_date_holds_what_one_from_scratch_holds(world):
    one, two = (world.policy(f"http://city/{n}", f"云江市第{n}号办法", f"云政发〔2020〕{n}号") for n in (1, 2))
    article = world.clause("二", "由市财政局负责。", label="第二条")
    four = world.policy("http://city/4", "云江市第4号办法", "云政发〔2020〕4号", clauses=[article])
    three = world.policy(
        "http://city/3", "云江市第3号办法", "云政发〔2020〕3号", citations=[world.cites("repeals", "云江市第1号办法")]
    )
    edited = world.policy("http://city/1", "云江市第1号办法", "云政发〔2020〕1号", clauses=[], text="另文")
    gone = world.policy("http://city/2", outcome="missing")
    # The day of a document moves, and so does that on which it ends an article of another; both stand on other pages.
    five, six = (
        world.policy("http://city/5", "云江市第5号办法", "云政发〔2020〕5号", effective_date=day,
                     citations=[world.cites("partially_repeals", "云江市第4号办法", scope="第二条")])
        for day in ("2020-06-01", "2020-07-01")
    )  # fmt: skip
    world.crawl("2021-01-02", one, four, five)
    world.publish()
    apart = world.root / "apart.duckdb"
    for change in (
        lambda: world.crawl("2021-02-02", one, two, three),
        lambda: (world.crawl("2021-03-02", edited, gone), world.calendar("2021-05-02")),
        lambda: world.crawl("2021-06-02", six),
        lambda: world.ledger.upsert_sources([{"name": "city", "title": "云江市"}]),
    ):
        change()
        steps = []
        world.ledger.watcher = steps.append
        world.publish()
        assert "views/80_macros.sql" not in steps  # not from scratch
        ((edition,),) = ask(world, "SELECT edition()")
        world.ledger._connection.execute("INSERT INTO unpublished VALUES ('all', NULL)")
        world.ledger.publish(apart)
        world.ledger._connection.execute("UPDATE unpublished SET id = ? WHERE kind = 'edition'", [edition])
        assert every_row(world.published) == every_row(apart)
    steps.clear()
    world.publish()
    assert steps == []

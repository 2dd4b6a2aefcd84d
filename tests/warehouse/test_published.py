"""The analysts' database: what it holds, how it is put in place, and that nobody can do more than read it."""

import subprocess
import sys

import duckdb
import pytest

from policywatch.errors import StorageError, UsageError
from warehouse import published

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
        "in_force", "status_of", "changes_between", "history_of", "repeal_graph", "search",
    }  # fmt: skip


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


def test_readers_keep_the_old_file_and_new_ones_get_the_new(world):
    world.crawl("2021-01-02", world.policy())
    path = world.publish()
    script = f"""
import duckdb
held = duckdb.connect({str(path)!r}, read_only=True)
print(held.execute("SELECT count(*) FROM policies").fetchone()[0], flush=True)
input()
print(held.execute("SELECT count(*) FROM policies").fetchone()[0], flush=True)
"""
    reader = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert reader.stdout.readline().strip() == "1"
        world.crawl("2021-02-02", world.policy("http://city/b", number="云政发〔2020〕2号"))
        world.publish()
        world.publish()
        with duckdb.connect(str(path), read_only=True) as new:
            assert new.execute("SELECT count(*) FROM policies").fetchone() == (2,)
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline().strip() == "1"
    finally:
        reader.communicate()
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

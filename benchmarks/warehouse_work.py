"""`python -m benchmarks.warehouse_work WHAT …`: one piece of work, timed; the last line printed is what was measured.

What belongs here: our own work, and the same in plain SQL on the same columns. What does not: packages of others.
"""

# ruff: noqa: E501, ISC004 - SQL and rows of the table read best in one line
import gzip
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pyarrow.parquet as pq

from benchmarks.warehouse_rounds import Writer
from warehouse.ledger import Ledger

STORED = {"storage_compatibility_version": "v1.2.0"}  # the oldest that knows zstd, as ours
OURS, PUBLISHED = "warehouse.duckdb", "published.duckdb"


def generate(folder: str, policies: str, asked: str, clauses: str) -> dict[str, Any]:
    root = Path(folder)
    with Writer(clauses=bool(int(clauses))) as writer:
        writer.first(root / "0", int(policies))
        for number in (1, 2):
            writer.round(root / str(number), number, int(policies), int(asked))
        writer.round(root / "every", 1, int(policies), int(asked), every=True)
    return {}


def generate_large(folder: str, policies: str, asked: str, portion: str) -> dict[str, Any]:
    """Crawls of `portion` new pages each until there are `policies`, and a round of `asked` of them."""
    root, every, step = Path(folder), int(policies), int(portion)
    begun = range(0, every, step)
    with Writer(clauses=False) as writer:
        for number, known in enumerate(begun):
            writer.first(root / str(number), min(known + step, every), known=known, number=number)
        writer.round(root / "every", len(begun), every, int(asked), every=True)
    return {"crawls": len(begun)}


def load(home: str, staging: str) -> dict[str, Any]:
    """From opening the warehouse to closing it."""
    begun = time.perf_counter()
    with Ledger.open(Path(home) / OURS) as ledger:
        report = ledger.load(Path(staging))
    spent = time.perf_counter() - begun
    if not report.pages_new:
        sys.exit("the load found no new page")
    return {"seconds": spent}


def publish(home: str) -> dict[str, Any]:
    with Ledger.open(Path(home) / OURS) as ledger:
        begun = time.perf_counter()
        ledger.publish(Path(home) / PUBLISHED)
        return {"seconds": time.perf_counter() - begun}


def copy(home: str) -> dict[str, Any]:
    target = Path(home) / "copy"
    begun = time.perf_counter()
    shutil.copyfile(Path(home) / PUBLISHED, target)
    spent = time.perf_counter() - begun
    target.unlink()
    return {"seconds": spent}


def packed(staging: str) -> dict[str, Any]:
    """The texts in gzip, each by itself, as an archive keeps them."""
    size = 0
    for batch in pq.ParquetFile(Path(staging) / "readings.parquet").iter_batches(columns=["text"]):
        size += sum(len(gzip.compress(text.as_buffer(), 6)) for text in batch.column(0))
    return {"megabytes": size / 1e6}


def plain(database: str, staging: str) -> dict[str, Any]:
    """What one would write by hand: a version per page and reading, and its text once."""
    read = f"'{staging}/readings.parquet'"
    steps = (
        f"CREATE TABLE IF NOT EXISTS version AS SELECT * EXCLUDE (text), fetched_at AS known_from,"
        f" CAST(NULL AS TIMESTAMPTZ) AS known_to FROM {read} LIMIT 0",
        "CREATE TABLE IF NOT EXISTS body (text_hash VARCHAR, text VARCHAR USING COMPRESSION zstd)",
        f"CREATE TEMP TABLE staged AS SELECT * EXCLUDE (text) FROM {read}",
        "CREATE TEMP TABLE changed AS SELECT s.* FROM staged AS s LEFT JOIN version AS v ON v.url = s.url AND v.known_to IS NULL"
        " WHERE v.url IS NULL OR v.reading_hash <> s.reading_hash",
        "UPDATE version SET known_to = c.fetched_at FROM changed AS c WHERE version.url = c.url AND version.known_to IS NULL",
        "INSERT INTO version SELECT c.*, c.fetched_at, NULL FROM changed AS c",
        f"INSERT INTO body SELECT text_hash, text FROM {read} WHERE text_hash IN (SELECT text_hash FROM changed)"
        " AND text_hash NOT IN (SELECT text_hash FROM body)",
    )
    begun = time.perf_counter()
    with duckdb.connect(database, config=STORED) as connection:
        connection.execute("BEGIN")
        for step in steps:
            connection.execute(step)
        connection.execute("COMMIT")
    return {"seconds": time.perf_counter() - begun}


def search(home: str) -> dict[str, Any]:
    with duckdb.connect(str(Path(home) / PUBLISHED), read_only=True) as connection:
        return {
            "seconds": _spent(lambda: connection.execute("SELECT * FROM search('知识产权 贴息')").fetchall()) / 1000
        }


def ask(database: str, versions: str) -> dict[str, Any]:
    """`in_force` and the same by hand: a narrow table with one column for the issuer. Milliseconds, ours and plain."""
    home = Path(database).with_suffix("")
    with Ledger.open(home / OURS) as ledger:
        ledger.publish(home / PUBLISHED)
    with duckdb.connect(str(home / PUBLISHED)) as connection:
        connection.execute(_VERSIONS.format(versions=int(versions)))
        connection.execute(
            "CREATE TABLE plain AS SELECT policy_id, issuers[1] AS issuer, title, in_force_from, in_force_to,"
            " held_from AS known_from, nullif(held_to, TIMESTAMPTZ 'infinity') AS known_to FROM standing"
        )
        connection.execute("CHECKPOINT")
    held = (
        "known_from <= TIMESTAMPTZ '2023-01-01' AND (known_to IS NULL OR known_to > TIMESTAMPTZ '2023-01-01')"
        " AND in_force_from <= DATE '2022-06-01' AND (in_force_to IS NULL OR in_force_to >= DATE '2022-06-01')"
    )
    macro = "in_force(DATE '2022-06-01', as_known_at := TIMESTAMPTZ '2023-01-01')"
    one = f"po_{int(versions) // 8:08}"
    questions = {
        "count": ("count(*)", "TRUE", "TRUE"),
        "one issuer's rows": ("policy_id, title", "list_contains(issuers, '第7局')", "issuer = '第7局'"),
        "one policy": ("policy_id, title", f"policy_id = '{one}'", f"policy_id = '{one}'"),
    }
    found = {}
    with duckdb.connect(str(home / PUBLISHED), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, (wanted, ours, theirs) in questions.items():
            texts = (
                f"SELECT {wanted} FROM {macro} WHERE {ours}",
                f"SELECT {wanted} FROM plain WHERE {held} AND {theirs}",
            )
            answers = [sorted(connection.execute(text).fetchall()) for text in texts]
            if answers[0] != answers[1] or not answers[0]:
                sys.exit(f"{name}: the two answers differ")
            found[name] = tuple(_spent(lambda text=text: connection.execute(text).fetchall()) for text in texts)  # type: ignore[misc]
    return found


_VERSIONS = """
INSERT INTO standing BY NAME
SELECT
    'po_' || lpad(CAST(n // 4 AS VARCHAR), 8, '0') AS policy_id, '关于某事的通知' || n // 4 AS title, ['第' || n // 4 % 500 || '局'] AS issuers,
    DATE '2015-01-01' + CAST(n // 4 % 3000 AS INTEGER) AS in_force_from,
    CASE WHEN n % 3 = 0 THEN DATE '2020-01-01' + CAST(n // 4 % 3000 AS INTEGER) END AS in_force_to,
    in_force_from AS begins_on, coalesce(in_force_to, DATE 'infinity') AS ends_on,
    TIMESTAMPTZ '2021-01-01' + to_days(CAST(n % 4 * 300 AS INTEGER)) AS held_from, held_from AS known_from,
    CASE WHEN n % 4 = 3 THEN TIMESTAMPTZ 'infinity' ELSE held_from + INTERVAL 300 DAY END AS held_to
FROM range({versions}) AS t(n)
"""


def _spent(work: Callable[[], object]) -> float:
    """Milliseconds, the median of seven."""
    found = []
    for _ in range(7):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return median(found) * 1000


WORK = {
    "generate": generate, "generate_large": generate_large, "load": load, "publish": publish, "copy": copy,
    "gzip": packed, "plain": plain, "search": search, "ask": ask,
}  # fmt: skip

if __name__ == "__main__":
    os.environ.pop("POLICYWATCH_NOW", None)
    print(json.dumps(WORK[sys.argv[1]](*sys.argv[2:])))

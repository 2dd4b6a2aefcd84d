"""A ledger in memory, emptied for each test, and rows to put into it."""

from contextlib import nullcontext
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.ledger import Ledger
from warehouse.steps import Steps, names_in

NOW = datetime(2024, 3, 2, 22, 17, tzinfo=UTC)
CHECKED = datetime(2024, 3, 1, 22, 17, tzinfo=UTC)
TABLES = (
    "event", "event_matched", "delivery", "hold", "held_event", "source", "policy_version", "citation",
    "measure_version", "page", "policy_link",
)  # fmt: skip
COLUMNS = (
    "event_id", "kind", "policy_id", "page_id", "source", "number", "title", "url", "happened_on", "detected_at",
    "before", "after", "quote", "is_baseline", "crawl_id", "change_cause", "is_late",
)  # fmt: skip


def event_row(nth=1, **changes):
    row = {
        "event_id": f"ev_{nth:016x}",
        "kind": "repealed",
        "policy_id": f"po_{nth:016x}",
        "page_id": f"pg_{nth:016x}",
        "source": "yunjiang",
        "number": f"云政发〔2021〕{nth}号",
        "title": "云江市促进中小企业发展办法",
        "url": f"http://www.yunjiang.example/a/{nth}.html",
        "happened_on": date(2024, 3, 1),
        "detected_at": CHECKED,
        "before": '{"status": "in_force"}',
        "after": '{"status": "repealed"}',
        "quote": "《云江市促进中小企业发展办法》自2024年3月1日起废止。",
        "is_baseline": False,
        "change_cause": "source",
        "crawl_id": "yunjiang-20240301T221700Z",
        "issuers": ["云江市人民政府"],
        "topic": "工业、交通/中小企业",
        "source_title": "云江市人民政府门户网站",
        "source_checked_at": CHECKED,
        "jurisdiction": "CN-YJ",
    }
    return row | changes


@cache
def _connection():
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET TimeZone = 'UTC'")
    for name in names_in("migrations"):
        Steps(connection).run(name)
    return connection


class FakeLedger(Ledger):
    """The ledger's own SQL on tables in memory; one at a time."""

    def __init__(self, *rows):
        super().__init__(_connection(), Path("memory"))
        for table in TABLES:
            self._connection.execute(f"DELETE FROM {table}")
        self.add(*rows)

    def add(self, *rows):
        """Events as a load would leave them, with what the outbox joins to them."""
        self._put("event", [{name: row.get(name) for name in COLUMNS} for row in rows])
        known = {row["policy_id"] for row in self.query("SELECT policy_id FROM policy_version")}
        columns = ("policy_id", "source", "number", "issuers", "topic")
        policies = {row["policy_id"]: {name: row[name] for name in columns} | {"known_from": CHECKED} for row in rows}
        self._put(
            "policy_version", [row for policy_id, row in policies.items() if policy_id and policy_id not in known]
        )
        known = {row["source"] for row in self.query("SELECT source FROM source")}
        columns = {"source": "source", "title": "source_title", "last_good_at": "source_checked_at"}
        columns |= {"jurisdiction": "jurisdiction"}
        sources = {row["source"]: {column: row[name] for column, name in columns.items()} for row in rows}
        self._put("source", [row for source, row in sources.items() if source not in known])

    def policies(self, *policy_ids, **fields):
        self._put("policy_version", [{"policy_id": each, "known_from": CHECKED, **fields} for each in policy_ids])

    def one(self, sql, *values):
        return self._connection.execute(sql, list(values)).fetchone()[0]

    def _put(self, table, rows):
        if rows:
            self._connection.register("given", pa.Table.from_pylist(rows))
            self._connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM given")
            self._connection.unregister("given")

    @property
    def deliveries(self):
        rows = self.query("SELECT * FROM delivery ORDER BY event_id, subscription, channel")
        return {row["idempotency_key"]: row for row in rows}

    @property
    def matched(self):
        return {row["event_id"] for row in self.query("SELECT event_id FROM event_matched")}

    def door(self):
        """Opened and closed as often as a pass likes."""
        return nullcontext(self)

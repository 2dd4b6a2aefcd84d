"""How fast new events find those who want to hear of them, and how much memory very many of them take.

There is no peer: what is promised is a time and a bound. The events are those of 30 sources, in runs of 50, with
titles, quotes and changed clauses; the subscriptions ask for kinds, sources, issuers, topics and words, as people's do.
Matching includes reading the events from the warehouse on the disk and writing the deliveries there. The memory is that
of a process of its own, which matches and then hands over every message to a channel that throws it away.
"""

import gc
import io
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pyarrow as pa

from benchmarks.measure import Row, peak
from pipeline.alerts import channels, outbox
from pipeline.alerts.config import Subscriptions
from policywatch.home import Home
from warehouse.ledger import Ledger

EVENTS, SUBSCRIPTIONS, MANY = 10_000, 1000, 100_000
LIMIT = 2.0
"""Seconds."""
GROWTH = 1.25
"""How much more memory ten times as many events may take."""
NOW = datetime(2024, 3, 2, 22, 17, tzinfo=UTC)
KINDS = ("issued", "revised", "silently_edited", "amended", "repealed", "expired", "reported", "interpreted")
PER_RUN = 50
SOURCES = 30
CITIES = [f"{first}{last}市" for first in "东南西北云江山河海川" for last in "阳州宁安平"]
BODIES = [
    "人民政府",
    "人民政府办公室",
    "财政局",
    "发展和改革委员会",
    "经济和信息化局",
    "教育局",
    "农业农村局",
    "商务局",
]
_KINDS_OF = ("新", "旧", "大", "小", "公")
_AREAS = ("能源", "农业", "企业", "教育", "交通", "医疗", "住房", "环境", "科技", "文化")
_DEEDS = ("补贴", "管理", "发展", "服务", "改革", "监督", "标准", "规划")
SUBJECTS = [f"{kind}{area}{deed}" for kind in _KINDS_OF for area in _AREAS for deed in _DEEDS]
TOPICS = [
    "财政",
    "工业、交通/中小企业",
    "农业、林业、水利",
    "教育",
    "卫生、体育",
    "城乡建设、环境保护",
    "科技",
    "商贸、海关、旅游",
]


def run(*, quick: bool = False) -> list[Row]:
    """The median of five (one when `quick`) for matching, one each for memory; about two minutes."""
    count = EVENTS // 10 if quick else EVENTS
    rounds = [match(count) for _ in range(1 if quick else 5)]
    spent, queued = median(found for found, _ in rounds), rounds[0][1]
    said = f"{count:,} events against {SUBSCRIPTIONS:,} subscriptions: matched, {queued:,} deliveries queued"
    rows = [Row(said, spent, "s", limit=f"under {LIMIT:g} s", holds=spent < LIMIT)]
    few, many = (memory(number // 10 if quick else number) for number in (EVENTS, MANY))
    what = f"{MANY:,} events matched and handed over: memory at its peak"
    limit = f"at most {GROWTH:g} x that of {EVENTS:,}"
    rows.append(Row(what, many, "MB", few, f"{EVENTS:,} events", limit, many <= GROWTH * few))
    return rows


def match(count: int) -> tuple[float, int]:
    """Seconds for matching and queueing `count` events, and how many deliveries that made."""
    with tempfile.TemporaryDirectory(prefix="policywatch-bench-") as folder:
        home = Home.at(folder)
        fill(home, count)
        wanted = subscriptions()
        with Ledger.open(home.warehouse) as ledger:
            gc.collect()
            begun = time.perf_counter()
            queued = outbox.queue(ledger, wanted, NOW)
            return time.perf_counter() - begun, queued


def memory(count: int) -> float:
    """Megabytes at most in a process that matches `count` events and hands every message over."""
    with tempfile.TemporaryDirectory(prefix="policywatch-bench-") as folder:
        fill(Home.at(folder), count)
        _, _, printed = peak([sys.executable, "-m", "benchmarks.alerts", folder])
        handed = json.loads(printed.splitlines()[-1])
        if handed["matched"] != count or handed["sent"] == 0:
            sys.exit(f"benchmarks: not all events were matched and handed over: {handed}")
        return float(handed["held_mb"])


def fill(home: Home, count: int) -> None:
    """A warehouse with `count` events that nobody matched, and their policies and sources."""
    with Ledger.open(home.warehouse):
        pass
    with duckdb.connect(str(home.warehouse)) as database:
        # In pieces: making them should take less memory than what is measured.
        for begin in range(0, count, EVENTS):
            rows = list(events(begin, min(count, begin + EVENTS)))
            policies = [row.pop("policy") for row in rows]
            for table, given in (("event", rows), ("policy_version", policies)):
                database.register("given", pa.Table.from_pylist(given))
                database.execute(f"INSERT INTO {table} BY NAME SELECT * FROM given")
                database.unregister("given")
        # So many policies that no run counts as a redesign, which would be held.
        old = [
            {"policy_id": f"po_old_{nth}", "source": f"portal-{nth % SOURCES}"} for nth in range(SOURCES * 4 * PER_RUN)
        ]
        database.register("given", pa.Table.from_pylist(old))
        database.execute("INSERT INTO policy_version BY NAME SELECT * FROM given")
        named = [{"source": f"portal-{nth}", "title": f"门户{nth}", "last_good_at": NOW} for nth in range(SOURCES)]
        database.register("given", pa.Table.from_pylist(named))
        database.execute("INSERT INTO source BY NAME SELECT * FROM given")


def events(begin: int, end: int) -> Iterator[dict[str, Any]]:
    """Events number `begin` to `end`, each with its `policy`; the same for the same numbers."""
    for nth in range(begin, end):
        dice = random.Random(nth)
        run_no = nth // PER_RUN
        source, kind = f"portal-{run_no % SOURCES}", dice.choice(KINDS)
        body = dice.choice(CITIES) + dice.choice(BODIES)
        title = f"{body}关于{dice.choice(SUBJECTS)}和{dice.choice(SUBJECTS)}工作的实施意见"
        number = f"云政发〔{2000 + dice.randrange(24)}〕{nth}号"
        aid = f"对符合条件的单位给予最高{dice.randrange(10, 900)}万元补助"
        clause = f"{aid}，由{body}会同有关部门负责{dice.choice(SUBJECTS)}。" * 3
        changed = {"measures": [{"measure_id": f"me_{nth}", "path": "三.7", "text": clause}]}
        policy_id = f"po_{nth:016x}"
        yield {
            "event_id": f"ev_{nth:016x}",
            "kind": kind,
            "policy_id": policy_id,
            "source": source,
            "number": number,
            "title": title,
            "url": f"http://{source}.example/{nth}.html",
            "happened_on": date(2024, 3, 1),
            "detected_at": NOW - timedelta(seconds=(end - nth) % 3600),
            "before": '{"status": "in_force"}',
            "after": json.dumps(changed, ensure_ascii=False),
            "quote": f"《{title}》自2024年3月1日起施行。",
            "is_baseline": False,
            "change_cause": "source",
            "crawl_id": f"{source}-{run_no}",
            "policy": {
                "policy_id": policy_id,
                "source": source,
                "number": number,
                "issuers": [body],
                "topic": dice.choice(TOPICS),
                "known_from": NOW,
            },
        }


def subscriptions() -> Subscriptions:
    """A thousand wishes, each of two kinds: four in ten by words, three by issuer, two by topic, one by all of them."""
    items = []
    for nth in range(SUBSCRIPTIONS):
        dice = random.Random(-nth)
        wish: dict[str, Any] = {"events": dice.sample(KINDS, 2)}
        if nth % 10 < 4:
            wish |= {"words": {"any": dice.sample(SUBJECTS, 3)}, "sources": _sources(dice, 3)}
        elif nth % 10 < 7:
            wish["issuers"] = [dice.choice(CITIES) + dice.choice(BODIES) for _ in range(5)]
        elif nth % 10 < 9:
            wish |= {"topics": [dice.choice(TOPICS)], "sources": _sources(dice, 1)}
        else:
            wish |= {"sources": _sources(dice, 1), "words": {"all": [dice.choice(SUBJECTS)], "none": ["招聘"]}}
        items.append({"name": f"s{nth}", "deliver": [{"kind": "webhook", "url": "http://hooks.example/"}], **wish})
    return Subscriptions.model_validate({"subscriptions": items})


def _sources(dice: random.Random, count: int) -> list[str]:
    return [f"portal-{number}" for number in dice.sample(range(SOURCES), count)]


class _Nowhere:
    def send(self, item: channels.Outgoing) -> None:
        """Take `item`, and forget it."""


def hand_over(folder: Path) -> dict[str, int]:
    """Match and hand over everything in the warehouse below `folder`; how many events and messages that were.

    With the most memory that it held, which it asks itself: the kernel's account of a child begins with what its parent
    held, who has just made a hundred thousand events.
    """
    home = Home.at(folder)
    wanted = subscriptions()
    outbox.open_channel = lambda *_: _Nowhere()  # type: ignore[assignment]
    door = partial(Ledger.open, home.warehouse)
    matching, more = outbox.Matching(wanted, NOW), True
    while more:  # as `pipeline.alerting.alert` does
        with door() as ledger:
            more = matching.go_on(ledger)
    report = outbox.deliver(door, wanted, home, NOW, io.StringIO())
    with door() as ledger:
        matched = ledger.query("SELECT count(*) AS n FROM event_matched")[0]["n"]
    held = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert held
    return {"matched": matched, "sent": report.sent, "held_mb": int(held[1]) // 1024}


if __name__ == "__main__":
    print(json.dumps(hand_over(Path(sys.argv[1]))))

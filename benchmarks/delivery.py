"""Delivering many events to a webhook on loopback that fails one time in five, until every one has arrived.

Three processes, so that none measures another: this one, the receiver (`serve`) and the sender (`work`), which is the
outbox itself on a warehouse file: queue, deliver, let the clock jump to the next attempt, deliver again. What is given
up in the end (two in a million, by chance) is sent again as a person would.

The receiver fails by the message's key and attempt, so every run is the same: of a hundred requests ten get 500, five
502, and five are taken but lose their answer on the way, which is why messages must come with a key. It shows a message
when it sees its key for the first time, and counts what it showed by the event, not by the key. The other column sends
the same bodies by urllib3 alone, without queue, record or failures.
"""

import asyncio
import json
import os
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING, Any

from benchmarks.measure import ROOT, Row

if TYPE_CHECKING:
    from pipeline.alerts.config import Subscriptions
    from policywatch.home import Home

EVENTS = 100_000
PEER = 5_000
NOW = datetime(2024, 3, 2, 22, 17, tzinfo=UTC)
FLAT_MB = 40


def run(*, quick: bool = False) -> list[Row]:
    """Deliver 100,000 events (2,000 when `quick`)."""
    events = EVENTS // 50 if quick else EVENTS
    with tempfile.TemporaryDirectory() as folder, _process("serve") as receiver:
        assert receiver.stdout
        port = int(receiver.stdout.readline())
        with _process("work", folder, str(port), str(events)) as worker:
            assert worker.stdout
            done = json.loads(worker.stdout.read())
        seen = _ask(port, "/report")
    received = seen["shown"] == events and seen["twice"] == 0
    what = f"{events:,} events to a webhook that fails one time in five"
    told = f"{seen['requests']:,} requests, {seen['again']:,} known by their key, {done['resent']} re-sent by hand"
    return [
        Row(
            f"{what}: messages a second until all have arrived ({told})", events / done["seconds"], "/s", done["peer"],
            "urllib3 alone, no failures", "each received, none shown twice", received,
        ),
        Row(
            f"{what}: memory that the sender gained after its first tenth", done["gained_mb"], "MB",
            limit=f"at most {FLAT_MB} MB", holds=done["gained_mb"] <= FLAT_MB,
        ),
    ]  # fmt: skip


@contextmanager
def _process(*words: str) -> Iterator["Popen[str]"]:
    command = [sys.executable, "-m", "benchmarks.delivery", *words]
    with Popen(command, cwd=ROOT, stdout=PIPE, text=True, env=os.environ | {"NO_PROXY": "127.0.0.1"}) as process:
        try:
            yield process
        finally:
            process.terminate()


def _ask(port: int, path: str) -> dict[str, Any]:
    import urllib3  # noqa: PLC0415 - the parent needs it for this alone

    found: dict[str, Any] = urllib3.request("GET", f"http://127.0.0.1:{port}{path}").json()
    return found


# --- the receiver ----------------------------------------------------------------------------------------------------


class Receiver:
    """A receiver that knows messages by their key, and fails as its docstring above says."""

    def __init__(self) -> None:
        self.attempts: Counter[str] = Counter()
        self.keys: set[str] = set()
        self.shown: Counter[str] = Counter()
        self.again = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it closes."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                status, content = self.answer(lines[0].split()[1], headers.get("idempotency-key", ""), body)
                if not status:
                    break
                writer.write(f"HTTP/1.1 {status} x\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def answer(self, path: str, key: str, body: bytes) -> tuple[int, bytes]:
        """The status and the body; 0 closes the connection without a word."""
        if path == "/report":
            twice = sum(count > 1 for count in self.shown.values())
            found = {
                "requests": sum(self.attempts.values()), "shown": len(self.shown), "twice": twice, "again": self.again,
            }  # fmt: skip
            return 200, json.dumps(found).encode()
        if path == "/peer":
            return 200, b""
        chance = zlib.crc32(f"{key} {self.attempts[key]}".encode()) % 100
        self.attempts[key] += 1
        if chance < 15:
            return (500 if chance < 10 else 502), b""
        if key in self.keys:
            self.again += 1
        else:
            self.keys.add(key)
            self.shown.update(event["event_id"] for event in json.loads(body)["events"])
        return (0 if chance < 20 else 200), b""


async def serve() -> None:
    server = await asyncio.start_server(Receiver().talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


# --- the sender ------------------------------------------------------------------------------------------------------


def work(folder: Path, port: int, events: int) -> None:
    """Queue and deliver, and print what it took."""
    from pipeline.alerts.config import Subscriptions  # noqa: PLC0415 - the receiver needs nothing of it
    from pipeline.alerts.outbox import queue  # noqa: PLC0415
    from policywatch.home import Home  # noqa: PLC0415
    from warehouse.ledger import Ledger  # noqa: PLC0415

    url = f"http://127.0.0.1:{port}"
    channel = {"kind": "webhook", "url": f"{url}/hook", "allow_private": True}
    item = {"name": "all", "deliver": [channel]}
    wanted = Subscriptions.model_validate({"subscriptions": [item], "hold": {"enabled": False}})
    home = Home.at(folder)
    with Ledger.open(home.warehouse):
        pass
    _fill(home.warehouse, events)
    with Ledger.open(home.warehouse) as ledger:
        queue(ledger, wanted, NOW)
    with _memory() as sizes:
        begun = time.perf_counter()
        resent = _until_all_is_sent(wanted, home)
        seconds = time.perf_counter() - begun
    settled = sizes[: max(1, len(sizes) // 10)]
    gained = max(0.0, max(sizes) - max(settled))
    print(json.dumps({"seconds": seconds, "resent": resent, "gained_mb": gained, "peer": _peer(f"{url}/peer")}))


def _fill(path: Path, events: int) -> None:
    """Events as loads leave them: a thousand runs, one policy each."""
    import duckdb  # noqa: PLC0415

    sql = """
    INSERT INTO event BY NAME
    SELECT
        'ev_' || lpad(to_hex(i), 16, '0') AS event_id,
        'repealed' AS kind, 'po_' || lpad(to_hex(i), 16, '0') AS policy_id,
        'yunjiang' AS source, '云政发〔2021〕' || i || '号' AS number, '云江市促进中小企业发展办法' AS title,
        'http://www.yunjiang.example/a/' || i || '.html' AS url, DATE '2024-03-01' AS happened_on,
        TIMESTAMPTZ '2024-03-01 22:17:00Z' + to_seconds(i // 100) AS detected_at,
        '{"in_force_to": "2026-12-31"}' AS before, '{"in_force_to": "2024-02-29", "reason": "repealed"}' AS after,
        '《云江市促进中小企业发展办法》自2024年3月1日起废止。' AS quote, FALSE AS is_baseline, 'source' AS change_cause,
        'yunjiang-' || (i // 100) AS crawl_id
    FROM range(?) AS r(i)
    """
    with duckdb.connect(str(path)) as database:
        database.execute(sql, [events])


def _until_all_is_sent(wanted: "Subscriptions", home: "Home") -> int:
    """Deliver, the clock jumping to what is due next, and in the end what was given up: returns how many that was."""
    from pipeline.alerts.outbox import deliver  # noqa: PLC0415
    from warehouse.ledger import Ledger  # noqa: PLC0415

    door = partial(Ledger.open, home.warehouse)
    now, resent = NOW, 0
    waiting = "SELECT min(next_attempt_at) AS next FROM delivery WHERE status = 'pending'"
    while True:
        deliver(door, wanted, home, now, sys.stderr)
        with door() as ledger:
            due = ledger.query(waiting)[0]["next"]
            if due is None:
                dead = [row["message_key"] for row in ledger.dead()]
                if not dead:
                    return resent
                ledger.resend(dead, now)
                resent += len(dead)
                due = now
        now = max(due, now + timedelta(minutes=1))


@contextmanager
def _memory() -> Iterator[list[float]]:
    """The sizes of this process in MB, sampled five times a second while it works."""
    sizes = [_resident()]
    done = threading.Event()

    def sample() -> None:
        while not done.wait(0.2):
            sizes.append(_resident())

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield sizes
    finally:
        done.set()
        thread.join()


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _peer(url: str) -> float:
    """Messages a second of a loop that posts bodies of the same size over one connection."""
    import urllib3  # noqa: PLC0415

    pool, body = urllib3.PoolManager(maxsize=1), b"x" * 2200
    begun = time.perf_counter()
    for _ in range(PEER):
        pool.urlopen("POST", url, body=body, retries=False)
    return PEER / (time.perf_counter() - begun)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve())
    else:
        work(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))

"""What the orchestrator costs: a scheduled run without news, from its tick to its end, beside the crawl alone.

What belongs here: `policywatch up` over the demo with a schedule of every minute, and reading Dagster's own records of
its runs. What does not: how fast a crawl is (`crawl.py`, `recheck.py`).

The run is started as it is in earnest: the daemon's scheduler makes the tick, its queue takes the run up, the code
server starts a process for it. The crawl alone is `python -m crawlers.run`, as a whole process.
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import dagster as dg

from benchmarks.measure import ROOT, Row
from crawlers.source import ENVIRONMENT as SOURCES
from demo.editions import EDITIONS
from demo.server import DemoPortal
from pipeline import servers
from pipeline.resources import open_instance_quietly, prepare
from policywatch import clock
from policywatch.home import Home

SOURCE = "demo_bureau"
LIMIT = 6.0
_PATIENCE = 600


def run(*, quick: bool) -> list[Row]:
    """One row: seconds of a scheduled run beyond those of its crawl."""
    wanted = 2 if quick else 4
    with tempfile.TemporaryDirectory(prefix="policywatch-bench-") as folder, DemoPortal(EDITIONS[-1].number) as portal:
        home = Home(Path(folder, "home"))
        env = _environment(Path(folder), portal.proxy)
        prepare(home)
        _policywatch(home, env, "run", SOURCE)
        alone = statistics.median(_crawl(home, env) for _ in range(wanted + 1))
        with _up(home, env):
            records = _finished(home, wanted)
        spans = [_spans(record) for record in records]
        with open_instance_quietly(home) as instance:
            steps = [_steps(instance, record.dagster_run.run_id) for record in records]
    total = statistics.median(sum(span.values()) for span in spans)
    parts = {name: statistics.median(span[name] for span in spans) for name in spans[0]}
    parts |= {name: statistics.median(step.get(name, 0.0) for step in steps) for name in steps[0]}
    print(f"overhead: crawl alone {alone:.2f} s, scheduled {total:.2f} s:", file=sys.stderr)
    for name, seconds in parts.items():
        print(f"  {name:34} {seconds:6.2f} s", file=sys.stderr)
    what = f"scheduled run without news, tick to end, beyond its crawl of {alone:.1f} s"
    beyond = total - alone
    return [Row(what, beyond, "s", limit=f"<= {LIMIT:g} s", holds=beyond <= LIMIT)]


def _environment(folder: Path, proxy: str) -> dict[str, str]:
    """The demo's source with a schedule of every minute, and the demo portal as everything's proxy."""
    sources = folder / "sources"
    sources.mkdir()
    text = (ROOT / "crawlers" / "sources" / f"{SOURCE}.yaml").read_text(encoding="utf-8")
    lines = ['schedule: "* * * * *"' if line.startswith("schedule:") else line for line in text.splitlines()]
    (sources / f"{SOURCE}.yaml").write_text("\n".join([*lines, ""]), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if name != clock.ENVIRONMENT}
    return {**kept, SOURCES: str(sources), "http_proxy": proxy, "https_proxy": proxy, "no_proxy": "127.0.0.1,localhost"}


def _policywatch(home: Home, env: dict[str, str], *words: str) -> None:
    command = [sys.executable, "-m", "policywatch", "--home", str(home.root), *words]
    subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def _crawl(home: Home, env: dict[str, str]) -> float:
    command = [sys.executable, "-m", "crawlers.run", SOURCE, "--home", str(home.root)]
    began = time.perf_counter()
    subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


@contextmanager
def _up(home: Home, env: dict[str, str]) -> Iterator[None]:
    words = ["up", SOURCE, "--port", str(servers.free_port(0)), "--health-port", str(servers.free_port(0))]
    command = [sys.executable, "-m", "policywatch", "--home", str(home.root), *words]
    process = subprocess.Popen(command, env=env, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=200)


def _finished(home: Home, wanted: int) -> list[dg.RunRecord]:
    """The records of the scheduled runs, once there are `wanted` and one more: the first has a cold cache."""
    deadline = time.monotonic() + _PATIENCE
    filters = dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS], tags={"policywatch/started_by": "schedule"})
    while time.monotonic() < deadline:
        with open_instance_quietly(home) as instance:
            records = list(instance.get_run_records(filters, ascending=True))
        if len(records) > wanted:
            return records[1 : wanted + 1]
        time.sleep(2)
    sys.exit("benchmarks: no scheduled run came to its end; look into dagster/ui.log")


def _spans(record: dg.RunRecord) -> dict[str, float]:
    """Where the seconds went, from the minute's first second on."""
    tags = record.dagster_run.tags
    tick = datetime.fromisoformat(tags["dagster/run_key"].split(":", 1)[1]).timestamp()
    created, began, ended = record.create_timestamp.timestamp(), record.start_time, record.end_time
    assert began is not None
    assert ended is not None
    return {
        "tick until the run is queued": created - tick,
        "queue, process, imports": began - created,
        "the run itself": ended - began,
    }


def _steps(instance: dg.DagsterInstance, run_id: str) -> dict[str, float]:
    """Seconds of each step of a run."""
    stats = instance.get_run_step_stats(run_id)
    ordered = sorted(stats, key=lambda step: step.start_time or 0)
    return {f"  of it {step.step_key}": (step.end_time or 0) - (step.start_time or 0) for step in ordered}

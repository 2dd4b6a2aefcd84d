"""The demo's driver: the real job over the demo portal, edition by edition, on a clock that stands at each edition.

What belongs here: setting clock and proxy, running the job, showing what came of it. What does not: the portal
(`demo.server`), its dates (`demo.editions`), the job (`pipeline.job`).

Editions that the home folder's warehouse already knows are not run again, so that a second demo shows its result at
once; `--fresh` forgets them.
"""

import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any, Final, TextIO

from demo.editions import EDITIONS, ZONE, Edition
from pipeline import run
from policywatch import clock, starting
from policywatch.home import Home

SOURCES: Final = ("demo_portal", "demo_bureau", "demo_media")
_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")

_CHANGES: Final = """
SELECT detected_at, happened_on, kind, number, title, quote, source
FROM changes WHERE NOT is_baseline ORDER BY detected_at, happened_on NULLS FIRST, kind, title
"""
_BASELINE: Final = "SELECT count(*) AS met FROM changes WHERE is_baseline AND kind = 'issued'"
# The life with the most turns: the policy whose force was set most often, then that with the most events.
_EVENTFUL: Final = """
SELECT policy_id, p.number, p.title FROM policies AS p
INNER JOIN (SELECT policy_id, count(*) AS turns FROM effect GROUP BY policy_id) USING (policy_id)
LEFT JOIN (SELECT policy_id, count(*) AS events FROM changes GROUP BY policy_id) USING (policy_id)
ORDER BY turns DESC, events DESC, policy_id LIMIT 1
"""
_LIFE: Final = """
SELECT known_at, happened_on, what, detail, quote,
    state ->> '$.in_force_from' AS "from", coalesce(state ->> '$.in_force_to', 'open') AS "to"
FROM history_of(?) WHERE what IN ('force', 'event')
"""


def main(home: Home, *, fresh: bool = False, out: TextIO | None = None) -> None:
    """Replay the editions that `home` does not know yet and show all changes.

    Args:
        home: where archive, warehouse and published database go.
        fresh: forget what an earlier demo left in `home`.
        out: where the report goes; stdout by default.

    Raises:
        PolicywatchError: a step of a run failed; says which and why.
    """
    out = out or sys.stdout
    if fresh:
        forget(home)
    began = time.monotonic()
    first, last = EDITIONS[0].at.date(), EDITIONS[-1].at.date()
    print(f"云江市, a made-up city portal on loopback: {len(EDITIONS)} editions, {first} to {last}", file=out)
    ran = sum(1 for edition, report in replay(home) if _tell(edition, report, out))
    if not ran:
        print("every edition is known from an earlier demo; --fresh (make run FRESH=1) runs them again", file=out)
    _summary(home, out)
    if ran:
        print(f"\n{ran} editions in {time.monotonic() - began:.0f} s", file=out)


def replay(home: Home, editions: Sequence[Edition] = EDITIONS) -> Iterator[tuple[Edition, list[Any]]]:
    """Run the job for each source at each edition that is not loaded yet; yields each edition with its run reports."""
    known = _loaded(home)
    todo = [edition for edition in editions if not all(_crawl_id(source, edition) in known for source in SOURCES)]
    if not todo:
        return
    run.expect_crawls()
    with starting.imports():
        from demo.server import DemoPortal  # noqa: PLC0415 - a second demo has no need of server and orchestrator
        from pipeline.job import definitions_for, run_job  # noqa: PLC0415
        from pipeline.resources import open_instance  # noqa: PLC0415

    _subscribe(home)
    with DemoPortal() as portal, open_instance(home) as instance:
        defs = definitions_for(home)
        for edition in todo:
            portal.edition = edition.number
            with standing_at(edition, portal.proxy):
                yield edition, [run_job(source, home=home, instance=instance, defs=defs) for source in SOURCES]


@contextmanager
def standing_at(edition: Edition, proxy: str) -> Iterator[None]:
    """The environment of one edition: its clock, and the portal as the only way to the web."""
    kept = {name: os.environ.get(name) for name in (clock.ENVIRONMENT, *_PROXIES, *map(str.upper, _PROXIES))}
    for name in kept:
        os.environ.pop(name, None)
    os.environ[clock.ENVIRONMENT] = edition.at.isoformat()
    os.environ["http_proxy"] = os.environ["https_proxy"] = proxy
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def forget(home: Home) -> None:
    """Remove what a demo wrote below `home`, and nothing else that may lie there."""
    for path in (home.archive, home.crawls, home.staging, home.warehouse.parent, home.published.parent, home.dagster):
        shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(home.root / "alerts", ignore_errors=True)


def _crawl_id(source: str, edition: Edition) -> str:
    return f"{source}-{edition.at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _loaded(home: Home) -> set[str]:
    if not home.warehouse.exists() or not home.published.exists():
        return set()
    from pipeline.run import ledger  # noqa: PLC0415

    with ledger(home) as warehouse:
        return warehouse.loaded()


def _subscribe(home: Home) -> None:
    """Give the demo a subscription of its own, where the home has none: what ends goes to a file."""
    if not home.alerts.exists():
        home.root.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(__file__).with_name("alerts.yaml"), home.alerts)


def _tell(edition: Edition, reports: Sequence[Any], out: TextIO) -> bool:
    asked = sum(sum(report.counts.values()) for report in reports)
    events: Counter[str] = Counter()
    for report in reports:
        events.update(report.events)
    bad = [f"{report.source} {report.verdict}: {'; '.join(report.reasons)}" for report in reports if not report.is_good]
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(events.items())) or "nothing changed"
    print(f"{edition.number:3} {edition.at:%Y-%m-%d}  {asked:3} asked  {told}", file=out)
    for line in bad:
        print(f"{'':16}{line}", file=out)
    out.flush()
    return True


def _summary(home: Home, out: TextIO) -> None:
    from pipeline import cli_output  # noqa: PLC0415
    from warehouse.published import query  # noqa: PLC0415

    def ask(sql: str, parameters: Sequence[Any] = ()) -> list[Mapping[str, Any]]:
        columns, rows = query(home.published, sql, list(parameters))
        return [dict(zip(columns, row, strict=True)) for row in rows]

    baseline = ask(_BASELINE)[0]["met"]
    print(f"\nWhat changed after the first look (which met {baseline} policies):\n", file=out)
    rows = [
        {**row, "known": row["detected_at"].astimezone(ZONE).date(), "happened": row["happened_on"]}
        for row in ask(_CHANGES)
    ]
    cli_output.emit(rows, ("known", "happened", "kind", "number", "title"), out=out)
    policy = ask(_EVENTFUL)[0]
    print(f"One policy's life, each turn with its reason: {policy['number']} {policy['title']}\n", file=out)
    rows = [
        {
            "known": row["known_at"].astimezone(ZONE).date(),
            "happened": row["happened_on"] if row["what"] == "event" else None,
            "what": row["detail"] if row["what"] == "event" else f"in force {row['from']} to {row['to']}",
            "because": row["quote"],
        }
        for row in ask(_LIFE, [policy["policy_id"]])
    ]
    cli_output.emit(rows, ("known", "what", "happened", "because"), out=out)
    where = home.published
    if where.is_relative_to(Path.cwd()):
        where = where.relative_to(Path.cwd())
    print(f"The database: {where}", file=out)
    command = f"policywatch --home {where.parent.parent}"
    print("Ask it:", file=out)
    print(f"  {command} in-force --on 2022-12-31", file=out)
    print(f"  {command} changes --since 2023-01-01", file=out)
    print(f'  {command} sql "SELECT kind, count(*) FROM changes GROUP BY kind"', file=out)  # noqa: S608 - printed, not run

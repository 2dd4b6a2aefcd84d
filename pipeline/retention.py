"""What Dagster's records keep and for how long: the runs of `KEEP`, and of each source the latest.

What belongs here: forgetting runs and their files. What does not: ticks of schedules and sensors (`dagster.yaml`), the
archive and the warehouse, which forget nothing.

Dagster 1.13 has no setting for this, and deleting a run leaves the file of its event log behind; each run has one.
"""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import dagster as dg

from policywatch import clock
from policywatch.home import Home

KEEP: Final = timedelta(days=60)
_FINISHED: Final = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
_PARTITION: Final = "dagster/partition"
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many runs were forgotten, and how many bytes of files with them."""

    runs: int
    bytes: int


def forget(home: Home, instance: dg.DagsterInstance, now: datetime | None = None) -> Forgotten:
    """Forget the finished runs that began more than `KEEP` ago; of each job and source the latest good one stays.

    The latest stays because by it the UI shows when a source was last crawled, however long ago that is.
    """
    before = (now or clock.now()) - KEEP
    keep = _latest(instance)
    runs = size = 0
    while old := [record.dagster_run for record in _old(instance, before) if record.dagster_run.run_id not in keep]:
        for run in old:
            size += _delete(home, instance, run.run_id)
        runs += len(old)
    return Forgotten(runs, size)


def _old(instance: dg.DagsterInstance, before: datetime) -> list[dg.RunRecord]:
    filters = dg.RunsFilter(statuses=_FINISHED, created_before=before)
    return list(instance.get_run_records(filters, limit=_AT_ONCE, ascending=True))


def _latest(instance: dg.DagsterInstance) -> set[str]:
    """The latest good run of every job and partition."""
    found: dict[tuple[str, str | None], str] = {}
    cursor = None
    filters = dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS])
    while runs := instance.get_runs(filters, cursor=cursor, limit=_AT_ONCE):  # latest first
        for run in runs:
            found.setdefault((run.job_name, run.tags.get(_PARTITION)), run.run_id)
        cursor = runs[-1].run_id
    return set(found.values())


def _delete(home: Home, instance: dg.DagsterInstance, run_id: str) -> int:
    """Delete a run and its files; the bytes of those."""
    instance.delete_run(run_id)
    size = 0
    shard = getattr(instance.event_log_storage, "path_for_shard", None)
    for path in [Path(shard(run_id))] if shard else []:
        for file in path.parent.glob(f"{path.name}*"):
            with suppress(OSError):
                size += file.stat().st_size
                file.unlink()
    shutil.rmtree(home.dagster / "storage" / run_id, ignore_errors=True)
    return size

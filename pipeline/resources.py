"""What the assets are given: the home folder, and the proof that a run is alive.

What belongs here: Dagster resources and the instance. What does not: what the assets do with them.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import Final

import dagster as dg

from policywatch.errors import StorageError
from policywatch.home import ENVIRONMENT, Home

RUN_LOCKS: Final = "alive"
_SETTLED: Final = 60
"""Seconds after its start by which a run holds its lock for certain."""
CONFIG: Final = "dagster.yaml"


class HomeResource(dg.ConfigurableResource["HomeResource"]):
    """The home folder of a run; tests swap it, and with it the archive, the warehouse and everything else."""

    root: str

    @property
    def home(self) -> Home:
        """The paths below the folder."""
        return Home.at(self.root)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["HomeResource"]:
        """Hold the run's lock while its process lives."""
        if context.run is None:
            yield self
            return
        with run_lock(self.home, context.run.run_id):
            yield self


@contextmanager
def run_lock(home: Home, run_id: str) -> Iterator[None]:
    """Hold the lock of a run; the kernel lets go of it however the process ends, and the file then tells of its end.

    The file holds the process's id, for who has to stop it.
    """
    path = home.dagster / RUN_LOCKS / run_id
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def is_abandoned(home: Home, run_id: str) -> bool:
    """Whether the run's process took its lock and is gone without having let go of it in order."""
    path = home.dagster / RUN_LOCKS / run_id
    try:
        with path.open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (FileNotFoundError, BlockingIOError):
        return False
    return True


def prepare(home: Home) -> None:
    """Make `home` ready for Dagster: its folder, its configuration, and the environment that points there.

    Raises:
        StorageError: the folder cannot be written, or dagster.yaml is missing from the installation.
    """
    text = configuration().read_text(encoding="utf-8")
    try:
        home.dagster.mkdir(parents=True, exist_ok=True)
        _put(home.dagster / CONFIG, text)
    except OSError as error:
        msg = f"{home.dagster} cannot be written ({error.strerror}); choose another folder with --home"
        raise StorageError(msg) from None
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ[ENVIRONMENT] = str(home.root)


def _put(target: Path, text: str) -> None:
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        part = target.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        part.replace(target)


def configuration() -> Path:
    """The project's dagster.yaml: at the top of a checkout, beside this module in an installed package.

    Raises:
        StorageError: it is in neither place.
    """
    places = (Path(__file__).parents[1] / CONFIG, Path(__file__).with_name(CONFIG))
    for path in places:
        if path.exists():
            return path
    msg = f"{CONFIG} is missing, which says how Dagster keeps its records; put {places[0]} back, or install anew"
    raise StorageError(msg)


@contextmanager
def open_instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """Dagster's persistent storage below `home`: the runs that `policywatch ui` shows.

    Runs whose process has died are closed first and give back their place in the warehouse's pool, which a killed run
    would otherwise hold for ever.
    """
    prepare(home)
    with open_instance_quietly(home) as instance:
        close_abandoned(home, instance)
        yield instance


@contextmanager
def open_instance_quietly(home: Home) -> Iterator[dg.DagsterInstance]:
    """The same of a home that is prepared, only to look: nothing is closed or freed."""
    with dg.DagsterInstance.from_config(str(home.dagster), CONFIG) as instance:
        yield instance


def close_abandoned(home: Home, instance: dg.DagsterInstance) -> int:
    """Mark the runs whose process has died as failed and free their pool slots; how many there were."""
    folder = home.dagster / RUN_LOCKS
    locks = sorted(folder.iterdir()) if folder.is_dir() else []
    found = [path.name for path in locks if is_abandoned(home, path.name)] + _lost(home, instance)
    for run_id in found:
        run = instance.get_run_by_id(run_id)
        if run is not None and not run.is_finished:
            instance.report_run_failed(run, "the process of this run died; what it had committed stays")
        instance.event_log_storage.free_concurrency_slots_for_run(run_id)
        (folder / run_id).unlink(missing_ok=True)
    return len(found)


def _lost(home: Home, instance: dg.DagsterInstance) -> list[str]:
    """Runs that are said to be at work and hold no lock: killed after their last step, before they could say so."""
    at_work = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING])

    def without_lock() -> list[str]:
        records = instance.get_run_records(at_work)
        old = [record.dagster_run.run_id for record in records if time.time() - (record.start_time or inf) > _SETTLED]
        return [run_id for run_id in old if not (home.dagster / RUN_LOCKS / run_id).exists()]

    found = without_lock()
    if found:
        time.sleep(1)  # one that is just ending has said so by then
        found = [run_id for run_id in without_lock() if run_id in found]
    return found

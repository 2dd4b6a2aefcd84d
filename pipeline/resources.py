"""What the assets are given: the home folder, and the proof that a run is alive.

What belongs here: Dagster resources and the instance. What does not: what the assets do with them.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import dagster as dg
import yaml

from policywatch.errors import StorageError
from policywatch.home import ENVIRONMENT, Home

RUN_LOCKS: Final = "alive"
CONFIG: Final = "dagster.yaml"
CLI_CONFIG: Final = "cli.yaml"
_CLI_PART: Final = {
    # The command line's own runs: their output stays theirs. Dagster would take stdout and stderr away, give them back
    # through two `tail` processes, and lose the last lines of console alerts.
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    },
    # The same files, written faster.
    "storage": {
        "custom": {
            "module": "pipeline.eventlog",
            "class": "Storage",
            "config": {"base_dir": {"env": "DAGSTER_HOME"}},
        }
    },
}


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
    """Hold the lock of a run; the kernel lets go of it however the process ends, and the file then tells of its end."""
    path = home.dagster / RUN_LOCKS / run_id
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
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
        StorageError: the folder cannot be written.
    """
    try:
        home.dagster.mkdir(parents=True, exist_ok=True)
        text = configuration().read_text(encoding="utf-8")
        _put(home.dagster / CONFIG, text)
        _put(home.dagster / CLI_CONFIG, yaml.safe_dump(yaml.safe_load(text) | _CLI_PART, sort_keys=False))
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
    """The project's dagster.yaml: at the top of a checkout, beside this module in an installed package."""
    for path in (Path(__file__).parents[1] / CONFIG, Path(__file__).with_name(CONFIG)):
        if path.exists():
            return path
    raise FileNotFoundError(CONFIG)


@contextmanager
def open_instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """Dagster's persistent storage below `home`: the runs that `policywatch ui` shows.

    Runs whose process has died are closed first and give back their place in the warehouse's pool, which a killed run
    would otherwise hold for ever.
    """
    prepare(home)
    with dg.DagsterInstance.from_config(str(home.dagster), CLI_CONFIG) as instance:
        close_abandoned(home, instance)
        yield instance


def close_abandoned(home: Home, instance: dg.DagsterInstance) -> int:
    """Mark the runs whose process has died as failed and free their pool slots; how many there were."""
    folder = home.dagster / RUN_LOCKS
    found = 0
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not is_abandoned(home, path.name):
            continue
        found += 1
        run = instance.get_run_by_id(path.name)
        if run is not None and not run.is_finished:
            instance.report_run_failed(run, "the process of this run died; what it had committed stays")
        instance.event_log_storage.free_concurrency_slots_for_run(path.name)
        path.unlink(missing_ok=True)
    return found

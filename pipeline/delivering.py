"""Deliveries between crawls: digests, what waited for quiet hours to end, second tries. A job, and what starts it.

What belongs here: when to deliver. What does not: what is due (`pipeline.alerts`), delivering after a run
(`pipeline.assets.store`).
"""

import sys
from typing import Final

import dagster as dg

from pipeline import alerting, metrics, runlog, tags
from pipeline.resources import HomeResource
from policywatch import clock
from policywatch.errors import BusyError, PolicywatchError
from policywatch.home import Home

JOB: Final = "deliver"
SENSOR: Final = "deliveries_due"
SECONDS: Final = 300
"""Between two looks: often enough for second tries, and few runs while a target is down for days."""


@dg.op
def deliver_what_is_due(context: dg.OpExecutionContext, home: HomeResource) -> None:
    """Match, put together and send what is due now."""
    told = alerting.alert(home.home, sys.stdout)
    metrics.write(home.home)
    context.log.info("%s", ", ".join(f"{name} {count}" for name, count in told.counts.items()))
    for note in told.notes:
        context.log.warning("%s", note)
    shown = {"not_delivered": "\n".join(told.notes)} if told.notes else {}
    context.add_output_metadata({**told.counts, **shown})


@dg.job(
    name=JOB,
    config=runlog.CONFIG,
    executor_def=dg.in_process_executor,
    logger_defs={"file": runlog.file_logger},
    tags={tags.WORK: JOB},
)
def job() -> None:
    """Send what is due: digests, what waited for the end of quiet hours, second tries."""
    deliver_what_is_due()


@dg.sensor(
    name=SENSOR,
    job_name=JOB,
    minimum_interval_seconds=SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Messages whose time has come without a crawl that would take them along.",
)
def sensor(home: HomeResource) -> dg.RunRequest | dg.SkipReason:
    """Ask for one run where something is due."""
    now = clock.now()
    try:
        if not is_due(home.home):
            return dg.SkipReason("nothing is due")
    except BusyError:
        return dg.SkipReason("another run writes the warehouse or sends; that one delivers what is due")
    except PolicywatchError as error:
        return dg.SkipReason(str(error))
    # One run per look: what could not be sent has a later time by then, what was sent is due no more.
    return dg.RunRequest(run_key=f"deliver:{now.isoformat()}", tags={tags.BY: "due"}, run_config=runlog.CONFIG)


def is_due(home: Home) -> bool:
    """Whether a message could be sent now; False where nobody subscribes or nothing was ever loaded.

    Raises:
        BusyError: another process has the warehouse, or is sending.
        ConfigError: alerts.yaml does not fit its model.
        StorageError: the warehouse cannot be read.
    """
    if not (home.alerts.exists() and home.warehouse.exists()):
        return False
    from pipeline.alerts import config, notes, outbox  # noqa: PLC0415 - as in `alerting.alert`
    from warehouse.ledger import Ledger  # noqa: PLC0415

    subscriptions = config.load_subscriptions(home.alerts)
    with notes.turn(home, patience=0) as ours:
        if ours is None:
            msg = "another process is sending"
            raise BusyError(msg)
    with Ledger.open(home.warehouse, wait=0) as warehouse:
        return outbox.is_due(warehouse, subscriptions, clock.now())

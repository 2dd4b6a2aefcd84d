"""Running the Dagster job in this process, on the persistent instance, so that the run appears in the UI.

What belongs here: executing the job and turning its outcome into a `RunReport`. What does not: the steps.
"""

from contextlib import ExitStack
from typing import Any

import dagster as dg

from pipeline import tags
from pipeline.alerting import Alerted
from pipeline.assets.common import REPORT
from pipeline.definitions import JOB, build_defs
from pipeline.resources import HomeResource, open_instance, prepare
from pipeline.run import RunReport, declared, holding, take_alerts, take_crawl
from pipeline.runlog import path_of
from policywatch import errors
from policywatch.errors import PolicywatchError
from policywatch.home import Home

# What the UI files runs under; a run that it did not launch itself has to say so.
_REPOSITORY = {".dagster/repository": "__repository__@pipeline.definitions"}

_INTERRUPTED = ("DagsterExecutionInterruptedError", "KeyboardInterrupt")


def definitions_for(home: Home) -> dg.Definitions:
    """The project's definitions over `home`; build them once for many runs."""
    return build_defs(resource_overrides={"home": HomeResource(root=str(home.root))})


def run_job(  # noqa: PLR0913 - what is the same for many runs is handed in
    source: str,
    *,
    home: Home,
    instance: dg.DagsterInstance | None = None,
    defs: dg.Definitions | None = None,
    verbose: bool = False,
    recheck_all: bool = False,
) -> RunReport:
    """Execute the job for `source` and report what it did.

    Args:
        source: the name of a declared source.
        home: the home folder.
        instance: an open instance, to be reused over many runs; by default the one below `home` is opened and closed.
        defs: what `definitions_for(home)` gave, to be reused over many runs.
        recheck_all: ask every known page, whether it is due or not.
        verbose: let Dagster's log through to the terminal; by default it goes to home/dagster/dagster.log.

    Raises:
        UsageError: there is no such source.
        PolicywatchError: a step failed; says which and why. What it had committed stays.
    """
    if defs is None:
        declared(source)
        defs = definitions_for(home)
    with ExitStack() as stack:
        if instance is None:
            instance = stack.enter_context(open_instance(home))
        else:
            prepare(home)
        job = defs.resolve_job_def(JOB)
        console: dict[str, Any] = {"loggers": {"console": {}}}
        log = console if verbose else {"loggers": {"file": {"config": {"path": str(path_of(home))}}}}
        asked = {"ops": {"captures": {"config": {"recheck_all": recheck_all}}}}
        stack.enter_context(holding(home))
        result = job.execute_in_process(
            run_config={**log, **asked},
            instance=instance,
            partition_key=source,
            raise_on_error=False,
            tags={**_REPOSITORY, **tags.of(declared(source)[source], tags.COMMAND_LINE)},
        )
    if not result.success:
        raise _failure(result)
    return _report(source, result)


def _report(source: str, result: dg.ExecuteInProcessResult) -> RunReport:
    said: dict[str, dict[str, Any]] = {}
    for event in result.get_asset_materialization_events():
        materialization = event.step_materialization_data.materialization
        found = materialization.metadata.get(REPORT)
        said[materialization.asset_key.to_user_string()] = dict(getattr(found, "value", None) or {})
    report = RunReport(source)
    take_crawl(report, said["captures"])
    report.read, report.rejected = said["readings"]["read"], said["readings"]["rejected"]
    if judged := said["readings"].get("judged", {}).get(report.crawl_id):
        report.verdict, report.reasons = judged["verdict"], judged["reasons"]
    report.loaded, report.events = said["ledger"]["loaded"], said["ledger"]["events"]
    take_alerts(report, Alerted(said["deliveries"]["deliveries"], tuple(said["deliveries"]["notes"])))
    return report


def _failure(result: dg.ExecuteInProcessResult) -> PolicywatchError:
    """The error to show: ours where one of ours is at the root, else the step and the root's own words.

    Raises:
        KeyboardInterrupt: the run was interrupted, here or from the UI.
    """
    for event in result.all_events:
        data = event.event_specific_data
        error = getattr(data, "error", None)
        if not event.is_step_failure or error is None:
            continue
        while error.cause is not None:
            error = error.cause
        if error.cls_name in _INTERRUPTED:
            raise KeyboardInterrupt
        kind = getattr(errors, error.cls_name or "", None)
        words = (error.message or "").strip().removeprefix(f"policywatch.errors.{error.cls_name}: ")
        if isinstance(kind, type) and issubclass(kind, PolicywatchError):
            return kind(words)
        first = words.splitlines()[0] if words else error.cls_name
        return PolicywatchError(f"the step {event.step_key} failed: {first}; `policywatch ui` shows the whole story")
    return PolicywatchError("the run was stopped; run it again, it goes on where it was")

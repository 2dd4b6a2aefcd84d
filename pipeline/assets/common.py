"""What all the assets share: group, pools, what is tried again, and how a step's report becomes metadata.

What belongs here: names and small helpers of the assets. What does not: work; that is in `pipeline.run`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import dagster as dg

from pipeline import tags
from policywatch.errors import BusyError, UnreachableError

GROUP: Final = "policywatch"
POOL: Final = "warehouse"
REPORT: Final = "report"
"""The metadata key under which a step leaves its report for `pipeline.job`."""
RETRIES: Final = dg.RetryPolicy(max_retries=3, delay=60, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""About one, two and four minutes after a failure that may pass by itself."""
_PASSING: Final = (BusyError, UnreachableError)


def is_attended(context: dg.AssetExecutionContext) -> bool:
    """Whether a person at a terminal waits for the run: then a failure is told at once, and they decide."""
    return context.run.tags.get(tags.BY) == tags.COMMAND_LINE


def is_last_try(context: dg.AssetExecutionContext) -> bool:
    """Whether nothing is tried again after this."""
    return is_attended(context) or context.retry_number >= RETRIES.max_retries


class StoppedError(dg.DagsterError, dg.DagsterExecutionInterruptedError):
    """The run was told to stop, by a person or by `up`, which ends.

    An interrupt alone counts as one more failure of a step that may be tried again: Dagster would wait a minute, and
    then begin anew. Its own errors it lets through, and then takes this one for the interrupt that it is.
    """


@contextmanager
def only_what_passes(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Let a step be tried again where that can help: a warehouse in use, a portal that is down.

    A configuration, a full disk or a fault of the program is the same a minute later.

    Raises:
        Failure: of any other kind; Dagster does not try again.
        StoppedError: the run was told to stop.
    """
    try:
        yield
    except (dg.DagsterExecutionInterruptedError, KeyboardInterrupt) as told:
        raise StoppedError("stopped; the next run goes on from here") from told
    except Exception as error:
        if isinstance(error, _PASSING) and not is_attended(context):
            raise
        raise dg.Failure(description=str(error), allow_retries=False) from error


def metadata(report: Mapping[str, Any], plots: Mapping[str, float] | None = None) -> dict[str, Any]:
    """`report` as the metadata of a materialisation: counts one by one for the UI's plots, and the whole as JSON.

    Args:
        report: what the step did.
        plots: further numbers to plot over the runs, by name.
    """
    counts = {name: value for name, value in report.items() if isinstance(value, int) and not isinstance(value, bool)}
    whole = json.loads(json.dumps(report, ensure_ascii=False, default=str))
    return {**counts, **(plots or {}), REPORT: dg.MetadataValue.json(whole)}


def counted(counts: Mapping[str, Any]) -> str:
    """`counts` as words of a log line: what is nothing is left out."""
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count) or "nothing"


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> dg.MetadataValue[Any]:
    """`rows` as a table that the UI shows.

    Args:
        rows: mappings by column; a value that is no number is shown as text.
        columns: the names of the columns and what the UI says of each: its type (string, int, float).
    """
    records = [dg.TableRecord({name: _cell(row.get(name)) for name in columns}) for row in rows]
    schema = dg.TableSchema([dg.TableColumn(name, kind) for name, kind in columns.items()])
    return dg.MetadataValue.table(records, schema=schema)


def _cell(value: Any) -> str | float | bool | None:  # noqa: ANN401 - any value of a row
    return value if value is None or isinstance(value, int | float | bool) else str(value)

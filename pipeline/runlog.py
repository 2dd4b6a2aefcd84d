"""Where log lines go when something runs: one file below the home folder, as text or as JSON lines, never a terminal.

What belongs here: the form of a line, the file, and Dagster's logger that writes there. What does not: the crawl's own
log (crawls/<source>/<crawl_id>/crawl.log).

`POLICYWATCH_LOG=json` gives one JSON object a line: time (UTC), level, logger, message, and of a run its id, job, step
and source. Several processes write; each line is one write to a file opened for appending.
"""

import json
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any, Final

import dagster as dg

from policywatch.home import Home

FILE: Final = "dagster.log"
FORM: Final = "POLICYWATCH_LOG"
JSON: Final = "json"
CONFIG: Final[dict[str, Any]] = {"loggers": {"file": {"config": {}}}}
"""What a run's configuration says to log here and not, as Dagster does without it, to the server's own output."""
_MOST_BYTES: Final = 20_000_000
_KNOWN: Final = {"run_id": "run_id", "job_name": "job", "step_key": "step", "resource_name": "resource"}
_PARTITION: Final = "dagster/partition"


def path_of(home: Home) -> Path:
    """The log file of `home`; what it held before it grew too large is beside it, with .1 behind its name."""
    return home.dagster / FILE


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """`record` as JSON on one line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name.split(".")[0],
            "message": record.getMessage(),
        }
        meta = getattr(record, "dagster_meta", None)
        if isinstance(meta, Mapping):
            line |= {name: meta[key] for key, name in _KNOWN.items() if meta.get(key)}
            line["message"] = str(meta.get("orig_message") or line["message"])
            tags = meta.get("job_tags")
            if isinstance(tags, Mapping) and _PARTITION in tags:
                line["source"] = tags[_PARTITION]
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def formatter() -> logging.Formatter:
    """The form of a line: JSON where POLICYWATCH_LOG says so, else text."""
    if os.environ.get(FORM, "").strip().lower() == JSON:
        return JsonLines()
    return logging.Formatter("%(asctime)s %(levelname)s %(message)s")


def handler(path: Path) -> logging.Handler:
    """A handler that appends to `path`; a file that has grown to 20 MB is set aside first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):
        if path.stat().st_size > _MOST_BYTES:
            path.replace(path.with_name(f"{path.name}.1"))  # who still writes there notices, and begins the new one
    made = WatchedFileHandler(path, encoding="utf-8", delay=True)
    made.setFormatter(formatter())
    return made


_FIELDS: Final = {
    "path": dg.Field(str, is_required=False, description="The file; by default that of POLICYWATCH_HOME."),
    "level": dg.Field(str, default_value="INFO", is_required=False),
}


@dg.logger(_FIELDS)
def file_logger(context: dg.InitLoggerContext) -> logging.Logger:
    """A logger that appends to the configured file."""
    named = str(context.logger_config.get("path") or "")
    path = Path(named) if named else path_of(Home.at())
    logger = logging.getLogger(f"policywatch.dagster.{path}")
    logger.setLevel(context.logger_config["level"])
    logger.propagate = False
    if not logger.handlers:  # one per file, however many runs this process does
        logger.addHandler(handler(path))
    return logger

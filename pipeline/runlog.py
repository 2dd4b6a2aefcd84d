"""Where Dagster's log lines go when a person runs the command line: into a file, not over their terminal.

What belongs here: that logger. What does not: the crawl's own log (crawls/<source>/<crawl_id>/crawl.log).
"""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

import dagster as dg

FILE: Final = "dagster.log"
_MOST_BYTES: Final = 20_000_000


@dg.logger({"path": dg.Field(str), "level": dg.Field(str, default_value="INFO", is_required=False)})
def file_logger(context: dg.InitLoggerContext) -> logging.Logger:
    """A logger that appends to the configured file; at 20 MB it begins anew and keeps the file before it."""
    path = Path(context.logger_config["path"])
    logger = logging.getLogger(f"policywatch.dagster.{path}")
    logger.setLevel(context.logger_config["level"])
    logger.propagate = False
    if not logger.handlers:  # one per file, however many runs this process does
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=_MOST_BYTES, backupCount=1, encoding="utf-8", delay=True)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger.addHandler(handler)
    return logger

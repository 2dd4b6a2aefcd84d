"""Where things are kept: one folder, `--home DIR` or `POLICYWATCH_HOME`, holds all that a run writes.

What belongs here: paths, and nothing that opens them. The layout is a promise to operators (back up `archive/`, the
rest can be made again from it).
"""

import os
from dataclasses import dataclass
from pathlib import Path

from policywatch.errors import UsageError

ENVIRONMENT = "POLICYWATCH_HOME"
DEFAULT = "policywatch-home"


@dataclass(frozen=True, slots=True)
class Home:
    """The paths below one home folder; nothing is created until somebody writes."""

    root: Path

    @classmethod
    def at(cls, path: str | Path | None = None) -> "Home":
        """The home at `path`, else at `POLICYWATCH_HOME`, else `./policywatch-home`; always absolute.

        Raises:
            UsageError: the path exists and is not a folder.
        """
        root = Path(path or os.environ.get(ENVIRONMENT) or DEFAULT).expanduser().resolve()
        if root.exists() and not root.is_dir():
            msg = f"{root} is a file; --home names a folder"
            raise UsageError(msg)
        return cls(root)

    @property
    def archive(self) -> Path:
        """WARC files, `archive/<source>/<year>/*.warc.gz`, and `archive/index.sqlite` that finds records in them."""
        return self.root / "archive"

    @property
    def journal(self) -> Path:
        """What no archived page says: the order of loads, the looks at the calendar, what people decided."""
        return self.archive / "journal.jsonl"

    @property
    def settings(self) -> Path:
        """The settings file, `settings.yaml`: what holds for the whole home; without it, the defaults."""
        return self.root / "settings.yaml"

    @property
    def crawls(self) -> Path:
        """`crawls/<source>/<crawl_id>/`: manifest.jsonl, crawl.json (its presence is the commit) and crawl.log."""
        return self.root / "crawls"

    @property
    def staging(self) -> Path:
        """`staging/<crawl_id>/*.parquet`: what the reader made of a crawl, until it is loaded."""
        return self.root / "staging"

    @property
    def warehouse(self) -> Path:
        """The writer's database. People read the published copy instead."""
        return self.root / "warehouse" / "policywatch.duckdb"

    @property
    def published(self) -> Path:
        """The analysts' database, replaced whole by rename after each run."""
        return self.root / "published" / "policies.duckdb"

    @property
    def feeds(self) -> Path:
        """`published/feeds/`: Atom, JSON Feed and calendar files, each replaced whole by rename."""
        return self.published.parent / "feeds"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME: run and event storage of the orchestrator."""
        return self.root / "dagster"

    @property
    def alerts(self) -> Path:
        """The subscriptions file, `alerts.yaml`."""
        return self.root / "alerts.yaml"

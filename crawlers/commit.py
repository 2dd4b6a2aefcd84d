"""Committing a crawl, and keeping two processes from crawling one source.

What belongs here: the order in which a finished crawl reaches the disk, the lock. What does not: what a crawl saw
(`session.py`, `saved.py`).
"""

import fcntl
import json
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from crawlers.index import Index
from crawlers.manifest import ManifestWriter, read_manifest, write_summary
from crawlers.store import CRAWL_URN, Archive
from policywatch.errors import StorageError
from policywatch.home import Home

INGEST = "ingest"
"""The folder under archive/ and crawls/ of what came otherwise than by a crawl; no source may have this name."""
ROWS = 5000
"""Rows of a manifest in one record of the WARC, so that neither writer nor reader holds a large manifest at once."""


def make_folder(folder: Path) -> None:
    """Create a crawl's folder.

    Raises:
        StorageError: it cannot be created.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"cannot create {folder}: {error.strerror}; free space or correct the rights, then run again"
        raise StorageError(msg) from None


def finish(home: Home, archive: Archive, folder: Path, summary: dict[str, Any], manifest: ManifestWriter) -> None:
    """Commit a crawl: WARC, manifest, crawl.json, index, in this order.

    Raises:
        StorageError: something could not be written; without crawl.json the crawl stays open.
    """
    # The manifest goes into the WARC too: archive/ alone is enough to make everything else again.
    finished = datetime.fromisoformat(summary["finished_at"])
    target = f"{CRAWL_URN}{summary['crawl_id']}"
    for number, rows in enumerate(manifest.portions(ROWS), start=1):
        archive.write_metadata(f"{target}:manifest:{number}", rows, finished, "application/x-ndjson")
    archive.write_metadata(f"{target}:summary", json.dumps(summary).encode(), finished, "application/json")
    archive.sync()
    archive.close()
    manifest.commit()
    write_summary(folder / "crawl.json", summary)
    with Index.open(home) as index:
        index.add(folder.parent.name, summary, read_manifest(manifest.path))


def lock_crawls(home: Home, name: str) -> IO[str]:
    """The crawl lock of source `name`, held until the file is closed or the process ends.

    Raises:
        StorageError: another process crawls it now.
    """
    make_folder(home.crawls / name)
    file = (home.crawls / name / ".lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        msg = f"{name} is being crawled by another process; wait until it has ended"
        raise StorageError(msg) from None
    return file

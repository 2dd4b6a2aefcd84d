"""A table of its own in the file of the crawl index, `archive/index.sqlite`: opened, asked, let go of.

What belongs here: the connection and how its errors are said. What does not: what such a table holds (`budget.py`,
`pipeline.carrying`), the index itself (`index.py`).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from policywatch.errors import StorageError
from policywatch.home import Home


class SideTable:
    """One such table, made where it is missing; a context manager."""

    def __init__(self, home: Home, table: str) -> None:
        """Open the file. `table`: the CREATE TABLE IF NOT EXISTS of it.

        Raises:
            StorageError: it is damaged or cannot be written.
        """
        self._path = home.archive / "index.sqlite"
        with self._asked():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        try:
            with self._asked():
                self._db.execute(table)
        except StorageError:
            self._db.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """Around what asks the file: its errors in our words."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            msg = f"cannot write {self._path}: {error}; free space or correct the rights, then run again"
            raise StorageError(msg) from None

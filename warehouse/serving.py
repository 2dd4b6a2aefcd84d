"""The published database served to many readers, through DuckDB's quack extension; each edition takes over live.

What belongs here: the engine that answers, what its readers may ask, and the change to a new edition. What does not:
the command (`pipeline.cli_serve`), or making editions (`publish`).

Readers see a database of views over the newest edition, which is attached beside it: both read-only. A new edition
takes the place of the old one between two statements, so nobody's connection ends. docs/decisions/0021 says why so.
"""

import importlib.util
import os
import re
import secrets
import shutil
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import duckdb

from policywatch.errors import StorageError, UsageError
from warehouse import folding
from warehouse.published import CHANGING
from warehouse.steps import Steps, names_in, text_of

EXTENSIONS: Final = ("httpfs", "quack")
"""Both sides need both: quack's own messages travel by httpfs."""
INSTALL: Final = "pip install 'policywatch[serve]'"
MIN_TOKEN: Final = 16
_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
_LOCKED: Final = {
    "quack_authorization_function": "'may_ask'",
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "lock_configuration": "true",
}
_MAY_ASK: Final = """
CREATE MACRO may_ask(session, statement) AS coalesce(
    json_extract_string(json_serialize_sql(CAST(statement AS VARCHAR)), '$.error') = 'false'
    AND json_array_length(json_serialize_sql(CAST(statement AS VARCHAR)), '$.statements') = 1
    AND NOT regexp_matches(json_serialize_sql(CAST(statement AS VARCHAR)), '(?i)"function_name":"({changing})"'),
    false
)
"""
"""One statement, a query, that calls nothing which changes the engine: all others are refused before they are run."""


_BY_PLACE: Final = ("measure_version",)
"""Tables of which a macro (the search) asks the place of a row, which a view has only where it names it."""
_MACRO: Final = re.compile(r"(?:\s|--[^\n]*\n){0,100}CREATE MACRO\b")


class Server:
    """A server of the published database; a context manager, which begins at once and ends all connections at its end.

    Args:
        published: the published database.
        host: the address to listen on; nobody but this machine reaches the default.
        port: the port.
        token: what readers must bring, at least 16 characters; made where None.

    Raises:
        UsageError: the extension is not installed, the token is too short, or the address cannot be had.
        StorageError: nothing is published yet, or the file cannot be read.
    """

    def __init__(self, published: Path, *, host: str = "127.0.0.1", port: int = 9494, token: str | None = None) -> None:
        if token is not None and len(token) < MIN_TOKEN:
            msg = f"the token has {len(token)} characters; take {MIN_TOKEN} or more, or none and one is made"
            raise UsageError(msg)
        self.published = published
        self._host, self._port = host, port
        self.uri = f"quack:{host}:{port}"
        self.token = token or secrets.token_urlsafe(24)
        self.editions = 0
        self._is_open = host not in _LOOPBACK
        self._edition = ""
        self._files: list[Path] = []

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="policywatch-serve-"))
        try:
            self._connection = self._opened()
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        try:
            self._listen()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(duckdb.Error):
            self._connection.execute("CALL quack_stop(?)", [self.uri])
        self._close()

    def _close(self) -> None:
        self._connection.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _opened(self) -> duckdb.DuckDBPyConnection:
        """The engine that answers: the views, read-only, over the present edition."""
        edition = self._take()
        shell = self._folder / "policies.duckdb"
        try:
            with duckdb.connect(str(shell)) as connection:
                connection.execute(f"ATTACH {_quoted(edition)} AS edition (READ_ONLY)")
                _make_views(Steps(connection))
            connection = duckdb.connect(str(shell), read_only=True)
            connection.execute(f"ATTACH {_quoted(edition)} AS edition (READ_ONLY)")
        except duckdb.Error as error:
            msg = f"{self.published} cannot be served; publish it again with `policywatch run`: {_first(error)}"
            raise StorageError(msg) from error
        return connection

    def _listen(self) -> None:
        """Lock the engine down, then open the door.

        Raises:
            UsageError: the extension is not there, or the address is taken.
        """
        load_extensions(self._connection)
        self._knock()
        # The only files that may still be opened are the editions to come.
        self._connection.execute(f"SET allowed_directories = [{_quoted(self._folder)}]")
        for name, value in _LOCKED.items():
            self._connection.execute(f"SET GLOBAL {name} = {value}")
        try:
            self._connection.execute(
                "CALL quack_serve(?, token = ?, allow_other_hostname = ?)", [self.uri, self.token, self._is_open]
            )
        except duckdb.Error as error:
            msg = f"{self.uri} cannot be served; choose another --port or --host: {_first(error)}"
            raise UsageError(msg) from error

    def _knock(self) -> None:
        """See that nobody listens there: the extension would share the port, and each would get a part of the readers.

        Raises:
            UsageError: somebody does, or the address is not this machine's.
        """
        try:
            family, *_, address = socket.getaddrinfo(self._host.strip("[]"), self._port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except OSError as error:
            msg = f"{self.uri} cannot be served ({error.strerror}); choose another --port or --host"
            raise UsageError(msg) from error

    def follow(self) -> bool:
        """Take over what was published since, if anything was. Readers who are reading keep what they began with.

        Raises:
            StorageError: the new edition cannot be read; the old one goes on being served.
        """
        try:
            if self._edition == _identity(self.published):
                return False
            edition = self._take()
            self._connection.execute(f"ATTACH OR REPLACE {_quoted(edition)} AS edition (READ_ONLY)")
        except (duckdb.Error, OSError) as error:
            msg = f"{self.published} cannot be served, the edition before goes on: {_first(error)}"
            raise StorageError(msg) from error
        for old in self._files[:-2]:  # the last one may still be read
            old.unlink(missing_ok=True)
        self._files = self._files[-2:]
        return True

    def _take(self) -> Path:
        """A name of its own for the present edition: the engine takes the same name for the same file.

        Raises:
            StorageError: nothing is published.
        """
        before = ""
        try:
            while before != (before := _identity(self.published)):  # published anew meanwhile: once more
                file = self._folder / f"edition-{before}.duckdb"
                file.unlink(missing_ok=True)
                try:
                    os.link(self.published, file)
                except OSError:  # another file system, or one without links
                    shutil.copyfile(self.published, file)
        except FileNotFoundError as error:
            msg = f"nothing is published at {self.published} yet; run `policywatch run` first"
            raise StorageError(msg) from error
        self.editions += 1
        self._edition = before
        self._files.append(file)
        return file


def load_extensions(connection: duckdb.DuckDBPyConnection) -> None:
    """Load quack and what it needs from their packages, or as DuckDB itself has installed them; nothing is downloaded.

    Raises:
        UsageError: they are not installed for this DuckDB.
    """
    for name in EXTENSIONS:
        file = extension_file(name)
        try:
            connection.execute("SET autoinstall_known_extensions = false")
            connection.execute(f"LOAD {_quoted(file) if file else name}")
        except duckdb.Error as error:
            msg = f"DuckDB {duckdb.__version__} has no {name} extension here; {INSTALL} brings it: {_first(error)}"
            raise UsageError(msg) from error


def extension_file(name: str) -> Path | None:
    """The extension's file in its PyPI package, if that is installed and is for the DuckDB that runs."""
    found = importlib.util.find_spec(f"duckdb_extension_{name}")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / "extensions" / f"v{duckdb.__version__}"
    file = folder / f"{name}.duckdb_extension"
    return file if file.exists() else None


def _make_views(steps: Steps) -> None:
    """Every table and view of the edition as a view, and the analysts' macros, which are over these."""
    found = """SELECT table_name AS name FROM duckdb_tables() WHERE database_name = 'edition'
        UNION ALL SELECT view_name FROM duckdb_views() WHERE database_name = 'edition' AND NOT internal"""
    for row in steps.rows(found):
        name = '"' + row["name"].replace('"', '""') + '"'
        columns = "rowid, *" if row["name"] in _BY_PLACE else "*"
        steps.execute(f"CREATE VIEW {name} AS SELECT {columns} FROM edition.main.{name}")  # noqa: S608 - our own
    for statement in folding.statements():
        steps.execute(statement)
    for name in names_in("views"):
        for part in steps.connection.extract_statements(text_of(name)):
            if _MACRO.match(part.query):
                steps.execute(part.query)
    steps.execute(_MAY_ASK.format(changing=CHANGING))


def _identity(path: Path) -> str:
    about = path.stat()
    return f"{about.st_ino:x}-{about.st_size:x}-{about.st_mtime_ns:x}"


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _first(error: Exception) -> str:
    return str(error).strip().splitlines()[0]

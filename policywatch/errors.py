"""The errors that people meet. One line each: what is wrong and what to do next.

What belongs here: the exceptions that cross a package's border. What does not: recorded outcomes (a page that
could not be fetched or read is a row in a table, not an exception that ends a run).
"""


class PolicywatchError(Exception):
    """Anything that the command line reports in one line, without a traceback."""

    exit_code = 1


class UsageError(PolicywatchError):
    """The caller asked for something that does not exist or does not parse: a wrong date, an unknown source."""

    exit_code = 2


class ConfigError(UsageError):
    """A YAML file (source, alerts) does not fit its model. The message names the file, the key and the fix."""


class StorageError(PolicywatchError):
    """The archive or the warehouse cannot be trusted or written (disk full, locked, newer schema): the run stops."""


class BusyError(StorageError):
    """Another process holds what is wanted (warehouse, portal): the same again in a while may well succeed."""


class UnreachableError(PolicywatchError):
    """A portal does not answer at all: down, or the network is. The same again in a while may well succeed."""

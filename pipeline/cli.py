"""The command line: `policywatch …`. Its names and JSON fields are a contract; scripts depend on them.

What belongs here: the application, its global options, and how errors and exit codes come out. What does not: the
commands (`pipeline.cli_run`, `cli_query`, `cli_citations`, `cli_diff`, `cli_export`, `cli_rebuild`, `cli_sources`,
`cli_archive`, `cli_alerts`, `cli_ui`, `cli_up`, `cli_doctor`) and their work.

Nothing heavy is imported before a command needs it: `policywatch --help` answers at once.
"""

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Final

import typer

from pipeline import (
    cli_alerts,
    cli_archive,
    cli_citations,
    cli_diff,
    cli_doctor,
    cli_export,
    cli_query,
    cli_rebuild,
    cli_run,
    cli_serve,
    cli_sources,
    cli_ui,
    cli_up,
)
from policywatch import __version__
from policywatch.errors import PolicywatchError
from policywatch.home import Home

app = typer.Typer(
    name="policywatch",
    help="Know what government policy is in force, what changed, and what just ended.",
    epilog="Exit code 0: done; 1: done, but a source failed or is suspect; 2: wrong use.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in (
    cli_run,
    cli_query,
    cli_citations,
    cli_diff,
    cli_export,
    cli_rebuild,
    cli_serve,
    cli_ui,
    cli_up,
    cli_doctor,
):
    module.add_to(app)
app.add_typer(cli_alerts.app, name="alerts")
app.add_typer(cli_archive.app, name="archive")
app.add_typer(cli_sources.app, name="source")

# What Typer raises for wrong use has no public name; its public child has.
_WRONG_USE: Final[type[Exception]] = next(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)
_INTERRUPTED: Final = 130
_HOME_HELP: Final = "Where everything is kept; else POLICYWATCH_HOME, else ./policywatch-home."
DEBUG: Final = "POLICYWATCH_DEBUG"


@app.callback(invoke_without_command=True)
def policywatch(
    context: typer.Context,
    home: Annotated[str | None, typer.Option(metavar="DIR", help=_HOME_HELP)] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,  # noqa: FBT002
) -> None:
    """Know what government policy is in force, what changed, and what just ended."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit
    context.obj = Home.at(home)


def hoist_home(arguments: Sequence[str]) -> list[str]:
    """`arguments` with `--home DIR` in front, wherever it stood: `policywatch run x --home d` is as good."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--home":
            front += [word, *[value for value in [next(words, None)] if value is not None]]
        elif word.startswith("--home="):
            front.append(word)
        else:
            rest.append(word)
    return front + rest


def run_cli(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; an error is one line on stderr.

    Args:
        arguments: the words after `policywatch`; those of this process by default.
    """
    words = hoist_home(sys.argv[1:] if arguments is None else arguments)
    try:
        code = app(words, prog_name="policywatch", standalone_mode=False)
        sys.stdout.flush()
    except BaseException as error:
        if isinstance(error, SystemExit) or os.environ.get(DEBUG):
            raise
        return _explain(error)
    if code == _INTERRUPTED:  # Typer's way of passing a KeyboardInterrupt on
        return _explain(KeyboardInterrupt())
    return code if isinstance(code, int) else 0


def _explain(error: BaseException) -> int:
    """Say what went wrong and return the exit code."""
    code = 1
    message = f"a fault of the program: {type(error).__name__}: {error}; {DEBUG}=1 shows where"
    if isinstance(error, PolicywatchError):
        message, code = str(error), error.exit_code
    elif isinstance(error, _WRONG_USE):
        return _wrong_use(error)
    elif isinstance(error, typer.Exit):
        return int(error.exit_code)
    elif isinstance(error, BrokenPipeError):
        # The reader (head, less) has gone: leave in silence, also at the closing of stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    elif isinstance(error, KeyboardInterrupt | typer.Abort):
        message, code = "interrupted; run it again, it goes on where it was", _INTERRUPTED
    return _complain(message, code)


def _wrong_use(error: BaseException) -> int:
    message = str(getattr(error, "message", error))
    if type(error).__name__ == "NoArgsIsHelpError":  # a group without a command: the help is the message
        sys.stderr.write(f"{message}\n")
        return 2
    format_message = getattr(error, "format_message", None)
    return _complain(str(format_message() if format_message else message), 2)


def _complain(message: str, code: int) -> int:
    line = " ".join(message.split())
    sys.stderr.write(f"policywatch: {line}\n")
    return code

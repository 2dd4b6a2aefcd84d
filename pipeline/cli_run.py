"""The commands that bring pages in: run, look, ingest, read, reparse, demo.

What belongs here: their options and what they print. What does not: their work (`pipeline.job`, `pipeline.ingest`, …).
"""

import sys
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline import cli_output
from pipeline.cli_output import Format
from pipeline.run import expect_crawls
from policywatch import clock, starting
from policywatch.errors import PolicywatchError, UsageError
from policywatch.home import Home

if TYPE_CHECKING:
    from pipeline.run import RunReport

Form = Annotated[Format, typer.Option("--format", help="How to print it.")]

_RUN_COLUMNS = ("source", "crawl_id", "verdict", "reasons", "counts", "read", "rejected", "events", "deliveries")

_READ_COLUMNS = ("path", "url", "kind", "number", "title", "published_date")


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(run)
    app.command()(look)
    app.command()(ingest)
    app.command()(read)
    app.command()(reparse)
    app.command()(demo)


def run(  # noqa: PLR0913, PLR0917 - each parameter is an option
    context: typer.Context,
    sources: Annotated[list[str] | None, typer.Argument(metavar="SOURCE", help="Declared sources.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every source that is due by its schedule.")] = False,  # noqa: FBT002
    recheck_all: Annotated[  # noqa: FBT002
        bool, typer.Option("--recheck-all", help="Ask every known page again, not only those whose turn it is.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show Dagster's log.")] = False,  # noqa: FBT002
    form: Form = Format.table,
) -> None:
    """Crawl, read, load, publish and alert, for each SOURCE."""
    home: Home = context.obj
    names = _names(home, sources, every=all_)
    if not names:
        cli_output.say("no source is due; name one to run it all the same")
    else:
        expect_crawls()
    with starting.imports():
        from pipeline import job  # noqa: PLC0415 - Dagster takes half a second
        from pipeline.resources import open_instance  # noqa: PLC0415

    reports: list[RunReport] = []
    with open_instance(home) as instance, _alerts_beside(form):
        defs = job.definitions_for(home)
        for name in names:
            with cli_output.spinner(f"{name}: crawling and reading"):
                reports.append(_run_one(name, home, instance, defs, verbose=verbose, recheck_all=recheck_all))
    rows = [{column: getattr(report, column) for column in _RUN_COLUMNS} for report in reports]
    cli_output.emit(rows, _RUN_COLUMNS, form, brief=("source", "verdict", "counts", "read", "rejected", "events"))
    for report in reports:
        for reason in report.reasons:
            cli_output.say(f"{report.source}: {report.verdict}: {reason}")
        for note in report.notes:
            cli_output.say(f"{report.source}: {note}")
    if not all(report.is_good for report in reports):
        raise typer.Exit(1)


def look(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A declared source.")],
    recheck_all: Annotated[  # noqa: FBT002
        bool, typer.Option("--recheck-all", help="Ask every known page again, not only those whose turn it is.")
    ] = False,
    form: Form = Format.table,
) -> None:
    """Ask a source now and name the pages that are new or read otherwise; the next run loads them and alerts."""
    from pipeline import looking  # noqa: PLC0415

    with cli_output.spinner(f"{source}: asking and reading"):
        report, news = looking.look(context.obj, source, recheck_all=recheck_all)
    cli_output.emit(news, looking.COLUMNS, form)
    for reason in report.reasons:
        cli_output.say(f"{source}: {report.verdict}: {reason}")
    if not report.is_good:
        raise typer.Exit(1)


def _alerts_beside(form: Format) -> AbstractContextManager[Any]:
    """Keep console alerts out of what a machine is going to read on stdout."""
    return nullcontext() if form is Format.table else redirect_stdout(sys.stderr)


def _due(home: Home) -> list[str]:
    """The sources whose schedule has come round since their last crawl, in quiet hours none.

    The demo's have no schedule of their own.
    """
    from crawlers.manners import quiet_now  # noqa: PLC0415
    from pipeline.due import is_due  # noqa: PLC0415
    from pipeline.run import declared  # noqa: PLC0415
    from pipeline.trial import last_crawls  # noqa: PLC0415

    watched = [source for source in declared().values() if not source.demo]
    if not watched:
        raise UsageError("no source is declared; `policywatch source new URL` begins one")
    last, now = last_crawls(home), clock.now()
    return [
        source.name
        for source in watched
        if is_due(source.schedule, source.timezone, last.get(source.name), now) and quiet_now(source, now) is None
    ]


def _names(home: Home, sources: list[str] | None, *, every: bool) -> list[str]:
    from pipeline.run import declared  # noqa: PLC0415

    if every and sources:
        raise UsageError("name sources or say --all, not both")
    if every:
        return _due(home)
    if not sources:
        raise UsageError("name at least one source, or say --all; `policywatch source list` shows them")
    for name in sources:
        declared(name)
    return list(dict.fromkeys(sources))


def _run_one(name: str, home: Home, instance: Any, defs: Any, **how: bool) -> "RunReport":  # noqa: ANN401
    """Run one source; what goes wrong with it is its own outcome, and the next source has its turn."""
    from pipeline import job  # noqa: PLC0415
    from pipeline.run import RunReport  # noqa: PLC0415
    from policywatch.errors import StorageError  # noqa: PLC0415

    try:
        return job.run_job(name, home=home, instance=instance, defs=defs, **how)
    except StorageError:
        raise  # nothing can be kept: stop here
    except PolicywatchError as error:
        return RunReport(name, verdict="failed", reasons=[str(error)])


def ingest(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="WARC files, saved pages, or folders.")],
    form: Form = Format.table,
) -> None:
    """Take in WARC files and saved pages with a sidecar .json ({"url", "captured_at"}), down the road of a crawl."""
    from pipeline import ingest as work  # noqa: PLC0415

    with cli_output.progress("reading") as shown, _alerts_beside(form):
        report = work.ingest(paths, home=context.obj, watcher=shown)
    cli_output.emit(report.files, work.FILE_COLUMNS, form, brief=("file", "outcome", "reason", "detail"))
    for line in (report.in_words(), *report.notes):
        cli_output.say(line)
    if not report.is_clean:
        raise typer.Exit(1)


def read(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Page files, or folders of them.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line a page.")] = False,  # noqa: FBT002
    form: Annotated[
        Format, typer.Option("--format", help="json is --json; csv and md give a line a page.")
    ] = Format.table,
) -> None:
    """Show what the reader makes of a file or folder, without a warehouse."""
    from pipeline.reader import read_files  # noqa: PLC0415

    count = failed = 0
    brief: list[dict[str, Any]] = []
    with cli_output.progress("reading") as shown:
        for row in read_files(paths, watcher=shown):
            count, failed = count + 1, failed + ("error" in row)
            if as_json or form is Format.json:
                sys.stdout.write(cli_output.to_json(row) + "\n")
            elif form is Format.table:
                _print_reading(row)
            else:
                brief.append({name: row[name] for name in _READ_COLUMNS})
    if form in (Format.csv, Format.md) and not as_json:
        cli_output.emit(brief, _READ_COLUMNS, form)
    if failed:
        cli_output.say(f"{failed} of {count} pages could not be read")
    if not count or failed == count:
        raise typer.Exit(1)


def _print_reading(row: dict[str, Any]) -> None:
    sys.stdout.write(f"{cli_output.clean(row['path'])}\n")
    for name, value in row.items():
        if name in ("path", "text", "evidence") or value in (None, [], "", {}):
            continue
        shown = f"{len(value)} items" if name in ("clauses", "citations", "attachments") else cli_output.cell(value)
        sys.stdout.write(f"  {name:18} {shown}\n")


def reparse(
    context: typer.Context,
    sources: Annotated[list[str] | None, typer.Argument(metavar="SOURCE", help="Sources; all by default.")] = None,
    form: Form = Format.table,
) -> None:
    """Read the archive again with today's parser. What it reads differently is no change of policy and no alert."""
    from pipeline import reparse as work  # noqa: PLC0415

    with cli_output.progress("reading again") as shown:
        rows = work.reparse(context.obj, sources or None, watcher=shown)
    cli_output.emit(rows, work.COLUMNS, form)


def demo(
    context: typer.Context,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget an earlier demo in this home first.")] = False,  # noqa: FBT002
) -> None:
    """Watch a small made-up portal through three years of editions, offline, and show what changed."""
    from demo import replay  # noqa: PLC0415

    replay.main(context.obj, fresh=fresh)

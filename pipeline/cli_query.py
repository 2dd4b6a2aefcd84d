"""The commands that ask: status, changes, show, in-force, search, sql.

What belongs here: their options and what they print. What does not: the questions (`pipeline.asking`).
"""

import sys
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from pipeline import cli_output
from pipeline.cli_output import Format
from policywatch import clock

Form = Annotated[Format, typer.Option("--format", help="How to print it.")]
Policy = Annotated[str, typer.Argument(metavar="POLICY", help="An id, a document number, a URL or a title.")]
On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="The legal day; today by default.")]
AsKnownAt = Annotated[
    str | None, typer.Option("--as-known-at", metavar="TIME", help="As far as was known then; now by default.")
]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Only this source; may be repeated.")]
Issuers = Annotated[list[str] | None, typer.Option("--issuer", help="Only issuers with this in the name; repeatable.")]
Topics = Annotated[list[str] | None, typer.Option("--topic", help="Only topics with this in them; may be repeated.")]


class EventKind(StrEnum):
    """The kinds of events (docs/meaning)."""

    issued = "issued"
    revised = "revised"
    silently_edited = "silently_edited"
    amended = "amended"
    repealed = "repealed"
    partially_repealed = "partially_repealed"
    extended = "extended"
    commenced = "commenced"
    expired = "expired"
    expiring = "expiring"
    disappeared = "disappeared"
    reappeared = "reappeared"
    reported = "reported"
    interpreted = "interpreted"
    source_unhealthy = "source_unhealthy"
    source_recovered = "source_recovered"


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(status)
    app.command()(changes)
    app.command()(show)
    app.command("in-force")(in_force)
    app.command()(search)
    app.command()(sql)


def _day(text: str | None) -> date:
    return clock.today() if text is None else clock.parse_day(text, what="--on")


def _instant(text: str | None, *, what: str) -> datetime:
    return clock.now() if text is None else clock.parse_instant(text, what=what)


def status(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Also each source that was never crawled.")] = False,  # noqa: FBT002
    form: Form = Format.table,
) -> None:
    """Show per source in use when it was last found good, how it is and when it is due; then what waits, and the disk.

    Exit code 1 when the last crawl of any source was not good.
    """
    from pipeline import standing  # noqa: PLC0415

    rows = standing.rows(context.obj)
    # A machine gets every row; a person the ones that say something.
    shown = rows if every or form in (Format.json, Format.csv) else [row for row in rows if standing.is_used(row)]
    brief = ("source", "health", "checked", "next_run", "pages", "gone", "policies", "rejected")
    cli_output.emit(shown, standing.COLUMNS, form, brief=brief)
    if form is Format.table:
        if len(rows) > len(shown):
            sys.stdout.write(f"{len(rows) - len(shown)} more sources are declared and were never crawled (--all)\n\n")
        for name, line in standing.lines(context.obj, rows).items():
            sys.stdout.write(f"{name:8} {cli_output.clean(line)}\n")
    for row in rows:
        for reason in row["reasons"]:
            since = f"{row['since']:%Y-%m-%d %H:%MZ}" if row["since"] else "its first crawl"
            cli_output.say(f"{row['source']}: {row['health']} since {since}: {reason}")
    if any(row["verdict"] not in (None, "good", "partial") for row in rows):
        raise typer.Exit(1)


def changes(  # noqa: PLR0913, PLR0917 - an option each
    context: typer.Context,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Learned on or after; a day or a time.")] = None,
    kind: Annotated[list[EventKind] | None, typer.Option(help="Only this kind; may be repeated.")] = None,
    source: Sources = None,
    issuer: Issuers = None,
    topic: Topics = None,
    baseline: Annotated[bool, typer.Option(help="Also what was there when a source was first met.")] = True,  # noqa: FBT002
    form: Form = Format.table,
) -> None:
    """Show what changed: issued, revised, repealed, or simply ran out."""
    start = None if since is None else clock.parse_instant(since, what="--since")
    from pipeline import asking  # noqa: PLC0415

    filters = asking.Filters([str(item) for item in kind or ()], source or (), issuer or (), topic or ())
    rows = asking.changes(context.obj, start, filters, baseline=baseline)
    brief = ("detected_at", "happened_on", "kind", "number", "title", "source")
    cli_output.emit(rows, asking.CHANGE_COLUMNS, form, brief=brief)


def show(
    context: typer.Context,
    policy: Policy,
    on: On = None,
    as_known_at: AsKnownAt = None,
    form: Annotated[Format, typer.Option("--format", help="table or json.")] = Format.table,
) -> None:
    """Show one policy: its fields, whether it is in force and why, its clauses, citations and history."""
    day, at = _day(on), _instant(as_known_at, what="--as-known-at")
    from pipeline import asking  # noqa: PLC0415

    found = asking.show(context.obj, asking.find_policy(context.obj, policy), on=day, at=at)
    if form is Format.json:
        sys.stdout.write(cli_output.to_json(found, indent=1) + "\n")
    elif form is Format.table:
        _print_policy(found)
    else:
        fields = {
            name: value for name, value in found.items() if not isinstance(value, list | dict) or name == "issuers"
        }
        rows = [{"field": name, "value": value} for name, value in fields.items()]
        cli_output.emit(rows, ("field", "value"), form)


def _print_policy(found: dict[str, Any]) -> None:
    nested = ("status", "measures", "citations", "cited_by", "versions", "pages", "events")
    for name, value in found.items():
        if name not in nested and value not in (None, [], ""):
            sys.stdout.write(f"{name.replace('_', ' '):18} {cli_output.cell(value)}\n")
    for name, value in found["status"].items():
        if name != "evidence" and value not in (None, [], ""):
            sys.stdout.write(f"{'status: ' + name.replace('_', ' '):28} {cli_output.cell(value)}\n")
    evidence = [{**item, "counts": not item.get("is_lost")} for item in found["status"].get("evidence") or []]
    if evidence:
        # What lost is said as well: a term that is over beside a portal that says 有效 must not stay hidden.
        sys.stdout.write("\nevidence of its force\n")
        cli_output.emit(evidence, ("of", "day", "rule", "quote", "counts"))
    columns = {
        "measures": ("path", "heading", "text"),
        "citations": ("relation", "number", "title", "quote"),
        "cited_by": ("relation", "number", "title", "quote"),
        "versions": ("known_from", "known_to", "change_cause", "url"),
        "pages": ("url", "kind", "state", "source"),
        "events": ("detected_at", "happened_on", "kind", "quote"),
    }
    for name, shown in columns.items():
        if found[name]:
            sys.stdout.write(f"\n{name.replace('_', ' ')}\n")
            cli_output.emit(found[name], shown)


def in_force(  # noqa: PLR0913, PLR0917 - an option each
    context: typer.Context,
    on: On = None,
    as_known_at: AsKnownAt = None,
    source: Sources = None,
    issuer: Issuers = None,
    topic: Topics = None,
    form: Form = Format.table,
) -> None:
    """Show what was in force on a day, as far as was known at a time."""
    day, at = _day(on), _instant(as_known_at, what="--as-known-at")
    from pipeline import asking  # noqa: PLC0415

    filters = asking.Filters((), source or (), issuer or (), topic or ())
    rows = asking.in_force(context.obj, day, at, filters)
    brief = ("number", "title", "issuers", "in_force_from", "in_force_to", "reason", "disputed")
    cli_output.emit(rows, asking.IN_FORCE_COLUMNS, form, brief=brief)


def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="All of them must stand in the policy.")],
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    form: Form = Format.table,
) -> None:
    """Find policies by words in title, headings and text."""
    from pipeline import asking  # noqa: PLC0415

    rows = asking.search(context.obj, words, limit)
    cli_output.emit(rows, asking.SEARCH_COLUMNS, form, brief=("policy_id", "number", "title", "path", "heading"))


def sql(
    context: typer.Context,
    statement: Annotated[str, typer.Argument(metavar='"SELECT ..."', help="One statement that reads.")],
    form: Form = Format.table,
) -> None:
    """Ask the published database in SQL, read-only."""
    from pipeline import asking  # noqa: PLC0415
    from warehouse import published  # noqa: PLC0415

    columns, found = published.query(asking.published_path(context.obj), statement)
    names = cli_output.unique(columns)
    cli_output.emit([dict(zip(names, row, strict=True)) for row in found], names, form)

"""The commands about who names whom: citations, bind.

What belongs here: their options and what they print. What does not: their work (`pipeline.naming`,
`pipeline.deciding`).
"""

from typing import Annotated

import typer

from pipeline import cli_output
from pipeline.cli_output import Format
from policywatch.errors import UsageError

Form = Annotated[Format, typer.Option("--format", help="How to print it.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(citations)
    app.command()(bind)


def citations(  # noqa: PLR0913, PLR0917 - an option each
    context: typer.Context,
    unbound: Annotated[  # noqa: FBT002
        bool, typer.Option("--unbound", help="Only those that no policy was bound to, and why.")
    ] = False,
    decided: Annotated[bool, typer.Option("--decided", help="Only those that a person decided.")] = False,  # noqa: FBT002
    relation: Annotated[list[str] | None, typer.Option(help="Only this relation; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,  # noqa: FBT002
    form: Form = Format.table,
) -> None:
    """Show who names whom; --unbound is the list for a person: what is not bound, why, and what comes near."""
    from pipeline import naming  # noqa: PLC0415

    if unbound and decided:
        raise UsageError("say --unbound or --decided, not both")
    rows = naming.citations(
        context.obj, "unbound" if unbound else "decided" if decided else "all", relation or (), limit
    )
    if form is Format.json or as_json:
        cli_output.emit(rows, naming.COLUMNS, Format.json)
        return
    about = ("citation_id", "citing_title", "relation", "title", "number")
    brief = (*about, "why", "nearest") if unbound else (*about, "bound_title", "binding_rule", "bound_by")
    if form is Format.csv:
        cli_output.emit(rows, naming.COLUMNS, form)
    else:
        shown = [row | {"nearest": naming.nearest(row)} for row in rows]
        cli_output.emit(shown, (*naming.COLUMNS, "nearest"), form, brief=brief)
    if unbound and rows:
        cli_output.say(
            "`policywatch bind CITATION POLICY --reason …` binds one; --none says that we hold nothing it means; "
            "--json shows the words and every candidate"
        )


def bind(  # noqa: PLR0913, PLR0917 - an option each
    context: typer.Context,
    citation: Annotated[str, typer.Argument(metavar="CITATION", help="The id that `policywatch citations` prints.")],
    policy: Annotated[
        str | None, typer.Argument(metavar="POLICY", help="What it means: an id, a document number, a URL or a title.")
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="It refers to nothing that we hold.")] = False,  # noqa: FBT002
    undo: Annotated[bool, typer.Option("--undo", help="Take back what was decided of it.")] = False,  # noqa: FBT002
    reason: Annotated[str, typer.Option(help="Why; kept with the decision.")] = "",
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who decides; you by default.")] = None,
    form: Form = Format.table,
) -> None:
    """Say what a citation means. It holds for later editions and mirrors of the document, and after a rebuild."""
    from pipeline import deciding  # noqa: PLC0415

    if (policy is not None) + none + undo != 1:
        raise UsageError("name the POLICY that is meant, or say --none, or --undo: one of them")
    if not undo and not reason.strip():
        raise UsageError("say why with --reason; it is kept with the decision")
    action = deciding.NONE if none else deciding.UNDO if undo else deciding.BIND
    row = deciding.decide(context.obj, citation, action, policy=policy, reason=reason.strip(), person=by)
    cli_output.emit(
        [row], deciding.COLUMNS, form, brief=("action", "relation", "title", "bound_title", "person", "events")
    )

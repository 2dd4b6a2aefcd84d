"""The command `diff`: two states of a policy, for the terminal, as a page of its own, or as data.

What belongs here: its options and how a comparison looks. What does not: comparing (`pipeline.comparing`).

The words come from pages that we do not control: the page escapes all of them, runs no script and loads nothing.
"""

import html
import sys
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Annotated, Any, Final

import typer

from pipeline import cli_output
from pipeline.cli_output import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.comparing import Comparison, Mark

_STYLES: Final = {"same": "", "gone": "red strike", "new": "green underline"}
_SIGNS: Final = {"same": ("", ""), "gone": ("[-", "-]"), "new": ("{+", "+}")}
_TAGS: Final = {"same": ("", ""), "gone": ("<del>", "</del>"), "new": ("<ins>", "</ins>")}
_PAGE: Final = """\
<!DOCTYPE html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ max-width: 52rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.75 system-ui, "Noto Sans CJK SC", sans-serif;
  color: #1a1a1a; background: #fff; }}
h1 {{ font-size: 1.4rem; line-height: 1.4; }}
section {{ margin: 1.2rem 0; padding: .2rem 1rem; border-left: 4px solid #999; overflow-wrap: anywhere; }}
section.added {{ border-color: #1a7f37; }} section.removed {{ border-color: #b42318; }}
section.changed {{ border-color: #9a6700; }}
h2 {{ font-size: .9rem; color: #555; margin: .3rem 0; }} p {{ margin: .3rem 0; white-space: pre-wrap; }}
del {{ background: #ffe3e0; color: #82071e; }} ins {{ background: #d9f7e0; color: #0a5122; }}
.facts {{ color: #555; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p class="facts">{facts}</p>
{sections}
</body>
</html>
"""


class DiffFormat(StrEnum):
    """How a comparison is printed."""

    table = "table"
    json = "json"
    csv = "csv"
    md = "md"
    html = "html"


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(diff)


def diff(
    context: typer.Context,
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="An id, a document number, a URL or a title.")],
    a: Annotated[str | None, typer.Argument(metavar="A", help="A version's number, a day or a time.")] = None,
    b: Annotated[str | None, typer.Argument(metavar="B", help="The same; the present state by default.")] = None,
    form: Annotated[DiffFormat, typer.Option("--format", help="How to print it.")] = DiffFormat.table,
) -> None:
    """Compare two states of a policy, clause by clause: the last two, or those known at A and at B."""
    from pipeline import asking, comparing  # noqa: PLC0415

    found = comparing.compare(context.obj, asking.find_policy(context.obj, policy), a, b)
    if form is DiffFormat.html:
        sys.stdout.write(page(found))
    elif form is DiffFormat.table:
        _print(found, sys.stdout)
    else:
        brief = tuple(name for name in comparing.COLUMNS if name != "marks")
        cli_output.emit(found.rows, comparing.COLUMNS if form is DiffFormat.json else brief, Format(form), brief=brief)


def _heading(row: dict[str, Any]) -> str:
    """What a row is about, in a few words."""
    if row["what"] != "clause":
        return f"{row['change']}: {row['what'].replace('_', ' ')}"
    places = [place for place in (row["path_before"], row["path_after"]) if place]
    if len(places) > 1 and places[0] == places[1]:
        places.pop()
    return f"{row['change']}: {' → '.join(places)}"


def _facts(found: "Comparison") -> list[str]:
    lines = [found.policy["number"], found.policy["policy_id"], found.policy["url"]]
    times = f"as known at {found.before.isoformat()} and at {found.after.isoformat()}"
    return [*(str(line) for line in lines if line), times]


def _marks(row: dict[str, Any]) -> "Sequence[Mark]":
    """The words of a row with their marks; both values one after the other where they are no text."""
    if row["marks"] is not None:
        return list(row["marks"])
    if row["change"] == "moved":
        return [("same", row["after"])]
    both = [(mark, cli_output.cell(row[name])) for mark, name in (("gone", "before"), ("new", "after"))]
    return [(mark, text) for mark, text in both if text]


# --- the terminal ----------------------------------------------------------------------------------------------------


def _print(found: "Comparison", out: IO[str]) -> None:
    from rich.console import Console  # noqa: PLC0415 - rich costs 50 ms of start-up
    from rich.text import Text  # noqa: PLC0415

    console = Console(file=out, highlight=False, soft_wrap=True)
    console.print(Text(cli_output.clean(str(found.policy["title"]))), style="bold")
    for line in _facts(found):
        console.print(Text(cli_output.clean(line)), style="dim")
    if not found.rows:
        console.print("nothing differs")
    for row in found.rows:
        console.print()
        console.print(Text(cli_output.clean(_heading(row))), style="bold")
        words = Text()  # Text: no markup from pages
        for mark, text in _marks(row):
            # Without colours the marks must be signs, or they would be lost in a file or a pipe.
            before, after = ("", "") if console.color_system else _SIGNS[mark]
            words.append(f"{before}{_plain(text)}{after}", style=_STYLES[mark])
        console.print(words)


def _plain(text: str) -> str:
    """`text` without control characters; blanks at the ends of a piece are part of it."""
    inner = cli_output.clean(text)
    left = " " if text[:1].isspace() and inner else ""
    right = " " if text[-1:].isspace() and inner else ""
    return f"{left}{inner}{right}" if inner else " " * bool(text)


# --- the page --------------------------------------------------------------------------------------------------------


def page(found: "Comparison") -> str:
    """The comparison as one HTML page that needs nothing else."""
    sections = [
        f'<section class="{row["change"]}">\n<h2>{_safe(_heading(row))}</h2>\n<p>{_marked(row)}</p>\n</section>'
        for row in found.rows
    ]
    facts = "<br>\n".join(_linked(line) for line in _facts(found))
    return _PAGE.format(
        title=_safe(str(found.policy["title"])),
        facts=facts,
        sections="\n".join(sections) or "<p>Nothing differs.</p>",
    )


def _marked(row: dict[str, Any]) -> str:
    return "".join(f"{_TAGS[mark][0]}{_safe(text)}{_TAGS[mark][1]}" for mark, text in _marks(row))


def _safe(text: str) -> str:
    """`text` for HTML: escaped, lines kept, no control or bidirectional characters."""
    return html.escape("\n".join(_plain(line) for line in text.split("\n")))


def _linked(line: str) -> str:
    safe = _safe(line)
    if line.startswith(("https://", "http://")):
        return f'<a href="{safe}" rel="noreferrer">{safe}</a>'
    return safe

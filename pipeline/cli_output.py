"""How the command line prints: tables, JSON, CSV, Markdown, and progress for work that takes long.

What belongs here: formats and terminal manners. What does not: what is printed (`pipeline.cli_*`).

Everything printed may come from pages that we do not control: control characters never reach a terminal, and a cell
never becomes a formula in a spreadsheet.
"""

import csv
import json
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import IO, Any, Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_MARKDOWN: Final = str.maketrans({mark: f"\\{mark}" for mark in "\\|<>[]*_`"})
_HIDDEN: Final = ("Cc", "Cf", "Zl", "Zp")
_PIPED_WIDTH: Final = 160
_NARROWEST: Final = 8
"""Characters that a column of a table needs; where there is less, every field gets a line."""
_PATIENCE: Final = 2.0
"""Seconds after which work that is still going on shows its progress."""


class Format(StrEnum):
    """How a listing is printed."""

    table = "table"
    json = "json"
    csv = "csv"
    md = "md"


def jsonable(value: Any) -> Any:  # noqa: ANN401 - any value of a row
    """`value` with dates and times as ISO 8601 text, numbers and structures as JSON has them."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [jsonable(item) for item in value]
    return value


def to_json(value: Any, *, indent: int | None = None) -> str:  # noqa: ANN401
    """`value` as JSON text, Chinese characters as they are."""
    return json.dumps(jsonable(value), ensure_ascii=False, indent=indent)


def cell(value: Any) -> str:  # noqa: ANN401
    """`value` as one line of plain text; missing is empty, lists are joined."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime) and value.tzinfo is not None:
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%MZ}"
    if isinstance(value, list | tuple):
        return "；".join(cell(item) for item in value)
    if isinstance(value, Mapping):
        return clean(to_json(value))
    return clean(str(jsonable(value)))


def clean(text: str) -> str:
    """`text` on one line, without control, format and bidirectional characters."""
    line = " ".join(text.split())
    return "".join(sign for sign in line if unicodedata.category(sign) not in _HIDDEN)


def formula_safe(text: str) -> str:
    """`text`, preceded by an apostrophe where a spreadsheet would take it for a formula.

    So that it can be undone, text that is a formula behind apostrophes gets one more: whoever reads such a file takes
    one apostrophe off every cell in which apostrophes stand before = + - @ tab or carriage return.
    """
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def unique(columns: Sequence[str]) -> list[str]:
    """`columns` with a number after each name that stood before: SQL allows two columns of one name, rows do not."""
    seen: dict[str, int] = {}
    names = []
    for name in columns:
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return names


def emit(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    form: Format = Format.table,
    *,
    brief: Sequence[str] | None = None,
    out: IO[str] | None = None,
) -> None:
    """Print `rows`.

    Args:
        rows: mappings by column.
        columns: all columns, in order: what JSON and CSV have.
        form: the format.
        brief: the columns that a table has room for; all by default.
        out: stdout by default.
    """
    out = out or sys.stdout
    shown = list(brief or columns)
    if form is Format.json:
        out.write(_json_array([{name: row.get(name) for name in columns} for row in rows]))
    elif form is Format.csv:
        write_csv(rows, columns, out)
    elif form is Format.md:
        out.write("| " + " | ".join(shown) + " |\n|" + " --- |" * len(shown) + "\n")
        for row in rows:
            out.write("| " + " | ".join(cell(row.get(name)).translate(_MARKDOWN) for name in shown) + " |\n")
    else:
        _table(rows, shown, out)


def _json_array(rows: Sequence[Mapping[str, Any]]) -> str:
    """A JSON array, one object a line: to be parsed whole, and still read by eye and by line tools."""
    return "[" + ",".join(f"\n{to_json(row)}" for row in rows) + ("\n]\n" if rows else "]\n")


def write_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], out: IO[str]) -> None:
    """Write `rows` as CSV with a header; structures as JSON, no cell a formula."""
    writer = csv.writer(out, lineterminator="\n")
    quoting = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    for row in rows:
        cells = [_csv_cell(row.get(name)) for name in columns]
        # Python quotes the ends of lines that it writes itself; a bare carriage return would end the row for readers.
        (quoting if any("\r" in cell for cell in cells) else writer).writerow(cells)


def _csv_cell(value: Any) -> str:  # noqa: ANN401
    if value is None:
        return ""
    if isinstance(value, str):
        return formula_safe(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | Mapping):
        return to_json(value)
    return str(jsonable(value))


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], out: IO[str]) -> None:
    from rich import box  # noqa: PLC0415 - rich costs 50 ms of start-up
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(file=out, width=None if out.isatty() else _PIPED_WIDTH, highlight=False)
    if not rows:
        console.print("nothing found", style="dim")
        return
    if len(columns) * _NARROWEST > console.width:
        _records(rows, columns, out)
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell(row.get(name))) for name in columns))  # Text: no markup from pages
    console.print(table)


def _records(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], out: IO[str]) -> None:
    """More columns than a line has room for: a line per field."""
    width = max(map(len, columns))
    for row in rows:
        out.writelines(f"{name:{width}}  {cell(row.get(name))}\n" for name in columns)
        out.write("\n")


def say(text: str) -> None:
    """Print one line for people to stderr, so that stdout stays clean for machines."""
    sys.stderr.write(f"{clean(text)}\n")
    sys.stderr.flush()


class Progress:
    """What a long step reports to; shows a bar on a terminal once the work has taken two seconds."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._started = time.monotonic()
        self._total: int | None = None
        self._done = 0
        self._bar: Any = None
        self._task: Any = None

    def total(self, count: int) -> None:
        """`count` more pieces of work are to be done."""
        self._total = (self._total or 0) + count

    def tick(self, done: int) -> None:
        """`done` more pieces are done."""
        self._done += done
        if self._bar is None and sys.stderr.isatty() and time.monotonic() - self._started > _PATIENCE:
            self._show()
        if self._bar is not None:
            self._bar.update(self._task, completed=self._done, total=self._total)

    def _show(self) -> None:
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import Progress as Bar  # noqa: PLC0415

        self._bar = Bar(console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task(self._label, total=self._total)
        self._bar.start()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """A `Progress` that is taken away at the end."""
    shown = Progress(label)
    try:
        yield shown
    finally:
        shown.close()


@contextmanager
def spinner(label: str) -> Iterator[None]:
    """A spinner on a terminal while work without countable pieces goes on, once it has taken two seconds."""
    if not sys.stderr.isatty():
        yield
        return
    import threading  # noqa: PLC0415 - only on a terminal

    from rich.console import Console  # noqa: PLC0415

    status = Console(stderr=True).status(label)
    timer = threading.Timer(_PATIENCE, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        status.stop()

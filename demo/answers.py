"""The questions of docs/analysts.md and what the demo's published database answers to them.

What belongs here: finding questions and answers on that page, asking, and writing the answers anew
(`python -m demo.answers HOME`). What does not: the questions, which stand on the page and nowhere else.
"""

import io
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from demo.editions import EDITIONS
from pipeline import cli_output
from pipeline.cli_output import Format
from policywatch import clock
from policywatch.home import Home
from warehouse import published

PAGE: Final = Path(__file__).parent.parent / "docs" / "analysts.md"
NOW: Final = EDITIONS[-1].at.isoformat()
"""The present of the answers: the demo's last edition."""
_BLOCK: Final = re.compile(r"```sql\n(?P<sql>[^`]{1,4000})```\n\n(?P<answer>(?:\|[^\n]{0,4000}\n){2,200})")


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the page: its SQL, and the answer that stands under it (a Markdown table)."""

    sql: str
    answer: str


def questions(text: str) -> Iterator[Question]:
    """The questions of the page, in order."""
    for found in _BLOCK.finditer(text):
        yield Question(found["sql"], found["answer"])


def answer(database: Path, sql: str) -> str:
    """What `database` says, as the Markdown table that `policywatch sql --format md` prints.

    Raises:
        UsageError: DuckDB refuses the question.
        StorageError: the database is not there.
    """
    columns, rows = published.query(database, sql)
    names = cli_output.unique(columns)
    out = io.StringIO()
    cli_output.emit([dict(zip(names, row, strict=True)) for row in rows], names, Format.md, out=out)
    return out.getvalue()


def written_anew(text: str, database: Path) -> str:
    """The page with the answers of `database` under its questions."""
    return _BLOCK.sub(lambda found: f"```sql\n{found['sql']}```\n\n{answer(database, found['sql'])}", text)


def main() -> None:
    """Write the page anew from the home folder of a demo."""
    os.environ[clock.ENVIRONMENT] = NOW
    home = Home.at(sys.argv[1] if len(sys.argv) > 1 else ".demo-home")
    PAGE.write_text(written_anew(PAGE.read_text("utf-8"), home.published), "utf-8")


if __name__ == "__main__":
    main()

"""The table of all sources: `python -m crawlers.catalogue` writes `sources/README.md` from the files.

What belongs here: that page. What does not: checking the files (`lint.py`), showing them in a terminal (`source list`).
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from crawlers.model import Source
from crawlers.source import load_sources

README: Final = Path(__file__).with_name("sources") / "README.md"
_HEAD: Final = """\
# Sources

One file for one section of one portal; the comments in it are its runbook. `make sources` writes this page from the
files: change those.

**How sure** says where a file's facts come from, of the list and of the pages: H was read off saved pages or answers of
the portal; M was read off other people's working crawlers; a guess is neither. Portals change: an M or a guess wants
`policywatch source check NAME` before it is scheduled. **Reviewed** is the day on which somebody last went through the
file, **checked** the day on which the portal itself last agreed with it.

[How to add one](../../docs/adding-a-source.md)
"""
_COLUMNS: Final = (
    "| source | section | kind | how sure: list, page | reviewed | checked | schedule |\n"
    "|---|---|---|---|---|---|---|\n"
)


def _group(source: Source) -> str:
    if source.authority in {"media", "repost"}:
        return "News and single pages"
    return "The centre" if source.jurisdiction == "CN" else "Provinces and cities"


def render(sources: Iterable[Source]) -> str:
    """The page for `sources`; the demo's are left out, whose portal is made up."""
    real = [source for source in sources if not source.demo]
    parts = [_HEAD]
    for title in ("The centre", "Provinces and cities", "News and single pages"):
        rows = "".join(_row(source) for source in real if _group(source) == title)
        if rows:
            parts.append(f"## {title}\n\n{_COLUMNS}{rows}")
    return "\n".join(parts)


def _row(source: Source) -> str:
    sure = source.confidence
    cells = (
        f"[{source.name}]({source.name}.yaml)",
        f"[{source.title}]({source.homepage})",
        source.list.kind,
        f"{sure.list}, {sure.page}" if sure else "",
        source.reviewed.isoformat() if source.reviewed else "",
        source.checked.isoformat() if source.checked else "not yet",
        f"`{source.schedule}`",
    )
    return f"| {' | '.join(cells)} |\n"


def main() -> int:
    """Write the page beside the sources."""
    README.write_text(render(load_sources(README.parent).values()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

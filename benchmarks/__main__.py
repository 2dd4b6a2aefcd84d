"""`python -m benchmarks [NAME …] [--quick] [--write]`: measure and print a Markdown table for each.

What belongs here: choosing, printing, writing the table into docs/benchmarks.md. What does not: measuring.
"""

import argparse
import importlib
import importlib.metadata
import os
import platform
import re
import sys
from pathlib import Path

from benchmarks.measure import ROOT, Row
from policywatch import clock

NAMES = (
    "startup", "read", "read_growth", "crawl", "crawl_changes", "crawl_memory", "recheck", "alerts", "delivery", "demo",
    "warehouse", "overhead", "dagster_store",
)  # fmt: skip
PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
HEAD = ("what", "policywatch", "peer, same run", "ratio", "limit", "holds")
PACKAGES = ("scrapy", "lxml", "beautifulsoup4", "dagster", "duckdb")


def main() -> int:
    """Run what was asked for. A limit that does not hold is a word in the table: on a busy machine it says little."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure beside a peer and print a table for each."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="few rounds, to see that everything works")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.relative_to(ROOT)}")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(NAMES))
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(NAMES)}")
    if options.write and options.quick:
        parser.error("--write wants all rounds; leave out --quick")
    for name in options.names or NAMES:
        print(f"{name} …", file=sys.stderr, flush=True)
        rows: list[Row] = importlib.import_module(f"benchmarks.{name}").run(quick=options.quick)
        text = f"### {name}\n\n{machine()}\n\n{table(rows)}"
        print(text, flush=True)
        if options.write:
            write(name, text)
    return 0


def table(rows: list[Row]) -> str:
    lines = [HEAD, ["---"] * len(HEAD), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def machine() -> str:
    """When, on what, and with which versions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    return (
        f"{clock.today('UTC')}, {cores} cores ({_processor()}), {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {versions}."
    )


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or "unknown"


def write(name: str, text: str) -> None:
    """Put `text` in the place of benchmark `name` between the marks in docs/benchmarks.md; the others stay."""
    page = PAGE.read_text(encoding="utf-8")
    before, begin, rest = page.partition(BEGIN)
    measured, end, after = rest.partition(END)
    if not (begin and end):
        sys.exit(f"benchmarks: {PAGE.relative_to(ROOT)} lacks the lines {BEGIN} and {END}; put them back")
    parts = {part.partition("\n")[0]: part for part in re.split(r"^### ", measured, flags=re.MULTILINE)[1:]}
    parts[name] = text.removeprefix("### ")
    kept = "\n\n".join(f"### {parts[known].strip()}" for known in NAMES if known in parts)
    PAGE.write_text(f"{before}{begin}\n{kept}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

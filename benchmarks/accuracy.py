"""How right the reader is: every page and phrase under ../shared/pages that has gold, per folder and field.

Run as `python -m benchmarks.accuracy [FOLDER …] [--wrong] [--write]` or `make accuracy`. Each page is read twice: with
the selectors of the source whose host it is on (`page:` in its YAML) or, where no YAML knows the host, the one that the
sidecar names; and by the general reader alone. Right, wrong (another value), missing (gold has one, we say nothing),
extra (we say something, gold says there is none). A figure below what is promised (`accuracy_score.LIMITS`) fails the
run.
"""

import argparse
import functools
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import accuracy_peers  # noqa: E402
from benchmarks.accuracy_gold import (  # noqa: E402
    score_guangzhou,
    score_phrases,
    score_policy,
    score_seed,
    score_transcribed,
)
from benchmarks.accuracy_lists import LISTS, score_list, score_search, score_structured  # noqa: E402
from benchmarks.accuracy_score import GENERAL, POINTED, Score, broken, markdown, speed  # noqa: E402
from crawlers.source import load_sources  # noqa: E402
from pipeline.parsers import Hints, PageRecord, Unreadable, read_page, read_text  # noqa: E402
from pipeline.parsers.unparse import unparse  # noqa: E402
from policywatch import clock  # noqa: E402

PAGES = ROOT.parent / "shared" / "pages"
FOLDERS = ("seeds", "gov.cn", "guangzhou", "miit_text", "transcribed", "lists", "provincial_json", "gne", "phrases")
DOCUMENT = ROOT / "docs" / "reading.md"
BEGIN, END = "<!-- accuracy: begin -->", "<!-- accuracy: end -->"
NOT_POLICIES = {"news", "other", "interpretation"}


@functools.cache
def _hosts() -> dict[str, Hints]:
    """The selectors of every source's YAML, by the host of its home page."""
    found = {}
    for source in load_sources().values():
        hints = Hints(**source.page.model_dump())
        if any(asdict(hints).values()) and not source.demo:
            found[urlsplit(source.homepage).netloc] = hints
    return found


def hints_for(url: str, side: dict[str, Any]) -> Hints | None:
    """The selectors for a page: its source's, or the one for the body that the sidecar names."""
    known = _hosts().get(urlsplit(url).netloc)
    if known is None and side.get("body_selector"):
        return Hints(body=side["body_selector"])
    return known


def read(path: Path, url: str, hints: Hints | None = None) -> PageRecord | Unreadable:
    """The record of a saved page, or why there is none."""
    try:
        if path.suffix == ".txt":
            return read_text(path.read_text(encoding="utf-8"), url=url)
        return read_page(path.read_bytes(), url=url, hints=hints)
    except Unreadable as reason:
        return reason


def score_page(score: Score, folder: str, path: Path, side: dict[str, Any], mode: str) -> None:
    """Read one page in one way and count its fields."""
    url = side.get("url") or side.get("source") or ""
    hints = hints_for(url, side) if mode == POINTED else None
    begun = time.perf_counter()
    record = read(path, url, hints)
    score.times[folder].append((time.perf_counter() - begun) * 1000)
    score.pointed[folder] += hints is not None
    page = path.stem[:24]
    if folder == "lists":
        score_structured(score, page, side.get("gold"), record)
    elif isinstance(record, Unreadable):
        score.add(folder, "read", page, "readable", str(record))
    elif folder == "seeds":
        score_seed(score, page, side, record)
    elif folder == "guangzhou":
        score_guangzhou(score, page, side, record)
    elif folder == "transcribed":
        score_transcribed(score, page, side, record)
    elif folder == "gne":
        score.add(folder, "kind", page, "/".join(sorted(NOT_POLICIES)), record.kind, same=record.kind in NOT_POLICIES)
    elif folder == "provincial_json":
        score.add(folder, "answer is a listing", page, "listing", record.kind)
    elif side.get("gold"):
        score_policy(score, folder, page, side["gold"], record)
    if isinstance(record, PageRecord):
        score.add(folder, "text put together again", page, record.text, _again(record))


def _again(record: PageRecord) -> str:
    try:
        return unparse(record)
    except ValueError as error:
        return str(error)


def measure(folders: Iterable[str] = FOLDERS, mode: str = GENERAL) -> Score:
    """Score the reader on `folders`, with selectors or without."""
    score = Score()
    for folder in folders:
        if folder == "phrases":
            score_phrases(score, PAGES / folder)
            continue
        for sidecar in sorted((PAGES / folder).glob("*.json")):
            if sidecar.name.endswith(".response.json"):
                continue
            page = next(
                (p for ext in (".html", ".txt", ".xml", ".response.json") if (p := sidecar.with_suffix(ext)).exists()),
                None,
            )
            if page is None:
                continue
            side = json.loads(sidecar.read_text(encoding="utf-8"))
            score_page(score, folder, page, side, mode)
            if folder == "provincial_json":
                score_search(score, page, mode)
            elif sidecar.stem in LISTS and mode == POINTED:
                score_list(score, page, side.get("gold"))
    return score


def main() -> int:
    """Print the tables; 1 when a figure is below its limit."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", metavar="FOLDER", help=f"some of {', '.join(FOLDERS)}")
    parser.add_argument("--wrong", action="store_true", help="list every miss")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {DOCUMENT.relative_to(ROOT)}")
    options = parser.parse_args()
    if unknown := sorted(set(options.folders) - set(FOLDERS)):
        parser.error(f"no folder is called {', '.join(unknown)}; there are {', '.join(FOLDERS)}")
    if options.write and options.folders:
        parser.error("--write wants all folders; leave out the names")
    if not PAGES.is_dir():
        print(
            "accuracy: skipped, ../shared/pages is not there; the saved pages and their gold lie beside the repository"
        )
        return 0
    folders = options.folders or FOLDERS
    scores = {mode: measure(folders, mode) for mode in (POINTED, GENERAL)}
    peers = accuracy_peers.compare(PAGES) if accuracy_peers.installed() else accuracy_peers.WITHOUT
    print(markdown(scores), speed(scores[POINTED]), peers, sep="\n\n")
    if options.wrong:
        print(*(f"{mode}: {miss}" for mode, score in scores.items() for miss in score.misses), sep="\n")
    if options.write:
        write(f"{clock.today('UTC')}.\n\n{markdown(scores)}\n\n{peers}\n")
    low = broken(scores)
    print(*(low or ["every figure is at or above what is promised"]), sep="\n")
    return 1 if low else 0


def write(text: str) -> None:
    """Replace what stands between the marks in the document."""
    page = DOCUMENT.read_text(encoding="utf-8")
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        sys.exit(f"accuracy: {DOCUMENT.relative_to(ROOT)} lacks the lines {BEGIN} and {END}; put them back")
    DOCUMENT.write_text(f"{before}{begin}\n{text}{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())

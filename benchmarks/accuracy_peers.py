"""trafilatura and htmldate on the same pages: title, day of publication and body, beside ours.

What belongs here: asking the peers and comparing. What does not: the figures that must hold. Both are made for news
pages of any language, so this compares what is comparable and no more. They are installed by `make accuracy` only.
"""

import datetime as dt
import importlib.util
import json
import logging
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lxml import html

from pipeline.parsers import Unreadable, read_page
from pipeline.parsers.decode import decode
from pipeline.parsers.normal import normal_text, normal_title

FOLDERS: Final = ("seeds", "gov.cn", "guangzhou")
GRAM: Final = 4
WITHOUT: Final = "trafilatura and htmldate are not installed here; `make accuracy` installs them"


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader says of a page."""

    title: str | None
    published: str | None
    body: str


def installed() -> bool:
    return all(importlib.util.find_spec(name) for name in ("trafilatura", "htmldate"))


def by_us(content: bytes, url: str) -> Told:
    record = read_page(content, url=url)
    return Told(record.title, record.published_date.isoformat() if record.published_date else None, record.text)


def by_them(content: bytes, url: str) -> Told:
    """Title and text of trafilatura, the original date of htmldate; both get the decoded text, which helps them."""
    import htmldate  # noqa: PLC0415
    import trafilatura  # noqa: PLC0415

    text = decode(content, None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: Any = trafilatura.bare_extraction(text, url=url or None, with_metadata=True, favor_recall=True)
        published = htmldate.find_date(
            text, original_date=True, url=url or None, max_date=dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
        )
    return Told(found.title if found else None, published, found.text or "" if found else "")


def grams(text: str) -> Counter[str]:
    """The text as short runs of characters, without marks and blanks."""
    plain = normal_title(text)
    return Counter(plain[at : at + GRAM] for at in range(max(len(plain) - GRAM + 1, 0)))


def _body(folder: str, side: dict[str, Any], content: bytes, pages: Path) -> str | None:
    """The body by another hand than a reader's: the text as given, or the element that the sidecar names."""
    if folder == "seeds":
        return (pages / folder / side["text"]).read_text(encoding="utf-8")
    selector = "#UCAP-CONTENT" if folder == "gov.cn" else side.get("body_selector")
    found = html.document_fromstring(decode(content, None)).cssselect(selector) if selector else []
    for noise in found[0].xpath(".//script|.//style") if found else ():
        noise.drop_tree()
    return str(found[0].text_content()) if found else None


class Tally:
    """One reader on one folder."""

    def __init__(self) -> None:
        self.right: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.said: Counter[str] = Counter()
        self.precision: list[float] = []
        self.recall: list[float] = []

    def field(self, name: str, gold: str | None, ours: str | None) -> None:
        """Count a field that gold asserts."""
        if gold:
            self.asked[name] += 1
            self.said[name] += bool(ours)
            self.right[name] += gold == ours

    def body(self, gold: str, ours: str) -> None:
        """Count a body: the share of what is said that belongs to it, and of it that is said."""
        wanted, given = grams(gold), grams(ours)
        shared = (wanted & given).total()
        self.precision.append(100 * shared / given.total() if given else 0.0)
        self.recall.append(100 * shared / wanted.total() if wanted else 100.0)


def compare(pages: Path) -> str:
    """The table: right of asked per folder, and the mean over the pages for the body."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    readers: dict[str, Callable[[bytes, str], Told]] = {"policywatch": by_us, "trafilatura, htmldate": by_them}
    lines = [
        "| folder | reader | title | published | body: precision | body: recall |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for folder in FOLDERS:
        tallies = {name: Tally() for name in readers}
        for sidecar in sorted((pages / folder).glob("*.json")):
            side = json.loads(sidecar.read_text(encoding="utf-8"))
            content = sidecar.with_suffix(".html").read_bytes()
            gold, body = side.get("gold") or {}, _body(folder, side, content, pages)
            for name, read in readers.items():
                _tell(tallies[name], gold, body, _told(read, content, side.get("url") or ""))
        lines += [_line(folder, name, tally) for name, tally in tallies.items()]
    return "\n".join(lines)


def _told(read: Callable[[bytes, str], Told], content: bytes, url: str) -> Told:
    try:
        return read(content, url)
    except Unreadable:
        return Told(None, None, "")


def _tell(tally: Tally, gold: dict[str, Any], body: str | None, told: Told) -> None:
    title = gold.get("title")
    tally.field("title", normal_title(title) if title else None, normal_title(told.title or ""))
    tally.field("published", gold.get("date_published"), told.published)
    if body and normal_text(body):
        tally.body(body, told.body)


def _line(folder: str, name: str, tally: Tally) -> str:
    cells = [folder, name]
    for field in ("title", "published"):
        asked, right, said = tally.asked[field], tally.right[field], tally.said[field]
        cells += [f"{right} of {asked} ({said} said)" if asked else ""]
    cells += [f"{sum(shares) / len(shares):.1f} %" if shares else "" for shares in (tally.precision, tally.recall)]
    return f"| {' | '.join(cells)} |"

"""Checking a source against its portal: a few list pages, a few pages, and what of the YAML is wrong.

What belongs here: the work behind `policywatch source check`. What does not: the trial crawl (`pipeline.trial`), how a
listing is walked (`crawlers`), how a page is read (`pipeline.parsers`), printing (`pipeline.cli_sources`).

The list pages are walked a second time over the answers of the trial crawl, so that every entry is seen although only a
few pages were asked. A fix is what must be mended: it names the key of the YAML. A note is what to look at.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from crawlers import replay
from crawlers.guess.words import CUT
from crawlers.source import Source, load_source
from pipeline import pool, reading, trial
from pipeline.parsers.dates import parse_day
from pipeline.parsers.fields import status_of
from pipeline.parsers.records import PageRecord, plain
from policywatch.home import Home

LISTS: Final = 2
"""List pages that a check asks: the second one proves the paging."""
PAGES: Final = 5
"""Pages that a check asks unless told otherwise."""
FIELD_COLUMNS: Final = ("field", "listed", "read", "filled", "expected", "agree", "listed_example", "example")
ITEM_COLUMNS: Final = ("title", "published_date", "url", "kind")
_EXAMPLE_LENGTH: Final = 40
_LISTED_AS: Final = {"status": "stated_status"}
_FULL_LIST: Final = 10
_MANY: Final = 0.3


@dataclass(frozen=True, slots=True)
class Fix:
    """Something to mend: the key of the YAML, what is wrong with it, what to do."""

    key: str
    problem: str

    def __str__(self) -> str:
        return f"{self.key}: {self.problem}"


@dataclass(slots=True)
class Checked:
    """What a check found.

    `lists`: a row per list page. `items`: a row per entry with what the list says of it and, where its page was asked,
    what kind of page it is or why it could not be read. `fields`: a row per field: the share of entries of which the
    list says it (`listed`), of pages that say it themselves (`read`), of pages that have it in the end (`filled`), and
    on how many the two `agree`. `selectors`: a row per selector of the YAML with how often it found anything.
    """

    source: str
    verdict: str
    lists: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    fields: list[dict[str, Any]] = field(default_factory=list)
    selectors: list[dict[str, Any]] = field(default_factory=list)
    fixes: list[Fix] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The whole of it, for machines."""
        return {
            "source": self.source,
            "verdict": self.verdict,
            "ok": not self.fixes,
            "lists": self.lists,
            "items": self.items,
            "fields": self.fields,
            "selectors": self.selectors,
            "fixes": [{"key": fix.key, "problem": fix.problem} for fix in self.fixes],
            "notes": self.notes,
        }


@dataclass(slots=True)
class Seen:
    """What the trial crawl brought."""

    source: Source
    found: Mapping[str, Any]
    rows: list[Mapping[str, Any]]
    walked: replay.Walked
    records: dict[str, PageRecord]
    rejected: dict[str, pool.Rejection]
    bodies: dict[str, tuple[bytes, str]]
    answers: dict[str, replay.Answered]


def check(name: str, *, pages: int = PAGES) -> Checked:
    """Crawl the first list pages of source `name` and `pages` of its pages; nothing of it is kept.

    Raises:
        UsageError: there is no such source.
        PolicywatchError: the crawl could not run.
    """
    source = load_source(name)
    content = cut_down(source, trial.content_of(name), pages)
    with trial.trial_crawl(source, content, pages=pages) as (home, found):
        folder = home.crawls / name / str(found["crawl_id"])
        tried = Source.model_validate(content)
        seen = look_through(home, tried, found, list(reading.manifest(folder)))
    checked = Checked(name, str(found["verdict"]))
    for part in (_lists, _items, _fields, _list_selectors, _page_selectors, _pages):
        part(seen, checked)
    _verdict(seen, checked)
    return checked


def cut_down(source: Source, content: dict[str, Any], pages: int) -> dict[str, Any]:
    """The content of the YAML, cut down to what a check asks."""
    listing = content["list"]
    if "max_pages" in type(source.list).model_fields:
        listing["max_pages"] = min(LISTS, int(listing.get("max_pages", LISTS)))
    if listing.get("each"):
        listing["each"] = {slot: values[:1] for slot, values in listing["each"].items()}
    if source.list.kind == "pages":
        content["list"] = {"kind": "pages", "urls": list(source.list.urls[:pages])}
    return content


def look_through(home: Home, source: Source, found: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> Seen:
    """Read the pages of the crawl and walk its list pages again, while the archive is there."""
    asked = [row for row in rows if reading.is_readable(row)]
    jobs = [reading.job_of(home, row, {source.name: source}) for row in asked]
    records: dict[str, PageRecord] = {}
    rejected: dict[str, pool.Rejection] = {}
    for row, outcome in zip(asked, pool.read_many(jobs), strict=True):
        if isinstance(outcome, PageRecord):
            records[row["url"]] = outcome
        else:
            rejected[row["url"]] = outcome
    bodies = {job.url: (job.fetch(), job.content_type or "") for job in jobs}
    answers = {}
    for row in rows:
        if row["role"] == "list" and row.get("warc_file") and row["outcome"] in {"new", "changed", "unchanged"}:
            body = reading.job_of(home, row, {}).fetch()
            answer = replay.Answered(body, row.get("content_type") or "", row.get("final_url") or row["url"])
            answers[row.get("key") or row["url"]] = answer
    walked = replay.walk(source, answers.get)
    return Seen(source, found, rows, walked, records, rejected, bodies, answers)


# --- the parts of the report -----------------------------------------------------------------------------------------


def _lists(seen: Seen, checked: Checked) -> None:
    """The list pages, and whether the paging works."""
    if seen.source.list.kind == "pages":
        return
    checked.lists = [{"url": one.url, "items": one.items} for one in seen.walked.lists]
    listing, kind = seen.source.list, seen.source.list.kind
    stats = seen.walked.stats
    left_out = stats["items_of_other_shape"]
    total = len(seen.walked.entries) + left_out
    without = stats["items_without_link"] + stats["rows_without_url"]
    if left_out and left_out > _MANY * total:
        example = _left_out(seen)
        checked.notes.append(f"list.page_url leaves out {left_out} of {total} entries{example}")
    if without and without > len(seen.walked.entries):
        checked.notes.append(f"list.item selects {without} elements without a link, more than with one")
    if kind != "html" or not seen.walked.entries:
        return
    paged = getattr(listing, "next", None) or getattr(listing, "next_link", None)
    key = "list.next" if getattr(listing, "next", None) else "list.next_link"
    missing = next((row for row in seen.rows if row["role"] == "list" and row["outcome"] == "missing"), None)
    if paged and missing is not None:
        what = f"the second page, {missing['url']}, is not there (404)"
        checked.fixes.append(Fix(key, f"{what}; correct it, or take it out where the list has one page"))
    elif paged and getattr(listing, "max_pages", LISTS) >= LISTS and len(seen.walked.lists) < LISTS:
        if not getattr(listing, "pages_from", None):
            what = "the second page has no entries, or the same as the first"
            checked.fixes.append(Fix(key, f"{what}; correct it, or take it out where the list has one page"))
    elif not paged and seen.walked.lists and seen.walked.lists[0].items >= _FULL_LIST:
        checked.notes.append("only the first list page is read: say with list.next where it goes on")


def _left_out(seen: Seen) -> str:
    """An entry that page_url leaves out, as words to append; '' where none can be shown."""
    listing = seen.source.list
    if not getattr(listing, "page_url", None):
        return ""
    wide = seen.source.model_copy(update={"list": listing.model_copy(update={"page_url": None})})
    kept = {entry.url for entry in seen.walked.entries}
    first = next((entry.url for entry in replay.walk(wide, seen.answers.get).entries if entry.url not in kept), None)
    return f", like {first}" if first else ""


def _items(seen: Seen, checked: Checked) -> None:
    """The entries in the list's order, with what came of those that were asked."""
    outcomes = {row["url"]: row for row in seen.rows if row["role"] == "page"}
    for entry in {entry.url: entry for entry in seen.walked.entries}.values():
        row = outcomes.get(entry.url)
        record, rejection = seen.records.get(entry.url), seen.rejected.get(entry.url)
        kind = record.kind if record else f"unreadable: {rejection.reason}" if rejection else None
        if kind is None and row is not None:
            kind = row.get("error") or row["outcome"]
        checked.items.append({"url": entry.url, **entry.said, "has_text": entry.has_text, "kind": kind})


def _fields(seen: Seen, checked: Checked) -> None:
    """How often each field is filled, by the list and by the pages, and where the two disagree."""
    policies = {url: record for url, record in seen.records.items() if reading.counts(seen.source, record.kind)}
    entries = {entry.url: entry.said for entry in seen.walked.entries}
    declared = {*getattr(seen.source.list, "fields", {}), *(name for said in entries.values() for name in said)}
    by_list = {_LISTED_AS.get(name, name): name for name in declared if name not in _NOT_FIELDS and name[-4:] != "_raw"}
    for name in dict.fromkeys((*trial.FIELDS, *by_list)):
        said = {url: value for url, values in entries.items() if (value := values.get(by_list.get(name, "")))}
        whole = {url: value for url, record in policies.items() if not _blank(value := getattr(record, name, None))}
        own = {url: value for url, value in whole.items() if not _from_list(policies[url], name)}
        both = [_agree(name, said[url], own[url]) for url in own if url in said] if name in _COMPARED else []
        row = {
            "field": name,
            "listed": _share(len(said), len(entries)) if name in by_list else None,
            "read": _share(len(own), len(policies)),
            "filled": _share(len(whole), len(policies)),
            "expected": seen.source.expect.filled.get(name),
            "agree": f"{sum(both)} of {len(both)}" if both else None,
            "listed_example": _example(list(said.values())),
            "example": _example(list(whole.values())),
        }
        checked.fields.append(row)
        if not all(both):
            checked.notes.append(f"{name}: list and page disagree on {len(both) - sum(both)} of {len(both)} pages")
        if row["filled"] is not None and row["filled"] < (row["expected"] or 0):
            what = f"{row['filled']:.0%} of the pages have it, not {row['expected']:.0%}"
            key = f"page.{_HINT_OF.get(name, 'metadata')}"
            checked.fixes.append(Fix(f"expect.filled.{name}", f"{what}; point {key} at it, or correct the share"))


_NOT_FIELDS: Final = frozenset({"url", "kind"})
_COMPARED: Final = frozenset({"title", "number", "signed_date", "published_date", "effective_date", "stated_status"})
_HINT_OF: Final = {"title": "title", "text": "body", "clauses": "body"}


def _blank(value: Any) -> bool:  # noqa: ANN401 - a record's field
    return value in (None, (), "")


def _from_list(record: PageRecord, name: str) -> bool:
    evidence = record.evidence.get(name)
    return evidence is not None and evidence.where == "list"


def _agree(name: str, said: str, read: Any) -> bool:  # noqa: ANN401 - a record's field
    if name.endswith("_date"):
        return bool(parse_day(said) == read)
    if name == "stated_status":
        return bool(status_of(said) == read)
    listed = _squeezed(CUT.sub("", said))
    own = _squeezed(str(read))
    return listed in own or own in listed


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def _example(values: Sequence[Any]) -> str | None:
    if not values:
        return None
    first = values[0]
    if isinstance(first, tuple):
        first = f"{len(first)} of them" if hasattr(first[0], "path") else "；".join(map(str, first))
    return (str(plain(first)).strip().splitlines() or [""])[0][:_EXAMPLE_LENGTH]


def _list_selectors(seen: Seen, checked: Checked) -> None:
    """Every field that the YAML declares for a list, and whether it ever finds anything."""
    if not seen.walked.entries:
        return
    count = len(seen.walked.entries)
    for name, spec in getattr(seen.source.list, "fields", {}).items():
        hits = count if name == "url" else sum(bool(entry.said.get(str(name))) for entry in seen.walked.entries)
        key = f"list.fields.{name}"
        checked.selectors.append({"key": key, "selector": spec, "found": hits, "of": count})
        if not hits:
            checked.fixes.append(
                Fix(key, f"'{spec}' finds nothing in any of the {count} entries; correct it or take it out")
            )
        elif hits < count / 2:
            checked.notes.append(f"{key}: '{spec}' finds something in {hits} of {count} entries only")


def _page_selectors(seen: Seen, checked: Checked) -> None:
    """Every selector of `page:`, and on how many of the pages it finds anything."""
    hints = {name: spec for name, spec in seen.source.page.model_dump().items() if isinstance(spec, str)}
    pages = {url: body for url, body in seen.bodies.items() if url in seen.records}
    if not hints or not pages:
        return
    from crawlers.selectors import compile_selector  # noqa: PLC0415 - lxml loads only where it is used
    from crawlers.spiders.items import parse_html  # noqa: PLC0415
    from crawlers.spiders.text import decoded  # noqa: PLC0415

    trees = [
        tree for body, content_type in pages.values() if (tree := parse_html(decoded(body, content_type))) is not None
    ]
    for name, spec in hints.items():
        hits = sum(bool(compile_selector(spec)(tree)) for tree in trees)
        key = f"page.{name}"
        checked.selectors.append({"key": key, "selector": spec, "found": hits, "of": len(trees)})
        if trees and not hits and name != "attachments":  # most documents have none
            checked.fixes.append(
                Fix(key, f"'{spec}' finds nothing on any of {len(trees)} pages; correct it or take it out")
            )
        elif hits < len(trees):
            checked.notes.append(f"{key}: '{spec}' finds nothing on {len(trees) - hits} of {len(trees)} pages")


def _pages(seen: Seen, checked: Checked) -> None:
    """Pages that could not be asked or read, and what they turned out to be."""
    asked = [row for row in seen.rows if row["role"] == "page"]
    kinds = Counter(record.kind for record in seen.records.values())
    if asked and not any(reading.counts(seen.source, kind) for kind in kinds):
        what = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common()) or "none could be read"
        fix = "look whether the right section is listed, or let page_url pass policies only"
        checked.fixes.append(Fix("list.page_url", f"no page was read as what the source is for ({what}); {fix}"))
    elif not all(reading.counts(seen.source, kind) for kind in kinds):
        counted = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        checked.notes.append(f"kinds of page: {counted}")
    if asked and len(seen.rejected) > seen.source.expect.rejected * len(asked):
        url, rejection = next(iter(seen.rejected.items()))
        what = f"{len(seen.rejected)} of {len(asked)} pages cannot be read, like {url}: {rejection.detail}"
        checked.fixes.append(Fix("page.body", f"{what}; point it at the document's text"))
    hosts = Counter(
        urlsplit(row["url"]).hostname for row in asked if (row.get("error") or "").startswith("not asked: host ")
    )
    for host, count in hosts.most_common(3):
        text = f"{count} entries lead to {host}, which is not asked; add it if it is the portal's own"
        if count > _MANY * len(asked):
            checked.fixes.append(Fix("hosts", text))
        else:
            checked.notes.append(f"hosts: {text}")
    for warning in sorted({warning for record in seen.records.values() for warning in record.warnings})[:5]:
        checked.notes.append(f"the reader says: {warning}")


def _verdict(seen: Seen, checked: Checked) -> None:
    """What the crawl itself has against the source, by the key that it names; first of all an empty list."""
    if not seen.walked.entries and seen.source.list.kind != "pages":
        checked.fixes.insert(0, Fix(*_empty(seen)))
        return
    if checked.verdict == "good":
        return
    known = " ".join(str(fix) for fix in checked.fixes)
    for reason in seen.found["reasons"]:
        named = re.search(r"\b((?:list|expect|page|politeness)\.\w+(?:\.\w+)*)", reason)
        if reason not in known:
            checked.fixes.append(Fix(named[1] if named else "the portal", reason))
    if not seen.found["reasons"] and not checked.fixes:
        checked.fixes.append(Fix("the portal", f"the crawl was {checked.verdict}"))


def _empty(seen: Seen) -> tuple[str, str]:
    """Why nothing was listed: the key and the words."""
    stats, listing = seen.walked.stats, seen.source.list
    start = "list.start" if hasattr(listing, "start") else "list.url"
    answered = any(row["role"] == "list" and row["outcome"] == "new" for row in seen.rows)
    if not answered:
        said = next((row.get("error") for row in seen.rows if row["role"] == "list" and row.get("error")), None)
        reason = "; ".join(seen.found["reasons"])
        return start, f"no list page came: {reason or said or 'no answer'}"
    if seen.walked.trouble:
        named = re.search(r"\b(list\.\w+)", seen.walked.trouble)
        return (named[1] if named else start), seen.walked.trouble
    if stats["items_of_other_shape"]:
        pattern = getattr(listing, "page_url", "")
        return "list.page_url", f"none of {stats['items_of_other_shape']} addresses fits '{pattern}'; correct it"
    without = stats["items_without_link"] + stats["rows_without_url"]
    if without:
        spec = getattr(listing, "fields", {}).get("url", "a@href")
        return "list.fields.url", f"'{spec}' finds no address in any of {without} items; correct it"
    selector = getattr(listing, "item", None) or getattr(listing, "rows", None)
    key = "list.item" if getattr(listing, "item", None) else "list.rows" if selector else start
    what = f"'{selector}' selects nothing" if selector else "nothing is listed"
    return (
        key,
        f"{what} on {seen.walked.lists[0].url if seen.walked.lists else 'the list page'}; look at the page's source",
    )

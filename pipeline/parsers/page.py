"""Reading one page: bytes in, record out. Pure: no network, no clock, no database.

What belongs here: the order of the steps. What does not: the steps.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from lxml import etree

from pipeline.parsers import dom, kind, listing
from pipeline.parsers.box import Box, read_box, read_scripts
from pipeline.parsers.characters import clean, script_of, simplify
from pipeline.parsers.citations import read_citations
from pipeline.parsers.clauses import read_clauses
from pipeline.parsers.dates import find_days, parse_day
from pipeline.parsers.decode import MAX_BYTES, decode
from pipeline.parsers.fields import (
    Fields,
    box_effects,
    interval,
    page_title,
    set_days,
    set_issuers,
    set_number,
    set_publisher,
    set_status,
    set_titles,
)
from pipeline.parsers.force import Days, read_force
from pipeline.parsers.normal import fold, normal_text, normal_title
from pipeline.parsers.provisions import targets_of
from pipeline.parsers.records import Attachment, Clause, Hints, Kind, Listed, PageRecord, Unreadable
from pipeline.parsers.structure import Document, read_structure, trim
from pipeline.parsers.vocabulary import FILE_TYPES

PARSER_VERSION: Final = "1"
"""Raised with every change that can make the same bytes read differently."""
_FILE: Final = re.compile(rf"\.(?:{'|'.join(FILE_TYPES)})$", re.IGNORECASE)
_TAG: Final = re.compile(r"<[a-zA-Z!/?]")
_PARAGRAPH: Final = re.compile(r"[。：:；;]$|。")
_HEADINGS: Final = frozenset({"h1", "h2", "ucaptitle"})
_CRUMB: Final = re.compile(r"当前位置|您所在|首页\s?[>»]|^首页|位置[:：]|^Home\s?[>»/|]|>>|[>»].{1,30}[>»]", re.IGNORECASE)
_NEARBY: Final = 14
_SOURCED: Final = re.compile(r"来源|稿源|作者|\bSource\b", re.IGNORECASE)


@dataclass(slots=True)
class _Source:
    """What both ways of reading (markup, plain text) bring to the common part."""

    url: str
    lines: list[dom.Line]
    start: int
    end: int
    box: Box
    metas: dict[str, str] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    window: str = ""
    script: str | None = None
    attachments: tuple[Attachment, ...] = ()
    images: int = 0
    markup: int = 0
    listing: bool = False
    warnings: list[str] = field(default_factory=list)


def read_page(
    content: bytes | str,
    *,
    url: str,
    content_type: str | None = None,
    hints: Hints | None = None,
    listed: Listed | None = None,
    authority: str | None = None,
) -> PageRecord:
    """Read one archived page.

    Args:
        content: The payload as received, or text already decoded.
        url: Its address; relative links are resolved against it. Nothing is read off its host but .gov or not.
        content_type: The Content-Type header, for the character set.
        hints: The source's CSS selectors; one that finds nothing is a warning.
        listed: What the listing said; used where the page is silent, with evidence `list`.
        authority: The source's `issuer`, `portal`, `media` or `repost`.

    Returns:
        The record. Missing is None or an empty tuple.

    Raises:
        Unreadable: it is no page that can be read; `reason` is one of `records.REJECTIONS`.
    """
    text = decode(content, content_type) if isinstance(content, bytes) else content
    if not text.strip():
        raise Unreadable("empty", "the answer has no content; fetch the page again")
    if len(text) > MAX_BYTES:
        raise Unreadable("too_large", f"{len(text):,} characters; pages over {MAX_BYTES:,} are not read")
    titles = listing.structured_titles(text)
    if titles is not None:
        return _list_record(url, titles)
    if not _TAG.search(text):
        raise Unreadable("not_html", "no markup in it; plain text is read with read_text")
    _check_whole(text)
    source = _read_markup(text, url, hints or Hints())
    return _read(source, listed, authority)


def read_text(
    text: str, *, url: str, listed: Listed | None = None, authority: str | None = None, title: str | None = None
) -> PageRecord:
    """Read the plain text of a page or of a file (PDF, DOC): the same labels, clauses and phrases, a line a paragraph.

    Raises:
        Unreadable: empty or too_large, or a challenge or error in words.
    """
    if not text.strip():
        raise Unreadable("empty", "the text has no content")
    if len(text) > MAX_BYTES:
        raise Unreadable("too_large", f"{len(text):,} characters; texts over {MAX_BYTES:,} are not read")
    script = script_of(text)
    if script == "Hant":
        text = simplify(text)
    lines = [dom.Line(cleaned, "text", 0) for raw in text.splitlines() if (cleaned := clean(raw))]
    top = next((i for i, line in enumerate(lines[:80]) if i and len(line.text) > 60 and _PARAGRAPH.search(line.text)), min(len(lines), 40))  # noqa: PLR2004
    box = read_box(lines, top, min(top + 1, len(lines)))
    start = max((line + 1 for line in box.used if line <= top), default=0)
    first = [title] if title else [lines[0].text]
    return _read(_Source(url, lines, start, len(lines), box, headings=first, script=script, markup=len(text)), listed, authority)


def _check_whole(text: str) -> None:
    """Raise where the page stops in its middle: half a text must not pass for an edit.

    Raises:
        Unreadable: truncated.
    """
    low = text.lower()
    if "</html" in low or "</body" in low:
        return
    cut_in_tag = low.rfind("<") > low.rfind(">")
    opened = low.count("<div") + low.count("<table") - low.count("</div") - low.count("</table")
    if cut_in_tag or (opened > 0 and ("<body" in low or "<html" in low)) or opened > 2:  # noqa: PLR2004 - fragments are sloppy
        raise Unreadable("truncated", "the page stops before its end; fetch it again")


def _read_markup(text: str, url: str, hints: Hints) -> _Source:
    tree = dom.parse(text)
    chosen = {name: _select(tree, getattr(hints, name)) for name in ("title", "metadata", "body", "attachments")}
    marked = frozenset(element for elements in chosen.values() for element in elements)
    page = dom.walk(tree, url, marked)
    script = script_of("".join(line.text for line in page.lines[:600]))
    if script == "Hant":
        _simplify(page)
    warnings = [
        f"selector for {name} finds nothing: {selector}"
        for name in chosen
        if (selector := getattr(hints, name)) and not chosen[name]
    ]
    start, end = _span(page, chosen["body"]) or dom.main_range(page)
    box = _read_hinted_box(page, chosen["metadata"], start, end)
    read_scripts(page.scripts, box)
    hinted = [clean("".join(element.itertext())) for element in chosen["title"][:1]]
    if script == "Hant":
        hinted = [simplify(title) for title in hinted]
    return _Source(
        url, page.lines, start, end, box, page.metas, [*hinted, *_page_headings(page, start, end)], page.title, script,
        _attachments(page, start, end, chosen["attachments"]), sum(start <= line <= end for line in page.images), len(text),
        listing.is_listing(page, start, end) or listing.is_index(page, start, end), warnings,
    )  # fmt: skip


def _select(tree: Any, selector: str | None) -> list[Any]:  # noqa: ANN401
    if not selector:
        return []
    try:
        return list(tree.cssselect(selector))
    except (etree.LxmlError, ValueError, SyntaxError):
        return []


def _span(page: dom.Page, elements: list[Any]) -> tuple[int, int] | None:
    spans = [page.spans[id(element)] for element in elements if id(element) in page.spans]
    return max(spans, key=lambda span: span[1] - span[0]) if spans else None


def _read_hinted_box(page: dom.Page, elements: list[Any], start: int, end: int) -> Box:
    box = Box()
    for element in elements:
        if span := page.spans.get(id(element)):
            part = read_box(page.lines[: span[1]], span[1], span[1]) if span[0] < start else read_box(page.lines, span[1], span[1])
            for name, found in part.values.items():
                box.values.setdefault(name, found)
            box.blank |= part.blank
            box.used |= part.used
    general = read_box(page.lines, start, end)
    for name, found in general.values.items():
        box.values.setdefault(name, found)
    box.used |= general.used
    box.blank = (box.blank | general.blank) - set(box.values)
    return box


def _simplify(page: dom.Page) -> None:
    """Every printed word of a traditional page in simplified characters, in one go."""
    texts = [line.text for line in page.lines] + [link.text for link in page.links] + list(page.metas.values()) + [page.title]
    converted = simplify("\n".join(text.replace("\n", " ") for text in texts)).split("\n")
    for line, text in zip(page.lines, converted, strict=False):
        line.text = text
    rest = converted[len(page.lines) :]
    for link, text in zip(page.links, rest, strict=False):
        link.text = text
    page.metas = dict(zip(page.metas, rest[len(page.links) :], strict=False))
    page.title = converted[-1]


def _page_headings(page: dom.Page, start: int, end: int) -> list[str]:
    """Headings above and in the text that are no crumbs."""
    found = [
        line.text
        for index, line in enumerate(page.lines[:end])
        if line.tag in _HEADINGS and len(line.text) > 4 and not _CRUMB.search(line.text) and line.links < len(line.text)  # noqa: PLR2004
        and index >= start - 40
    ]  # fmt: skip
    named = [line.text for line in page.lines[max(0, start - _NEARBY) : start + 1] if line.text and page.title.startswith(line.text) and len(line.text) > 6]  # noqa: PLR2004
    return found[:1] or named[:1] or _bold_above(page, start)


def _bold_above(page: dom.Page, start: int) -> list[str]:
    """A line of title length right above the text, where nothing is marked as heading."""
    for line in reversed(page.lines[max(0, start - 4) : start]):
        if 10 < len(line.text) < 320 and not line.links and not parse_day(line.text) and not _CRUMB.search(line.text):  # noqa: PLR2004
            return [line.text]
    return []


def _attachments(page: dom.Page, start: int, end: int, hinted: list[Any]) -> tuple[Attachment, ...]:
    spans = [page.spans[id(element)] for element in hinted if id(element) in page.spans]
    found: dict[str, Attachment] = {}
    for link in page.links:
        if not link.url:
            continue
        try:
            name = unquote(urlsplit(link.url).path).rsplit("/", 1)[-1]
        except ValueError:
            continue
        inside = start <= link.line <= end or any(a <= link.line < b for a, b in spans)
        near = end < link.line < end + _NEARBY
        if _FILE.search(name) and (inside or near) and not name.lower().endswith((".jpg", ".jpeg", ".txt")):
            found.setdefault(link.url, Attachment(link.text or name, link.url))
    return tuple(found.values())


def _rows(lines: list[dom.Line]) -> list[dom.Line]:
    """Rows of tables as one line each, cells parted by ` | `; a row of one cell is ordinary lines."""
    out: list[dom.Line] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        stop = index + 1
        while line.row and stop < len(lines) and lines[stop].row == line.row:
            stop += 1
        cells: dict[int, list[str]] = {}
        for other in lines[index:stop]:
            cells.setdefault(other.cell, []).append(other.text)
        if len(cells) > 1:
            out.append(dom.Line(" | ".join(" ".join(parts) for parts in cells.values()), "tr", line.box, line.row, line.cell))
        else:
            out.extend(lines[index:stop])
        index = stop
    return out


def _read(source: _Source, listed: Listed | None, authority: str | None) -> PageRecord:
    """The part that markup and plain text have in common."""
    fields = Fields(warnings=list(source.warnings))
    title, where = page_title(source.box, source.metas, source.headings, source.window, listed)
    body = trim(source.lines[source.start : source.end], title, source.box.used, source.start)
    document = read_structure(_rows(body), title)
    lines = document.lines
    text = "\n".join(line.text for line in lines)
    if not source.images and not source.attachments:
        kind.reject(title or "", text, source.markup)
    set_titles(fields, document, title, where)
    set_number(fields, source.box, document, title or "", listed)
    head = " ".join(line.text for line in source.lines[: min(source.start + 2, 8)])
    what: Kind = "listing" if source.listing and not fields.number else kind.kind_of(_signs(source, fields, document, text, head, listed, authority))
    set_days(fields, source.box, document, source.metas, listed, _day_beside(source, title))
    set_status(fields, source.box, listed)
    set_publisher(fields, source.box, source.metas, what, head, text)
    if not text.strip():
        fields.warnings.append("attachment only: the text is in a file" if source.attachments else "image only: the text is in pictures" if source.images else "no text")
    return _record(source, fields, document, what, listed, authority)


def _signs(
    source: _Source, fields: Fields, document: Document, text: str, head: str, listed: Listed | None, authority: str | None
) -> kind.Signs:
    metas = source.metas
    columns = tuple(metas[name] for name in ("columntype", "columnname", "lanmu") if metas.get(name))
    return kind.Signs(
        title=fields.title or "", text=text, columns=columns, number=fields.number is not None, box_labels=source.box.labels,
        signature=bool(document.signatories), addressee=document.addressee >= 0,
        source=source.box.get("source") or metas.get("contentsource") or metas.get("source"), head=head,
        host=urlsplit(source.url).netloc if "://" in source.url else "", authority=authority,
        listed=listed.kind if listed else None,
    )  # fmt: skip


def _day_beside(source: _Source, title: str | None) -> str | None:
    """A day that stands between the title and the text, alone or before the name of the source."""
    wanted = normal_title(title or "")
    first = max(0, source.start - _NEARBY)
    for index in range(source.start - 1, first - 1, -1):
        line = source.lines[index]
        days = find_days(line.text) if len(line.text) < 80 and not line.links else []  # noqa: PLR2004
        boxed = index in source.box.used and not _SOURCED.search(line.text)
        if days and not boxed:
            return line.text[days[0][1] : days[0][2]]
        if wanted and normal_title(line.text) == wanted:
            break
    return None


def _record(
    source: _Source, fields: Fields, document: Document, what: Kind, listed: Listed | None, authority: str | None
) -> PageRecord:
    lines = document.lines
    is_policy = what == "policy"
    clauses: tuple[Clause, ...] = ()
    if is_policy:
        set_issuers(fields, source.box, document, listed, authority)
        clauses = read_clauses(document)
    else:
        fields.number = fields.number_raw = fields.instrument_title = None
        fields.days.pop("signed", None)
        if fields.publisher and what in {"news", "press_conference", "repost"}:
            fields.issuers = (fields.publisher,)
        if what in {"interpretation", "guide", "news", "press_conference"}:
            clauses = read_clauses(document)
    effects = box_effects(fields) if is_policy else []
    titles = tuple(filter(None, (fields.title, fields.instrument_title)))
    stop = document.annexes[0] if document.annexes else len(lines)
    proper = [line.text for line in lines[document.text_start : stop]]
    if is_policy:
        effects.extend(read_force(proper, titles, _days(fields, document)))
    start, end, effects = interval(effects, fields)
    citations = read_citations(
        [line.text for line in lines[document.text_start :]], titles=titles, number=fields.number, start=start, kind=what
    )
    text = "\n".join(line.text for line in lines)
    named = next((e for e in effects if e.rule == "effective_on_date"), None)
    effective = fields.days.get("effective") or ((named.date, named.quote) if named and named.date else None)
    if effective and "effective_date" not in fields.evidence and named:
        fields.evidence["effective_date"] = _evidence(named.where, named.quote)
    record = PageRecord(
        url=source.url, kind=what, parser_version=PARSER_VERSION, reading_hash="", title=fields.title,
        instrument_title=fields.instrument_title, number=fields.number, number_raw=fields.number_raw, issuers=fields.issuers,
        issuers_raw=fields.issuers_raw, joint_issuers=fields.joint_issuers,
        signatories=document.signatories if is_policy else (), publisher=fields.publisher,
        topic=_one_line(source.box.get("topic") or (listed.topic if listed else None)), index_number=source.box.get("index"),
        signed_date=_day(fields, "signed"), signed_date_raw=_raw(fields, "signed"),
        published_date=_day(fields, "published"), published_date_raw=_raw(fields, "published"),
        effective_date=effective[0] if effective and is_policy else None, effective_date_raw=effective[1] if effective and is_policy else None,
        repealed_date=_day(fields, "repealed"), repealed_date_raw=_raw(fields, "repealed"),
        stated_status=fields.stated_status, status_raw=fields.status_raw, in_force_from=start, in_force_to=end,
        effect=tuple(effects), clauses=clauses, citations=citations, attachments=source.attachments,
        language={"Hans": "zh", "Hant": "zh", "Latn": "en"}.get(source.script or ""), script=source.script,
        text=normal_text(text), targets=targets_of(text) if is_policy else (), warnings=tuple(fields.warnings), evidence=fields.evidence,
    )  # fmt: skip
    return _with_hash(record)


def _days(fields: Fields, document: Document) -> Days:
    """The days that 印发之日 and 公布之日 mean: a printed 印发 day, else the signed one; the published, else the signed."""
    signed = fields.days.get("signed")
    printed = fields.days.get("printed")
    published = fields.days.get("published")
    issued = printed[0] if printed else document.printed or (signed[0] if signed else None)
    return Days(issued, published[0] if published else signed[0] if signed else None)


def _evidence(where: str, quote: str) -> Any:  # noqa: ANN401 - Evidence, kept out of this module's long import
    from pipeline.parsers.records import Evidence  # noqa: PLC0415

    return Evidence(where, quote)


def _day(fields: Fields, name: str) -> Any:  # noqa: ANN401
    return fields.days[name][0] if name in fields.days else None


def _raw(fields: Fields, name: str) -> str | None:
    return fields.days[name][1] if name in fields.days else None


def _one_line(text: str | None) -> str | None:
    return clean(text.replace("\n", " ")) if text else None


def _list_record(url: str, titles: list[str]) -> PageRecord:
    text = "\n".join(titles)
    record = PageRecord(
        url=url, kind="listing", parser_version=PARSER_VERSION, reading_hash="", text=normal_text(text),
        script=script_of(text), language="zh" if script_of(text) in {"Hans", "Hant"} else None,
    )  # fmt: skip
    return _with_hash(record)


def _with_hash(record: PageRecord) -> PageRecord:
    """The record with its digest: over meaning only, so that noise and character form do not change it."""
    from dataclasses import replace  # noqa: PLC0415

    days = (record.signed_date, record.published_date, record.effective_date, record.repealed_date, record.in_force_from, record.in_force_to)
    printed = [
        record.title or "", record.instrument_title or "", record.topic or "", *record.issuers, *record.signatories,
        *(item.title for item in record.attachments), *(clause.path for clause in record.clauses),
    ]  # fmt: skip
    values = [
        record.kind, record.number, record.stated_status, *(day.isoformat() if day else "" for day in days),
        fold("\n".join(text.replace("\n", " ") or "-" for text in printed)), fold(record.text),
    ]  # fmt: skip
    digest = hashlib.sha256(json.dumps(values, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()
    return replace(record, reading_hash=digest)

"""Reading one page: bytes in, record out. Pure: no network, no clock, no database.

What belongs here: the order of the steps. What does not: the steps.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from pipeline.parsers import documents, dom, embedded, kind, listing
from pipeline.parsers.attached import IN_FILE
from pipeline.parsers.attribution import set_issuers, set_publisher
from pipeline.parsers.box import besides, read_box
from pipeline.parsers.characters import clean, script_of, simplify
from pipeline.parsers.dates import find_days
from pipeline.parsers.decode import MAX_BYTES, decoded
from pipeline.parsers.fields import Fields, Given, page_title, set_days, set_number, set_status, set_titles
from pipeline.parsers.headings import NEARBY
from pipeline.parsers.joined import separate
from pipeline.parsers.markup import Source, check_whole, read_markup
from pipeline.parsers.normal import normal_title
from pipeline.parsers.numbers import find_numbers
from pipeline.parsers.prepared import Prepared, cut, fingerprint
from pipeline.parsers.record import PARSER_VERSION, build, listing_record
from pipeline.parsers.records import Hints, Kind, Listed, PageRecord, Unreadable
from pipeline.parsers.structure import read_structure, title_like, trim
from pipeline.parsers.vocabulary import PLAIN_STATUS, TAIL_WORDS

__all__ = ["PARSER_VERSION", "prepare_page", "read_page", "read_text"]

_TAG: Final = re.compile(r"<[a-zA-Z!/?]")
_SENTENCE_END: Final = re.compile(r"[。：:；;]$|。")
_SOURCED: Final = re.compile(r"来源|稿源|作者|\bSource\b", re.IGNORECASE)
_UPDATED: Final = re.compile(r"(?:更新|打印|今天是?|当前|现在是?|访问|Updated)(?:时间|日期)?\s?[:：]?\s?$")
"""What stands before a day that is not the day of publication."""
_LABEL_ZONE: Final = 80
_PARAGRAPH: Final = 60
_EXTENSION: Final = re.compile(r"\.[A-Za-z]{2,5}$")
_SHORT_TITLE: Final = 5
_WAY: Final = re.compile(r"首页\s?(?:[>›»＞]+\s?[\u4e00-\u9fff]{2,12}\s?){1,6}")
_INDENT: Final = re.compile(r"[\u2002\u2003\u3000]{2,}")
# Days and numbers that a page set in pieces, each saved on a line of its own: 2025 / 年 / 6 / 月 and 〔 / 2015 / 〕.
_BROKEN: Final = re.compile(
    r"(?<=[〔\[（(年月第])\n(?=\d{1,4}\n?[〕\])）年月日号])|(?<=[〕\]])\n(?=\d{1,5}\n?号)"
    r"|(?<=\d)\n(?=[〕年月日号](?:[\n）)，,。；、》\d]|$))"
)
_JOINED: Final = 200
_AROUND_TITLE: Final = 40
"""Characters that a heading may have around the title that a list gives: its issuer, its number."""
_MAX_CELL: Final = 12
_VIEWER: Final = re.compile(
    r"不支持.{0,20}(?:预览|PDF|浏览)|在线(?:预览|浏览)|点击(?:此处|这里)?下载|下载附件|附件下载", re.IGNORECASE
)
"""What stands where a file is shown in the page."""
_DATED: Final = re.compile(r"[^。，；]{0,30}(?:首页|时间|日期|来源)\s?[:：]?[^。，；]{0,40}")


def read_page(  # noqa: PLR0913 - the contract: all but `content` and `url` are optional and by name
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
        content: The payload as received (a page, or a file as `documents` knows it), or text already decoded.
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
    source = _markup_of(content, url, content_type, hints, listed, authority)
    return source if isinstance(source, PageRecord) else _read(source, listed or Listed(), authority)


def prepare_page(  # noqa: PLR0913 - as `read_page`
    content: bytes,
    *,
    url: str,
    content_type: str | None = None,
    hints: Hints | None = None,
    listed: Listed | None = None,
    authority: str | None = None,
) -> Prepared:
    """The first half of `read_page`, for who may not need the second.

    Raises:
        Unreadable: as `read_page`.
    """
    source = _markup_of(content, url, content_type, hints, listed, authority)
    if isinstance(source, PageRecord):
        record = source
        return Prepared(lambda: record)
    said = listed or Listed()
    return Prepared(lambda: _read(source, said, authority), fingerprint(source, said, authority))


def _markup_of(  # noqa: PLR0913, PLR0917 - as `read_page`
    content: bytes | str,
    url: str,
    content_type: str | None,
    hints: Hints | None,
    listed: Listed | None,
    authority: str | None,
) -> Source | PageRecord:
    """What the markup holds, cut behind the text; the record itself where it is a file, or a list in a script."""
    if isinstance(content, bytes) and documents.format_of(content):
        return _read_document(content, url, listed or Listed(), authority)
    text, raw = decoded(content, content_type) if isinstance(content, bytes) else (content, _encoded(content))
    _check_size(text)
    if composed := embedded.page_of_answer(text):
        text, raw = composed, _encoded(composed)
    titles = listing.structured_titles(text)
    if titles is not None:
        return listing_record(url, titles)
    if not _TAG.search(text):
        raise Unreadable("not_html", "no markup in it; plain text is read with read_text")
    check_whole(text, raw)
    source = read_markup(raw, url, hints or Hints())
    if _is_bare(source) and (composed := embedded.page_of_scripts(text)):
        source, text = read_markup(_encoded(composed), url, Hints()), composed
    source.markup = min(len(text), kind.MOST_MARKUP)
    cut(source)
    return source


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def read_text(
    text: str, *, url: str, listed: Listed | None = None, authority: str | None = None, title: str | None = None
) -> PageRecord:
    """Read the plain text of a page or of a file (PDF, DOC): the same labels, clauses and phrases, a line a paragraph.

    Raises:
        Unreadable: empty or too_large, or a challenge or error in words.
    """
    _check_size(text)
    script = script_of(text)
    if script == "Hant":
        text = simplify(text)
    lines = [dom.Line(cleaned, "text", 0) for raw in _paragraphs(text) if (cleaned := clean(raw))]
    if not lines:
        raise Unreadable("empty", "the text has no content")
    top = _first_paragraph(lines)
    box = read_box(lines, top, min(top + 1, len(lines)))
    start = max((line + 1 for line in box.used if line <= top), default=0)
    headings = [title] if title else _first_heading(lines[0].text, listed)
    source = Source(url, lines, start, len(lines), box, headings=headings, script=script)
    source.markup = len(text)
    return _read(source, listed or Listed(), authority)


def _first_heading(first: str, listed: Listed | None) -> list[str]:
    """The first line as the heading, unless the list names another: texts in answers often begin with the body."""
    named = normal_title((listed.title or "").rstrip(".…·")) if listed else ""
    if not named:
        return [first]
    own = normal_title(first)
    return [first] if own and named in own and len(own) <= len(named) + _AROUND_TITLE else []


def _paragraphs(text: str) -> Iterator[str]:
    """The lines of a text; one that was put together from many, as search answers hold them, is cut at its indents."""
    for line in _BROKEN.sub("", text.replace("\r\n", "\n")).splitlines():
        yield from _INDENT.split(line) if len(line) > _JOINED else (line,)


def _read_document(content: bytes, url: str, listed: Listed, authority: str | None) -> PageRecord:
    """Read a page that is a file: its text, under its own heading or else the title that the list gives it."""
    found = documents.document_text(content)
    title = found.title or listed.title or found.first
    record = read_text(found.text, url=url, listed=listed, authority=authority, title=title)
    return replace(record, warnings=(*found.warnings, *record.warnings))


def _is_bare(source: Source) -> bool:
    """Whether hardly any text stands in the markup: a script may hold it."""
    return sum(len(line.text) - line.links for line in source.lines[source.start : source.end]) < 2 * _PARAGRAPH


def _check_size(text: str) -> None:
    if not text.strip():
        raise Unreadable("empty", "the answer has no content; fetch the page again")
    if len(text) > MAX_BYTES:
        raise Unreadable("too_large", f"{len(text):,} characters; pages over {MAX_BYTES:,} are not read")


def _first_paragraph(lines: list[dom.Line]) -> int:
    """Where the labels at the head of a text end."""
    for index, line in enumerate(lines[:_LABEL_ZONE]):
        if index and len(line.text) > _PARAGRAPH and _SENTENCE_END.search(line.text):
            return index
    return min(len(lines), _LABEL_ZONE // 2)


def _read(source: Source, listed: Listed, authority: str | None) -> PageRecord:
    """The part that markup and plain text have in common."""
    fields = Fields(warnings=list(source.warnings))
    title, where = page_title(source.box, source.metas, source.headings, source.window, listed)
    if source.pointed:
        title, where = source.pointed, "title"
    body = separate(trim(source.lines[source.start : source.end], title, source.box.used, source.start), title)
    document = read_structure(_rows(body), title)
    text = "\n".join(line.text for line in document.lines)
    if not (source.images or source.attachments or document.number or document.signatories):
        kind.reject(title or "", text, source.markup)
    head = " ".join(line.text for line in source.lines[: min(source.start + 2, 8)])
    given = Given(source.url, source.box, document, source.metas, source.headings, source.window, listed=listed)
    given.numbered = _number_beside(source) or _number_of_file(source, title)
    given.crumbs = _crumbs(source)
    given.beside, given.head, given.authority = _day_beside(source, title), head, authority
    set_titles(fields, document, title, where)
    set_number(fields, given)
    is_listing = source.listing and not fields.number
    what: Kind = "listing" if is_listing else kind.kind_of(_signs(fields, given, text))
    set_days(fields, given)
    set_status(fields, given)
    if what == "policy":
        set_issuers(fields, given)
    set_publisher(fields, given, what, text)
    if not any(_is_own(line, title) for line in document.lines):
        fields.warnings.append(_why_silent(source))
    return build(source, fields, given, what)


def _is_own(line: dom.Line, title: str | None) -> bool:
    """Whether a line is text, and not the title over again or the link to a file."""
    text = line.text
    if line.links * 2 >= len(text) or title_like(text, title) or text.startswith(("附件", "附：", *TAIL_WORDS)):
        return False
    return len(text) >= _PARAGRAPH or not (_VIEWER.search(text) or _DATED.fullmatch(text))


def _why_silent(source: Source) -> str:
    if source.attachments:
        return IN_FILE
    return "image only: the text is in pictures" if source.images else "no text"


def _signs(fields: Fields, given: Given, text: str) -> kind.Signs:
    metas = given.metas
    return kind.Signs(
        title=fields.title or "",
        text=text,
        columns=tuple(metas[name] for name in ("columntype", "columnname", "lanmu") if metas.get(name)) or given.crumbs,
        number=fields.number is not None,
        box_labels=given.box.labels,
        signature=bool(given.document.signatories),
        addressee=given.document.addressee >= 0,
        source=given.box.get("source") or metas.get("contentsource") or metas.get("source"),
        head=given.head,
        host=_host(given.url),
        authority=given.authority,
        listed=given.listed.kind,
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def _day_beside(source: Source, title: str | None) -> str | None:
    """A day that stands between the title and the text, alone or before the name of the source."""
    wanted = normal_title(title or "")
    first = max(0, source.start - NEARBY)
    for index in range(source.start - 1, first - 1, -1):
        # A day inside the title is not that of publication.
        if wanted and normal_title(source.lines[index].text) == wanted:
            break
        if day := _day_on(source, index):
            return day
    for index in range(source.start, min(source.end, source.start + NEARBY)):
        if len(source.lines[index].text) > _PARAGRAPH:
            break
        if _SOURCED.search(source.lines[index].text) and (day := _day_on(source, index)):
            return day
    return None


def _number_beside(source: Source) -> str | None:
    """A number at the head of a line between title and text, as in 国家税务总局公告2020年第3号　发文日期：…."""
    for line in source.lines[max(0, source.start - NEARBY // 2) : source.start]:
        numbers = find_numbers(line.text) if len(line.text) < 2 * _PARAGRAPH and not line.links else []
        if numbers and numbers[0].start == 0:
            return numbers[0].printed
    for line in source.lines[source.start : source.start + 2]:
        # The same line at the head of the text: nothing else may stand in it.
        numbers = find_numbers(line.text) if len(line.text) < _PARAGRAPH and not line.links else []
        if numbers and numbers[0].start == 0 and (not (rest := besides(line.text)) or rest in PLAIN_STATUS):
            return numbers[0].printed
    return None


def _number_of_file(source: Source, title: str | None) -> str | None:
    """The number by which the one attached file is named, where the rest of its name is the title or what it issues."""
    wanted = normal_title(title or "")
    for file in source.attachments[:1]:
        numbers = find_numbers(file.title)
        rest = normal_title(_EXTENSION.sub("", file.title.replace(numbers[0].printed, ""))) if numbers else ""
        if len(rest) > _SHORT_TITLE and rest in wanted:
            return numbers[0].printed
    return None


def _crumbs(source: Source) -> tuple[str, ...]:
    """The last part of the site that the line of the way names: 首页 > 政务公开 > 政策解读."""
    for line in source.lines[: max(source.start, NEARBY)]:
        if "首页" in line.text and len(line.text) < 2 * _PARAGRAPH and (match := _WAY.search(line.text)):
            parts = [part.strip() for part in re.split(r"[>›»＞/]+", match[0]) if part.strip()]
            return tuple(reversed(parts[-2:]))
    return ()


def _day_on(source: Source, index: int) -> str | None:
    line = source.lines[index]
    days = find_days(line.text) if len(line.text) < 80 and not line.links else []  # noqa: PLR2004
    boxed = index in source.box.used and not _SOURCED.search(line.text)
    if not days or boxed or _UPDATED.search(line.text[: days[0][1]]):
        return None
    return line.text[days[0][1] : days[0][2]]


def _rows(lines: list[dom.Line]) -> list[dom.Line]:
    """Rows of tables as one line each, cells parted by ` | `; rows that only lay out the page are ordinary lines."""
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
        if len(cells) > 1 and max(map(len, cells.values())) <= _MAX_CELL:
            text = " | ".join(" ".join(parts) for parts in cells.values())
            out.append(dom.Line(text, "tr", line.box, line.row, line.cell))
        else:
            out.extend(lines[index:stop])
        index = stop
    return out

"""From what stands on a page to the record's fields.

What belongs here: which of several printed values a field takes, and its evidence. What does not: finding them (`box`,
`structure`, `clauses`, `force`, `citations`).
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Final

from pipeline.parsers.box import Box, own_number
from pipeline.parsers.characters import clean
from pipeline.parsers.dates import DAY, ENGLISH_DAY, find_days, last_day, parse_day, parse_term
from pipeline.parsers.headings import is_site_name, join_title, window_title
from pipeline.parsers.normal import normal_text, normal_title
from pipeline.parsers.notes import note_behind, read_note
from pipeline.parsers.numbers import find_numbers, normal_number
from pipeline.parsers.records import Effect, Evidence, Listed, Status
from pipeline.parsers.structure import Document
from pipeline.parsers.vocabulary import BLANKS, DOCUMENT_TYPES, ENGLISH_STATUS, PLAIN_STATUS, STATUS_WORDS

_REPRINT: Final = re.compile(r"^\s?[（(\[【](?:转载|转发|转)[）)\]】]\s?")
_QUOTED_INSTRUMENT: Final = re.compile(
    r"(?P<verb>印发|发布|公布|颁布|转发|批转)[^《》]{0,24}《(?P<title>.{2,150})》(?=[的等]|$)"
)
_MARKS: Final = "|".join((*sorted(PLAIN_STATUS, key=len, reverse=True), "废止", "失效"))
_TYPE: Final = "|".join(sorted(DOCUMENT_TYPES, key=len, reverse=True))
_BARE_INSTRUMENT: Final = re.compile(
    rf"(?:印发|发布|公布|颁布)(?P<title>[^《》]{{4,120}}?(?:{_TYPE})(?:[（(][^（）()]{{1,20}}[）)])?)"
    r"的(?:通知|公告|决定|通告|命令|令|函)$"
)
# What 印发 governs is an instrument whatever it is called: a manual, a division of tasks.
_ISSUED_INSTRUMENT: Final = re.compile(
    r"印发(?:实施)?(?P<title>[^《》]{4,120}?)的(?:通知|公告|通告|函)(?:[（(〔][^（）()]{4,30}号[）)〕])?$"
)
_ENGLISH_INSTRUMENT: Final = re.compile(
    r"\b(?:Issuing|Printing\sand\s(?:Distributing|Issuing)|Promulgating|Publishing|Releasing|(?:Issuance|Promulgation|Release|Publication)\sof)"
    r"\s(?:the\s)?(?P<title>[“\"]?[A-Z].{8,250}?)$"
)
_NEXT_QUOTED: Final = re.compile(r"》[、和与及，,]?《")
_FORWARDS: Final = re.compile(r"(?:转发|批转).{2,}关于")
_TITLE_NUMBER: Final = re.compile(r"[（(〔\[]\s?(?P<number>[^（）()]{0,30}\d{1,6}\s?号)\s?[）)〕\]]\s?$")
_PROMULGATED: Final = re.compile(
    rf"^[（(]?\s?(?P<day>{DAY}).{{0,6}}?(?P<number>[\u4e00-\u9fff]{{0,24}}(?:令|公告)\s?第?\s?\d{{1,5}}\s?号)?.{{0,30}}?(?:公布|发布|通过|颁布)"
)
_ENGLISH_PROMULGATED: Final = re.compile(
    rf"^[（(]\s?(?:[Pp]romulgated|[Ii]ssued|[Aa]dopted|[Aa]pproved|[Pp]ublished)\s(?:[^()]{{0,80}}?\b(?P<number>(?:Order|Decree|Announcement)\sNo\.\s?\d{{1,5}}(?:\sof\sthe\s[A-Z][^(),]{{2,90}}?)?)(?=\son\b|,))?"
    rf"[^()]{{0,120}}?(?P<day>{ENGLISH_DAY})"
)
_PUBLISHED_METAS: Final = ("pubdate", "firstpublishedtime", "article:published_time", "publishdate")
_STATUS_MARK: Final = re.compile(rf"^[\[【（(]\s?(?:{_MARKS})\s?[\]】）)]|[\[【（(]\s?(?:{_MARKS})\s?[\]】）)]\s?$")
_TERM_ONLY: Final = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})\s?(?:年|个月)"
_MARKUP: Final = re.compile(r"</?[a-zA-Z][^<>]{0,60}>")


@dataclass(slots=True)
class Given:
    """All that was found on a page, before it is decided what each field takes.

    `headings` are the page's own headings, `window` its window title, `beside` a day between title and text, `head`
    what stands above the text, `numbered` a number there, `crumbs` the parts of the site that hold the page, the
    narrowest first.
    """

    url: str
    box: Box
    document: Document
    metas: dict[str, str] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    window: str = ""
    beside: str | None = None
    head: str = ""
    numbered: str | None = None
    crumbs: tuple[str, ...] = ()
    listed: Listed = field(default_factory=Listed)
    authority: str | None = None


@dataclass(slots=True)
class Fields:
    """The record in the making."""

    title: str | None = None
    instrument_title: str | None = None
    number: str | None = None
    number_raw: str | None = None
    issuers: tuple[str, ...] = ()
    issuers_raw: str | None = None
    joint_issuers: tuple[str, ...] = ()
    publisher: str | None = None
    days: dict[str, tuple[dt.date, str]] = field(default_factory=dict)
    stated_status: Status | None = None
    status_raw: str | None = None
    evidence: dict[str, Evidence] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def page_title(
    box: Box, metas: dict[str, str], headings: list[str], window: str, listed: Listed
) -> tuple[str | None, str]:
    """The page's title as printed and where it stood: box, standard meta, heading, window title, list.

    Where all that is left is the name of a site or a body, it comes as `site`: the text's own heading is better.
    """
    boxed = box.get("title")
    candidates = [
        (join_title(boxed.split("\n")) if boxed else None, "metadata"),
        (metas.get("articletitle"), "meta"),
        *((heading, "title") for heading in headings),
        (window_title(window), "title"),
        (listed.title, "list"),
    ]
    weak: tuple[str | None, str] = (None, "")
    for candidate, where in candidates:
        text = clean(_MARKUP.sub("", (candidate or "").replace("\n", " ")))
        if len(text) < 2 or not normal_title(text):  # noqa: PLR2004 - a letter is no title
            continue
        if where != "title" or not is_site_name(text):
            return _STATUS_MARK.sub("", _REPRINT.sub("", text)).strip(), where
        weak = weak if weak[0] else (text, "site")
    return weak


def set_titles(fields: Fields, document: Document, title: str | None, where: str) -> None:
    """The notice's title and its instrument's: the page may print either, the text prints both."""
    heading = _joined(document) if document.heading else None
    if where == "site":
        title, where = (None, "") if heading or document.number else (title, "title")
    fields.title = title
    instrument = instrument_of(title or "")
    if heading and title and normal_title(heading) != normal_title(title):
        inner = instrument_of(heading)
        if inner and normal_title(title) in normal_title(heading):
            fields.title, instrument, where = _joined(document), title, "body"
        elif instrument and normal_title(instrument) in normal_title(heading) and not inner:
            instrument = _joined(document)
    elif heading and not title:
        fields.title, where = heading, "body"
        instrument = instrument_of(heading)
    fields.instrument_title = instrument
    if fields.title:
        fields.evidence["title"] = Evidence(where, fields.title)


def _joined(document: Document) -> str:
    """The heading of the text, its lines put together."""
    lines = [document.lines[i].text for i in document.heading_lines if i != document.number_line]
    return clean(join_title(lines))


def instrument_of(title: str) -> str | None:
    """X of 关于印发《X》的通知, in brackets or without."""
    if match := _QUOTED_INSTRUMENT.search(title):
        # 转发甲局关于印发《乙》的通知 forwards the notice, not 乙.
        return (
            None if _FORWARDS.search(title[: match.start("title")]) else _NEXT_QUOTED.split(match["title"])[0].strip()
        )
    if match := _ENGLISH_INSTRUMENT.search(title):
        return match["title"].strip(' “”"')
    match = _BARE_INSTRUMENT.search(title) or _ISSUED_INSTRUMENT.search(title)
    named = match["title"].strip() if match and not _FORWARDS.search(title[: match.start()]) else None
    return None if named and re.search(r"的(?:通知|公告|意见)", named) else named


def set_number(fields: Fields, given: Given) -> None:
    """The document's own number: box, a line of its own, the title's brackets, the line of promulgation, the list."""
    candidates = [(given.box.get("number"), "metadata"), (given.document.number, "body")]
    title = fields.title or ""
    if match := _TITLE_NUMBER.search(title):
        candidates.append((match["number"], "title"))
    candidates.append((own_number(title), "title"))
    candidates.append((given.numbered, "metadata"))
    promulgated = promulgation(given.document)
    if promulgated and promulgated["number"]:
        candidates.append((promulgated["number"], "body"))
    candidates.append((given.listed.number, "list"))
    for printed, where in candidates:
        normal = normal_number(printed) if printed else None
        if printed and normal is None and (found := find_numbers(printed)):
            normal = found[0].normal
        if printed and normal:
            fields.number, fields.number_raw = normal, printed
            fields.evidence["number"] = Evidence(where, printed)
            return
    fields.number_raw = given.box.get("number")


def promulgation(document: Document) -> re.Match[str] | None:
    """The line that says when, and by which order, an act was made public: （2021年7月27日国务院令第746号公布）."""
    heads = [line.text for line in document.lines[:4]]
    return next(
        (match for form in (_PROMULGATED, _ENGLISH_PROMULGATED) for text in heads if (match := form.match(text))), None
    )


def _end_of_validity(printed: str | None) -> str | None:
    """The last day of a printed span of validity (2022-07-01至2027-06-30, 至2027年6月30日); None for a term or none."""
    days = find_days(printed or "")
    if not printed or not days or (len(days) == 1 and not re.search(r"至|到|止", printed)):
        return None
    return printed[days[-1][1] : days[-1][2]]


def set_days(fields: Fields, given: Given) -> None:
    """Signed, published, effective, repealed, expiry, printed: each from the box, then the page, then the list."""
    box, document, listed = given.box, given.document, given.listed
    promulgated = promulgation(document)
    published = [(box.get("published"), "metadata"), (given.beside, "metadata")]
    published += [(given.metas.get(name), "meta") for name in _PUBLISHED_METAS]
    candidates: dict[str, list[tuple[str | None, str]]] = {
        "signed": [
            (box.get("signed"), "metadata"),
            (document.signed_raw, "signature"),
            (promulgated["day"] if promulgated else None, "body"),
            (listed.signed_date, "list"),
        ],
        "published": [*published, (listed.published_date, "list")],
        "effective": [(box.get("effective"), "metadata"), (listed.effective_date, "list")],
        "repealed": [(box.get("repealed"), "metadata")],
        "expiry": [(box.get("expiry"), "metadata"), (_end_of_validity(box.get("validity")), "metadata")],
        "printed": [(box.get("printed"), "metadata")],
    }
    for name, options in candidates.items():
        for printed, where in options:
            day = parse_day(printed) if printed else None
            if day and printed:
                fields.days[name] = (day, printed)
                found = box.values.get(name)
                fields.evidence[f"{name}_date"] = Evidence(
                    found.where if found and where == "metadata" else where, found.quote if found else printed
                )
                break


def status_of(printed: str) -> Status:
    """The meaning of a printed status, perhaps in brackets or with a full stop."""
    word = normal_text(printed).strip(" ;,.。；，")
    if word[:1] in {"[", "("} and word[-1:] in {"]", ")"}:
        word = word[1:-1]
    return STATUS_WORDS.get(word) or ENGLISH_STATUS.get(word.lower(), "unknown")


def _marked_status(given: Given) -> str | None:
    """The status that stands in brackets before or behind the printed title: [全文废止], （失效）."""
    for title in (given.box.get("title"), given.metas.get("articletitle"), *given.headings[:1]):
        if title and (mark := _STATUS_MARK.search(clean(title))):
            return mark[0].strip("[]【】（）() ")
    return None


def set_status(fields: Fields, given: Given) -> None:
    """What the portal says of force, by the closed vocabulary; other words are `unknown`, never guessed."""
    printed, where, listed = given.box.get("status"), "metadata", given.listed.status
    if printed is None and listed and normal_text(listed) not in BLANKS:
        printed, where = listed, "list"
    if printed is None and (marked := _marked_status(given)):
        printed, where = marked, "title"
    if printed is None:
        _set_noted(fields, given)
        return
    found = given.box.values.get("status")
    fields.status_raw = printed
    fields.stated_status = status_of(printed)
    fields.evidence["stated_status"] = Evidence(found.where if found else where, found.quote if found else printed)
    if fields.stated_status == "unknown":
        fields.warnings.append(f"status word outside the vocabulary: {printed[:40]}")


def _set_noted(fields: Fields, given: Given) -> None:
    """Take the status from a note of the portal in the text or behind the title, and the day that it names."""
    document, where = given.document, "body"
    note = read_note(document.lines, document.signature[1] if document.signature else -1)
    if note is None and (note := note_behind(fields.title or "")):
        where = "title"
        fields.title = (fields.title or "").removesuffix(note.quote).strip()
    if note is None:
        return
    fields.status_raw, fields.stated_status = note.status, STATUS_WORDS[note.status]
    fields.evidence["stated_status"] = Evidence(where, note.quote)
    name = "repealed" if note.status == "废止" else "expiry"
    if note.day and note.printed and name not in fields.days:
        fields.days[name] = (note.day, note.printed)
        fields.evidence[f"{name}_date"] = Evidence(where, note.quote)


def box_effects(fields: Fields, validity: str | None = None) -> list[Effect]:
    """What box and status say about force; of 有效期 in the box, `validity`, only a term is left to say."""
    found: list[Effect] = []

    def quote(name: str) -> tuple[str, str]:
        evidence = fields.evidence[name]
        return evidence.quote, evidence.where

    if "effective" in fields.days:
        words, where = quote("effective_date")
        found.append(Effect("effective_on_date", fields.days["effective"][0], words, where))
    if "expiry" in fields.days and fields.stated_status == "repealed" and "repealed" not in fields.days:
        fields.days["repealed"] = fields.days.pop("expiry")
        fields.evidence["repealed_date"] = fields.evidence["expiry_date"]
    if "repealed" in fields.days:
        words, where = quote("repealed_date")
        found.append(Effect("repealed_on_date", fields.days["repealed"][0], words, where))
    if "expiry" in fields.days:
        words, where = quote("expiry_date")
        found.append(Effect("valid_until", fields.days["expiry"][0], words, where))
    if validity and not {"repealed", "expiry"} & set(fields.days) and re.fullmatch(_TERM_ONLY, validity.strip()):
        term = parse_term(validity)
        found.append(Effect("valid_for", None, f"有效期：{validity.strip()}", "metadata", term))
    if fields.status_raw and not {"repealed", "expiry"} & set(fields.days):
        words, where = quote("stated_status")
        found.append(Effect("status_stated", None, words, where))
    return found


def interval(effects: list[Effect], fields: Fields) -> tuple[dt.date | None, dt.date | None, list[Effect]]:
    """First and last day in force, and the effects with the terms computed: box before text, named day before term."""
    start = next((effect.date for effect in effects if effect.rule.startswith("effective") and effect.date), None)
    computed: list[Effect] = []
    for effect in effects:
        if effect.rule == "valid_for" and effect.term and start:
            computed.append(Effect("valid_for", last_day(start, effect.term), effect.quote, effect.where, effect.term))
        else:
            computed.append(effect)
    if "repealed" in fields.days:
        return start, fields.days["repealed"][0] - dt.timedelta(days=1), computed
    for rule in ("valid_until", "valid_for"):
        for effect in computed:
            if effect.rule == rule and effect.date:
                return start, effect.date, computed
    return start, None, computed

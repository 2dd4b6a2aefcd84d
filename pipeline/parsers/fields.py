"""From what stands on a page to the record's fields.

What belongs here: which of several printed values a field takes, and its evidence. What does not: finding them (`box`,
`structure`, `clauses`, `force`, `citations`).
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Final

from pipeline.parsers.box import Box
from pipeline.parsers.characters import clean
from pipeline.parsers.dates import DAY, last_day, parse_day
from pipeline.parsers.issuers import bare, bodies_of_title, looks_like_body, split_bodies
from pipeline.parsers.normal import normal_issuer, normal_text, normal_title
from pipeline.parsers.numbers import find_numbers, normal_number
from pipeline.parsers.records import Effect, Evidence, Listed, Status
from pipeline.parsers.structure import Document
from pipeline.parsers.vocabulary import BARE_BUREAUS, BLANKS, DOCUMENT_TYPES, SITE_SOURCES, STATUS_WORDS

_REPRINT: Final = re.compile(r"^\s?[（(\[【](?:转载|转发|转)[）)\]】]\s?")
_QUOTED_INSTRUMENT: Final = re.compile(r"(?:印发|发布|公布|颁布|转发|批转|实施)(?:了)?\s?《(?P<title>.{2,150})》(?=[的等]|$)")
_BARE_INSTRUMENT: Final = re.compile(
    rf"(?:印发|发布|公布|颁布)(?P<title>[^《》]{{4,120}}?(?:{'|'.join(sorted(DOCUMENT_TYPES, key=len, reverse=True))})(?:[（(][^（）()]{{1,20}}[）)])?)的(?:通知|公告|决定|通告|命令|令|函)$"
)
_TITLE_NUMBER: Final = re.compile(r"[（(〔\[]\s?(?P<number>[^（）()]{0,30}\d{1,6}\s?号)\s?[）)〕\]]\s?$")
_PROMULGATED: Final = re.compile(rf"^[（(]?\s?(?P<day>{DAY}).{{0,6}}?(?P<number>[\u4e00-\u9fff]{{0,24}}(?:令|公告)\s?第?\s?\d{{1,5}}\s?号)?.{{0,30}}?(?:公布|发布|通过|颁布)")
_JOINT_TITLE: Final = re.compile(r"等\s?(?:\d{1,2}|[一二三四五六七八九十]{1,3})?\s?(?:个)?(?:部门|单位|部委|机关|委办局)")
_SUFFIX: Final = re.compile(r"[_\-|—–]{1,3}[^_\-|—–]{2,40}$")


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


def page_title(box: Box, metas: dict[str, str], headings: list[str], head_title: str, listed: Listed | None) -> tuple[str | None, str]:
    """The page's title as printed and where it stood: box, standard meta, heading, window title, list."""
    printed = box.get("title")
    candidates = [
        (printed, "metadata"), (metas.get("articletitle"), "meta"), (next(iter(headings), None), "title"),
        (_window(head_title), "title"), (listed.title if listed else None, "list"),
    ]  # fmt: skip
    for candidate, where in candidates:
        text = clean((candidate or "").replace("\n", " "))
        if len(text) > 1 and normal_title(text):
            return _REPRINT.sub("", text), where
    return None, ""


def _window(title: str) -> str:
    """The window's title without the names of section and site behind it."""
    shorter = title
    for _ in range(4):
        cut = _SUFFIX.sub("", shorter).strip()
        if len(cut) < 6 or cut == shorter:  # noqa: PLR2004 - what is left must still be a title
            break
        shorter = cut
    return shorter


def set_titles(fields: Fields, document: Document, title: str | None, where: str) -> None:
    """The notice's title and its instrument's: the page may print either, the text prints both."""
    heading = clean(document.heading.replace("\n", " ")) if document.heading else None
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
    return clean("".join(lines))


def instrument_of(title: str) -> str | None:
    """X of 关于印发《X》的通知, in brackets or without."""
    match = _QUOTED_INSTRUMENT.search(title) or _BARE_INSTRUMENT.search(title)
    return match["title"].strip() if match else None


def set_number(fields: Fields, box: Box, document: Document, title: str, listed: Listed | None) -> None:
    """The document's own number: box, a line of its own, the title's brackets, the line of promulgation, the list."""
    candidates = [(box.get("number"), "metadata"), (document.number, "body")]
    if match := _TITLE_NUMBER.search(title):
        candidates.append((match["number"], "title"))
    for line in document.lines[:4]:
        match = _PROMULGATED.match(line.text)
        if match and match["number"]:
            candidates.append((match["number"], "body"))
    candidates.append((listed.number if listed else None, "list"))
    for printed, where in candidates:
        normal = normal_number(printed) if printed else None
        if printed and normal is None and (found := find_numbers(printed)):
            normal = found[0].normal
        if printed and normal:
            fields.number, fields.number_raw = normal, printed
            fields.evidence["number"] = Evidence(where, printed)
            return
    if box.get("number"):
        fields.number_raw = box.get("number")


def set_issuers(fields: Fields, box: Box, document: Document, listed: Listed | None, authority: str | None) -> None:
    """The bodies that issued it: those that title and signature name, in full; else the box; else the list."""
    title = fields.title or ""
    named = bodies_of_title(title)
    printed = box.get("issuer")
    fields.issuers_raw = printed or box.get("publisher")
    boxed = tuple(map(bare, split_bodies(printed))) if printed else ()
    chosen, where = _choose(title, named, boxed, document, box, authority)
    if not chosen and listed and listed.issuers and normal_text(listed.issuers) not in BLANKS:
        chosen, where = split_bodies(listed.issuers), "list"
    joint = box.get("joint")
    if joint:
        fields.joint_issuers = split_bodies(joint)
        known = {normal_issuer(name) for name in chosen}
        chosen += tuple(name for name in fields.joint_issuers if normal_issuer(name) not in known)
    fields.issuers = chosen
    if chosen:
        fields.evidence["issuers"] = Evidence(where, "、".join(chosen))


def _choose(
    title: str, named: tuple[str, ...], boxed: tuple[str, ...], document: Document, box: Box, authority: str | None
) -> tuple[tuple[str, ...], str]:
    signed = document.signatories
    if named:
        if _JOINT_TITLE.search(title[:80]):
            return max((boxed, "metadata"), (signed, "signature"), (named, "title"), key=lambda item: len(item[0]))
        for wider, where in ((signed, "signature"), (boxed, "metadata")):
            if set(named) < set(wider):
                return wider, where
        return named, "title"
    if _JOINT_TITLE.search(title[:80]) and max(len(boxed), len(signed)) > 1:
        return max((boxed, "metadata"), (signed, "signature"), key=lambda item: len(item[0]))
    if boxed:
        if set(boxed) < set(signed) or (signed and all(_is_bare(name) for name in boxed)):
            return signed, "signature"
        return boxed, "metadata"
    if signed:
        return signed, "signature"
    if fields_of := _promulgator(document):
        return (fields_of,), "body"
    publisher = box.get("publisher")
    if publisher and authority != "repost" and normal_text(publisher) not in SITE_SOURCES:
        return tuple(map(bare, split_bodies(publisher))), "metadata"
    return (), ""


def _is_bare(name: str) -> bool:
    """A bureau's name without the house it belongs to: 科技司, 办公厅."""
    return name in BARE_BUREAUS or (len(name) <= 4 and name.endswith(("司", "处", "厅", "办")))  # noqa: PLR2004


def _promulgator(document: Document) -> str | None:
    """国务院 of （2021年7月27日中华人民共和国国务院令第746号公布）, or of a number line 国务院令第746号."""
    texts = [line.text for line in document.lines[:4]]
    if document.number:
        texts.append(document.number)
    for text in texts:
        match = _PROMULGATED.match(text)
        printed = match["number"] if match else text if text == document.number else None
        number = normal_number(printed) if printed else None
        if number and "令" in number and (name := number.split("令", 1)[0]) and looks_like_body(name):
            return name
    return None


def set_days(fields: Fields, box: Box, document: Document, metas: dict[str, str], listed: Listed | None, beside: str | None) -> None:
    """Signed, published, effective, repealed, expiry: each from the box, then the page, then the list."""
    promulgated = next((m for line in document.lines[:4] if (m := _PROMULGATED.match(line.text))), None)
    published = [(box.get("published"), "metadata"), (beside, "metadata")]
    published += [(metas.get(name), "meta") for name in ("pubdate", "firstpublishedtime", "article:published_time", "publishdate")]
    candidates: dict[str, list[tuple[str | None, str]]] = {
        "signed": [
            (box.get("signed"), "metadata"), (document.signed_raw, "signature"),
            (promulgated["day"] if promulgated else None, "body"), (listed.signed_date if listed else None, "list"),
        ],
        "published": [*published, (listed.published_date if listed else None, "list")],
        "effective": [(box.get("effective"), "metadata"), (listed.effective_date if listed else None, "list")],
        "repealed": [(box.get("repealed"), "metadata")],
        "expiry": [(box.get("expiry"), "metadata")],
        "printed": [(box.get("printed"), "metadata")],
    }  # fmt: skip
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


def set_status(fields: Fields, box: Box, listed: Listed | None) -> None:
    """What the portal says of force, by the closed vocabulary; other words are `unknown`, never guessed."""
    printed, where = box.get("status"), "metadata"
    if printed is None and listed and listed.status and normal_text(listed.status) not in BLANKS:
        printed, where = listed.status, "list"
    if printed is None:
        return
    found = box.values.get("status")
    fields.status_raw = printed
    fields.stated_status = STATUS_WORDS.get(normal_text(printed), "unknown")
    fields.evidence["stated_status"] = Evidence(found.where if found else where, found.quote if found else printed)
    if fields.stated_status == "unknown":
        fields.warnings.append(f"status word outside the vocabulary: {printed[:40]}")


def box_effects(fields: Fields) -> list[Effect]:
    """What box and status say about force."""
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


def set_publisher(fields: Fields, box: Box, metas: dict[str, str], kind: str, head: str, text: str) -> None:
    """Who put the page up: the printed source, the standard meta, the host of a press conference, the site."""
    options = [
        (box.get("publisher"), "metadata"), (box.get("source"), "metadata"), (metas.get("contentsource"), "meta"),
        (metas.get("source"), "meta"),
    ]  # fmt: skip
    if kind == "press_conference":
        options.insert(0, (_press_host(text, metas.get("sitename", "")), "body"))
    if kind == "repost":
        options.insert(0, (_company(head), "title"))
    if kind in {"news", "press_conference", "repost"}:
        options.append((metas.get("sitename"), "meta"))
    for printed, where in options:
        name = _source_name(printed or "")
        if name:
            fields.publisher = name
            fields.evidence["publisher"] = Evidence(where, printed or name)
            return


def _source_name(printed: str) -> str | None:
    name = clean(printed.replace("\n", " ")).strip(" :：|")
    name = re.sub(r"^(?:本网|本站)(?=\S{3})", "", name)
    if not name or name in SITE_SOURCES or normal_text(name) in BLANKS or len(name) > 80:  # noqa: PLR2004
        return None
    if match := re.fullmatch(r"([A-Za-z][\w\-]{1,30})\.(?:com|cn|net|org)(?:\.cn)?", name):
        return match[1]
    return name


def _press_host(text: str, site: str) -> str | None:
    """Who held the press conference; a body named by its level alone gets the site's place."""
    head = text[:1500]
    english = re.search(
        r"((?:[A-Z][A-Za-z'’]{1,20}\s){1,7}(?:Office|Department|Bureau|Commission|Ministry|Council|Government))\s(?:held|holds|hosted|convened|organi[sz]ed)",
        head,
    )
    if english:
        name = re.sub(r"^(?:The|On|Today)\s", "", english[1])
        place = re.match(r"([A-Z][a-z]{1,20})\s(?:Municipal|Provincial|City|District)", site)
        return f"{place[1]} {name}" if place and name.startswith(("Municipal", "Provincial", "District")) else name
    chinese = re.search(r"[，。\s]?([\u4e00-\u9fff]{2,16}(?:新闻办公室|新闻办|办公厅|办公室|政府|委员会|局|部|厅))(?:今天|今日|今天上午|今天下午|\S{0,12}日)?(?:在\S{1,10})?(?:举行|召开|举办)", head)
    return chinese[1] if chinese else None


def _company(head: str) -> str | None:
    match = re.search(r"([A-Z][\w &,.\-]{2,60}?\b(?:co\.,?\s?ltd\.?|inc\.|corp\.?))", head, re.IGNORECASE) or re.search(
        r"([\u4e00-\u9fff（）()]{3,30}(?:有限公司|股份公司|集团))", head
    )
    return match[1].strip() if match else None

"""The record of a page, put together from what was read.

What belongs here: the last step, and the digest by which two readings compare. What does not: the record types
(`records`), and deciding what a field takes (`fields`, `attribution`).
"""

import datetime as dt
import hashlib
from typing import Any, Final

from pipeline.parsers import goals
from pipeline.parsers.characters import clean, is_traditional, script_of
from pipeline.parsers.citations import read_citations
from pipeline.parsers.clauses import read_clauses
from pipeline.parsers.english import force as english_force
from pipeline.parsers.english import provisions as english_provisions
from pipeline.parsers.fields import Fields, Given, box_effects, interval
from pipeline.parsers.force import Days, read_force
from pipeline.parsers.issuers import looks_like_body, split_bodies
from pipeline.parsers.markup import Source
from pipeline.parsers.normal import fold, fold_normal, normal_lines, normal_text
from pipeline.parsers.records import Effect, Evidence, Kind, PageRecord

PARSER_VERSION: Final = "2"
"""Raised with every change that can make the same bytes read differently."""
_REPORTING: Final = frozenset({"news", "press_conference", "interpretation", "repost"})
_LANGUAGES: Final = {"Hans": "zh", "Hant": "zh", "Latn": "en"}


def build(source: Source, fields: Fields, given: Given, what: Kind) -> PageRecord:
    """The record: a policy with all its parts, any other page with what it says and names."""
    document, lines = given.document, given.document.lines
    is_policy = what == "policy"
    if not is_policy:
        _strip(fields, what)
    titles = tuple(filter(None, (fields.title, fields.instrument_title)))
    latin = source.script == "Latn"
    counted = english_provisions if latin else goals
    start, end, effects = _force(fields, given, titles, latin=latin) if is_policy else (None, None, [])
    paragraphs = [line.text for line in lines[document.text_start :]]
    text = "\n".join(line.text for line in lines)
    effective = _effective(fields, effects) if is_policy else None
    topic = given.box.get("topic") or given.listed.topic
    record = PageRecord(
        url=source.url,
        kind=what,
        parser_version=PARSER_VERSION,
        reading_hash="",
        title=fields.title,
        instrument_title=fields.instrument_title,
        number=fields.number,
        number_raw=fields.number_raw,
        issuers=fields.issuers,
        issuers_raw=fields.issuers_raw,
        joint_issuers=fields.joint_issuers,
        signatories=document.signatories if is_policy else (),
        publisher=fields.publisher,
        topic=clean(topic.replace("\n", " ")) if topic else None,
        index_number=given.box.get("index"),
        **_printed_days(fields),
        effective_date=effective[0] if effective else None,
        effective_date_raw=effective[1] if effective else None,
        stated_status=fields.stated_status,
        status_raw=fields.status_raw,
        in_force_from=start,
        in_force_to=end,
        effect=tuple(effects),
        clauses=() if what == "listing" else read_clauses(document, latin=latin),
        targets=counted.targets_of(text) if what != "listing" else (),
        figures=counted.figures_of(text) if what in _REPORTING else (),
        expiries=counted.expiries_of(text) if what != "listing" else (),
        citations=read_citations(
            paragraphs,
            titles=titles,
            number=fields.number,
            start=start,
            kind=what,
            issued=_days(fields, given).issued if is_policy else None,
            latin=latin,
        ),
        attachments=source.attachments,
        language=_LANGUAGES.get(source.script or ""),
        script=source.script,
        text=_normal(text),
        warnings=tuple(fields.warnings),
        evidence=fields.evidence,
    )
    return with_hash(record)


def _normal(text: str) -> str:
    """`normal_text` of the document's lines: they are clean, but for blanks that empty cells of tables leave."""
    gaps = "  " in text or "\n " in text or " \n" in text or text.strip() != text or "\n\n" in text
    return normal_text(text) if gaps or is_traditional(text) else normal_lines(text)


def _strip(fields: Fields, what: Kind) -> None:
    """Take away what only a policy has; news and press conferences are issued by who published them."""
    fields.stated_status = fields.status_raw = None
    gone = ["effective", "repealed", "expiry"]
    fields.evidence.pop("stated_status", None)
    if what != "repost":
        # A repost is recognised as a witness of its policy by these.
        fields.number = fields.number_raw = fields.instrument_title = None
        fields.evidence.pop("number", None)
        gone.append("signed")
    for name in gone:
        fields.days.pop(name, None)
        fields.evidence.pop(f"{name}_date", None)
    if fields.publisher and what in {"news", "press_conference", "repost"}:
        names = split_bodies(fields.publisher)
        joint = len(names) > 1 and all(map(looks_like_body, names))
        fields.issuers = names if joint else (fields.publisher,)


def _force(
    fields: Fields, given: Given, titles: tuple[str, ...], *, latin: bool
) -> tuple[dt.date | None, dt.date | None, list[Effect]]:
    """First and last day in force, and every statement behind them: the box's first, then the text's."""
    document = given.document
    effects = box_effects(fields, given.box.get("validity"))
    stop = document.annexes[0] if document.annexes else len(document.lines)
    proper = [line.text for line in document.lines[document.text_start : stop]]
    read = english_force.read_force if latin else read_force
    effects.extend(read(proper, titles, _days(fields, given)))
    return interval(effects, fields)


def _days(fields: Fields, given: Given) -> Days:
    """The days that 印发之日 and 公布之日 mean: a printed 印发 day, else the signed; the published, else the signed."""
    signed = fields.days["signed"][0] if "signed" in fields.days else None
    printed = fields.days["printed"][0] if "printed" in fields.days else given.document.printed
    published = fields.days["published"][0] if "published" in fields.days else None
    if published and signed and (published - signed).days > _LATE:
        # Put on the web years later: it was made public when it was signed.
        published = signed
    return Days(printed or signed, published or signed)


_LATE: Final = 365


def _effective(fields: Fields, effects: list[Effect]) -> tuple[dt.date, str] | None:
    """The printed first day: the box's, else the one that the text names."""
    if "effective" in fields.days:
        return fields.days["effective"]
    for effect in effects:
        if effect.rule == "effective_on_date" and effect.date:
            fields.evidence["effective_date"] = Evidence(effect.where, effect.quote)
            return effect.date, effect.quote
    return None


def _printed_days(fields: Fields) -> dict[str, Any]:
    """The days that the record keeps beside their printed form, but for the first in force."""
    days = {name: fields.days[name] for name in ("signed", "published", "repealed") if name in fields.days}
    found: dict[str, Any] = {f"{name}_date": day for name, (day, _) in days.items()}
    return found | {f"{name}_date_raw": printed for name, (_, printed) in days.items()}


def listing_record(url: str, titles: list[str]) -> PageRecord:
    """The record of an answer that is a list of documents."""
    text = "\n".join(titles)
    script = script_of(text)
    record = PageRecord(
        url=url,
        kind="listing",
        parser_version=PARSER_VERSION,
        reading_hash="",
        text=normal_text(text),
        script=script,
        language=_LANGUAGES.get(script or ""),
    )
    return with_hash(record)


def with_hash(record: PageRecord) -> PageRecord:
    """The record with its digest: over meaning only, so that noise and character form do not change it."""
    days = (
        record.signed_date,
        record.published_date,
        record.effective_date,
        record.repealed_date,
        record.in_force_from,
        record.in_force_to,
    )
    printed = [
        record.title or "",
        record.instrument_title or "",
        record.topic or "",
        *record.issuers,
        *record.signatories,
        *(item.title for item in record.attachments),
        *(clause.path for clause in record.clauses),
    ]
    values = [
        record.kind,
        record.number,
        record.stated_status,
        *(day.isoformat() if day else "" for day in days),
        fold("\n".join(text.replace("\n", " ") or "-" for text in printed)),
        fold_normal(record.text),
    ]
    digest = hashlib.sha256("\x1f".join(map(str, values)).encode("utf-8", "replace")).hexdigest()
    # Nobody has seen the record yet: a copy of its forty fields only to fill in the last one is not worth its time.
    object.__setattr__(record, "reading_hash", digest)
    return record

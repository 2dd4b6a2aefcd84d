"""A page and the file that holds its text, as one record.

What belongs here: which of the two says what. What does not: reading either.
"""

from dataclasses import replace
from typing import Final

from pipeline.parsers.record import with_hash
from pipeline.parsers.records import Evidence, Listed, PageRecord

IN_FILE: Final = "attachment only: the text is in a file"
"""The warning by which a page says that it has no text of its own, but links to files."""
FROM_FILE: Final = "the text was read from the attached file"
_PRINTED: Final = {
    "title": "title",
    "number": "number_raw",
    "issuers": "issuers_raw",
    "published_date": "published_date_raw",
    "signed_date": "signed_date_raw",
    "effective_date": "effective_date_raw",
    "status": "status_raw",
    "topic": "topic",
}
_OF_PAGE: Final = (
    "title", "publisher", "topic", "index_number", "published_date", "published_date_raw", "stated_status",
    "status_raw", "repealed_date", "repealed_date_raw", "in_force_to",
)  # fmt: skip
"""The portal's word, which no file of the document's can know better."""


_OF_TEXT: Final = ("clauses", "targets", "expiries", "citations", "signatories", "language", "script", "text")


def is_in_file(record: PageRecord) -> bool:
    """Whether a page has no text of its own and links to files."""
    return IN_FILE in record.warnings and bool(record.attachments)


def listed_by(page: PageRecord, listed: Listed | None) -> Listed:
    """What the page says, as the reading of its file takes it: beside the file's own words, before the listing's."""
    said = {name: value for name, raw in _PRINTED.items() if (value := getattr(page, raw))}
    return replace(listed or Listed(), **said)


def with_file(page: PageRecord, file: PageRecord) -> PageRecord:
    """The record of a page whose text is in `file`, read with what the page says (`listed_by`).

    What the portal says of the document stays the page's; the text and what follows from it are the file's.
    """
    kept = {name: value for name in _OF_PAGE if (value := getattr(page, name)) is not None}
    if page.kind == "policy" and file.kind != "policy":
        taken = {name: getattr(file, name) for name in _OF_TEXT}
        record = replace(page, **taken)
    else:
        record = replace(file, **kept)
    stated = {(effect.rule, effect.date) for effect in page.effect}
    effects = [effect for effect in file.effect if (effect.rule, effect.date) not in stated]
    evidence: dict[str, Evidence] = {**file.evidence, **page.evidence}
    if "title" not in kept and "title" in file.evidence:
        evidence["title"] = file.evidence["title"]
    warnings = [warning for warning in page.warnings if warning != IN_FILE]
    return with_hash(
        replace(
            record,
            url=page.url,
            attachments=page.attachments,
            effect=(*page.effect, *effects),
            warnings=(*warnings, *file.warnings, FROM_FILE),
            evidence=evidence,
        )
    )

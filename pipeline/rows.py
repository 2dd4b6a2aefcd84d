"""From records to staging rows: the flat form that the warehouse loads.

What belongs here: the mapping of one `PageRecord` (or one manifest row) to the columns of `warehouse.staging.SCHEMAS`.
What does not: reading pages (`pipeline.reading`), normalising (`pipeline.parsers.normal` has the only normalisers) or
writing files (`warehouse.staging`).
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pipeline.parsers import normal
from pipeline.parsers.records import PageRecord, plain
from warehouse import staging

Row = dict[str, Any]

_AS_THEY_ARE = (
    "parser_version", "reading_hash", "kind", "title", "instrument_title", "number", "number_raw", "issuers_raw",
    "publisher", "topic", "index_number", "signed_date", "signed_date_raw", "published_date", "published_date_raw",
    "effective_date", "effective_date_raw", "repealed_date", "repealed_date_raw", "stated_status", "status_raw",
    "in_force_from", "in_force_to", "language", "script", "text",
)  # fmt: skip


def as_json(value: Any) -> str:  # noqa: ANN401 - any record value
    """`value` (records, dates, mappings) as compact JSON text, Chinese characters as they are."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))


def instant(value: datetime | str) -> datetime:
    """An ISO 8601 text or an aware datetime as an aware UTC datetime."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found.astimezone(UTC)


def capture_row(entry: Mapping[str, Any]) -> Row:
    """One manifest row as a row of `captures`: `listed` as JSON text, `fetched_at` as an instant."""
    row: Row = {name: entry.get(name) for name in staging.CAPTURES.names}
    row["fetched_at"] = instant(entry["fetched_at"])
    row["listed"] = None if entry.get("listed") is None else as_json(entry["listed"])
    return row


def _place(entry: Mapping[str, Any]) -> Row:
    """The columns that say which capture a row is about."""
    return {
        "capture_id": entry["capture_id"],
        "source": entry["source"],
        "url": entry["url"],
        "canonical_url": entry["canonical_url"],
        "fetched_at": instant(entry["fetched_at"]),
    }


def reading_row(entry: Mapping[str, Any], record: PageRecord, *, authority: str, cause: str) -> Row:
    """The row of `readings` for one capture (a manifest row) and what the reader made of it.

    Args:
        entry: the manifest row; its `capture_id`, `source`, `url`, `canonical_url` and `fetched_at` are taken.
        record: the reading.
        authority: the source's: issuer, portal, media or repost.
        cause: `source`, or `parser` where the same bytes are read again by a newer parser.
    """
    row = _place(entry) | {name: getattr(record, name) for name in _AS_THEY_ARE}
    issuers_norm = [normal.normal_issuer(issuer) for issuer in record.issuers]
    return row | {
        "authority": authority,
        "change_cause": cause,
        "title_norm": record.title and normal.normal_title(record.title),
        "instrument_title_norm": record.instrument_title and normal.normal_title(record.instrument_title),
        "issuers": list(record.issuers),
        "issuers_norm": [issuer for issuer in issuers_norm if issuer],
        "joint_issuers": list(record.joint_issuers),
        "signatories": list(record.signatories),
        "effect": as_json(record.effect),
        "attachments": as_json(record.attachments),
        "text_hash": "sha256:" + hashlib.sha256(record.text.encode()).hexdigest(),
        "warnings": list(record.warnings),
        "evidence": as_json(record.evidence),
    }


def carried_row(entry: Mapping[str, Any], stored: Mapping[str, Any]) -> Row:
    """The row of `readings` for a capture that reads as the page did before; `stored` is what was read then."""
    return {**stored, **_place(entry), "change_cause": "source"}


def clause_rows(capture_id: str, record: PageRecord) -> list[Row]:
    """The rows of `clauses`, in the order of the document."""
    return [
        {
            "capture_id": capture_id,
            "position": position,
            "path": clause.path,
            "label": clause.label,
            "heading": clause.heading,
            "text": clause.text,
            "level": clause.level,
            "bodies": list(clause.bodies),
            "amounts": as_json(clause.amounts),
            "targets": as_json(clause.targets),
            "expiries": as_json(clause.expiries),
        }
        for position, clause in enumerate(record.clauses)
    ]


def citation_rows(capture_id: str, record: PageRecord) -> list[Row]:
    """The rows of `citations`, in the order of the document."""
    return [
        {
            "capture_id": capture_id,
            "position": position,
            "relation": citation.relation,
            "title": citation.title,
            "title_norm": citation.title and normal.normal_title(citation.title),
            "number": citation.number,
            "number_raw": citation.number_raw,
            "quote": citation.quote,
            "date": citation.date,
            "until": citation.until,
            "scope": citation.scope,
        }
        for position, citation in enumerate(record.citations)
    ]


def rejected_row(entry: Mapping[str, Any], *, stage: str, reason: str, detail: str) -> Row:
    """The row of `rejected` for a capture that could not be read (`stage`: archive, read)."""
    return _place(entry) | {"stage": stage, "reason": reason, "detail": detail}

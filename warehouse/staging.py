"""What stands between reading and loading: the files of one `staging/<crawl_id>/` folder, defined once.

What belongs here: the Arrow schemas of the staging files and their writer. What does not: filling them
(`pipeline.reading`) or loading them (`warehouse.ledger`).

A folder holds `run.json` (the content of crawl.json) and one Parquet file per entry of `SCHEMAS`; it is complete when
`run.json` is there, which is therefore written last. Instants are UTC; dates are days in the portal's own zone.
"""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

RUN_FILE: Final = "run.json"

_TEXT = pa.string()
_TEXTS = pa.list_(pa.string())
_INSTANT = pa.timestamp("us", tz="UTC")
_DAY = pa.date32()
_COUNT = pa.int32()
_OFFSET = pa.int64()
_JSON = pa.string()

CAPTURES: Final = pa.schema(
    [
        ("capture_id", _TEXT),
        ("crawl_id", _TEXT),
        ("source", _TEXT),
        ("role", _TEXT),  # list | page | robots | attachment
        ("url", _TEXT),
        ("canonical_url", _TEXT),
        ("fetched_at", _INSTANT),
        ("outcome", _TEXT),  # new | changed | unchanged | not_modified | missing | blocked | failed
        ("status", _COUNT),
        ("digest", _TEXT),
        ("content_type", _TEXT),
        ("warc_file", _TEXT),
        ("warc_offset", _OFFSET),
        ("warc_length", _OFFSET),
        ("listed", _JSON),  # records.Listed as an object, or null
        ("error", _TEXT),
        ("etag", _TEXT),
        ("last_modified", _TEXT),
    ]
)
"""One row per URL asked: the manifest, every role."""

READINGS: Final = pa.schema(
    [
        ("capture_id", _TEXT),
        ("source", _TEXT),
        ("url", _TEXT),
        ("canonical_url", _TEXT),
        ("fetched_at", _INSTANT),
        ("authority", _TEXT),  # issuer | portal | media | repost
        ("change_cause", _TEXT),  # source | parser
        ("parser_version", _TEXT),
        ("reading_hash", _TEXT),
        ("kind", _TEXT),
        ("title", _TEXT),
        ("title_norm", _TEXT),
        ("instrument_title", _TEXT),
        ("instrument_title_norm", _TEXT),
        ("number", _TEXT),
        ("number_raw", _TEXT),
        ("issuers", _TEXTS),
        ("issuers_norm", _TEXTS),
        ("issuers_raw", _TEXT),
        ("joint_issuers", _TEXTS),
        ("signatories", _TEXTS),
        ("publisher", _TEXT),
        ("topic", _TEXT),
        ("index_number", _TEXT),
        ("signed_date", _DAY),
        ("signed_date_raw", _TEXT),
        ("published_date", _DAY),
        ("published_date_raw", _TEXT),
        ("effective_date", _DAY),
        ("effective_date_raw", _TEXT),
        ("repealed_date", _DAY),
        ("repealed_date_raw", _TEXT),
        ("stated_status", _TEXT),
        ("status_raw", _TEXT),
        ("in_force_from", _DAY),
        ("in_force_to", _DAY),
        ("effect", _JSON),  # list of records.Effect
        ("attachments", _JSON),  # list of records.Attachment
        ("language", _TEXT),
        ("script", _TEXT),
        ("text", _TEXT),
        ("text_hash", _TEXT),  # sha256 of `text`
        ("warnings", _TEXTS),
        ("evidence", _JSON),  # field name -> records.Evidence
    ]
)
"""One row per page that was read: its record, with the normal forms that identity and binding compare."""

CLAUSES: Final = pa.schema(
    [
        ("capture_id", _TEXT),
        ("position", _COUNT),  # 0 for the first clause of the page
        ("path", _TEXT),
        ("label", _TEXT),
        ("heading", _TEXT),
        ("text", _TEXT),
        ("level", _COUNT),
        ("bodies", _TEXTS),
        ("amounts", _JSON),  # list of records.Amount
        ("targets", _JSON),  # list of records.Target
        ("expiries", _JSON),  # list of records.Expiry
    ]
)
"""One row per numbered clause of a page in `READINGS`."""

CITATIONS: Final = pa.schema(
    [
        ("capture_id", _TEXT),
        ("position", _COUNT),  # 0 for the first citation of the page
        ("relation", _TEXT),
        ("title", _TEXT),
        ("title_norm", _TEXT),
        ("number", _TEXT),  # in normal form
        ("number_raw", _TEXT),
        ("quote", _TEXT),
        ("date", _DAY),
        ("until", _DAY),
        ("scope", _TEXT),
    ]
)
"""One row per document that a page in `READINGS` names."""

REJECTED: Final = pa.schema(
    [
        ("capture_id", _TEXT),
        ("source", _TEXT),
        ("url", _TEXT),
        ("canonical_url", _TEXT),
        ("fetched_at", _INSTANT),
        ("stage", _TEXT),
        ("reason", _TEXT),
        ("detail", _TEXT),
    ]
)
"""One row per page that could not be read, and why."""

SCHEMAS: Final[dict[str, pa.Schema]] = {
    "captures": CAPTURES,
    "readings": READINGS,
    "clauses": CLAUSES,
    "citations": CITATIONS,
    "rejected": REJECTED,
}
"""File name without `.parquet` -> schema. A folder may lack a file: it counts as empty."""


def table(name: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """`rows` (mappings by column; a column left out is null) as the Arrow table of staging file `name`.

    Raises:
        KeyError: `name` is not in `SCHEMAS`.
        pyarrow.ArrowInvalid: a value does not fit its column.
    """
    return pa.Table.from_pylist([dict(row) for row in rows], schema=SCHEMAS[name])


def write(folder: Path, run: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> None:
    """Write one staging folder: the Parquet files, then `run.json` (the content of crawl.json), which completes it.

    A table that is left out is written empty. Text is compressed with zstd. An older content of the folder is replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / RUN_FILE
    marker.unlink(missing_ok=True)
    for name, schema in SCHEMAS.items():
        content = tables.get(name)
        content = schema.empty_table() if content is None else content.select(schema.names).cast(schema)
        pq.write_table(content, folder / f"{name}.parquet", compression="zstd")
    unfinished = folder / f"{RUN_FILE}.part"
    unfinished.write_text(json.dumps(run, ensure_ascii=False), encoding="utf-8")
    os.replace(unfinished, marker)  # noqa: PTH105 - the name of the guarantee: atomic

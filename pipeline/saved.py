"""Saved pages on disk: which files of a folder are pages, where they came from, and what is not taken and why.

What belongs here: looking at folders and sidecars. What does not: archiving and loading them (`pipeline.ingest`).

The sidecar of `X.html` is `X.json`, of `X.response.json` it is `X.json`: `{"url": …, "captured_at": …}`, both optional;
other keys are left alone. Every file met is accounted for: a page, a WARC file, or left out with a reason.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from pipeline.parsers.documents import format_of
from policywatch import clock
from policywatch.errors import UsageError

CONTENT_TYPES: Final = {
    ".html": "text/html",
    ".htm": "text/html",
    ".shtml": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".txt": "text/plain",
    ".xml": "application/xml",
    ".json": "application/json",
}
DOCUMENT_TYPES: Final = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".doc": "application/msword",
    ".wps": "application/vnd.ms-works",
    ".ofd": "application/ofd",
    ".rtf": "application/rtf",
}
"""Files that may be the document itself; what they really are, the reader sees by their bytes."""
PAGE_TYPES: Final = frozenset({*CONTENT_TYPES.values(), "text/xml"})
WARC_ENDINGS: Final = (".warc", ".warc.gz", ".arc", ".arc.gz")
MOST_BYTES: Final = 20_000_000
"""What a crawl would refuse to fetch is not taken from a file either."""
_RESPONSE: Final = ".response.json"


@dataclass(frozen=True, slots=True)
class Page:
    """A saved page. `relative` is its path below the folder that was named; `captured_at` None where nobody says."""

    path: Path
    relative: str
    url: str
    captured_at: datetime | None
    content_type: str | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Warc:
    """A WARC file."""

    path: Path
    relative: str


@dataclass(frozen=True, slots=True)
class Left:
    """A file that is not taken. `outcome`: skipped (it is no page) or rejected (it should be one and cannot be)."""

    path: Path
    relative: str
    outcome: str
    reason: str
    detail: str


Found = Page | Warc | Left


def files_of(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Every file that `paths` name or hold, in a fixed order, with its path below what was named; each file once.

    Raises:
        UsageError: a path does not exist.
    """
    met: set[Path] = set()
    for named in paths:
        if not named.exists():
            msg = f"{named} does not exist"
            raise UsageError(msg)
        for path in _walk(named) if named.is_dir() else [named]:
            if path.resolve() not in met:
                met.add(path.resolve())
                yield path, path.relative_to(named).as_posix() if named.is_dir() else path.name


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):  # does not follow links out of the folder
        folders.sort()
        yield from (Path(root, name) for name in sorted(names))


def base(path: Path) -> Path | None:
    """The path without its page ending, None for a `.json` that is no `.response.json`."""
    name = path.name
    if name.lower().endswith(_RESPONSE):
        return path.with_name(name[: -len(_RESPONSE)])
    return None if path.suffix.lower() == ".json" else path.with_suffix("")


def sidecar_of(path: Path) -> Path | None:
    """The sidecar of a page file, None where it has none."""
    stem = base(path)
    beside = None if stem is None else stem.with_name(f"{stem.name}.json")
    return beside if beside is not None and beside.is_file() else None


def content_type_of(path: Path) -> str | None:
    """What the file's ending says of its content."""
    ending = path.suffix.lower()
    return CONTENT_TYPES.get(ending) or DOCUMENT_TYPES.get(ending)


def may_be_read(content_type: str | None, content: bytes) -> bool:
    """Whether an answer of this type is a page or a file that the reader knows; many servers call a file anything."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    return not kind or kind in PAGE_TYPES or format_of(content) is not None


def made_up_url(relative: str) -> str:
    """A stable name for a page of which nobody says where it came from."""
    return f"urn:policywatch:saved:{quote(relative)}"


def look(paths: Iterable[Path]) -> Iterator[Found]:
    """What every file that `paths` name or hold is; a sidecar counts as part of its page and is not yielded.

    Raises:
        UsageError: a path does not exist.
    """
    files = list(files_of(paths))
    sidecars = {beside.resolve() for path, _ in files if (beside := sidecar_of(path)) is not None}
    for path, relative in files:
        if path.resolve() not in sidecars:
            yield _look_at(path, relative)


def _look_at(path: Path, relative: str) -> Found:
    name = path.name.lower()
    if name.endswith(WARC_ENDINGS):
        return Warc(path, relative)
    if path.name.startswith("."):
        return Left(path, relative, "skipped", "hidden", "its name begins with a dot")
    beside = sidecar_of(path)
    if beside is None:
        kind = "no_page" if name.endswith(".json") and not name.endswith(_RESPONSE) else "no_sidecar"
        detail = "no page file stands beside it" if kind == "no_page" else "no .json of the same name stands beside it"
        return Left(path, relative, "skipped", kind, detail)
    if path.stat().st_size > MOST_BYTES:
        detail = f"{path.stat().st_size:,} bytes; more than {MOST_BYTES:,} is no page"
        return Left(path, relative, "rejected", "too_large", detail)
    return _with_sidecar(path, relative, beside)


def read_sidecar(path: Path) -> dict[str, Any]:
    """The content of a sidecar.

    Raises:
        ValueError: it is no JSON object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        msg = f"{path.name} is not JSON ({error})"
        raise ValueError(msg) from None
    if not isinstance(content, dict):
        msg = f'{path.name} is not an object; write {{"url": …, "captured_at": …}}'
        raise ValueError(msg)  # noqa: TRY004 - the caller records it as any other wrong value
    return content


def _with_sidecar(path: Path, relative: str, beside: Path) -> Found:
    try:
        said = read_sidecar(beside)
        url = web_address(said.get("url"))
        captured_at = instant(said.get("captured_at"))
    except (ValueError, OSError) as error:
        return Left(path, relative, "rejected", "sidecar", str(error))
    note = None if url else "no url in the sidecar; named after its file"
    return Page(path, relative, url or made_up_url(relative), captured_at, content_type_of(path), note)


# People note beside an address where they have it from: `https://a.example/ (as the footer prints it)`.
_REMARK: Final = re.compile(r"\s\([^()]*\)\s*\Z")


def web_address(value: object) -> str | None:
    """`value` as an http(s) address, None where there is none; a remark in brackets behind it is left out.

    Raises:
        ValueError: it is something else.
    """
    if value is None or value == "":
        return None
    address = _REMARK.sub("", value).strip() if isinstance(value, str) else ""
    if address and not re.search(r"[\s\x00-\x1f]", address):
        try:
            parts = urlsplit(address)
            if parts.scheme in {"http", "https"} and parts.hostname:
                return address
        except ValueError:
            pass
    msg = f"url: {str(value)[:200]!r} is no web address; write it whole, with http:// or https://"
    raise ValueError(msg)


def instant(value: object) -> datetime | None:
    """`value` as an instant, None where there is none. A time without an offset, which sidecars often have, is UTC.

    Raises:
        ValueError: it is no time, or lies in the future.
    """
    if value is None or value == "":
        return None
    try:
        found = clock.parse_instant(_with_offset(str(value)), what="captured_at")
    except UsageError as error:
        raise ValueError(str(error)) from None
    if found > clock.now():
        msg = f"captured_at: {value} lies in the future; correct it"
        raise ValueError(msg)
    return found


def _with_offset(text: str) -> str:
    try:
        naive = datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        return text
    return f"{text}+00:00" if naive and len(text) > len("2026-03-01") else text

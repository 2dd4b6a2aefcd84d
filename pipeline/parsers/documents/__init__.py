"""Documents that are published as a file: PDF, DOCX, DOC, WPS, OFD, RTF bytes in, plain text out.

What belongs here: recognising a file by its bytes, its limits, and its text, a line a paragraph. What does not: what
the text says (`pipeline.parsers.page.read_text` reads it like any other), and scans (they are recorded as such).

Files are untrusted: whatever is in them, the outcome is a text or `Unreadable`. The libraries behind the formats are
loaded when the first file of a format is met; reading pages needs none of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pipeline.parsers.documents.formats import MAX_BYTES, NAMES, format_of
from pipeline.parsers.documents.glyphs import as_printed
from pipeline.parsers.documents.heading import first_of, title_of
from pipeline.parsers.records import Unreadable

__all__ = ["DocumentText", "document_text", "format_of"]

MAX_TEXT: Final = 5_000_000


@dataclass(frozen=True, slots=True)
class DocumentText:
    """The text of a file, a line a paragraph, and what was noticed.

    `title` is its own heading where one is found; `first` its first line that says something, for want of any title.
    """

    format: str
    text: str
    title: str | None
    first: str
    warnings: tuple[str, ...] = ()


def document_text(content: bytes) -> DocumentText:
    """The text of a file.

    Args:
        content: the file; `format_of` knows it.

    Raises:
        Unreadable: too_large, encrypted, needs_ocr, unsupported_format, broken_file or no_text.
    """
    name = format_of(content) or "unknown"
    what = NAMES.get(name, "a file of no known format")
    if len(content) > MAX_BYTES:
        raise Unreadable("too_large", f"{what} of {len(content):,} bytes; files over {MAX_BYTES:,} are not read")
    warnings: list[str] = []
    try:
        lines = [as_printed(line) for line in _reader(name)(content, warnings)]
    except Unreadable:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a library makes of an untrusted file is that file's outcome
        kind = type(error).__name__
        detail = f"{what} that cannot be opened ({kind}: {error})".replace("\n", " ")[:300]
        raise Unreadable("broken_file", detail) from None
    text = "\n".join(lines)
    if not text.strip():
        raise Unreadable("no_text", f"{what} without any text")
    if len(text) > MAX_TEXT:
        raise Unreadable("too_large", f"{what} with {len(text):,} characters of text; over {MAX_TEXT:,} are not read")
    return DocumentText(name, text, title_of(lines), first_of(lines), tuple(warnings))


def _reader(name: str) -> Callable[[bytes, list[str]], list[str]]:
    """The function that reads a format; importing it brings in the format's library."""
    if name == "pdf":
        from pipeline.parsers.documents.pdf import read_pdf  # noqa: PLC0415 - see the module's docstring

        return read_pdf
    if name == "ole":
        from pipeline.parsers.documents.oldword import read_ole  # noqa: PLC0415

        return read_ole
    if name == "zip":
        from pipeline.parsers.documents.packages import read_package  # noqa: PLC0415

        return read_package
    if name == "rtf":
        from pipeline.parsers.documents.rtf import read_rtf  # noqa: PLC0415

        return read_rtf
    raise Unreadable("unsupported_format", f"{NAMES.get(name, 'a file')}; convert it to DOCX or PDF and ingest that")

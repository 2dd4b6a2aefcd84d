"""The text layer of a PDF.

What belongs here: pages to printed lines with their places. What does not: paragraphs (`layout`).

PDFium reads it: it brings the character maps of the Chinese fonts that documents name without embedding them. It must
not be called from two threads at once, and a stream packed a thousandfold must not reach it.
"""

import re
import threading
import zlib
from collections.abc import Iterator
from typing import Any, Final

import pypdfium2
import pypdfium2.raw

from pipeline.parsers.documents.layout import Row, is_page_number, paragraphs
from pipeline.parsers.records import Unreadable

MAX_PAGES: Final = 1000
MAX_TEXT: Final = 5_000_000
MAX_UNPACKED: Final = 160 * 1024 * 1024
MAX_PICTURES: Final = 256 * 1024 * 1024
_LOCK: Final = threading.Lock()
_PASSWORD: Final = 4
_STREAM: Final = re.compile(rb"\bstream\r?\n")
_END: Final = re.compile(rb"%%EOF|startxref")
_TAIL: Final = 8192
_DICTIONARY: Final = 1024
_IN: Final = 1 << 14
_OUT: Final = 1 << 20
_SOME: Final = 5
_LITTLE: Final = 40
_MOST_OF_PAGE: Final = 0.5
_PICTURES: Final = [pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
_MOST_BAD: Final = 0.1
_BREAKS: Final = frozenset((10, 13))
_HYPHENS: Final = frozenset((0x02, 0xFFFE))


def read_pdf(content: bytes, warnings: list[str]) -> list[str]:
    """The paragraphs of a PDF's text layer.

    Raises:
        Unreadable: truncated, encrypted, needs_ocr, too_large or broken_file.
    """
    if not _END.search(content[-_TAIL:].rstrip(b"\0\r\n\t ")):
        raise Unreadable("truncated", "a PDF that stops before its end; fetch it again")
    _check_streams(content)
    with _LOCK:
        document = _open(content)
        try:
            pages, silent = _pages(document)
        finally:
            document.close()
    total = len(pages)
    if len(silent) * 2 >= total:
        raise Unreadable("needs_ocr", f"a PDF with pictures of text on {len(silent)} of {total} pages; run OCR on it")
    lines = paragraphs(pages)
    text = "".join(lines)
    bad = sum(character == "\ufffd" or "\ue000" <= character <= "\uf8ff" for character in text)
    if bad > _MOST_BAD * len(text):
        raise Unreadable("needs_ocr", "a PDF whose fonts do not say which characters they print; run OCR on it")
    if silent:
        numbers = ", ".join(map(str, silent[:20]))
        warnings.append(f"no text on pages {numbers} of {total}: they are pictures and need OCR")
    return lines


def _open(content: bytes) -> Any:  # noqa: ANN401 - pypdfium2 ships no types
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD or "assword" in str(error):
            raise Unreadable(
                "encrypted", "a PDF that opens with a password only; ask its publisher for an open one"
            ) from None
        raise Unreadable("broken_file", f"a PDF that cannot be opened ({error}); fetch it again") from None
    count = len(document)
    if not 0 < count <= MAX_PAGES:
        document.close()
        reason = "too_large" if count else "broken_file"
        raise Unreadable(reason, f"a PDF with {count:,} pages; from 1 to {MAX_PAGES:,} are read")
    return document


def _pages(document: Any) -> tuple[list[list[Row]], list[int]]:  # noqa: ANN401
    """The printed lines of every page, and the numbers of the pages that show something and say nothing."""
    pages: list[list[Row]] = []
    silent: list[int] = []
    have = 0
    for number in range(len(document)):
        try:
            page = document[number]
            textpage = page.get_textpage()
        except pypdfium2.PdfiumError as error:
            raise Unreadable("broken_file", f"a PDF whose page {number + 1} cannot be opened ({error})") from None
        have += textpage.count_chars()
        if have > MAX_TEXT:
            raise Unreadable("too_large", f"a PDF with over {MAX_TEXT:,} characters of text")
        rows = list(_rows(textpage))
        if _is_silent(page, rows):
            silent.append(number + 1)
        pages.append(rows)
        textpage.close()
        page.close()
    return pages, silent


def _is_silent(page: Any, rows: list[Row]) -> bool:  # noqa: ANN401
    """Whether a page shows something and says nothing: a scan, perhaps with a page number or a scanner's name on it."""
    said = sum(len(row.text.strip()) for row in rows if not is_page_number(row.text))
    if said >= _LITTLE or not pypdfium2.raw.FPDFPage_CountObjects(page.raw):
        return False
    if said < _SOME:
        return True
    width, height = page.get_size()
    return any(_area(picture) > _MOST_OF_PAGE * width * height for picture in page.get_objects(_PICTURES, max_depth=4))


def _area(picture: Any) -> float:  # noqa: ANN401
    try:
        left, bottom, right, top = picture.get_bounds()
    except pypdfium2.PdfiumError:
        return 0.0
    return float((right - left) * (top - bottom))


def _rows(textpage: Any) -> Iterator[Row]:  # noqa: ANN401
    """The lines of a page as PDFium parts them."""
    raw = textpage.raw
    first, codes = 0, list[int]()
    for index in range(textpage.count_chars()):
        code = pypdfium2.raw.FPDFText_GetUnicode(raw, index)
        if code in _BREAKS:
            yield from _row(textpage, first, codes)
            first, codes = index + 1, []
        elif code in _HYPHENS:  # a word parted between two lines, which PDFium gives as one
            yield from _row(textpage, first, [*codes, ord("-")])
            first, codes = index + 1, []
        else:
            codes.append(code)
    yield from _row(textpage, first, codes)


def _row(textpage: Any, first: int, codes: list[int]) -> Iterator[Row]:  # noqa: ANN401
    characters = [chr(code) if code < 0x110000 else "\ufffd" for code in codes]  # noqa: PLR2004 - where Unicode ends
    shown = [index for index, character in enumerate(characters) if character > " " and not character.isspace()]
    if not shown:
        return
    text = "".join(characters).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    boxes = []
    for index in (shown[0], shown[-1]):
        try:
            boxes.append(textpage.get_charbox(first + index, loose=True))
        except pypdfium2.PdfiumError:
            boxes.append((0.0, 0.0, 0.0, 0.0))
    (left, bottom, _, top), (_, bottom_too, right, top_too) = boxes
    yield Row(text.replace("\x00", ""), left, right, min(bottom, bottom_too), max(top, top_too))


def _check_streams(content: bytes) -> None:
    """Raise where what is packed would unpack to more than a document can be: PDFium would try.

    Raises:
        Unreadable: too_large.
    """
    text = pictures = 0
    for match in _STREAM.finditer(content):
        head = content[max(0, match.start() - _DICTIONARY) : match.start()]
        head = head[head.rfind(b"obj") + 1 :]
        if b"Flate" not in head and b"/Fl" not in head:
            continue
        if head.count(b"/Flate") + head.count(b"/LZW") > 1:
            raise Unreadable("too_large", "a PDF with a stream that is packed twice over; print it to a new PDF")
        if b"/Image" in head:
            pictures += _unpacked(content, match.end(), MAX_PICTURES)
        else:
            text += _unpacked(content, match.end(), MAX_UNPACKED)
        if text > MAX_UNPACKED or pictures > MAX_PICTURES:
            raise Unreadable(
                "too_large", f"a PDF that unpacks to more than {MAX_UNPACKED:,} bytes besides its pictures"
            )


def _unpacked(content: bytes, start: int, limit: int) -> int:
    """How many bytes a packed stream holds, counted no further than the limit."""
    unpacker = zlib.decompressobj()
    size, data, position = 0, b"", start
    try:
        while not unpacker.eof and size <= limit:
            data = unpacker.unconsumed_tail
            if not data:
                data = content[position : position + _IN]
                position += len(data)
            if not data:
                break
            size += len(unpacker.decompress(data, _OUT))
    except zlib.error:
        pass  # PDFium stops at the same place
    return size

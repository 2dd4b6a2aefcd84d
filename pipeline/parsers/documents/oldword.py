"""OLE files: the text of a DOC of Word 97 to 2003, and of a WPS, which holds the same streams.

What belongs here: the piece table of [MS-DOC] 2.4.1, which says where the characters of the text are. What does not:
anything of their looks. Numbers that Word prints by itself are not in the text, and are missing here.
"""

import io
import re
import struct
from dataclasses import dataclass
from typing import Final

import olefile

from pipeline.parsers.records import Unreadable

_WORD_97: Final = 0xA5EC
_OLDER: Final = frozenset({0xA5DB, 0xA5DC, 0xA59C, 0xA59B, 0xA5EB})
_ENCRYPTED: Final = 0x0100
_TABLE_1: Final = 0x0200
_FIB: Final = 0x01AA
_LISTS: Final = 0x02E6
_COMPRESSED: Final = 1 << 30
_MARKS: Final = re.compile(r"([\x07\r\x0b\x0c\x13\x14\x15])")
_CONTENTS_FIELD: Final = re.compile(r"^\s{0,20}TOC\b")
_INSTRUCTION: Final = 40
MAX_TEXT: Final = 5_000_000
_PARAGRAPH_ENDS: Final = frozenset("\r\x0b\x0c")
_OTHER: Final = {
    "Workbook": "an old XLS spreadsheet",
    "Book": "an old XLS spreadsheet",
    "PowerPoint Document": "an old PPT presentation",
}


def read_ole(content: bytes, warnings: list[str]) -> list[str]:
    """The paragraphs and rows of the main document.

    Raises:
        Unreadable: encrypted, unsupported_format or broken_file.
    """
    if not olefile.isOleFile(data=content):
        raise Unreadable("broken_file", "an OLE file that is cut off; fetch it again")
    with olefile.OleFileIO(io.BytesIO(content)) as file:
        streams = {"/".join(path).lower(): path for path in file.listdir()}
        if "encryptedpackage" in streams:
            raise Unreadable("encrypted", "a DOCX that opens with a password only; ask its publisher for an open one")
        if "worddocument" not in streams:
            what = next(
                (kind for name, kind in _OTHER.items() if name.lower() in streams), "an OLE file without a Word text"
            )
            raise Unreadable("unsupported_format", f"{what}; convert it to DOCX or PDF and ingest that")
        main = file.openstream(streams["worddocument"]).read()
        flags = _check(main)
        table = "1table" if flags & _TABLE_1 else "0table"
        if table not in streams:
            raise Unreadable("broken_file", "a DOC without the table of its text; fetch it again")
        pieces = file.openstream(streams[table]).read()
    lines = _lines(_text(main, pieces))
    if _has_lists(main):
        warnings.append("an old DOC with lists: numbers that Word prints by itself are not in its text")
    return lines


def _check(main: bytes) -> int:
    """The flags at the head of the main stream, if it is one that can be read."""
    if len(main) < _FIB:
        raise Unreadable("broken_file", "a DOC that is cut off; fetch it again")
    (kind,) = struct.unpack_from("<H", main, 0)
    (flags,) = struct.unpack_from("<H", main, 0x0A)
    if kind in _OLDER:
        raise Unreadable("unsupported_format", "a DOC older than Word 97; convert it to DOCX and ingest that")
    if kind != _WORD_97:
        raise Unreadable("broken_file", "a DOC with no Word text where it should be; fetch it again")
    if flags & _ENCRYPTED:
        raise Unreadable("encrypted", "a DOC that opens with a password only; ask its publisher for an open one")
    return int(flags)


def _has_lists(main: bytes) -> bool:
    """Whether the document defines lists: then numbers may be printed that are nowhere in the text."""
    return len(main) >= _LISTS + 4 and struct.unpack_from("<I", main, _LISTS)[0] > 2  # noqa: PLR2004 - a count alone


def _text(main: bytes, table: bytes) -> str:
    """The characters of the main document, without headers, footers and notes, which stand behind it."""
    (count,) = struct.unpack_from("<i", main, 0x4C)
    if count > MAX_TEXT:
        raise Unreadable("too_large", f"a DOC with {count:,} characters of text; over {MAX_TEXT:,} are not read")
    start, length = struct.unpack_from("<II", main, 0x01A2)
    complex_part = table[start : start + length]
    position = 0
    while position < len(complex_part) and complex_part[position] == 1:
        (size,) = struct.unpack_from("<H", complex_part, position + 1)
        position += 3 + size
    if position + 5 > len(complex_part) or complex_part[position] != 2:  # noqa: PLR2004 - the mark of the piece table
        raise Unreadable("broken_file", "a DOC without the table of its text; fetch it again")
    (size,) = struct.unpack_from("<I", complex_part, position + 1)
    plc = complex_part[position + 5 : position + 5 + size]
    number = (len(plc) - 4) // 12
    ends = struct.unpack_from(f"<{number + 1}i", plc, 0)
    parts: list[str] = []
    have = 0
    for index in range(number):
        characters = min(ends[index + 1], count) - ends[index]
        if characters <= 0 or have >= len(main):
            continue
        (place,) = struct.unpack_from("<I", plc, 4 * (number + 1) + 8 * index + 2)
        if place & _COMPRESSED:
            at = (place & ~_COMPRESSED) // 2
            piece = main[at : at + characters]
            parts.append(piece.decode("cp1252", "replace"))
            have += len(piece)
        else:
            piece = main[place : place + 2 * characters]
            parts.append(piece.decode("utf-16-le", "replace"))
            have += len(piece) // 2
    if have < count:
        raise Unreadable("broken_file", "a DOC that lacks a part of its text; fetch it again")
    return "".join(parts)


@dataclass(slots=True)
class _Field:
    """An open field: what it asks for, and whether its result has begun."""

    instruction: str = ""
    shown: bool = False
    contents: bool = False


class _Paper:
    """Takes the characters as they come and gives lines: paragraphs, and rows of tables with their cells parted."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._cells: list[str] = []
        self._fields: list[_Field] = []
        self._in_contents = 0
        self._here: list[str] = []

    def take(self, piece: str) -> None:
        """Take one mark, or the text between two."""
        if piece == "\x13":
            self._fields.append(_Field())
        elif piece in {"\x14", "\x15"}:
            self._turn(ends=piece == "\x15")
        elif self._fields and not self._fields[-1].shown:
            self._fields[-1].instruction = (self._fields[-1].instruction + piece)[:_INSTRUCTION]
        elif not self._in_contents:
            self._write(piece)

    def _turn(self, *, ends: bool) -> None:
        """Go from a field's instruction to its result, or from that to the text behind it."""
        if ends and self._fields:
            self._in_contents -= self._fields.pop().contents
        elif self._fields and not self._fields[-1].shown:
            field = self._fields[-1]
            field.shown, field.contents = True, _CONTENTS_FIELD.match(field.instruction) is not None
            self._in_contents += field.contents

    def _write(self, piece: str) -> None:
        if piece == "\x07":
            # A cell ends with this mark, and a row with one more.
            if text := self._taken():
                self._cells.append(text)
            elif self._cells:
                self.lines.append(" | ".join(self._cells))
                self._cells.clear()
        elif piece not in _PARAGRAPH_ENDS:
            self._here.append(_clean(piece))
        elif self._cells:
            self._here.append(" ")
        else:
            self.end()

    def _taken(self) -> str:
        text = "".join(self._here).strip()
        self._here.clear()
        return text

    def end(self) -> None:
        """End the paragraph."""
        if text := self._taken():
            self.lines.append(text)


def _lines(text: str) -> list[str]:
    """The lines of a text with Word's marks; fields give their result, tables of contents are left out."""
    paper = _Paper()
    for piece in _MARKS.split(text):
        paper.take(piece)
    paper.take("\x07")  # a row that the end of the file cut off
    paper.end()
    return paper.lines


def _clean(text: str) -> str:
    text = text.replace("\x1e", "-").replace("\t", " ")
    return "".join(character for character in text if character >= " ")

"""RTF files: plain text with its control words taken out.

What belongs here: reading the text with striprtf. What does not: what the text says. Pictures, headers, footers and
properties are no text of the document; cells of a row are parted by ` | `, as in every other format.
"""

import re
from typing import Final

from striprtf.striprtf import rtf_to_text

from pipeline.parsers.records import Unreadable

_CHARSET: Final = re.compile(rb"\\fcharset(\d{1,3})")
_CODE_PAGE: Final = re.compile(rb"\\ansicpg(\d{1,5})")
_BY_CHARSET: Final = {b"134": 936, b"136": 950}
"""Character sets of fonts in which Chinese is written, and their code pages."""
_ESCAPED: Final = re.compile(rb"\\'[89a-fA-F]")
_WESTERN: Final = frozenset({b"1252", b"0"})
_MAX: Final = 20 * 1024 * 1024


def read_rtf(content: bytes, warnings: list[str]) -> list[str]:  # noqa: ARG001 - as every format's reader
    """The paragraphs and rows of an RTF file.

    Raises:
        Unreadable: too_large or broken_file.
    """
    if not content.rstrip(b"\x00\r\n \t").endswith(b"}"):
        raise Unreadable("broken_file", "an RTF file that is cut off; fetch it again")
    if len(content) > _MAX:
        raise Unreadable("too_large", f"an RTF file of {len(content):,} bytes; over {_MAX:,} are not read")
    text: str = rtf_to_text(_declared(content).decode("latin-1"), errors="replace")  # type: ignore[no-untyped-call]
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\x00", "")
    return [_row(line) for line in text.splitlines() if line.strip(" |\t")]


def _declared(content: bytes) -> bytes:
    """`content` under the code page of its Chinese font, where it declares a Western one and holds escaped bytes."""
    page = _CODE_PAGE.search(content[:4096])
    fonts = {number for number in _CHARSET.findall(content[:65536]) if number in _BY_CHARSET}
    if len(fonts) != 1 or (page and page[1] not in _WESTERN) or not _ESCAPED.search(content):
        return content
    code = b"\\ansicpg%d" % _BY_CHARSET[fonts.pop()]
    return content.replace(page[0], code, 1) if page else content.replace(b"{\\rtf1", b"{\\rtf1\\ansi" + code, 1)


def _row(line: str) -> str:
    """A row of a table with its cells parted as elsewhere; other lines as they are."""
    if not line.endswith("|"):
        return line.strip()
    return " | ".join(cell.strip() for cell in line.rstrip("|").split("|"))

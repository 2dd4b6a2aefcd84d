"""The text of a DOCX: paragraphs and rows of tables in order, with the numbers that Word prints before them.

What belongs here: the body of the document. What does not: headers, footers, notes and comments, which no one cites.

python-docx opens the package and finds its parts. Its own `paragraph.text` leaves out smart tags, insertions and
content controls, and list numbers are no text at all; so the elements are walked here.
"""

import io
from collections.abc import Iterator
from typing import Any, Final

import docx
from docx.oxml.ns import qn

from pipeline.parsers.documents.numbering import Numbering
from pipeline.parsers.records import Unreadable

MAX_DEPTH: Final = 40
_MAX_CELL: Final = 12
_PARAGRAPH: Final = qn("w:p")
_TABLE: Final = qn("w:tbl")
_ROW: Final = qn("w:tr")
_CELL: Final = qn("w:tc")
_BLOCKS: Final = frozenset({qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml"), qn("w:ins"), qn("w:moveTo")})
_TEXT: Final = qn("w:t")
_BREAKS: Final = frozenset({qn("w:br"), qn("w:cr")})
_BOX: Final = qn("w:txbxContent")
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED: Final = frozenset(
    {qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), qn("w:sdtPr"), _FALLBACK, _PARAGRAPH}
)
_PICTURES: Final = (qn("a:blip"), "{urn:schemas-microsoft-com:vml}imagedata")
_OTHER: Final = {qn("w:tab"): " ", qn("w:ptab"): " ", qn("w:noBreakHyphen"): "-"}


def read_docx(content: bytes) -> list[str]:
    """The paragraphs and rows of the document's body.

    Raises:
        Unreadable: needs_ocr.
    """
    document = docx.Document(io.BytesIO(content))
    part = document.part
    related = {
        relation.reltype.rsplit("/", 1)[-1]: relation for relation in part.rels.values() if not relation.is_external
    }
    numbering = related["numbering"].target_part.element if "numbering" in related else None
    styles = related["styles"].target_part.element if "styles" in related else None
    reader = _Reader(Numbering(numbering, styles))
    body = document.element.body
    lines = list(reader.blocks(body))
    if not lines and next(body.iter(*_PICTURES), None) is not None:
        raise Unreadable("needs_ocr", "a DOCX with pictures of text only; run OCR on it")
    return lines


class _Reader:
    """Walks the body once: list numbers count on from paragraph to paragraph."""

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering

    def blocks(self, parent: Any, depth: int = 0) -> Iterator[str]:  # noqa: ANN401
        """The lines of all paragraphs and tables right beneath `parent`."""
        if depth > MAX_DEPTH:
            return
        for child in parent.iterchildren():
            if child.tag == _PARAGRAPH:
                yield from self._paragraph(child, depth)
            elif child.tag == _TABLE:
                yield from self._table(child, depth)
            elif child.tag in _BLOCKS:
                yield from self.blocks(child, depth + 1)

    def _paragraph(self, element: Any, depth: int) -> Iterator[str]:  # noqa: ANN401
        pieces: list[str] = []
        boxes: list[Any] = []
        _gather(element, pieces, boxes)
        lines = [line.strip() for line in "".join(pieces).split("\n")]
        # A deleted or empty paragraph is not counted in a list.
        if any(lines) and not self._numbering.in_contents(element):
            label = self._numbering.label(element)
            first = next(index for index, line in enumerate(lines) if line)
            lines[first] = label + lines[first]
            yield from filter(None, lines)
        for box in boxes:
            yield from self.blocks(box, depth + 1)

    def _table(self, table: Any, depth: int) -> Iterator[str]:  # noqa: ANN401
        for row in _inside(table, _ROW):
            cells = [list(self.blocks(cell, depth + 1)) for cell in _inside(row, _CELL)]
            filled = [cell for cell in cells if cell]
            if len(filled) > 1 and max(map(len, filled)) <= _MAX_CELL:
                yield " | ".join(" ".join(cell) for cell in filled)
            else:
                yield from (line for cell in filled for line in cell)


def _inside(parent: Any, tag: str, depth: int = 0) -> Iterator[Any]:  # noqa: ANN401
    """The rows of a table or the cells of a row, also those in content controls and insertions."""
    for child in parent.iterchildren():
        if child.tag == tag:
            yield child
        elif child.tag in _BLOCKS and depth < MAX_DEPTH:
            yield from _inside(child, tag, depth + 1)


def _gather(element: Any, pieces: list[str], boxes: list[Any]) -> None:  # noqa: ANN401
    """Add the text of a paragraph to `pieces`, in order, and its text boxes to `boxes`."""
    waiting = list(reversed(list(element)))
    while waiting:
        node = waiting.pop()
        tag = node.tag
        if tag == _TEXT:
            pieces.append(node.text or "")
        elif tag in _BREAKS:
            pieces.append("\n")
        elif tag in _OTHER:
            pieces.append(_OTHER[tag])
        elif tag == _BOX:
            boxes.append(node)
        elif tag not in _SKIPPED:
            waiting.extend(reversed(list(node)))

"""Files made for the tests, at test time: PDF, DOCX, OFD and old DOC, as office programs write them."""

import io
import struct
import zipfile

import docx
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import CIDFont, UnicodeCIDFont
from reportlab.pdfgen import canvas

FONT = "STSong-Light"
SIZE, LEFT, WIDE = 16, 80, 27
"""Size of letters, left margin, characters in a line: a page of official paper, roughly."""
_HANGING = "，。；：、）》"


def laid_out(text):
    """`text` in lines as a layout program breaks it: filled to the margin, no line begins with a comma."""
    line, wide = "", 0.0
    for index, character in enumerate(text):
        width = 0.5 if character.isascii() else 1
        hangs = text[index + 1 : index + 2] and text[index + 1] in _HANGING
        if wide + width + bool(hangs) > WIDE:
            yield line
            line, wide = "", 0.0
        line, wide = line + character, wide + width
    yield line


def pdf(*pages, number="— {n} —", head=None, password=None, owner=None):
    """A PDF. A page is rows of (kind, text): `c` centred, `p` an indented paragraph, `f` one flush, `r` at the right,
    `picture` a drawing, `raw` a line as it is; None is a page without anything.
    """
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    lock = None
    if password or owner:
        lock = StandardEncryption(password or "", ownerPassword=owner or password, canPrint=0, canCopy=0)
    paper = canvas.Canvas(out, pagesize=(595, 842), encrypt=lock, pageCompression=1)
    for n, rows in enumerate(pages, 1):
        _page(paper, rows or [], number.format(n=n) if number and rows else None, head)
        paper.showPage()
    paper.save()
    return out.getvalue()


def _page(paper, rows, number, head):
    paper.setFont(FONT, 10)
    if head:
        paper.drawCentredString(297, 810, head)
    y = 770
    for kind, text in rows:
        paper.setFont(FONT, 22 if kind == "c" else SIZE)
        if kind == "c":
            paper.drawCentredString(297, y, text)
        elif kind == "r":
            paper.drawRightString(LEFT + SIZE * WIDE - 40, y, text)
        elif kind == "picture":
            paper.rect(80, 100, 400, 600, fill=1)
        elif kind == "raw":
            paper.drawString(LEFT, y, text)
        else:
            for line in laid_out(("　　" if kind == "p" else "") + text):
                bare = line.lstrip("　")
                paper.drawString(LEFT + SIZE * (len(line) - len(bare)), y, bare)
                y -= 28
            continue
        y -= 32
    if number:
        paper.setFont(FONT, 12)
        paper.drawCentredString(297, 50, number)


def pdf_without_map(text):
    """A PDF that names a font by the encoding of its characters (GBK) and says nowhere what these are in Unicode."""
    font = CIDFont(FONT, "GBK-EUC-H")
    pdfmetrics.registerFont(font)
    out = io.BytesIO()
    paper = canvas.Canvas(out)
    words = paper.beginText(80, 700)
    words.setFont(font.fontName, SIZE)
    words._code.append(f"<{text.encode('gbk').hex()}> Tj")
    paper.drawText(words)
    paper.save()
    return out.getvalue()


def word(*blocks, numbering=None, styles=()):
    """A DOCX. A block is text, (number of its list, level, text), a list of rows, or an element."""
    document = docx.Document()
    if numbering is not None:
        root = document.part.numbering_part.element
        root[:] = list(parse_xml(f"<w:numbering {nsdecls('w')}>{numbering}</w:numbering>"))
    for style in styles:
        document.styles.element.append(element(style))
    section = document.sections[0]
    section.header.paragraphs[0].text = "页眉里的话"
    section.footer.paragraphs[0].text = "— 1 —"
    for block in blocks:
        if isinstance(block, str):
            document.add_paragraph(block)
        elif isinstance(block, list):
            _tabled(document, block)
        elif isinstance(block, tuple):
            _numbered(document, *block)
        else:
            document.element.body.insert(len(document.element.body) - 1, block)
    return _saved(document)


def _tabled(document, block):
    table = document.add_table(rows=len(block), cols=len(block[0]))
    for row, cells in zip(table.rows, block, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text


def _numbered(document, number, level, text):
    """A paragraph whose number is a rule of list `number`."""
    paragraph = document.add_paragraph(text)
    rule = OxmlElement("w:numPr")
    for name, value in (("w:ilvl", level), ("w:numId", number)):
        child = OxmlElement(name)
        child.set(qn("w:val"), str(value))
        rule.append(child)
    paragraph._p.get_or_add_pPr().append(rule)


def _saved(document):
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def element(xml):
    """An element of a DOCX's body."""
    return parse_xml(xml.replace(">", f" {nsdecls('w')}>", 1))


def package(parts, compression=zipfile.ZIP_DEFLATED):
    """A ZIP of named parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def ofd(*pages, doctype=""):
    """An OFD. A page is rows of (x, y, text) in millimetres, y downwards; a row of None is a picture."""
    parts = {
        "OFD.xml": f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<ofd:OFD {NAMESPACE} Version="1.0" DocType="OFD">'
        "<ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {NAMESPACE}><ofd:CommonData/><ofd:Pages>"
        + "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
        + "</ofd:Pages></ofd:Document>",
    }
    for n, rows in enumerate(pages):
        content = "".join(
            '<ofd:ImageObject ResourceID="9" Boundary="0 0 210 297"/>'
            if row is None
            else f'<ofd:TextObject Boundary="{row[0]} {row[1]} {len(row[2]) * 5.6} 6" Font="1" Size="5.6">'
            f'<ofd:TextCode X="0" Y="5">{row[2]}</ofd:TextCode></ofd:TextObject>'
            for row in rows
        )
        parts[f"Doc_0/Pages/Page_{n}/Content.xml"] = (
            f"<ofd:Page {NAMESPACE}><ofd:Content><ofd:Layer>{content}</ofd:Layer></ofd:Content></ofd:Page>"
        )
    return package(parts)


def ole(streams):
    """An OLE file with streams beside each other, each filled up to a whole number of sectors and to 4,096 bytes."""
    sector = 512
    padded = {name: data.ljust(max(4096, -(-len(data) // sector) * sector), b"\0") for name, data in streams.items()}
    sectors = sum(len(data) // sector for data in padded.values())
    tables = -(-(sectors + 1) // (sector // 4 - 1))
    table = [0xFFFFFFFD] * tables + [0xFFFFFFFE]  # the table itself comes first, then the directory
    entries = [_entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)]
    body = b""
    for index, (name, data) in enumerate(padded.items()):
        first = len(table)
        table += [*range(first + 1, first + len(data) // sector), 0xFFFFFFFE]
        right = index + 2 if index + 1 < len(padded) else 0xFFFFFFFF
        entries.append(_entry(name, 2, 0xFFFFFFFF, first, len(data), right))
        body += data
    directory = b"".join(entries).ljust(sector, b"\0")
    assert len(directory) == sector
    fat = struct.pack(f"<{len(table)}I", *table).ljust(tables * sector, b"\xff")
    assert len(fat) == tables * sector
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, tables, tables, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack(f"<{tables}I", *range(tables)).ljust(4 * 109, b"\xff")
    return head + fat + directory + body


def _entry(name, kind, child, first, size, right=0xFFFFFFFF):  # noqa: PLR0917 - the fields in their order
    encoded = name.encode("utf-16-le") + b"\0\0"
    return encoded.ljust(64, b"\0") + struct.pack(
        "<HBBIII16sI8s8sIQ",
        len(encoded),
        kind,
        1,
        0xFFFFFFFF,
        right,
        child,
        bytes(16),
        0,
        bytes(8),
        bytes(8),
        first,
        size,
    )


def doc(text, *, flags=0x0200, kind=0xA5EC, after="", pieces=1, missing=0):
    """An old DOC with `text` (Word's own marks in it) and, behind it, what headers and notes would be."""
    whole = text + after
    main = bytearray(0x0400)
    struct.pack_into("<H", main, 0, kind)
    struct.pack_into("<H", main, 0x0A, flags)
    struct.pack_into("<i", main, 0x4C, len(text) + missing)
    step = -(-len(whole) // pieces)
    starts = list(range(0, len(whole), step))
    places = []
    for start in starts:
        part = whole[start : start + step]
        if part.isascii():
            places.append((len(main) * 2) | 1 << 30)
            main += part.encode("cp1252")
        else:
            places.append(len(main))
            main += part.encode("utf-16-le")
    plc = struct.pack(f"<{len(starts) + 1}i", *starts, len(whole))
    plc += b"".join(struct.pack("<HIH", 0, place, 0) for place in places)
    table = b"\x01\x02\x00xx" + b"\x02" + struct.pack("<I", len(plc)) + plc
    struct.pack_into("<II", main, 0x01A2, 0, len(table))
    return ole({"WordDocument": bytes(main), "1Table": table})


def rtf(paragraphs, page="\\ansicpg936", written="escaped", rows=()):
    """An RTF as Chinese Word or WPS writes it: characters as escaped bytes of GBK, or by their number in Unicode."""

    def put(text):
        if written == "unicode":
            return "".join(f"\\u{ord(character)}?" for character in text)
        return "".join(f"\\'{byte:02x}" for byte in text.encode("gbk"))

    body = "".join(f"\\pard {put(text)}\\par\n" for text in paragraphs)
    body += "".join("\\trowd " + "".join(f"{put(cell)}\\cell " for cell in row) + "\\row\n" for row in rows)
    font = "{\\fonttbl{\\f0\\fnil\\fcharset134 SimSun;}}"
    return f"{{\\rtf1\\ansi{page}{font}{{\\footer {put('页脚')}}}\\f0 {body}}}".encode("ascii")

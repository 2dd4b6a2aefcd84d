"""ZIP packages: opened within limits, told apart, and read by their own module.

What belongs here: what every package has in common. What does not: the text of a DOCX (`word`) or an OFD (`ofd`).
"""

import io
import zipfile
from typing import Any, Final

from lxml import etree

from pipeline.parsers.records import Unreadable

MAX_MEMBERS: Final = 10_000
MAX_UNPACKED: Final = 200 * 1024 * 1024
MAX_XML: Final = 30 * 1024 * 1024
_ENCRYPTED: Final = 0x1
MAX_MARKS: Final = 3_000_000
"""Tags and attributes: each becomes a node of a tree, many times as large as it is written."""
_PROLOG: Final = 4096
_XML: Final = (".xml", ".rels")
_KINDS: Final = {
    "xl/workbook.xml": "an XLSX spreadsheet",
    "xl/workbook.bin": "an XLSB spreadsheet",
    "ppt/presentation.xml": "a PPTX presentation",
    "content.xml": "an OpenDocument file",
    "uof.xml": "a UOF file",
}


def read_package(content: bytes, warnings: list[str]) -> list[str]:
    """The paragraphs of a DOCX, of a WPS that is one inside, or of an OFD.

    Raises:
        Unreadable: too_large, encrypted, unsupported_format or broken_file.
    """
    package = open_package(content)
    names = {name.lower().lstrip("/"): name for name in package.namelist()}
    if "ofd.xml" in names:
        from pipeline.parsers.documents.ofd import read_ofd  # noqa: PLC0415 - one format's code at a time

        return read_ofd(package, warnings)
    if "word/document.xml" in names:
        from pipeline.parsers.documents.word import read_docx  # noqa: PLC0415 - brings in python-docx

        check_xml(*(package.read(name) for name in package.namelist() if name.lower().endswith(_XML)))
        return read_docx(content)
    what = next((kind for name, kind in _KINDS.items() if name in names), "a ZIP archive")
    raise Unreadable("unsupported_format", f"{what}; take out or convert what it holds, and ingest that")


def open_package(content: bytes) -> zipfile.ZipFile:
    """The package, if what it would unpack to stays within the limits; `zipfile` holds members to what they declare.

    Raises:
        Unreadable: too_large, encrypted or broken_file.
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unreadable("broken_file", f"a ZIP package that cannot be opened ({error}); fetch it again") from None
    members = package.infolist()
    xml = sum(member.file_size for member in members if member.filename.lower().endswith(_XML))
    whole = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or whole > MAX_UNPACKED or xml > MAX_XML:
        detail = f"a package of {len(members):,} parts and {whole:,} bytes unpacked, {xml:,} of them XML"
        raise Unreadable("too_large", detail)
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise Unreadable("encrypted", "a package that opens with a password only; ask its publisher for an open one")
    return package


def check_xml(*parts: bytes) -> None:
    """Raise where XML must not be parsed: it declares entities, which no office program does, or has too many nodes.

    Raises:
        Unreadable: broken_file or too_large.
    """
    for content in parts:
        start = content[:_PROLOG].replace(b"\0", b"").lower()
        if b"<!doctype" in start or b"<!entity" in start:
            raise Unreadable("broken_file", "a package whose XML declares entities; no office program writes that")
    marks = sum(content.count(b"<") + content.count(b"=") for content in parts)
    if marks > MAX_MARKS:
        raise Unreadable("too_large", f"a package with {marks:,} tags and attributes; over {MAX_MARKS:,} are not read")


def parse_xml(package: zipfile.ZipFile, name: str) -> Any:  # noqa: ANN401 - lxml's elements are not typed
    """The root element of a part, read without entities, document types or the network.

    Raises:
        Unreadable: broken_file.
    """
    content = package.read(name)
    check_xml(content)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(content, parser)

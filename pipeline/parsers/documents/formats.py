"""Which kind of file some bytes are, by their first bytes and not by any name.

What belongs here: signatures. What does not: what is inside a ZIP or an OLE file (`packages`, `oldword`).
"""

from typing import Final

MAX_BYTES: Final = 50 * 1024 * 1024
"""A file with pictures is larger than a page may be."""
NAMES: Final = {
    "pdf": "a PDF",
    "zip": "a ZIP package (DOCX, OFD, WPS or the like)",
    "ole": "an OLE file (DOC, WPS or the like)",
    "rtf": "an RTF file",
}
_SIGNATURES: Final = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\xd0\xcf\x11\xe0": "ole",
    b"{\\rtf": "rtf",
}
_JUNK: Final = 1024


def format_of(content: bytes) -> str | None:
    """`pdf`, `zip`, `ole` or `rtf`; None for what may be a page."""
    for signature, name in _SIGNATURES.items():
        if content.startswith(signature):
            return name
    # Servers and mail programs put stray bytes before a PDF, and its readers all accept up to 1,024 of them.
    before, found, _ = content[:_JUNK].partition(b"%PDF-")
    return "pdf" if found and b"<" not in before else None

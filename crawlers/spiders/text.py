"""Bytes of a listing to text.

What belongs here: decoding, and the envelopes of XML. What does not: pages, which the reader decodes by itself
(`pipeline.parsers`).
"""

import re
from codecs import getincrementaldecoder
from typing import Any

from lxml import etree

_DECLARED = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)


def decoded(body: bytes, content_type: str = "") -> str:
    """`body` as text, with replacement characters where it cannot be.

    UTF-8 wins over any declaration: nothing else reads as UTF-8 by chance, and pages that declare GB2312 and hold UTF-8
    are common. The GB names are all read as GB18030, which holds them.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        # Not final: a body cut in the middle of a character is UTF-8 all the same.
        return getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.search(content_type.encode("latin-1", "replace")) or _DECLARED.search(body[:2048])
    name = declared.group(1).decode("ascii").lower() if declared else ""
    if not name or name.startswith(("gb", "hz", "cp936", "utf")):
        return body.decode("gb18030", "replace")
    try:
        return body.decode(name, "replace")
    except LookupError:
        return body.decode("gb18030", "replace")


_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def xml_root(text: str) -> Any:  # noqa: ANN401 - lxml elements have no public type
    """The root of an XML answer, read as far as it goes; None where it is none."""
    # No entities, no network, no DTD: a listing is untrusted input.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        return etree.fromstring(_XML_DECLARATION.sub("", text).strip().encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def is_cut(text: str, root: str) -> bool:
    """Whether an XML answer ends before its root element does."""
    return not re.search(rf"</(?:[\w.-]+:)?{re.escape(root)}\s*>\s*(?:<!--.*-->\s*)?$", text[-500:].rstrip("\x00\n "))

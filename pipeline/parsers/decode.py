"""Bytes to text, whatever the page says of itself.

What belongs here: sizes, signatures of other file types, character sets. What does not: markup.
"""

import re
from typing import Final

from pipeline.parsers.records import Unreadable

MAX_BYTES: Final = 20 * 1024 * 1024
_DECLARED: Final = re.compile(rb"""charset\s{0,5}=\s{0,5}["']?\s{0,5}([A-Za-z0-9_\-]{2,20})""", re.IGNORECASE)
_SIGNATURES: Final = {
    b"%PDF": "a PDF", b"PK\x03\x04": "a ZIP, DOCX, XLSX or OFD file",
    b"\xd0\xcf\x11\xe0": "an old DOC, XLS or WPS file",
    b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture", b"Rar!": "a RAR archive",
    b"\x1f\x8b": "a gzip file", b"{\\rtf": "an RTF file", b"BM": "a picture", b"RIFF": "a media file",
}  # fmt: skip
_SAME: Final = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312": "gb18030", "gb-2312": "gb18030", "big5": "big5hkscs"}
_GOOD: Final = re.compile(r"[\u4e00-\u9fff]")
_COMMON: Final = frozenset(
    "的一是在不有和人大中上年月日第国國市政府关關于於通知工作部局各区區县縣及为為办辦发發业業行公管理事规規定会會"
)
_SHARE: Final = 0.06
_SAMPLE: Final = 60_000
_MAX_BAD: Final = 0.02
_TAIL: Final = 4


def _declared(content: bytes, content_type: str | None) -> list[str]:
    names: list[str] = []
    for source in ((content_type or "").encode("ascii", "ignore"), content[:4096]):
        for match in _DECLARED.finditer(source):
            name = match[1].decode("ascii").lower()
            names.append(_SAME.get(name, name))
    return names


def _attempt(content: bytes, name: str) -> tuple[float, str] | None:
    """Share of characters that did not decode, and the text."""
    try:
        text = content.decode(name, "replace")
    except LookupError:
        return None
    if not text:
        return None
    return text.count("\ufffd") / len(text), text


def decode(content: bytes, content_type: str | None = None) -> str:
    """The page's text: UTF-8 where the bytes are UTF-8, else as declared, else GB18030, else Big5.

    Raises:
        Unreadable: empty, too_large, not_html (another kind of file) or undecodable.
    """
    return decoded(content, content_type)[0]


def decoded(content: bytes, content_type: str | None = None) -> tuple[str, bytes]:
    """As `decode`, and the same text in UTF-8: the bytes themselves where they were that, and not once more encoded.

    Raises:
        Unreadable: as `decode`.
    """
    _check_bytes(content)
    body = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return body.decode("utf-8"), body
    except UnicodeDecodeError as error:
        text = _otherwise(content, body, error.start, content_type)
    return text, text.encode("utf-8", "replace")


def _otherwise(content: bytes, body: bytes, broken: int, content_type: str | None) -> str:
    """The text of bytes that are no UTF-8 from `broken` on."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    # A page cut inside a character is UTF-8 all the same.
    if broken >= len(body) - _TAIL:
        return body[:broken].decode("utf-8")
    best: tuple[float, str] | None = None
    for name in dict.fromkeys((*_declared(content, content_type), "gb18030", "big5hkscs", "utf-8")):
        found = _attempt(body, name)
        if found and (best is None or _rank(*found) < _rank(*best)):
            best = found
            if found[0] == 0 and _is_plain(found[1]):
                break
    if best is None or best[0] > _MAX_BAD:
        raise Unreadable("undecodable", "the bytes are neither UTF-8, GB18030, Big5 nor the declared character set")
    return best[1]


def _rank(bad: float, text: str) -> tuple[float, bool]:
    """Fewer broken characters first (in whole percents), then a text that reads as Chinese."""
    return round(bad, 2), not _is_plain(text)


def _is_plain(text: str) -> bool:
    """Whether the Chinese in it has the characters that every page has: Big5 read as GB18030 has rare ones only."""
    chinese = _GOOD.findall(text[:_SAMPLE])
    return bool(chinese) and sum(character in _COMMON for character in chinese) > _SHARE * len(chinese)


def _check_bytes(content: bytes) -> None:
    if not content.strip():
        raise Unreadable("empty", "the answer has no content; fetch the page again")
    if len(content) > MAX_BYTES:
        raise Unreadable("too_large", f"{len(content):,} bytes; pages over {MAX_BYTES:,} are not read")
    for signature, what in _SIGNATURES.items():
        if content.startswith(signature) and (signature != b"BM" or b"<" not in content[:512]):
            raise Unreadable("not_html", f"{what}, not a page; its text can be read with read_text")
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not wide and content[:2048].count(0) > len(content[:2048]) // 50:
        raise Unreadable("not_html", "binary content, not a page")

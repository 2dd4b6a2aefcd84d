"""Strangers' words made harmless: what pages print must not steer a terminal, a mail header or a Markdown reader.

What belongs here: cleaning and escaping. What does not: choosing what is said (`render`).
"""

import re
import unicodedata
from typing import Final
from urllib.parse import quote, urlsplit

# Escape sequences of terminals: CSI, OSC (to its end), and the two-character ones.
_ANSI: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x9b[0-?]*[ -/]*[@-~]|\x1b.?")
_SPACE: Final = re.compile(r"\s+")
# The joiner inside emoji and Indic words is the one invisible character that carries meaning.
_JOINER: Final = "\u200d"
_MARKDOWN: Final = re.compile(r"([\\`*_\[\]|~#])")
_AT_START: Final = re.compile(r"^([-+=]|\d{1,9}(?=[.)]))")
_AUTOLINK: Final = re.compile(r"://|www\.|@", re.IGNORECASE)


def one_line(value: str, limit: int = 300) -> str:
    """`value` on one line, at most `limit` characters, without control, direction and other invisible characters."""
    # A page may print megabytes where a title belongs; what is cut anyway need not be cleaned.
    text = _ANSI.sub("", value[: limit * 20])
    text = "".join(sign for sign in text if sign.isspace() or sign == _JOINER or unicodedata.category(sign)[0] != "C")
    text = _SPACE.sub(" ", text).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def markdown(value: str) -> str:
    """`value`, already on one line, as Markdown that shows those very characters: no markup, HTML, link or mention."""
    text = _MARKDOWN.sub(r"\\\1", value)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _AUTOLINK.sub(lambda found: found[0][:-1] + "\\" + found[0][-1] if found[0] != "@" else "\\@", text)
    return _AT_START.sub(lambda found: f"\\{found[1]}" if not found[1][0].isdigit() else f"{found[1]}\\", text)


def web_address(url: str | None) -> str | None:
    """`url` if it is http(s) and has a host, with every character escaped that could end a link; else None."""
    if url is None or len(url) > 4000:  # noqa: PLR2004 - longer than any server takes
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    return quote(url, safe="%/:=&?~#+!$,;@.-_")

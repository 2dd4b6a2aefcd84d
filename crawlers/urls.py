"""Addresses as the crawler compares them.

What belongs here: pure functions on URLs. What does not: which hosts may be asked (`safety.py`), a source's own
rewritings (`source.py`).
"""

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

_PLAIN = re.compile(r"https?://[a-z0-9.-]{1,63}(?::\d+)?/[A-Za-z0-9_./?=&-]*")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def clean_url(href: str, base: str | None = None) -> str | None:
    """`href` as an absolute, comparable web address, or None when it is no http(s) link.

    Spaces and line breaks are dropped, the fragment and a default port go, scheme and host are lower case, everything
    outside ASCII is percent-encoded. Two links to one page give one string.
    """
    href = "".join(href.split()) if any(char.isspace() for char in href) else href
    try:
        absolute = urljoin(base, href) if base else href
        parts = urlsplit(absolute)
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    host = parts.hostname
    if ":" in host:
        host = f"[{host}]"
    if port and port != _DEFAULT_PORTS[scheme]:
        host = f"{host}:{port}"
    cleaned = urlunsplit((scheme, host, parts.path or "/", parts.query, ""))
    if _PLAIN.fullmatch(cleaned):  # what is next to nothing to check is most of what listings hold
        return cleaned
    try:
        # Scrapy sends exactly this form, so archive, manifest and request agree on one string.
        return str(safe_url_string(cleaned))
    except ValueError:
        return None

"""Whether anybody answers at an address at all: one connection, nothing asked.

What belongs here: resolving, connecting, and the words for what failed. What does not: requests (`spiders/`), whether a
portal that answers is well (`health.py`).
"""

import socket
import urllib.request
from typing import Final
from urllib.parse import urlsplit

from policywatch.addresses import host_objection

_PORTS: Final = {"http": 80, "https": 443}
TIMEOUT: Final = 10.0
"""Seconds that a connection may take."""


def objection(url: str, timeout: float = TIMEOUT) -> str | None:
    """Why the host of `url` cannot be connected to, as the end of a sentence; None when somebody answers.

    Where the environment names a proxy for it, that is what must answer: the crawl would go there, too.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 80)
    proxy = urllib.request.getproxies().get(parts.scheme)
    through = ""
    if proxy and not urllib.request.proxy_bypass(host):
        named = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        through = f" (the proxy for {host})"
        host, port = named.hostname or "", named.port or 80
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return f"the name {host}{through} cannot be resolved"
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not through and (refused := next((what for one in addresses if (what := host_objection(one))), None)):
        return f"{host} is {refused}; only the public internet is asked"
    why = "no address"
    for address in addresses:
        try:
            socket.create_connection((address, port), timeout=timeout).close()
        except OSError as error:
            why = error.strerror or str(error) or type(error).__name__
        else:
            return None
    return f"{host}{through} does not answer on port {port} ({why})"

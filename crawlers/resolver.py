"""Resolving names for Scrapy: an address that is not of the public internet is never connected to.

What belongs here: the check between a name and the connection. What does not: the judgement (`policywatch.addresses`),
what may be asked at all (`safety.py`).

Twisted connects to the very address that this resolver gives, so a name that resolves to another address a moment later
(DNS rebinding) gains nothing. Like Scrapy's own resolver it knows IPv4 only.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.error import DNSLookupError

from policywatch import addresses

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred


class PublicResolver(CachingThreadedResolver):
    """Scrapy's resolver, which refuses private addresses to all but the hosts in `trusted`.

    One per process, as is the reactor that it is installed on: a process crawls one source.
    """

    trusted: ClassVar[frozenset[str]] = frozenset()
    refused: ClassVar[dict[str, str]] = {}
    """What was refused in this process: host, and why in words."""

    @classmethod
    def trust(cls, hosts: Iterable[str]) -> None:
        """Let these hosts be wherever they are, and the proxies that whoever runs us has named (http_proxy)."""
        named = (url for scheme, url in getproxies().items() if scheme != "no")
        proxies = (urlsplit(url if "://" in url else f"//{url}").hostname for url in named)
        cls.trusted = frozenset({*hosts, *(host for host in proxies if host)})

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> "Deferred[str]":  # noqa: N802 - Twisted's name
        """The address of `name`; fails with DNSLookupError where it may not be connected to."""
        found: Deferred[str] = super().getHostByName(name, timeout)
        return found if name in self.trusted else found.addCallback(self._judged, name)

    def _judged(self, address: str, name: str) -> str:
        if what := addresses.objection(ipaddress.ip_address(address)):
            self.refused[name] = f"{name} leads to {address}, {what}"
            raise DNSLookupError(self.refused[name])
        return address

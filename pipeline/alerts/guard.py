"""Private addresses are refused at the moment of connecting, whichever library connects.

What belongs here: that judgement for deliveries. What does not: which addresses are private (`policywatch.addresses`).

A name is worth what it resolves to when the connection is made, also after a redirect, and Apprise's services connect
by several libraries. The one place that all of them pass is the interpreter's own `socket.connect` audit event: a hook
there judges the very address that is connected to, for those who asked for it (a context variable says so, which
Apprise carries into its worker threads) and for nobody else.
"""

import ipaddress
import socket
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from policywatch.addresses import objection

Endpoint = tuple[str, int]


class PrivateAddressError(ConnectionError):
    """The connection would have gone to an address that is not of the public internet."""


@dataclass(slots=True)
class Watch:
    """What is allowed all the same (the operator's own proxies), and why something was refused, if it was."""

    allowed: frozenset[Endpoint] = frozenset()
    refused: str | None = field(default=None)


_watch: ContextVar[Watch | None] = ContextVar("policywatch_watch", default=None)


@contextmanager
def public_only() -> Iterator[Watch]:
    """Within it, this context connects to public addresses and to the proxies of the environment alone.

    Raises (where it connects):
        PrivateAddressError: the address is not public. Libraries wrap or swallow it, so the watch remembers it.
    """
    _install()
    watch = Watch(proxies())
    token = _watch.set(watch)
    try:
        yield watch
    finally:
        _watch.reset(token)


def advice(host: str, what: str) -> str:
    """What to say of a refused connection."""
    return f"{host} is {what}; set allow_private: true on the channel if that is meant"


def proxies() -> frozenset[Endpoint]:
    """The endpoints of the proxies that the environment names: they stand for what is behind them."""
    return _resolved(tuple(sorted(set(urllib.request.getproxies().values()))))


@cache
def _resolved(addresses: tuple[str, ...]) -> frozenset[Endpoint]:
    found: set[Endpoint] = set()
    for address in addresses:
        with suppress(OSError, ValueError):
            parts = urlsplit(address if "://" in address else f"http://{address}")
            if parts.hostname:
                port = parts.port or (443 if parts.scheme == "https" else 80)
                found |= {(str(info[4][0]), port) for info in socket.getaddrinfo(parts.hostname, port)}
    return frozenset(found)


@cache
def _install() -> None:
    sys.addaudithook(_judge)


def _judge(event: str, arguments: tuple[Any, ...]) -> None:
    # Called for every audited event of the process: the first line decides for nearly all of them.
    if event not in {"socket.connect", "socket.sendto"} or (watch := _watch.get()) is None:
        return
    target = arguments[1]
    if not isinstance(target, tuple):
        found: str | None = "a socket of this machine"
    elif tuple(target[:2]) in watch.allowed:
        return
    else:
        try:
            found = objection(ipaddress.ip_address(str(target[0]).partition("%")[0]))
        except ValueError:
            # A library that leaves the resolving to the system: what it will connect to is not known here.
            found = "a name that would be resolved out of sight"
    if found:
        watch.refused = found
        raise PrivateAddressError(found)

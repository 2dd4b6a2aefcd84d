"""Which addresses are of the public internet: the judgement, as pure functions.

What belongs here: reading an address however it is spelled, and saying why it is not public. What does not: resolving
names, and who asks (`crawlers` before it connects, whoever posts to an address that a person wrote down).

Names are judged by what they resolve to, at the moment of connecting: a judgement on the name alone is worth nothing.
"""

import ipaddress
import re
import unicodedata
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# IANA's special-purpose registries (RFC 6890 and its updates). Written out, because what Python calls private, global
# or reserved has changed between its minor versions.
_IPV4: Final = tuple(
    (ipaddress.IPv4Network(network), what)
    for network, what in (
        ("0.0.0.0/8", "an unspecified address"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "an address of a provider's own network"),
        ("127.0.0.0/8", "a loopback address"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "an address of documentation"),
        ("192.88.99.0/24", "a relay address of 6to4"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "an address of test networks"),
        ("198.51.100.0/24", "an address of documentation"),
        ("203.0.113.0/24", "an address of documentation"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
    )
)
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_MAPPED: Final = ipaddress.IPv6Network("::ffff:0:0/96")
# What is listed first is said first; the last line is everything that is not global unicast (2000::/3).
_IPV6: Final = tuple(
    (ipaddress.IPv6Network(network), what)
    for network, what in (
        ("::/128", "an unspecified address"),
        ("::1/128", "a loopback address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a private address"),
        ("fc00::/7", "a private address"),
        ("ff00::/8", "a multicast address"),
        ("2001::/32", "an address of a Teredo tunnel"),
        ("2001::/23", "a reserved address"),
        ("2001:db8::/32", "an address of documentation"),
        ("2002::/16", "an address of a 6to4 tunnel"),
        ("3fff::/20", "an address of documentation"),
    )
)
_GLOBAL: Final = ipaddress.IPv6Network("2000::/3")
_DOTS: Final = str.maketrans("。．｡", "...")
_PART: Final = re.compile(r"0x[0-9a-f]*|[0-9]+")
_IPV4_PARTS: Final = 4


def objection(address: Address) -> str | None:
    """Why `address` is not of the public internet, in words; None where it is."""
    if isinstance(address, ipaddress.IPv4Address):
        return next((what for network, what in _IPV4 if address in network), None)
    if address in _MAPPED or address in _NAT64:
        # Both stand for an IPv4 address, which is what would be reached.
        return objection(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    found = next((what for network, what in _IPV6 if address in network), None)
    return found or (None if address in _GLOBAL else "a reserved address")


def literal(host: str) -> Address | None:
    """The address that `host` spells, however it does; None where it is a name.

    Besides the plain forms these are the spellings that C libraries and browsers take: decimal (2130706433), hex
    (0x7f.1), octal (0177.0.0.1), short (127.1), full-width digits, a dot at the end, a zone (fe80::1%eth0).
    What looks like an address and is none (a name whose last part is a number cannot be registered) counts as 0.0.0.0.
    """
    text = unicodedata.normalize("NFKC", host.translate(_DOTS)).strip("[]").casefold()
    if ":" in text:
        try:
            return ipaddress.IPv6Address(text.partition("%")[0])
        except ValueError:
            return ipaddress.IPv6Address(0)
    parts = text.removesuffix(".").split(".")
    if not _PART.fullmatch(parts[-1]):
        return None
    return _ipv4(parts)


def _ipv4(parts: list[str]) -> ipaddress.IPv4Address:
    """What inet_aton reads; what it would not read is no address that may be asked."""
    nowhere = ipaddress.IPv4Address(0)
    if len(parts) > _IPV4_PARTS or not all(_PART.fullmatch(part) for part in parts):
        return nowhere
    try:
        *front, last = [_number(part) for part in parts]
    except ValueError:
        return nowhere
    if any(number > 0xFF for number in front) or last >= 256 ** (_IPV4_PARTS + 1 - len(parts)):  # noqa: PLR2004
        return nowhere
    for place, number in enumerate(front):
        last += number << (8 * (_IPV4_PARTS - 1 - place))
    return ipaddress.IPv4Address(last)


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if len(part) > 1 and part.startswith("0") else 10)


def host_objection(host: str) -> str | None:
    """Why `host` of a URL may not be asked, as far as its spelling tells; None for names and for public addresses.

    A public address is taken in its plain form only: who writes 0x8.8.8.8 has something to hide.
    """
    address = literal(host)
    if address is None:
        return None
    if found := objection(address):
        return found
    bare = host.strip("[]").casefold()
    plain = bare == str(address) if address.version == _IPV4_PARTS else "%" not in bare
    return None if plain else "an address in a disguised spelling"

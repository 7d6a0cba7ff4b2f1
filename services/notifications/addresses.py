"""Which addresses a webhook may be sent to: https to public addresses alone, whatever way they are spelled.

A URL is parsed by a grammar of our own that knows one spelling of everything, so that no two parsers can disagree on its
host. What it resolves to is judged by the registries of special addresses (RFC 6890 and its successors).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from services.notifications.errors import UrlForbidden

Address = IPv4Address | IPv6Address

MAX_URL_CHARS = 2048
_URL = re.compile(
    r"(https?)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?((?:/|\?)[\x21-\x22\x24-\x5b\x5d-\x7e]*)?"
)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# the last label of a name: by it alone a parser may take a host for an IPv4 address (WHATWG URL, "ends in a number")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# names that mean something inside a network and nothing on the internet (RFC 6761, 6762, 8375, 9476)
_INSIDE = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home.arpa", "corp", "onion", "alt", "invalid")  # fmt: skip

_FORBIDDEN_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        # Azure's metadata and DNS: public by its number, the host's own by its meaning
        "168.63.129.16/32",
    )
)  # fmt: skip
# global unicast; everything else (loopback, mapped and compatible IPv4, NAT64, local, link-local, multicast) lies outside of it
_GLOBAL_V6 = IPv6Network("2000::/3")
_FORBIDDEN_V6 = tuple(
    IPv6Network(network)
    for network in (
        # protocol assignments, Teredo, benchmarks and ORCHID among them; documentation; 6to4, which carries an IPv4 address
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """Where a webhook goes. `host` is lower case, an IPv6 address without brackets; `path` has its query and begins with /."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The address in its one spelling."""
        return f"{self.scheme}://{self.host_header}{self.path}"

    @property
    def host_header(self) -> str:
        """The Host header's value: without the port where it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = (self.scheme, self.port) in (("https", 443), ("http", 80))
        return host if usual else f"{host}:{self.port}"

    @property
    def literal(self) -> Address | None:
        """The address where the host is one; None for a name."""
        return _literal(self.host)


def parse(url: str, *, allow_loopback: bool = False) -> Target:
    """The parts of a URL that is spelled as it should be; UrlForbidden says what to change.

    With `allow_loopback`, http, localhost and loopback addresses are taken too.
    """
    if len(url) > MAX_URL_CHARS:
        raise UrlForbidden(f"a webhook's URL has at most {MAX_URL_CHARS} characters")
    found = _URL.fullmatch(url)
    if found is None:
        raise UrlForbidden(
            "give a URL such as https://hooks.example.com/films: https, a host name in ASCII (xn-- for others), "
            "no user name, no spaces, no fragment"
        )
    scheme, raw_host, raw_port, raw_path = found.groups()
    port = int(raw_port) if raw_port else (443 if scheme == "https" else 80)
    path = raw_path or "/"
    target = Target(scheme, _host(raw_host.lower()), port, path if path.startswith("/") else f"/{path}")
    local = _is_loopback_host(target.host)
    if local and not allow_loopback:
        raise UrlForbidden("webhooks go to public addresses only; this one is the studio's own machine")
    if scheme == "http" and not (local and allow_loopback):
        raise UrlForbidden("webhooks go over https only")
    if not local:
        _check_port(port)
        if target.literal is None:
            _check_public_name(target.host)
        else:
            judge([target.literal], target, allow_loopback=allow_loopback)
    elif not 1 <= port <= 65535:
        raise UrlForbidden("the port is none")
    return target


def judge(addresses: Sequence[Address], target: Target, *, allow_loopback: bool = False) -> None:
    """UrlForbidden unless every one of the addresses that the host resolves to may be reached.

    One that may not be is enough to refuse: a name that means the inside only sometimes is no better.
    """
    if not addresses:
        raise UrlForbidden("the host name has no address")
    for address in addresses:
        if address.is_loopback and allow_loopback:
            continue
        if not is_public(address):
            raise UrlForbidden("webhooks go to public addresses only; this one leads inside a network")
        if target.scheme != "https":
            raise UrlForbidden("webhooks go over https only")


def is_public(address: Address) -> bool:
    """Whether the address is a host's on the internet: none that is private, local, reserved, or carries another inside."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _FORBIDDEN_V4)
    if address.scope_id is not None or address not in _GLOBAL_V6:
        return False
    return address.is_global and not any(address in network for network in _FORBIDDEN_V6)


def _host(host: str) -> str:
    if host.startswith("["):
        try:
            return str(IPv6Address(host[1:-1]))
        except ValueError:
            raise UrlForbidden("this is not an IPv6 address") from None
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise UrlForbidden("this is not a host name: letters, digits and hyphens, no dot at its end")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        # canonical dotted decimal or nothing: 127.1, 0177.0.0.1 and 2130706433 are addresses to some and names to others
        try:
            if str(IPv4Address(host)) == host:
                return host
        except ValueError:
            pass
        raise UrlForbidden("write an IPv4 address as four decimal numbers, or give a host name")
    return host


def _literal(host: str) -> Address | None:
    if ":" in host:
        return IPv6Address(host)
    return IPv4Address(host) if host.rpartition(".")[2].isdigit() else None


def _is_loopback_host(host: str) -> bool:
    literal = _literal(host)
    return literal.is_loopback if literal is not None else host == "localhost"


def _check_port(port: int) -> None:
    # below 1024 are mail, names, files: other protocols' doors, and none of a webhook's business
    if port != 443 and not 1024 <= port <= 65535:
        raise UrlForbidden("the port has to be 443, or one from 1024 to 65535")


def _check_public_name(host: str) -> None:
    if "." not in host or any(host == inside or host.endswith(f".{inside}") for inside in _INSIDE):
        raise UrlForbidden("webhooks go to public host names only; this one is known inside a network alone")

"""Who asks: the peer, or whom a trusted proxy names in ``X-Forwarded-For``; and how much of an address to keep.

Proxies append the address that they got a request from, so the header is read from its right end: the first address
that is not a trusted proxy's is the client's, and what stands left of it was written by the client itself. The header
``Forwarded`` (RFC 7239) is not read. A proxy that passes on the client's header without appending to it lets clients
choose their name; one that sends none makes all its clients one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from kg.errors import LegationError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LOOPBACK: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
"""Whose word is taken for whom they ask for, unless the operator names others."""

HOPS = 16
"""Addresses of ``X-Forwarded-For`` that are looked at, from the right: no chain of proxies is longer."""


@dataclass(frozen=True)
class Client:
    """Who asks. ``address`` is None where nothing tells, as at a Unix socket without a proxy's header.

    ``forwarded`` says that a proxy named the client: a client on this machine without a proxy is trusted more.
    """

    address: Address | None
    forwarded: bool = False

    @property
    def key(self) -> str:
        """One word for all addresses that one client has at will: of IPv6 the /64 that a line is given."""
        if isinstance(self.address, IPv6Address):
            return str(_block(self.address, 64))
        return str(self.address or "local")

    @property
    def shortened(self) -> str:
        """The network for logs, which is no single person: /24 of IPv4, /48 of IPv6."""
        if self.address is None:
            return "local"
        return str(_block(self.address, 48 if self.address.version == 6 else 24))

    @property
    def is_local(self) -> bool:
        """Whether it is a program on this machine that asks without a proxy."""
        return not self.forwarded and (self.address is None or self.address.is_loopback)


@lru_cache(maxsize=4096)
def who_asks(peer: str, forwarded_for: str, *, trusted: tuple[Network, ...] = LOOPBACK) -> Client:
    """Return who asks, by the connection's other end and the values of ``X-Forwarded-For``, joined by commas.

    ``peer`` is empty at a Unix socket, whose other end is trusted. Where the header is malformed, the last address
    right of the fault stands: ``("127.0.0.1", "203.0.113.7, nonsense")`` gives 127.0.0.1.
    """
    address = _read(peer)
    if not forwarded_for.strip() or not _trusted(address, trusted):
        return Client(address)
    for entry in reversed(forwarded_for.rsplit(",", HOPS)[-HOPS:]):
        further = _read(entry)
        if further is None:
            break
        address = further
        if not _trusted(address, trusted):
            break
    return Client(address, forwarded=True)


def networks(named: Iterable[str]) -> tuple[Network, ...]:
    """Return networks from text such as ``10.0.0.0/8`` or ``2001:db8::1``.

    Raises:
        LegationError: One is no address or network, with what to write instead.
    """
    found: list[Network] = []
    for text in named:
        try:
            found.append(ip_network(text.strip(), strict=False))
        except ValueError as error:
            reason = f"{text!r} is no network ({error}); write an address or a network such as 10.0.0.0/8"
            raise LegationError(reason) from error
    return tuple(found)


def _read(text: str) -> Address | None:
    """Return the address of an entry, which may have a port (``[2001:db8::1]:443``); None where it is not one."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _trusted(address: Address | None, networks: Sequence[Network]) -> bool:
    """Say whether an address is a trusted proxy's; None is a Unix socket's, which has no other end but ours."""
    return address is None or any(address in network for network in networks)


def _block(address: Address, length: int) -> Network:
    return ip_network((address, length), strict=False)

"""Connections that look whom they reach before a word is said, and that end in time whatever is done to them.

A name is resolved once, all its addresses are looked at, and the connection goes to one of these. Where a proxy is set
in the environment and the session heeds it, the proxy connects, and whom it reaches is its own affair.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from kg.errors import AnswerError, ServiceError

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv6 addresses that gateways turn into the IPv4 address in their last four bytes (RFC 6052)."""


class Line:
    """The connections of one request at a time; ``may_be_inside`` tells which hosts may have private addresses.

    ``rule`` ends the sentence that refuses the others.
    """

    def __init__(
        self, may_be_inside: Callable[[str], bool], *, rule: str = "which only the host that you name may have"
    ) -> None:
        """Open nothing yet."""
        self.late = False
        self._may_be_inside = may_be_inside
        self._rule = rule
        self._open: list[socket.socket] = []

    @contextmanager
    def until(self, seconds: float) -> Iterator[None]:
        """Cut what is open when the time is up, also where single bytes keep coming; ``late`` then is true."""
        self.late = False
        clock = threading.Timer(seconds, self._cut)
        clock.daemon = True
        clock.start()
        try:
            yield
        finally:
            clock.cancel()
            for one in self._open:
                one.close()
            self._open.clear()

    def session(self, *, agent: str) -> requests.Session:
        """Return a session that connects through this line only, under that name, and keeps neither line nor cookie."""
        session = requests.Session()
        session.headers.update({"User-Agent": agent, "Connection": "close"})
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            session.mount(scheme, GuardedAdapter(self))
        return session

    def read(self, raw: BaseHTTPResponse, *, most: int) -> bytes:
        """Return the unpacked body, read as it comes: a small file that unpacks to a huge one is dropped on the way.

        Raises:
            AnswerError: It has more than ``most`` bytes.
            ServiceError: It is not complete in time.
        """
        parts = bytearray()
        while part := raw.read1(2**16, decode_content=True):
            parts += part
            if len(parts) > most:
                raise AnswerError(f"it has more than {most / 2**20:g} MiB")
            if self.late:  # no connection of ours was cut, where a proxy stands between
                break
        if self.late:
            raise ServiceError("it is not complete in time")
        return bytes(parts)

    def check(self, host: str) -> list[str]:
        """Return the addresses of a host that may be reached; none when the name is not known.

        Raises:
            AnswerError: It has a private address, which a public one has no business to name.
        """
        found = _resolved(host)
        for address in found:
            self._refuse(host, _parsed(address))
        return found

    def connect(self, connection: HTTPConnection, dial: Callable[[], socket.socket]) -> socket.socket:
        """Return a connection to an address that was looked at, whatever its name may have come to mean since.

        ``dial`` is the library's own way to connect to the host that the connection has.
        """
        name, host, failure = connection._dns_host, connection.host, None
        try:
            for address in self.check(host):
                connection._dns_host = address
                try:
                    return self._connected(host, dial())
                except (NewConnectionError, ConnectTimeoutError) as error:
                    failure = error
        finally:
            connection._dns_host = name
        if failure:
            raise failure
        return self._connected(host, dial())  # the name is not known: that is for the library to report

    def _connected(self, host: str, line: socket.socket) -> socket.socket:
        try:
            self._refuse(host, _parsed(line.getpeername()[0]))
        except AnswerError:
            line.close()
            raise
        self._open.append(line.dup())  # the library closes its own end at times of its choosing
        if self.late:
            self._cut()
        return line

    def _refuse(self, host: str, address: _Address) -> None:
        address = _meant(address)
        if not is_public(address) and not self._may_be_inside(host):
            raise AnswerError(f"{host} has the private address {address}, {self._rule}")

    def _cut(self) -> None:
        self.late = True
        for one in list(self._open):
            with suppress(OSError):  # it is over already
                one.shutdown(socket.SHUT_RDWR)


class GuardedAdapter(HTTPAdapter):
    """Makes a session of ``requests`` connect through a :class:`Line`."""

    def __init__(self, line: Line) -> None:
        self._line = line
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        """Make the connections of a kind that asks the line."""
        line = self._line

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return line.connect(self, super()._new_conn)

        class Encrypted(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return line.connect(self, super()._new_conn)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class EncryptedPool(HTTPSConnectionPool):
            ConnectionCls = Encrypted

        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}


def is_inside(host: str) -> bool:
    """Tell whether a name has private addresses only, as a feed in one's own house has; unknown names have none."""
    found = _resolved(host)
    return bool(found) and not any(is_public(_parsed(address)) for address in found)


def is_public(address: _Address) -> bool:
    """Tell whether an address is of one machine in the open internet: not private, local, multicast or reserved."""
    address = _meant(address)
    special = address.is_multicast or address.is_reserved or getattr(address, "is_site_local", False)
    return address.is_global and not special


def _meant(address: _Address) -> _Address:
    """Return the IPv4 address that an IPv6 address stands for, if it stands for one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _TRANSLATED:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address


def _resolved(host: str) -> list[str]:
    """Return the addresses of a host, with the interface that a local one belongs to; none when nobody knows it."""
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


def _parsed(address: str) -> _Address:
    return ipaddress.ip_address(address.partition("%")[0])

"""Connections that look whom they reached before a word is said, and that end in time whatever is done to them.

Where a proxy is set in the environment, the proxy connects, and whom it reaches is its own affair.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from kg.errors import AnswerError

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Line:
    """The connections of one request at a time; ``may_be_inside`` tells which hosts may have private addresses."""

    def __init__(self, may_be_inside: Callable[[str], bool]) -> None:
        """Open nothing yet."""
        self.late = False
        self._may_be_inside = may_be_inside
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

    def check(self, host: str) -> None:
        """Refuse a host before anybody there is bothered; a name that is not known is for the connection to report.

        Raises:
            AnswerError: It has a private address, which a public one has no business to name.
        """
        for address in _addresses(host):
            self._refuse(host, address)

    def connected(self, host: str, line: socket.socket) -> socket.socket:
        """Return the connection if it may be used: a name may have come to mean another address since the check.

        Raises:
            AnswerError: It leads to a private address.
        """
        try:
            self._refuse(host, ipaddress.ip_address(line.getpeername()[0].partition("%")[0]))
        except AnswerError:
            line.close()
            raise
        self._open.append(line.dup())  # the library closes its own end at times of its choosing
        if self.late:
            self._cut()
        return line

    def _refuse(self, host: str, address: _Address) -> None:
        address = getattr(address, "ipv4_mapped", None) or address
        if not address.is_global and not self._may_be_inside(host):
            raise AnswerError(f"{host} has the private address {address}, which only the host that you name may have")

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
        """Make the connections of a kind that tells the line."""
        line = self._line

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                line.check(self.host)
                return line.connected(self.host, super()._new_conn())

        class Encrypted(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                line.check(self.host)
                return line.connected(self.host, super()._new_conn())

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class EncryptedPool(HTTPSConnectionPool):
            ConnectionCls = Encrypted

        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}


def is_inside(host: str) -> bool:
    """Tell whether a name has private addresses only, as a feed in one's own house has; unknown names have none."""
    found = _addresses(host)
    return bool(found) and not any(address.is_global for address in found)


def _addresses(host: str) -> list[_Address]:
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in entries]

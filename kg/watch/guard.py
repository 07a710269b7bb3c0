"""Connections that look whom they reached before a word is said, and that end in time whatever is done to them.

The address is looked at after connecting, not resolved beforehand: a name may resolve otherwise the second time. Where
a proxy is set in the environment, the proxy connects, and whom it reaches is its own affair.
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

    def connected(self, host: str, line: socket.socket) -> socket.socket:
        """Return the connection if it may be used.

        Raises:
            AnswerError: It leads to a private address, which a public one has no business to name.
        """
        peer = ipaddress.ip_address(line.getpeername()[0].partition("%")[0])
        peer = getattr(peer, "ipv4_mapped", None) or peer
        if not peer.is_global and not self._may_be_inside(host):
            line.close()
            raise AnswerError(f"{host} has the private address {peer}, which only the host that you name may have")
        self._open.append(line.dup())  # the library closes its own end at times of its choosing
        if self.late:
            self._cut()
        return line

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
                return line.connected(self.host, super()._new_conn())

        class Encrypted(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return line.connected(self.host, super()._new_conn())

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class EncryptedPool(HTTPSConnectionPool):
            ConnectionCls = Encrypted

        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}


def is_inside(host: str) -> bool:
    """Tell whether a name has private addresses only, as a feed in one's own house has; unknown names have none."""
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return not any(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]).is_global for entry in entries)

"""Clients that keep a connection and hardly use it: hundreds at a time, while others must be answered."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Iterator
from urllib.parse import quote

from tests.attacks.table import Seen, told
from tests.attacks.target import NEIGHBOUR, Target
from tests.attacks.wire import CLOSED, Answer, status_of

FIT = frozenset({"held", CLOSED, "200", "408", "partial"})
ADDRESSES = 50
"""From how many addresses the clients come."""
LARGE = "SELECT * { ?s ?p ?o }"
SILENT_S = 60
"""Seconds after which the server must have ended a connection over which no request comes."""

Step = Callable[[socket.socket, int], None]
"""What a client does at each round, given its number."""


def read_slowly(target: Target, *, clients: int, seconds: float) -> Iterator[Seen]:
    """Ask for everything and take a byte now and then."""
    request = f"GET /sparql?query={quote(LARGE)} HTTP/1.1\r\nHost: a\r\nAccept: text/csv\r\n\r\n".encode()

    def step(connection: socket.socket, turn: int) -> None:
        if turn == 0:
            connection.sendall(request)
        else:
            connection.recv(1)

    yield from _hold(target, clients, seconds, step)


def stay_idle(target: Target, *, clients: int, seconds: float) -> Iterator[Seen]:
    """Connect and say nothing."""
    yield from _hold(target, clients, seconds, lambda connection, turn: None)


def head_slowly(target: Target, *, clients: int, seconds: float) -> Iterator[Seen]:
    """Send the headers of a request a byte at a time, without an end."""
    start = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: a\r\n"

    def step(connection: socket.socket, turn: int) -> None:
        connection.sendall(start if turn == 0 else b"X-%d: a\r\n" % turn)

    yield from _hold(target, clients, seconds, step)


def send_slowly(target: Target, *, clients: int, seconds: float) -> Iterator[Seen]:
    """Announce a long query and send a byte of it now and then."""
    start = b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n"
    start += b"Content-Type: application/sparql-query\r\n\r\nASK {}"

    def step(connection: socket.socket, turn: int) -> None:
        connection.sendall(start if turn == 0 else b" ")

    yield from _hold(target, clients, seconds, step)


ATTACKS: dict[str, Callable[..., Iterator[Seen]]] = {
    "slow readers": read_slowly,
    "idle connections": stay_idle,
    "slow headers": head_slowly,
    "slow bodies": send_slowly,
}


def _hold(target: Target, clients: int, seconds: float, step: Step) -> Iterator[Seen]:
    """Let all clients take a step each second; yield what became of them when the time is up."""
    connections: list[socket.socket] = []
    states: dict[int, str] = {}
    meanwhile: list[Answer] = []
    try:
        for number in range(clients):
            connections.append(_connect(target, number))
        until, turn = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            began = time.monotonic()
            for number, connection in enumerate(connections):
                if number in states:
                    continue
                try:
                    if turn == 0 or not _is_closed(connection):
                        step(connection, turn)
                    else:
                        states[number] = CLOSED
                except TimeoutError:
                    pass  # nothing yet
                except OSError:
                    states[number] = CLOSED
            meanwhile.append(target.next_query(NEIGHBOUR))
            turn += 1
            time.sleep(max(0.0, min(1.0, until - time.monotonic()) - (time.monotonic() - began)))
        for number, connection in enumerate(connections):
            states.setdefault(number, _state(connection))
    finally:
        for connection in connections:
            connection.close()

    slowest = max(meanwhile, key=lambda small: small.seconds)
    fault = f"meanwhile a small query of another client: {told(slowest)}" if slowest.seconds > target.within_s else ""
    for state in sorted(set(states.values())):
        yield Seen(state, fault, list(states.values()).count(state))
        fault = ""


def _connect(target: Target, number: int) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)  # so that little waits in the system
    connection.bind((f"127.0.1.{1 + number % ADDRESSES}", 0))
    connection.settimeout(5)
    connection.connect(target.address)
    connection.settimeout(0.002)
    return connection


def _is_closed(connection: socket.socket) -> bool:
    poll = select.poll()
    poll.register(connection, select.POLLRDHUP)
    return bool(poll.poll(0))


def _state(connection: socket.socket) -> str:
    """Return what a client has at the end: a status, an answer under way, or still nothing."""
    try:
        received = connection.recv(64)
    except TimeoutError:
        return "held"
    except OSError:
        return CLOSED
    return "partial" if received and not received.startswith(b"HTTP") else status_of(received)

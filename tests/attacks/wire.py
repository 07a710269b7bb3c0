"""Requests as an attacker sends them: from any loopback address, well-formed or not, and what came back."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
BROKEN = "broken"
"""The status of an answer that began and did not end as it should."""
CLOSED = "closed"
"""The status where the server hung up without an answer."""
SILENT = "silent"
"""The status where nothing came in time."""
MOST = 64 * 1024 * 1024
"""Bytes of an answer that are read, before the client leaves."""


@dataclass(frozen=True)
class Call:
    """A request; ``path`` has its query string, in percent encoding."""

    path: str
    method: str = "GET"
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came back: ``status`` is a number in digits, or one of the words above."""

    status: str
    body: bytes
    headers: Mapping[str, str]
    seconds: float


Pairs = tuple[tuple[str, str], ...]


def get(query: str, *more: tuple[str, str], accept: str = "*/*") -> Call:
    """Return a query by GET, with further parameters."""
    return Call("/sparql?" + urlencode([("query", query), *more]), headers={"Accept": accept})


def form(query: str, *more: tuple[str, str]) -> Call:
    """Return a query by POST, as a form."""
    return Call("/sparql", "POST", urlencode([("query", query), *more]).encode(), {"Content-Type": FORM})


def direct(query: str, *more: tuple[str, str]) -> Call:
    """Return a query by POST, as the body itself."""
    path = "/sparql" + (f"?{urlencode(more)}" if more else "")
    return Call(path, "POST", query.encode("utf-8", "surrogatepass"), {"Content-Type": DIRECT})


def send(address: tuple[str, int], call: Call, *, client: str, patience_s: float = 30.0) -> Answer:
    """Return what the server answers to a client at this loopback address."""
    began = time.monotonic()
    connection = http.client.HTTPConnection(*address, timeout=patience_s, source_address=(client, 0))
    try:
        try:
            connection.request(call.method, call.path, call.body, dict(call.headers))
            response = connection.getresponse()
        except TimeoutError:
            return Answer(SILENT, b"", {}, time.monotonic() - began)
        except (http.client.HTTPException, OSError):
            return Answer(CLOSED, b"", {}, time.monotonic() - began)
        headers = {name.lower(): value for name, value in response.getheaders()}
        try:
            body = response.read(MOST)
            status = str(response.status)
        except (http.client.HTTPException, OSError) as error:
            body, status = getattr(error, "partial", b""), BROKEN
        return Answer(status, body, headers, time.monotonic() - began)
    finally:
        connection.close()


def raw(address: tuple[str, int], data: bytes, *, client: str, patience_s: float = 10.0, finish: bool = True) -> Answer:
    """Return what the server answers to these bytes; ``finish`` tells it that no more will come."""
    began = time.monotonic()
    received = b""
    try:
        with socket.create_connection(address, timeout=patience_s, source_address=(client, 0)) as connection:
            try:
                connection.sendall(data)
                if finish:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # refused before the end: the answer may be there all the same
            while len(received) < MOST and (part := connection.recv(65536)):
                received += part
    except TimeoutError:
        if not received:
            return Answer(SILENT, b"", {}, time.monotonic() - began)
    except OSError:
        pass
    return Answer(status_of(received), received, {}, time.monotonic() - began)


def status_of(received: bytes) -> str:
    """Return the status with which received bytes begin."""
    received = received.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    words = received[:64].split(b" ", 2)
    if not words[0].startswith(b"HTTP/1."):
        return CLOSED if not received else BROKEN
    return words[1].decode("latin-1") if len(words) > 1 else BROKEN

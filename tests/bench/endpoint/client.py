"""One client of an endpoint: a connection that is kept, whole answers, and how long they took."""

from __future__ import annotations

import http.client
import time
from itertools import count
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from tests.bench.endpoint.queries import Question

IDLE_S = 5.0
"""Seconds after which a connection is opened anew, before the clock starts: Oxigraph's server ends one that was idle
for a minute with an answer 500, which the next question would take for its own."""


class Answer(NamedTuple):
    """The milliseconds from the first byte sent to the last one read, and the body; None where time ran out."""

    ms: float
    body: bytes | None


class Client:
    """Asks one endpoint over a connection that is kept from one question to the next."""

    def __init__(self, address: str, *, timeout_s: float = 60.0) -> None:
        parts = urlsplit(address)
        self._path = parts.path
        self._http = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout_s)
        self._last = 0.0
        self._asked = count()

    def ask(self, question: Question) -> Answer:
        """Return the answer, read to its end.

        Each time the query has another comment at its end, so that no server can answer from what it has kept.

        Raises:
            RuntimeError: The server refuses the query or breaks off.
        """
        query = f"{question.query}\n# {next(self._asked)}"
        target = f"{self._path}?{urlencode({'query': query})}"
        headers = {"Accept": question.accept}
        for last in (False, True):
            if self._http.sock is None or time.perf_counter() - self._last > IDLE_S:
                self._http.close()
                self._http.connect()
            start = time.perf_counter()
            try:
                self._http.request("GET", target, headers=headers)
                response = self._http.getresponse()
                body = response.read()
            except TimeoutError:
                self._http.close()
                return Answer((time.perf_counter() - start) * 1000, None)
            except (OSError, http.client.HTTPException) as error:
                self._http.close()  # the server has given up a connection that nobody used for a while
                if last:
                    raise RuntimeError(f"{question.name}: the server broke off ({error!r})") from error
                continue
            self._last = time.perf_counter()
            taken = (self._last - start) * 1000
            if response.status != 200:
                raise RuntimeError(f"{question.name}: {response.status} {body[:300].decode(errors='replace')}")
            return Answer(taken, body)
        raise AssertionError("the second try returns or raises")

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

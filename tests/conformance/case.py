"""A case of the suite, and the endpoint it is put to."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True)
class Response:
    """What came back; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip()


@dataclass(frozen=True)
class Endpoint:
    """The endpoint under test, by its address; it sends the headers it is given, ``Host`` and no others."""

    address: str

    def send(
        self, method: str, target: str = "", *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Response:
        """Return the answer to a request; ``target`` follows the endpoint's path, such as ``?query=…``."""
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        try:
            connection.putrequest(method, parts.path + target, skip_accept_encoding=True)
            if body is not None and "Transfer-Encoding" not in (headers or {}):
                connection.putheader("Content-Length", str(len(body)))
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return Response(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, query: str, accept: str | None = None, **more: str | list[str]) -> Response:
        """Ask by GET; an underscore in a parameter's name stands for a hyphen."""
        return self.send("GET", "?" + form(query, **more), headers=accepting(accept))

    def post_form(self, query: str, accept: str | None = None, **more: str | list[str]) -> Response:
        """Ask by POST, with all parameters in a form."""
        headers = {**accepting(accept), "Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", headers=headers, body=form(query, **more).encode())

    def post_direct(self, query: str, accept: str | None = None, **more: str | list[str]) -> Response:
        """Ask by POST, with the query as the body and the other parameters in the address."""
        headers = {**accepting(accept), "Content-Type": "application/sparql-query"}
        target = "?" + form(None, **more) if more else ""
        return self.send("POST", target, headers=headers, body=query.encode())


Check = Callable[[Endpoint], None]


@dataclass(frozen=True)
class Case:
    """One thing that the endpoint must do: ``check`` raises AssertionError where it does not.

    ``section`` is the heading under which it is counted, ``source`` the part of a specification it is drawn from. A
    case that the endpoint is known not to pass says in ``deviates`` why; should it pass after all, that is a failure.
    """

    section: str
    name: str
    source: str
    check: Check
    deviates: str = ""

    def __str__(self) -> str:
        return f"{self.section}: {self.name}"


def form(query: str | None, **more: str | list[str]) -> str:
    """Return parameters in percent encoding."""
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return urlencode(named if query is None else {"query": query, **named}, doseq=True)


def accepting(accept: str | None) -> dict[str, str]:
    """Return the headers for what a client accepts."""
    return {} if accept is None else {"Accept": accept}

"""How errors go out over HTTP: as ``application/problem+json`` (RFC 9457).

A problem carries ``request_id``, by which the operator finds it in the log. It is not RFC 9457's ``instance``, which is
a URI reference: the id is often the client's own word. ``limit`` names the limit that was hit, ``retry_after`` repeats
the header ``Retry-After`` in seconds, and a query's syntax error has ``line`` and ``column``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from kg.errors import ReleaseError
from server.observe import exchange
from server.problem import Problem

MEDIA_TYPE = "application/problem+json"

DETAILS = {
    404: "There is nothing at this address; / lists what this server has.",
    405: "This address does not take that method; the Allow header names those it takes.",
    413: "The body of the request is too long; /sparql takes queries of up to 64 KiB.",
    500: "The server failed on this request, which is a fault of the server; its log has the cause.",
}
"""What to do next, for errors that are raised by the web framework and not by us."""


READ_ON = 8 * 1024 * 1024
"""Bytes of a refused body that are read all the same: a client still sending would miss what it is told."""


def problem(status: int, detail: str, *, headers: dict[str, str] | None = None, **members: object) -> Response:
    """Return the response that tells a client of an error; what is noted of the request learns of its ``limit``."""
    if (again := (headers or {}).get("Retry-After", "")).isdecimal():
        members["retry_after"] = int(again)
    if noted := exchange():
        noted.limit = str(members.get("limit", ""))
        members["request_id"] = noted.request_id
    return Response(document(status, detail, members), status=status, headers=headers or {}, content_type=MEDIA_TYPE)


def document(status: int, detail: str, members: Mapping[str, object]) -> bytes:
    """Return the problem as JSON; its type is ``about:blank``, so its title is the status's own phrase."""
    title = HTTPStatus(status).phrase
    about = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    return json.dumps(about, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def answer_with_problems(app: Flask) -> None:
    """Let the application answer every error as a problem; what nobody foresaw becomes a 500 without details."""

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        status = error.code or 500
        if status < 400:  # a redirect that the router raised
            return Response(error.get_body(), status=status, headers=error.get_headers())
        kept = {name: value for name, value in error.get_headers() if name != "Content-Type"}
        return problem(status, DETAILS.get(status, error.description or ""), headers=kept)

    @app.errorhandler(Problem)
    def _problem(error: Problem) -> Response:
        return problem(error.status, error.detail, headers=error.headers, **error.members)

    @app.errorhandler(ReleaseError)
    def _release(error: ReleaseError) -> Response:
        app.logger.error("%s", error)
        detail = "The current release cannot be opened just now; try again, or ask the operator to look at the log."
        return problem(503, detail, headers={"Retry-After": "10"})

    @app.after_request
    def _read_on(response: Response) -> Response:
        """Read what is left of a body that was refused or not looked at."""
        body, read = request.environ["wsgi.input"], 0
        with suppress(OSError, ValueError):  # of a client that is gone, or whose body is malformed
            while response.status_code >= 400 and read < READ_ON and (piece := body.read(64 * 1024)):
                read += len(piece)
        return response

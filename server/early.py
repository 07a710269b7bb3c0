"""Problems with requests that gunicorn refuses before the application sees them, or while it reads their bodies."""

from __future__ import annotations

import socket
import struct
import uuid
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

from flask import Flask, Response
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from server.errors import MEDIA_TYPE, document, problem

IDLE_S = 20
"""Seconds within which the next bytes of a request must come, and the next bytes of an answer be taken."""

REFUSED: tuple[tuple[type[Exception], int, str], ...] = (
    (errors.LimitRequestLine, 414, "The address is longer than 8,190 bytes; POST long queries to /sparql."),
    (errors.LimitRequestHeaders, 431, "The headers are too many or too long; send at most 100, of 8,190 bytes each."),
    (
        errors.UnsupportedTransferCoding,
        400,
        "The only transfer coding that is taken is chunked; send the body plainly.",
    ),
    (errors.ExpectationFailed, 417, "The only expectation that is taken is 100-continue; leave the header out."),
    (errors.ParseException, 400, "This is not a request in HTTP/1.1 (RFC 9112); the first fault: {fault}."),
)
"""What a malformed request is told, by the first kind of error that fits."""


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn's threads, with a bound on each wait for a client, and its own refusals as problems, not as web pages.

    These are not logged as warnings: anybody can send them by the thousand, and there is nothing to do about them.
    """

    def enqueue_req(self, conn: Any) -> None:
        """Hand a connection to a thread."""
        if not conn.initialized:  # with a connection's first request; the next ones have it from then
            wait = struct.pack("ll", IDLE_S, 0)
            for direction in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                conn.sock.setsockopt(socket.SOL_SOCKET, direction, wait)
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        """Answer a request, and close a connection that is not kept here and not in the loop that accepts others.

        The close waits up to two seconds for the client to close its side; in the loop, everybody would wait.
        """
        kept = super().handle(conn)
        if not kept:
            conn.close(graceful=True)
            conn.close = lambda **_: None
        return kept

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer a request that could not be read; errors of another kind are gunicorn's to tell."""
        mine = isinstance(exc, errors.InvalidResponseHeader | errors.InvalidResponseHeaderName)
        if mine or not isinstance(exc, errors.ParseException):
            super().handle_error(req, client, addr, exc)
            return
        self.log.debug("refused: %r", exc)
        client.settimeout(1)
        try:
            client.sendall(refusal(exc))
        except OSError:  # who sends such things may well not wait for the answer
            self.log.debug("the refusal was not read")


def refusal(error: Exception) -> bytes:
    """Return the whole response to a request that could not be read, after which the connection is closed."""
    status, detail = told(error)
    name = uuid.uuid4().hex  # what the client called its request was perhaps not read
    body = document(status, detail, {"request_id": name})
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
        f"Date: {format_datetime(datetime.now(UTC), usegmt=True)}\r\n"
        f"Connection: close\r\nContent-Type: {MEDIA_TYPE}\r\nContent-Length: {len(body)}\r\n"
        f"Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: X-Request-Id\r\n"
        f"X-Content-Type-Options: nosniff\r\nX-Request-Id: {name}\r\n\r\n"
    )
    return head.encode("ascii") + body


def told(error: Exception) -> tuple[int, str]:
    """Return the status and the sentence for a request that could not be read."""
    for kind, status, detail in REFUSED:
        if isinstance(error, kind):
            return status, detail.format(fault=str(error).strip(" .")[:200] or type(error).__name__)
    raise TypeError(f"{error!r} is not of a request that cannot be read") from error


def answer_malformed_bodies(app: Flask) -> None:
    """Let the application answer 400 where a body breaks off or is not chunked rightly: no fault of the server."""

    @app.errorhandler(errors.ParseException)
    def _malformed(error: Exception) -> Response:
        status, detail = told(error)
        return problem(status, detail)

    @app.errorhandler(errors.NoMoreData)
    def _broken_off(_: Exception) -> Response:
        return problem(400, "The body breaks off before its end; send all of it.")

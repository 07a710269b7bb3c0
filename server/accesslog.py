"""The access log: a line of JSON for each request, written when its answer has ended, without secrets.

It has no text of a query, no parameter, no cookie and no authorisation, and of the client's address the network only
(/24 of IPv4, /48 of IPv6). A query is known by the start of its SHA-256, so that one who has it can find it again.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path

from kg.errors import LegationError
from server.observe import Exchange

PATH, AGENT = 400, 120
"""Longest path and longest name of a program, in characters; what is cut ends with an ellipsis."""


def access_log(target: str) -> Callable[[Exchange], None]:
    """Return what writes to a file, or to standard output where ``target`` is ``-``.

    A file is appended to, and opened anew when it has been moved away, as ``logrotate`` does.

    Raises:
        LegationError: The file cannot be written.
    """
    check_log(target)
    handler = logging.StreamHandler(sys.stdout) if target == "-" else WatchedFileHandler(target, encoding="utf-8")
    logger = logging.Logger("legation.access")  # of its own, outside the tree that others configure
    logger.addHandler(handler)
    return lambda noted: logger.info("%s", line(noted))


def check_log(target: str) -> None:
    """Return if the access log can be written there.

    Raises:
        LegationError: It cannot.
    """
    try:
        if target != "-":
            Path(target).open("a").close()
    except OSError as error:
        reason = f"{target}: the access log cannot be written ({error.strerror}); give --access-log another file, or -"
        raise LegationError(reason) from error


def line(noted: Exchange) -> str:
    """Return an exchange as JSON on one line, in ASCII: whatever clients send, no control character is in it.

    ``ms`` are milliseconds. ``query`` and ``outcome`` are null where no query was asked.
    """
    return json.dumps(
        {
            "time": datetime.fromtimestamp(noted.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "request_id": noted.request_id,
            "client": noted.client.shortened,
            "method": _cut(noted.method, 20),
            "route": noted.route,
            "path": _cut(noted.path, PATH),
            "status": noted.status,
            "bytes": noted.size,
            "ms": round(1000 * noted.seconds, 3),
            "complete": noted.complete,
            "query": noted.query or None,
            "outcome": noted.outcome or None,
            "release": noted.release or None,
            "agent": _cut(noted.agent, AGENT),
        }
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"

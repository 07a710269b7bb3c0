"""Jobs that misbehave, for the processes that run queries; they find them by this module's name."""

from __future__ import annotations

import os
import socket
import time

from pyoxigraph import QuerySolutions

from kg.release import Release


def crash(release: Release) -> None:
    """End the process in the middle of the job, as a fault of the engine would."""
    os._exit(1)


def sleep(release: Release, seconds: float) -> str:
    """Take a while, then give the release's version."""
    time.sleep(seconds)
    return release.version


def connect(release: Release) -> str:
    """Return what comes of asking the system for a socket."""
    try:
        socket.socket().close()
    except OSError as error:
        return type(error).__name__
    return "a socket"


def call_out(release: Release, address: str) -> str:
    """Return what comes of a query that calls another endpoint, past the guard."""
    try:
        found = release.store.query(f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}")
        return f"{len(list(found))} rows" if isinstance(found, QuerySolutions) else "an answer"
    except OSError as error:
        return str(error)


def process(release: Release) -> int:
    """Return the number of the process that the job runs in."""
    return os.getpid()

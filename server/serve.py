"""Serves a release with gunicorn, in processes that are started and replaced from here.

Each worker handles one request at a time and opens the store after the fork. A query that outlives its deadline
cannot be stopped in its thread: its client gets 504, then its worker ends and a new one takes its place, which
takes well under a second. If a worker hangs otherwise, gunicorn kills it; its client sees the connection break.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.errors import AppImportError, HaltServer

from kg.errors import LegationError, ReleaseError
from server.app import create_app
from server.current import check
from server.early import Worker

GRACE_S = 15
"""Seconds that a request may take beyond a query's deadline before its worker is killed."""


def serve(
    release_dir: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: int = 2,
    timeout_s: float = 30.0,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until the process is told to stop (SIGTERM, or Ctrl-C), then finish the requests at hand and return.

    ``on_ready`` gets the address, such as ``http://127.0.0.1:8000``, as soon as it takes requests. Port 0 takes
    any free one. Warnings and errors go to standard error, nothing else is printed.

    Raises:
        ReleaseError: There is no release in the folder, or its store cannot be opened.
        LegationError: The port is taken or the address is not of this machine.
    """
    check(release_dir)
    listener = listen(host, port)
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{listener.getsockname()[1]}"
    settings = {
        "bind": f"fd://{listener.detach()}",
        "workers": workers,
        "worker_class": Worker,
        "threads": 1,
        "timeout": round(timeout_s) + GRACE_S,
        "graceful_timeout": GRACE_S,
        "limit_request_line": 8190,  # the longest that gunicorn bounds; longer queries are posted
        "loglevel": "warning",
        "control_socket_disable": True,
        "when_ready": lambda _arbiter: on_ready(address) if on_ready else None,
    }
    master = os.getpid()
    try:
        _Server(lambda: create_app(release_dir, timeout_s=timeout_s, on_overrun=_end), settings).run()
    except (SystemExit, HaltServer) as stop:
        code = stop.code if isinstance(stop, SystemExit) else stop.exit_status
        if os.getpid() != master:  # a worker's end: what our caller does next is not its business
            sys.stderr.flush()
            os._exit(code if isinstance(code, int) else 1)
        if code:
            raise ReleaseError(f"{release_dir}: the server cannot start, for the reason above") from stop


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn with settings from arguments, not from files or the environment."""

    def __init__(self, make: Callable[[], Flask], settings: dict[str, Any]) -> None:
        self._make, self._settings = make, settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        try:
            return self._make()
        except ReleaseError as error:
            raise AppImportError(str(error)) from error  # which gunicorn prints without the whole way there


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there.

    Raises:
        LegationError: Somebody else does already, or the host is not this machine.
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = f"{host} port {port} cannot be listened on ({error.strerror}); choose another with --port"
        raise LegationError(reason) from error


def _end() -> None:
    """End this worker at once: the thread of a runaway query would keep an orderly exit waiting."""
    os._exit(0)

"""Serves a release with gunicorn: one process that talks to clients, and the query processes below it.

The one process has a thread for each request at hand, and every one of them does little: queries run in processes of
their own, and what is left is to wait for them. So the queue, the limits of each client and the figures are one.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.errors import AppImportError, HaltServer

from kg.errors import LegationError, ReleaseError
from server.accesslog import check_log
from server.app import create_app
from server.client import LOOPBACK, Network
from server.current import check
from server.early import Worker
from server.federation import Federation
from server.limits import Limits
from server.texts import Texts

THREADS = 1000
"""Requests that may be open at a time, slow clients' among them; threads are only started as they are needed."""

CONNECTIONS = 2000
"""Connections that may be open, most of them waiting for their client's next request."""

GRACE_S = 15
"""Seconds that requests have to end when the server stops, beyond a query's own."""


def serve(
    release_dir: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    limits: Limits | None = None,
    federation: Federation | None = None,
    log_to: str = "",
    trusted: Sequence[Network] = LOOPBACK,
    texts: Texts | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until the process is told to stop (SIGTERM, or Ctrl-C), then finish the requests at hand and return.

    ``on_ready`` gets the address, such as ``http://127.0.0.1:8000``, as soon as it takes requests. Port 0 takes
    any free one. ``federation`` says which other endpoints queries may call (none). Warnings and errors go to
    standard error, and nothing else is printed but the access log, if ``log_to`` is ``-``; it may be a file. Proxies
    in the ``trusted`` networks are believed whom they ask for. ``texts`` are shown on the pages of their
    articles (none).

    Raises:
        ReleaseError: There is no release in the folder, or its store cannot be opened.
        LegationError: The port is taken or the address is not of this machine, or the log cannot be written.
    """
    if log_to:
        check_log(log_to)
    check(release_dir)
    limits = limits or Limits()

    def make() -> Flask:
        app = create_app(release_dir, limits=limits, federation=federation, log_to=log_to, trusted=trusted, texts=texts)
        app.extensions["pool"].probe()
        return app

    try:
        run(make, host=host, port=port, grace_s=round(limits.timeout_s) + GRACE_S, on_ready=on_ready)
    except HaltServer as stop:
        raise ReleaseError(f"{release_dir}: the server cannot start, for the reason above") from stop


def run(
    make: Callable[[], Flask],
    *,
    host: str,
    port: int,
    grace_s: int = GRACE_S,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the application that ``make`` returns, which is called in the process that answers requests.

    Raises:
        HaltServer: It could not be made.
        LegationError: The port is taken or the address is not of this machine.
    """
    listener = listen(host, port)
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{listener.getsockname()[1]}"
    settings = {
        "bind": f"fd://{listener.detach()}",
        "workers": 1,
        "threads": THREADS,
        "worker_connections": CONNECTIONS,
        "worker_class": Worker,
        "http_parser": "python",  # else the first requests all wait while a faster one is looked for that is not there
        "keepalive": 30,
        "timeout": 60,  # of the loop that accepts connections, not of a request
        "graceful_timeout": grace_s,
        "limit_request_line": 8190,  # the longest that gunicorn bounds; longer queries are posted
        "loglevel": "warning",
        "control_socket_disable": True,
        "when_ready": lambda _arbiter: on_ready(address) if on_ready else None,
    }
    master = os.getpid()
    try:
        _Server(make, settings).run()
    except (SystemExit, HaltServer) as stop:
        code = stop.code if isinstance(stop, SystemExit) else stop.exit_status
        if os.getpid() != master:  # a worker's end: what our caller does next is not its business
            sys.stderr.flush()
            os._exit(code if isinstance(code, int) else 1)
        if code:
            raise HaltServer("stopped", code if isinstance(code, int) else 1) from stop


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

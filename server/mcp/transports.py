"""Starts the server and ends it: over standard input and output for one client, or over HTTP for several.

Over standard input the client owns the process: its end of input ends it. Over HTTP there is no login, and whoever
can reach the port can ask. Requests must name a host that the server knows, and pages of other origins are refused,
so that no web page reaches it through its visitor's browser (DNS rebinding).
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import anyio
import uvicorn
from mcp.server.transport_security import TransportSecuritySettings

from server.current import check
from server.guard import MAX_BYTES
from server.mcp.processes import Processes
from server.mcp.tools import create_server
from server.serve import listen

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
PATH = "/mcp"
GRACE_S = 3
"""Seconds that open requests have to end when the server stops."""

MAX_BODY = 8 * MAX_BYTES
"""Longest request in bytes: the longest query, each character escaped, and what is around it."""


def over_stdio(release_dir: Path, *, timeout_s: float = 30.0) -> None:
    """Serve the client at standard input and output until it closes them, or the process is told to stop.

    Nothing but the protocol goes to standard output; warnings and errors go to standard error.

    Raises:
        ReleaseError: There is no release in the folder, or a damaged one.
    """
    check(release_dir)
    # The thread that waits for input cannot be interrupted, so a signal ends the process as it stands: every message
    # is written at once, nothing else is, and the system ends the processes of the queries with it.
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, lambda _number, _frame: os._exit(0))
    _log()

    async def serve() -> None:
        processes = Processes(release_dir, timeout_s=timeout_s)
        await _start(processes)
        await create_server(processes).run_stdio_async()

    anyio.run(serve)


def over_http(
    release_dir: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8001,
    names: Sequence[str] = (),
    timeout_s: float = 30.0,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve clients over streamable HTTP until the process is told to stop (SIGTERM, or Ctrl-C).

    ``names`` are further hosts that clients may ask for, with a port if it is not the usual one, such as that of a
    proxy in front. ``on_ready`` gets the address, such as ``http://127.0.0.1:8001/mcp``. Port 0 takes any free one.

    Raises:
        ReleaseError: There is no release in the folder, or a damaged one.
        LegationError: The port is taken or the address is not of this machine.
    """
    check(release_dir)
    listener = listen(host, port)
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{listener.getsockname()[1]}{PATH}"
    _log()

    async def serve() -> None:
        processes = Processes(release_dir, timeout_s=timeout_s)
        await _start(processes)
        app = create_server(processes).streamable_http_app(
            streamable_http_path=PATH,
            json_response=True,
            stateless_http=True,  # a client's session would hold nothing
            max_request_body_size=MAX_BODY,
            transport_security=_security(name, names),
        )
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=GRACE_S)
        server = uvicorn.Server(config)

        def stop(_number: int, _frame: object) -> None:
            server.should_exit = True

        for number in (signal.SIGTERM, signal.SIGINT):  # before uvicorn does, and when it raises them again at its end
            signal.signal(number, stop)
        if on_ready:
            on_ready(address)
        await server.serve(sockets=[listener])

    with listener:
        anyio.run(serve)


def _security(host: str, names: Sequence[str]) -> TransportSecuritySettings:
    """Return which hosts requests may name, and of which origins the pages may be that send them."""
    own = list(dict.fromkeys([*LOOPBACK, host]))
    hosts = [*(f"{name}:*" for name in own), *own, *names]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=hosts,
        allowed_origins=[*(f"http://{name}" for name in hosts), *(f"https://{name}" for name in names)],
    )


async def _start(processes: Processes) -> None:
    """Open the release before the first client comes, and say so if queries have only the guard to keep them in."""
    if not await processes.start():
        print(
            "legation: this system cannot bar queries from the network; SERVICE is refused all the same",
            file=sys.stderr,
        )


def _log() -> None:
    logging.basicConfig(level=logging.WARNING, format="legation: %(message)s", stream=sys.stderr)

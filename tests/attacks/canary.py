"""Listeners on loopback that count who comes, whatever they ask; nobody should."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOSTS = ("127.0.0.1", "127.0.0.2", "::1")
RESULTS = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"literal","value":"the canary was reached"}}]}}'


@dataclass
class Canary:
    """Where the listeners are, as the start of an address, and who came to them."""

    addresses: tuple[str, ...]
    hits: list[str] = field(default_factory=list)

    def names(self) -> tuple[str, ...]:
        """Return further addresses of the same listeners: by name, by number, with a redirect, with a password."""
        port = self.addresses[0].rpartition(":")[2]
        hosts = ("localhost", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "user:pass@127.0.0.1")
        return (*(f"http://{host}:{port}" for host in hosts), f"{self.addresses[0]}/redirect")


@contextmanager
def canary() -> Iterator[Canary]:
    """Yield listeners on each of the loopback addresses that this machine has, on one port."""
    hits: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            if self.path.endswith("/redirect"):
                self.send_response(302)
                self.send_header("Location", "/redirected")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.send_header("Content-Length", str(len(RESULTS)))
            self.end_headers()
            self.wfile.write(RESULTS)

        do_GET = do_POST = do_HEAD = _answer  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Listener(ThreadingHTTPServer):
        daemon_threads = True

        def get_request(self) -> tuple[socket.socket, Any]:
            connection, peer = super().get_request()
            hits.append(f"a connection from {peer[0]}")  # a connection counts, whatever comes over it
            return connection, peer

    class Listener6(Listener):
        address_family = socket.AF_INET6

    listeners: list[ThreadingHTTPServer] = []
    port = 0
    for host in HOSTS:
        try:
            listeners.append((Listener6 if ":" in host else Listener)((host, port), Handler))
        except OSError:
            if not port:
                raise
            print(f"no listener on {host}: this machine has no such address, or its port is taken")
        port = port or listeners[0].server_port
    for listener in listeners:
        threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    named = (f"[{host}]" if ":" in host else host for host in (str(one.server_address[0]) for one in listeners))
    try:
        yield Canary(tuple(f"http://{host}:{port}" for host in named), hits)
    finally:
        for listener in listeners:
            listener.shutdown()
            listener.server_close()

"""Services on this machine for the tests of looking things up: healthy ones, and unwell ones of every sort."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

SPACE = "http://www.wikidata.org/entity/"
MANIFEST: dict[str, Any] = {
    "versions": ["0.1", "0.2"],
    "name": "Invented things",
    "identifierSpace": SPACE,
    "schemaSpace": "http://www.wikidata.org/prop/direct/",
    "defaultTypes": [{"id": "Q35120", "name": "entity"}],
    "view": {"url": "https://things.example/{{id}}"},
}


@dataclass(frozen=True)
class Request:
    """What a client sent: ``form`` are the fields of its body."""

    method: str
    headers: Mapping[str, str]
    form: Mapping[str, str]
    path: str = "/"

    @property
    def queries(self) -> dict[str, dict[str, Any]]:
        """The queries of a reconciliation batch."""
        return dict(json.loads(self.form["queries"]))


@dataclass(frozen=True)
class Answer:
    """What to send back, after ``slow_s`` seconds, and ``drip_s`` more after each byte.

    ``claimed`` is a Content-Length that is not true.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    claimed: int | None = None
    slow_s: float = 0.0
    drip_s: float = 0.0


Answering = Callable[[Request], Answer]


@dataclass
class Loopback:
    """A running service: its address and what it was asked, in order."""

    address: str
    requests: list[Request]

    @property
    def asked(self) -> list[str]:
        """The names asked for in reconciliation batches, in order."""
        posts = [request for request in self.requests if "queries" in request.form]
        return [query["query"] for request in posts for query in request.queries.values()]


@contextmanager
def answering(answer: Answering) -> Iterator[Loopback]:
    """Run a service that answers so on a free port of this machine, until the block ends."""
    stopping = threading.Event()
    seen: list[Request] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            form = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
            request = Request(self.command, dict(self.headers), form, self.path)
            seen.append(request)
            told = answer(request)
            stopping.wait(told.slow_s)
            try:
                self.send_response(told.status)
                for name, value in told.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(told.body) if told.claimed is None else told.claimed))
                self.send_header("Connection", "close")
                self.end_headers()
                for part in _parts(told):
                    self.wfile.write(part)
                    self.wfile.flush()
                    stopping.wait(told.drip_s)
            except OSError:  # the client has seen enough
                pass
            self.close_connection = True

        do_GET = do_POST = _reply  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Loopback(f"http://127.0.0.1:{server.server_address[1]}/api", seen)
    finally:
        stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


def _parts(answer: Answer) -> Sequence[bytes]:
    return [bytes([one]) for one in answer.body] if answer.drip_s else [answer.body]


def as_json(data: Any, *, status: int = 200, **headers: str) -> Answer:
    """Return an answer in JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(json.dumps(data).encode(), status, {"Content-Type": "application/json", **named})


def thing(key: str, name: str, *, kind: str = "Q5", description: str = "", match: bool = False) -> dict[str, Any]:
    """Return a candidate as a reconciliation service sends it."""
    return {
        "id": key, "name": name, "score": 71.5, "match": match, "description": description,
        "type": [{"id": kind, "name": "human" if kind == "Q5" else "human settlement"}],
    }  # fmt: skip


def reconciling(things: Mapping[str, Sequence[dict[str, Any]]], *, manifest: Mapping[str, Any] = MANIFEST) -> Answering:
    """Return how a healthy service answers that knows these candidates, by the name asked for."""

    def answer(request: Request) -> Answer:
        if request.method == "GET":
            return as_json(manifest)
        found = {key: {"result": list(things.get(query["query"], ()))} for key, query in request.queries.items()}
        return as_json(found)

    return answer

"""What is noted of each request, from its first line to the last byte of its answer, for counting and logging.

It wraps the application as WSGI middleware, because only there the end of an answer is seen: files are handed to the
server as they are, and a streamed answer goes on when the application is done with the request.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, has_request_context, request

from server.client import LOOPBACK, Client, Network, who_asks
from server.current import Current
from server.headers import EVERYWHERE
from server.watched import watched

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

OUTCOMES = (
    "ok", "syntax", "refused", "length", "depth", "rate", "queue", "deadline", "memory", "rows", "bytes",
    "disconnect", "service", "failed",
)  # fmt: skip
"""How queries end: answered, not understood, refused, over a limit, left by the client, by another endpoint's fault,
or by ours."""

ENVIRON = "legation.exchange"
"""The name in the WSGI environment by which a request finds what is noted of it."""

_TOKEN = re.compile(r"[!-~]{1,128}")


@dataclass(slots=True)
class Exchange:
    """A request and its answer. It is filled as the answer goes on, hence not frozen; one thread at a time has it.

    ``at`` is the time of the first line in seconds since 1970. ``route`` is a rule of the application, or "other".
    ``size`` counts the bytes of the body that were handed over, as they are compressed. ``complete`` says whether
    they were all. ``query`` is the start of the SHA-256 of a query's text, ``limit`` which limit a problem named.
    ``outcome`` is for those who know better than the status how a query ended, as when it fails after a 200.
    """

    request_id: str
    at: float
    method: str
    path: str
    agent: str
    client: Client
    route: str = "other"
    release: str = ""
    status: int = 0
    size: int = 0
    seconds: float = 0.0
    complete: bool = False
    query: str = ""
    limit: str = ""
    outcome: str = ""
    _started: float = field(default_factory=time.perf_counter)

    def finish(self) -> None:
        """Note how long it took, and how a query ended if nobody has said so."""
        self.seconds = time.perf_counter() - self._started
        if self.query or (self.limit and self.route == "/sparql"):
            self.outcome = self.outcome or self._outcome()

    def _outcome(self) -> str:
        if self.limit in OUTCOMES:
            return self.limit
        if self.status < 400:
            return "ok" if self.complete else "disconnect"
        if self.status < 500:
            if self.limit:  # of what a query may ask for at all
                return "refused"
            return {400: "syntax", 413: "length", 429: "rate", 499: "disconnect"}.get(self.status, "refused")
        return {502: "service", 504: "deadline"}.get(self.status, "failed")


def exchange() -> Exchange | None:
    """Return what is noted of the request at hand; None outside a request, or of an application without this."""
    return request.environ.get(ENVIRON) if has_request_context() else None


def who() -> Client:
    """Return who sent the request at hand."""
    noted = exchange()
    return noted.client if noted else Client(None)


def asked(query: str) -> None:
    """Note that the request at hand asks a query, whose text itself is kept nowhere."""
    if noted := exchange():
        noted.query = sha256(query.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def observe(
    app: Flask,
    current: Current,
    *,
    finished: Sequence[Callable[[Exchange], None]],
    trusted: Sequence[Network] = LOOPBACK,
) -> None:
    """Let each of ``finished`` be called with every exchange, in the thread that served it, after its last byte.

    Every answer gets ``X-Request-Id``. Proxies in the ``trusted`` networks are believed whom they ask for.
    """

    @app.before_request
    def _route() -> None:
        if (noted := exchange()) and request.url_rule is not None:
            noted.route = request.url_rule.rule

    @app.after_request
    def _release(response: Response) -> Response:
        if noted := exchange():
            noted.release = noted.release or current.opened.version
        return response

    app.wsgi_app = _Observing(app.wsgi_app, finished, trusted)  # type: ignore[method-assign]  # as Flask says to


def request_id(sent: str) -> str:
    """Return the client's word for a request where it is up to 128 visible ASCII characters, else a new one."""
    return sent if _TOKEN.fullmatch(sent) else uuid.uuid4().hex


class _Observing:
    """The application, watched."""

    def __init__(
        self, app: WSGIApplication, finished: Sequence[Callable[[Exchange], None]], trusted: Sequence[Network]
    ) -> None:
        self._app, self._finished, self._trusted = app, finished, tuple(trusted)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        noted = environ[ENVIRON] = self._begin(environ)
        promised = 0

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            nonlocal promised
            noted.status = int(status[:3])
            promised = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
            return start_response(status, [*headers, *EVERYWHERE, ("X-Request-Id", noted.request_id)], exc_info)

        body = self._app(environ, start)
        return watched(body, noted, self._finish, wrapper=environ.get("wsgi.file_wrapper"), promised=promised)

    def _begin(self, environ: WSGIEnvironment) -> Exchange:
        return Exchange(
            request_id=request_id(environ.get("HTTP_X_REQUEST_ID", "")),
            at=time.time(),
            method=environ.get("REQUEST_METHOD", ""),
            path=environ.get("PATH_INFO", "").encode("latin-1", "replace").decode("utf-8", "replace"),
            agent=environ.get("HTTP_USER_AGENT", ""),
            client=who_asks(
                environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""), trusted=self._trusted
            ),
        )

    def _finish(self, noted: Exchange) -> None:
        noted.finish()
        for call in self._finished:
            call(noted)

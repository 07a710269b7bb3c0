"""The web application: a release folder in, a Flask application out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from flask import Flask, Response, request

from kg.iri import DEFAULT_BASE
from server import dumps, entities, examples, pages, sparql
from server.current import Current
from server.encoding import encode
from server.errors import answer_with_problems
from server.examples import Example
from server.limits import Limits
from server.query.pool import Pool
from server.reconcile import routes as reconcile

MAX_BODY = 256 * 1024
"""Longest request body in bytes: a query of 64 KiB in percent encoding, and its dataset."""

SAME_ORIGIN = (
    "default-src 'self'; img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Content security policy: pages load and call nothing but this server (the editor sets styles inline)."""


def create_app(
    release_dir: Path,
    *,
    base: str | None = None,
    limits: Limits | None = None,
    queries: Sequence[Example] | None = None,
) -> Flask:
    """Return the application that serves the current release below ``release_dir``, and later ones as they come.

    ``base`` is the start of the data's IRIs, by default the one in the release's manifest. Queries run within
    ``limits`` in processes of their own, which the first query starts; ``app.extensions["pool"]`` holds them.
    ``queries`` are the examples of the editor, by default those packaged.

    Raises:
        ReleaseError: There is no release in the folder, or a damaged one.
    """
    current = Current(release_dir)
    base = base or str(current().manifest.get("base", DEFAULT_BASE))
    limits = limits or Limits()
    pool = Pool(lambda: current().path, limits)
    queries = examples.packaged() if queries is None else queries
    editor = partial(pages.editor, current, base=base, timeout_s=limits.timeout_s, examples=queries)

    app = Flask("server")
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BODY
    app.json.compact = False  # type: ignore[attr-defined]  # of the default provider
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.extensions["pool"] = pool
    app.register_blueprint(sparql.blueprint(current, pool, base=base, editor=editor))
    app.register_blueprint(pages.blueprint(current, examples=queries))
    app.register_blueprint(entities.blueprint(current, base=base))
    app.register_blueprint(dumps.blueprint(current))
    app.register_blueprint(reconcile.blueprint(current, base=base, timeout_s=limits.timeout_s))
    answer_with_problems(app)
    app.after_request(_headers)
    app.after_request(lambda response: encode(request, response))
    return app


def _headers(response: Response) -> Response:
    """Let pages of other origins read what is public anyway, and keep our own pages to this server."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, OPTIONS")
        response.headers["Access-Control-Allow-Headers"] = "Accept, Content-Type"
        response.headers["Access-Control-Max-Age"] = "86400"
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", SAME_ORIGIN)
        response.headers["Referrer-Policy"] = "same-origin"
    if request.endpoint in {"sparql.sparql", "dumps.listing"}:
        response.vary.add("Accept")
    return response

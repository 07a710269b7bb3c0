"""The web application: a release folder in, a Flask application out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from flask import Flask

from kg.iri import DEFAULT_BASE
from server import dumps, entities, examples, openapi, pages, sparql
from server.accesslog import access_log
from server.client import LOOPBACK, Network
from server.current import Current
from server.early import answer_malformed_bodies
from server.examples import Example
from server.headers import add_headers
from server.metrics import Metrics
from server.metrics import blueprint as metrics_page
from server.observe import observe
from server.problem import answer_with_problems
from server.reconcile import routes as reconcile

MAX_BODY = 256 * 1024
"""Longest request body in bytes: a query of 64 KiB in percent encoding, and its dataset."""


def create_app(
    release_dir: Path,
    *,
    base: str | None = None,
    timeout_s: float = 30.0,
    queries: Sequence[Example] | None = None,
    on_overrun: Callable[[], None] | None = None,
    log_to: str = "",
    trusted: Sequence[Network] = LOOPBACK,
) -> Flask:
    """Return the application that serves the current release below ``release_dir``, and later ones as they come.

    ``base`` is the start of the data's IRIs, by default the one in the release's manifest. A query has ``timeout_s``
    seconds; after one that took longer, ``on_overrun`` is called when its client has been told, to end the process
    in which it still goes on. ``queries`` are the examples of the editor, by default those packaged. ``log_to`` is
    where the access log goes, a file or ``-``. Proxies in the ``trusted`` networks are believed whom they ask for.

    Raises:
        ReleaseError: There is no release in the folder, or a damaged one.
    """
    current = Current(release_dir)
    base = base or str(current().manifest.get("base", DEFAULT_BASE))
    queries = examples.packaged() if queries is None else queries
    editor = partial(pages.editor, current, base=base, timeout_s=timeout_s, examples=queries)

    metrics = Metrics(current)
    app = Flask("server")
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BODY
    app.json.compact = False  # type: ignore[attr-defined]  # of the default provider
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    endpoint = sparql.blueprint(current, base=base, editor=editor, timeout_s=timeout_s, on_overrun=on_overrun)
    app.register_blueprint(endpoint)
    app.register_blueprint(pages.blueprint(current, examples=queries))
    app.register_blueprint(entities.blueprint(current, base=base))
    app.register_blueprint(dumps.blueprint(current))
    app.register_blueprint(openapi.blueprint())
    app.register_blueprint(metrics_page(metrics))
    app.register_blueprint(reconcile.blueprint(current, base=base, timeout_s=timeout_s))
    answer_with_problems(app)
    answer_malformed_bodies(app)
    add_headers(app, current, base=base)
    observe(app, current, finished=[metrics.finished, *([access_log(log_to)] if log_to else [])], trusted=trusted)
    return app

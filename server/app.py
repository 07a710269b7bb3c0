"""The web application: a release folder in, a Flask application out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from flask import Flask, request

from kg.iri import DEFAULT_BASE
from server import catalogue, completions, context, dumps, entities, examples, openapi, pages, sparql
from server.accesslog import access_log
from server.client import LOOPBACK, Network
from server.current import Current
from server.early import answer_malformed_bodies
from server.encoding import encode
from server.errors import answer_with_problems
from server.examples import Example
from server.federation import Federation
from server.headers import add_headers
from server.limits import Limits
from server.metrics import Metrics
from server.metrics import blueprint as metrics_page
from server.negotiate import Request
from server.observe import observe, who
from server.query.pool import Pool
from server.rate import Rate
from server.ready import probe
from server.reconcile import routes as reconcile
from server.reconcile.index import Indexes
from server.texts import Texts
from server.vocabulary import routes as vocabulary

MAX_BODY = 256 * 1024
"""Longest request body in bytes: a query of 64 KiB in percent encoding, and its dataset."""


UNBOUND = frozenset({"pages.healthz", "metrics.exposition"})
"""Addresses that may be asked at any rate, since they cost next to nothing."""


def create_app(
    release_dir: Path,
    *,
    base: str | None = None,
    limits: Limits | None = None,
    federation: Federation | None = None,
    queries: Sequence[Example] | None = None,
    log_to: str = "",
    trusted: Sequence[Network] = LOOPBACK,
    texts: Texts | None = None,
) -> Flask:
    """Return the application that serves the current release below ``release_dir``, and later ones as they come.

    ``base`` is the start of the data's IRIs, by default the one in the release's manifest. Queries run within
    ``limits`` in processes of their own, which the first query starts; ``app.extensions["pool"]`` holds them.
    ``federation`` says which other endpoints queries may call (none). ``queries`` are the examples of the editor, by
    default those packaged. ``log_to`` is where the access log goes, a file or ``-``. Proxies in the ``trusted``
    networks are believed whom they ask for. ``texts`` are shown on the pages of their articles (none).

    Raises:
        ReleaseError: There is no release in the folder, or a damaged one.
    """
    current = Current(release_dir)
    base = base or str(current().manifest.get("base", DEFAULT_BASE))
    limits = limits or Limits()
    pool = Pool(lambda: current().path, limits)
    queries = examples.packaged() if queries is None else queries
    editor = partial(pages.editor, current, base=base, timeout_s=limits.timeout_s, examples=queries)

    metrics = Metrics(current, statistics=pool.statistics)
    app = Flask("server")
    app.request_class = Request
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BODY
    app.json.compact = False  # type: ignore[attr-defined]  # of the default provider
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.extensions["pool"] = pool
    app.register_blueprint(
        sparql.blueprint(current, pool, base=base, editor=editor, federation=federation, tell_call=metrics.called)
    )
    app.register_blueprint(pages.blueprint(current, base=base, examples=queries, probe=partial(probe, pool, current)))
    app.register_blueprint(entities.blueprint(current, base=base, texts=texts))
    app.register_blueprint(context.blueprint())
    app.register_blueprint(vocabulary.blueprint(current, base=base))
    app.register_blueprint(dumps.blueprint(current, base=base))
    app.register_blueprint(catalogue.blueprint(current, base=base))
    app.register_blueprint(openapi.blueprint())
    app.register_blueprint(metrics_page(metrics))
    indexes = Indexes(current, base=base)
    app.register_blueprint(reconcile.blueprint(indexes, base=base, timeout_s=limits.timeout_s))
    app.register_blueprint(completions.blueprint(indexes, base=base))
    answer_with_problems(app)
    answer_malformed_bodies(app)
    add_headers(app, current, base=base)
    app.after_request(lambda response: encode(request, response))
    observe(app, current, finished=[metrics.finished, *([access_log(log_to)] if log_to else [])], trusted=trusted)
    _bound(app, limits)
    return app


def _bound(app: Flask, limits: Limits) -> None:
    """Let the application refuse clients that ask too often; operators' programs may look as often as they like."""
    rate = Rate(limits.rate)

    @app.before_request
    def _count() -> None:
        client = who()
        if (limits.rate_local or not client.is_local) and request.endpoint not in UNBOUND:
            rate.count(client.key)

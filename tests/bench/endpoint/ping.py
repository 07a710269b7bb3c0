"""The least that the same web server can do: a Flask application of one route, under the settings of Legation's.

python -m tests.bench.endpoint.ping PORT
"""

from __future__ import annotations

import sys
from unittest.mock import patch

from flask import Flask, Response

from server import serve


def application() -> Flask:
    """Return the application, whose ``/ping`` answers without looking at anything."""
    app = Flask("ping")

    @app.get("/ping")
    def ping() -> Response:
        return Response("pong", content_type="text/plain")

    return app


def main(port: int) -> None:
    """Serve it as :func:`server.serve.serve` serves a release, with this application in the place of ours."""
    with patch.object(serve, "create_app", lambda *given, **options: application()), patch.object(serve, "check"):
        serve.serve(None, port=port)  # type: ignore[arg-type]  # there is no release


if __name__ == "__main__":
    main(int(sys.argv[1]))

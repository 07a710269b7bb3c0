"""The least that the same web server can do: a Flask application of one route, under the settings of Legation's.

python -m tests.bench.endpoint.ping PORT
"""

from __future__ import annotations

import sys

from flask import Flask, Response

from server.serve import run


def application() -> Flask:
    """Return the application, whose ``/ping`` answers without looking at anything."""
    app = Flask("ping")

    @app.get("/ping")
    def ping() -> Response:
        return Response("pong", content_type="text/plain")

    return app


def main(port: int) -> None:
    """Serve it as :func:`server.serve.serve` serves a release."""
    run(application, host="127.0.0.1", port=port)


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""A server for the tests of the editor: the real application, and on request the failures that others must tell of.

    python -m tests.faulty_server FOLDER

serves the release below FOLDER, prints its address, and fails on queries that say so: ``#fail:429``.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from werkzeug.serving import make_server

from server.app import create_app
from server.examples import Example
from server.limits import Limits
from tests.server_fixture import EXAMPLES, PROLOGUE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TIMEOUT_S = 2.0
GEO = "PREFIX geo: <http://www.w3.org/2003/01/geo/wgs84_pos#>\n"
VIEWS = (
    Example(
        name="on-the-map",
        title="Where?",
        question="Places with their coordinates.",
        query=GEO + PROLOGUE + "SELECT ?name ?lat ?long { ?p rdfs:label ?name ; geo:lat ?lat ; geo:long ?long }\n",
        show="map",
        audience="journalists",
    ),
    Example(
        name="in-time",
        title="When?",
        question="Events with their first and last day.",
        query=PROLOGUE + "SELECT ?what ?from ?until { ?e rdfs:label ?what ; leg:earliest ?from ; leg:latest ?until }\n",
        show="timeline",
        audience="journalists",
    ),
    Example(
        name="in-numbers",
        title="How many?",
        question="Invented numbers by year.",
        query='SELECT ?year ?visits ?calls { VALUES (?year ?visits ?calls) {("2019" 3 1) ("2021" 2 0) ("2019" 4 1)} }',
        show="chart",
        audience="journalists",
    ),
)
PROBLEMS: dict[str, tuple[int, dict[str, object], dict[str, str]]] = {
    "rows": (413, {"limit": "rows", "detail": "The answer has more than 100,000 rows; add a LIMIT."}, {}),
    "memory": (503, {"limit": "memory", "detail": "The query needed more than 512 MB; aggregate less."}, {}),
    "queue": (503, {"limit": "queue", "detail": "All places are taken.", "retry_after": 2}, {"Retry-After": "2"}),
    "rate": (429, {"limit": "rate", "detail": "No more than 10 queries a minute, please."}, {"Retry-After": "1"}),
}


def faulty(app: WSGIApplication) -> WSGIApplication:
    """Return the application with failures for queries that ask for one; each rate limit holds for one query only."""
    limited = set[str]()

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        (query,) = parse_qs(body.decode()).get("query", [""])
        found = re.search(r"#fail:(\w+)", query)
        if not found or (found[1] == "rate" and query in limited):
            return app(environ, start)
        if found[1] == "broken":  # fewer bytes than announced: how a transfer that breaks off looks to a client
            start("200 OK", [("Content-Type", "application/sparql-results+json"), ("Content-Length", "100000")])
            return [b'{"head":{"vars":["a"]},"results":{"bindings":[']
        if found[1] == "gateway":
            start("502 Bad Gateway", [("Content-Type", "text/html"), ("Content-Length", "16")])
            return [b"<h1>Gateway</h1>"]
        limited.add(query)
        status, members, headers = PROBLEMS[found[1]]
        problem = json.dumps({"type": "about:blank", "status": status, **members}).encode()
        told = [("Content-Type", "application/problem+json"), ("Content-Length", str(len(problem))), *headers.items()]
        start(f"{status} {HTTPStatus(status).phrase}", told)
        return [problem]

    return answer


def main() -> None:
    """Serve the folder named on the command line until the process is ended."""
    app = create_app(Path(sys.argv[1]), queries=(*EXAMPLES, *VIEWS), limits=Limits(timeout_s=TIMEOUT_S))
    server = make_server("127.0.0.1", 0, faulty(app.wsgi_app), threaded=True)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

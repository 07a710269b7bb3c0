"""Queries that call other endpoints, and what the endpoints answer, for the tests of federation."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from pyoxigraph import QueryBoolean, QueryResultsFormat, QueryTriples, Store

from server.federation import Federation
from tests.loopback import Answer

PROLOGUE = """
PREFIX id: <https://w3id.org/legation/id/> PREFIX leg: <https://w3id.org/legation/ontology#>
PREFIX e: <http://e/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
HERE = (
    PROLOGUE
    + r"""
id:person\/ada-example e:party "Reds" ; e:age 41 .
id:person\/bo-sample e:party "Blues" ; e:age 52 .
id:person\/cy-third e:party "Reds" ; e:age 63 .
e:rival e:of id:person\/ada-example, id:person\/bo-sample .
GRAPH e:votes { id:person\/ada-example e:votes 10 . id:person\/cy-third e:votes 30 }
GRAPH e:more { id:person\/bo-sample e:votes 20 }
"""
)
"""What is known here about those whom the other release knows (TriG)."""

QUERIES: dict[str, str] = dict(
    re.findall(
        r"^#- (.*)\n((?:(?!#- ).*\n)*)", Path(__file__).with_name("federated.rq").read_text("utf-8"), re.MULTILINE
    )
)
DOWN = "http://127.0.0.1:9/sparql"
RESULTS = {"Content-Type": "application/sparql-results+json"}


def ask(store: Store, query: str) -> Any:
    """Return a comparable answer: variables and a bag of solutions, a truth value, or a set of triples."""
    result = store.query(query, use_default_graph_as_union=" FROM " not in query)
    if isinstance(result, QueryBoolean):
        return bool(result)
    if isinstance(result, QueryTriples):
        return set(result)
    names = sorted(variable.value for variable in result.variables)
    return names, Counter(tuple(str(row[name]) for name in names) for row in result)


@contextmanager
def endpoint(store: Store) -> Iterator[str]:
    """Serve a store on this machine, by both kinds of POST, and give the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            direct = self.headers["Content-Type"].startswith("application/sparql-query")
            try:
                result = store.query(body if direct else parse_qs(body)["query"][0])
            except SyntaxError:
                self.send_error(400)
                return
            told = result.serialize(format=QueryResultsFormat.JSON) or b""  # type: ignore[call-arg]
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/sparql"
        server.shutdown()


def allowing(*endpoints: str, **bounds: Any) -> Federation:
    """Return what an operator allows who lists these, on this machine."""
    return Federation(endpoints, private=True, **bounds)


def told(*bindings: Any, names: Any = ("x",), **headers: str) -> Answer:
    """Return an endpoint's answer with these solutions."""
    body = json.dumps({"head": {"vars": list(names)}, "results": {"bindings": list(bindings)}})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(body.encode(), headers={**RESULTS, **named})


def uri(value: str) -> dict[str, Any]:
    """Return the solution with an IRI for x."""
    return {"x": {"type": "uri", "value": value}}


def literal(value: Any, **more: Any) -> dict[str, Any]:
    """Return the solution with a literal for x."""
    return {"x": {"type": "literal", "value": value, **more}}

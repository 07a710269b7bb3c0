"""Strings of the formats that the OpenAPI description names, for schemathesis to send (``tests/schemathesis.toml``).

They hold what clients send when they do as the description says, on the release of ``tests/server_fixture.py``;
schemathesis itself invents what they should not send.
"""

from __future__ import annotations

import json
from typing import Any

import schemathesis
from hypothesis import strategies as st

from kg.iri import DEFAULT_BASE

NAMES = st.sampled_from(["a", "visitor", "été", "x1"])
NODES = st.sampled_from([f"<{DEFAULT_BASE}person/ada-example>", "<urn:x>", "<http://example.org/a%20b>"])
LITERALS = st.sampled_from(['"x"', "'it\\'s'@en", "3.5", "true", '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'])
VARIABLES = NAMES.map("?{}".format)
PATTERNS = st.lists(
    st.tuples(VARIABLES | NODES, VARIABLES | NODES, VARIABLES | NODES | LITERALS).map(" ".join), max_size=3
).map(" . ".join)
QUERIES = st.one_of(
    PATTERNS.map("ASK {{ {} }}".format),
    st.tuples(PATTERNS, st.integers(0, 20)).map(lambda drawn: f"SELECT * {{ {drawn[0]} }} LIMIT {drawn[1]}"),
    PATTERNS.map("CONSTRUCT {{ ?s <urn:p> ?o }} WHERE {{ ?s ?p ?o . {} }} LIMIT 5".format),
    NODES.map("DESCRIBE {}".format),
    NAMES.map("SELECT (COUNT(*) AS ?{}) {{ ?s ?p ?o }} # comment".format),
)
TYPES = st.sampled_from(["Person", "Place", ["State", "Organization"], {"id": "Actor"}])
NEEDLES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(str.strip)
RECONCILED = st.fixed_dictionaries({"query": NEEDLES}, optional={"type": TYPES, "limit": st.integers(1, 5)})
EXTENDED = st.fixed_dictionaries(
    {
        "ids": st.lists(st.sampled_from(["person/ada-example", "place/norland", "nobody"]), max_size=3),
        "properties": st.lists(st.fixed_dictionaries({"id": st.sampled_from(["alias", "visit", "x"])}), max_size=3),
    }
)
MEDIA_RANGES = st.sampled_from(["*/*", "*/*;q=0.5", "application/json, */*;q=0.1", "text/turtle, */*;q=0.1"])

for name, strategy in {
    "sparql-query": QUERIES,
    "reconciliation-queries": st.dictionaries(st.text(max_size=5), RECONCILED, max_size=3).map(json.dumps),
    "reconciliation-extension": EXTENDED.map(json.dumps),
    "media-ranges": MEDIA_RANGES,
    "name-start": NEEDLES,
    "key": st.sampled_from(["person/ada-example", "place/norland", "article/news one", "graph/events", "nobody"]),
    "term-name": st.sampled_from(["Visit", "status", "CowNumber", "0.0.1", "nothing"]),
    "version": st.sampled_from(["0.1.0-test", "0.2"]),
    "file-name": st.sampled_from(["manifest.json", "SHA256SUMS", "legation-0.1.0-test.nq.gz", "store"]),
    "entity-tag": st.sampled_from(['"x"', 'W/"x"', "*"]),
    "byte-range": st.sampled_from(["bytes=0-9", "bytes=-5", "bytes=99999999-", "lines=1-2"]),
    "iri": st.sampled_from(["http://example.org/x", f"{DEFAULT_BASE}graph/events", "http://example.org/é"]),
}.items():
    schemathesis.openapi.format(name, strategy)


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Leave out what OpenAPI cannot say to be wrong: a dataset without a query, and one thing said twice."""
    sent = set(case.query or ())
    match context.operation.label:
        case "GET /sparql":
            return "query" in sent or not sent
        case "POST /sparql":
            return not (isinstance(case.body, dict) and {"query", "format", "timeout"} & sent & set(case.body))
        case "GET /reconcile":
            return not {"queries", "extend"} <= sent
    return True


@schemathesis.serializer("application/sparql-query")
def query_body(context: Any, value: Any) -> bytes:
    """Return a query as the body of a request."""
    del context
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")

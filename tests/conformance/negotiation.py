"""Content negotiation: SPARQL 1.1 Protocol, section 2.1.5, after RFC 9110, section 12."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.conformance.case import Case, Check, Endpoint

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV = "text/csv", "text/tab-separated-values"
TURTLE, NT, JSONLD, RDFXML = "text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"
NQ, TRIG, N3 = "application/n-quads", "application/trig", "text/n3"
QUERIES = {
    "SELECT": "SELECT ?x { VALUES ?x { 1 } }",
    "ASK": "ASK {}",
    "CONSTRUCT": "CONSTRUCT { <a:s> <http://example.org/p> 1 } WHERE {}",
    "DESCRIBE": "DESCRIBE <http://example.org/ann>",
}
TABLES, GRAPHS = ("SELECT", "ASK"), ("CONSTRUCT", "DESCRIBE")
COMUNICA = (
    "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,"
    "text/turtle;q=0.6,application/rdf+xml;q=0.5,text/n3;q=0.35,application/sparql-results+json;q=0.9,"
    "application/sparql-results+xml;q=0.8"
)
EVERYTHING = f"{RDFXML}, {TURTLE}, {NT}, {JSON}, {XML}, {CSV}, */*;q=0.1"

ACCEPTED: list[tuple[str | None, dict[str, str | None]]] = [
    (None, {"SELECT": JSON, "CONSTRUCT": TURTLE}),
    ("", {"SELECT": JSON, "CONSTRUCT": TURTLE}),
    ("*/*", {"SELECT": JSON, "ASK": JSON, "CONSTRUCT": TURTLE, "DESCRIBE": TURTLE}),
    *[(name, dict.fromkeys(TABLES, name)) for name in (JSON, XML, CSV, TSV, "application/json")],
    *[(name, dict.fromkeys(GRAPHS, name)) for name in (TURTLE, NT, JSONLD, RDFXML, NQ, TRIG, N3)],
    ("text/*", {"SELECT": CSV, "CONSTRUCT": TURTLE}),
    ("application/*", {"SELECT": JSON, "CONSTRUCT": NT}),
    (f"{CSV};q=0.5, {XML};q=0.9", {"SELECT": XML}),
    (f"{CSV};q=0.9, {XML};q=0.5", {"SELECT": CSV}),
    (f"{XML}, {JSON}", {"SELECT": JSON}),
    (f"{JSON};q=0, */*", {"SELECT": XML}),
    (f"{JSON};q=0.1, */*;q=0.5", {"SELECT": XML}),
    (f"*/*;q=0.9, {TSV};q=1.0", {"SELECT": TSV}),
    (f"text/*;q=0.9, {CSV};q=0.1", {"SELECT": TSV}),
    (f"{CSV};q=0.001", {"SELECT": CSV}),
    (f"{CSV};q=0.0", {"SELECT": None}),
    (f"{CSV} ; q=0.5,{TSV}  ;q=0.6", {"SELECT": TSV}),
    ("TEXT/CSV", {"SELECT": CSV}),
    (f"{CSV};header=present;q=0.9, {XML};q=0.8", {"SELECT": CSV}),
    (f"{CSV};charset=utf-8", {"SELECT": CSV}),
    ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', {"CONSTRUCT": JSONLD}),
    ("image/png", {"SELECT": None, "ASK": None, "CONSTRUCT": None, "DESCRIBE": None}),
    (f"image/png, {TURTLE}", {"SELECT": None, "CONSTRUCT": TURTLE}),
    (f"{TURTLE}, {CSV};q=0.1", {"SELECT": CSV, "CONSTRUCT": TURTLE}),
    (JSON, {"CONSTRUCT": None, "DESCRIBE": None}),
    (TURTLE, {"SELECT": None, "ASK": None}),
    (EVERYTHING, {"SELECT": JSON, "ASK": JSON, "CONSTRUCT": TURTLE, "DESCRIBE": TURTLE}),
    (COMUNICA, {"SELECT": JSON, "ASK": JSON, "CONSTRUCT": NQ, "DESCRIBE": NQ}),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", {"SELECT": JSON, "CONSTRUCT": TURTLE}),
    ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", {"SELECT": JSON, "CONSTRUCT": TURTLE}),
    ("application/xml", {"SELECT": "application/xml", "CONSTRUCT": "application/xml"}),
    ("application/json", {"CONSTRUCT": "application/json"}),
    ("text/plain", {"CONSTRUCT": "text/plain", "SELECT": None}),
    (f"{JSON},application/json,text/javascript,application/javascript", {"SELECT": JSON}),
    (
        "application/turtle,text/turtle,text/rdf+n3,application/n-triples,application/n3,text/n3",
        {"CONSTRUCT": TURTLE},
    ),
    (f"{JSON},, ;, q=1, text", {"SELECT": JSON}),
    (", ".join(f"application/x-{n}" for n in range(300)) + f", {XML}", {"SELECT": XML}),
]
NAMED = {
    "json": {"SELECT": JSON, "CONSTRUCT": JSONLD}, "xml": {"SELECT": XML, "CONSTRUCT": RDFXML},
    "csv": {"SELECT": CSV, "CONSTRUCT": None}, "tsv": {"SELECT": TSV}, "turtle": {"CONSTRUCT": TURTLE, "SELECT": None},
    "ttl": {"DESCRIBE": TURTLE}, "nt": {"CONSTRUCT": NT}, "nq": {"CONSTRUCT": NQ}, "trig": {"CONSTRUCT": TRIG},
    "jsonld": {"CONSTRUCT": JSONLD}, "rdf": {"CONSTRUCT": RDFXML}, "JSON": {"ASK": JSON},
    CSV: {"SELECT": CSV}, JSON: {"SELECT": JSON}, TURTLE: {"CONSTRUCT": TURTLE},
}  # fmt: skip


def cases() -> Iterator[Case]:
    """Yield the cases."""
    section = "Content negotiation"
    source = "SPARQL 1.1 Protocol, 2.1.5; RFC 9110, 12.4.2 and 12.5.1"
    for accept, wanted in ACCEPTED:
        shown = "no Accept" if accept is None else f"Accept: {accept[:60]}"
        for query_form, media_type in wanted.items():
            yield Case(section, f"{query_form} with {shown}", source, _gives(query_form, accept, media_type))
    for named, types in NAMED.items():
        for query_form, media_type in types.items():
            for parameter in ("format", "output"):
                yield Case(
                    section, f"{query_form} with {parameter}={named}", "as Fuseki and Virtuoso have it",
                    _gives(query_form, f"{TSV}, {NT}", media_type, {parameter: named}),
                )  # fmt: skip
    yield Case(
        section, "the same format under several names", "as SPARQLWrapper asks",
        _gives("SELECT", None, TSV, {"format": ["tsv", TSV], "output": ["tsv", TSV], "results": ["tsv", TSV]}),
    )  # fmt: skip
    yield Case(section, "a format that is none", "as Fuseki and Virtuoso have it", _unknown)
    yield Case(section, "406 names what there is", "RFC 9110, 15.5.7", _names_what_there_is)
    yield Case(section, "text says that it is UTF-8", "RFC 9110, 8.3; Results CSV and TSV, 3 and 4", _charset)


def _gives(query_form: str, accept: str | None, media_type: str | None, more: dict[str, Any] | None = None) -> Check:
    def check(endpoint: Endpoint) -> None:
        for ask in (endpoint.get, endpoint.post_form, endpoint.post_direct):
            response = ask(QUERIES[query_form], accept, **(more or {}))
            if media_type is None:
                assert response.status == 406, (response.status, response.headers)
            else:
                assert response.status == 200, (response.status, response.body)
                assert response.media_type == media_type, response.headers
                assert response.body

    return check


def _unknown(endpoint: Endpoint) -> None:
    response = endpoint.get("ASK {}", format="parchment")
    assert response.status == 400
    assert b"parchment" in response.body


def _names_what_there_is(endpoint: Endpoint) -> None:
    table = endpoint.get(QUERIES["SELECT"], "image/png").body.decode()
    graph = endpoint.get(QUERIES["CONSTRUCT"], "image/png").body.decode()
    assert JSON in table
    assert TURTLE in graph


def _charset(endpoint: Endpoint) -> None:
    for query_form, media_type in (("SELECT", CSV), ("SELECT", TSV), ("CONSTRUCT", TURTLE)):
        header = endpoint.get(QUERIES[query_form], media_type).headers["content-type"]
        assert header.lower().replace(" ", "") == f"{media_type};charset=utf-8"
    for query_form, media_type in (("SELECT", JSON), ("SELECT", XML), ("CONSTRUCT", NT), ("CONSTRUCT", RDFXML)):
        assert endpoint.get(QUERIES[query_form], media_type).headers["content-type"] == media_type

"""The formats of graphs, which CONSTRUCT and DESCRIBE give."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import rdflib

from tests.conformance.case import Case, Check, Endpoint
from tests.conformance.checks import equal, matches, with_parsed
from tests.conformance.terms import PROLOGUE, same_graph

GRAPH = """CONSTRUCT { ex:s a ex:T ; ex:p "é \\"q\\"\\n\\\\", "x"@en, 1, 1.5, true, "x"^^ex:d, <http://example.org/é> ;
  ex:b _:b . _:b ex:p ex:s } WHERE {}"""
WANTED = """ex:s a ex:T ; ex:p "é \\"q\\"\\n\\\\", "x"@en, 1, 1.5, true, "x"^^ex:d, <http://example.org/é> ;
  ex:b _:b . _:b ex:p ex:s ."""


def cases() -> Iterator[Case]:
    """Yield the cases."""
    section = "Graphs in every format"
    for media_type, syntax, source in [
        ("text/turtle", "turtle", "RDF 1.1 Turtle"),
        ("application/n-triples", "nt", "RDF 1.1 N-Triples"),
        ("application/ld+json", "json-ld", "JSON-LD 1.1"),
        ("application/rdf+xml", "xml", "RDF 1.1 XML Syntax"),
        ("application/n-quads", "nquads", "RDF 1.1 N-Quads"),
        ("application/trig", "trig", "RDF 1.1 TriG"),
        ("text/n3", "n3", "Notation3"),
    ]:
        for name, query, wanted in [
            ("all kinds of terms", GRAPH, WANTED),
            ("nothing", "CONSTRUCT { ?s ex:p 1 } WHERE { ?s a ex:Nothing }", ""),
            ("a description", "DESCRIBE ex:dot", 'ex:dot a ex:Person ; ex:name "Dot"@en ; ex:age 25 .'),
        ]:
            yield Case(section, f"{name} in {media_type}", source, _graph(query, media_type, syntax, wanted))
    yield Case(
        section, "RDF/XML has no name for such a property", "RDF 1.1 XML Syntax, 2.2; RFC 9110, 15.5.7",
        lambda endpoint: equal(endpoint.get("CONSTRUCT { <s> <a:1> 1 } WHERE {}", "application/rdf+xml").status, 406),
    )  # fmt: skip
    section = "RDF 1.2 in answers"
    query = "CONSTRUCT { ex:s ex:p <<( ex:a ex:b 'c' )>>, 'a'@ar--rtl } WHERE {}"
    for media_type in ("text/turtle", "application/n-triples", "application/trig", "application/n-quads"):
        yield Case(
            section, f"a triple term and base direction in {media_type}", "RDF 1.2 (drafts)",
            matches(query, media_type, rb'(?s).*<<\( ?\S+ \S+ "c" ?\)>>.*', all_of=(b'"a"@ar--rtl',)),
        )  # fmt: skip
    yield Case(
        section, "JSON-LD has no triple terms", "JSON-LD 1.1; RFC 9110, 15.5.7",
        lambda endpoint: equal(endpoint.get(PROLOGUE + query, "application/ld+json").status, 406),
    )  # fmt: skip
    yield Case(
        section, "JSON-LD has base direction", "JSON-LD 1.1, 4.2.4.1",
        with_parsed("application/ld+json", json.loads)(
            "CONSTRUCT { ex:s ex:p 'a'@ar--rtl } WHERE {}",
            lambda found: equal(_values(found), [{"@value": "a", "@language": "ar", "@direction": "rtl"}]),
        ),
    )  # fmt: skip


def _values(found: Any) -> list[Any]:
    node = found[0] if isinstance(found, list) else found
    values = next(value for name, value in node.items() if name not in ("@id", "@context"))
    return values if isinstance(values, list) else [values]


def _graph(query: str, media_type: str, syntax: str, wanted: str) -> Check:
    def check(endpoint: Endpoint) -> None:
        response = endpoint.get(PROLOGUE + query, media_type)
        assert (response.status, response.media_type) == (200, media_type), response.body
        if syntax in ("nquads", "trig"):
            dataset = rdflib.Dataset()
            dataset.parse(data=response.body, format=syntax)
            assert {graph for *_, graph in dataset.quads()} <= {None, dataset.default_graph.identifier}
            same_graph(dataset.default_graph.serialize(format="nt", encoding="utf-8"), "nt", wanted)
        else:
            same_graph(response.body, syntax, wanted)

    return check

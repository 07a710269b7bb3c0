"""SPARQL 1.1 Service Description: what a GET without a query says of the endpoint, in every format."""

from __future__ import annotations

import json
from collections.abc import Iterator

import rdflib
from rdflib import RDF, URIRef
from rdflib.compare import isomorphic

from tests.conformance.case import Case, Check, Endpoint, accepting
from tests.conformance.terms import PROLOGUE

SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = rdflib.Namespace("http://rdfs.org/ns/void#")
SYNTAXES = {
    "text/turtle": "turtle", "application/n-triples": "nt", "application/ld+json": "json-ld",
    "application/rdf+xml": "xml", "text/n3": "n3",
}  # fmt: skip
IN_RESULTS = {
    "SPARQL_Results_JSON": "application/sparql-results+json", "SPARQL_Results_XML": "application/sparql-results+xml",
    "SPARQL_Results_CSV": "text/csv", "SPARQL_Results_TSV": "text/tab-separated-values",
}  # fmt: skip
IN_GRAPHS = {
    "Turtle": "text/turtle", "N-Triples": "application/n-triples", "RDF_XML": "application/rdf+xml",
    "JSON-LD": "application/ld+json", "N-Quads": "application/n-quads", "TriG": "application/trig", "N3": "text/n3",
}  # fmt: skip

DOMAINS: dict[URIRef, tuple[URIRef, URIRef | None]] = {
    SD.endpoint: (SD.Service, None), SD.feature: (SD.Service, SD.Feature),
    SD.defaultEntailmentRegime: (SD.Service, SD.EntailmentRegime), SD.extensionFunction: (SD.Service, SD.Function),
    SD.extensionAggregate: (SD.Service, SD.Aggregate), SD.languageExtension: (SD.Service, SD.Feature),
    SD.propertyFeature: (SD.Service, SD.Feature), SD.defaultDataset: (SD.Service, SD.Dataset),
    SD.availableGraphs: (SD.Service, SD.GraphCollection), SD.resultFormat: (SD.Service, None),
    SD.inputFormat: (SD.Service, None), SD.supportedLanguage: (SD.Service, SD.Language),
    SD.defaultGraph: (SD.Dataset, SD.Graph), SD.namedGraph: (SD.GraphCollection, SD.NamedGraph),
    SD.name: (SD.NamedGraph, None), SD.graph: (SD.NamedGraph, SD.Graph), SD.entailmentRegime: (SD.NamedGraph, None),
}  # fmt: skip
"""The properties of the vocabulary with their domains and ranges (Service Description, 3.2 and 3.4)."""
KINDS = {
    SD.Feature: {SD.DereferencesURIs, SD.UnionDefaultGraph, SD.RequiresDataset, SD.EmptyGraphs, SD.BasicFederatedQuery},
    SD.Language: {SD.SPARQL10Query, SD.SPARQL11Query, SD.SPARQL11Update},
    SD.EntailmentRegime: {URIRef(f"http://www.w3.org/ns/entailment/{name}") for name in ("Simple", "RDF", "RDFS")},
}
"""The individuals that the vocabulary has of a class (3.3), beside which others must be typed."""
SUPERCLASSES = {SD.Dataset: {SD.Dataset, SD.GraphCollection}}


def cases() -> Iterator[Case]:
    """Yield the cases."""
    section, source = "Service description", "SPARQL 1.1 Service Description, "
    for media_type in SYNTAXES:
        yield Case(section, f"a GET without a query returns RDF, {media_type}", source + "2", _in(media_type))
    for media_type in ("application/n-quads", "application/trig"):
        yield Case(section, f"a GET without a query returns RDF, {media_type}", source + "2", _responds(media_type))
    yield Case(section, "without an Accept header, too", source + "2", _responds(None))
    for name, part, check in [
        ("there is one service, and its endpoint is the one asked", "3.4.1", _endpoint),
        ("all its terms are the vocabulary's, in their place", "3", _conforms),
        ("the language", "3.4.11 and 3.3", _language),
        ("the features that are there, and no others", "3.4.2 and 3.3", _features),
        ("the formats of results are offered", "3.4.9", _formats),
        ("functions beyond SPARQL's own are there", "3.4.4", _functions),
        ("the default dataset has the named graphs that there are", "3.4.7 and 3.4.13", _graphs),
        ("graphs that are described may be asked for", "3.4.8", _available),
        ("the default graph says how many triples it has", "3.4.12; VoID, 4.6.1", _triples),
        ("nothing dereferences", "3.3.1", _dereferences),
    ]:
        yield Case(section, name, source + part, check)


def _described(endpoint: Endpoint, media_type: str = "text/turtle") -> rdflib.Graph:
    response = endpoint.send("GET", headers=accepting(media_type))
    assert (response.status, response.media_type) == (200, media_type), response.body[:300]
    return rdflib.Graph().parse(data=response.body, format=SYNTAXES[media_type])


def _service(graph: rdflib.Graph) -> rdflib.term.Node:
    (service,) = graph.subjects(RDF.type, SD.Service)
    return service


def _in(media_type: str) -> Check:
    def check(endpoint: Endpoint) -> None:
        assert isomorphic(_described(endpoint, media_type), _described(endpoint))

    return check


def _responds(accept: str | None) -> Check:
    def check(endpoint: Endpoint) -> None:
        response = endpoint.send("GET", headers=accepting(accept))
        assert response.status == 200
        assert response.media_type == (accept or "text/turtle")
        assert b"sparql-service-description#Service" in response.body

    return check


def _endpoint(endpoint: Endpoint) -> None:
    graph = _described(endpoint)
    assert list(graph.objects(_service(graph), SD.endpoint)) == [URIRef(endpoint.address)]


def _conforms(endpoint: Endpoint) -> None:
    graph = _described(endpoint)
    used = {p for p in graph.predicates() if str(p).startswith(str(SD))}
    assert used <= set(DOMAINS), used - set(DOMAINS)
    kinds = {*DOMAINS.values()}
    classes = {cls for pair in kinds for cls in pair if cls} | {SD.Dataset}
    typed = {o for o in graph.objects(predicate=RDF.type) if str(o).startswith(str(SD))}
    assert typed <= classes, typed - classes
    for predicate in used:
        domain, expected = DOMAINS[predicate]
        for subject, value in graph.subject_objects(predicate):
            assert isinstance(value, URIRef), (predicate, value)
            assert _is_a(graph, subject, domain), (subject, predicate)
            assert expected is None or value in KINDS.get(expected, ()) or _is_a(graph, value, expected), value


def _is_a(graph: rdflib.Graph, node: rdflib.term.Node, cls: URIRef) -> bool:
    types = {up for kind in graph.objects(node, RDF.type) for up in SUPERCLASSES.get(URIRef(str(kind)), {kind})}
    return cls in types


def _language(endpoint: Endpoint) -> None:
    graph = _described(endpoint)
    languages = set(graph.objects(_service(graph), SD.supportedLanguage))
    assert SD.SPARQL11Query in languages
    assert SD.SPARQL11Update not in languages


def _features(endpoint: Endpoint) -> None:
    graph = _described(endpoint)
    assert set(graph.objects(_service(graph), SD.feature)) == {SD.UnionDefaultGraph}
    union = json.loads(endpoint.get("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").body)
    every = json.loads(endpoint.get("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }").body)
    assert union == every


def _formats(endpoint: Endpoint) -> None:
    graph = _described(endpoint)
    names = {str(iri).rpartition("/")[2] for iri in graph.objects(_service(graph), SD.resultFormat)}
    assert names == {*IN_RESULTS, *IN_GRAPHS}
    for query, types in (("ASK {}", IN_RESULTS), ("CONSTRUCT WHERE { ?s a ?o }", IN_GRAPHS)):
        for media_type in types.values():
            response = endpoint.get(query, media_type)
            assert (response.status, response.media_type) == (200, media_type)


def _functions(endpoint: Endpoint) -> None:
    graph = _described(endpoint)
    functions = set(graph.objects(_service(graph), SD.extensionFunction))
    assert functions
    for function in functions:
        response = endpoint.get(f"SELECT (<{function}>('POINT(0 0)') AS ?x) {{}}")
        assert response.status == 200, (function, response.body)


def _graphs(endpoint: Endpoint) -> None:
    graph = _described(endpoint)
    dataset = graph.value(_service(graph), SD.defaultDataset)
    assert (graph.value(dataset, SD.defaultGraph), RDF.type, SD.Graph) in graph
    described = {str(graph.value(node, SD.name)) for node in graph.objects(dataset, SD.namedGraph)}
    listed = json.loads(endpoint.get("SELECT DISTINCT ?g { GRAPH ?g {} }").body)["results"]["bindings"]
    assert described == {row["g"]["value"] for row in listed}


def _available(endpoint: Endpoint) -> None:
    graph = _described(endpoint)
    available = graph.value(_service(graph), SD.availableGraphs)
    for node in graph.objects(available, SD.namedGraph):
        response = endpoint.get("ASK { ?s ?p ?o }", default_graph_uri=str(graph.value(node, SD.name)))
        assert json.loads(response.body)["boolean"] is True


def _triples(endpoint: Endpoint) -> None:
    graph = _described(endpoint)
    default = next(graph.objects(predicate=SD.defaultGraph))
    said = graph.value(default, VOID.triples)
    counted = json.loads(endpoint.get("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").body)["results"]["bindings"][0]["n"][
        "value"
    ]
    assert str(said) == counted


def _dereferences(endpoint: Endpoint) -> None:
    assert endpoint.get(PROLOGUE + "SELECT * FROM <http://127.0.0.1:9/> { ?s ?p ?o }").status == 400

"""What the endpoint says of itself: SPARQL 1.1 Service Description, as nodes with IRIs below the endpoint's address."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Store, Triple

from kg.iri import PREFIXES, Names
from server.formats import GRAPHS, RESULTS

SD = "http://www.w3.org/ns/sparql-service-description#"
SHARED_GRAPHS = ("events", "actors", "links", "ontology", "release")
"""Graphs that every release may have; besides, each article has one of its own, named in the comment."""


def describe(store: Store, *, endpoint: str, base: str) -> Iterator[Triple]:
    """Yield the description of the service at the address ``endpoint``, over data whose IRIs start with ``base``."""

    def about(node: NamedNode, name: str, value: NamedNode | Literal) -> Triple:
        return Triple(node, NamedNode(name), value)

    service, dataset, default = (NamedNode(endpoint + part) for part in ("#service", "#dataset", "#default-graph"))
    kind = PREFIXES["rdf"] + "type"
    yield about(service, kind, NamedNode(SD + "Service"))
    yield about(service, SD + "endpoint", NamedNode(endpoint))
    yield about(service, SD + "supportedLanguage", NamedNode(SD + "SPARQL11Query"))
    yield about(service, SD + "feature", NamedNode(SD + "UnionDefaultGraph"))
    for iri in dict.fromkeys([*(form.iri for form in RESULTS.values()), *(form.iri for form in GRAPHS.values())]):
        yield about(service, SD + "resultFormat", NamedNode(iri))
    yield about(service, SD + "defaultDataset", dataset)
    yield about(dataset, kind, NamedNode(SD + "Dataset"))
    yield about(dataset, SD + "defaultGraph", default)
    yield about(default, kind, NamedNode(SD + "Graph"))
    comment = f"Each article has a graph of its own: {base}graph/article/<id>. The default graph is the union of all."
    yield about(dataset, PREFIXES["rdfs"] + "comment", Literal(comment, language="en"))
    for name in SHARED_GRAPHS:
        graph = Names(base).graph(name)
        if store.contains_named_graph(graph):
            node = NamedNode(f"{endpoint}#graph-{name}")
            yield about(dataset, SD + "namedGraph", node)
            yield about(node, kind, NamedNode(SD + "NamedGraph"))
            yield about(node, SD + "name", graph)

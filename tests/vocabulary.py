"""The packaged ontology as tests read it, and a small graph that has something of every class that matters."""

from __future__ import annotations

from pathlib import Path

from rdflib import OWL, RDF, RDFS, Graph, Namespace, URIRef
from rdflib.term import Node

import ontology

LEG = Namespace(ontology.NAMESPACE)
KINDS = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.NamedIndividual, RDFS.Datatype}
SAMPLE = Path(__file__).parent / "owl" / "sample.ttl"


def texts() -> dict[str, str]:
    """Return the text of each file of the ontology, by its name."""
    return {path.name: path.read_text(encoding="utf-8") for path in ontology.paths()}


def whole() -> Graph:
    """Return the ontology: all of its files as one graph, made anew so that a test may plant faults in it."""
    graph = Graph()
    for text in texts().values():
        graph.parse(data=text, format="turtle")
    return graph


def sample(more: str = "") -> Graph:
    """Return the graph of ``sample.ttl``, with ``more`` of the same prefixes and base after it."""
    return Graph().parse(data=SAMPLE.read_text(encoding="utf-8") + more, format="turtle")


def terms(graph: Graph) -> set[URIRef]:
    """Return the terms of our namespace that the graph mentions anywhere."""
    return {node for triple in graph for node in triple if isinstance(node, URIRef) and node in LEG}


def declared(graph: Graph) -> set[Node]:
    """Return the terms of our namespace that the graph says the kind of."""
    return {node for kind in KINDS for node in graph.subjects(RDF.type, kind) if str(node).startswith(LEG)}

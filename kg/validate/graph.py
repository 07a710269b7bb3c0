"""Quads as the graph that pyshacl reads."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox
import rdflib
from pyoxigraph import Literal, NamedNode, Quad, Triple
from rdflib import Graph
from rdflib.term import Node

from kg.errors import InputError
from kg.iri import term

XSD_STRING = term("xsd:string")


def to_rdflib(quads: Iterable[Quad]) -> Graph:
    """Return the union of the quads' graphs as an rdflib graph, which is what pyshacl takes.

    Raises:
        InputError: A quad holds a triple term (RDF 1.2), which rdflib cannot.
    """
    graph = Graph(bind_namespaces="none")
    nodes: dict[str, rdflib.URIRef] = {}  # most IRIs come many times, and each is checked when it is made

    def converted(node: ox.NamedNode | ox.BlankNode | Literal | Triple) -> Node:
        match node:
            case NamedNode(value=iri):
                return nodes.get(iri) or nodes.setdefault(iri, rdflib.URIRef(iri))
            case ox.BlankNode(value=name):
                return rdflib.BNode(name)
            case Literal(value=text, language=language, datatype=datatype):
                # To rdflib, "x" and "x"^^xsd:string are two literals; its parsers make the first of both.
                plain = language or datatype == XSD_STRING
                return rdflib.Literal(text, language, None if plain else datatype.value, normalize=False)
        raise InputError(f"the triple term {node} is RDF 1.2: write the data without triple terms")

    for quad in quads:
        graph.add((converted(quad.subject), converted(quad.predicate), converted(quad.object)))
    return graph

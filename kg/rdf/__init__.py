"""The only maker of triples. Each part of the graph is a pure function of what the articles contribute to it.

The parts are an article, an event, an actor or place, an office, a term in office and an official record; no two of
them share a quad, so that one can change without a look at the others. Every node has an IRI made of its content, so
that equal input gives equal quads and no blank nodes.
"""

from kg.rdf.actor import holding_quads, office_quads, offices_of, thing_quads
from kg.rdf.article import article_quads
from kg.rdf.catalogue import Coverage
from kg.rdf.event import confirmation_quad, event_quads, official_quads, town
from kg.rdf.origin import Origin
from kg.rdf.release import Description, ontology_quads, release_lines
from kg.rdf.terms import EDTF, LICENCE, MODES, nquads
from kg.rdf.whole import graph_quads

__all__ = [
    "EDTF",
    "LICENCE",
    "MODES",
    "Coverage",
    "Description",
    "Origin",
    "article_quads",
    "confirmation_quad",
    "event_quads",
    "graph_quads",
    "holding_quads",
    "nquads",
    "office_quads",
    "offices_of",
    "official_quads",
    "ontology_quads",
    "release_lines",
    "thing_quads",
    "town",
]

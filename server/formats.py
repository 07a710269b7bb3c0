"""The formats of answers by media type, the first of each being the one for clients that do not care."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pyoxigraph as ox
from pyoxigraph import QueryResultsFormat, RdfFormat, Triple

from kg.iri import PREFIXES
from server.problem import Problem

RESULTS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
    "application/json": QueryResultsFormat.JSON,
}
"""Of SELECT and ASK."""

GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
}
"""Of CONSTRUCT and DESCRIBE, and of all descriptions of things."""

EXTENSIONS = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}
"""Of the same, at the end of an address."""

_ELEMENT = re.compile(r"[^\W\d][\w.-]*\Z")


def content_type(media_type: str) -> str:
    """Return the header for a media type: text is marked as UTF-8, the others define that themselves."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def write_graph(triples: Iterable[Triple], media_type: str) -> bytes:
    """Return the triples in a format of :data:`GRAPHS`.

    Raises:
        Problem: 406, when RDF/XML has no element name for a property, as for ``…/1``.
    """
    syntax = GRAPHS[media_type]
    found = named_elements(triples) if syntax == RdfFormat.RDF_XML else triples
    return ox.serialize(found, format=syntax, prefixes=PREFIXES) or b""


def named_elements(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Yield the triples, whose properties must have names in RDF/XML.

    Raises:
        Problem: 406, when one has none.
    """
    for triple in triples:
        if not _ELEMENT.search(triple.predicate.value):
            raise Problem(406, f"RDF/XML has no name for the property {triple.predicate.value}; ask for Turtle.")
        yield triple

"""The formats of answers by media type, the first of each being the one for clients that do not care."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import IO

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
    "application/n-quads": RdfFormat.N_QUADS,
    "application/trig": RdfFormat.TRIG,
    "text/n3": RdfFormat.N3,
}
"""Of CONSTRUCT and DESCRIBE: a graph is a data set too, and Turtle is N3."""

ALSO_RESULTS = {"application/xml": QueryResultsFormat.XML, "text/xml": QueryResultsFormat.XML}
"""Of SELECT and ASK, for clients that take nothing of :data:`RESULTS`: browsers weigh XML above what they can show."""

ALSO_GRAPHS = {
    "application/json": RdfFormat.JSON_LD,
    "application/xml": RdfFormat.RDF_XML,
    "text/xml": RdfFormat.RDF_XML,
    "text/plain": RdfFormat.N_TRIPLES,
}
"""Of CONSTRUCT and DESCRIBE, likewise."""

EXTENSIONS = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}
"""Of descriptions of things, at the end of an address."""

NAMES = {
    "json": ("application/sparql-results+json", "application/ld+json"),
    "xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "csv": ("text/csv", None),
    "tsv": ("text/tab-separated-values", None),
    "turtle": (None, "text/turtle"),
    "ttl": (None, "text/turtle"),
    "ntriples": (None, "application/n-triples"),
    "nt": (None, "application/n-triples"),
    "nquads": (None, "application/n-quads"),
    "nq": (None, "application/n-quads"),
    "trig": (None, "application/trig"),
    "n3": (None, "text/n3"),
    "jsonld": (None, "application/ld+json"),
    "json-ld": (None, "application/ld+json"),
    "rdfxml": (None, "application/rdf+xml"),
    "rdf": (None, "application/rdf+xml"),
    "rdf+xml": (None, "application/rdf+xml"),
}
"""What the parameter ``format`` may say besides a media type: the type for SELECT and ASK, and for graphs."""

_ELEMENT = re.compile(r"[^\W\d][\w.-]*\Z")


def content_type(media_type: str) -> str:
    """Return the header for a media type: text is marked as UTF-8, the others define that themselves."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def write_graph(triples: Iterable[Triple], media_type: str, out: IO[bytes] | None = None) -> bytes:
    """Return the triples in a format of :data:`GRAPHS` or :data:`ALSO_GRAPHS`, or write them to ``out``.

    Raises:
        Problem: 406, when RDF/XML has no element name for a property, as for ``…/1``, or JSON-LD no words for what
            RDF 1.2 added.
    """
    syntax = GRAPHS.get(media_type) or ALSO_GRAPHS[media_type]
    found = named_elements(triples) if syntax == RdfFormat.RDF_XML else triples
    try:
        if out is None:
            return ox.serialize(found, format=syntax, prefixes=PREFIXES) or b""
        ox.serialize(found, out, format=syntax, prefixes=PREFIXES)
        return b""
    except OSError as error:
        if error.errno is not None:  # it is not the serializer that refuses a term, but writing that fails
            raise
        raise Problem(406, f"This graph cannot be written as {media_type} ({error}); ask for Turtle.") from error


def named_elements(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Yield the triples, whose properties must have names in RDF/XML.

    Raises:
        Problem: 406, when one has none.
    """
    for triple in triples:
        if not _ELEMENT.search(triple.predicate.value):
            raise Problem(406, f"RDF/XML has no name for the property {triple.predicate.value}; ask for Turtle.")
        yield triple

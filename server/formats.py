"""The formats of answers by media type, the first of each being the one for clients that do not care."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyoxigraph as ox
from pyoxigraph import QueryResultsFormat, RdfFormat, Triple
from werkzeug.datastructures import MIMEAccept

from kg.iri import PREFIXES
from server.negotiate import choose
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
    "rdfxml": (None, "application/rdf+xml"),
    "rdf": (None, "application/rdf+xml"),
}
"""What the parameter ``format`` may say besides a media type: the type for SELECT and ASK, and for graphs."""

_ELEMENT = re.compile(r"[^\W\d][\w.-]*\Z")


def for_results(accept: MIMEAccept, named: str | None = None) -> str:
    """Return the media type for the answer to SELECT or ASK; the parameter ``format`` comes before ``Accept``.

    Raises:
        Problem: 406, when the client takes none of :data:`RESULTS`, 400 when ``named`` is no format at all.
    """
    if named is None:
        return choose(accept, list(RESULTS), also=list(ALSO_RESULTS))
    return _named(named, {**RESULTS, **ALSO_RESULTS}, form=0)


def for_graph(accept: MIMEAccept, named: str | None = None) -> str:
    """Return the media type for the answer to CONSTRUCT or DESCRIBE, likewise.

    Raises:
        Problem: 406, when the client takes none of :data:`GRAPHS`, 400 when ``named`` is no format at all.
    """
    if named is None:
        return choose(accept, list(GRAPHS), also=list(ALSO_GRAPHS))
    return _named(named, {**GRAPHS, **ALSO_GRAPHS}, form=1)


def _named(named: str, offered: Iterable[str], *, form: int) -> str:
    wanted = named.strip().lower()
    both = NAMES.get(wanted, (wanted if wanted in RESULTS else None, wanted if wanted in GRAPHS else None))
    media_type = wanted if wanted in offered else both[form]
    if media_type:
        return media_type
    names = ", ".join(name for name, types in NAMES.items() if types[form])
    if any(both):
        kind = "CONSTRUCT and DESCRIBE give a graph" if form else "SELECT and ASK give a table"
        raise Problem(406, f"{kind}, which cannot be written as '{named}'; as format give one of {names}.")
    raise Problem(400, f"There is no format '{named}' here; give one of {names}, or send an Accept header instead.")


def content_type(media_type: str) -> str:
    """Return the header for a media type: text is marked as UTF-8, the others define that themselves."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def write_graph(triples: Iterable[Triple], media_type: str) -> bytes:
    """Return the triples in a format of :data:`GRAPHS` or :data:`ALSO_GRAPHS`.

    Raises:
        Problem: 406, when RDF/XML has no element name for a property, as for ``…/1``, or JSON-LD no words for what
            RDF 1.2 added.
    """
    syntax = GRAPHS.get(media_type) or ALSO_GRAPHS[media_type]
    if syntax == RdfFormat.RDF_XML:
        triples = list(triples)
        for triple in triples:
            if not _ELEMENT.search(triple.predicate.value):
                raise Problem(406, f"RDF/XML has no name for the property {triple.predicate.value}; ask for Turtle.")
    try:
        return ox.serialize(triples, format=syntax, prefixes=PREFIXES) or b""
    except OSError as error:  # nothing is read or written here: the serializer refuses a term
        raise Problem(406, f"This graph cannot be written as {media_type} ({error}); ask for Turtle.") from error

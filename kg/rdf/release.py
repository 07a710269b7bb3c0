"""What a release says of itself, and the ontology that comes with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Quad

import ontology
from kg.iri import PREFIXES, Names, term
from kg.linksets import linkset_triples
from kg.rdf.card import card_triples
from kg.rdf.catalogue import Coverage, File, catalogue_triples
from kg.rdf.origin import Origin, origin_triples
from kg.rdf.partitions import partition_triples
from kg.rdf.tally import Tally, tally
from kg.rdf.terms import DATE, A, Statements, in_graph, nquads
from kg.records import Actor, Place

VOCABULARIES = ("leg", "gaf", "oa", "org", "prov", "qb", "schema", "sem", "skos", "sssom")
FEATURES = ("JSON-LD", "N-Quads", "N-Triples", "RDF_XML", "TriG", "Turtle")
"""Formats in which servers and dumps give the data, by their names at http://www.w3.org/ns/formats/."""


@dataclass(frozen=True)
class Description:
    """What a release says of itself: nothing in it depends on the clock or the machine.

    ``held`` counts what the release holds without this description, which is added here; ``linked`` are actors and
    places that have links.
    """

    version: str
    origin: Origin
    held: Tally = field(default_factory=Tally)
    files: Sequence[File] = ()
    coverage: Coverage = field(default_factory=Coverage)
    linked: Sequence[Actor | Place] = ()
    issued: date | None = None


def ontology_quads(names: Names) -> Iterator[Quad]:
    """Return the packaged ontology, which has no blank nodes."""
    graph = names.graph("ontology")
    for path in ontology.paths():
        for quad in ox.parse(path.read_bytes(), ox.RdfFormat.TURTLE):
            yield Quad(quad.subject, quad.predicate, quad.object, graph)


def release_lines(names: Names, about: Description) -> list[bytes]:
    """Return the release's description of itself as sorted lines of N-Quads, which count themselves as well.

    The counts are filled in until they hold: a class or property that only the description has brings lines of its own.
    """
    graph = names.graph("release")
    told = Tally()
    while True:
        held = about.held.plus(Tally(told.parts, told.classes, told.properties))
        lines = nquads(in_graph(graph, _release(names, about, held)))
        if (now := tally(lines)) == told:
            return lines
        told = now


def _release(names: Names, about: Description, held: Tally) -> Statements:
    node = names.release(about.version)
    yield node, A, term("void:Dataset")
    yield node, term("void:uriSpace"), Literal(names.base)
    yield node, term("void:uriRegexPattern"), Literal(f"^{re.escape(names.base)}[^#]+$")
    for prefix in VOCABULARIES:
        yield node, term("void:vocabulary"), NamedNode(PREFIXES[prefix])
    for name in FEATURES:
        yield node, term("void:feature"), NamedNode(f"http://www.w3.org/ns/formats/{name}")
    articles = about.origin.articles
    yield from catalogue_triples(names, about.version, articles=articles, files=about.files, coverage=about.coverage)
    yield from card_triples(names, about.version, about.files)
    if about.issued:
        day = Literal(about.issued.isoformat(), datatype=DATE)
        yield node, term("dct:issued"), day
        yield node, term("schema:datePublished"), day
    yield from origin_triples(names, about.version, about.origin)
    yield from partition_triples(names, about.version, held)
    yield from linkset_triples(names, about.version, about.linked)

"""What a release says of itself, and the ontology that comes with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Quad

import ontology
from kg.iri import PREFIXES, Names, term
from kg.linksets import linkset_triples
from kg.literals import count
from kg.rdf.terms import LABEL, LICENCE, A, Statements, in_graph
from kg.records import Actor, Place


@dataclass(frozen=True)
class Description:
    """What the release says of itself: nothing in it depends on the clock or the machine."""

    version: str
    software: str
    model: str
    counts: Mapping[str, int]


def ontology_quads(names: Names) -> Iterator[Quad]:
    """Return the packaged ontology, which has no blank nodes."""
    graph = names.graph("ontology")
    for path in ontology.paths():
        for quad in ox.parse(path.read_bytes(), ox.RdfFormat.TURTLE):
            yield Quad(quad.subject, quad.predicate, quad.object, graph)


def release_quads(names: Names, about: Description, linked: Sequence[Actor | Place] = ()) -> Iterator[Quad]:
    """Return the release's description of itself, after DCAT and VoID, with the linksets of what is ``linked``."""
    yield from in_graph(names.graph("release"), _release(names, about))
    yield from in_graph(names.graph("release"), linkset_triples(names, about.version, linked))


def _release(names: Names, about: Description) -> Statements:
    node = names.release(about.version)
    yield node, A, term("dcat:Dataset")
    yield node, A, term("void:Dataset")
    yield node, term("dct:title"), Literal(f"Legation, release {about.version}", language="en")
    yield node, term("dcat:version"), Literal(about.version)
    yield node, term("dct:license"), LICENCE
    yield node, term("void:uriSpace"), Literal(names.base)
    for namespace in (
        PREFIXES["leg"],
        PREFIXES["oa"],
        PREFIXES["skos"],
        PREFIXES["sssom"],
        PREFIXES["org"],
        PREFIXES["gaf"],
    ):
        yield node, term("void:vocabulary"), NamedNode(namespace)
    for program in (about.software, about.model):
        agent = names.node(f"software/{program.replace(' ', '-')}")
        yield agent, A, term("prov:SoftwareAgent")
        yield agent, LABEL, Literal(program)
        yield node, term("prov:wasAttributedTo"), agent
    for name, number in sorted(about.counts.items()):
        part = NamedNode(f"{node.value}#{name}")
        yield node, term("dct:hasPart"), part
        yield part, A, term("void:Dataset")
        yield part, term("dct:title"), Literal(name, language="en")
        yield part, term("void:entities"), count(number)

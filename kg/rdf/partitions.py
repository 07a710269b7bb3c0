"""What a release holds, after VoID: how much of it lies in each part, is of each class and has each property.

What is written here is read again when the next release grows from this one (:func:`told_tally`), so that nobody has
to count its quads anew. Counts cover the description itself.

The vocabulary: Alexander, Cyganiak, Hausenblas and Zhao, Describing Linked Datasets with the VoID Vocabulary (W3C
Interest Group Note, 2011).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Quad

from kg.iri import Names, compact, term
from kg.literals import count
from kg.rdf.tally import Tally
from kg.rdf.terms import A, Statements

ENTITIES = tuple(
    f"leg:{name}"
    for name in (
        *("Actor", "Article", "DyadYear", "Event", "Office", "OfficeHolding", "OfficialRecord", "Place", "Report"),
    )
)
"""Classes whose members are what the data are about; nothing is a member of two, so that their numbers add up."""

PARTS = {
    "actors": "Actors, places and offices",
    "articles": "What each article says, a graph an article",
    "derived": "What follows from events: who met whom, who was in which state, dyads by year",
    "events": "Events: visits, meetings and statements",
    "links": "Links to other data sets, and why they are believed",
    "ontology": "The ontology",
    "records": "Official records, and the events that they confirm",
    "release": "The release's description of itself",
}
"""What is in each part of the graph."""

_PART, _CLASS, _PROPERTY = "part-", "class-", "property-"


def partition_triples(names: Names, version: str, held: Tally) -> Statements:
    """Yield how much a release holds, in all and by part, class and property, with an example of the main classes."""
    release = names.release(version)
    yield release, term("void:triples"), count(held.quads)
    yield release, term("void:entities"), count(sum(held.classes[term(curie).value] for curie in ENTITIES))
    yield release, term("void:classes"), count(len(held.classes))
    yield release, term("void:properties"), count(len(held.properties))
    for name, number in sorted(held.parts.items()):
        node = _node(release, _PART, name)
        yield release, term("void:subset"), node
        yield node, A, term("void:Dataset")
        yield node, term("dct:title"), Literal(PARTS.get(name, name), language="en")
        yield node, term("void:triples"), count(number)
        if name != "articles":
            yield release, term("void:rootResource"), names.graph(name)
    for kind, number in sorted(held.classes.items()):
        node = _node(release, _CLASS, compact(kind))
        yield release, term("void:classPartition"), node
        yield node, A, term("void:Dataset")
        yield node, term("void:class"), NamedNode(kind)
        yield node, term("void:entities"), count(number)
        if example := held.examples.get(kind):
            yield node, term("void:exampleResource"), NamedNode(example)
            yield release, term("void:exampleResource"), NamedNode(example)
    for predicate, number in sorted(held.properties.items()):
        node = _node(release, _PROPERTY, compact(predicate))
        yield release, term("void:propertyPartition"), node
        yield node, A, term("void:Dataset")
        yield node, term("void:property"), NamedNode(predicate)
        yield node, term("void:triples"), count(number)


def told_tally(lines: Iterable[bytes]) -> Tally | None:
    """Return the tally that a release's description of itself gives, or None where it gives none."""
    quads = [*ox.parse(b"".join(lines), ox.RdfFormat.N_QUADS)]
    kinds = dict(_objects(quads, "void:class"))
    predicates = dict(_objects(quads, "void:property"))
    numbers = {node: int(number) for node, number in _objects(quads, "void:triples")}
    members = {node: int(number) for node, number in _objects(quads, "void:entities")}
    examples = {kinds[node]: iri for node, iri in _objects(quads, "void:exampleResource") if node in kinds}
    parts = {_part(node): number for node, number in numbers.items() if f"#{_PART}" in node}
    if not parts:
        return None
    return Tally(
        Counter(parts),
        Counter({kind: members[node] for node, kind in kinds.items()}),
        Counter({predicate: numbers[node] for node, predicate in predicates.items()}),
        examples,
    )


def _objects(quads: Iterable[Quad], predicate: str) -> Iterator[tuple[str, str]]:
    node = term(predicate)
    for quad in quads:
        if quad.predicate == node and isinstance(quad.subject, NamedNode) and not isinstance(quad.object, ox.Triple):
            yield quad.subject.value, quad.object.value


def _node(release: NamedNode, kind: str, name: str) -> NamedNode:
    return NamedNode(f"{release.value}#{kind}{quote(name, safe=':')}")


def _part(node: str) -> str:
    return unquote(node.partition(f"#{_PART}")[2])

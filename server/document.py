"""The document about a thing: what the graph says of it, what points at it, what these are called, and itself.

It begins as a concise bounded description (W3C, 2005) of the thing and of its parts (``…#char=0,12``); without blank
nodes that is all triples with them as subject. Statements that point at the thing follow, so that whoever comes to an
actor finds the events, and the names of all that is linked, so that nobody has to ask for each. A document holds at
most :data:`LIMIT` statements besides names, and names the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from kg.context import counted
from kg.iri import Names, term
from server.facts import TITLES, path_of

LIMIT = 1000
"""Most statements of one document, names and its own description apart; also of a graph that is told in full."""

A = term("rdf:type")
COUNT, INTEGER = term("xsd:nonNegativeInteger"), term("xsd:integer").value


@dataclass(frozen=True)
class Document:
    """A page of what there is to say about a node; ``more`` says whether another follows."""

    node: NamedNode
    number: int
    triples: tuple[Triple, ...]
    more: bool


def document(store: Store, node: NamedNode, *, base: str, version: str, number: int = 1) -> Document | None:
    """Return the document about a node of the release of that version, or one of its further pages from number 2 on.

    None where there are not that many. A page is the same for equal releases, since the store keeps statements in the
    order of hashes of what they are made of.
    """
    names = Names(base)
    start = (number - 1) * LIMIT
    found = list(islice(_statements(store, node, names), start, start + LIMIT + 1))
    if not found and number > 1:
        return None
    triples = {declared(triple) for triple in found[:LIMIT]}
    more = len(found) > LIMIT
    linked = {end for triple in triples for end in (triple.subject, triple.object) if isinstance(end, NamedNode)}
    for other in linked:
        if other.value.startswith(base) and other != node:
            triples |= set(_called(store, other))
    triples |= set(_itself(store, node, names, version, number, more=more))
    return Document(node, number, tuple(sorted(triples, key=str)), more)


def parts(store: Store, node: NamedNode, names: Names) -> Iterator[NamedNode]:
    """Yield the nodes that have no address but this one's with ``#`` and a name: spans, parts of a release.

    Those of an article are in its graph, those of a release in its description.
    """
    own = names.graph(node.value.removeprefix(names.base))
    for graph in (own, names.graph("release")):
        if graph == own or next(store.quads_for_pattern(node, None, None, graph), None):
            inside = (quad.subject for quad in store.quads_for_pattern(None, None, None, graph))
            found = {one for one in inside if isinstance(one, NamedNode) and one.value.startswith(f"{node.value}#")}
            yield from sorted(found, key=str)


def declared(triple: Triple) -> Triple:
    """Return the triple with the datatype that the vocabulary gives its property.

    The engine gives all kinds of whole numbers back as integers; the shapes, and the dumps, have counts.
    """
    value = triple.object
    if isinstance(value, Literal) and value.datatype.value == INTEGER and triple.predicate.value in counted():
        return Triple(triple.subject, triple.predicate, Literal(value.value, datatype=COUNT))
    return triple


def _statements(store: Store, node: NamedNode, names: Names) -> Iterator[Triple]:
    """Yield what is said of a node and its parts, what points at them, and what a graph of that name holds."""
    whole = [node, *parts(store, node, names)]
    said = (store.quads_for_pattern(one, None, None, None) for one in whole)
    pointing = (store.quads_for_pattern(None, None, one, None) for one in whole)
    inside = list(islice(store.quads_for_pattern(None, None, None, node), LIMIT + 1))
    # Of a larger graph nothing is told here: what it is and where its dump lies is told by the release.
    quads = chain(chain.from_iterable(said), inside if len(inside) <= LIMIT else (), chain.from_iterable(pointing))
    return _distinct(quads)


def _distinct(quads: Iterator[Quad]) -> Iterator[Triple]:
    """Yield each triple once, whatever the graphs that it is in; those of one subject come one after the other."""
    seen: set[Triple] = set()
    for quad in quads:
        if quad.triple not in seen:
            seen.add(quad.triple)
            yield quad.triple


def _called(store: Store, node: NamedNode) -> Iterator[Triple]:
    """Yield what a node is called, by the first of the properties that it has of :data:`server.facts.TITLES`."""
    for name in TITLES:
        quad = next(store.quads_for_pattern(node, name, None, None), None)
        if quad:
            yield quad.triple
            return


def _itself(store: Store, node: NamedNode, names: Names, version: str, number: int, *, more: bool) -> Iterator[Triple]:
    """Yield what a document says of itself; it is called by the address of the data without an ending."""
    address = names.site + path_of("data", node.value, base=names.base).removeprefix("/")
    itself, release = NamedNode(address + (f"?page={number}" if number > 1 else "")), names.release(version)
    yield Triple(itself, A, term("foaf:Document"))
    yield Triple(itself, term("foaf:primaryTopic"), node)
    for licence in store.quads_for_pattern(release, term("dct:license"), None, None):
        yield Triple(itself, term("dct:license"), licence.object)
        yield Triple(itself, term("dct:isPartOf"), release)
    graph = names.graph(node.value.removeprefix(names.base))
    if store.contains_named_graph(graph):  # of an article: the reports in it, which no property leads to
        yield Triple(itself, term("rdfs:seeAlso"), graph)
    if more:
        yield Triple(itself, term("rdfs:seeAlso"), NamedNode(f"{address}?page={number + 1}"))
    if store.contains_named_graph(node):
        yield Triple(node, term("dct:isPartOf"), release)
        yield Triple(node, term("void:dataDump"), NamedNode(f"{names.site}dumps/latest"))

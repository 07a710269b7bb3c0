"""The document about a thing: what the graph says of it, what points at it, what these are called, and itself.

It begins as a concise bounded description (W3C, 2005) of the thing and of its parts (``…#char=0,12``); without blank
nodes that is all triples with them as subject, and all on the first page, which is what a part's IRI leads to too.
Statements that point at the thing follow, so that whoever comes to an actor finds the events, and the names of all that
is linked, so that nobody has to ask for each. Of those that point, a page holds :data:`LIMIT` and names the next page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import Literal, NamedNode, Store, Triple

from kg.context import counted
from kg.iri import Names, term
from server.facts import TITLES, parts, path_of

LIMIT = 1000
"""Most statements on a page that point at its thing; also most of a graph that is told in full."""

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
    whole = [node, *parts(store, node, names)]
    start = (number - 1) * LIMIT
    found = list(islice(_pointing(store, whole), start, start + LIMIT + 1))
    if not found and number > 1:
        return None
    more = len(found) > LIMIT
    said = _said(store, whole) if number == 1 else ()
    triples = {declared(triple) for triple in (*said, *found[:LIMIT])}
    linked = {end for triple in triples for end in (triple.subject, triple.object) if isinstance(end, NamedNode)}
    for other in linked:
        if other.value.startswith(base) and other != node:
            triples |= set(_called(store, other))
    triples |= set(_itself(store, node, names, version, number, more=more))
    return Document(node, number, tuple(sorted(triples, key=str)), more)


def declared(triple: Triple) -> Triple:
    """Return the triple with the datatype that the vocabulary gives its property.

    The engine gives all kinds of whole numbers back as integers; the shapes, and the dumps, have counts.
    """
    value = triple.object
    if isinstance(value, Literal) and value.datatype.value == INTEGER and triple.predicate.value in counted():
        return Triple(triple.subject, triple.predicate, Literal(value.value, datatype=COUNT))
    return triple


def _said(store: Store, whole: Sequence[NamedNode]) -> Iterator[Triple]:
    """Yield what is said of a node and its parts, and what a graph of that name holds."""
    for one in whole:
        for quad in store.quads_for_pattern(one, None, None, None):
            yield quad.triple
    inside = list(islice(store.quads_for_pattern(None, None, None, whole[0]), LIMIT + 1))
    if len(inside) <= LIMIT:  # of a larger graph it is said what it is and where its dump lies
        yield from (quad.triple for quad in inside)


def _pointing(store: Store, whole: Sequence[NamedNode]) -> Iterator[Triple]:
    """Yield what points at a node or a part of it, each triple once whatever the graphs that it is in."""
    seen: set[Triple] = set()
    for one in whole:
        for quad in store.quads_for_pattern(None, None, one, None):
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

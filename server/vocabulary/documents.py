"""The packaged ontology and shapes: as they are written, in other formats, and as statements to be looked up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

from kg.iri import PREFIXES, term
from server.formats import write_graph

Node = NamedNode | BlankNode
Object = NamedNode | BlankNode | Literal | Triple

FIRST, REST, NIL = term("rdf:first"), term("rdf:rest"), term("rdf:nil")


@dataclass(frozen=True)
class Document:
    """Some Turtle and what it says; ``prefixes`` are its own and those of :data:`kg.iri.PREFIXES`.

    Blank nodes are numbered in the order of the text, so that every process writes the same bytes.
    """

    turtle: bytes
    triples: tuple[Triple, ...]
    prefixes: dict[str, str] = field(hash=False)

    @staticmethod
    def parse(turtle: bytes) -> Document:
        """Return what a Turtle document says.

        Raises:
            SyntaxError: It is not Turtle.
        """
        parser = ox.parse(turtle, RdfFormat.TURTLE)
        triples = tuple(_numbered(quad.triple for quad in parser))
        return Document(turtle, triples, {**PREFIXES, **parser.prefixes})

    def written(self, media_type: str) -> bytes:
        """Return the document in a format of :data:`server.formats.GRAPHS`; Turtle as it was, comments and all."""
        return self.turtle if media_type == "text/turtle" else write_graph(self.triples, media_type)

    def compact(self, iri: str) -> str:
        """Return the prefixed name of an IRI, or the IRI where no prefix fits or nothing or a path would follow it."""
        fits = [(space, prefix) for prefix, space in self.prefixes.items() if iri.startswith(space)]
        space, prefix = max(fits, key=lambda pair: len(pair[0]), default=("", ""))
        local = iri.removeprefix(space)
        return f"{prefix}:{local}" if space and local and "/" not in local else iri

    def subjects(self) -> Iterator[Node]:
        """Yield what the document says something of, once each, in the order of the text."""
        yield from self._said

    def said(self, node: Node) -> dict[NamedNode, list[Object]]:
        """Return the objects of a node by property, in the order of the text."""
        return self._said.get(node, {})

    def objects(self, node: Node, *properties: NamedNode) -> list[Object]:
        """Return the objects of a node by some properties, one after the other."""
        said = self.said(node)
        return [found for each in properties for found in said.get(each, [])]

    def pointing(self, node: Object) -> list[tuple[NamedNode, Node]]:
        """Return what points at a node, with the properties by which it does."""
        return self._pointing.get(node, [])

    def members(self, start: Object) -> list[Object]:
        """Return the members of an RDF list; none of what is no list."""
        found: list[Object] = []
        while isinstance(start, BlankNode) and (first := self.objects(start, FIRST)):
            found.append(first[0])
            start = next(iter(self.objects(start, REST)), NIL)
        return found

    @cached_property
    def _said(self) -> dict[Node, dict[NamedNode, list[Object]]]:
        said: dict[Node, dict[NamedNode, list[Object]]] = {}
        for triple in self.triples:
            if isinstance(triple.subject, Triple):
                continue
            values = said.setdefault(triple.subject, {}).setdefault(triple.predicate, [])
            if triple.object not in values:
                values.append(triple.object)
        return said

    @cached_property
    def _pointing(self) -> dict[Object, list[tuple[NamedNode, Node]]]:
        pointing: dict[Object, list[tuple[NamedNode, Node]]] = defaultdict(list)
        for node, said in self._said.items():
            for name, values in said.items():
                for value in values:
                    pointing[value].append((name, node))
        return dict(pointing)


@cache
def packaged(package: str) -> Document:
    """Return the document of the package ``ontology`` or ``shapes``, read once a process."""
    return Document.parse(turtle(package))


@cache
def earlier(version: str) -> Document | None:
    """Return an earlier version of the ontology, None where there is none of that name."""
    found = {file.name: file for file in (files("ontology") / "versions").iterdir()}.get(f"{version}.ttl")
    return Document.parse(found.read_bytes()) if found else None


def turtle(package: str) -> bytes:
    """Return the Turtle files of a package as one document: the ontology's own first, then by their names."""
    found = sorted(
        (file for file in files(package).iterdir() if file.name.endswith(".ttl")),
        key=lambda file: (file.name != "legation.ttl", file.name),
    )
    return b"\n".join(file.read_bytes() for file in found)


def _numbered(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Yield the triples with blank nodes called ``b0``, ``b1`` and so on as they come."""
    names: dict[BlankNode, BlankNode] = {}

    def named(node: Object) -> Object:
        return names.setdefault(node, BlankNode(f"b{len(names)}")) if isinstance(node, BlankNode) else node

    for triple in triples:
        subject = named(triple.subject)
        if isinstance(subject, NamedNode | BlankNode):
            yield Triple(subject, triple.predicate, named(triple.object))

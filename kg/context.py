"""The short names of JSON-LD: what each of our words stands for, and what type its values have.

Nothing here is listed by hand. Words come from the ontology and the shapes, which say what the data use, their types
from the ranges that the ontology gives and the datatypes that the shapes ask for. JSON-LD 1.1 (W3C, 2020), section 4.1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Store

import ontology
import shapes
from kg.iri import PREFIXES, compact, term

SHACL = "http://www.w3.org/ns/shacl#"

VOCAB = "@vocab"
"""How values that are nodes are written: as a word of the context where one stands for it, else as a whole IRI."""

NATIVE = frozenset({PREFIXES["xsd"] + "boolean", PREFIXES["xsd"] + "string", PREFIXES["xsd"] + "integer"})
"""Datatypes that JSON has itself, so that no word needs to name them."""

_CLASSES = ("owl:Class", "rdfs:Datatype", "owl:NamedIndividual")
_PROPERTIES = ("owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty")


@dataclass(frozen=True)
class Word:
    """A word of the context, and what is meant by a plain value of it.

    ``type`` is :data:`VOCAB`, a datatype's IRI or empty; ``language`` is a tag or empty. At most one of them is set.
    """

    name: str
    type: str = ""
    language: str = ""


@cache
def words() -> Mapping[str, Word]:
    """Return the word for each class, individual and property, by IRI.

    A word is the last part of the IRI. Where two vocabularies share one, it is that of the first in
    :data:`kg.iri.PREFIXES`, Legation's own before all, and the other keeps its prefix: ``Event``, ``schema:Event``.
    """
    known = _vocabulary()
    nodes = {iri for kind in _CLASSES for iri in _typed(known, kind)} | _targets(known)
    properties = {iri for kind in _PROPERTIES for iri in _typed(known, kind)} | set(_paths(known))
    types, languages = _ranges(known)
    linked = _typed(known, "owl:ObjectProperty") | _node_paths(known)
    found: dict[str, Word] = {}
    taken: set[str] = {"id", "type", *PREFIXES}
    for iri in sorted(nodes | properties, key=_rank):
        prefixed = compact(iri)
        if prefixed == iri or iri == term("rdf:type").value:
            continue
        local = prefixed.partition(":")[2]
        name = prefixed if local in taken else local
        taken.add(name)
        datatype, language = types[iri], languages[iri]
        if iri not in properties:
            found[iri] = Word(name)
        elif iri in linked:
            # Where a property has words for values as well, as dct:source does, neither is the plain way.
            found[iri] = Word(name) if datatype or language else Word(name, VOCAB)
        elif len(datatype) == 1 and not language and not datatype & NATIVE:
            found[iri] = Word(name, *datatype)
        elif len(language) == 1 and not datatype:
            found[iri] = Word(name, "", *language)
        else:
            found[iri] = Word(name)
    return found


@cache
def context() -> dict[str, Any]:
    """Return the context as JSON has it, without the key ``@context`` around it: the same in every process.

    ``id`` and ``type`` stand for ``@id`` and ``@type``, and every prefix of ours may be used as well.
    """
    terms: dict[str, Any] = {"@version": 1.1, "id": "@id", "type": "@type", **PREFIXES}
    for iri, word in sorted(words().items(), key=lambda pair: pair[1].name):
        prefixed = compact(iri)
        if word.language:
            terms[word.name] = {"@id": prefixed, "@language": word.language}
        elif word.type:
            terms[word.name] = {"@id": prefixed, "@type": compact(word.type)}
        elif word.name != prefixed:
            terms[word.name] = prefixed
    return terms


@cache
def counted() -> frozenset[str]:
    """Return the properties whose values are counts, which stores give back as mere integers, by IRI."""
    count = term("xsd:nonNegativeInteger").value
    return frozenset(iri for iri, word in words().items() if word.type == count)


def _vocabulary() -> Store:
    """Return the ontology and the shapes together."""
    store = Store()
    for file in (ontology.path(), *shapes.paths()):
        store.extend(ox.parse(file.read_bytes(), ox.RdfFormat.TURTLE, rename_blank_nodes=True))
    return store


def _typed(store: Store, kind: str) -> set[str]:
    """Return what is of a class, by IRI."""
    found = (quad.subject for quad in store.quads_for_pattern(None, term("rdf:type"), term(kind), None))
    return {node.value for node in found if isinstance(node, NamedNode)}


def _targets(store: Store) -> set[str]:
    """Return the classes that shapes speak of."""
    found = (
        quad.object
        for name in ("targetClass", "class")
        for quad in store.quads_for_pattern(None, NamedNode(SHACL + name), None, None)
    )
    return {node.value for node in found if isinstance(node, NamedNode)}


def _ranges(store: Store) -> tuple[Mapping[str, set[str]], Mapping[str, set[str]]]:
    """Return for each property the datatypes, and the languages, that its values are said to have."""
    types, languages = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for name in ("rdfs:range", "schema:rangeIncludes"):
        for quad in store.quads_for_pattern(None, term(name), None, None):
            match quad.subject, quad.object:
                case NamedNode(value=iri), NamedNode() as kind if _is_datatype(store, kind):
                    types[iri].add(kind.value)
    for iri, constraints in _paths(store).items():
        for shape in constraints:
            for value in _reachable(store, shape, "datatype"):
                types[iri].add(value.value)
            for tag in _reachable(store, shape, "languageIn"):
                languages[iri].add(tag.value)
    return types, languages


def _paths(store: Store) -> Mapping[str, list[Any]]:
    """Return the property shapes of each property."""
    found = defaultdict[str, list[Any]](list)
    for quad in store.quads_for_pattern(None, NamedNode(SHACL + "path"), None, None):
        if isinstance(quad.object, NamedNode):
            found[quad.object.value].append(quad.subject)
    return found


def _node_paths(store: Store) -> set[str]:
    """Return the properties whose values a shape wants to be nodes."""
    return {
        iri
        for iri, constraints in _paths(store).items()
        for shape in constraints
        for quad in store.quads_for_pattern(shape, None, None, None)
        if quad.predicate.value == SHACL + "class"
        or (quad.predicate.value == SHACL + "nodeKind" and quad.object == NamedNode(SHACL + "IRI"))
        or (quad.predicate.value == SHACL + "in" and any(isinstance(v, NamedNode) for v in _items(store, quad.object)))
    }


def _reachable(store: Store, shape: Any, name: str) -> Iterator[NamedNode | Literal]:
    """Yield the values of a SHACL parameter in a shape and, where it offers a choice, in all that it offers."""
    for quad in store.quads_for_pattern(shape, None, None, None):
        if quad.predicate.value == SHACL + name:
            if isinstance(quad.object, NamedNode):
                yield quad.object
            else:
                yield from (value for value in _items(store, quad.object) if isinstance(value, Literal))
        elif quad.predicate.value in (SHACL + "or", SHACL + "xone"):
            for choice in _items(store, quad.object):
                yield from _reachable(store, choice, name)


def _items(store: Store, node: Any) -> Iterator[Any]:
    """Yield the items of an RDF list."""
    while node != term("rdf:nil"):
        for quad in store.quads_for_pattern(node, term("rdf:first"), None, None):
            yield quad.object
        rest = next(store.quads_for_pattern(node, term("rdf:rest"), None, None), None)
        node = rest.object if rest else term("rdf:nil")


def _is_datatype(store: Store, node: NamedNode) -> bool:
    typed = store.quads_for_pattern(node, term("rdf:type"), term("rdfs:Datatype"), None)
    return node.value.startswith(PREFIXES["xsd"]) or next(typed, None) is not None


def _rank(iri: str) -> tuple[int, str]:
    prefix = compact(iri).partition(":")[0]
    names = list(PREFIXES)
    return names.index(prefix) if prefix in PREFIXES else len(names), iri

"""Triples as JSON that people can read: JSON-LD, compacted with the context of :mod:`kg.context`.

The graph has no blank nodes, lists or graphs inside graphs, so that compaction is the choice of a word for each
property and of a form for each value. A processor for all of JSON-LD takes some 300 µs a triple to come to the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.context import VOCAB, Word, words
from kg.iri import PREFIXES, compact, term

_STRING, _BOOLEAN, _INTEGER = (PREFIXES["xsd"] + name for name in ("string", "boolean", "integer"))
_COUNT = PREFIXES["xsd"] + "nonNegativeInteger"
_EXACT = re.compile(r"0|-?[1-9][0-9]{0,14}")
"""Whole numbers that every reader of JSON keeps as they are: below 2⁵³, in the one form that RDF gives back."""

_FIRST = ("id", "type", "title", "label", "prefLabel")


def compacted(triples: Iterable[Triple], *, first: str = "") -> list[dict[str, Any]]:
    """Return an object for each subject, sorted by IRI but for ``first``, its words sorted behind its name.

    Equal triples give equal objects, whatever their order.

    Raises:
        ValueError: A subject or value is a blank node or a triple, which the release never has.
    """
    by_subject = defaultdict[str, set[Triple]](set)
    for triple in triples:
        if not isinstance(triple.subject, NamedNode):
            raise ValueError(f"{triple.subject} has no IRI, and JSON-LD is written here of nodes that have one")
        by_subject[triple.subject.value].add(triple)
    ordered = sorted(by_subject, key=lambda iri: (iri != first, iri))
    return [_node(iri, by_subject[iri]) for iri in ordered]


def _node(iri: str, triples: Iterable[Triple]) -> dict[str, Any]:
    known = words()
    values = defaultdict[str, list[Any]](list)
    for triple in sorted(triples, key=lambda triple: str(triple.object)):
        if triple.predicate == term("rdf:type") and isinstance(triple.object, NamedNode):
            values["type"].append(_name(triple.object.value, known))
        else:
            word = known.get(triple.predicate.value) or Word(compact(triple.predicate.value))
            values[word.name].append(_value(triple.object, word, known))
    body = {name: found[0] if len(found) == 1 else found for name, found in values.items()}
    order = sorted(body, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
    return {"id": iri, **{name: body[name] for name in order}}


def _value(value: NamedNode | Literal | BlankNode | Triple, word: Word, known: Mapping[str, Word]) -> Any:
    match value:
        case NamedNode():
            return _name(value.value, known) if word.type == VOCAB else {"id": value.value}
        case Literal():
            return _literal(value, word)
    raise ValueError(f"{value} has no IRI, and JSON-LD is written here of nodes that have one")


def _literal(value: Literal, word: Word) -> Any:
    kind, text = value.datatype.value, value.value
    plain = not word.type and not word.language
    if value.language:
        return text if value.language == word.language else {"@language": value.language, "@value": text}
    if kind == _STRING:
        return text if plain else {"@value": text}
    if kind == _COUNT == word.type or (kind == _INTEGER and plain):
        return int(text) if _EXACT.fullmatch(text) else {"@type": compact(kind), "@value": text}
    if kind == word.type:
        return text
    if kind == _BOOLEAN and plain and text in ("true", "false"):
        return text == "true"
    return {"@type": compact(kind), "@value": text}


def _name(iri: str, known: Mapping[str, Word]) -> str:
    return known[iri].name if iri in known else compact(iri)

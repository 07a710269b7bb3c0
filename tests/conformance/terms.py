"""Answers compared by parsers that are not the engine's: rdflib's."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import rdflib
from rdflib import BNode, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.query import Result
from rdflib.term import Node
from rdflib.util import from_n3

from tests.conformance.case import Response

PREFIXES = {
    "ex": "http://example.org/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
PROLOGUE = "".join(f"PREFIX {name}: <{space}>\n" for name, space in PREFIXES.items())
JSON = "application/sparql-results+json"

_NAMESPACES = rdflib.Graph(bind_namespaces="none").namespace_manager
for _name, _space in PREFIXES.items():
    _NAMESPACES.bind(_name, _space)


def rows(response: Response) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return the variables and the rows of an answer in JSON, each term in one spelling; blank nodes all look alike."""
    assert response.status == 200, response.body[:500]
    assert response.media_type == JSON, response.headers
    found = Result.parse(io.BytesIO(response.body), format="json")
    names = [str(name) for name in found.vars or ()]
    assert names == json.loads(response.body)["head"]["vars"]
    return names, [tuple(key(binding.get(rdflib.Variable(name))) for name in names) for binding in found.bindings]


def same_rows(response: Response, wanted: Sequence[Sequence[str]], *, ordered: bool) -> None:
    """See that an answer has just these rows, each as often as it is given.

    Raises:
        AssertionError: It has others.
    """
    _, found = rows(response)
    expected = [tuple(key(term(cell)) for cell in row) for row in wanted]
    if ordered:
        assert found == expected, f"{found} instead of {expected}"
    else:
        surplus, missing = Counter(found) - Counter(expected), Counter(expected) - Counter(found)
        assert not surplus + missing, f"surplus {dict(surplus)}, missing {dict(missing)}"


def same_graph(body: bytes, syntax: str, wanted: str) -> None:
    """See that an answer is this graph, given in Turtle with :data:`PREFIXES`; blank nodes may have other labels.

    Raises:
        AssertionError: It is another.
    """
    found = rdflib.Graph().parse(data=body, format=syntax)
    expected = rdflib.Graph().parse(data=PROLOGUE + wanted, format="turtle")
    assert isomorphic(found, expected), f"{body.decode()} instead of {wanted}"


def term(cell: str) -> Node | None:
    """Return the term that a cell writes in Turtle; an empty cell is an unbound variable."""
    if not cell:
        return None
    if cell.startswith("_:"):
        return BNode()
    found = from_n3(cell, nsm=_NAMESPACES)
    assert isinstance(found, Node), cell
    return found


def key(node: Any) -> str:
    """Return a term's one spelling: numbers by type and value, since an engine may write ``1.0`` as ``1``."""
    match node:
        case None:
            return ""
        case BNode():
            return "_:"
        case Literal(value=bool(value)):
            return str(value).lower()
        case Literal(value=value) if type(value).__name__ in ("int", "long", "float", "Decimal"):
            return f"{float(value)!r} {str(node.datatype).rpartition('#')[2]}"
        case Literal() | URIRef():
            return node.n3()
    raise AssertionError(f"what is {node!r}?")

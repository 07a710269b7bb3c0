"""When two answers are the same: as many rows, and the same ones in any order, however their numbers are written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

from kg.iri import PREFIXES
from tests.bench.endpoint.queries import TRIPLES, Question

Term = tuple[str, ...]
Row = tuple[tuple[str, Term], ...]

XSD = PREFIXES["xsd"]
NUMBERS = frozenset(
    XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "short", "nonNegativeInteger")
)
TRUTHS = {"true": "1", "false": "0"}


def rows(question: Question, body: bytes) -> Counter[Row]:
    """Return the rows of an answer with how often each comes; a graph is a set of triples, as rows of three."""
    if question.accept == TRIPLES:
        return Counter({_triple(quad.triple): 1 for quad in ox.parse(body, RdfFormat.N_TRIPLES)})
    answer = json.loads(body)
    if "boolean" in answer:
        return Counter({(("boolean", (str(bool(answer["boolean"])),)),): 1})
    return Counter(
        tuple(sorted((name, _bound(value)) for name, value in row.items())) for row in answer["results"]["bindings"]
    )


def difference(one: Counter[Row], other: Counter[Row], whole: Counter[Row] | None) -> str | None:
    """Return in a sentence how the other answer differs, or None; ``whole`` is what a part may be taken from."""
    if one.total() != other.total():
        return f"{one.total()} rows and {other.total()}"
    if whole is not None:
        strange = other - whole
        return f"{strange.total()} rows that nobody asked for, such as {_first(strange)}" if strange else None
    if one != other:
        return f"{(one - other).total()} rows differ, such as {_first(one - other)} and {_first(other - one)}"
    return None


def _first(some: Counter[Row]) -> str:
    return " ".join(f"?{name}={'^^'.join(value)}" for name, value in min(some))


def _bound(value: Mapping[str, Any]) -> Term:
    text = str(value["value"])
    if value["type"] in {"uri", "bnode"}:
        return value["type"], text
    return _literal(text, str(value.get("datatype", XSD + "string")), str(value.get("xml:lang", "")))


def _literal(text: str, datatype: str, language: str) -> Term:
    """Return a literal, its number freed of zeros and of its type: 1, 1.0 and 1.0e0 are one number, as is true."""
    if language:
        return "literal", text, language.lower()
    if datatype == XSD + "boolean":
        return "number", TRUTHS.get(text, text)
    if datatype in NUMBERS:
        try:
            return "number", f"{Decimal(text).normalize():f}"
        except InvalidOperation:
            pass  # INF and NaN have one spelling each
    return "literal", text, datatype


def _triple(triple: Triple) -> Row:
    terms = (triple.subject, triple.predicate, triple.object)
    return tuple((name, _node(term)) for name, term in zip(("s", "p", "o"), terms, strict=True))


def _node(term: NamedNode | BlankNode | Literal | Triple) -> Term:
    if isinstance(term, Literal):
        return _literal(term.value, term.datatype.value, term.language or "")
    return ("uri", term.value) if isinstance(term, NamedNode) else ("other", str(term))

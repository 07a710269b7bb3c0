"""What all makers of triples share: the words used in each of them, dates, and the way from triples to lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from io import BytesIO

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Quad

from kg.edtf import bounds, is_valid
from kg.errors import NonConformingError
from kg.iri import term

EDTF = NamedNode("http://id.loc.gov/datatypes/edtf/EDTF")
MODES = {"in-person": "InPerson", "phone": "ByPhone", "video": "ByVideo", "unknown": "UnknownMode"}
LICENCE = NamedNode("https://creativecommons.org/licenses/by-sa/4.0/")
CC0 = NamedNode("https://creativecommons.org/publicdomain/zero/1.0/")

A = term("rdf:type")
LABEL = term("rdfs:label")
DATE = term("xsd:date")

Object = NamedNode | Literal
Statements = Iterator[tuple[NamedNode, NamedNode, Object]]


def nquads(quads: Iterable[Quad]) -> list[bytes]:
    """Return the quads as sorted, distinct lines of canonical N-Quads, each with its newline."""
    buffer = BytesIO()
    ox.serialize(quads, buffer, ox.RdfFormat.N_QUADS)
    return sorted({line + b"\n" for line in buffer.getvalue().split(b"\n") if line})


def in_graph(graph: NamedNode, triples: Iterable[tuple[NamedNode, NamedNode, Object]]) -> Iterator[Quad]:
    """Return the triples as quads of one graph."""
    return (Quad(subject, predicate, value, graph) for subject, predicate, value in triples)


def when(node: NamedNode, edtf: str | None) -> Statements:
    """Yield a date as it is known, and the first and last day that it can mean, for filters."""
    if edtf is None:
        return
    yield node, term("leg:edtf"), Literal(edtf, datatype=EDTF)
    for predicate, day in zip(("leg:earliest", "leg:latest"), _ends(edtf), strict=True):
        if day:
            yield node, term(predicate), Literal(day.isoformat(), datatype=DATE)


@lru_cache(maxsize=4096)
def _ends(edtf: str) -> tuple[date | None, date | None]:
    """Return the first and last day of a date; an open or unknown end has none. Parsing takes some 10 ms."""
    if covered := bounds(edtf):
        return covered
    if not is_valid(edtf):
        raise NonConformingError(f"{edtf!r} is not an EDTF date with days that the calendar has, such as 2022-05-18")
    start, slash, end = edtf.partition("/")
    first, last = bounds(start), bounds(end if slash else start)
    return first and first[0], last and last[1]


def status_node(status: str) -> NamedNode:
    """Return the node of a status: ``leg:Planned``."""
    return term(f"leg:{status.capitalize()}")

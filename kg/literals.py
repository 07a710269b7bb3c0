"""Numbers and days as literals, in the forms in which stores give them back unchanged."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from kg.iri import term


def count(number: int) -> Literal:
    """Return a count of characters or things, which Oxigraph gives back as an xsd:integer."""
    return Literal(str(number), datatype=term("xsd:nonNegativeInteger"))


def decimal(number: float, *, digits: int) -> Literal:
    """Return an xsd:decimal in the canonical form, which stores give back unchanged: ``0.9``, ``1``."""
    shortest = f"{number:.{digits}f}".rstrip("0").rstrip(".")
    return Literal("0" if shortest == "-0" else shortest, datatype=term("xsd:decimal"))


def precision(day: str) -> NamedNode:
    """Return the XSD type of an ISO date as precise as it is: ``2022`` is a gYear."""
    return term({4: "xsd:gYear", 7: "xsd:gYearMonth"}.get(len(day), "xsd:date"))


def double(number: float) -> Literal:
    """Return an xsd:double as Oxigraph writes it: ``0.95``, ``1``."""
    return Literal(f"{number:.4f}".rstrip("0").rstrip("."), datatype=term("xsd:double"))

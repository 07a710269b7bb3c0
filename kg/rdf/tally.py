"""How many of what some lines of N-Quads hold: by part of the graph, by class and by property.

Quads are counted, not triples of the union of the graphs: the same triple in two graphs counts twice, as it does in the
dump. Members of a class are counted by the statements that type them, each in the graph where it stands. No part of the
graph describes what another one does (:mod:`kg.rdf`), so that both come to the same; the tests compare them. In return
what comes and goes can be counted by itself, and a release that grows need not be counted anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg.iri import term

TYPE = f"<{term('rdf:type').value}>".encode()

SHOWN = tuple(
    term(f"leg:{name}").value
    for name in (
        *("Article", "Meeting", "Office", "OfficeHolding", "OfficialRecord", "Organization", "Person", "Place"),
        *("Report", "State", "Statement", "Visit"),
    )
)
"""Classes of which an example is kept: the member that comes first in the sorted dump."""

_SHOWN = frozenset(f"<{iri}>".encode() for iri in SHOWN)


@dataclass(frozen=True)
class Tally:
    """Quads by part of the graph, members by class, quads by property, and an example for classes of :data:`SHOWN`.

    A part is a named graph by its name (``events``), or ``articles``: the graphs of all articles together. Nothing
    is counted as zero. Classes, properties and examples are IRIs.
    """

    parts: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    properties: Counter[str] = field(default_factory=Counter)
    examples: Mapping[str, str] = field(default_factory=dict)

    @property
    def quads(self) -> int:
        """How many quads there are in all."""
        return self.parts.total()

    def plus(self, other: Tally) -> Tally:
        """Return the tally of both, of which no line is in the other; examples are those that come first."""
        firsts = dict(self.examples)
        for kind, iri in other.examples.items():
            firsts[kind] = min(firsts.get(kind, iri), iri, key=_order)
        return Tally(self.parts + other.parts, self.classes + other.classes, self.properties + other.properties, firsts)

    def minus(self, other: Tally, *, examples: Mapping[str, str]) -> Tally:
        """Return the tally without lines that are among those counted; whoever takes them gives the examples left."""
        return Tally(
            self.parts - other.parts, self.classes - other.classes, self.properties - other.properties, examples
        )


def tally(lines: Iterable[bytes]) -> Tally:
    """Return the tally of distinct canonical lines of N-Quads, in any order; a million take about a second."""
    graphs: Counter[bytes] = Counter()
    classes: Counter[bytes] = Counter()
    properties: Counter[bytes] = Counter()
    firsts: dict[bytes, bytes] = {}
    for line in lines:
        subject, predicate, rest = line.split(b" ", 2)
        value, graph, _ = rest.rsplit(b" ", 2)
        graphs[graph] += 1
        properties[predicate] += 1
        if predicate == TYPE:
            classes[value] += 1
            if value in _SHOWN and (value not in firsts or subject < firsts[value]):
                firsts[value] = subject
    parts: Counter[str] = Counter()
    for graph, number in graphs.items():
        parts[part_of(iri_of(graph))] += number
    return Tally(
        parts,
        Counter({iri_of(node): number for node, number in classes.items()}),
        Counter({iri_of(node): number for node, number in properties.items()}),
        {iri_of(kind): iri_of(subject) for kind, subject in firsts.items()},
    )


def part_of(graph: str) -> str:
    """Return the part that a graph belongs to: ``events`` of ``…/graph/events``, ``articles`` of all of articles."""
    name = graph.rpartition("/graph/")[2]
    return "articles" if name.startswith("article/") else name


def iri_of(node: bytes) -> str:
    """Return the IRI of a node as lines have it, ``<…>``."""
    return node[1:-1].decode()


def _order(iri: str) -> bytes:
    """Return what sorts an IRI as the dump does, in which all begin lines with ``<`` and end with ``>``."""
    return f"<{iri}>".encode()

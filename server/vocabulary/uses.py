"""How often the release that is served uses each term, and on what, for example.

The release's own description counts classes and properties (VoID's partitions). What it does not count is counted here
up to :data:`MOST`, so that a release of any size takes a fraction of a second, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.iri import Names, term
from kg.release import Release
from server.facts import Value, show
from server.vocabulary.terms import Term

MOST, ENOUGH = 500, 20
"""Most quads that are looked at for one term, and for one that the release has counted: an example is among them."""

TYPE = term("rdf:type")
PARTITIONS = (("void:class", "void:entities"), ("void:property", "void:triples"))
PROPERTIES = frozenset({"owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty"})


@dataclass(frozen=True)
class Use:
    """How often a term is used, at least where ``more``; ``node`` is one that does, ``value`` what a property says."""

    number: int
    more: bool = False
    node: Value | None = None
    value: Value | None = None


def uses(release: Release, terms: Iterable[Term], *, base: str) -> dict[str, Use]:
    """Return the use of each term by its local name; of datatypes nothing, as no index leads to their literals."""
    counted = dict(_counted(release.store))
    ontology = Names(base).graph("ontology")
    return {
        each.name: _use(release.store, each, ontology, counted.get(each.iri), base)
        for each in terms
        if each.kind != "rdfs:Datatype"
    }


def _counted(store: Store) -> Iterator[tuple[str, int]]:
    """Yield what the release's description counts, smaller numbers first: those of the whole come after its parts'."""
    found = []
    for subject, number in PARTITIONS:
        for quad in store.quads_for_pattern(None, term(subject), None, None):
            for count in store.quads_for_pattern(quad.subject, term(number), None, None):
                if isinstance(quad.object, NamedNode) and isinstance(count.object, Literal):
                    found.append((int(count.object.value), quad.object.value))
    for count_, iri in sorted(found):
        yield iri, count_


def _use(store: Store, each: Term, ontology: NamedNode, counted: int | None, base: str) -> Use:
    """Return the use of a term outside of the ontology's own graph."""
    node, is_property = NamedNode(each.iri), each.kind in PROPERTIES
    if is_property:
        quads = store.quads_for_pattern(None, node, None, None)
    else:
        quads = store.quads_for_pattern(None, TYPE if each.kind == "owl:Class" else None, node, None)
    looked = list(islice(quads, ENOUGH if counted is not None else MOST + 1))
    found = [quad for quad in looked if quad.graph_name != ontology]
    number = len({quad.triple for quad in found})
    shown = next((quad for quad in found if _has_page(quad, base)), None)
    return Use(
        number if counted is None else counted,
        more=counted is None and len(looked) > MOST,
        node=show(store, shown.subject, base=base) if shown else None,
        value=show(store, shown.object, base=base) if shown and is_property else None,
    )


def _has_page(quad: Quad, base: str) -> bool:
    return isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(base)

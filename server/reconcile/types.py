"""The types that things are reconciled to: the classes of actors and places, as the release's own ontology has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Store

from kg.iri import PREFIXES, term

ROOTS = ("Actor", "Place")
"""The classes whose members can be found; kinds of them come in through ``rdfs:subClassOf``."""

DEFAULTS = ("Person", "State", "Organization", "Place")
"""What a client offers first."""


@dataclass(frozen=True)
class Type:
    """A class: its id, which behind the schema space is its IRI, and the ids of the classes directly above it."""

    id: str
    iri: str
    name: str
    description: str
    broader: tuple[str, ...]


@dataclass(frozen=True)
class Types:
    """The classes by id, each with all that lie above it; the more special, the longer that is."""

    by_id: Mapping[str, Type]
    above: Mapping[str, frozenset[str]]

    def find(self, name: str) -> Type | None:
        """Return the class of an id, a prefixed name or an IRI: ``Person``, ``leg:Person``."""
        return self.by_id.get(name.strip().removeprefix(PREFIXES["leg"]).removeprefix("leg:"))

    def under(self, ids: Iterable[str]) -> frozenset[str]:
        """Return the ids of these classes and of all below them."""
        wanted = set(ids)
        return frozenset(id_ for id_, above in self.above.items() if id_ in wanted or above & wanted)

    def special_first(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Return ids with the most special first."""
        return tuple(sorted(ids, key=lambda id_: (-len(self.above[id_]), id_)))

    def reference(self, id_: str) -> dict[str, str]:
        """Return a class as answers name it."""
        return {"id": id_, "name": self.by_id[id_].name}

    def full(self, id_: str) -> dict[str, object]:
        """Return a class with what lies directly above it, as manifests and suggestions have it."""
        broader = [self.reference(above) for above in self.by_id[id_].broader]
        return {**self.reference(id_), **({"broader": broader} if broader else {})}


def read_types(store: Store) -> Types:
    """Return the classes that the store's ontology places under :data:`ROOTS`, the roots themselves in any case."""
    below: dict[str, set[str]] = {}
    for quad in store.quads_for_pattern(None, term("rdfs:subClassOf"), None, None):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            below.setdefault(quad.object.value, set()).add(quad.subject.value)
    above: dict[str, set[str]] = {}
    direct: dict[str, set[str]] = {}
    for root in ROOTS:
        _descend(PREFIXES["leg"] + root, (), below, above, direct)
    short = {iri: iri.removeprefix(PREFIXES["leg"]) for iri in above}
    return Types(
        by_id={
            short[iri]: Type(
                id=short[iri],
                iri=iri,
                name=text_of(store, NamedNode(iri), term("rdfs:label")) or short[iri],
                description=text_of(store, NamedNode(iri), term("skos:definition")),
                broader=tuple(sorted(short[parent] for parent in direct[iri])),
            )
            for iri in sorted(above)
        },
        above={short[iri]: frozenset(short[parent] for parent in parents) for iri, parents in above.items()},
    )


def _descend(
    iri: str,
    path: tuple[str, ...],
    below: Mapping[str, set[str]],
    above: dict[str, set[str]],
    direct: dict[str, set[str]],
) -> None:
    """Note what lies above a class, and go on to those below it; a circle is walked once."""
    if iri in path:
        return
    above.setdefault(iri, set()).update(path)
    direct.setdefault(iri, set()).update(path[-1:])
    for child in below.get(iri, ()):
        _descend(child, (*path, iri), below, above, direct)


def text_of(store: Store, node: NamedNode, predicate: NamedNode) -> str:
    """Return a node's literal, the English one where there are several, else the first by spelling; empty if none."""
    found = {
        (quad.object.language != "en", quad.object.value)
        for quad in store.quads_for_pattern(node, predicate, None, None)
        if isinstance(quad.object, Literal)
    }
    return min(found, default=(False, ""))[1]

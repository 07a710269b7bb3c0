"""What somebody may be about to write: entities, types and properties by the beginning of a name or an id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import nsmallest

from pyoxigraph import Store

from server.reconcile import identifiers
from server.reconcile.find import by_name
from server.reconcile.index import Entity, Index
from server.reconcile.likeness import words
from server.reconcile.values import describe, special

Suggestion = dict[str, object]


def entities(
    store: Store, index: Index, prefix: str, *, types: Iterable[str], cursor: int, limit: int, base: str
) -> list[Suggestion]:
    """Return entities with a name that has a word starting with the prefix, or whose identifier it is.

    Whole names come first, then names that start with it, then those with a later word that does, each by how often
    they are reported. If there are none, names that sound or look like it are given. An empty prefix gives those
    reported most.
    """
    wanted = [kind for kind in map(index.types.find, types) if kind]
    allowed = index.types.under(kind.id for kind in wanted) if wanted else None
    ranked = _by_identifier(index, prefix, base) or _by_prefix(index, prefix)
    ranked = ranked or {number: (3, -round(score)) for number, score in by_name(index, prefix).items() if score >= 60}
    if allowed is not None:
        ranked = {n: rank for n, rank in ranked.items() if allowed.intersection(index.entities[n].types)}
    return [_entity(store, index, entity, base) for entity in _first(index, ranked, cursor + limit)[cursor:]]


def starting(index: Index, prefix: str, *, limit: int) -> list[Entity]:
    """Return entities with a name that has a word starting with the prefix, in the same order, and no others."""
    return _first(index, _by_prefix(index, prefix), limit)


def _first(index: Index, ranked: Mapping[int, tuple[int, int]], count: int) -> list[Entity]:
    """Return the entities of the lowest ranks, those reported most first among equals, then by id."""
    first = nsmallest(count, ranked, key=lambda number: (ranked[number], -index.entities[number].reports, number))
    return [index.entities[number] for number in first]


def _by_identifier(index: Index, prefix: str, base: str) -> dict[int, tuple[int, int]]:
    paths = [index.numbers[path] for path in identifiers.path_of(prefix, base) if path in index.numbers]
    elsewhere = [number for key in identifiers.of_text(prefix) for number in index.identifiers.get(key, ())]
    return dict.fromkeys([*paths, *elsewhere], (0, 0))


def _by_prefix(index: Index, prefix: str) -> dict[int, tuple[int, int]]:
    """Return the best rank of each entity with a word that starts with the prefix: the whole name, its start, later."""
    start = " ".join(words(prefix))
    if prefix.strip() and not start:
        return {}
    found = dict[int, tuple[int, int]]()
    for at, from_its_beginning in index.starting(start):
        place = (0 if index.names[at] == start else 1) if from_its_beginning else 2
        number = index.owners[at]
        rank = (place, -round(100 * index.trust[at])) if start else (0, 0)
        found[number] = min(rank, found.get(number, rank))
    return found


def _entity(store: Store, index: Index, entity: Entity, base: str) -> Suggestion:
    about = describe(store, index, entity, base=base)
    notable = [index.types.reference(id_) for id_ in special(index, entity)]
    return {"id": entity.id, "name": entity.name, "description": about, "notable": notable}


def types(index: Index, prefix: str) -> list[Suggestion]:
    """Return the types with a name or id that starts with the prefix, or has a word that does, in that order."""
    known = index.types.by_id.values()
    exact = index.types.find(prefix)
    ids = _ranked(((kind.id, kind.name) for kind in known), prefix, exact=exact.id if exact else "")
    return [
        {**index.types.full(id_), "description": index.types.by_id[id_].description or index.types.by_id[id_].iri}
        for id_ in ids
    ]


def properties(index: Index, prefix: str) -> list[Suggestion]:
    """Return the properties with a name or id that starts with the prefix, or has a word that does, in that order."""
    known = index.properties.by_id
    exact = index.properties.find(prefix)
    ids = _ranked(((entry.id, entry.name) for entry in known.values()), prefix, exact=exact.id if exact else "")
    return [{"id": id_, "name": known[id_].name, "description": known[id_].description} for id_ in ids]


def proposals(index: Index, type_name: str | None) -> list[Suggestion]:
    """Return the properties that entities of a type can have; all without a type, none for one that is not known."""
    kind = index.types.find(type_name) if type_name else None
    if type_name and kind is None:
        return []
    reach = {kind.id} | index.types.above[kind.id] if kind else set()
    reach |= index.types.under([kind.id]) if kind else set()
    return [
        {"id": entry.id, "name": entry.name}
        for entry in index.properties.by_id.values()
        if kind is None or not entry.types or reach.intersection(entry.types)
    ]


def _ranked(named: Iterable[tuple[str, str]], prefix: str, *, exact: str) -> list[str]:
    """Return the ids of what is named so, exact ones first, else in the order given."""
    start = prefix.strip().casefold()

    def ranks() -> Iterator[tuple[int, int, str]]:
        for place, (id_, name) in enumerate(named):
            low = name.casefold()
            if id_ == exact or low == start:
                yield 0, place, id_
            elif low.startswith(start) or id_.casefold().startswith(start):
                yield 1, place, id_
            elif f" {start}" in f" {low}":
                yield 2, place, id_

    return [id_ for _, _, id_ in sorted(ranks())]

"""Who in the graph a name may mean, by all names that it has there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from kg.errors import QueryError
from kg.iri import PREFIXES, term
from kg.release import Release
from kg.spelling import normalise, skeleton
from server.mcp.answers import Actor, Found

LEAST = 0.6
"""Score below which a name does not fit."""

OTHER_NAMES = 5
"""How many of the other names are told."""

NAMES = f"""
PREFIX leg: <{PREFIXES["leg"]}> PREFIX rdfs: <{PREFIXES["rdfs"]}> PREFIX skos: <{PREFIXES["skos"]}>
SELECT ?node ?name WHERE {{
  VALUES ?kind {{ leg:Actor leg:Place }} ?node a ?kind .
  {{ ?node rdfs:label ?name }} UNION {{ ?node skos:altLabel ?name }}
}}
"""


@dataclass(frozen=True)
class Names:
    """The names of a release; ``by_part`` finds them by the skeleton of any of their parts."""

    names: Sequence[tuple[NamedNode, str, str]]
    """Node, name as written, name normalised; sorted."""
    by_part: Mapping[str, Sequence[int]]


def find(release: Release, name: str, kind: str, country: str, limit: int) -> Found:
    """Return the actors and places that a name fits; ``kind`` and ``country`` narrow it down unless empty.

    Raises:
        QueryError: There is no such kind in the release.
    """
    kinds = _kinds(release.store)
    wanted = next((known for known in kinds if known.casefold() == kind.casefold()), "")
    if kind and not wanted:
        raise QueryError(f"There are no actors of the kind {kind!r} in this release; it has {', '.join(kinds)}.")
    found = [
        actor
        for actor in _actors(release, rank(_names(release.store), name))
        if (not wanted or wanted in actor.kinds) and (not country or actor.country == country.upper())
    ]
    note = ""
    if not found:
        narrowed = kind or country
        note = "No name fits; " + ("leave out kind and country, or " if narrowed else "") + "try another spelling."
    return Found(release=release.version, actors=tuple(found[:limit]), left_out=max(0, len(found) - limit), note=note)


def rank(names: Names, wanted: str) -> list[tuple[NamedNode, str, float]]:
    """Return the nodes whose names are at least :data:`LEAST` alike, with the best name and its score, the best first.

    Compared are the names that share a part with the one wanted, or, where none does, one that is close to it.
    """
    plain = normalise(wanted)
    best: dict[NamedNode, tuple[float, str]] = {}
    for at in _candidates(names, wanted):
        node, written, name = names.names[at]
        score = similarity(plain, name)
        if score >= LEAST and score > best.get(node, (0.0, ""))[0]:
            best[node] = score, written
    ranked = ((node, written, score) for node, (score, written) in best.items())
    return sorted(ranked, key=lambda found: (-found[2], found[1], found[0].value))


def similarity(wanted: str, name: str) -> float:
    """Return how alike two normalised names are, 0 to 1.

    1 is for equal ones only. ``blinken`` in ``antony blinken`` scores by the share that is named, ``anthony blinken``
    by the sound, ``blinkin`` by the letters.
    """
    if wanted == name:
        return 1.0
    parts, of = wanted.split(), name.split()
    if sorted(parts) == sorted(of):
        return 0.98
    if skeleton(wanted) == skeleton(name):
        return 0.95
    if parts and set(parts) <= set(of):
        return 0.7 + 0.2 * len(parts) / len(of)
    return 0.9 * SequenceMatcher(None, wanted, name, autojunk=False).ratio()


def _candidates(names: Names, wanted: str) -> list[int]:
    parts = skeleton(wanted).split() or normalise(wanted).split()
    found = {at for part in parts for at in names.by_part.get(part, ())}
    if not found:
        close = (like for part in parts for like in get_close_matches(part, names.by_part, n=5, cutoff=0.7))
        found = {at for part in close for at in names.by_part[part]}
    return sorted(found)


@lru_cache(maxsize=1)
def _names(store: Store) -> Names:
    """Return the names in a store, gathered once by each process; a hundred thousand take some four seconds."""
    solutions = store.query(NAMES, use_default_graph_as_union=True)
    if not isinstance(solutions, QuerySolutions):
        raise TypeError("SELECT gives solutions")
    names = sorted(
        {
            (row["node"], row["name"].value, normalise(row["name"].value))
            for row in solutions
            if isinstance(row["node"], NamedNode) and isinstance(row["name"], Literal)
        },
        key=lambda found: (found[0].value, found[1]),
    )
    by_part: dict[str, list[int]] = {}
    for at, (_, written, plain) in enumerate(names):
        for part in set(skeleton(written).split() or plain.split()):
            by_part.setdefault(part, []).append(at)
    return Names(names, by_part)


@lru_cache(maxsize=1)
def _kinds(store: Store) -> tuple[str, ...]:
    """Return the kinds of actors that there are, and Place."""
    query = f"""PREFIX leg: <{PREFIXES["leg"]}>
        SELECT DISTINCT ?kind WHERE {{ {{ ?node a leg:Actor }} UNION {{ ?node a leg:Place }} ?node a ?kind }}"""
    solutions = store.query(query, use_default_graph_as_union=True)
    if not isinstance(solutions, QuerySolutions):
        raise TypeError("SELECT gives solutions")
    return tuple(sorted(_local(row["kind"].value) for row in solutions if isinstance(row["kind"], NamedNode)))


def _actors(release: Release, ranked: list[tuple[NamedNode, str, float]]) -> Iterator[Actor]:
    base = str(release.manifest.get("base", ""))
    for node, matched, score in ranked:
        label = next(iter(_values(release.store, node, "rdfs:label")), matched)
        others = [name for name in _values(release.store, node, "skos:altLabel") if name not in (matched, label)]
        links = _values(release.store, node, "skos:exactMatch") + _values(release.store, node, "owl:sameAs")
        kinds = {_local(kind) for kind in _values(release.store, node, "rdf:type") if kind.startswith(PREFIXES["leg"])}
        yield Actor(
            id=node.value.removeprefix(base),
            iri=node.value,
            label=label,
            score=round(score, 3),
            matched=matched,
            kinds=tuple(sorted(kinds)),
            country=next(iter(_values(release.store, node, "leg:countryCode")), ""),
            wikidata=next((link for link in links if "//www.wikidata.org/entity/" in link), ""),
            other_names=tuple(others[:OTHER_NAMES]),
        )


def _values(store: Store, node: NamedNode, name: str) -> list[str]:
    quads = store.quads_for_pattern(node, term(name), None, None)
    return sorted({quad.object.value for quad in quads if isinstance(quad.object, NamedNode | Literal)})


def _local(iri: str) -> str:
    return iri.removeprefix(PREFIXES["leg"])

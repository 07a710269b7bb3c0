"""Who in the graph a name may mean: the candidates of the reconciliation service, with what tells them apart."""

from __future__ import annotations

from functools import lru_cache

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from kg.errors import QueryError
from kg.iri import DEFAULT_BASE, PREFIXES, term
from kg.release import Release
from server.mcp.answers import Actor, Found
from server.reconcile.ask import Question
from server.reconcile.index import Index, build
from server.reconcile.score import Candidate, candidates

LEAST = 60.0
"""Score, of 100, below which a name does not fit."""

MOST = 1000
"""Candidates that are weighed."""

OTHER_NAMES = 5
"""How many of the other names are told."""


def find(release: Release, name: str, kind: str, country: str, limit: int) -> Found:
    """Return the actors and places that a name or identifier fits; ``kind`` and ``country`` narrow it down.

    Raises:
        QueryError: There is no such kind in the release.
    """
    kinds = _kinds(release.store)
    wanted = next((known for known in kinds if known.casefold() == kind.casefold()), "")
    if kind and not wanted:
        raise QueryError(f"There are no actors of the kind {kind!r} in this release; it has {', '.join(kinds)}.")
    base = str(release.manifest.get("base", DEFAULT_BASE))
    index = _index(release.store, base)
    found = [
        _actor(release.store, candidate, base)
        for candidate in candidates(release.store, index, Question(text=name, limit=MOST), base=base)
        if candidate.score >= LEAST
    ]
    found = [a for a in found if (not wanted or wanted in a.kinds) and (not country or a.country == country.upper())]
    note = ""
    if not found:
        narrowed = kind or country
        note = "No name fits; " + ("leave out kind and country, or " if narrowed else "") + "try another spelling."
    return Found(release=release.version, actors=tuple(found[:limit]), left_out=max(0, len(found) - limit), note=note)


@lru_cache(maxsize=1)
def _index(store: Store, base: str) -> Index:
    """Return the index of a store, built once by each process; ten thousand actors take one to three seconds."""
    return build(store, base=base)


@lru_cache(maxsize=1)
def _kinds(store: Store) -> tuple[str, ...]:
    """Return the kinds of actors that there are, and Place."""
    query = f"""PREFIX leg: <{PREFIXES["leg"]}>
        SELECT DISTINCT ?kind WHERE {{ {{ ?node a leg:Actor }} UNION {{ ?node a leg:Place }} ?node a ?kind }}"""
    solutions = store.query(query, use_default_graph_as_union=True)
    if not isinstance(solutions, QuerySolutions):
        raise TypeError("SELECT gives solutions")
    return tuple(sorted(_local(row["kind"].value) for row in solutions if isinstance(row["kind"], NamedNode)))


def _actor(store: Store, candidate: Candidate, base: str) -> Actor:
    node = NamedNode(base + candidate.entity.id)
    others = [name for name in _values(store, node, "skos:altLabel") if name != candidate.entity.name]
    links = _values(store, node, "skos:exactMatch") + _values(store, node, "owl:sameAs")
    kinds = {_local(kind) for kind in _values(store, node, "rdf:type") if kind.startswith(PREFIXES["leg"])}
    return Actor(
        id=candidate.entity.id,
        iri=node.value,
        label=candidate.entity.name,
        score=round(candidate.score / 100, 3),
        kinds=tuple(sorted(kinds)),
        country=candidate.entity.country,
        wikidata=next((link for link in links if "//www.wikidata.org/entity/" in link), ""),
        other_names=tuple(others[:OTHER_NAMES]),
    )


def _values(store: Store, node: NamedNode, name: str) -> list[str]:
    quads = store.quads_for_pattern(node, term(name), None, None)
    return sorted({quad.object.value for quad in quads if isinstance(quad.object, NamedNode | Literal)})


def _local(iri: str) -> str:
    return iri.removeprefix(PREFIXES["leg"])

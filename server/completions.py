"""What the editor completes: terms of the vocabularies, actors and places, all from the release that is served.

Terms are those of the release's ontology, and whatever else some of its nodes use; nothing is asked of anybody else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import lru_cache
from itertools import islice

from flask import Blueprint, Response, jsonify, request
from pyoxigraph import NamedNode, Store

from kg.iri import PREFIXES, Names, compact, term
from kg.release import Release
from server.encoding import OFFERED
from server.problem import Problem
from server.reconcile import suggest
from server.reconcile.index import Index
from server.reconcile.types import text_of
from server.reconcile.values import describe

LOOKED_AT, SAID = 50, 500
"""How many members of a class, and statements of each, are looked at: a release of any size takes as long."""

ALSO = ("owl:Axiom", "void:Dataset")
"""Classes that are looked at though no class of the ontology leads to them: how sure a link is, and the release."""

MOST, LONGEST = 50, 100
"""Most suggestions at a time, and the longest beginning of a name, in characters."""

_KINDS = {"owl:Class": "class", "owl:ObjectProperty": "property", "owl:DatatypeProperty": "property"}

Entry = dict[str, object]


def blueprint(indexes: Callable[[], tuple[Release, Index]], *, base: str) -> Blueprint:
    """Return the two addresses that the editor asks, on the releases and indexes that ``indexes`` gives."""
    routes = Blueprint("completions", __name__)
    known = lru_cache(maxsize=1)(terms)

    @routes.get("/editor/terms.json")
    def vocabulary() -> Response:
        release, _ = indexes()
        return _cached(jsonify(terms=known(release.store, base)), release.version)

    @routes.get("/editor/names.json")
    def names() -> Response:
        release, index = indexes()
        prefix, limit = request.args.get("prefix", ""), request.args.get("limit", "20")
        if not 1 <= len(prefix) <= LONGEST:
            raise Problem(400, f"The parameter 'prefix' is the beginning of a name, of 1 to {LONGEST} characters.")
        if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:4]) <= MOST):
            raise Problem(400, f"The parameter 'limit' is a number from 1 to {MOST}.")
        entities = suggest.starting(index, prefix, limit=int(limit[:4])) if prefix.strip() else []
        found = [
            {
                "iri": base + entity.id,
                "name": entity.name,
                "description": describe(release.store, index, entity, base=base),
            }
            for entity in entities
        ]
        return _cached(jsonify(names=found), release.version)

    return routes


def terms(store: Store, base: str) -> tuple[Entry, ...]:
    """Return the classes, properties and fixed values that queries may name, in the order of their IRIs.

    Each has its ``kind``, ``iri``, ``label`` and ``definition``; properties have their ``range``, values their
    classes as ``types``. Terms of other vocabularies are found on some members of each class and what these lead to,
    so that one which only other members have can be missing; a query may name it all the same.
    """
    told = _defined(store, Names(base).graph("ontology"))
    met = set[str]()
    waiting = deque([*sorted(iri for iri, kind in told.items() if kind == "class"), *map(_iri, ALSO)])
    while waiting:
        kind = waiting.popleft()
        if kind in met:
            continue
        met.add(kind)
        for member in islice(store.quads_for_pattern(None, term("rdf:type"), NamedNode(kind), None), LOOKED_AT):
            told.setdefault(kind, "class")
            for quad in islice(store.quads_for_pattern(member.subject, None, None, None), SAID):
                told.setdefault(quad.predicate.value, "property")
                of = member.subject if quad.predicate == term("rdf:type") else quad.object
                if isinstance(of, NamedNode):
                    waiting.extend(_types(store, of))
    return tuple(_entry(store, iri, kind) for iri, kind in sorted(told.items()))


def _iri(name: str) -> str:
    return term(name).value


def _types(store: Store, node: NamedNode) -> list[str]:
    kinds = (quad.object for quad in store.quads_for_pattern(node, term("rdf:type"), None, None))
    return sorted({kind.value for kind in kinds if isinstance(kind, NamedNode)})


def _defined(store: Store, graph: NamedNode) -> dict[str, str]:
    """Return what the release's own ontology declares: the kind of each IRI."""
    told = {}
    for quad in store.quads_for_pattern(None, term("rdf:type"), None, graph):
        node, kind = quad.subject, quad.object
        if isinstance(node, NamedNode) and isinstance(kind, NamedNode) and node.value.startswith(PREFIXES["leg"]):
            of_ours = "value" if kind.value.startswith(PREFIXES["leg"]) else ""
            if found := _KINDS.get(compact(kind.value), of_ours):
                told[node.value] = found
    return told


def _entry(store: Store, iri: str, kind: str) -> Entry:
    """Return a term as the editor gets it."""
    node = NamedNode(iri)

    def linked(*names: str) -> list[str]:
        quads = (quad for name in names for quad in store.quads_for_pattern(node, term(name), None, None))
        return sorted({quad.object.value for quad in quads if isinstance(quad.object, NamedNode)})

    entry: Entry = {
        "kind": kind,
        "iri": iri,
        "label": text_of(store, node, term("rdfs:label")),
        "definition": text_of(store, node, term("skos:definition")),
    }
    if kind == "property":
        entry["range"] = linked("rdfs:range", "schema:rangeIncludes")
    if kind == "value":
        entry["types"] = _types(store, node)
    return entry


def _cached(response: Response, version: str) -> Response:
    """Let clients keep an answer for as long as its release is served, asking each time whether it is."""
    known = (version, *(f"{version}-{encoding}" for encoding in OFFERED))  # as it was named when it was compressed
    if any(map(request.if_none_match.contains_weak, known)):
        response = Response(status=304)
    response.set_etag(version)
    response.headers["Cache-Control"] = "no-cache"
    return response

"""The vocabulary in brief, as the release carries it, so that a model can write queries."""

from __future__ import annotations

import json

from pyoxigraph import Literal, NamedNode, Store

from kg.iri import PREFIXES, Names, compact, term
from kg.release import Release
from server.mcp.answers import Schema, Term
from server.vocabulary.documents import turtle

NOTES = (
    "Queries see all graphs at once; FROM and GRAPH narrow that. Each article has a graph; so have events, actors, "
    "links and the ontology.",
    "An event (leg:Visit, leg:Meeting, leg:Statement) is the occasion, merged over the articles. Each article's "
    "account is a leg:Report: ?report leg:reports ?event ; leg:article ?article ; leg:confidence ?confidence ; "
    "leg:evidence/oa:exact ?words.",
    "leg:edtf is a date as precisely as it is known (EDTF); filter by leg:earliest and leg:latest, which are xsd:date.",
    "Names are rdfs:label and skos:altLabel with @en; compare STR(?label), or take IRIs from find_actor.",
    "Nodes have all their classes stated: ?x a leg:Actor finds persons, states and organizations.",
    "Updates and SERVICE are refused.",
)
_KINDS = {"owl:Class": "classes", "owl:ObjectProperty": "properties", "owl:DatatypeProperty": "properties"}


def schema(release: Release) -> Schema:
    """Return the classes, properties and fixed values with their definitions, and the counts of the release."""
    base = str(release.manifest.get("base", ""))
    store, graph = release.store, Names(base).graph("ontology")
    told: dict[str, dict[str, Term]] = {"classes": {}, "properties": {}, "values": {}}
    for quad in store.quads_for_pattern(None, term("rdf:type"), None, graph):
        node, kind = quad.subject, quad.object
        if isinstance(node, NamedNode) and isinstance(kind, NamedNode) and node.value.startswith(PREFIXES["leg"]):
            section = _KINDS.get(compact(kind.value)) or ("values" if kind.value.startswith(PREFIXES["leg"]) else "")
            if section:
                told[section][node.value] = _term(store, node, graph, fixed=section == "values")
    classes, properties, values = (
        tuple(terms[iri] for iri in sorted(terms)) for terms in (told["classes"], told["properties"], told["values"])
    )
    counts = {str(name): int(number) for name, number in dict(release.manifest.get("counts", {})).items()}
    return Schema(
        release=release.version,
        base=base,
        counts=counts,
        prefixes=dict(PREFIXES),
        classes=classes,
        properties=properties,
        values=values,
        notes=NOTES,
    )


def manifest(release: Release) -> str:
    """Return the release's manifest as JSON."""
    return json.dumps(dict(release.manifest), ensure_ascii=False, indent=1)


def document(release: Release, package: str) -> str:
    """Return the Turtle of the packaged ``ontology`` or ``shapes``."""
    return turtle(package).decode("utf-8")


def _term(store: Store, node: NamedNode, graph: NamedNode, *, fixed: bool) -> Term:
    def said(*names: str) -> tuple[str, ...]:
        quads = [quad for name in names for quad in store.quads_for_pattern(node, term(name), None, graph)]
        return tuple(sorted({_shown(quad.object) for quad in quads}))

    below = ("rdf:type",) if fixed else ("rdfs:subClassOf", "rdfs:subPropertyOf")
    return Term(
        name=compact(node.value),
        definition=" ".join(said("skos:definition")),
        below=tuple(name for name in said(*below) if not name.startswith("owl:")),
        domain=said("rdfs:domain", "schema:domainIncludes"),
        range=said("rdfs:range", "schema:rangeIncludes"),
    )


def _shown(value: object) -> str:
    match value:
        case NamedNode():
            return compact(value.value)
        case Literal():
            return value.value
    return str(value)

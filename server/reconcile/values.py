"""The values of an entity's properties, read from the store: for data extension, for scores and for previews."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode, Store

from kg.iri import PREFIXES, term
from server.reconcile import identifiers
from server.reconcile.index import Entity, Index
from server.reconcile.properties import Property
from server.reconcile.types import text_of

Value = dict[str, str | int | float]
"""A value as data extension has it: ``{"str": …}``, ``{"id": …, "name": …}``, ``{"date": …}``, ``{"float": …}``,
``{"int": …}``; empty where there is none and the place must be kept."""

MOST = 1000
"""Most events listed for one entity; the setting "number only" counts them all."""

_LITERALS = {
    "label": "rdfs:label",
    "alias": "skos:altLabel",
    "countryCode": "leg:countryCode",
    "latitude": "geo:lat",
    "longitude": "geo:long",
}
_EVENTS = {
    "visit": ("leg:visitor", "leg:destination"),
    "meeting": ("leg:participant", "leg:place"),
    "statement": ("leg:speaker",),
}
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,30})?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_HOLDING = ("office", "from", "until", "officeOf")
_LINKS = {"exactMatch": "skos:exactMatch", "closeMatch": "skos:closeMatch"}


@dataclass(frozen=True, order=True)
class Holding:
    """An office that a person held; days are as far known as the graph has them, offices of others are an id."""

    start: str
    office: str
    end: str
    owner: str


def values(store: Store, index: Index, entity: Entity, wanted: Property, *, base: str) -> list[Value]:
    """Return the values of a property, without repetition and in a stable order.

    Those of ``office``, ``from``, ``until`` and ``officeOf`` go together, one a term of office, earliest first.
    """
    node = NamedNode(base + entity.id)
    match wanted.id:
        case "iri":
            return [{"str": node.value}]
        case "type":
            return [{"str": index.types.by_id[id_].name} for id_ in special(index, entity)]
        case "reports":
            return [{"int": entity.reports}]
        case id_ if id_ in _LITERALS:
            return _literals(store, node, term(_LITERALS[id_]))
        case id_ if id_ in _EVENTS:
            return [{"id": key, "name": name} for _, key, name in sorted(_events(store, node, id_, base))[:MOST]]
        case id_ if id_ in _HOLDING:
            return [_of_holding(store, holding, id_, base) for holding in holdings(store, node)]
        case id_ if id_ in _LINKS:
            return [{"str": iri} for iri in _links(store, node, _LINKS[id_])]
        case "wikidata" | "geonames" as source:
            keys = {key for iri in _links(store, node, "skos:exactMatch") for key in identifiers.keys(iri)}
            return [{"str": key.partition(":")[2]} for key in sorted(keys) if key.startswith(f"{source}:")]
    return _literals(store, node, term("skos:notation"), datatype=wanted.datatype)


def count(store: Store, index: Index, entity: Entity, wanted: Property, *, base: str) -> int:
    """Return how many values a property has."""
    if wanted.id in _EVENTS:
        return len(_subjects(store, NamedNode(base + entity.id), wanted.id))
    return sum(1 for value in values(store, index, entity, wanted, base=base) if value)


def special(index: Index, entity: Entity) -> list[str]:
    """Return the entity's classes that have no other of its classes below them."""
    above = {parent for id_ in entity.types for parent in index.types.above[id_]}
    return [id_ for id_ in entity.types if id_ not in above]


def describe(store: Store, index: Index, entity: Entity, *, base: str) -> str:
    """Return what tells an entity from its namesakes: its kind, its country, the latest office that is dated.

    >>> describe(store, index, entity, base=base)  # doctest: +SKIP
    'person, RU, Foreign Minister of Russia (2004–)'
    """
    parts = [" and ".join(index.types.by_id[id_].name for id_ in special(index, entity)), entity.country]
    held = holdings(store, NamedNode(base + entity.id)) if "Person" in entity.types else []
    if held:
        latest = max(held, key=lambda holding: (holding.start, not holding.end, -len(holding.office), holding.office))
        years = f" ({latest.start[:4]}–{latest.end[:4]})" if latest.start or latest.end else ""
        parts.append(latest.office + years)
    return ", ".join(filter(None, parts))


def holdings(store: Store, person: NamedNode) -> list[Holding]:
    """Return the offices that a person held, earliest first and those without a first day last.

    The same office without dates, as articles name it, is left out where it is known with dates.
    """
    found = set[Holding]()
    for quad in store.quads_for_pattern(None, term("leg:holder"), person, None):
        if isinstance(quad.subject, NamedNode):
            found.update(_holding(store, quad.subject))
    dated = {holding.office for holding in found if holding.start or holding.end}
    kept = (holding for holding in found if holding.start or holding.end or holding.office not in dated)
    return sorted(kept, key=lambda holding: (not holding.start, holding))


def _holding(store: Store, node: NamedNode) -> Iterator[Holding]:
    held = Holding(start="", office="", end="", owner="")
    for quad in store.quads_for_pattern(node, None, None, None):
        match quad.predicate, quad.object:
            case predicate, Literal(value=day) if predicate == term("leg:from"):
                held = replace(held, start=day)
            case predicate, Literal(value=day) if predicate == term("leg:until"):
                held = replace(held, end=day)
            case predicate, NamedNode() as office if predicate == term("leg:office"):
                label = text_of(store, office, term("rdfs:label"))
                owners = store.quads_for_pattern(office, term("org:postIn"), None, None)
                owner = min((link.object.value for link in owners if isinstance(link.object, NamedNode)), default="")
                held = replace(held, office=label or office.value, owner=owner)
    if held.office:
        yield held


def _of_holding(store: Store, holding: Holding, part: str, base: str) -> Value:
    match part:
        case "office":
            return {"str": holding.office}
        case "officeOf":
            return _thing(store, NamedNode(holding.owner), base) if holding.owner else {}
    day = holding.start if part == "from" else holding.end
    return _day(day) if day else {}


def _literals(store: Store, node: NamedNode, predicate: NamedNode, *, datatype: str = "") -> list[Value]:
    found = {
        quad.object
        for quad in store.quads_for_pattern(node, predicate, None, None)
        if isinstance(quad.object, Literal) and (not datatype or quad.object.datatype.value == datatype)
    }
    return [_literal(literal) for literal in sorted(found, key=lambda literal: (literal.value, str(literal)))]


def _literal(literal: Literal) -> Value:
    kind = literal.datatype.value.removeprefix(PREFIXES["xsd"])
    if kind in {"decimal", "double", "float"} and _NUMBER.fullmatch(literal.value):
        return {"float": float(literal.value)}
    if kind in {"integer", "int", "nonNegativeInteger"} and _NUMBER.fullmatch(literal.value):
        return {"int": int(literal.value)}
    return _day(literal.value) if kind == "date" else {"str": literal.value}


def _day(day: str) -> Value:
    """Return a day as the API wants it, with a time; a month or a year alone stays text rather than gain a day."""
    return {"date": f"{day}T00:00:00Z"} if _DAY.fullmatch(day) else {"str": day}


def _links(store: Store, node: NamedNode, name: str) -> list[str]:
    quads = store.quads_for_pattern(node, term(name), None, None)
    return sorted({quad.object.value for quad in quads if isinstance(quad.object, NamedNode)})


def _subjects(store: Store, node: NamedNode, kind: str) -> set[NamedNode]:
    return {
        quad.subject
        for predicate in _EVENTS[kind]
        for quad in store.quads_for_pattern(None, term(predicate), node, None)
        if isinstance(quad.subject, NamedNode)
    }


def _events(store: Store, node: NamedNode, kind: str, base: str) -> Iterator[tuple[str, str, str]]:
    """Yield first day, id and name of the events of a kind; those without a date come last."""
    for event in _subjects(store, node, kind):
        thing = _thing(store, event, base)
        yield text_of(store, event, term("leg:earliest")) or "9999", str(thing["id"]), str(thing["name"])


def _thing(store: Store, node: NamedNode, base: str) -> Value:
    id_ = node.value.removeprefix(base)
    return {"id": id_, "name": text_of(store, node, term("rdfs:label")) or id_}

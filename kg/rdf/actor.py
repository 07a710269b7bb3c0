"""Who and where: actors and places with their links, offices, and the terms in which they are held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from pyoxigraph import Literal, NamedNode, Quad

from kg.iri import Names, term
from kg.linksets import link_triples
from kg.literals import decimal, precision
from kg.rdf.terms import DATE, LABEL, A, Statements, in_graph
from kg.records import Account, Actor, OfficeHolding, Place


def thing_quads(names: Names, thing: Actor | Place) -> Iterator[Quad]:
    """Return an actor or a place, and its links in their graph."""
    triples = _actor(names, thing) if isinstance(thing, Actor) else _place(names, thing)
    yield from in_graph(names.graph("actors"), triples)
    yield from in_graph(names.graph("links"), link_triples(names, [thing]))


def office_quads(names: Names, office: NamedNode, labels: Set[str], owners: Set[str]) -> Iterator[Quad]:
    """Return an office by the first of its spellings in order of the alphabet, and whose it is, by key."""
    graph = names.graph("actors")
    yield Quad(office, A, term("leg:Office"), graph)
    yield Quad(office, LABEL, Literal(min(labels), language="en"), graph)
    for owner in sorted(owners):
        yield Quad(office, term("org:postIn"), names.node(owner), graph)


def holding_quads(names: Names, holding: OfficeHolding) -> Iterator[Quad]:
    """Return a term in office without the words that say so, which are their articles' to give."""
    yield from in_graph(names.graph("actors"), _holding(names, holding))


def offices_of(names: Names, account: Account) -> Iterator[tuple[NamedNode, str, str | None]]:
    """Yield each office that an article speaks of with its label there, and the key of the actor whose it is."""
    known = {actor.key: actor.name for actor in account.actors}
    for holding in account.holdings:
        owner = holding.of if holding.of in known else None
        yield names.office(holding), _office_label(holding, known), owner


def _office_label(holding: OfficeHolding, known: Mapping[str, str]) -> str:
    """Return the office with whose it is, unless the title says so: ``Foreign Minister of Italy``."""
    owner = known.get(holding.of, holding.of) if holding.of else None
    told = owner is None or owner.casefold() in holding.office.casefold()
    return holding.office if told else f"{holding.office} of {owner}"


def _actor(names: Names, actor: Actor) -> Statements:
    node = names.node(actor.key)
    yield node, A, term("leg:Actor")
    yield node, A, term(f"leg:{actor.kind.capitalize()}")
    if actor.subkind:
        yield node, A, term(f"leg:{actor.subkind}")
    yield node, LABEL, Literal(actor.name, language="en")
    for alias in actor.aliases:
        if alias != actor.name:
            yield node, term("skos:altLabel"), Literal(alias, language="en")
    if actor.country:
        yield node, term("leg:countryCode"), Literal(actor.country)
    if actor.note:
        yield node, term("rdfs:comment"), Literal(actor.note, language="en")
    for scheme, code in actor.notations:
        yield node, term("skos:notation"), Literal(code, datatype=term(f"leg:{scheme}"))


def _place(names: Names, place: Place) -> Statements:
    node = names.node(place.key)
    yield node, A, term("leg:Place")
    yield node, LABEL, Literal(place.name, language="en")
    if place.country:
        yield node, term("leg:countryCode"), Literal(place.country)
    if place.latitude is not None and place.longitude is not None:
        for predicate, degrees in (("geo:lat", place.latitude), ("geo:long", place.longitude)):
            yield node, term(predicate), decimal(degrees, digits=5)


def _holding(names: Names, holding: OfficeHolding) -> Statements:
    node = names.holding(holding)
    yield node, A, term("leg:OfficeHolding")
    yield node, term("leg:holder"), names.node(holding.holder)
    yield node, term("leg:office"), names.office(holding)
    yield node, term("leg:former"), Literal(holding.former)
    for predicate, day in (("leg:from", holding.start), ("leg:until", holding.end)):
        if day:
            yield node, term(predicate), Literal(day, datatype=precision(day))
    for predicate, day in (
        ("leg:earliest", holding.earliest),
        ("leg:latest", holding.latest),
        ("leg:asOf", holding.as_of),
    ):
        if day:
            yield node, term(predicate), Literal(day, datatype=DATE)
    if holding.source != "article":
        yield node, term("dct:source"), Literal(holding.source)

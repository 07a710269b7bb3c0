"""What follows from events alone: who has met whom, who has been to which state, and how often states dealt by year.

A release carries these as plain triples, so that a query over a network or a series of years need not go through
every event. Each :class:`Fact` stands alone: how many events support it is counted outside, its triples are there while
that number is above zero, and a release can therefore grow and shrink without being derived anew.

An edge follows only from events that have occurred. Planned and cancelled ones are counted, apart from those, in
a cube after the RDF Data Cube Vocabulary (W3C, 2014): events by state, other state, year, kind and status. A state is
counted once an event, however many act for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations, product
from typing import Literal as OneOf

from pyoxigraph import Literal, Quad

from kg.authority import Authority
from kg.edtf import bounds
from kg.iri import Names, term
from kg.known import State
from kg.literals import count as counted
from kg.rdf.terms import EDTF, LABEL, A, Statements, in_graph, status_node
from kg.records import WIKIDATA, Actor, Event, Link, Meeting, Place, Statement, Visit

CUBE = "cube/dyad-years"
"""The key of the data set that holds the counts."""

UNKNOWN_YEAR = "XXXX"

_OF_THE_STATE = frozenset(
    {"Court", "DiplomaticMission", "Government", "GovernmentBody", "MilitaryForce", "Ministry", "Parliament"}
)

Relation = OneOf["metWith", "metInPersonWith", "visitedState", "dyadYear", "cube", "state"]


@dataclass(frozen=True, order=True)
class Fact:
    """One thing that events support, as a row of strings: ``Fact(*dataclasses.astuple(fact))`` is the fact again.

    ``subject`` and ``object`` are keys of nodes. ``metWith``, ``metInPersonWith`` and ``visitedState`` are edges from
    one to the other. A ``dyadYear`` is a cell of the cube: ``object`` is the other state, ``kind`` the local name of a
    class (``Visit``, ``Meeting``) or of a statement's act (``Accuse``), ``status`` that of the event, ``year`` four
    digits or :data:`UNKNOWN_YEAR`. ``cube`` says that the data set is to be described, ``state`` that this state
    is to be among the actors, since other facts point at it.
    """

    relation: Relation
    subject: str
    object: str = ""
    kind: str = ""
    status: str = ""
    year: str = ""


def facts(event: Event, actors: Mapping[str, Actor], places: Mapping[str, Place]) -> frozenset[Fact]:
    """Return what one event supports, given the actors and places that it names, by key.

    Who meets or calls somebody has met with them, and they with whom: both directions are facts. A visit is to
    the state in which its destination lies, and nobody visits their own. Persons act for their country, organizations
    only where they are part of a state (a ministry, not a newspaper); without a country, nobody is counted.
    """
    told = event.event
    found: set[Fact] = set()
    states: set[str] = set()

    def acting(*keys: str) -> set[str]:
        """Return the states for which these actors act; those known by a country's code must be actors."""
        named = {key: _state_of(actors[key]) for key in keys if key in actors}
        states.update(state for key, state in named.items() if state and state != key)
        return {state for state in named.values() if state}

    match told:
        case Meeting():
            one = acting(*told.participants)
            dyads, kind = set(permutations(one, 2)), "Meeting"
            if event.status == "occurred":
                in_person = told.mode == "in-person"
                for a, b in permutations(set(told.participants), 2):
                    found.add(Fact("metWith", a, b))
                    if in_person:
                        found.add(Fact("metInPersonWith", a, b))
        case Visit():
            place = places.get(told.destination)
            country = _state(place.country) if place and place.country else None
            to = {country} if country else set()
            dyads, kind = set(product(acting(*told.visitors), to)), "Visit"
            states |= to
            if event.status == "occurred":
                for visitor in told.visitors:
                    home = acting(visitor)
                    found.update(Fact("visitedState", visitor, state) for state in to - home)
        case Statement():
            dyads = set(product(acting(told.speaker), acting(*told.about, *told.addressees)))
            kind = told.act.capitalize()
    year = _year(event.edtf)
    found |= {Fact("dyadYear", a, b, kind, event.status, year) for a, b in dyads if a != b}
    if any(fact.relation == "dyadYear" for fact in found):
        found.add(Fact("cube", CUBE))
    pointed = {key for fact in found for key in (fact.subject, fact.object)}
    return frozenset(found | {Fact("state", state) for state in states & pointed})


def state_actor(key: str) -> Actor:
    """Return the state of a fact ``state`` as an actor, as the authority has it."""
    state = _states()[key]
    links = (Link(WIKIDATA + state.qid, "exactMatch"),) if state.qid else ()
    return Actor(key, "state", state.name, (), None, state.alpha2, links, state.notations)


def fact_quads(names: Names, fact: Fact, count: int) -> Iterator[Quad]:
    """Return the quads of one fact that ``count`` events support, in the graph ``derived``; no two facts share one.

    A fact ``state`` has none: it asks for an actor (:func:`state_actor`) where no article names that state. Described
    in this graph as well, a state named by articles would have each triple twice, and sums in queries be doubled.
    """
    return in_graph(names.graph("derived"), _triples(names, fact, count))


def _triples(names: Names, fact: Fact, count: int) -> Statements:
    match fact.relation:
        case "dyadYear":
            yield from _cell(names, fact, count)
        case "cube":
            yield from _cube(names)
        case "state":
            pass
        case edge:
            yield names.node(fact.subject), term(f"leg:{edge}"), names.node(fact.object)


def _cell(names: Names, fact: Fact, count: int) -> Statements:
    one, other = (key.removeprefix("state/") for key in (fact.subject, fact.object))
    node = names.node("/".join([CUBE, one, other, fact.kind.lower(), fact.status, fact.year]))
    known = fact.year != UNKNOWN_YEAR
    yield node, A, term("qb:Observation")
    yield node, A, term("leg:DyadYear")
    yield node, term("qb:dataSet"), names.node(CUBE)
    yield node, term("leg:state"), names.node(fact.subject)
    yield node, term("leg:otherState"), names.node(fact.object)
    yield node, term("leg:year"), Literal(fact.year, datatype=term("xsd:gYear") if known else EDTF)
    yield node, term("leg:kind"), term(f"leg:{fact.kind}")
    yield node, term("leg:status"), status_node(fact.status)
    yield node, term("leg:eventCount"), counted(count)


def _cube(names: Names) -> Statements:
    node = names.node(CUBE)
    yield node, A, term("qb:DataSet")
    yield node, LABEL, Literal("Events between states by year, kind and status", language="en")
    yield node, term("qb:structure"), term("leg:DyadYearStructure")


def _state_of(actor: Actor) -> str | None:
    """Return the key of the state that an actor is or acts for."""
    if actor.kind == "state":
        return actor.key
    if actor.country is None or (actor.kind == "organization" and actor.subkind not in _OF_THE_STATE):
        return None
    return _state(actor.country)


def _state(country: str) -> str | None:
    """Return the key of the state of an alpha-2 code, or None where no state or more than one has had it (``CS``)."""
    found = _by_country().get(country, ())
    return found[0] if len(found) == 1 else None


@cache
def _states() -> Mapping[str, State]:
    return {state.path: state for state in Authority.load().states}


@cache
def _by_country() -> Mapping[str, Sequence[str]]:
    keys: dict[str, list[str]] = defaultdict(list)
    for key, state in _states().items():
        keys[state.alpha2].append(key)
    return keys


def _year(edtf: str | None) -> str:
    """Return the year in which a date begins, if it is sure: an interval counts where it begins, a winter nowhere."""
    first = bounds(edtf.partition("/")[0]) if edtf else None
    return f"{first[0].year:04}" if first and first[0].year == first[1].year else UNKNOWN_YEAR

"""What articles and events contribute to things that they share, and what is made of it.

An actor, a place, an office, a term in office, an official record and a derived fact are units: each is a pure
function of the parts that are contributed to it. A release grows by making the units anew that got or lost a part.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import astuple, replace

from pydantic import TypeAdapter
from pyoxigraph import Quad

from kg.accepted import linked
from kg.corroborate import Checked
from kg.derived import Fact, fact_quads, facts, state_actor
from kg.iri import Names
from kg.rdf import holding_quads, office_quads, offices_of, official_quads, thing_quads, town
from kg.records import Account, Actor, Event, OfficeHolding, OfficialRecord, Place
from kg.sssom import Mapping as Row
from kg.state import ACTOR, PLACE, Part, State, as_text
from kg.things import one_actor, one_place

_HOLDING = TypeAdapter(OfficeHolding)
_RECORD = TypeAdapter(tuple[OfficialRecord, str | None])
_ROWS = TypeAdapter(tuple[Row, ...])

THINGS = frozenset({"actor", "place", "state", "rows"})
"""Kinds of parts that make an actor or a place, or change its links."""


def of_account(names: Names, account: Account) -> frozenset[Part]:
    """Return what an article contributes to actors, places, offices and the terms in which they are held."""
    start = len(names.base)
    found = {Part(actor.key, "actor", as_text(ACTOR, actor)) for actor in account.actors}
    found |= {Part(place.key, "place", as_text(PLACE, place)) for place in account.places}
    for office, label, owner in offices_of(names, account):
        found.add(Part(office.value[start:], "office", json.dumps([label, owner], ensure_ascii=False)))
    for holding in account.holdings:
        payload = as_text(_HOLDING, replace(holding, span=None))
        found.add(Part(names.holding(holding).value[start:], "holding", payload))
    return frozenset(found)


def of_event(
    event: Event, checked: Checked, actors: Mapping[str, Actor], places: Mapping[str, Place]
) -> frozenset[Part]:
    """Return what an event contributes to the records that confirm it and to what is derived.

    ``actors`` and ``places`` are those that it names, as its own articles have them.
    """
    found = set()
    for one in checked.corroborations:
        payload = _RECORD.dump_json((one.record, town(event, one.record))).decode()
        found.add(Part(one.record.key, "record", payload))
    for fact in facts(event, actors, places):
        if fact.relation == "state":
            found.add(Part(fact.subject, "state", as_text(ACTOR, state_actor(fact.subject))))
        else:
            found.add(Part(f"fact/{json.dumps(astuple(fact), ensure_ascii=False)}", "fact", ""))
    return frozenset(found)


def of_rows(key: str, rows: tuple[Row, ...]) -> Part:
    """Return what a file of accepted links contributes to one actor or place."""
    return Part(key, "rows", _ROWS.dump_json(tuple(replace(row, line=0) for row in rows)).decode())


def applied(state: State) -> int:
    """Return how many rows of accepted links speak of an actor or place that there is."""
    rows = list(state.parts_of_kind("rows"))
    return sum(len(json.loads(part.payload)) for part in rows if thing_of(state.parts(part.unit)))


def thing_of(parts: Mapping[Part, int]) -> Actor | Place | None:
    """Return the actor or place that the parts make, with the links accepted for it, or None if they make none.

    A state that no article names is an actor all the same where something derived points at it.
    """
    told: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        told[part.kind].append(part.payload)
    rows = tuple(row for payload in told["rows"] for row in _ROWS.validate_json(payload))
    if actors := [ACTOR.validate_json(payload) for payload in told["actor"] or told["state"]]:
        return linked(one_actor(actors), rows)
    if places := [PLACE.validate_json(payload) for payload in told["place"]]:
        return linked(one_place(places), rows)
    return None


def unit_quads(names: Names, parts: Mapping[Part, int]) -> Iterator[Quad]:
    """Return the quads of the one unit whose parts these are, with how many contribute each; none of no parts."""
    kinds = {part.kind for part in parts}
    (unit,) = {part.unit for part in parts} or {""}
    if thing := thing_of(parts) if kinds & THINGS else None:
        yield from thing_quads(names, thing)
    elif "office" in kinds:
        told = [json.loads(part.payload) for part in parts]
        owners = {owner for _, owner in told if owner}
        yield from office_quads(names, names.node(unit), {label for label, _ in told}, owners)
    elif "holding" in kinds:
        for part in parts:
            yield from holding_quads(names, _HOLDING.validate_json(part.payload))
    elif "record" in kinds:
        confirming = [_RECORD.validate_json(part.payload) for part in parts]
        places = {place for _, place in confirming if place}
        yield from official_quads(names, confirming[0][0], places)
    elif "fact" in kinds:
        ((_, number),) = parts.items()
        yield from fact_quads(names, Fact(*json.loads(unit.removeprefix("fact/"))), number)


def depends_on_number(part: Part) -> bool:
    """Say whether it shows in the quads how many contribute a part, not only that somebody does."""
    return part.kind == "fact"

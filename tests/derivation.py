"""What follows from all merged events, and what records say of them, at once; a release goes event by event."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pyoxigraph import Quad

from kg.corroborate import Checked, check
from kg.derived import Fact, fact_quads, facts, state_actor
from kg.iri import Names
from kg.merge import Merged
from kg.official import Records
from kg.rdf import confirmation_quad
from kg.records import Corroboration
from kg.state import Part
from kg.units import of_event, unit_quads


def tally(merged: Merged) -> dict[Fact, int]:
    """Return every fact that the events support, with how many events do, sorted."""
    actors = {actor.key: actor for actor in merged.actors}
    places = {place.key: place for place in merged.places}
    return dict(sorted(Counter(fact for event in merged.events for fact in facts(event, actors, places)).items()))


def with_states(merged: Merged, numbers: Iterable[Fact]) -> Merged:
    """Return the same with an actor for each state that facts point at and no article names."""
    here = {actor.key for actor in merged.actors}
    missing = [state_actor(f.subject) for f in numbers if f.relation == "state" and f.subject not in here]
    return replace(merged, actors=tuple(sorted((*merged.actors, *missing), key=lambda actor: actor.key)))


def derived_quads(names: Names, numbers: Mapping[Fact, int]) -> Iterator[Quad]:
    """Return the quads of all facts, each with how many events support it."""
    for fact, number in numbers.items():
        yield from fact_quads(names, fact, number)


def corroborate(merged: Merged, records: Records) -> Checked:
    """Return which events the records confirm, by event and record, and which they contradict, each sorted."""
    places = {place.key: place for place in merged.places}
    found = [check(event, places, records) for event in merged.events]
    return Checked(
        tuple(sorted((c for one in found for c in one.corroborations), key=lambda c: (c.event, c.record.id))),
        tuple(sorted({c for one in found for c in one.contradictions})),
    )


def record_quads(names: Names, merged: Merged, confirmed: Iterable[Corroboration]) -> Iterator[Quad]:
    """Return the quads of the records that confirm something, made as units, and what they confirm."""
    events = {event.key: event for event in merged.events}
    units: dict[str, Counter[Part]] = defaultdict(Counter)
    for one in confirmed:
        yield confirmation_quad(names, one)
        for part in of_event(events[one.event], Checked((one,), ()), {}, {}):
            if part.kind == "record":
                units[part.unit][part] += 1
    for parts in units.values():
        yield from unit_quads(names, parts)

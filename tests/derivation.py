"""All that follows from merged events at once, for tests and benchmarks; a release counts event by event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pyoxigraph import Quad

from kg.derived import Fact, fact_quads, facts, state_actor
from kg.iri import Names
from kg.merge import Merged


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

"""What official records say of annotated events: which they confirm, and which they date otherwise.

    python -m tests.bench.corroborated tests/corpus/open
    python -m tests.bench.corroborated tests/corpus/open --list

Annotated actors become people of the authority by name, country and nothing else, annotated places by their country:
what is measured is the comparison with the records, not the reading. The corpora are invented, so contradictions are
expected; the list is for reading both kinds with one's own eyes.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from kg.authority import Authority
from kg.corroborate import Checked
from kg.evaluate import load_gold
from kg.evaluate.gold import Gold, GoldEvent
from kg.merge import Merged
from kg.official import Records, records_of
from kg.records import Event, Meeting, Place, Visit
from tests.derivation import corroborate


def check(folder: Path, authority: Authority, records: Records) -> tuple[Checked, dict[str, Event], Counter[str]]:
    """Return what the records say of a folder's visits and meetings, these events by key, and counts of them."""
    events: dict[str, Event] = {}
    places: dict[str, Place] = {}
    for gold in load_gold(folder).values():
        people = {actor.name: _key(authority, actor.name, actor.of) for actor in gold.actors if actor.kind == "person"}
        for number, told in enumerate(gold.events):
            if told.kind == "statement":
                continue
            place = _place(authority, told)
            places.update({place.key: place} if place else {})
            event = _event(gold, number, told, people, place)
            events[event.key] = event
    merged = Merged((), tuple(places.values()), tuple(events.values()))
    dated = [event for event in events.values() if event.edtf]
    counts = Counter(
        events=len(events),
        dated=len(dated),
        with_a_recorded_traveller=sum(bool(set(_actors(event)) & set(records)) for event in dated),
    )
    return corroborate(merged, records), events, counts


def _key(authority: Authority, name: str, of: str | None) -> str:
    """Return the key of the one person of this full name, of this country where the annotation gives one."""
    state = authority.state(of) if of else None
    found = [c.person for c in authority.people(name) if c.score >= 0.8]
    home = [person for person in found if state and person.country == state.alpha2]
    fitting = home or found
    return fitting[0].path if len(fitting) == 1 else f"unknown/{name}"


def _place(authority: Authority, told: GoldEvent) -> Place | None:
    if told.country is None:
        return None
    city = authority.city(told.place, country=told.country) if told.place else None
    key = city.path if city else f"place/{told.country.lower()}"
    return Place(key, told.place or told.country, told.country)


def _event(gold: Gold, number: int, told: GoldEvent, people: dict[str, str], place: Place | None) -> Event:
    actors = tuple(people.get(name, f"other/{name}") for name in told.actors)
    occasion: Visit | Meeting = (
        Visit(actors, place.key if place else "place/unknown")
        if told.kind == "visit"
        else Meeting(actors, place.key if place else None, told.mode or "unknown")  # type: ignore[arg-type]
    )
    label = f"{', '.join(told.actors)}: {told.kind} {told.place or told.country} {told.status} {told.edtf}"
    return Event(f"{gold.id}/{number}", occasion, told.status, told.edtf, label, ((gold.id, number),))  # type: ignore[arg-type]


def _actors(event: Event) -> tuple[str, ...]:
    match event.event:
        case Visit(visitors=actors) | Meeting(participants=actors):
            return actors
        case _:
            return ()


def main() -> int:
    """Print the counts of the folder named on the command line, and on request each confirmation."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", action="store_true", help="print each confirmation and contradiction")
    options = parser.parse_args()
    if options.list and "blind" in options.folder.resolve().parts:
        parser.error("the blind articles stay unread: leave out --list")
    authority = Authority.load()
    records = records_of({person.path for person in authority.people_known})
    checked, events, counts = check(options.folder, authority, records)
    for name, number in counts.items():
        print(f"{name.replace('_', ' ')}: {number}")
    print(f"confirmed: {len({one.event for one in checked.corroborations})}")
    print(f"contradicted in the date: {len({one.subject for one in checked.contradictions})}")
    if options.list:
        for one in checked.corroborations:
            print(f"+ {one.event} {events[one.event].label}\n    {one.record.label}: {one.record.text}")
        for other in checked.contradictions:
            print(f"- {other.subject} {other.says}\n    {other.source_says}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

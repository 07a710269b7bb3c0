"""Which events an official record confirms, and which have another date there.

A record speaks of one traveller in one country on some days. It confirms a visit of that traveller to that country, or
a meeting there with somebody whom it names, when the dates can be the same. A confirmed plan is one that was carried
out; what was called off and what was merely said is confirmed by no record of travel.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kg.edtf import Days, bounds
from kg.official import Records
from kg.records import Contradiction, Corroboration, Event, Meeting, OfficialRecord, Place, Visit

SLACK = 1
"""Days by which an article may miss a stay without contradicting it.

Night flights and the date line move a date by one: of 220 journeys that a President and the Secretary of State made
together, their own two records begin one day apart in 28, and farther apart in 5.
"""

NEAR = 14
"""Days within which a date outside a stay is a wrong date of that stay rather than an occasion of its own.

A weekday read into the wrong week is off by 7 or 14 days. Farther away, an unrecorded or private journey, or another
person of that name, is as likely as a mistake.
"""

_DAYS = re.compile(r"\d{4}-\d\d-\d\d(/\d{4}-\d\d-\d\d)?")


@dataclass(frozen=True)
class Checked:
    """What the records say of one event: confirmations, sorted by record, and contradictions, sorted."""

    corroborations: tuple[Corroboration, ...]
    contradictions: tuple[Contradiction, ...]


def check(event: Event, places: Mapping[str, Place], records: Records) -> Checked:
    """Return which records confirm an event, or else contradict it in the date; mostly there are neither.

    ``records`` are by the key of their traveller, and ``places`` has the one that the event names, by key. An event
    without a date that fixes days of the calendar is neither confirmed nor contradicted; one whose date is coarser
    than days is only confirmed by the one stay that falls into it, unless the towns differ. On known days they may:
    records name the main ones, and a town's name is not always that of the place.
    """
    occasion = _occasion(event, places)
    confirmed = () if occasion is None else tuple(_confirming(occasion, records))
    contradictions = () if occasion is None or confirmed else _contradicting(occasion, records)
    return Checked(tuple(sorted(confirmed, key=lambda one: one.record.id)), tuple(sorted(set(contradictions))))


@dataclass(frozen=True)
class _Occasion:
    """An event in the terms of the records; ``place`` is None only for a meeting in person, somewhere."""

    event: Event
    travellers: tuple[str, ...]
    place: Place | None
    days: Days

    @property
    def to_the_day(self) -> bool:
        return bool(_DAYS.fullmatch(self.event.edtf or "")) and (self.days[1] - self.days[0]).days <= NEAR

    def is_in(self, record: OfficialRecord) -> bool:
        return self.place is None or self.place.country in record.countries

    def is_elsewhere(self, record: OfficialRecord) -> bool:
        """Say whether the record names other towns of the country than the event's."""
        place = self.place
        if place is None or not place.country or place.is_country:
            return False
        return bool(record.places) and place.key not in record.places


def _occasion(event: Event, places: Mapping[str, Place]) -> _Occasion | None:
    """Return an event as an occasion, or None where records of travel have no say."""
    days = bounds(event.edtf) if event.edtf else None
    if days is None or event.status == "cancelled":
        return None
    match event.event:
        case Visit(visitors=travellers, destination=key):
            somewhere = False
        case Meeting(participants=travellers, place=key, mode="in-person" | "unknown" as mode):
            somewhere = key is None and mode == "in-person"
        case _:
            return None
    place = places.get(key) if key else None
    return _Occasion(event, travellers, place, days) if somewhere or (place and place.country) else None


def _confirming(occasion: _Occasion, records: Records) -> Iterator[Corroboration]:
    covering = [
        record
        for traveller in occasion.travellers
        for record in records.get(traveller, ())
        if occasion.is_in(record) and _apart(occasion.days, record) == 0
    ]
    if isinstance(occasion.event.event, Meeting):
        covering = [record for record in covering if _tells_of(record, covering, occasion.travellers)]
    if not occasion.to_the_day:
        covering = [record for record in covering if not occasion.is_elsewhere(record)]
        if len({(record.start, record.end) for record in covering}) > 1:
            return
    for record in covering:
        yield Corroboration(occasion.event.key, record)


def _tells_of(record: OfficialRecord, covering: Iterable[OfficialRecord], participants: Sequence[str]) -> bool:
    """Say whether a record names somebody whom its traveller met there, and every other is named or there as well.

    That two people were in one town on one day does not make a meeting.
    """
    others = {key for key in participants if key.startswith("person/") and key != record.traveller}
    there = {other.traveller for other in covering if set(other.countries) & set(record.countries)}
    return bool(others & set(record.met)) and others <= there | set(record.met)


def _contradicting(occasion: _Occasion, records: Records) -> Iterator[Contradiction]:
    """Yield the one stay of each traveller nearby that the event misses by more than a day.

    Only for what has taken place on known days. A record of the same traveller elsewhere on these days is no
    contradiction: a day can see two countries. Where not all journeys are on record, the town must be the recorded one.
    """
    event = occasion.event
    if event.status != "occurred" or not occasion.to_the_day or occasion.place is None:
        return
    if isinstance(event.event, Meeting) and event.event.mode != "in-person":
        return
    for traveller in occasion.travellers:
        stays = [record for record in records.get(traveller, ()) if occasion.is_in(record)]
        near = [record for record in stays if _apart(occasion.days, record) <= NEAR]
        if len({(record.start, record.end) for record in near}) != 1 or _apart(occasion.days, near[0]) <= SLACK:
            continue
        record = near[0]
        if record.complete or occasion.place.key in record.places:
            yield Contradiction(
                kind="date",
                subject=event.key,
                says=event.label,
                source=record.id,
                source_says=record.label,
                articles=tuple(sorted({article for article, _ in event.reports})),
            )


def _apart(days: Days, record: OfficialRecord) -> int:
    """Return how many days lie between some days and a stay: 0 if they share one, 1 if they follow each other."""
    start, end = date.fromisoformat(record.start), date.fromisoformat(record.end)
    return max(0, (days[0] - end).days, (start - days[1]).days)

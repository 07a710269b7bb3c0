"""The rows of visits, meetings and statements: one for each event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kg.dumps.answers import Answers
from kg.dumps.columns import Cell, Row
from kg.dumps.told import Sources
from kg.dumps.who import LEG, Spot, Who, day


@dataclass(frozen=True)
class Happened:
    """What a release says of all its events; the rows are made one at a time, in order of the events' IRIs."""

    answers: Answers
    who: Who
    sources: Sources
    labels: Mapping[str, str]
    statuses: Mapping[str, str]
    dates: Mapping[str, str]
    earliest: Mapping[str, str]
    latest: Mapping[str, str]
    inferred: Mapping[str, str]
    disputed: Mapping[str, tuple[str, ...]]
    records: Mapping[str, tuple[str, ...]]

    def visits(self) -> Iterator[Row]:
        """Yield a row for each visit."""
        visitors, hosts = self._many("leg:visitor"), self._many("leg:host")
        destinations, purposes = self._one("leg:destination"), self._one("leg:purpose")
        for event in self._events("leg:Visit"):
            yield {
                **self._event(event),
                **self._people("visitor", visitors[event], event),
                **self._people("host", hosts.get(event, ()), event),
                **_spot("destination", self.who.places[destinations[event]]),
                "purpose": purposes.get(event),
            }

    def meetings(self) -> Iterator[Row]:
        """Yield a row for each meeting."""
        participants, during = self._many("leg:participant"), self._many("leg:during")
        places, modes, topics = self._one("leg:place"), self._one("leg:mode"), self._one("leg:topic")
        for event in self._events("leg:Meeting"):
            yield {
                **self._event(event),
                **self._people("participant", participants[event], event),
                "mode": modes[event].removeprefix(LEG),
                **(_spot("place", self.who.places[places[event]]) if event in places else {}),
                "topic": topics.get(event),
                "during_ids": during.get(event, ()),
            }

    def statements(self) -> Iterator[Row]:
        """Yield a row for each statement, with the codes that the ontology gives its act."""
        speakers, acts = self._one("leg:speaker"), self._one("leg:act")
        contents, direct = self._one("leg:content"), self._one("leg:direct")
        about, addressees = self._many("leg:about"), self._many("leg:addressee")
        cameo = self.answers.many("leg:cameoCode", "ontology")
        plover = self.answers.one("leg:ploverType", "ontology")
        for event in self._events("leg:Statement"):
            speaker = self.who.actors[speakers[event]]
            topics = about.get(event, ())
            yield {
                **self._event(event),
                "speaker_id": speaker.id,
                "speaker_name": speaker.name,
                "speaker_iso3": speaker.codes.iso3,
                "speaker_cow": speaker.codes.cow,
                "speaker_office": self._office(speaker.id, event),
                "act": acts[event].removeprefix(LEG),
                "cameo": cameo.get(acts[event], ()),
                "plover": plover.get(acts[event]),
                "content": contents[event],
                "direct": direct[event] == "true",
                "about_ids": topics,
                "about_names": tuple(self._called(topic) for topic in topics),
                **self._people("addressee", addressees.get(event, ()), event),
            }

    def days(self, event: str) -> tuple[date | None, date | None]:
        """Return the first and the last day that an event can have been on."""
        return day(self.earliest.get(event)), day(self.latest.get(event))

    def _events(self, kind: str) -> Sequence[str]:
        return sorted(
            row[0] for row in self.answers.rows(f"SELECT ?e WHERE {{ GRAPH <graph/events> {{ ?e a {kind} }} }}")
        )

    def _one(self, property: str) -> dict[str, str]:
        return self.answers.one(property, "events")

    def _many(self, property: str) -> dict[str, tuple[str, ...]]:
        return self.answers.many(property, "events")

    def _event(self, event: str) -> dict[str, Cell]:
        first, last = self.days(event)
        return {
            "id": event,
            "label": self.labels[event],
            "status": self.statuses[event].removeprefix(LEG),
            "edtf": self.dates.get(event),
            "earliest": first,
            "latest": last,
            "date_inferred": event in self.inferred,
            "disputed": tuple(property.removeprefix(LEG) for property in self.disputed.get(event, ())),
            "record_ids": self.records.get(event, ()),
            **self.sources.cells(event),
        }

    def _people(self, role: str, ids: Sequence[str], event: str) -> dict[str, Cell]:
        actors = [self.who.actors[one] for one in ids]
        return {
            f"{role}_ids": tuple(ids),
            f"{role}_names": tuple(one.name for one in actors),
            f"{role}_iso3": tuple(one.codes.iso3 for one in actors),
            f"{role}_cow": tuple(one.codes.cow for one in actors),
            f"{role}_offices": tuple(self._office(one, event) for one in ids),
        }

    def _office(self, actor: str, event: str) -> str | None:
        return "; ".join(self.who.held(actor, *self.days(event))) or None

    def _called(self, topic: str) -> str:
        actor = self.who.actors.get(topic)
        return actor.name if actor else self.labels[topic]


def happened(answers: Answers, who: Who, sources: Sources) -> Happened:
    """Return what a release says of its events, read once for all tables."""
    one, many = answers.one, answers.many
    return Happened(
        answers=answers,
        who=who,
        sources=sources,
        labels=one("rdfs:label", "events"),
        statuses=one("leg:status", "events"),
        dates=one("leg:edtf", "events"),
        earliest=one("leg:earliest", "events"),
        latest=one("leg:latest", "events"),
        inferred=one("leg:dateSource", "events"),
        disputed=many("leg:disputed", "events"),
        records=many("leg:corroboratedBy", "records"),
    )


def _spot(role: str, place: Spot) -> dict[str, Cell]:
    return {
        f"{role}_id": place.id,
        f"{role}_name": place.name,
        f"{role}_country": place.country,
        f"{role}_iso3": place.codes.iso3,
        f"{role}_cow": place.codes.cow,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "geonames": place.geonames,
    }

"""Events as dyads in the layout of POLECAT, whose codes are PLOVER's.

The columns are those of POLECAT's published files ("ngecEvents", Harvard Dataverse, doi:10.7910/DVN/AJGVIT) in their
order; modes, quad categories and sectors follow the PLOVER manual of the Open Event Data Alliance. A column for which
the graph has nothing stays empty. What PLOVER does not code is left out: plain comment (its CAMEO roots 01 and 02), and
what was called off, as it leaves out negated events.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import permutations

from kg.authority import Authority
from kg.dumps.columns import Cell, Row
from kg.dumps.happened import Happened
from kg.dumps.who import Person
from kg.edtf import bounds
from kg.iri import PREFIXES

QUADS = {
    **dict.fromkeys(("AGREE", "CONSULT", "SUPPORT", "CONCEDE"), "VERBAL COOPERATION"),
    **dict.fromkeys(("COOPERATE", "AID", "RETREAT"), "MATERIAL COOPERATION"),
    **dict.fromkeys(("REQUEST", "ACCUSE", "REJECT", "THREATEN"), "VERBAL CONFLICT"),
    **dict.fromkeys(("PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"), "MATERIAL CONFLICT"),
}
"""The quad category of each event type."""

MODES = {"ByPhone": "phone", "ByVideo": "phone"}
"""The mode of a meeting, where PLOVER has one; ``phone`` stands for any remote medium there."""

BODIES = {
    **dict.fromkeys(("DiplomaticMission", "Government", "GovernmentBody", "Ministry"), "GOV"),
    "Company": "BUS",
    "Court": "JUD",
    "MediaOrganization": "JRN",
    "MilitaryForce": "MIL",
    "NonGovernmentalOrganization": "SOC",
    "Parliament": "LEG",
    "Party": "PTY",
    "University": "EDU",
}
"""The sector of an organization by its class; an armed group may be REB or PRM, and has none."""

OFFICES = {
    **dict.fromkeys(
        (
            "ambassador", "defence-minister", "deputy-foreign-minister", "deputy-head-of-government",
            "deputy-head-of-state", "finance-minister", "foreign-minister", "head-of-government", "head-of-state",
            "interior-minister", "minister", "national-security-adviser", "special-envoy", "trade-minister",
        ),
        "GOV",
    ),
    "intelligence-chief": "SPY",
    "judge": "JUD",
    "legislator": "LEG",
    "military-chief": "MIL",
    "party-leader": "PTY",
    "religious-leader": "REL",
}  # fmt: skip
"""The sector of a person by the kind of the office held on the day."""

ABROAD = {
    "Alliance": "IGO",
    "IntergovernmentalOrganization": "IGO",
    "NonGovernmentalOrganization": "NGO",
}
"""What stands for the country of an organization that has none."""


@dataclass(frozen=True)
class Dyads:
    """Makes the rows of the event table; ``homes`` are the states of the release by alpha-2 code."""

    happened: Happened
    version: str
    homes: Mapping[str, Person]
    types: Mapping[str, str]

    def of(self, row: Row) -> Iterator[Row]:
        """Yield the rows for one row of visits, meetings or statements, by actor and recipient."""
        if "visitor_ids" in row:
            return self._visit(row)
        return self._meeting(row) if "participant_ids" in row else self._statement(row)

    def _visit(self, row: Row) -> Iterator[Row]:
        """Yield the visitors with those who receive them, or else with the state that they come to."""
        home = self.homes.get(str(row["destination_country"]))
        for visitor in _ids(row["visitor_ids"]):
            hosts = [one for one in _ids(row["host_ids"]) if one != visitor]
            abroad = home and home.country != self.happened.who.actors[visitor].country
            recipients = hosts or ([home.id] if home and abroad else [])
            yield from self._with(row, "Visit", "visit", visitor, recipients)

    def _meeting(self, row: Row) -> Iterator[Row]:
        mode = MODES.get(str(row["mode"]))
        pairs = sorted(permutations(_ids(row["participant_ids"]), 2))
        for actor, recipient in pairs:
            yield from self._with(row, "Meeting", mode, actor, [recipient])

    def _statement(self, row: Row) -> Iterator[Row]:
        """Yield the speaker with those addressed or spoken of; an event that is spoken of is no recipient."""
        speaker = str(row["speaker_id"])
        spoken = {*_ids(row["addressee_ids"]), *_ids(row["about_ids"])} & self.happened.who.actors.keys()
        yield from self._with(row, str(row["act"]), None, speaker, sorted(spoken - {speaker}))

    def _with(self, row: Row, kind: str, mode: str | None, actor: str, recipients: list[str]) -> Iterator[Row]:
        code = self.types.get(PREFIXES["leg"] + kind)
        if code is None or row["status"] == "Cancelled":
            return
        event = {**self._event(row), "event_type": code, "event_mode": mode, "quad_code": QUADS.get(code)}
        event |= self._side("actor", actor, row)
        for recipient in recipients:
            yield {**event, **self._side("recipient", recipient, row)}
        if not recipients:
            yield event

    def _event(self, row: Row) -> dict[str, Cell]:
        place = "destination" if "destination_id" in row else "place"
        told = self.happened.sources.told[str(row["id"])]
        articles = [self.happened.sources.articles[one] for one in sorted(told.articles)]
        return {
            "event_id": row["id"],
            "event_date": _begins(row["edtf"]),
            "contexts": ("future",) if row["status"] == "Planned" else (),
            "placename": row.get(f"{place}_name"),
            "country": row.get(f"{place}_iso3"),
            "latitude": row.get("latitude"),
            "longitude": row.get("longitude"),
            "geonames_id": row.get("geonames"),
            "source": tuple(sorted({one.publisher for one in articles if one.publisher})),
            "publication_date": row["first_published"],
            "story_id": tuple(one.name for one in articles),
            "language": tuple(sorted({one.language for one in articles if one.language})),
            "version": self.version,
            "status": row["status"],
            "event_edtf": row["edtf"],
            "event_earliest": row["earliest"],
            "event_latest": row["latest"],
            "confidence": row["confidence"],
        }

    def _side(self, role: str, actor: str, row: Row) -> dict[str, Cell]:
        who = self.happened.who
        one = who.actors[actor]
        titles = who.held(actor, *self.happened.days(str(row["id"])))
        sectors = _sectors(one, titles)
        return {
            f"{role}_id": actor,
            f"{role}_name": one.name,
            f"{role}_country": one.codes.iso3 or (None if one.country else ABROAD.get(one.subkind or "")),
            f"{role}_cow": one.codes.cow,
            f"primary_{role}_sector": sectors[0] if sectors else None,
            f"{role}_sectors": sectors,
            f"{role}_title": "; ".join(titles) or None,
            f"{role}_wikidata": one.wikidata,
        }


def dyads(happened: Happened, version: str) -> Dyads:
    """Return the maker of the event table of a release."""
    states: dict[str, list[Person]] = {}
    for actor in happened.who.actors.values():
        if actor.kind == "State" and actor.country:
            states.setdefault(actor.country, []).append(actor)
    homes = {country: found[0] for country, found in states.items() if len(found) == 1}
    return Dyads(happened, version, homes, happened.answers.one("leg:ploverType", "ontology"))


def _sectors(actor: Person, titles: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sectors of an actor, the primary one first: a government's before others."""
    if actor.kind == "State":
        return ("GOV",)
    if actor.kind == "Organization":
        return (BODIES[actor.subkind],) if actor.subkind in BODIES else ()
    kinds = {Authority.load().office_kind(title, country=actor.country) for title in titles}
    found = {OFFICES[kind] for kind in kinds if kind in OFFICES}
    return tuple(sorted(found, key=lambda sector: (sector != "GOV", sector)))


def _begins(edtf: Cell) -> date | None:
    """Return the day on which a date begins, if it fixes one."""
    covered = bounds(str(edtf).partition("/")[0]) if edtf else None
    return covered[0] if covered and covered[0] == covered[1] else None


def _ids(cell: Cell) -> tuple[str, ...]:
    return tuple(str(one) for one in cell) if isinstance(cell, tuple) else ()

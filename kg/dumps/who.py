"""Who and where, as tables tell of them: actors with their codes, places, and who held which office on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from kg.authority import Authority
from kg.dumps.answers import Answers
from kg.iri import PREFIXES
from kg.records import GEONAMES, WIKIDATA

LEG = PREFIXES["leg"]
KINDS = ("Organization", "Person", "State")


@dataclass(frozen=True, slots=True)
class Codes:
    """What a country is called elsewhere: ISO 3166-1 alpha-3, the Correlates of War project's number and letters."""

    iso3: str | None = None
    cow: int | None = None
    cow_alpha: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """An actor of any kind. ``country`` is alpha-2, ``codes`` are those of that country, or of the state itself."""

    id: str
    name: str
    kind: str
    subkind: str | None
    country: str | None
    codes: Codes
    wikidata: str | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A place; degrees are WGS 84."""

    id: str
    name: str
    country: str | None
    codes: Codes
    latitude: float | None
    longitude: float | None
    geonames: int | None


@dataclass(frozen=True, slots=True)
class Term:
    """An office as one actor held it; between the two days its source allows it to have been held."""

    id: str
    holder: str
    office: str
    earliest: date | None
    latest: date | None


@dataclass(frozen=True)
class Who:
    """All actors, places and terms in office of a release, by IRI; ``offices`` are the offices' names."""

    actors: Mapping[str, Person]
    places: Mapping[str, Spot]
    offices: Mapping[str, str]
    terms: Mapping[str, Sequence[Term]]

    def held(self, actor: str, first: date | None, last: date | None) -> tuple[str, ...]:
        """Return the names of the offices that an actor may have held within these days, in order; none without days.

        As in the query "Which office each participant held on the day": the holding's own bounds must overlap.
        """
        if first is None or last is None:
            return ()
        found = (
            self.offices[term.office]
            for term in self.terms.get(actor, ())
            if term.earliest and term.latest and term.earliest <= last and first <= term.latest
        )
        return tuple(sorted(set(found)))


def who(answers: Answers) -> Who:
    """Return the actors, places and terms in office of a release."""
    types = answers.many("a", "actors")
    names = answers.one("rdfs:label", "actors")
    countries = answers.one("leg:countryCode", "actors")
    matches = answers.many("skos:exactMatch", "links")
    latitudes, longitudes = answers.one("geo:lat", "actors"), answers.one("geo:long", "actors")
    own = _own_codes(answers)
    actors, places = {}, {}
    for node, classes in types.items():
        local = {name.removeprefix(LEG) for name in classes if name.startswith(LEG)}
        country = countries.get(node)
        codes = own.get(node) or _country_codes().get(country or "", Codes())
        if "Actor" in local:
            kind = next((kind for kind in KINDS if kind in local), "")
            narrower = sorted(local - {"Actor", kind})
            wikidata = _after(WIKIDATA, matches.get(node, ()))
            actors[node] = Person(node, names[node], kind, narrower[0] if narrower else None, country, codes, wikidata)
        elif "Place" in local:
            geonames = _after(GEONAMES, matches.get(node, ()))
            places[node] = Spot(
                node,
                names[node],
                country,
                codes,
                float(latitudes[node]) if node in latitudes else None,
                float(longitudes[node]) if node in longitudes else None,
                int(number) if geonames and (number := geonames.strip("/")).isdecimal() else None,
            )
    return Who(actors, places, names, _terms(answers))


def day(value: str | None) -> date | None:
    """Return an xsd:date as a date, or None where there is none."""
    return date.fromisoformat(value) if value else None


def _terms(answers: Answers) -> dict[str, list[Term]]:
    offices = answers.one("leg:office", "actors")
    earliest, latest = answers.one("leg:earliest", "actors"), answers.one("leg:latest", "actors")
    terms = defaultdict(list)
    for node, holder in answers.one("leg:holder", "actors").items():
        begins, ends = day(earliest.get(node)), day(latest.get(node))
        terms[holder].append(Term(node, holder, offices[node], begins, ends))
    return dict(terms)


def _own_codes(answers: Answers) -> dict[str, Codes]:
    """Return the codes that the states of the release carry themselves."""
    found = {
        scheme: dict(
            answers.rows(
                "SELECT ?s ?o WHERE { GRAPH <graph/actors> { ?s skos:notation ?o } "
                f"FILTER(DATATYPE(?o) = leg:{scheme}) }} ORDER BY ?o"
            )
        )
        for scheme in ("IsoAlpha3", "CowNumber", "CowAlpha")
    }
    return {
        state: Codes(
            found["IsoAlpha3"].get(state),
            int(found["CowNumber"][state]) if state in found["CowNumber"] else None,
            found["CowAlpha"].get(state),
        )
        for state in {state for codes in found.values() for state in codes}
    }


@cache
def _country_codes() -> dict[str, Codes]:
    """Return the codes of countries by alpha-2; one that two states have had (``CS``) has none."""
    found: dict[str, Codes | None] = {}
    for state in Authority.load().states:
        codes = dict(state.notations)
        number = codes.get("CowNumber")
        mine = Codes(codes.get("IsoAlpha3"), int(number) if number else None, codes.get("CowAlpha"))
        found[state.alpha2] = None if state.alpha2 in found else mine
    return {alpha2: codes for alpha2, codes in found.items() if codes}


def _after(space: str, targets: Sequence[str]) -> str | None:
    """Return what follows a namespace in the first of the IRIs that begin with it."""
    return next((target.removeprefix(space) for target in targets if target.startswith(space)), None)

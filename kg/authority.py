"""What is known beforehand: states, cities, landmarks, organisations, people and the dated offices they held.

The tables in ``kg/data/authority`` are derived from public sources, each row with its own (see ``sources.csv`` and NOTICE).
Codes of states are ISO 3166-1 alpha-2 in capitals; states that are no more have their withdrawn code (``SU``, ``YU``).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import cast

from kg.gazetteer import Gazetteer
from kg.known import City, Closing, Landmark, Office, Organisation, Person, State
from kg.people import Candidate, People
from kg.spelling import normalise
from kg.surfaces import surfaces
from kg.titles import Titles

__all__ = ["Authority", "Candidate", "City", "Landmark", "Office", "Organisation", "Person", "State", "normalise"]


class Authority:
    """The tables and the ways to look something up in them; lookups ignore case, accents, dots and hyphens.

    Lookups of one thing return one object. A lookup that several things answer returns None, unless usage decides.
    """

    def __init__(self, folder: Traversable) -> None:
        """Read the tables; :meth:`load` is the usual way."""
        self._folder = folder
        self.states = tuple(_state(row) for row in _rows(folder, "countries.csv"))
        self.cities = tuple(_city(row) for row in _rows(folder, "cities.csv"))
        self.landmarks = tuple(_landmark(row) for row in _rows(folder, "places.csv"))
        self.organisations = tuple(_organisation(row) for row in _rows(folder, "organisations.csv"))
        self.people_known = tuple(_person(row) for row in _rows(folder, "people.csv"))
        self._by_code = {state.code: state for state in self.states}
        self._by_key: Mapping[str, City | Landmark] = {place.key: place for place in (*self.cities, *self.landmarks)}
        self._organisation_by_key = {body.key: body for body in self.organisations}
        self._person_by_key = {person.key: person for person in self.people_known}
        self._people = People(self.people_known)

    @classmethod
    def load(cls) -> Authority:
        """Return the authority that comes with the package."""
        return cls(files("kg") / "data" / "authority")

    # States and peoples

    def state(self, name: str) -> State | None:
        """Return the state of a name, official name or alias: "Ivory Coast", "the UK", "Türkiye"; "Congo" is the larger one."""
        return self._states.get(_plain(name))

    def state_by_code(self, code: str) -> State | None:
        """Return the state of an alpha-2 code, or of a withdrawn one."""
        return self._by_code.get(code.upper())

    def demonym(self, word: str) -> State | None:
        """Return the state of an adjective or a people, also in the plural: "Turkish", "Dutch", "Poles", "Frenchmen"."""
        return self._demonyms.get(normalise(word))

    def capital_of(self, code: str) -> City | None:
        """Return a state's capital."""
        state = self.state_by_code(code)
        city = self._by_key.get(self._capitals.get(state.code, "")) if state else None
        return city if isinstance(city, City) else None

    def capital(self, name: str) -> State | None:
        """Return the state that a city's name may stand for: its capital, a seat of government, a former capital.

        "Islamabad" → Pakistan, "The Hague" → Netherlands, "Bonn" → Germany. "Brussels" is Belgium, though news also means
        the European Union by it.
        """
        city = self.city(name)
        return self._by_code.get(city.country) if city and city.capital else None

    # Places

    def city(self, name: str, *, country: str | None = None) -> City | None:
        """Return the city of a name or former name; of namesakes the one that news means, else the largest.

        ``country`` (alpha-2) restricts the search: "Tripoli" is in Libya, in LB it is the Lebanese one.
        """
        found = self._cities.get(_plain(name), ())
        return next((city for city in found if country is None or city.country == country), None)

    def landmark(self, name: str) -> Landmark | None:
        """Return the residence, building, region or small town of a name: "the Kremlin", "Camp David", "Davos"."""
        return self._landmarks.get(_plain(name))

    def place_by_key(self, key: str) -> City | Landmark | None:
        """Return the city or landmark of a key."""
        return self._by_key.get(key)

    def country_of(self, key: str) -> str | None:
        """Return the alpha-2 code of the country in which a city or landmark lies."""
        place = self._by_key.get(key)
        return (place.country or None) if place else None

    def metonym(self, key: str) -> str | None:
        """Return the code of the state that a place stands for: a capital for its state, Zhongnanhai for China.

        A house that stands for an institution of its own (the Kremlin) stands for no state here; see :meth:`house_of`.
        """
        place = self._by_key.get(key)
        if isinstance(place, City):
            return place.country if place.capital else None
        return place.metonym_of.removeprefix("state/").upper() if place and place.metonym_of.startswith("state/") else None

    def house_of(self, key: str) -> Organisation | None:
        """Return the institution that a landmark stands for: the White House, the Kremlin, for Foggy Bottom the State Department."""
        place = self._by_key.get(key)
        return self._organisation_by_key.get(place.metonym_of.removeprefix("organization/")) if isinstance(place, Landmark) else None

    # Organisations

    def organisation(self, name: str, *, country: str | None = None) -> Organisation | None:
        """Return the organisation of a name, alias or acronym; None when several have it and nothing decides.

        With ``country`` that country's own comes first; without, an intergovernmental one does: "AU" is the African
        Union, "Labour Party" is None.
        """
        found = self._organisations.get(_plain(name), ())
        for choice in (
            [body for body in found if country and body.country == country],
            [body for body in found if normalise(body.name).removeprefix("the ") == _plain(name) and body.source != "factbook"],
            [body for body in found if body.country is None],
            [body for body in found if "legation" in body.source],
            list(found),
        ):
            if choice:
                return choice[0] if len(choice) == 1 else None
        return None

    def organisation_by_key(self, key: str) -> Organisation | None:
        """Return the organisation of a key."""
        return self._organisation_by_key.get(key)

    # People and offices

    def person(self, key: str) -> Person | None:
        """Return the person of a key."""
        return self._person_by_key.get(key)

    def people(self, name: str) -> tuple[Candidate, ...]:
        """Return whom a name may mean, best first; see :class:`kg.people.People`."""
        return self._people.candidates(name)

    def is_full_name(self, name: str) -> bool:
        """Say whether someone known is called by these two words or more."""
        return self._people.is_full_name(name)

    def may_be(self, name: str, person: Person) -> bool:
        """Say whether a name may mean a person, by the full name, a shorter or respelt one, or the surname."""
        return any(candidate.person is person for candidate in self.people(name))

    def gender_of(self, given: str) -> str | None:
        """Return f or m for a given name that is one of them by common usage, else None."""
        return self._given.get(normalise(given))

    def offices(self, key: str) -> tuple[Office, ...]:
        """Return the offices that a person held, by their beginning."""
        return self._offices.get(key, ())

    def holders(self, of: str, kind: str, *, on: date, sure: bool = True) -> tuple[Person, ...]:
        """Return who held a kind of office on a day; ``of`` is a state's code or an organisation's key.

        Only those whom a source shows in office on that day; with ``sure=False``, when there are none, those who may have
        been (an office last shown as open some time before, a date known by its year alone). The sources have gaps: an
        empty answer says nothing.
        """
        dated = [(office.held(on), office) for office in self._holdings.get((of.upper(), kind), ()) + self._holdings.get((of, kind), ())]
        for wanted in ("yes",) if sure else ("yes", "perhaps"):
            keys = dict.fromkeys(office.person for held, office in sorted(dated, key=lambda d: d[1].start, reverse=True) if held == wanted)
            if keys:
                return tuple(self._person_by_key[key] for key in keys)
        return ()

    def office_kind(self, title: str, *, country: str | None = None) -> str | None:
        """Return the kind of office that a title names: "FM" → foreign-minister; see :meth:`kg.titles.Titles.kind`.

        A state or people before the title is looked through and decides usage: "US Secretary of State".
        """
        kind = self._titles.kind(title, country=country)
        first, _, rest = title.partition(" ")
        state = self.state(first) or self.demonym(first) if rest and kind in {None, "minister"} else None
        return (self._titles.kind(rest, country=country or state.code) or kind) if state else kind

    # Text

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """The names to look for in running text."""
        return Gazetteer(surfaces(self, self._folder))

    # Indexes, built when first asked for

    @cached_property
    def _states(self) -> dict[str, State]:
        index = {_plain(state.name): state for state in sorted(self.states, key=lambda s: s.until)}
        for state in sorted(self.states, key=lambda s: s.until):
            for alias in state.aliases:
                index.setdefault(_plain(alias), state)
        return index

    @cached_property
    def _demonyms(self) -> dict[str, State]:
        index: dict[str, State] = {}
        for state in sorted(self.states, key=lambda s: s.until):
            for word in state.demonyms:
                for form in plurals(word):
                    index.setdefault(normalise(form), state)
        return index

    @cached_property
    def _capitals(self) -> dict[str, str]:
        index = {city.country: city.key for city in reversed(self.cities) if city.capital == "capital"}
        for state in self.states:
            if city := next((c for c in self._cities.get(_plain(state.capital), ()) if c.country == state.code or state.until), None):
                index[state.code] = city.key
        return index

    @cached_property
    def _cities(self) -> dict[str, tuple[City, ...]]:
        choices = {(row["name"], row["country"]) for row in _rows(self._folder, "choices.csv")}
        index: dict[str, list[tuple[bool, bool, int, City]]] = defaultdict(list)
        for city in self.cities:
            for place, name in enumerate(dict.fromkeys(_plain(n) for n in (city.name, *city.aliases))):
                index[name].append(((city.name, city.country) not in choices, place > city.spellings, -city.population, city))
        return {name: tuple(entry[3] for entry in sorted(found, key=lambda e: e[:3])) for name, found in index.items()}

    @cached_property
    def _landmarks(self) -> dict[str, Landmark]:
        index = {_plain(place.name): place for place in self.landmarks}
        for place in self.landmarks:
            for alias in place.aliases:
                index.setdefault(_plain(alias), place)
        return index

    @cached_property
    def _organisations(self) -> dict[str, tuple[Organisation, ...]]:
        index: dict[str, dict[str, Organisation]] = defaultdict(dict)
        for body in self.organisations:
            for name in (body.name, *body.acronyms, *body.aliases):
                index[_plain(name)][body.key] = body
        return {name: tuple(bodies.values()) for name, bodies in index.items()}

    @cached_property
    def _given(self) -> dict[str, str]:
        return {normalise(row["name"]): row["gender"] for row in _rows(self._folder, "given_names.csv")}

    @cached_property
    def _titles(self) -> Titles:
        return Titles({(row["title"], row["country"]): row["kind"] for row in _rows(self._folder, "titles.csv")})

    @cached_property
    def _all_offices(self) -> tuple[Office, ...]:
        return tuple(_office(row) for row in _rows(self._folder, "offices.csv"))

    @cached_property
    def _offices(self) -> dict[str, tuple[Office, ...]]:
        index: dict[str, list[Office]] = defaultdict(list)
        for office in self._all_offices:
            index[office.person].append(office)
        return {key: tuple(found) for key, found in index.items()}

    @cached_property
    def _holdings(self) -> dict[tuple[str, str], tuple[Office, ...]]:
        index: dict[tuple[str, str], list[Office]] = defaultdict(list)
        for office in self._all_offices:
            index[office.country or office.organisation or "", office.kind].append(office)
        return {key: tuple(found) for key, found in index.items()}


def plurals(demonym: str) -> tuple[str, ...]:
    """Return a demonym and its plural: "Russian", "Russians"; "Frenchman", "Frenchmen"; "Swiss" and "Dutch" have none."""
    if demonym.endswith("man"):
        return demonym, f"{demonym[:-3]}men" if demonym.lower() not in {"german", "roman", "oman"} else f"{demonym}s"
    return (demonym,) if demonym.endswith(("s", "sh", "ch", "ese")) else (demonym, f"{demonym}s")


def _rows(folder: Traversable, name: str) -> Iterator[dict[str, str]]:
    with (folder / name).open("r", encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        columns = next(reader)
        for row in reader:
            yield dict(zip(columns, row, strict=True))


def _list(field: str) -> tuple[str, ...]:
    return tuple(field.split("|")) if field else ()


def _plain(name: str) -> str:
    return normalise(name).removeprefix("the ")


def _state(row: dict[str, str]) -> State:
    return State(
        code=row["code"], alpha2=row["alpha2"], alpha3=row["alpha3"], name=row["name"], official=row["official"], aliases=_list(row["aliases"]), demonyms=_list(row["demonyms"]),
        capital=row["capital"], qid=row["qid"] or None, geonames=row["geonames"] or None, cow=row["cow"], cameo=row["cameo"], latitude=float(row["latitude"]) if row["latitude"] else None,
        longitude=float(row["longitude"]) if row["longitude"] else None, until=row["until"], source=row["source"],
    )  # fmt: skip


def _city(row: dict[str, str]) -> City:
    return City(
        key=row["key"], name=row["name"], country=row["country"], latitude=float(row["latitude"]), longitude=float(row["longitude"]), population=int(row["population"] or 0), capital=row["capital"],
        ambiguous=bool(row["ambiguous"]), aliases=_list(row["aliases"]), spellings=int(row["own"] or 0), geonames=row["geonames"], source=row["source"],
    )  # fmt: skip


def _landmark(row: dict[str, str]) -> Landmark:
    return Landmark(key=row["key"], name=row["name"], kind=row["kind"], city=row["city"], country=row["country"], metonym_of=row["metonym_of"], ambiguous=bool(row["ambiguous"]), aliases=_list(row["aliases"]), source=row["source"])


def _organisation(row: dict[str, str]) -> Organisation:
    return Organisation(
        key=row["key"], name=row["name"], acronyms=_list(row["acronyms"]), aliases=_list(row["aliases"]), kind=row["kind"], country=row["country"] or None, qid=row["qid"] or None,
        scanned=row["scan"] != "no", source=row["source"],
    )  # fmt: skip


def _person(row: dict[str, str]) -> Person:
    return Person(
        key=row["key"], name=row["name"], aliases=_list(row["aliases"]), qid=row["qid"] or None, country=row["country"] or None, birth=row["birth"] or None, gender=row["gender"] or None, source=row["source"],
    )  # fmt: skip


def _office(row: dict[str, str]) -> Office:
    return Office(
        person=row["person"], title=row["title"], kind=row["kind"], country=row["country"] or None, organisation=row["organisation"] or None, start=row["start"], end=row["end"],
        closing=cast(Closing, row["closing"]), as_of=row["as_of"], source=row["source"],
    )  # fmt: skip

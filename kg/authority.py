"""What is known beforehand: states, cities, landmarks, organisations, people and the dated offices they held.

The tables in ``kg/data/authority`` are derived from public sources, each row with its own (see ``sources.csv`` and
NOTICE). Codes of states are ISO 3166-1 alpha-2 in capitals; states that are no more have their withdrawn code
(``SU``, ``YU``).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable

from kg.gazetteer import Gazetteer
from kg.known import (
    City,
    Landmark,
    Office,
    Organisation,
    Person,
    State,
    read_city,
    read_landmark,
    read_office,
    read_organisation,
    read_person,
    read_state,
)
from kg.people import INDEXES, Candidate, People
from kg.spelling import normalise, plurals
from kg.tables import Lines, Table, rows
from kg.titles import Titles

__all__ = ["Authority", "Candidate", "City", "Landmark", "Office", "Organisation", "Person", "State", "normalise"]


class Authority:
    """The tables and the ways to look something up in them; lookups ignore case, accents, dots and hyphens.

    Lookups of one thing return one object. A lookup that several things answer returns None, unless usage decides.
    """

    def __init__(self, folder: Traversable) -> None:
        """Open the tables; :meth:`load` is the usual way."""
        self._folder = folder
        self._cities = Table(folder, "cities.csv", read_city)
        self._bodies = Table(folder, "organisations.csv", read_organisation)
        self._persons = Table(folder, "people.csv", read_person)
        self.states = tuple(read_state(row) for row in rows(folder, "countries.csv"))
        self.landmarks = tuple(read_landmark(row) for row in rows(folder, "places.csv"))
        self._by_code = {state.code: state for state in self.states}
        self._landmark_by_key = {place.key: place for place in self.landmarks}

    @classmethod
    @cache
    def load(cls) -> Authority:
        """Return the authority that comes with the package, opened once a process."""
        return cls(files("kg") / "data" / "authority")

    # The tables

    @property
    def cities(self) -> tuple[City, ...]:
        """All cities, by their keys; reading them all takes a tenth of a second, as with the two below."""
        return self._cities.records()

    @property
    def organisations(self) -> tuple[Organisation, ...]:
        """All organisations, by their keys."""
        return self._bodies.records()

    @property
    def people_known(self) -> tuple[Person, ...]:
        """All people, by their keys."""
        return self._persons.records()

    # States and peoples

    def state(self, name: str) -> State | None:
        """Return the state of a name or alias: "Ivory Coast", "the UK", "Türkiye"; "Congo" is the larger one."""
        return self._states.get(plain(name))

    def state_by_code(self, code: str) -> State | None:
        """Return the state of an alpha-2 code, or of a withdrawn one."""
        return self._by_code.get(code.upper())

    def demonym(self, word: str) -> State | None:
        """Return the state of an adjective or a people, also in the plural: "Turkish", "Dutch", "Frenchmen"."""
        return self._demonyms.get(normalise(word))

    def capital_of(self, code: str) -> City | None:
        """Return a state's capital."""
        state = self.state_by_code(code)
        key = next(iter(self._capitals.listed(state.code)), "") if state else ""
        return self._cities.get(key)

    def capital(self, name: str) -> State | None:
        """Return the state that a city's name may stand for: its capital, a seat of government, a former capital.

        "Islamabad" → Pakistan, "The Hague" → Netherlands, "Bonn" → Germany. "Brussels" is Belgium, though news
        also means the European Union by it.
        """
        city = self.city(name)
        return self._by_code.get(city.country) if city and city.capital else None

    # Places

    def city(self, name: str, *, country: str | None = None) -> City | None:
        """Return the city of a name or former name; of namesakes the one that news means, else the largest.

        ``country`` (alpha-2) restricts the search: "Tripoli" is in Libya, in LB it is the Lebanese one.
        """
        found = (self._cities.get(key) for key in self._city_names.listed(plain(name)))
        return next((city for city in found if city and country in {None, city.country}), None)

    def landmark(self, name: str) -> Landmark | None:
        """Return the residence, building, region or small town of a name: "the Kremlin", "Camp David", "Davos"."""
        return self._landmarks.get(plain(name))

    def place_by_key(self, key: str) -> City | Landmark | None:
        """Return the city or landmark of a key."""
        return self._landmark_by_key.get(key) or self._cities.get(key)

    def country_of(self, key: str) -> str | None:
        """Return the alpha-2 code of the country in which a city or landmark lies."""
        place = self.place_by_key(key)
        return (place.country or None) if place else None

    def metonym(self, key: str) -> str | None:
        """Return the code of the state that a place stands for: a capital for its state, Zhongnanhai for China.

        A house that stands for an institution of its own (the Kremlin) stands for no state here; see :meth:`house_of`.
        """
        place = self.place_by_key(key)
        if isinstance(place, City):
            return place.country if place.capital else None
        return (
            place.metonym_of.removeprefix("state/").upper() if place and place.metonym_of.startswith("state/") else None
        )

    def house_of(self, key: str) -> Organisation | None:
        """Return the institution that a landmark stands for: for Foggy Bottom the State Department."""
        place = self._landmark_by_key.get(key)
        return self._bodies.get(place.metonym_of.removeprefix("organization/")) if place else None

    # Organisations

    def organisation(self, name: str, *, country: str | None = None) -> Organisation | None:
        """Return the organisation of a name, alias or acronym; None when several have it and nothing decides.

        With ``country`` that country's own comes first; without, an intergovernmental one does: "AU" is the African
        Union, "Labour Party" is None.
        """
        found = [body for key in self._body_names.listed(plain(name)) if (body := self._bodies.get(key))]
        for choice in (
            [body for body in found if country and body.country == country],
            [
                body
                for body in found
                if normalise(body.name).removeprefix("the ") == plain(name) and body.source != "factbook"
            ],
            [body for body in found if body.country is None],
            [body for body in found if "legation" in body.source],
            found,
        ):
            if choice:
                return choice[0] if len(choice) == 1 else None
        return None

    def organisation_by_key(self, key: str) -> Organisation | None:
        """Return the organisation of a key."""
        return self._bodies.get(key)

    # People and offices

    def person(self, key: str) -> Person | None:
        """Return the person of a key."""
        return self._persons.get(key)

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
        return self._offices.all(key)

    def holders(self, of: str, kind: str, *, on: date, sure: bool = True) -> tuple[Person, ...]:
        """Return who held a kind of office on a day; ``of`` is a state's code or an organisation's key.

        Only those whom a source shows in office on that day; with ``sure=False``, when there are none, those who may
        have been (an office last shown as open some time before, a date known by its year alone). The sources have
        gaps: an empty answer says nothing.
        """
        dated = [
            (office.held(on), office)
            for holder in (of.upper(), of)
            for person in self._holdings.get((holder, kind), ())
            for office in self._offices.all(person)
            if office.kind == kind and (office.country or office.organisation or "") == holder
        ]
        for wanted in ("yes",) if sure else ("yes", "perhaps"):
            keys = dict.fromkeys(
                office.person
                for held, office in sorted(dated, key=lambda d: d[1].start, reverse=True)
                if held == wanted
            )
            if keys:
                return tuple(person for key in keys if (person := self._persons.get(key)))
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
        return Gazetteer(Lines.read(self._folder, "gazetteer.tsv").lines)

    # Indexes, built when first asked for

    @cached_property
    def _states(self) -> dict[str, State]:
        index = {plain(state.name): state for state in sorted(self.states, key=lambda s: s.until)}
        for state in sorted(self.states, key=lambda s: s.until):
            for alias in state.aliases:
                index.setdefault(plain(alias), state)
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
    def _capitals(self) -> Lines:
        return Lines.read(self._folder, "capitals.tsv")

    @cached_property
    def _city_names(self) -> Lines:
        return Lines.read(self._folder, "city_names.tsv")

    @cached_property
    def _body_names(self) -> Lines:
        return Lines.read(self._folder, "organisation_names.tsv")

    @cached_property
    def _people(self) -> People:
        indexes = {name: Lines.read(self._folder, f"people_{name}.tsv") for name in INDEXES}
        return People(self._persons.get, indexes)

    @cached_property
    def _landmarks(self) -> dict[str, Landmark]:
        index = {plain(place.name): place for place in self.landmarks}
        for place in self.landmarks:
            for alias in place.aliases:
                index.setdefault(plain(alias), place)
        return index

    @cached_property
    def _given(self) -> dict[str, str]:
        return {normalise(row["name"]): row["gender"] for row in rows(self._folder, "given_names.csv")}

    @cached_property
    def _titles(self) -> Titles:
        return Titles({(row["title"], row["country"]): row["kind"] for row in rows(self._folder, "titles.csv")})

    @cached_property
    def _offices(self) -> Table[Office]:
        return Table(self._folder, "offices.csv", read_office)

    @cached_property
    def _holdings(self) -> dict[tuple[str, str], dict[str, None]]:
        """The people who held a kind of office of a state or organisation, each once, in the table's order."""
        index: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for person, country, organisation, kind in self._offices.places("country", "organisation", "kind"):
            index[country or organisation, kind][person] = None
        return dict(index)


def plain(name: str) -> str:
    """Return a name as the indexes have it: normalised, without its article."""
    return normalise(name).removeprefix("the ")

"""The records of the authority: what it holds of a state, a city, a landmark, an organisation, a person, an office."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

Certainty = Literal["yes", "perhaps", "no"]
Closing = Literal["stated", "by", "last-seen", "open", "unrecorded", "within", "attested"]

_OPEN_YEARS = 4
"""For how long an office that a source last showed as held may still be held by the same person."""


@dataclass(frozen=True, slots=True)
class State:
    """A state or territory with a code of its own; ``until`` is the year in which a former one ended.

    ``code`` is unique, ``alpha2`` the country code to publish: both Czechoslovakia (``CSHH``) and Serbia and Montenegro
    (``CS``) had ``CS``. ``capital`` is a city's key. ``cow`` and ``cow_alpha`` are the Correlates of War
    project's number and letters, ``cameo`` the CAMEO code, ``fips`` the GEC code (formerly FIPS 10-4); each is empty
    where no source gives it.
    """

    code: str
    alpha2: str
    alpha3: str
    name: str
    official: str
    aliases: tuple[str, ...]
    demonyms: tuple[str, ...]
    capital: str
    qid: str | None
    geonames: str | None
    cow: str
    cow_alpha: str
    cameo: str
    fips: str
    latitude: float | None
    longitude: float | None
    until: str
    source: str

    @property
    def path(self) -> str:
        """The path of its IRI as an actor, ``state/us``; as a place it is ``place/us``."""
        return f"state/{self.code.lower()}"

    @property
    def notations(self) -> tuple[tuple[str, str], ...]:
        """Its codes as (scheme, code), the scheme as the ontology calls it; what it has no code in is left out."""
        number = self.cow.lstrip("0") if self.cow.isdecimal() else ""  # a source has 056 for 56, and dashes for none
        codes = (
            ("CameoCountry", self.cameo),
            ("CowAlpha", self.cow_alpha),
            ("CowNumber", number),
            ("FipsGec", self.fips),
            ("IsoAlpha3", self.alpha3),
        )
        return tuple((scheme, code) for scheme, code in codes if code)


@dataclass(frozen=True, slots=True)
class City:
    """A city of 100,000 or more, or a capital; ``country`` is alpha-2, coordinates are WGS 84 degrees.

    ``capital`` is ``capital``, ``seat`` (of government, without being the capital), ``former`` or empty.
    """

    key: str
    name: str
    country: str
    latitude: float
    longitude: float
    population: int
    capital: str
    ambiguous: bool
    aliases: tuple[str, ...]
    spellings: int
    geonames: str
    source: str

    @property
    def path(self) -> str:
        """The path of its IRI: ``place/moscow-ru``."""
        return f"place/{self.key}"


@dataclass(frozen=True, slots=True)
class Landmark:
    """A residence, building, district, region or town that news names; ``city`` is a city's key or empty.

    ``metonym_of`` is the path of the actor that the name stands for: ``organization/kremlin``, ``state/cn`` or empty.
    """

    key: str
    name: str
    kind: str
    city: str
    country: str
    metonym_of: str
    ambiguous: bool
    aliases: tuple[str, ...]
    source: str

    @property
    def path(self) -> str:
        """The path of its IRI: ``place/camp-david-us``."""
        return f"place/{self.key}"


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation; ``kind`` is igo, alliance, party, ministry, legislature, armed-group, media and so on.

    ``country`` is alpha-2 or None; ``scanned`` says whether its names are looked for in text.
    """

    key: str
    name: str
    acronyms: tuple[str, ...]
    aliases: tuple[str, ...]
    kind: str
    country: str | None
    qid: str | None
    scanned: bool
    source: str

    @property
    def path(self) -> str:
        """The path of its IRI: ``organization/united-nations``."""
        return f"organization/{self.key}"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who has held an office; ``country`` is alpha-2, ``birth`` a year.

    ``gender`` is f or m by the given name, None where that does not tell: the sources do not record it.
    """

    key: str
    name: str
    aliases: tuple[str, ...]
    qid: str | None
    country: str | None
    birth: str | None
    gender: str | None
    source: str

    @property
    def path(self) -> str:
        """The path of its IRI: ``person/antony-blinken``."""
        return f"person/{self.key}"


@dataclass(frozen=True, slots=True)
class Office:
    """An office that a person held, with what its source knows of the time.

    ``start`` and ``end`` are ISO dates of the source's precision (day, month or year) or empty. ``as_of`` is the last
    day that the source speaks of. ``closing`` says what ``end`` is worth: ``stated``; ``by`` (an upper bound: a
    successor is there, or a term was to end); ``last-seen`` (the source stopped listing it); ``open`` (held at
    ``as_of``, no end); ``unrecorded`` (no end given, perhaps only forgotten); ``within`` (one of several offices of
    that time); ``attested`` (seen in office on those two days; believed for a year between them).
    """

    person: str
    title: str
    kind: str
    country: str | None
    organisation: str | None
    start: str
    end: str
    closing: Closing
    as_of: str
    source: str

    def held(self, on: date) -> Certainty:
        """Say whether the office was held on a day, as far as the source knows; both days of a handover count.

        After ``as_of`` an open office is held ``perhaps``, and after four more years no longer.
        """
        day = on.isoformat()
        if self.closing in {"within", "attested"}:
            return self._within(day)
        begun = _reached(day, self.start) if self.start else "perhaps"
        if begun == "no":
            return "no"
        lasting = self._lasting(day)
        return "no" if lasting == "no" else "yes" if begun == lasting == "yes" else "perhaps"

    def bounds(self) -> tuple[str | None, str | None]:
        """Return the first and the last day (ISO) on which the office may have been held; None where that is open."""
        last = {
            "open": _later(self.as_of, _OPEN_YEARS) if self.as_of else "",
            "unrecorded": _later(self.start, _OPEN_YEARS) if self.start else "",
            "last-seen": _later(self.end, 1) if self.end else "",
            "attested": self.end[:4],
        }.get(self.closing, self.end)
        return _first_day(self.start), _last_day(last)

    def _within(self, day: str) -> Certainty:
        if self.closing == "within":
            return (
                "perhaps"
                if (not self.start or day[: len(self.start)] >= self.start)
                and (not self.end or day[: len(self.end)] <= self.end)
                else "no"
            )
        if self.start <= day <= self.end and day <= _later(self.start, 1):
            return "yes"
        return "perhaps" if self.start[:4] <= day[:4] <= self.end[:4] else "no"

    def _lasting(self, day: str) -> Certainty:
        if self.closing == "stated":
            gone = day[: len(self.end)]
            return "yes" if gone < self.end or day == self.end else "perhaps" if gone == self.end else "no"
        if self.closing == "by":
            return "no" if day[: len(self.end)] > self.end else "yes" if day <= self.as_of else "perhaps"
        if self.closing == "last-seen":
            return "yes" if day <= self.end else "perhaps" if day <= _later(self.end, 1) else "no"
        if self.closing == "unrecorded":
            return "yes" if day[:7] == self.start[:7] else "perhaps" if day <= _later(self.start, _OPEN_YEARS) else "no"
        return "yes" if day <= self.as_of else "perhaps" if day <= _later(self.as_of, _OPEN_YEARS) else "no"


def _reached(day: str, start: str) -> Certainty:
    seen = day[: len(start)]
    return "yes" if seen > start or day == start else "perhaps" if seen == start else "no"


def _first_day(day: str) -> str | None:
    return f"{day}{'-01-01'[len(day) - 10 :]}" if 4 <= len(day) < 10 else day or None


def _last_day(day: str) -> str | None:
    """Return the last day of a year or month; the 29th of February of a later year becomes the 28th."""
    if len(day) == 4:
        return f"{day}-12-31"
    if len(day) < 7:
        return None
    year, month = int(day[:4]), int(day[5:7])
    longest = monthrange(year, month)[1]
    return f"{day[:7]}-{min(int(day[8:] or 31), longest):02}"


def _later(day: str, years: int) -> str:
    return f"{int(day[:4]) + years:04}{day[4:]}"


def _list(field: str) -> tuple[str, ...]:
    return tuple(field.split("|")) if field else ()


def read_state(row: dict[str, str]) -> State:
    """Return a row of countries.csv as a record."""
    return State(
        code=row["code"],
        alpha2=row["alpha2"],
        alpha3=row["alpha3"],
        name=row["name"],
        official=row["official"],
        aliases=_list(row["aliases"]),
        demonyms=_list(row["demonyms"]),
        capital=row["capital"],
        qid=row["qid"] or None,
        geonames=row["geonames"] or None,
        cow=row["cow"],
        cow_alpha=row["cow_alpha"],
        cameo=row["cameo"],
        fips=row["fips"],
        latitude=float(row["latitude"]) if row["latitude"] else None,
        longitude=float(row["longitude"]) if row["longitude"] else None,
        until=row["until"],
        source=row["source"],
    )


def read_city(row: dict[str, str]) -> City:
    """Return a row of cities.csv as a record."""
    return City(
        key=row["key"],
        name=row["name"],
        country=row["country"],
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        population=int(row["population"] or 0),
        capital=row["capital"],
        ambiguous=bool(row["ambiguous"]),
        aliases=_list(row["aliases"]),
        spellings=int(row["own"] or 0),
        geonames=row["geonames"],
        source=row["source"],
    )


def read_landmark(row: dict[str, str]) -> Landmark:
    """Return a row of places.csv as a record."""
    return Landmark(
        key=row["key"],
        name=row["name"],
        kind=row["kind"],
        city=row["city"],
        country=row["country"],
        metonym_of=row["metonym_of"],
        ambiguous=bool(row["ambiguous"]),
        aliases=_list(row["aliases"]),
        source=row["source"],
    )


def read_organisation(row: dict[str, str]) -> Organisation:
    """Return a row of organisations.csv as a record."""
    return Organisation(
        key=row["key"],
        name=row["name"],
        acronyms=_list(row["acronyms"]),
        aliases=_list(row["aliases"]),
        kind=row["kind"],
        country=row["country"] or None,
        qid=row["qid"] or None,
        scanned=row["scan"] != "no",
        source=row["source"],
    )


def read_person(row: dict[str, str]) -> Person:
    """Return a row of people.csv as a record."""
    return Person(
        key=row["key"],
        name=row["name"],
        aliases=_list(row["aliases"]),
        qid=row["qid"] or None,
        country=row["country"] or None,
        birth=row["birth"] or None,
        gender=row["gender"] or None,
        source=row["source"],
    )


def read_office(row: dict[str, str]) -> Office:
    """Return a row of offices.csv as a record."""
    return Office(
        person=row["person"],
        title=row["title"],
        kind=row["kind"],
        country=row["country"] or None,
        organisation=row["organisation"] or None,
        start=row["start"],
        end=row["end"],
        closing=cast(Closing, row["closing"]),
        as_of=row["as_of"],
        source=row["source"],
    )

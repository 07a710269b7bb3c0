"""Which known people a name may mean: by the full name, without middle names, transliterated, by the surname."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from kg.known import Person
from kg.spelling import normalise, skeleton

_PARTICLES = frozenset(
    {
        "al",
        "el",
        "bin",
        "ibn",
        "ben",
        "de",
        "da",
        "di",
        "do",
        "dos",
        "das",
        "del",
        "della",
        "van",
        "von",
        "der",
        "den",
        "la",
        "le",
        "abu",
        "ould",
        "mac",
        "st",
        "ter",
        "zu",
    }
)
_AFTER_NAMES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_FAMILY_NAME_FIRST = frozenset({"CN", "HK", "KH", "KP", "KR", "MO", "SG", "TW", "VN"})
_TWO_SURNAMES = frozenset(
    {"AR", "BO", "CL", "CO", "CR", "CU", "DO", "EC", "ES", "GT", "HN", "MX", "NI", "PA", "PE", "PY", "SV", "UY", "VE"}
)

FULL, ALIAS, REORDERED, SHORTENED, RESPELT, RESPELT_SHORT, SURNAME = 1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person whom a name may mean, and how well it fits: 1 for the name itself, 0.4 for the bare surname."""

    person: Person
    score: float


def surnames(name: str, country: str | None) -> set[str]:
    """Return what news may call a person by: "Lavrov", "bin Salman" and "Salman", "Xi", "Sánchez" (normalised)."""
    parts = normalise(name).split()
    while len(parts) > 1 and parts[-1] in _AFTER_NAMES:
        parts.pop()
    if len(parts) < 2:
        return set(parts)
    found = {parts[-1]}
    if len(parts) > 2:
        found.add(" ".join(parts[-2:]))
        first = next((i for i, part in enumerate(parts) if i and part in _PARTICLES), None)
        if first is not None and first < len(parts) - 1:
            found.add(" ".join(parts[first:]))
        if country in _TWO_SURNAMES:
            found.add(parts[-2])
    if country in _FAMILY_NAME_FIRST:
        found.add(parts[0])
    return {part for part in found if part not in _PARTICLES}


class People:
    """The indexes over people's names; each is built when it is first asked for."""

    def __init__(self, people: Iterable[Person]) -> None:
        """Keep the people in the order given, which settles ties."""
        self._people = tuple(people)

    def candidates(self, name: str) -> tuple[Candidate, ...]:
        """Return whom a name may mean, best first; only the best way of reading the name that finds anyone counts.

        Honorifics are not looked through: cut them first. A name of one word is read as a surname, unless someone is
        known by that word alone.
        """
        low = normalise(name)
        parts = tuple(part for part in low.split() if part not in _AFTER_NAMES)
        if found := self._names.get(low) or self._names.get(" ".join(parts)):
            return _ranked((person, FULL if normalise(person.name) == low else ALIAS) for person in found)
        if len(parts) < 2:
            return _ranked((person, SURNAME) for person in self._surnames.get(low, ()))
        bones = skeleton(name)
        for index, key, score in (
            (self._orders, " ".join(sorted(parts)), REORDERED),
            (self._shorts, f"{parts[0]} {parts[-1]}", SHORTENED),
            (self._skeletons, bones, RESPELT),
            (self._short_skeletons, " ".join((bones.split()[0], bones.split()[-1])) if bones else "", RESPELT_SHORT),
            (self._surnames, low, SURNAME),
        ):
            if hit := index.get(key):
                return _ranked((person, score) for person in hit)
        return ()

    def is_full_name(self, name: str) -> bool:
        """Say whether someone's name or alias of two words or more is written like this."""
        low = normalise(name)
        return " " in low and low in self._names

    def _each(self) -> Iterator[tuple[str, Person]]:
        for person in self._people:
            yield person.name, person
            for alias in person.aliases:
                yield alias, person

    @cached_property
    def _names(self) -> dict[str, tuple[Person, ...]]:
        return _index((normalise(name), person) for name, person in self._each())

    @cached_property
    def _orders(self) -> dict[str, tuple[Person, ...]]:
        return _index((" ".join(sorted(normalise(name).split())), person) for name, person in self._each())

    @cached_property
    def _shorts(self) -> dict[str, tuple[Person, ...]]:
        def shortened() -> Iterator[tuple[str, Person]]:
            for name, person in self._each():
                parts = [part for part in normalise(name).split() if part not in _AFTER_NAMES]
                if len(parts) > 2:
                    yield f"{parts[0]} {parts[-1]}", person
                    if person.country in _TWO_SURNAMES:
                        yield f"{parts[0]} {parts[-2]}", person
                elif len(parts) == 2:
                    yield " ".join(parts), person

        return _index(shortened())

    @cached_property
    def _skeletons(self) -> dict[str, tuple[Person, ...]]:
        return _index((skeleton(name), person) for name, person in self._each())

    @cached_property
    def _short_skeletons(self) -> dict[str, tuple[Person, ...]]:
        return _index(
            (f"{bones[0]} {bones[-1]}", person)
            for name, person in self._each()
            if len(bones := skeleton(name).split()) > 1
        )

    @cached_property
    def _surnames(self) -> dict[str, tuple[Person, ...]]:
        return _index(
            (surname, person) for name, person in self._each() for surname in sorted(surnames(name, person.country))
        )


def _index(pairs: Iterable[tuple[str, Person]]) -> dict[str, tuple[Person, ...]]:
    made: dict[str, dict[str, Person]] = defaultdict(dict)
    for key, person in pairs:
        made[key][person.key] = person
    return {key: tuple(people.values()) for key, people in made.items()}


def _ranked(scored: Iterable[tuple[Person, float]]) -> tuple[Candidate, ...]:
    return tuple(
        sorted(
            (Candidate(person, score) for person, score in scored),
            key=lambda c: (-c.score, c.person.qid is None, c.person.key),
        )
    )

"""Which known people a name may mean: by the full name, without middle names, transliterated, by the surname."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kg.known import Person
from kg.spelling import normalise, skeleton
from kg.tables import Lines

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
_APART = re.compile(r"\b[a-z](?: [a-z])+\b")
_FAMILY_NAME_FIRST = frozenset({"CN", "HK", "KH", "KP", "KR", "MO", "SG", "TW", "VN"})
_CALLED_BY_GIVEN_NAME = frozenset({"AE", "BH", "BN", "BT", "ER", "ET", "IS", "KW", "MY", "OM", "QA", "SA", "TH"})
"""Where there are no family names, or news uses the given one: "Abiy", "Thaksin", "Sheikh Tamim"."""
_NUMERAL = re.compile(r"[ivx]{1,5}")
_TWO_SURNAMES = frozenset(
    {"AR", "BO", "CL", "CO", "CR", "CU", "DO", "EC", "ES", "GT", "HN", "MX", "NI", "PA", "PE", "PY", "SV", "UY", "VE"}
)

FULL, ALIAS, REORDERED, SHORTENED, BEGUN, RESPELT, RESPELT_SHORT = 1.0, 0.95, 0.9, 0.85, 0.82, 0.8, 0.7
INITIALS, SURNAME = 0.6, 0.4
_LETTERS_FIRST = re.compile(r"(?:[^\W\d_]\.[ -]?){1,3}|[A-Z]{1,2}(?= )")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person whom a name may mean, and how well it fits: 1 for the name itself, 0.4 for the bare surname."""

    person: Person
    score: float


def written(name: str) -> str:
    """Return a name as it is compared: normalised, its initials together: ``F. W. de Klerk`` → ``fw de klerk``."""
    return _APART.sub(lambda m: m[0].replace(" ", ""), normalise(name))


def surnames(name: str, country: str | None) -> set[str]:
    """Return what news may call a person by: "Lavrov", "bin Salman" and "Salman", "Xi", "Sánchez" (normalised).

    Kings go by the name before the numeral ("Mswati"), some nations by the given name ("Abiy").
    """
    parts = normalise(name).split()
    while len(parts) > 1 and parts[-1] in _AFTER_NAMES:
        parts.pop()
    if len(parts) > 1 and _NUMERAL.fullmatch(parts[-1]) and country not in _FAMILY_NAME_FIRST:
        parts.pop()
    if len(parts) < 2:
        return set(parts)
    found = {parts[-1]}
    if country in _CALLED_BY_GIVEN_NAME:
        found.add(parts[0])
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


def forms(person: Person) -> Iterator[tuple[str, str]]:
    """Yield the indexes that a person stands in, and the key there; ``tests/tools/indexes.py`` writes them down.

    ``orders`` has the words of each name in the alphabet's order; ``shorts`` first and last word of the longer ones;
    ``starts`` has the first two of those; ``initials`` the first letter and the last word; ``skeletons`` the ends of
    their skeletons; ``surnames`` what news calls them for short.
    """
    for name in (person.name, *person.aliases):
        for spelling in _spellings(name):
            yield "orders", " ".join(sorted(spelling.split()))
        words = written(name).split()
        parts = [part for part in words if part not in _AFTER_NAMES]
        if len(words) > 2 and len(parts) > 1:
            yield "shorts", f"{parts[0]} {parts[-1]}"
            if len(parts) > 2 and person.country in _TWO_SURNAMES:
                yield "shorts", f"{parts[0]} {parts[-2]}"
        if len(parts) > 2:
            yield "starts", f"{parts[0]} {parts[1]}"
        if len(parts) > 1:
            yield "initials", f"{parts[0][0]} {parts[-1]}"
        yield "skeletons", _ends(skeleton(name))
        for surname in surnames(name, person.country):
            yield "surnames", surname


INDEXES = ("orders", "shorts", "starts", "initials", "skeletons", "surnames")


class People:
    """The indexes over people's names: of each form of a name, the keys of those who have it."""

    def __init__(self, person: Callable[[str], Person | None], indexes: Mapping[str, Lines]) -> None:
        """Take how a person is found by key, and the lines of each of the ``INDEXES``."""
        self._person, self._indexes = person, indexes

    def candidates(self, name: str) -> tuple[Candidate, ...]:
        """Return whom a name may mean, best first; only the best way of reading the name that finds anyone counts.

        Honorifics are not looked through: cut them first. A name of one word is read as a surname, unless someone is
        known by that word alone.
        """
        low = written(name)
        parts = tuple(part for part in low.split() if part not in _AFTER_NAMES)
        if found := self._called(low) or self._called(" ".join(parts)):
            return _ranked((person, FULL if written(person.name) == low else ALIAS) for person in found)
        if len(parts) < 2:
            return _ranked((person, SURNAME) for person in self._listed("surnames", low))
        if found := self._listed("orders", " ".join(sorted(parts))):
            return _ranked((person, REORDERED) for person in found)
        if found := self._shortened(f"{parts[0]} {parts[-1]}"):
            return _ranked((person, SHORTENED) for person in found)
        if found := self._begun(parts):
            return _ranked((person, BEGUN) for person in found)
        if parts[0] in _PARTICLES and (found := self._listed("surnames", low)):
            return _ranked((person, SURNAME) for person in found)
        bones = skeleton(name)
        if found := self._respelt(bones):
            return _ranked((person, RESPELT) for person in found)
        if _LETTERS_FIRST.match(name) and (found := self._listed("initials", f"{parts[0][0]} {parts[-1]}")):
            return _ranked((person, INITIALS) for person in found)
        if found := self._listed("skeletons", " ".join(bones.split()[:1] + bones.split()[-1:])):
            return _ranked((person, RESPELT_SHORT) for person in found)
        return _ranked((person, SURNAME) for person in self._listed("surnames", low))

    def is_full_name(self, name: str) -> bool:
        """Say whether someone's name or alias of two words or more is written like this."""
        low = written(name)
        return " " in low and bool(self._called(low))

    def _listed(self, index: str, form: str) -> list[Person]:
        found = (self._person(key) for key in self._indexes[index].listed(form))
        return [person for person in found if person is not None]

    def _called(self, low: str) -> list[Person]:
        return [
            person
            for person in self._listed("orders", " ".join(sorted(low.split())))
            if any(low in _spellings(name) for name in (person.name, *person.aliases))
        ]

    def _shortened(self, short: str) -> list[Person]:
        found = (*self._called(short), *self._listed("shorts", short))
        return list({person.key: person for person in found}.values())

    def _begun(self, parts: tuple[str, ...]) -> list[Person]:
        """Return those whose longer name begins so: "Khalifa bin Zayed" of "Khalifa bin Zayed Al Nahyan"."""
        return [
            person
            for person in self._listed("starts", " ".join(parts[:2]))
            if any(tuple(written(name).split()[: len(parts)]) == parts for name in (person.name, *person.aliases))
        ]

    def _respelt(self, bones: str) -> list[Person]:
        return [
            person
            for person in self._listed("skeletons", _ends(bones))
            if any(skeleton(name) == bones for name in (person.name, *person.aliases))
        ]


def _spellings(name: str) -> tuple[str, ...]:
    """Return a name as it is compared, and "Ferdinand Marcos Jr." also without what tells him from his father."""
    low = written(name)
    parts = [part for part in low.split() if part not in _AFTER_NAMES]
    return (low, " ".join(parts)) if 1 < len(parts) < len(low.split()) else (low,)


def _ends(bones: str) -> str:
    words = bones.split()
    return bones if len(words) < 3 else f"{words[0]} {words[-1]}"


def _ranked(scored: Iterable[tuple[Person, float]]) -> tuple[Candidate, ...]:
    return tuple(
        sorted(
            (Candidate(person, score) for person, score in scored),
            key=lambda c: (-c.score, c.person.qid is None, c.person.key),
        )
    )

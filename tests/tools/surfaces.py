"""Which of the authority's names are looked for in text, as what, and which of them need more evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from kg.authority import Authority, plain
from kg.gazetteer import Entry, written
from kg.known import City, Organisation
from kg.spelling import normalise, plurals
from kg.tables import rows

_CITY = 300_000
"""Inhabitants from which a city's name is looked for; capitals always are."""

_DOUBTFUL_CITY = 1_000_000
"""The same for a city whose name is also a word, a person's name or a surname of someone known."""

_LONG_WORD = 7
"""Letters from which a name of one word is looked for, written as it is: "Mercosur"."""

_SURE_KINDS = frozenset({"igo", "alliance"})


def planted(authority: Authority, folder: Path, cities: Mapping[str, City]) -> Iterator[str]:
    """Yield the gazetteer's lines: of the names of one spelling and case rule the first stands."""
    settled: dict[tuple[str, str | None], Entry] = {}
    for name, entry in surfaces(authority, folder, cities):
        if words := normalise(name):
            settled.setdefault((words, entry.exact), entry)
    return (written(words, entry) for (words, _), entry in settled.items())


def surfaces(authority: Authority, folder: Path, cities: Mapping[str, City]) -> Iterator[tuple[str, Entry]]:
    """Yield names and what they stand for, the preferred reading of a spelling first.

    Phrases that only contain a name ("South China Sea") come first and hide it. An acronym of a party or of a body with
    namesakes counts as ambiguous, as do the words of ``ambiguous.csv``. ``cities`` has the city that each name means.
    """
    doubtful = {normalise(row["name"]) for row in rows(folder, "ambiguous.csv")}
    for row in rows(folder, "phrases.csv"):
        yield (
            row["phrase"],
            Entry(None, "", exact=row["phrase"] if row["phrase"][-1:].islower() and " " not in row["phrase"] else None),
        )
    yield from _states(authority, doubtful)
    yield from _own_bodies(authority, doubtful)
    yield from _landmarks(authority, doubtful)
    yield from _cities(authority, cities, doubtful)
    yield from _demonyms(authority, doubtful)
    yield from _bodies(authority, doubtful)


def _is_acronym(name: str) -> bool:
    letters = [ch for ch in name if ch.isalpha()]
    return " " not in name and len(letters) <= 6 and all(ch.isupper() for ch in letters)


def _states(authority: Authority, doubtful: set[str]) -> Iterator[tuple[str, Entry]]:
    for state in sorted(authority.states, key=lambda s: s.until):
        for name in (state.name, *state.aliases):
            exact = name.replace(".", "") if _is_acronym(name) else None
            yield name, Entry("state", state.code, normalise(name) in doubtful, exact)


def _demonyms(authority: Authority, doubtful: set[str]) -> Iterator[tuple[str, Entry]]:
    for state in sorted(authority.states, key=lambda s: s.until):
        for word in state.demonyms:
            for form in plurals(word):
                yield form, Entry("demonym", state.code, normalise(word) in doubtful)


def _cities(authority: Authority, preferred: Mapping[str, City], doubtful: set[str]) -> Iterator[tuple[str, Entry]]:
    for city in sorted(authority.cities, key=lambda c: -c.population):
        for name in (city.name, *city.aliases[: city.spellings]):
            if preferred.get(plain(name)) is not city:
                continue
            unsure = city.ambiguous or normalise(name) in doubtful
            if city.capital or city.population >= (_DOUBTFUL_CITY if unsure else _CITY):
                if unsure and not name.isascii():
                    yield name, Entry("city", city.key, exact=name)
                exact = name.replace(".", "") if _is_acronym(name) else None
                yield name, Entry("city", city.key, unsure, exact)


def _landmarks(authority: Authority, doubtful: set[str]) -> Iterator[tuple[str, Entry]]:
    for place in authority.landmarks:
        for name in (place.name, *place.aliases):
            unsure = normalise(name) in doubtful or place.ambiguous or len(name) < 4
            yield name, Entry("landmark", place.key, unsure, name if _is_acronym(name) else None)


def _own_bodies(authority: Authority, doubtful: set[str]) -> Iterator[tuple[str, Entry]]:
    houses = {
        normalise(name)
        for place in authority.landmarks
        if place.metonym_of.startswith("organization/")
        for name in (place.name, *place.aliases)
    }
    bearers = _bearers(authority)
    for body in authority.organisations:
        if "legation" not in body.source or not body.scanned:
            continue
        for name in (body.name, *body.aliases, *body.acronyms):
            if normalise(name) in houses:
                continue
            yield name, _entry(body, name, bearers, unsure=normalise(name) in doubtful)


def _bodies(authority: Authority, doubtful: set[str]) -> Iterator[tuple[str, Entry]]:
    """Yield the sources' organisations: intergovernmental ones by every name, the rest by their long names."""
    bearers = _bearers(authority)
    for body in sorted(authority.organisations, key=lambda b: (b.kind not in _SURE_KINDS, b.key)):
        if "legation" in body.source or not body.scanned:
            continue
        sure = body.kind in _SURE_KINDS
        for name in (body.name, *body.aliases) if sure or body.kind == "party" else (body.name,):
            if " " in name.strip() or "-" in name:
                for spelling in _spellings(name):
                    yield spelling, _entry(body, name, bearers, unsure=normalise(name) in doubtful)
            elif sure and name == body.name and len(name) >= _LONG_WORD:
                yield name, replace(_entry(body, name, bearers, unsure=normalise(name) in doubtful), exact=name)
        for name in body.acronyms if sure else ():
            if len(name) >= 3:
                yield name, _entry(body, name, bearers, unsure=normalise(name) in doubtful)
            if len(name) >= 4 and name.isalpha() and normalise(name) not in doubtful:
                entry = _entry(body, name, bearers, unsure=False)
                yield name, replace(entry, exact=name.capitalize())


def _spellings(name: str) -> Iterator[str]:
    """Yield a name in British and in American spelling."""
    yield name
    if other := next(
        (name.replace(a, b) for a, b in (("ization", "isation"), ("isation", "ization")) if a in name), ""
    ):
        yield other


def _bearers(authority: Authority) -> dict[str, list[Organisation]]:
    index: dict[str, list[Organisation]] = defaultdict(list)
    for body in authority.organisations:
        for name in {normalise(n) for n in (body.name, *body.aliases, *body.acronyms)}:
            index[name].append(body)
    return index


def _entry(body: Organisation, name: str, bearers: dict[str, list[Organisation]], *, unsure: bool) -> Entry:
    rest = tuple(other.key for other in bearers[normalise(name)] if other is not body)
    acronym = name in body.acronyms or _is_acronym(name)
    plain = ("legation" in body.source and not acronym and body.kind != "party") or body.kind in _SURE_KINDS
    return Entry(
        "organisation", body.key, unsure or (bool(rest) and not plain), name.replace(".", "") if acronym else None, rest
    )

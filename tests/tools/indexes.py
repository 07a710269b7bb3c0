"""The index files beside the authority's tables, derived from these and from nothing else.

Each line has a name as it is compared (or a code) and what stands under it; see :mod:`kg.tables` for why. They are
written by ``tests/tools/build_authority.py`` whenever the tables are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from kg.authority import Authority, plain
from kg.known import City
from kg.people import INDEXES, forms
from kg.tables import rows
from tests.tools.surfaces import planted


def indexes(folder: Path) -> dict[str, str]:
    """Return the text of each index file, by its name, for the tables in a folder."""
    authority = Authority(folder)
    cities = _cities(authority, {(row["name"], row["country"]) for row in rows(folder, "choices.csv")})
    made: dict[str, dict[str, dict[str, None]]] = {f"people_{name}": defaultdict(dict) for name in INDEXES}
    for person in authority.people_known:
        for index, form in forms(person):
            made[f"people_{index}"][form][person.key] = None
    made["city_names"] = defaultdict(dict)
    for name, found in cities.items():
        made["city_names"][name] = dict.fromkeys(city.key for city in found)
    made["organisation_names"] = defaultdict(dict)
    for body in authority.organisations:
        for name in (body.name, *body.acronyms, *body.aliases):
            made["organisation_names"][plain(name)][body.key] = None
    made["capitals"] = defaultdict(dict)
    for code, key in _capitals(authority, cities).items():
        made["capitals"][code][key] = None
    texts = {f"{name}.tsv": _text(index) for name, index in made.items()}
    names = planted(authority, folder, {name: found[0] for name, found in cities.items()})
    return texts | {"gazetteer.tsv": "".join(f"{line}\n" for line in sorted(names))}


def write(folder: Path) -> dict[str, int]:
    """Write the index files into the folder of the tables, and return how many lines each has."""
    texts = indexes(folder)
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8", newline="\n")
    return {name: text.count("\n") for name, text in texts.items()}


def _text(index: Mapping[str, Iterable[str]]) -> str:
    return "".join("\t".join((name, *keys)) + "\n" for name, keys in sorted(index.items()))


def _cities(authority: Authority, choices: set[tuple[str, str]]) -> dict[str, list[City]]:
    """Return the cities of each name, the one that news means first, then those whose own name it is, the larger."""
    index: dict[str, list[tuple[bool, bool, int, City]]] = defaultdict(list)
    for city in authority.cities:
        for place, name in enumerate(dict.fromkeys(plain(n) for n in (city.name, *city.aliases))):
            index[name].append(
                ((city.name, city.country) not in choices, place > city.spellings, -city.population, city)
            )
    return {name: [entry[3] for entry in sorted(found, key=lambda e: e[:3])] for name, found in index.items()}


def _capitals(authority: Authority, cities: Mapping[str, list[City]]) -> dict[str, str]:
    """Return the key of each state's capital: the one that the table of states names, else the first so marked."""
    index = {city.country: city.key for city in reversed(authority.cities) if city.capital == "capital"}
    for state in authority.states:
        found = cities.get(plain(state.capital), [])
        if city := next((c for c in found if c.country == state.code or state.until), None):
            index[state.code] = city.key
    return index

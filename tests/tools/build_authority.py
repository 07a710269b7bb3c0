"""Derives the authority tables of ``kg/data/authority`` from the collected sources.

Run by hand when the sources or the own tables change, never by a build::

    python -m tests.tools.build_authority FOLDER

FOLDER holds the collected countries.csv, cities.csv, organisations.csv, people.csv and offices.csv. The same input
gives the same bytes. What the sources lack comes from ``tests/tools/authority``, marked with the source ``legation``;
no identifier is ever added by hand.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from kg.spelling import normalise
from tests.tools import indexes, organisations, people, states_and_cities
from tests.tools.tables import SOURCES, own, read, write

TARGET = Path(__file__).parents[2] / "kg" / "data" / "authority"


def build(folder: Path, target: Path) -> dict[str, int]:
    """Write all tables and their indexes into ``target`` and return how many rows each has."""
    countries = states_and_cities.states(read(folder, "countries.csv"))
    bodies = organisations.organisations(read(folder, "organisations.csv"), countries)
    persons, offices = people.people_and_offices(
        read(folder, "people.csv"), read(folder, "offices.csv"), countries, bodies
    )
    names = frozenset(part for row in persons for part in normalise(row["name"]).split())
    cities = states_and_cities.cities(read(folder, "cities.csv"), countries, names)
    places = states_and_cities.places(cities, names)
    tables: dict[str, tuple[tuple[str, ...], list[dict[str, str]]]] = {
        "countries.csv": (
            (
                "code",
                "alpha2",
                "alpha3",
                "name",
                "official",
                "aliases",
                "demonyms",
                "capital",
                "qid",
                "geonames",
                "cow",
                "cow_alpha",
                "cameo",
                "fips",
                "latitude",
                "longitude",
                "until",
                "source",
            ),
            countries,
        ),
        "cities.csv": (
            (
                "key",
                "name",
                "country",
                "latitude",
                "longitude",
                "population",
                "capital",
                "ambiguous",
                "own",
                "aliases",
                "geonames",
                "source",
            ),
            cities,
        ),
        "places.csv": (
            ("key", "name", "kind", "city", "country", "metonym_of", "ambiguous", "aliases", "source"),
            places,
        ),
        "organisations.csv": (
            ("key", "name", "acronyms", "aliases", "kind", "country", "qid", "scan", "source"),
            bodies,
        ),
        "people.csv": (("key", "name", "aliases", "qid", "country", "birth", "gender", "source"), persons),
        "offices.csv": (
            ("person", "start", "title", "kind", "country", "organisation", "end", "closing", "as_of", "source"),
            offices,
        ),
        "sources.csv": (
            ("code", "title", "licence", "address"),
            [
                dict(zip(("code", "title", "licence", "address"), (c, t, li, a), strict=True))
                for c, _, t, li, a in SOURCES
            ],
        ),
    }
    for name, columns in (
        ("titles", ("title", "country", "kind")),
        ("phrases", ("phrase", "kind")),
        ("ambiguous", ("name", "why")),
        ("choices", ("name", "country")),
        ("given_names", ("name", "gender")),
    ):
        tables[f"{name}.csv"] = ((*columns, "source"), [{**row, "source": "legation"} for row in own(f"{name}.csv")])
    for name, (header, rows) in tables.items():
        write(target, name, header, rows)
    return {name: len(rows) for name, (_, rows) in tables.items()} | indexes.write(target)


def main() -> None:
    """Build from the folder given on the command line and say how many rows came out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="the collected sources")
    parser.add_argument("--out", type=Path, default=TARGET, help="where the tables go")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for name, count in build(args.folder, args.out).items():
        print(f"{name}: {count} rows, {(args.out / name).stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()

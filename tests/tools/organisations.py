"""organisations.csv: intergovernmental bodies, parties, parliaments, ministries, armed groups, media."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kg.spelling import normalise, slug
from tests.tools.tables import Row, joined, own, source_codes

_KEPT_BODY = re.compile(
    r"Parliament|Assembly|Senate|Congress|Knesset|Seimas|Saeima|Riigikogu|Stortinget|Chamber|House of|Duma|"
    r"Federation Council|Rada|Sejm|Bundestag|Khural|Kenesh|Mejlis|M.jilis|"
    r"Oireachtas|Shura|Legislative|Ministry of|Foreign|Home Office|Council of the"
)
_LEGISLATURE = re.compile(
    r"Parliament|Assembly|Senate|Congress|Knesset|Seimas|Saeima|Riigikogu|Storting|Chamber|House of|Duma|Rada|"
    r"Sejm|Bundes|Khural|Kenesh|Mejlis|M.jilis|Oireachtas|Shura|Yuan|Council of the"
)
_PROVINCIAL = re.compile(
    r"Capital Territory|New South Wales|Northern Territory|Queensland|of South Australia|Tasmania|Victoria|"
    r"Western Australia|Wallonia|Flemish|Brcko|Gazette|Judiciary|Exchange|Anti-Money|Agency|"
    r"Committee for|Judicial Admin|Department under|Financial Crimes|Macao|Regist|Official Journal|Terrorism|Money"
)
_FOREIGN = frozenset(
    {
        "de",
        "des",
        "du",
        "la",
        "le",
        "les",
        "et",
        "y",
        "del",
        "der",
        "die",
        "das",
        "und",
        "el",
        "los",
        "da",
        "do",
        "dos",
        "fur",
        "pour",
        "sur",
        "aux",
        "para",
        "dell",
        "di",
        "van",
        "voor",
    }
)
_FOREIGN_WORDS = re.compile(
    r"union africaine|afrikanische|organisation (?:mondiale|internationale|maritime inter)|organizacao|"
    r"organizacion|organisation des|banco|banque|weltbank|comite|commission (?:internationale|europeenne|mixte)|"
    r"nations unies|naciones|vereinte|europaische|europeenne?s?|europea|europeu|internationale[rs]?|arabische|"
    r"asiatique|asiatische|conselho|consejo|conseil|cour |corte|gericht|tribunal [a-z]+al|parlement|parlamento|"
    r"parlamento?|agence|agencia|agentur|communaute|comunidad|comunidade|gemeinschaft|fonds|fondo|fundo|ligue|"
    r"liga|centre international|instituto|institut |kommission|mondial|mundial|unies|union europeenne"
)
_NOT_ENGLISH_ACRONYMS = frozenset({"ONU", "OTAN", "OEA", "OPS", "BIRD", "OIM", "BRIC", "RDC"})
_MINISTRIES = (
    (
        "Ministry of Foreign Affairs of {}",
        ("{} Foreign Ministry", "{} Ministry of Foreign Affairs", "Foreign Ministry of {name}", "{} Foreign Office"),
    ),
    (
        "Ministry of Defence of {}",
        (
            "{} Defence Ministry",
            "{} Defense Ministry",
            "{} Ministry of Defence",
            "{} Ministry of Defense",
            "Defence Ministry of {name}",
            "Defense Ministry of {name}",
            "Ministry of Defense of {name}",
        ),
    ),
)


def is_acronym(name: str) -> bool:
    """Say whether a name is written as an acronym: one word, short, most letters capitals."""
    letters = [ch for ch in name if ch.isalpha()]
    return (
        " " not in name
        and 2 <= len(name) <= 10
        and bool(letters)
        and name[0].isupper()
        and 2 * sum(ch.isupper() for ch in letters) > len(letters)
        and len(letters) >= 2
    )


def _english(alias: str) -> bool:
    low = normalise(alias)
    return (
        alias.isascii()
        and len(alias) > 2
        and "High Commissioner" not in alias
        and not _FOREIGN.intersection(low.split())
        and not _FOREIGN_WORDS.search(low)
    )


def _sorted_names(names: Iterable[str]) -> tuple[list[str], list[str]]:
    acronyms, aliases = [], []
    for name in names:
        if is_acronym(name) and name.isascii() and name not in _NOT_ENGLISH_ACRONYMS:
            acronyms.append(name)
        elif _english(name) and not is_acronym(name):
            aliases.append(name)
    return acronyms, aliases


def _placed(label: str, country: Row | None) -> str:
    """Return a body's name with its country: "Senate" → "Senate of Chile"."""
    if country is None:
        return label
    said = normalise(label)
    words = [
        normalise(word)
        for word in (
            country["name"],
            country["official"],
            *country["demonyms"].split("|"),
            *country["aliases"].split("|"),
        )
    ]
    return label if any(word and word in said for word in words) else f"{label} of {country['name']}"


def organisations(rows: list[Row], countries: list[Row]) -> list[Row]:
    """Return the organisations; an own row that names a source's one completes it and takes its identifier."""
    by_code = {row["code"]: row for row in countries}
    made: dict[tuple[str, str], Row] = {}
    for row in rows:
        acronyms, aliases = _sorted_names(a.replace("‐", "-").replace("’", "'") for a in row["aliases"].split("|") if a)
        kind, country = row["kind"], row["country_iso2"].replace("EU", "")
        name = row["label"].replace("‐", "-").replace("’", "'").strip("! ")
        if "opensanctions" in row["source"]:
            if (
                (kind == "igo" and ("Ministry" in name or "Customs and Border" in name))
                or kind == "other"
                or country == "US"
            ):
                continue
            if kind in {"government-body", "ministry"} and (not _KEPT_BODY.search(name) or _PROVINCIAL.search(name)):
                continue
            kind = "legislature" if kind == "government-body" and _LEGISLATURE.search(name) else kind
        if (
            any("ERIC" in alias.split() for alias in row["aliases"].replace("|", " ").split())
            or not name.replace("–", "").replace("ō", "").isprintable()
            or any(ord(ch) > 0x24F and ch not in "–’" for ch in name)
        ):
            continue
        if kind not in {"igo", "alliance", "party"}:
            plain, name = name, _placed(name[:1].upper() + name[1:], by_code.get(country))
            aliases = ([plain] if plain != name else []) + aliases
        entry = {
            "name": name,
            "acronyms": joined(acronyms),
            "aliases": joined(a for a in aliases if a != name),
            "kind": kind,
            "country": country,
            "qid": row["qid"],
            "scan": "",
            "source": source_codes(row["source"]),
        }
        _merge(made, entry)
    for row in own("organisations.csv"):
        _merge(made, {**row, "qid": "", "scan": "", "source": "legation"}, mine=True)
    known = {(normalise(n), e["country"]) for e in made.values() for n in (e["name"], *e["aliases"].split("|"))}
    dependent = {row["code"] for row in own("dependent.csv")}
    for state in countries:
        if state["code"] not in dependent:
            for entry in _ministries(state):
                if (normalise(entry["name"]), state["code"]) not in known:
                    _merge(made, entry)
    return _keyed(made.values())


def _ministries(country: Row) -> Iterable[Row]:
    for pattern, aliases in _MINISTRIES:
        demonyms = [d for d in country["demonyms"].split("|") if d][:1]
        names = [a.format(d, name=country["name"]) for d in demonyms for a in aliases]
        yield {
            "name": pattern.format(country["name"]),
            "acronyms": "",
            "aliases": joined(names),
            "kind": "ministry",
            "country": country["code"],
            "qid": "",
            "scan": "no",
            "source": "legation",
        }


def _merge(made: dict[tuple[str, str], Row], entry: Row, *, mine: bool = False) -> None:
    """Add an entry, or fold it into the one that has its name, or, for a country's party, its acronym."""
    names = {normalise(n) for n in (entry["name"], *entry["aliases"].split("|")) if n}
    acronyms = {a for a in entry["acronyms"].split("|") if a}
    for at, old in made.items():
        if old["country"] != entry["country"] and (entry["kind"] != "igo" or old["kind"] not in {"igo", "alliance"}):
            continue
        same_name = normalise(old["name"]) in names or normalise(entry["name"]) in {
            normalise(n) for n in old["aliases"].split("|") if n
        }
        same_party = (
            mine and entry["kind"] == old["kind"] == "party" and bool(acronyms & set(old["acronyms"].split("|")))
        )
        if same_name or same_party:
            first, second = (entry, old) if mine else (old, entry)
            old.update(
                {
                    "name": first["name"],
                    "acronyms": joined([*first["acronyms"].split("|"), *second["acronyms"].split("|")]),
                    "aliases": joined(
                        n
                        for n in [*first["aliases"].split("|"), second["name"], *second["aliases"].split("|")]
                        if n != first["name"]
                    ),
                    "kind": first["kind"],
                    "qid": old["qid"] or entry["qid"],
                    "source": joined(sorted({*old["source"].split("|"), *entry["source"].split("|")})),
                }
            )
            made[at] = old
            return
    made[normalise(entry["name"]), entry["country"]] = entry


def _keyed(entries: Iterable[Row]) -> list[Row]:
    keys: set[str] = set()
    result = []
    for entry in sorted(
        entries, key=lambda e: (e["kind"] == "party", "legation" not in e["source"], e["name"], e["country"])
    ):
        key = slug(entry["name"])
        if (entry["kind"] == "party" and "legation" not in entry["source"]) or key in keys:
            key = f"{key}-{(entry['country'] or entry['kind']).lower()}"
        if key in keys:
            raise ValueError(f"two organisations have the key {key}: {entry['name']}")
        keys.add(key)
        result.append({**entry, "key": key})
    return result

"""people.csv: who has held an office since 1990, under the name that English news gives them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

from kg.spelling import normalise, slug
from tests.tools.offices import CODES, close, offices
from tests.tools.tables import Row, joined, own, source_codes

_SUFFIX = re.compile(
    r"\s*,\s*(?:(?:Lt|Maj|Brig|Air Chief Mar|Vice Adm|Adm|Col|Gen|Rn|Dr|Jp|Ret|Sgt)\.?\s*(?:Gen\.?)?|"
    r"First Secretary|Head of Representation|Officer commanding.*|commanding.*|Sr\.?|Qc)(?=$|\s*,).*$"
)
_PEERAGE = re.compile(r",\s+(?:\d+(?:st|nd|rd|th) )?(Baron|Baroness|Lord|Lady|Viscount|Earl)\b\s*(.*)$")
_REALM = re.compile(r",\s+(?:Grand Duke|Prince|King|Queen|Emir) of .+$")
_OF_REALM = re.compile(
    r" (?:I )?of (?:Belgium|Denmark|Jordan|Lesotho|Norway|Spain|Sweden|Tonga|the Netherlands|Saudi Arabia|Morocco|"
    r"Bahrain|Oman|Kuwait|Qatar|Brunei|Bhutan|Thailand|Malaysia|Japan)$"
)
_OFFICE_BEFORE = re.compile(
    r"^(?:-?\s*[Dd]esignate|Presidential (?:Leadership )?Council|Assembly|"
    r"Safeguarding of the Homeland(?: General)?|Cabinet of Ministers|Mayor and Chairman of the Island Council|"
    r"Apostolic Nuncio(?: Archbishop| Cardinal)?|"
    r"Charg[eé]e?s?'? ?,? ?[dD][’']? ?Affaires,?:?|[dD][’'] ?Affaires:?|of Transport|"
    r"of the Governorate of the Vatican City State|of VenezuelaPresident|Bailiff(?: Sir)?|"
    r"Foreign Minister(?= [A-Z])|Speaker of the House of Representatives|"
    r"permanent representative to the Un is|Culture and National Heritage|Science and Higher Education|"
    r"Major General \(Ret'd\)|Islamic Republic of Afghanistan|Republic of Afghanistan|"
    r"Administration Council Chair, Sr\. Gen\.|"
    r"Sac Chair, Sr\. Gen\.|Ad Interim|Chargée d'Affaires|Dr\.?|Gen\.|Lt\. Gen\.|General(?= \w+ \w)|Ceo|Cardinal|"
    r"Archbishop|Sir|Ratu Sir|HRH|H\.R\.H\.)\s+"
)
_SEVERAL = re.compile(
    r",.*,|\band\b| , |[<>\[\]/]|\d|^(?:Sheikh|Queen|King|Prince|Mayor)$|\bIbn$|^Q\d|President|Council|Minister|"
    r"Republic|Ministers|\bOffice\b"
)
_TWO = re.compile(r"^\S+ [^,]*\w, \w+ \w+")
_NICK = re.compile(r"\s*[\"“(]([^\"”)]+)[\"”)]\s*")
_ROMAN = re.compile(r"^(?:II|III|IV|VI|VII|VIII|IX|XI|XII|XIV|XVI|JR)$")
_FAMILY_NAME_FIRST = frozenset({"CN", "HK", "KH", "KP", "KR", "MO", "SG", "TW", "VN"})
_APOSTROPHES = re.compile("[’‘ʻʼ]")
_ORDINAL = {"2nd": "II", "3rd": "III", "4th": "IV"}


def _case(word: str) -> str:
    """Return a word in name case: the sources write some surnames in capitals, some without inner ones."""
    parts = re.split(r"([-'’])", word)
    for i, part in enumerate(parts):
        if len(part) >= 3 and part.isupper() and not _ROMAN.match(part) and part.isalpha():
            parts[i] = part.capitalize()
        elif re.match(r"^[A-Z][a-z]*[A-Z]{3,}$", part):
            parts[i] = part[:2] + part[2:3].upper() + part[3:].lower() if part.startswith("Mc") else part.capitalize()
        if re.match(r"^Mc[a-z]{3,}$", parts[i]) and parts[i] not in {"Mcebo"}:
            parts[i] = "Mc" + parts[i][2].upper() + parts[i][3:]
    for i in range(1, len(parts) - 1):
        if parts[i] in {"'", "’"} and parts[i - 1] in {"D", "O", "d"} and parts[i + 1][:1].islower():
            parts[i + 1] = parts[i + 1][:1].upper() + parts[i + 1][1:]
    return "".join(parts)


def clean(name: str) -> tuple[str, list[str]]:
    """Return a name without titles, capitals and editors' marks, and the names it held; "" for no one person."""
    further: list[str] = []
    name = re.sub(r"\s*\[.*?\]| Chargé d'Affaires$", "", name)
    name = " ".join(_APOSTROPHES.sub("'", name).replace("?", "").replace("#", "").split())
    before = None
    while before != name:
        before, name = name, _OFFICE_BEFORE.sub("", name)
    if peer := _PEERAGE.search(name):
        title = (
            "Lord"
            if peer[1] in {"Baron", "Lord", "Viscount", "Earl"}
            else "Baroness"
            if peer[1] == "Baroness"
            else "Lady"
        )
        seat = re.sub(r" of .*| de .*", "", peer[2]).strip()
        if seat:
            further.append(f"{title} {seat}")
        name = name[: peer.start()]
    realm = _REALM.search(name) or _OF_REALM.search(name)
    if realm and len(name[: realm.start()].split()) >= 1:
        further += [name] if realm.re is _OF_REALM else []
        name = name[: realm.start()]
    name = _SUFFIX.sub("", name)
    name = re.sub(r",?\s+(Jr|Sr)\b\.?,?", lambda m: " Jr." if m[1] == "Jr" else "", name)
    name = (
        re.sub(r",?\s+(2nd|3rd|4th)$", lambda m: " " + _ORDINAL[m[1]], name)
        .replace(", III", " III")
        .replace(", IV", " IV")
    )
    if nick := _NICK.search(name):
        plain = " ".join(_NICK.sub(" ", name).split())
        if plain and not nick[1].islower() and nick[1] not in {"bureaucrat"}:
            further.append(f"{nick[1].title() if nick[1].islower() else nick[1]} {plain.split()[-1]}")
        name = plain
    name = re.sub(r"([a-z])- ", r"\1-", " ".join(_case(word) for word in name.split())).strip(" ,;:")
    name = re.sub(r"\s+\(.*$", "", name)
    if (
        _SEVERAL.search(name)
        or _TWO.search(name)
        or not all(unicodedata.name(ch, "").startswith("LATIN") for ch in name if ch.isalpha())
        or len(name) < 3
    ):
        return "", []
    return name, further


def _alias(name: str) -> list[str]:
    plain, further = clean(name)
    return [plain, *further] if plain else further


def _group(people: list[Row]) -> tuple[dict[str, str], dict[str, Row], dict[str, str]]:
    """Say which source keys are one person ("" for nobody), what the own table adds, who belongs elsewhere.

    People of one name and country are one, unless both have an identifier or their years of birth differ.
    """
    named: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in people:
        if label := clean(row["label"])[0]:
            named[CODES.get(row["country_iso2"], row["country_iso2"]), normalise(label)].append(row)
    into = {row["key"]: row["key"] for row in people}
    _at_home(named)
    for rows in named.values():
        rows.sort(key=lambda row: (not row["qid"], not row["birth_year"], row["key"]))
        for row in rows[1:]:
            if not row["qid"] and (
                not row["birth_year"] or row["birth_year"] == rows[0]["birth_year"] or not rows[0]["birth_year"]
            ):
                into[row["key"]] = rows[0]["key"]
    extra: dict[str, Row] = {}
    moved: dict[str, str] = {}
    unknown = []
    for row in own("people.csv"):
        found = named.get((row["country"], normalise(row["label"])), [])
        label, _, where = row["into"].partition("@")
        target = named.get((where or row["country"], normalise(label)), []) if label.strip("-") else []
        if not found or (label.strip("-") and not target):
            unknown.append(f"{row['country']} {row['label']} {row['into']}")
            continue
        for one in found:
            if row["into"]:
                into[one["key"]] = "" if label == "-" else target[0]["key"]
            if row["moved"] or where:
                moved[one["key"]] = row["moved"] or where
        extra[found[0]["key"]] = row
    if unknown:
        raise ValueError(f"people.csv of the own tables names people that the source lacks: {unknown}")
    for source_key, goal in into.items():
        if source_key in moved and goal in moved:
            moved[source_key] = moved[goal]
    for source_key in into:
        while into[source_key] and into[into[source_key]] != into[source_key]:
            into[source_key] = into[into[source_key]]
    return into, extra, moved


def _at_home(named: dict[tuple[str, str], list[Row]]) -> None:
    """Put those without a country, whom a source knows from an organisation alone, to their only namesake who has one.

    Two of different identifiers stay two.
    """
    homes: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for country, name in named:
        if country:
            homes[name].append((country, name))
    for place, rows in list(named.items()):
        if not place[0] and len(homes[place[1]]) == 1:
            (home,) = homes[place[1]]
            if len({row["qid"] for row in (*rows, *named[home])} - {""}) < 2:
                named[home] = [*named[home], *rows]
                del named[place]


def people_and_offices(
    people: list[Row], holdings: list[Row], countries: list[Row], bodies: list[Row]
) -> tuple[list[Row], list[Row]]:
    """Return the people with their keys, and their offices; people without a usable name or office are left out."""
    into, extras, moved = _group(people)
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in people:
        if into[row["key"]]:
            groups[into[row["key"]]].append(row)
    labels = {row["key"]: clean(row["label"])[0] for row in people}
    held = offices(
        [{**row, "name": labels.get(row["person_key"], "")} for row in holdings], into, moved, countries, bodies
    )
    # Somebody whose only office in the sources is wrong may hold it rightly in the own table.
    later = {normalise(row["name"]) for row in own("offices.csv")}
    made: list[Row] = []
    for source_key, rows in groups.items():
        rows.sort(key=lambda row: (row["key"] != source_key, row["key"]))
        extra = extras.get(source_key, {})
        label, further = clean(rows[0]["label"])
        label = extra.get("name") or label
        if not label or (source_key not in held and normalise(label) not in later):
            continue
        mine = extra.get("aliases", "").split("|")
        names = [n for row in rows for raw in (row["label"], *row["aliases"].split("|")) for n in _alias(raw)]
        spelt: dict[str, str] = {}
        for name in [*mine, *further, *names]:
            if name and (" " in name or name in mine):
                spelt.setdefault(normalise(name), name)
        spelt.pop(normalise(label), None)
        made.append(
            {
                "source_key": source_key,
                "name": label,
                "aliases": joined(spelt.values()),
                "qid": next((row["qid"] for row in rows if row["qid"]), ""),
                "country": moved.get(source_key)
                or next(
                    (
                        CODES.get(row["country_iso2"], row["country_iso2"])
                        for row in rows
                        if row["country_iso2"] not in {"", "EU"}
                    ),
                    "",
                ),
                "birth": next((row["birth_year"] for row in rows if row["birth_year"]), ""),
                "source": joined(
                    sorted({c for row in rows for c in source_codes(row["source"], own=bool(extra)).split("|")})
                ),
            }
        )
    _unmix(made, {key: extra["aliases"].split("|") for key, extra in extras.items()})
    given = {normalise(row["name"]): row["gender"] for row in own("given_names.csv")}
    keys = _keys(made)
    persons = [
        {**row, "key": keys[row["source_key"]], "gender": _gender(row["name"], row["country"], given)} for row in made
    ]
    table = [{**row, "person": keys[row["person"]]} for key, rows in held.items() if key in keys for row in rows]
    _own_people(persons, table, bodies)
    return persons, close(table)


def _unmix(made: list[Row], ours: dict[str, list[str]]) -> None:
    """Take away aliases that are a compatriot's name: a source has the son's name among the father's."""
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in made:
        names[row["country"], normalise(row["name"])].add(row["source_key"])
    for row in made:
        row["aliases"] = joined(
            alias
            for alias in row["aliases"].split("|")
            if alias in ours.get(row["source_key"], [])
            or not names.get((row["country"], normalise(alias)), set()) - {row["source_key"]}
        )


def _gender(name: str, country: str, given: dict[str, str]) -> str:
    """Return f or m by the first name, where it comes first."""
    return "" if country in _FAMILY_NAME_FIRST else given.get(normalise(name).split()[0], "")


def _own_people(persons: list[Row], table: list[Row], bodies: list[Row]) -> None:
    """Add the own table's people and offices: heads of organisations, ministers after the sources' last day."""
    by_name: dict[tuple[str, str], Row] = {}
    for row in persons:
        for name in (row["name"], *row["aliases"].split("|")):
            by_name.setdefault((normalise(name), row["country"]), row)
    known = {row["key"] for row in bodies}
    keys = {row["key"] for row in persons}
    for row in own("offices.csv"):
        names = [normalise(name) for name in (row["name"], *row["aliases"].split("|")) if " " in name]
        person = next(
            (by_name[key] for name in names for key in ((name, row["country"]), (name, "")) if key in by_name), None
        )
        if person is None:
            key = slug(row["name"])
            key = f"{key}-{row['country'].lower()}" if key in keys else key
            person = {
                "key": key,
                "name": row["name"],
                "aliases": row["aliases"],
                "qid": "",
                "country": row["country"],
                "birth": "",
                "gender": "",
                "source": "legation",
            }
            keys.add(key)
            persons.append(person)
            for name in (row["name"], *row["aliases"].split("|")):
                by_name.setdefault((normalise(name), row["country"]), person)
        else:
            have = {normalise(name) for name in (person["name"], *person["aliases"].split("|"))}
            more = [name for name in row["aliases"].split("|") if normalise(name) not in have]
            person["aliases"] = joined([*person["aliases"].split("|"), *more])
        if row["organisation"] and row["organisation"] not in known:
            raise ValueError(f"offices.csv of the own tables: no organisation {row['organisation']}")
        table.append(
            {
                "person": person["key"],
                "title": row["title"],
                "kind": row["kind"],
                "country": "" if row["organisation"] else row["of"] or row["country"],
                "organisation": row["organisation"],
                "start": row["start"],
                "end": row["end"],
                "closing": "stated" if row["end"] else "open",
                "as_of": row["as_of"],
                "source": "legation",
            }
        )


def _keys(made: list[Row]) -> dict[str, str]:
    """Return the keys of people: the slug of the name; namesakes add country, year of birth, then a number."""
    by_slug: dict[str, list[Row]] = defaultdict(list)
    for row in made:
        by_slug[slug(row["name"])].append(row)
    result: dict[str, str] = {}
    for plain, rows in by_slug.items():
        # The plain key goes to the only bearer, or to the one with an identifier when just one has it.
        rows.sort(key=lambda row: (not row["qid"], row["country"], row["birth"], row["source_key"]))
        for place, row in enumerate(rows):
            tries = [plain] if place == 0 else []
            tries += [f"{plain}-{row['country'].lower()}"] if row["country"] else []
            tries += [f"{plain}-{row['country'].lower()}-{row['birth']}".replace("--", "-")] if row["birth"] else []
            tries += [f"{plain}-{row['country'].lower()}-{n}".replace("--", "-") for n in range(2, 10)]
            taken = set(result.values())
            result[row["source_key"]] = next(key for key in tries if key not in taken)
    return result

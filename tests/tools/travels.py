"""Derives the tables of official travel records in ``kg/data/records`` from the collected ones.

Run by hand when the records or the authority change, never by a build::

    python -m tests.tools.travels FOLDER

FOLDER holds us_travels.jsonl (journeys of Presidents and Secretaries of State of the United States) and
us_visits.jsonl (leaders who came there), as the Office of the Historian publishes them. Names become keys of the
authority where name and office on that day leave one person; where they do not, the key stays empty. Records before
1990 are kept only with a traveller that the authority knows: it lists hardly anybody from before.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kg.authority import Authority, City, Person, State
from kg.spelling import normalise
from tests.tools.tables import Row, joined, write

TARGET = Path(__file__).parents[2] / "kg" / "data" / "records"
COLUMNS = (
    "id", "start", "end", "traveller", "name", "office", "of", "countries", "country", "locale", "places", "met",
    "text", "origin",
)  # fmt: skip
SINCE = "1990"

_STATES = {
    "Bosnian Federation": "BA",
    "Korea, South": "KR",
    "Korea, Republic of": "KR",
    "Korea, North": "KP",
    "Slovak Republic": "SK",
    "Somali Republic": "SO",
    "Somoa": "WS",
    "West Bank": "PS",
    "Yemen Arab Republic": "YE",
}
"""What these records call a state, where the authority's names of it do not help."""

_UNITED_STATES = "US"
_WASHINGTON = "washington-us"
_DYNASTIES = frozenset({"arabia", "khalifa", "maktoum", "nahyan", "sabah", "said", "saud", "thani"})
_HOST = re.compile(r"\b(?:state|official(?: working)?|working) visit\b", re.IGNORECASE)
_COMPANION = re.compile(r"\b(?:former|the late|-elect|designate|funeral|inaugurat|memorial|anniversary|birthday)\b")
_TALKS = re.compile(
    r"\b(?:met|meetings?|meets|discuss(?:ed|ions?)|talks|consult(?:ed|ations)|spoke|conferred|negotiat\w+)\b.*?\bwith\b",
    re.IGNORECASE,
)
_TITLE = (
    r"(?:Palestinian Authority |PLO |NATO |U\.?N\.? |EU |E\.U\. |OAS |OAU |ASEAN )?"
    r"(?:(?:Deputy|Vice|First|Crown|Acting|Interim|External|Foreign|Prime|Federal|Defen[cs]e|High|Secretary|Supreme|"
    r"Opposition|State)[ -])*(?:Presidents?|"
    r"Prime Ministers?|Ministers?|Premiers?|Chancellor|Taoiseach|Kings?|Queen|Emperor|Emir|Amir|Sultan|Pope|Prince|"
    r"Chairman|Secretary|Secretary[ -]General|General Secretary|Representative|Sheikh|Affairs Minister|Leader|"
    r"Minister (?:of|for) (?:Foreign|External) (?:Affairs|Relations)|Councill?or|Adviser|Advisor|Executive|Director)"
)
_NAME = r"(?:(?:al|el|bin|ibn|ben|bint|de|da|dos|la|van|von|der|den|du|y|of)[ -]|[^\W\d_a-z][\w’'.-]*[ -]?){1,6}"
_PERSON = re.compile(rf"(?P<people>(?:[^\W\d_a-z][\w.]+[ -]){{0,3}}?)(?P<title>{_TITLE}) (?P<name>{_NAME})")
_LEADER = re.compile(rf"(?:Interim |Acting )?(?P<title>(?:{_TITLE}|Amir Sheikh|Emir Sheikh)) (?P<name>\S.*)")


@dataclass(frozen=True)
class Count:
    """How many records came in, how many stay, and how many of these have a traveller with a key."""

    given: int
    kept: int
    resolved: int
    named: int


def build(folder: Path, target: Path) -> dict[str, Count]:
    """Write both tables into ``target`` and return what became of the records."""
    known = Authority.load()
    counts = {}
    for table, read in (("us_travels", _travel), ("us_visits", _visit)):
        given = [json.loads(line) for line in (folder / f"{table}.jsonl").read_text("utf-8").splitlines()]
        rows = [read(known, record) for record in given]
        kept = [row for row in rows if row["start"] >= SINCE or row["traveller"]]
        write(target, f"{table}.csv", COLUMNS, kept)
        counts[table] = Count(
            len(given), len(kept), sum(bool(row["traveller"]) for row in kept), sum(bool(row["met"]) for row in kept)
        )
    return counts


def _travel(known: Authority, record: Mapping[str, Any]) -> Row:
    told = record["gold"]
    on = date.fromisoformat(told["start"])
    kind = "head-of-state" if told["type"] == "US_president" else "foreign-minister"
    traveller = _only(known, told["traveller"], _UNITED_STATES, kind, on)
    states = _states(known, told["country"]) or _states(known, told["country_id"].replace("-", " "))
    towns = list(_towns(known, told["locale"], states))
    # A state that is no more goes with the present one of its towns: news has Moscow in Russia, also in 1990.
    codes = joined([*(state.alpha2 for state in states), *(country for _, country in towns)])
    met = _met(known, record["text"], states[0].code if states else "", on)
    return {
        **_common(record),
        "traveller": traveller,
        "name": told["traveller"],
        "office": "President" if told["type"] == "US_president" else "Secretary of State",
        "of": _UNITED_STATES,
        "countries": codes,
        "country": told["country"],
        "locale": " ".join(told["locale"].split()),
        "places": joined(key for key, _ in towns),
        "met": joined(sorted(met - {traveller})),
    }


def _visit(known: Authority, record: Mapping[str, Any]) -> Row:
    told = record["gold"]
    on = date.fromisoformat(told["start"])
    states = _states(known, told["from"]) or _states(known, told["from_id"].replace("-", " "))
    office, name = "", " ".join(told["visitor"].split())
    if leader := _LEADER.fullmatch(name):
        office, name = leader["title"], leader["name"]
    traveller = ""
    for state in states:
        traveller = traveller or _leader(known, office, name, state, on)
    met = _met(known, record["text"], _UNITED_STATES, on)
    received = _HOST.search(record["text"]) and "private" not in record["text"].lower()
    if received:  # the President receives whoever comes on such a visit
        hosts = known.holders(_UNITED_STATES, "head-of-state", on=on)
        met |= {hosts[0].key} if len(hosts) == 1 else set()
    return {
        **_common(record),
        "traveller": traveller,
        "name": name,
        "office": office,
        "of": states[0].alpha2 if states else "",
        "countries": _UNITED_STATES,
        "country": "United States",
        "locale": "",
        "places": _WASHINGTON if received else "",
        "met": joined(sorted(met - {traveller})),
    }


def _common(record: Mapping[str, Any]) -> Row:
    told = record["gold"]
    text = " ".join(record["text"].split())
    return {"id": record["id"], "start": told["start"], "end": told["end"], "text": text, "origin": record["origin"]}


def _states(known: Authority, name: str) -> list[State]:
    """Return the states that a name may mean: ``Denmark (Greenland)`` both, ``China, People’s Republic of`` one."""
    outer, _, inner = name.partition(" (")
    first, _, rest = outer.partition(", ")
    tries = (outer, f"{rest} {first}", inner.rstrip(")"), first)
    found = [known.state_by_code(_STATES[outer])] if outer in _STATES else [known.state(one) for one in tries if one]
    return list({state.code: state for state in found if state}.values())


def _towns(known: Authority, locale: str, states: list[State]) -> Iterator[tuple[str, str]]:
    """Yield the towns of a locale that the authority has, with their country: in the state, or once in one."""
    for name in re.split(r"[,;]| and |\(|\)", locale):
        found: City | None = None
        for state in states:
            found = found or known.city(name.strip(), country=None if state.until else state.alpha2)
        place = found or known.landmark(name.strip())
        if place and (found or place.country in {state.alpha2 for state in states}):
            yield place.key, place.country


def _leader(known: Authority, office: str, name: str, state: State, on: date) -> str:
    kind = known.office_kind(office, country=state.code) if office else None
    kinds = dict.fromkeys([kind, "head-of-state", "head-of-government"])
    for one in kinds:
        if one and (key := _only(known, name, state.code, one, on)):
            return key
    return ""


def _only(known: Authority, name: str, of: str, kind: str, on: date) -> str:
    """Return who held the office on that day and may be called this; "" for nobody or several."""
    for sure in (True, False):
        holders = known.holders(of, kind, on=on, sure=sure)
        fitting = [person for person in holders if known.may_be(name, person) and _is_called(name, person)]
        if fitting:
            return fitting[0].key if len(fitting) == 1 else ""
    return ""


def _is_called(name: str, person: Person) -> bool:
    """Say whether one word may stand for a person: "King Hussein" goes by the first name, "King Saud" is not Fahd.

    Families that reign are named after a ruler, so that their surname says nothing.
    """
    dynasty = normalise(person.name).split()[-1] in _DYNASTIES or " of " in person.name
    return not dynasty or " " in name or normalise(name) in normalise(person.name).split()[:1]


def _met(known: Authority, text: str, country: str, on: date) -> set[str]:
    """Return whom a record says the traveller met, as far as title, name and day leave one person each.

    A title without a country is the visited state's: "Met with President Mubarak". Who is named before the "with"
    (a companion, the subject of a funeral) was not met by what is said there.
    """
    found = set()
    for sentence in re.split(r"(?<=[a-z)\]])[.;] (?=[A-Z])", " ".join(text.split())):
        talks = _TALKS.search(sentence)
        if talks is None:
            continue
        for person in _PERSON.finditer(sentence, talks.end()):
            before = sentence[max(0, person.start() - 12) : person.end()]
            if not _COMPANION.search(before) and (key := _named(known, person, country, on)):
                found.add(key)
    return found


def _named(known: Authority, person: re.Match[str], country: str, on: date) -> str:
    words = person["people"].replace("-", " ").strip()
    title, name = person["title"].rstrip("s"), re.sub(r"(?:[’']s)?[ ,.]+$", "", person["name"])
    for owner in (" ".join(words.split()[-n:]) for n in (3, 2, 1)):
        state = known.demonym(owner) or known.state(owner) if owner else None
        if state:
            country = state.code
    if title.startswith(("Palestinian Authority", "PLO")):
        country = "PS"
    kind = known.office_kind(title.removeprefix("Palestinian Authority ").removeprefix("PLO "), country=country)
    # The name may run on into the next word: "Foreign Minister Meridor During" …
    parts = name.split()
    for end in range(len(parts), 0, -1):
        shorter = " ".join(parts[:end])
        if kind and (key := _only(known, shorter, country, kind, on)):
            return key
    return ""


def main() -> None:
    """Build from the folder given on the command line and say what became of the records."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="the collected records")
    parser.add_argument("--out", type=Path, default=TARGET, help="where the tables go")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for table, count in build(args.folder, args.out).items():
        print(
            f"{table}: {count.given} records, {count.kept} kept; traveller known in {count.resolved}, "
            f"somebody met in {count.named}"
        )


if __name__ == "__main__":
    main()

"""The authority: what its tables promise."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from kg.authority import Authority
from kg.known import Office
from kg.tables import Table
from tests.tools.build_authority import build
from tests.tools.indexes import indexes
from tests.tools.overlaps import HANDOVER, SINGLE, doubted
from tests.tools.tables import own

DATA = Path(__file__).parents[1] / "kg" / "data" / "authority"
SOURCES = Path(__file__).parents[2] / "shared" / "authority"
NOTICE = Path(__file__).parents[1] / "NOTICE"
LINT = "run `python -m tests.tools.build_authority FOLDER` to write the tables anew"

QID = re.compile(r"Q[1-9]\d*")
DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Rows = list[dict[str, str]]


def table(name: str) -> Rows:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("path", sorted(DATA.glob("*.csv")), ids=lambda path: path.stem)
def test_a_table_is_sorted_unique_and_plain(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "\r" not in text
    rows = list(csv.reader(text.splitlines()))
    assert rows[1:] == sorted(rows[1:]), LINT
    assert len({tuple(row) for row in rows}) == len(rows), LINT
    assert all(len(row) == len(rows[0]) for row in rows)
    assert not [row for row in rows for field in row if field != field.strip() or "  " in field or "||" in field]


@pytest.mark.parametrize("path", sorted(set(DATA.glob("*.csv")) - {DATA / "sources.csv"}), ids=lambda path: path.stem)
def test_every_row_has_a_known_source(path: Path) -> None:
    codes = {row["code"] for row in table("sources")}
    for row in table(path.stem):
        assert row["source"]
        assert set(row["source"].split("|")) <= codes


def test_every_source_has_a_licence_and_stands_in_the_notice() -> None:
    notice = NOTICE.read_text("utf-8")
    for row in table("sources"):
        assert row["licence"]
        assert re.search(rf"^{re.escape(row['code'])} ", notice, re.MULTILINE), row["code"]
        assert row["address"] in notice


def test_all_tables_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in DATA.glob("*.csv")) < 6_000_000
    assert sum(path.stat().st_size for path in DATA.glob("*.tsv")) < 4_000_000


def test_the_indexes_are_what_the_tables_give() -> None:
    fresh = indexes(DATA)
    assert sorted(fresh) == sorted(path.name for path in DATA.glob("*.tsv"))
    assert [name for name, text in fresh.items() if (DATA / name).read_bytes() != text.encode()] == [], LINT


@pytest.mark.parametrize("path", sorted(DATA.glob("*.tsv")), ids=lambda path: path.stem)
def test_an_index_can_be_searched_by_halves(path: Path) -> None:
    names = [line.partition("\t")[0] for line in path.read_text("utf-8").split("\n")[:-1]]
    assert names == sorted(names), LINT
    assert path.stem == "gazetteer" or len(set(names)) == len(names), LINT


@pytest.mark.parametrize("name", ["cities", "organisations", "people", "offices"])
def test_a_table_searched_by_halves_gives_every_row(name: str) -> None:
    rows = table(name)
    column = next(iter(rows[0]))
    by_key: dict[str, Rows] = {}
    for row in rows:
        by_key.setdefault(row[column], []).append(row)
    searched = Table(DATA, f"{name}.csv", dict[str, str])
    assert {key: list(searched.all(key)) for key in by_key} == by_key
    assert searched.records() == tuple(rows)
    assert searched.get("nobody-of-this-key") is None


def test_only_allowed_licences_are_used() -> None:
    allowed = {"CC0-1.0", "MIT", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "ODbL-1.0"}
    assert {row["licence"] for row in table("sources")} <= allowed


@pytest.mark.parametrize(
    ("name", "key"),
    [("countries", "code"), ("cities", "key"), ("places", "key"), ("organisations", "key"), ("people", "key")],
)
def test_keys_are_unique(name: str, key: str) -> None:
    keys = [row[key] for row in table(name)]
    assert len(set(keys)) == len(keys)
    assert name == "countries" or not [key for key in keys if not KEY.fullmatch(key)]


def test_no_city_has_the_key_of_a_landmark() -> None:
    assert not {row["key"] for row in table("cities")} & {row["key"] for row in table("places")}


def test_countries_are_alpha_2_codes_of_the_table() -> None:
    codes = {row["code"] for row in table("countries")}
    assert not [code for code in codes if not re.fullmatch(r"[A-Z]{2}|CSHH", code)]
    for name in ("cities", "places", "organisations", "people", "offices", "titles", "choices"):
        assert {row["country"] for row in table(name)} - {""} <= codes, name


@pytest.mark.parametrize("name", ["countries", "organisations", "people"])
def test_identifiers_look_like_wikidata_s_and_name_one_thing(name: str) -> None:
    qids = [row["qid"] for row in table(name) if row["qid"]]
    assert not [qid for qid in qids if not QID.fullmatch(qid)]
    assert len(set(qids)) == len(qids)


def test_no_identifier_is_invented() -> None:
    """Each one stands in the collected sources, where these lie beside the repository."""
    for name, field in (("countries", "qid"), ("organisations", "qid"), ("people", "qid"), ("cities", "geonames")):
        given = {row[field] for row in table(name) if row[field]}
        assert given
        if SOURCES.is_dir():
            text = (SOURCES / f"{name}.csv").read_text("utf-8")
            assert given <= set(re.findall(r"Q\d+|\d+", text)), name


def test_the_tables_are_what_the_sources_give(tmp_path: Path) -> None:
    if not SOURCES.is_dir():
        pytest.skip(f"the collected sources are not at {SOURCES}: the tables cannot be derived anew")
    build(SOURCES, tmp_path)
    assert [p.name for p in sorted(DATA.glob("*.?sv")) if p.read_bytes() != (tmp_path / p.name).read_bytes()] == [], (
        LINT
    )


@pytest.mark.parametrize("name", ["countries", "organisations", "people"])
def test_what_is_our_own_alone_has_no_identifier(name: str) -> None:
    assert not [row for row in table(name) if row["source"] == "legation" and row["qid"]]


def test_coordinates_lie_on_the_globe() -> None:
    for name in ("countries", "cities"):
        for row in table(name):
            if row["latitude"]:
                assert -90 <= float(row["latitude"]) <= 90, row
                assert -180 <= float(row["longitude"]) <= 180, row


def test_offices_have_holders_bodies_kinds_and_sound_dates() -> None:
    people = {row["key"] for row in table("people")}
    bodies = {row["key"] for row in table("organisations")}
    for row in table("offices"):
        assert row["person"] in people
        assert row["organisation"] in bodies | {""}
        assert not (row["organisation"] and row["country"])
        assert row["title"]
        assert row["kind"]
        assert all(DATE.fullmatch(row[field]) for field in ("start", "end") if row[field]), row
        assert DATE.fullmatch(row["as_of"]), row
        assert row["closing"] in {"stated", "by", "last-seen", "open", "unrecorded", "within", "attested"}, row
        assert (row["closing"] in {"open", "unrecorded"}) == (not row["end"]) or row["closing"] == "within", row
        shorter = min(len(row["start"]), len(row["end"]))
        assert not shorter or row["start"][:shorter] <= row["end"][:shorter], row


def first_sure_day(office: Office) -> date | None:
    """Return the day from which an office is surely held: with a month or year alone, the first of the next."""
    if not office.start or office.closing in {"within", "unrecorded"}:
        return None
    year, month = int(office.start[:4]), int(office.start[5:7] or 12)
    if len(office.start) == 10:
        return date.fromisoformat(office.start)
    return date(year + month // 12, month % 12 + 1, 1)


def surely_together(one: Office, other: Office) -> date | None:
    """Return the first of more than a handover's days on which two offices are both sure to be held."""
    begun, other_begun = first_sure_day(one), first_sure_day(other)
    if begun is None or other_begun is None:
        return None
    day = max(begun, other_begun)
    days = (day, day + timedelta(days=HANDOVER + 1))
    return day if all(office.held(d) == "yes" for office in (one, other) for d in days) else None


@pytest.fixture(scope="module")
def holdings(known: Authority) -> dict[tuple[str, str], list[Office]]:
    """The offices of one holder at a time, by state or organisation and kind."""
    index: dict[tuple[str, str], list[Office]] = {}
    for person in known.people_known:
        for held in known.offices(person.key):
            if held.kind in SINGLE and (of := held.country or held.organisation):
                index.setdefault((of, held.kind), []).append(held)
    return index


def test_no_two_people_are_sure_of_one_office_at_once(holdings: dict[tuple[str, str], list[Office]]) -> None:
    """But for those that several do hold, each named with its reason; and each of these is needed."""
    pardons = own("shared_offices.csv")
    assert all(row["why"] for row in pardons)
    used, clashes = [], []
    for (of, kind), held in holdings.items():
        mine = [row for row in pardons if (row["of"], row["kind"]) == (of, kind)]
        for one, other in combinations(held, 2):
            if one.person == other.person or (day := surely_together(one, other)) is None:
                continue
            fitting = [row for row in mine if row["from"] <= day.isoformat() <= row["until"]]
            used += fitting
            if not fitting:
                clashes.append((of, kind, day.isoformat(), one.person, other.person))
    assert clashes == [], f"doubt one of the two in tests/tools/overlaps.py, or {LINT}"
    assert [row for row in pardons if row not in used] == []


SEVERAL_REALMS = {"elizabeth-ii", "charles-iii", "emmanuel-macron"}
"""Who is head of several states: the monarch of the Commonwealth realms, the French president in Andorra."""


def test_nobody_leads_two_states_at_once(known: Authority) -> None:
    double = set()
    for person in known.people_known:
        for one, other in combinations(known.offices(person.key), 2):
            if one.kind == other.kind and one.kind in SINGLE and one.country and other.country:
                apart = one.country != other.country
                if apart and person.key not in SEVERAL_REALMS and surely_together(one, other):
                    double.add((person.key, one.kind, one.country, other.country))
    assert double == set()


@pytest.mark.parametrize("field", ["qid", "geonames", "alpha3", "cow", "cow_alpha", "cameo", "fips"])
def test_a_code_names_one_country(field: str) -> None:
    codes = [row[field] for row in table("countries") if row[field]]
    assert len(codes) > 180
    assert sorted(set(codes)) == sorted(codes)


def test_our_own_offices_are_as_precise_as_they_are_sure() -> None:
    for row in own("offices.csv"):
        assert row["name"], row
        assert row["title"], row
        assert DATE.fullmatch(row["start"]), row
        assert not row["end"] or row["start"][: len(row["end"])] <= row["end"][: len(row["start"])], row
        assert len(row["as_of"]) == 10, row
        assert row["as_of"][: len(row["end"])] >= row["end"] or not row["end"], row


def stint(person: str, start: str, end: str, closing: str = "stated", as_of: str = "2012-01-16") -> dict[str, str]:
    of = {"country": "XX", "organisation": "", "kind": "head-of-state", "title": "President", "source": "epscrapers"}
    return {**of, "person": person, "start": start, "end": end, "closing": closing, "as_of": as_of}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # An acting president within another's term; the same, where nobody saw the term end.
        (
            [stint("a", "2000-01-01", "2004-01-01"), stint("b", "2001-01-01", "2001-06-01")],
            [("stated", "2004-01-01", "2012-01-16"), ("within", "2001-06-01", "2012-01-16")],
        ),
        (
            [stint("a", "2000-01-01", "2009-01-01", "by"), stint("b", "2001-01-01", "2003-06-01")],
            [("by", "2009-01-01", "2001-01-01"), ("stated", "2003-06-01", "2012-01-16")],
        ),
        # Chosen before the other left; both of them said to have had the very same days.
        (
            [stint("a", "2000-01-01", "2004-01-01"), stint("b", "2003-10-01", "2007-01-01")],
            [("by", "2004-01-01", "2003-10-01"), ("stated", "2007-01-01", "2012-01-16")],
        ),
        (
            [stint("a", "2000-01-01", "2004-01-01"), stint("b", "2000-01-01", "2004-01-01")],
            [("within", "2004-01-01", "2012-01-16"), ("within", "2004-01-01", "2012-01-16")],
        ),
        # A handover within a month, and one person's two rows, are left as they are.
        (
            [stint("a", "2000-01-01", "2004-01"), stint("b", "2003-12-20", "2007-01-01")],
            [("stated", "2004-01", "2012-01-16"), ("stated", "2007-01-01", "2012-01-16")],
        ),
        (
            [stint("a", "2000-01-01", "2004-01-01"), stint("a", "2003-01-01", "2005-01-01")],
            [("stated", "2004-01-01", "2012-01-16"), ("stated", "2005-01-01", "2012-01-16")],
        ),
    ],
)
def test_of_two_sure_holders_one_is_doubted(rows: Rows, expected: list[tuple[str, str, str]]) -> None:
    assert [(row["closing"], row["end"], row["as_of"]) for row in doubted(rows)] == expected


def test_everybody_held_an_office() -> None:
    assert {row["key"] for row in table("people")} == {row["person"] for row in table("offices")}


def test_places_name_cities_and_actors_that_exist(known: Authority) -> None:
    cities = {city.key for city in known.cities}
    for place in known.landmarks:
        assert place.city in cities | {""}, place
        kind, _, key = place.metonym_of.partition("/")
        assert not kind or (known.state_by_code(key) if kind == "state" else known.organisation_by_key(key)), place


def test_people_are_called_by_a_name_and_nothing_else() -> None:
    odd = re.compile(r"[()\[\]\"?<>/\d]|\b(?:Minister|Council|Republic|Acting|Affaires|and)\b|,")
    assert not [row["name"] for row in table("people") for _ in [0] if odd.search(row["name"])]
    assert not [
        row["name"] for row in table("people") if re.search(r"\b[A-Z]{4,}\b", row["name"]) and "XVI" not in row["name"]
    ]

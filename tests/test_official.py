"""The tables of official travel records: what they promise, and that names became the right people or none."""

from __future__ import annotations

import csv
import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from kg.authority import Authority
from kg.official import records_of
from tests.tools.travels import COLUMNS, SINCE, build

DATA = Path(__file__).parents[1] / "kg" / "data" / "records"
SOURCES = Path(__file__).parents[2] / "shared" / "authority"
TABLES = sorted(DATA.glob("*.csv"))
LINT = "run `python -m tests.tools.travels FOLDER` to write the tables anew"
ORIGIN = {
    "us_travels": re.compile(r"HistoryAtState/travels:(president|secretary)-travels/[a-z-]+\.xml"),
    "us_visits": re.compile(r"HistoryAtState/visits:data/\d{4}\.xml"),
}

Rows = list[dict[str, str]]


@cache
def table(name: str) -> Rows:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def listed(field: str) -> list[str]:
    return field.split("|") if field else []


@pytest.fixture(scope="module")
def known() -> Authority:
    return Authority.load()


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_table_is_sorted_unique_and_plain(path: Path) -> None:
    text = path.read_text("utf-8")
    rows = list(csv.reader(text.splitlines()))
    assert "\r" not in text
    assert tuple(rows[0]) == COLUMNS
    assert rows[1:] == sorted(rows[1:]), LINT
    assert len({row[0] for row in rows}) == len(rows), LINT
    assert all(len(row) == len(COLUMNS) for row in rows)
    assert not [row for row in rows for field in row if field != field.strip() or "  " in field or "||" in field]


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_row_has_its_days_and_its_origin(path: Path) -> None:
    for row in table(path.stem):
        assert date.fromisoformat(row["start"]) <= date.fromisoformat(row["end"]), row
        assert ORIGIN[path.stem].fullmatch(row["origin"]), row
        assert re.fullmatch(r"US-(trip|visit)-\d+", row["id"])
        assert row["name"]
        assert row["country"]
        assert row["start"] >= SINCE or row["traveller"], "an early record is kept only for a known traveller"


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_key_is_the_authority_s(path: Path, known: Authority) -> None:
    for row in table(path.stem):
        for key in listed(row["met"]) + listed(row["traveller"]):
            assert known.person(key), f"{key}: no such person; {LINT}"
        for key in listed(row["places"]):
            assert known.place_by_key(key), f"{key}: no such place; {LINT}"
        assert row["countries"]
        for code in [*listed(row["countries"]), *listed(row["of"])]:
            assert code in {state.alpha2 for state in known.states}, row
        assert row["traveller"] not in listed(row["met"])


def test_nobody_travels_or_is_met_before_growing_up(known: Authority) -> None:
    """A namesake's son or grandson in the authority would: the elder Marcos came in 1966."""
    for name in ("us_travels", "us_visits"):
        for row in table(name):
            for key in listed(row["met"]) + listed(row["traveller"]):
                person = known.person(key)
                if person and person.birth:
                    assert int(row["start"][:4]) - int(person.birth) > 20, (row, person)


def test_most_records_can_be_used() -> None:
    travels, visits = table("us_travels"), table("us_visits")
    assert all(row["traveller"] for row in travels)
    assert sum(bool(row["traveller"]) for row in visits) > 0.96 * len(visits)
    for rows in (travels, visits):
        assert len(rows) > 2000
        assert sum(bool(row["met"]) for row in rows) > 0.4 * len(rows)


@pytest.mark.parametrize(
    ("record", "field", "value"),
    [
        ("US-trip-4121", "met", "abdel-fattah-el-sisi|sameh-shoukry"),
        ("US-trip-4121", "places", "cairo-eg"),
        # "Russian President" there, "President" of the place
        ("US-trip-4115", "met", "guy-parmelin|ignazio-cassis|vladimir-putin"),
        ("US-trip-358", "countries", "SU|RU"),
        ("US-visit-2911", "met", "donald-trump"),  # a working visit is to the President of the day
        ("US-visit-2911", "traveller", "muhammadu-buhari"),
        ("US-trip-4110", "met", ""),  # a conference: nobody is named
    ],
)
def test_what_some_records_say(record: str, field: str, value: str) -> None:
    (row,) = (row for name in ("us_travels", "us_visits") for row in table(name) if row["id"] == record)
    assert row[field] == value


def test_a_companion_and_the_subject_of_a_funeral_are_not_met() -> None:
    for row in table("us_travels"):
        if re.fullmatch(r"Accompanied President (Bush|Clinton|Obama|Trump|Biden)\.", row["text"]):
            assert row["met"] == ""
        if re.fullmatch(r"Attended the (?:\w+ )*funeral of [^.;]*\.", row["text"]) and " met " not in row["text"]:
            assert row["met"] == "", row


def test_the_tables_are_what_the_records_give(tmp_path: Path) -> None:
    if not SOURCES.is_dir():
        pytest.skip(f"the collected records are not at {SOURCES}: the tables cannot be derived anew")
    build(SOURCES, tmp_path)
    assert [path.name for path in TABLES if path.read_bytes() != (tmp_path / path.name).read_bytes()] == [], LINT


def test_only_the_asked_for_travellers_are_read_by_their_first_day() -> None:
    records = records_of({"person/antony-blinken", "person/muhammadu-buhari", "person/nobody"})
    assert list(records) == ["person/antony-blinken", "person/muhammadu-buhari"]
    assert all(record.traveller == key for key, stays in records.items() for record in stays)
    for stays in records.values():
        assert [record.start for record in stays] == sorted(record.start for record in stays)
    assert {record.complete for record in records["person/antony-blinken"]} == {True}
    assert {record.complete for record in records["person/muhammadu-buhari"]} == {False}

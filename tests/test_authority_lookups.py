"""The authority: what its lookups know of names, offices and titles, and what its gazetteer finds."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kg.authority import Authority
from kg.known import Closing, Office


def facts(lookup: str) -> dict[str, str]:
    """Return what a lookup must answer: facts of all regions, years and spellings."""
    with (Path(__file__).parent / "authority_facts.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: row["answer"] for row in csv.DictReader(file) if row["lookup"] == lookup}


@pytest.mark.parametrize(
    ("lookup", "field"),
    [
        ("state", "code"),
        ("demonym", "code"),
        ("capital", "code"),
        ("city", "key"),
        ("landmark", "country"),
        ("organisation", "key"),
    ],
)
def test_lookups_answer_what_is_known(known: Authority, lookup: str, field: str) -> None:
    expected = facts(lookup)
    assert len(expected) >= 19
    assert {name: getattr(getattr(known, lookup)(name), field, None) for name in expected} == expected


def test_people_are_found_by_the_names_that_news_gives_them(known: Authority) -> None:
    expected = facts("people")
    found = {name: known.people(name) for name in expected}
    assert {name: got[0].person.key if got else None for name, got in found.items()} == expected
    assert all(got[0].score >= 0.8 for got in found.values())


@pytest.mark.parametrize(("asked", "key"), sorted(facts("holder").items()))
def test_who_held_an_office(known: Authority, asked: str, key: str) -> None:
    of, kind, day = asked.split()
    assert [person.key for person in known.holders(of, kind, on=date.fromisoformat(day))] == [key]


def test_a_former_state_keeps_its_withdrawn_code_and_its_last_year(known: Authority) -> None:
    state = known.state("Czechoslovakia")
    assert state is not None
    assert (state.code, state.alpha2, state.until, state.path) == ("CSHH", "CS", "1992", "state/cshh")


def test_a_city_that_governs_nothing_stands_for_no_state(known: Authority) -> None:
    assert known.capital("Mumbai") is None


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("PK", "islamabad-pk"),
        ("US", "washington-us"),
        ("ZA", "pretoria-za"),
        ("SU", "moscow-ru"),
        ("BO", "sucre-bo"),
        ("IS", "reykjavik-is"),
    ],
)
def test_capital_of(known: Authority, code: str, key: str) -> None:
    city = known.capital_of(code)
    assert city is not None
    assert city.key == key


def test_every_country_with_a_listed_capital_finds_it(known: Authority) -> None:
    lost = {state.code for state in known.states if state.capital and known.capital_of(state.code) is None}
    # GeoNames' selection has no such city: a Dutch and a British territory, islands, and a suburb of the capital.
    assert lost <= {"AN", "DD", "GD", "IO", "TK", "HK", "GS", "GG", "SH", "FK", "PN", "CK", "UM"}, lost


def test_a_country_decides_between_cities_of_one_name(known: Authority) -> None:
    city = known.city("Tripoli", country="LB")
    assert city is not None
    assert city.key == "tripoli-lb"
    assert known.city("Tripoli", country="FR") is None


def test_a_place_stands_for_a_state_or_an_institution(known: Authority) -> None:
    kremlin, zhongnanhai = known.landmark("Kremlin"), known.landmark("Zhongnanhai")
    assert kremlin is not None
    assert zhongnanhai is not None
    house = known.house_of(kremlin.key)
    assert house is not None
    assert (house.path, known.metonym(kremlin.key)) == ("organization/kremlin", None)
    assert (known.house_of(zhongnanhai.key), known.metonym(zhongnanhai.key)) == (None, "CN")
    assert (known.metonym("moscow-ru"), known.metonym("sochi-ru"), known.country_of("sochi-ru")) == ("RU", None, "RU")


def test_a_party_of_many_countries_needs_one(known: Authority) -> None:
    assert known.organisation("Labour Party") is None or known.organisation("Labour Party") is known.organisation(
        "Labour Party", country="GB"
    )
    german = known.organisation("SPD", country="DE")
    assert german is not None
    assert german.name == "Social Democratic Party of Germany"


@pytest.mark.parametrize(
    ("name", "key", "score"),
    [
        ("Antony Blinken", "antony-blinken", 1.0),
        ("Antony John Blinken", "antony-blinken", 0.95),
        ("Zardari Bhutto Bilawal", "bilawal-bhutto-zardari", 0.9),
        ("Mohammad Zarif", "mohammad-javad-zarif", 0.85),
        ("Mykhailo Fradkov", "mikhail-fradkov", 0.8),
        ("Muammar Qadhafi", "muammar-gaddafi", 0.8),
        ("Zelenskyy", "volodymyr-zelenskyy", 0.4),
        ("bin Salman", "mohammed-bin-salman", 0.4),
        ("Xi", "xi-jinping", 0.4),
    ],
)
def test_how_well_a_name_fits_is_told_by_its_score(known: Authority, name: str, key: str, score: float) -> None:
    fitting = {candidate.person.key: candidate.score for candidate in known.people(name)}
    assert fitting.get(key) == score


def test_a_surname_may_be_several_people_s(known: Authority) -> None:
    bushes = {candidate.person.key for candidate in known.people("Bush")}
    assert {"george-w-bush", "george-h-w-bush"} <= bushes
    assert known.people("Nobody Whatsoever") == ()


@pytest.mark.parametrize(
    ("surname", "names"),
    [
        ("Bush", {"George H. W. Bush": "george-h-w-bush", "George W. Bush": "george-w-bush"}),
        ("Clinton", {"Bill Clinton": "bill-clinton", "Hillary Clinton": "hillary-clinton"}),
        ("Kim", {"Kim Jong Un": "kim-jong-un", "Kim Jong-il": "kim-jong-il", "Kim Il Sung": "kim-il-sung"}),
        ("Assad", {"Bashar al-Assad": "bashar-al-assad", "Hafez Assad": "hafez-al-assad"}),
        ("Aliyev", {"Ilham Aliyev": "ilham-aliyev", "Heydar Aliyev": "heydar-aliyev"}),
        ("Aliev", {"Ilham Aliev": "ilham-aliyev", "Geidar Aliev": "heydar-aliyev"}),
        ("Gandhi", {"Indira Gandhi": "indira-gandhi", "Rajiv Gandhi": "rajiv-gandhi", "Sonia Gandhi": "sonia-gandhi"}),
        ("Trudeau", {"Justin Trudeau": "justin-trudeau", "Pierre Trudeau": "pierre-trudeau"}),
        ("Marcos", {"Ferdinand Marcos Jr.": "ferdinand-marcos-jr", "Ferdinand E. Marcos": "ferdinand-marcos"}),
        ("Kabila", {"Joseph Kabila": "joseph-kabila", "Laurent Kabila": "laurent-desire-kabila"}),
        ("Deby", {"Idriss Déby": "idriss-deby", "Mahamat Déby": "mahamat-idriss-deby"}),
    ],
)
def test_a_full_name_keeps_a_family_apart(known: Authority, surname: str, names: dict[str, str]) -> None:
    assert {name: [candidate.person.key for candidate in known.people(name)] for name in names} == {
        name: [key] for name, key in names.items()
    }
    assert set(names.values()) <= {candidate.person.key for candidate in known.people(surname)}


def test_male_is_a_city_that_needs_evidence(known: Authority) -> None:
    hits = [known.gazetteer.scan(text)[-1] for text in ("a summit in Male.", "a summit in Malé.")]
    assert [(hit.key, hit.ambiguous) for hit in hits] == [("male-mv", True), ("male-mv", False)]
    assert known.gazetteer.scan("a male delegate") == ()


def test_one_person_is_one_object(known: Authority) -> None:
    person = known.person("angela-merkel")
    assert person is not None
    assert known.people("Angela Merkel")[0].person is person
    assert known.may_be("Merkel", person)
    assert not known.may_be("Scholz", person)
    assert known.is_full_name("angela merkel")
    assert not known.is_full_name("Merkel")


def test_given_names_tell_a_gender_or_nothing(known: Authority) -> None:
    assert [known.gender_of(name) for name in ("Angela", "Vladimir", "Kim")] == ["f", "m", None]
    merkel = known.person("angela-merkel")
    assert merkel is not None
    assert merkel.gender == "f"


def test_what_a_source_no_longer_shows_is_not_sure(known: Authority) -> None:
    day = date(2024, 3, 1)
    assert known.holders("TO", "foreign-minister", on=day) == ()
    assert [person.name for person in known.holders("TO", "foreign-minister", on=day, sure=False)] == [
        "Fekitamoeloa 'Utoikamanu"
    ]
    assert known.holders("TO", "foreign-minister", on=date(2040, 1, 1), sure=False) == ()


def test_no_two_people_are_sure_to_hold_the_great_offices_at_once(known: Authority) -> None:
    states = (
        "US",
        "RU",
        "CN",
        "GB",
        "FR",
        "DE",
        "IN",
        "PK",
        "JP",
        "BR",
        "TR",
        "EG",
        "NG",
        "MX",
        "CA",
        "ID",
        "UA",
        "PL",
    )
    double = {
        (code, kind, year): [person.key for person in found]
        for code in states
        for kind in ("head-of-state", "head-of-government", "foreign-minister")
        for year in range(1992, 2026)
        if len(found := known.holders(code, kind, on=date(year, 4, 20))) > 1
    }
    assert double == {}


# Dates of offices


def office(*, start: str = "2010-01-10", end: str = "", closing: Closing = "open", as_of: str = "2012-06-30") -> Office:
    return Office("x", "Minister", "minister", "XX", None, start, end, closing, as_of, "legation")


@pytest.mark.parametrize(
    ("fields", "day", "held"),
    [
        ({}, "2010-01-09", "no"),
        ({}, "2010-01-10", "yes"),
        ({}, "2012-06-30", "yes"),
        ({}, "2013-01-01", "perhaps"),
        ({}, "2017-01-01", "no"),
        ({"start": "2010"}, "2010-05-01", "perhaps"),
        ({"start": "2010"}, "2011-01-01", "yes"),
        ({"start": ""}, "2011-01-01", "perhaps"),
        ({"end": "2011-03-04", "closing": "stated"}, "2011-03-04", "yes"),
        ({"end": "2011-03-04", "closing": "stated"}, "2011-03-05", "no"),
        ({"end": "2011-03", "closing": "stated"}, "2011-03-05", "perhaps"),
        ({"end": "2014-01-01", "closing": "by"}, "2013-01-01", "perhaps"),
        ({"end": "2014-01-01", "closing": "by"}, "2014-01-02", "no"),
        ({"end": "2012-06-30", "closing": "last-seen"}, "2012-12-01", "perhaps"),
        ({"end": "2012-06-30", "closing": "last-seen"}, "2014-01-01", "no"),
        ({"closing": "unrecorded"}, "2011-01-01", "perhaps"),
        ({"end": "2012-01", "closing": "within"}, "2011-01-01", "perhaps"),
        ({"end": "2010-02-10", "closing": "attested"}, "2010-02-01", "yes"),
        ({"end": "2010-02-10", "closing": "attested"}, "2010-08-01", "perhaps"),
        ({"end": "2010-02-10", "closing": "attested"}, "2011-08-01", "no"),
    ],
)
def test_an_office_is_held_as_surely_as_its_dates_allow(fields: dict[str, Any], day: str, held: str) -> None:
    assert office(**fields).held(date.fromisoformat(day)) == held


# Titles


@pytest.mark.parametrize(
    ("title", "country", "kind"),
    [
        ("Foreign Minister", "", "foreign-minister"),
        ("FM", "", "foreign-minister"),
        ("External Affairs Minister", "IN", "foreign-minister"),
        ("Secretary of State", "US", "foreign-minister"),
        ("US Secretary of State", "", "foreign-minister"),
        ("Foreign Secretary", "GB", "foreign-minister"),
        ("Foreign Secretary", "IN", "deputy-foreign-minister"),
        ("Minister of Foreign Affairs and Worship", "AR", "foreign-minister"),
        ("Deputy Prime Minister and Foreign Minister", "", "foreign-minister"),
        ("Deputy Foreign Minister", "", "deputy-foreign-minister"),
        ("Minister of State for Foreign Affairs", "PK", "deputy-foreign-minister"),
        ("premier", "", "head-of-government"),
        ("former Prime Minister", "", "head-of-government"),
        ("Prime Minister of Pakistan", "", "head-of-government"),
        ("Chancellor", "DE", "head-of-government"),
        ("Chancellor", "GB", "finance-minister"),
        ("Taoiseach", "IE", "head-of-government"),
        ("President", "FR", "head-of-state"),
        ("President", "IR", "head-of-government"),
        ("Vice President", "", "deputy-head-of-state"),
        ("Secretary of Defense", "US", "defence-minister"),
        ("Defence Minister", "", "defence-minister"),
        ("Minister of Defence Production", "", "minister"),
        ("Governor-General", "AU", "governor-general"),
        ("Foreign Ministry spokeswoman", "", "spokesperson"),
        ("UN secretary-general", "", "organisation-head"),
        ("Ambassador to the United Nations", "", "un-representative"),
        ("goalkeeper", "", None),
        ("analyst", "", None),
    ],
)
def test_titles_name_kinds_of_office(known: Authority, title: str, country: str, kind: str | None) -> None:
    assert known.office_kind(title, country=country or None) == kind


# The gazetteer


def found(known: Authority, text: str) -> list[tuple[str, str, str]]:
    return [(hit.span.of(text), hit.kind, hit.key) for hit in known.gazetteer.scan(text)]


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("Turkey's foreign minister", [("Turkey", "state", "TR")]),
        ("the Turkish and Dutch ministers", [("Turkish", "demonym", "TR"), ("Dutch", "demonym", "NL")]),
        ("The US told us so.", [("US", "state", "US")]),
        ("Who asked the WHO?", [("WHO", "organisation", "world-health-organization")]),
        ("the U.S. Secretary of State", [("U.S.", "state", "US")]),
        ("He works at the U.N.", [("U.N.", "organisation", "united-nations")]),
        ("Papua New Guinea and Guinea-Bissau", [("Papua New Guinea", "state", "PG"), ("Guinea-Bissau", "state", "GW")]),
        ("MANILA, May 3 (Reuters) -", [("MANILA", "city", "manila-ph"), ("Reuters", "organisation", "reuters")]),
        ("South Korea, North\nKorea", [("South Korea", "state", "KR"), ("North\nKorea", "state", "KP")]),
        ("in the South China Sea", []),
        ("the Paris Agreement", []),
        ("He was in Paris.", [("Paris", "city", "paris-fr")]),
        ("in Washington, D.C.", [("Washington, D.C.", "city", "washington-us")]),
        ("in St. Petersburg", [("St. Petersburg", "city", "saint-petersburg-ru")]),
        ("at the Great Hall of the People", [("Great Hall of the People", "landmark", "great-hall-of-the-people-cn")]),
        ("Erdoğan left Bogotá", [("Bogotá", "city", "bogota-co")]),
        ("UN Security Council members", [("UN Security Council", "organisation", "united-nations-security-council")]),
        ("it is nice reading of late", []),
        ("Russians and Frenchmen", [("Russians", "demonym", "RU"), ("Frenchmen", "demonym", "FR")]),
        ("the Côte d’Ivoire government", [("Côte d’Ivoire", "state", "CI")]),
    ],
)
def test_names_are_found_in_text(known: Authority, text: str, hits: list[tuple[str, str, str]]) -> None:
    assert found(known, text) == hits


@pytest.mark.parametrize(
    "text", ["Georgia", "Jordan", "Chad", "Congo", "Israel", "Male", "Quad", "WHO MET WHOM", "BNP"]
)
def test_doubtful_names_are_marked(known: Authority, text: str) -> None:
    hits = known.gazetteer.scan(text)
    assert hits
    assert hits[0].ambiguous


def test_hits_are_sorted_apart_and_point_at_their_words(known: Authority) -> None:
    corpus = sorted((Path(__file__).parent / "corpus" / "open").glob("*.txt"))
    assert corpus
    for path in corpus[:60]:
        text = path.read_text("utf-8")
        hits = known.gazetteer.scan(text)
        assert all(a.span.end <= b.span.start for a, b in pairwise(hits))
        for hit in hits:
            assert hit.span.of(text)[0].isupper() or hit.span.of(text)[0].isdigit()
            find: Callable[[str], object] = {
                "state": known.state_by_code,
                "demonym": known.state_by_code,
                "city": known.place_by_key,
                "landmark": known.place_by_key,
                "organisation": known.organisation_by_key,
            }[hit.kind]
            assert find(hit.key) is not None, hit

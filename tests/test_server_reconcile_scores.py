"""Whom ``/reconcile`` takes for whom: who comes first, and what is certain enough to be a match."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from server.reconcile.likeness import likeness, words
from server.reconcile.score import AHEAD, MATCH
from tests.reconcile_fixture import ask, best, client
from tests.server_fixture import BASE

LENA, PLACE, STATE = "person/lena-maro", "place/tolvia", "state/tv"


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return client(tmp_path_factory.mktemp("reconcile"))


@pytest.mark.parametrize(
    ("written", "id_"),
    [
        ("Lena Maro", LENA),
        ("LENA MARO", LENA),
        ("Maro, Lena", LENA),
        ("Ms. Lena Maro", LENA),
        ("Lena K. Maro", LENA),  # an alias with two words of the name
        ("Léna Marò", LENA),
        ("Elena Sokolova", ""),
        ("Yelena Sokolova", "person/yelena-sokolova"),
        ("Jelena Sokolova", "person/yelena-sokolova"),
        ("Yelena Sokolowa", "person/yelena-sokolova"),
        ("Zoe Aelia", "person/zoe-aelia"),
        ("ゾエ", ""),  # one word of a person's name
        ("小泉 太郎", "person/小泉"),
        ("the Ministry of Foreign Affairs of Tolvia", "organization/ministry-tv"),
        ("Niger", "state/nig"),
        ("Nigeria", "state/nga"),
        ("Omar Khalil", ""),  # two people
        ("Tolvia", ""),  # a state and a place
        ("Maro", ""),  # a surname
        ("Foreign Minister", ""),  # what articles call somebody in passing
        ("its side", ""),  # no name
        ("Len Mar", ""),
        ("Nobody Atall", ""),
        ("Ministry of Foreign Affairs", ""),
    ],
)
def test_matches_are_certain(http: FlaskClient, written: str, id_: str) -> None:
    first, score, match = best(http, written)
    assert (first if match else "") == id_
    assert not match or score >= MATCH


@pytest.mark.parametrize(
    ("written", "id_"),
    [("Maro", LENA), ("Foreign Minister", LENA), ("Lena Marro", LENA), ("LenaMaro", LENA), ("L. Maro", LENA),
     ("Yelena", "person/yelena-sokolova"), ("Yelena Sokolva", "person/yelena-sokolova"),
     ("Ostmark Ministry of Foreign Affairs", "organization/ministry-os"), ("TLV", STATE), ("Tolvian", STATE)],
)  # fmt: skip
def test_the_likeliest_comes_first(http: FlaskClient, written: str, id_: str) -> None:
    assert best(http, written)[0] == id_


def test_a_type_settles_what_names_leave_open(http: FlaskClient) -> None:
    for kind, id_ in (("State", STATE), ("Place", PLACE), ("leg:State", STATE), (["Place", "Person"], PLACE)):
        assert best(http, "Tolvia", type=kind) == (id_, 100.0, True)
    assert best(http, "Tolvia", type=[{"id": "State", "name": "state"}])[0] == STATE
    assert best(http, "Ministry of Foreign Affairs of Tolvia", type="GovernmentBody")[2]  # a class above
    for kind in ("Person", "Nonsense"):
        assert ask(http, q={"query": "Tolvia", "type": kind})["q"] == []


def test_strictness_says_whether_other_types_come_too(http: FlaskClient) -> None:
    found = {}
    for strict in ("any", "all", "should"):
        results = ask(http, q={"query": "Tolvia", "type": ["State", "Nonsense"], "type_strict": strict})["q"]
        found[strict] = [(each["id"], each["score"], each["match"]) for each in results]
    assert [id_ for id_, _, _ in found["any"]] == [STATE]
    assert found["all"] == []
    assert found["should"][0] == (STATE, 100.0, True)
    assert (PLACE, 60.0, False) in found["should"]


def test_properties_raise_and_lower(http: FlaskClient) -> None:
    plain = {each["id"]: each["score"] for each in ask(http, q={"query": "Omar Kalil"})["q"]}
    told = {
        each["id"]: each["score"]
        for each in ask(http, q={"query": "Omar Kalil", "properties": [{"pid": "countryCode", "v": "os"}]})["q"]
    }
    assert plain["person/omar-khalil"] == plain["person/omar-khalil-2"]
    assert told["person/omar-khalil"] < plain["person/omar-khalil"]
    assert told["person/omar-khalil-2"] > plain["person/omar-khalil-2"]
    decided = best(http, "Omar Khalil", properties=[{"pid": "countryCode", "v": "OS"}])
    assert decided == ("person/omar-khalil-2", 100.0, True)
    wrong = best(http, "Lena Maro", properties=[{"pid": "countryCode", "v": "OS"}])
    assert wrong[0] == LENA
    assert not wrong[2]


@pytest.mark.parametrize(
    ("value", "score"),
    [("Prime Minister of Tolvia", 100.0), ("prime minister", 95.0), (["Baker", "Prime Minister of Tolvia"], 100.0)],
)
def test_an_office_tells_namesakes_apart(http: FlaskClient, value: object, score: float) -> None:
    condition = [{"pid": "office", "v": value}]
    found = ask(http, q={"query": "Omar Khalil", "properties": condition})["q"]
    features = {feature["id"]: feature["value"] for feature in found[0]["features"]}
    assert (found[0]["id"], features["property:office"]) == ("person/omar-khalil", score)
    assert found[1]["id"] == "person/omar-khalil-2"  # of whom no office is known, and who is reported more
    assert found[0]["score"] > found[1]["score"]
    assert found[0]["match"] is (score == 100.0)


def test_what_a_candidate_lacks_costs_little_and_what_nobody_knows_nothing(http: FlaskClient) -> None:
    for condition, score in (
        ({"pid": "geonames", "v": "5"}, 94.0),
        ({"pid": "nonsense", "v": "x"}, 100.0),
        ({"pid": "countryCode", "v": None}, 100.0),
        ({"pid": "countryCode", "v": ["", None]}, 100.0),
    ):
        assert best(http, "Zoë Ælía", properties=[condition]) == ("person/zoe-aelia", score, True)


@pytest.mark.parametrize(
    "text",
    ["Q900001", "q900001", "http://www.wikidata.org/entity/Q900001", "https://www.wikidata.org/wiki/Q900001",
     "wd:Q900001", LENA, BASE + LENA, "http://localhost:8000/page/person/lena-maro", "http://127.0.0.1:8000/data/person/lena-maro.ttl",
     "person%2Flena-maro", "https://example.org/m"],
)  # fmt: skip
def test_an_identifier_finds_exactly_its_node(http: FlaskClient, text: str) -> None:
    found = ask(http, q={"query": text})["q"]
    assert [(each["id"], each["score"], each["match"]) for each in found] == [(LENA, 100.0, True)]


@pytest.mark.parametrize(
    ("pid", "value", "id_"),
    [
        ("wikidata", "Q900001", LENA),
        ("wikidata", {"id": "Q900001", "name": "Lena"}, LENA),
        ("wikidata", ["Q1", "Q900001"], LENA),
        ("exactMatch", "https://example.org/m", LENA),
        ("iri", BASE + LENA, LENA),
        ("iri", LENA, LENA),
        ("geonames", 990011, PLACE),
        ("geonames", 990011.0, PLACE),
        ("geonames", "https://www.geonames.org/990011/tolvia.html", PLACE),
        ("isoAlpha3", "tlv", STATE),
        ("cowNumber", 742, STATE),
        ("leg:cowNumber", "742", STATE),
        ("notation", "PLAIN", "state/os"),
    ],
)
def test_an_identifier_given_as_property_finds_exactly_its_node(
    http: FlaskClient, pid: str, value: object, id_: str
) -> None:
    condition = [{"pid": pid, "v": value}]
    alone = ask(http, q={"properties": condition})["q"]
    assert [(each["id"], each["score"], each["match"]) for each in alone] == [(id_, 100.0, True)]
    assert best(http, "Omar Khalil", properties=condition) == (id_, 100.0, True)  # whatever else a row says


def test_an_identifier_of_the_wrong_type_is_no_match(http: FlaskClient) -> None:
    assert ask(http, q={"query": "Q900001", "type": "State"})["q"] == []
    first = best(http, "Q900001", type="State", type_strict="should")
    assert first == (LENA, 60.0, False)


def test_what_is_only_probably_the_same_is_no_match(http: FlaskClient) -> None:
    assert best(http, "Q900003") == ("person/yelena-sokolova", 85.0, False)
    assert best(http, "Q999999") == ("", 0.0, False)
    with_name = best(http, "Yelena Sokolova", properties=[{"pid": "wikidata", "v": "Q900003"}])
    assert with_name == ("person/yelena-sokolova", 94.0, True)  # by the name alone


def test_without_a_name_properties_single_out(http: FlaskClient) -> None:
    holders = ask(http, q={"properties": [{"pid": "office", "v": "Prime Minister of Tolvia"}]})["q"]
    assert {each["id"] for each in holders if each["score"] > 90} == {LENA, "person/omar-khalil"}
    assert not any(each["match"] for each in holders)
    ministries = ask(http, q={"type": "Ministry", "properties": [{"pid": "countryCode", "v": "TV"}]})["q"]
    assert [(each["id"], each["match"]) for each in ministries] == [("organization/ministry-tv", False)]
    dated = [{"pid": "from", "v": "2020"}, {"pid": "office", "v": "Foreign Minister of Tolvia"}]
    assert ask(http, q={"properties": dated})["q"][0]["id"] == LENA
    assert ask(http, q={"properties": [{"pid": "label", "v": "Lena Maro"}]})["q"][0]["id"] == LENA
    assert ask(http, q={"properties": [{"pid": "nonsense", "v": "x"}]})["q"] == []


def test_coordinates_tell_how_near(http: FlaskClient) -> None:
    def score(latitude: object) -> float:
        return best(http, "Tolvia", type="Place", properties=[{"pid": "latitude", "v": latitude}])[1]

    assert score(47.5) == 100.0 > score(47.6) > score(48.2) > score(60) == score("north") == score("nan")


def test_a_match_stands_alone(http: FlaskClient) -> None:
    for query in ("Lena Maro", "Omar Khalil", "Tolvia", "Niger", "Ministry of Foreign Affairs of Tolvia", "Maro"):
        found = ask(http, q={"query": query})["q"]
        assert not any(each["match"] for each in found[1:])
        if found[0]["match"] and len(found) > 1:
            assert found[0]["score"] - found[1]["score"] >= AHEAD


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("Sergei Lavrov", "Sergey Lavrov", 0.92, 0.99),
        ("Lavrov Sergey", "Sergey Lavrov", 0.99, 0.99),
        ("Volodymyr Zelensky", "Volodymyr Zelenskyy", 0.92, 0.99),
        ("James Paice", "James Peake", 0.7, 0.9),  # the same consonants
        ("Niger", "Nigeria", 0.5, 0.85),
        ("Iran", "Iraq", 0.0, 0.7),
        ("John Smith", "John Smythe", 0.8, 0.96),
        ("A. Blinken", "Antony Blinken", 0.7, 0.91),
        ("Austria", "Australia", 0.5, 0.85),
        ("North Korea", "South Korea", 0.3, 0.8),
    ],
)
def test_likeness_tells_a_spelling_from_another_name(one: str, other: str, least: float, most: float) -> None:
    assert least <= likeness(words(one), words(other), lambda word: 1.0) <= most


names = st.text(alphabet="abc éñ-'.", max_size=20)


@given(one=names, other=names)
def test_likeness_is_symmetric_and_bounded(one: str, other: str) -> None:
    there, back = (likeness(words(a), words(b), lambda word: len(word)) for a, b in ((one, other), (other, one)))
    assert 0 <= there <= 1
    assert there == pytest.approx(back)
    assert (there == 1) == (words(one) == words(other))

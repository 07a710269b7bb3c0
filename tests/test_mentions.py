"""Who and what an article names: titles and appositions belong to their bearer, states and bodies are actors."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.authority import Authority
from kg.cast import Cast, Entity
from kg.mentions import find_mentions
from kg.parse import load_model, parse
from kg.records import Article
from kg.zones import find_zones

Read = Callable[[str], Cast]


@pytest.fixture(scope="module")
def cast() -> Read:
    """Return what makes the cast of a text."""
    nlp, authority = load_model(), Authority.load()

    def read(text: str) -> Cast:
        parsed = parse(text, find_zones(text), nlp)
        return find_mentions(parsed, Article("a", text, "0" * 64), authority, home=None)

    return read


def people(cast: Cast) -> list[str]:
    """Return the names of the cast's people, in the order of the text."""
    return [e.name for e in sorted(cast.people(), key=lambda e: e.first)]


def only(cast: Cast) -> Entity:
    """Return the one person of a cast."""
    (person,) = cast.people()
    return person


def kinds(cast: Cast) -> dict[str, str]:
    """Return the kind of each actor by its name."""
    return {entity.name: entity.kind for entity in cast.entities}


@pytest.mark.parametrize(
    "text",
    [
        "Norwegian Foreign Minister Kari Solvang spoke to reporters on Monday.",
        "Kari Solvang, the Norwegian foreign minister, spoke to reporters on Monday.",
        "The Norwegian foreign minister, Kari Solvang, spoke to reporters on Monday.",
        "Kari Solvang, foreign minister of Norway, spoke to reporters on Monday.",
        "Norway's foreign minister, Kari Solvang, spoke to reporters on Monday.",
    ],
)
def test_titles_and_appositions_belong_to_the_name(cast: Read, text: str) -> None:
    person = only(cast(text))
    assert person.name == "Kari Solvang"
    assert person.country == "NO"
    assert [role.title.lower() for role in person.roles] == ["foreign minister"]
    assert not person.roles[0].former


def test_a_former_office_is_known_as_former(cast: Read) -> None:
    person = only(cast("Former Kenyan president Daniel Otieno spoke to reporters on Monday."))
    assert person.name == "Daniel Otieno"
    assert person.roles[0].former


def test_mr_and_the_bare_surname_are_the_person_named_before(cast: Read) -> None:
    found = cast("President Daniel Otieno of Kenya spoke on Monday. Mr Otieno smiled. Then Otieno left the hall.")
    person = only(found)
    assert person.country == "KE"
    assert sum(person.index in m.entities for m in found.mentions if m.kind == "name") == 3
    assert person.gender == "m"


def test_mrs_parts_two_people_of_one_surname(cast: Read) -> None:
    found = cast("Daniel Otieno and Grace Otieno came to the hall. Mrs Otieno spoke first.")
    assert people(found) == ["Daniel Otieno", "Grace Otieno"]
    last = max((m for m in found.mentions if m.kind == "name"), key=lambda m: m.first)
    assert found.entities[last.entities[0]].name == "Grace Otieno"


@pytest.mark.parametrize("name", ["Moon Jae-in", "Kang Kyung-wha", "Khalil al-Hayya"])
def test_hyphenated_names_stay_whole(cast: Read, name: str) -> None:
    assert people(cast(f"The negotiator, {name}, spoke to reporters on Monday.")) == [name]


def test_all_capitals_are_an_ordinary_name(cast: Read) -> None:
    found = cast("Prime Minister DANIEL OTIENO spoke on Monday. Daniel Otieno left the hall.")
    assert people(found) == ["Daniel Otieno"]


def test_a_single_name_with_a_title_is_a_person(cast: Read) -> None:
    assert people(cast("President Otieno spoke to reporters on Monday.")) == ["Otieno"]


def test_the_foreign_ministers_of_two_states_wait_for_their_holders(cast: Read) -> None:
    found = cast("The Foreign Ministers of Italy and Germany spoke to reporters on Monday.")
    assert people(found) == []
    roles = [m.role for m in found.mentions if m.kind == "role" and m.role]
    assert [role.countries for role in roles] == [("IT", "DE")]


def test_a_counterpart_is_left_to_coreference(cast: Read) -> None:
    found = cast("Foreign Minister Kari Solvang spoke with her Russian counterpart on Monday.")
    assert people(found) == ["Kari Solvang"]
    (role,) = [m for m in found.mentions if m.kind == "role" and m.role and m.role.lemma == "counterpart"]
    assert role.entities == ()
    assert role.role
    assert role.role.countries == ("RU",)


def test_states_are_actors_and_places(cast: Read) -> None:
    found = cast("Norway thanked Kenya on Monday.")
    assert kinds(found) == {"Norway": "state", "Kenya": "state"}
    assert {place.country for place in found.places} == {"NO", "KE"}


def test_ministries_and_embassies_are_bodies(cast: Read) -> None:
    found = cast("The Kenyan Foreign Ministry thanked the Norwegian embassy on Monday.")
    bodies = [e for e in found.entities if e.kind == "organization"]
    assert {e.country for e in bodies} == {"KE", "NO"}


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Islamabad said on Monday that it wants talks.", "PK"),
        ("Washington said on Monday that it wants talks.", "US"),
        ("The Kremlin said on Monday that it wants talks.", "RU"),
    ],
)
def test_a_capital_that_speaks_is_its_government(cast: Read, text: str, country: str) -> None:
    found = cast(text)
    first = min((m for m in found.mentions if m.entities), key=lambda m: m.first)
    assert found.entities[first.entities[0]].kind in {"state", "organization"}
    assert found.entities[first.entities[0]].country == country


def test_a_capital_where_something_happens_is_a_place(cast: Read) -> None:
    found = cast("The ministers met in Islamabad on Monday.")
    assert [place.country for place in found.places] == ["PK"]
    assert [e for e in found.entities if e.kind == "state" and e.forms] == [], "no words speak for the state"


def test_pronouns_wait_for_coreference(cast: Read) -> None:
    found = cast("Kari Solvang spoke on Monday. She smiled.")
    (pronoun,) = [m for m in found.mentions if m.kind == "pronoun"]
    assert pronoun.entities == ()
    assert pronoun.score == 0


def test_a_given_name_with_a_surname_is_a_person_whatever_the_model_says(cast: Read) -> None:
    assert "Mustafa Halvorsen" in people(cast("The envoys John Smith, Peter Brandt and Mustafa Halvorsen left Oslo."))


def test_mrs_and_mr_of_one_surname_are_two(cast: Read) -> None:
    found = cast("Mr Halvorsen met the queen. Mrs Halvorsen stayed in Oslo.")
    assert sorted(e.gender or "" for e in found.people()) == ["f", "m"]


def test_a_trade_or_a_tie_of_kin_is_a_phrase_with_all_its_words(cast: Read) -> None:
    found = cast("Kari Solvang arrived on Monday. Her half-brother met the 57-year-old former soldier in Oslo.")
    phrases = {found.parsed.words(m.first, m.stop): m.role for m in found.mentions if m.kind == "role" and m.role}
    assert all(role.definite for role in phrases.values())
    assert {role.lemma for role in phrases.values()} == {"brother", "soldier"}


def test_the_ministry_is_the_one_named_before(cast: Read) -> None:
    found = cast("The Foreign Ministry of Norway spoke on Monday. The ministry denied the report.")
    assert len({m.entities for m in found.mentions if m.kind in {"group", "organization"}}) == 1


def test_a_side_is_its_state(cast: Read) -> None:
    found = cast("The Norwegian side agreed on Monday.")
    assert [e.kind for e in found.entities if e.country == "NO"] == ["state"]

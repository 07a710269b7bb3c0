"""Role phrases: where they begin and end, whose office they name, how many hold it."""

from __future__ import annotations

import pytest
from spacy.language import Language

from kg.authority import Authority
from kg.parse import load_model
from kg.roles import Role, find_roles


@pytest.fixture(scope="module")
def nlp() -> Language:
    """Return the packaged language model."""
    return load_model()


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Return the packaged authority."""
    return Authority.load()


def roles(nlp: Language, authority: Authority, text: str, name: str | None = None) -> list[tuple[str, Role]]:
    """Return the role phrases of a sentence, each with its words; ``name`` is a person's name in it."""
    doc = nlp(text)
    at = {token.idx: token.i for token in doc}
    behind = {token.idx + len(token): token.i + 1 for token in doc}
    where = {
        at[hit.span.start]: (
            {"city": "place", "landmark": "place"}.get(hit.kind, hit.kind),
            hit.key,
            behind[hit.span.end],
        )
        for hit in authority.gazetteer.scan(text)
        if hit.span.start in at and hit.span.end in behind
    }
    start = text.index(name) if name else 0
    inside = {token.i for token in doc if name and start <= token.idx < start + len(name)}
    return [(doc[r.first : r.stop].text, r) for r in find_roles(doc, where, is_name=inside.__contains__)]


@pytest.mark.parametrize(
    ("text", "words", "title", "countries"),
    [
        ("The Italian foreign minister spoke.", "The Italian foreign minister", "foreign minister", ("IT",)),
        ("The foreign minister of Italy spoke.", "The foreign minister of Italy", "foreign minister", ("IT",)),
        ("Italy's foreign minister spoke.", "Italy's foreign minister", "foreign minister", ("IT",)),
        ("The Prime Minister of Norway spoke.", "The Prime Minister of Norway", "Prime Minister", ("NO",)),
        ("The Kenyan ambassador spoke.", "The Kenyan ambassador", "ambassador", ("KE",)),
    ],
)
def test_office_and_country(
    nlp: Language, authority: Authority, text: str, words: str, title: str, countries: tuple[str, ...]
) -> None:
    ((found, role),) = roles(nlp, authority, text)
    assert found == words
    assert role.title == title
    assert role.countries == countries
    assert role.number == 1
    assert not role.former


def test_a_title_before_a_name_ends_where_the_name_begins(nlp: Language, authority: Authority) -> None:
    ((found, role),) = roles(nlp, authority, "Norwegian Prime Minister Kari Solvang spoke.", "Kari Solvang")
    assert found == "Norwegian Prime Minister"
    assert role.lemma == "minister"
    assert role.kind == "office"


@pytest.mark.parametrize("word", ["former", "ousted", "late"])
def test_former_holders(nlp: Language, authority: Authority, word: str) -> None:
    ((_, role),) = roles(nlp, authority, f"The {word} Kenyan president spoke.")
    assert role.former
    assert role.countries == ("KE",)


def test_ex_with_a_hyphen_is_former(nlp: Language, authority: Authority) -> None:
    ((_, role),) = roles(nlp, authority, "The ex-president spoke.")
    assert role.former


def test_several_holders_named_together(nlp: Language, authority: Authority) -> None:
    ((found, role),) = roles(nlp, authority, "The Foreign Ministers of Italy and Germany spoke.")
    assert found == "The Foreign Ministers of Italy and Germany"
    assert role.countries == ("IT", "DE")
    assert role.number != 1


@pytest.mark.parametrize(("word", "number"), [("two", 2), ("three", 3), ("four", 4)])
def test_numbers(nlp: Language, authority: Authority, word: str, number: int) -> None:
    ((_, role),) = roles(nlp, authority, f"The {word} leaders spoke.")
    assert role.number == number


def test_a_plural_without_a_number_is_none_in_particular(nlp: Language, authority: Authority) -> None:
    ((_, role),) = roles(nlp, authority, "The ministers spoke.")
    assert role.number == 0


def test_a_possessive_owner(nlp: Language, authority: Authority) -> None:
    text = "He spoke with his Russian counterpart."
    ((_, role),) = roles(nlp, authority, text)
    assert role.countries == ("RU",)
    assert role.owner == text.split().index("his")
    assert role.definite


def test_a_spokesman_belongs_to_the_person_named_before(nlp: Language, authority: Authority) -> None:
    text = "Solvang's spokesman said so."
    ((_, role),) = roles(nlp, authority, text, "Solvang")
    assert role.lemma == "spokesman"
    assert role.owner == 0


def test_words_of_a_title_compare_without_case_and_hyphens() -> None:
    role = Role(0, 1, 0, "Vice-Prime Minister", "minister", "office")
    assert role.words == {"vice", "prime", "minister"}


def test_sentences_without_offices_have_no_roles(nlp: Language, authority: Authority) -> None:
    assert roles(nlp, authority, "It rained in Oslo all day.") == []

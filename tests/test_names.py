"""Names of people are found whole, without their titles, and those of one person are brought together."""

from __future__ import annotations

import itertools

import pytest
from spacy.language import Language

from kg.authority import Authority
from kg.names import find_names, same_person, tokens
from kg.parse import load_model


@pytest.fixture(scope="module")
def nlp() -> Language:
    """Return the packaged language model."""
    return load_model()


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Return the packaged authority."""
    return Authority.load()


def names(nlp: Language, authority: Authority, text: str) -> list[str]:
    """Return the names in a text that names no place."""
    doc = nlp(text)
    return [doc[first:stop].text for first, stop in find_names(doc, {}, authority)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Foreign Minister Kari Solvang spoke.", ["Kari Solvang"]),
        ("Prime Minister Daniel Otieno arrived and left.", ["Daniel Otieno"]),
        ("Mr Otieno spoke to Mrs Solvang.", ["Otieno", "Solvang"]),
        ("Mr. Otieno spoke to reporters.", ["Otieno"]),
        ("Former president Maria Fernandes spoke.", ["Maria Fernandes"]),
        ("President Moon Jae-in spoke.", ["Moon Jae-in"]),
        ("Foreign Minister Kang Kyung-wha spoke.", ["Kang Kyung-wha"]),
        ("The negotiator, Khalil al-Hayya, spoke.", ["Khalil al-Hayya"]),
        ("Chancellor Ursula van der Berg spoke.", ["Ursula van der Berg"]),
        ("Ambassador John F. Marlowe spoke.", ["John F. Marlowe"]),
        ("The ministers spoke to the press.", []),
        ("On Monday the Foreign Ministry said nothing.", []),
    ],
)
def test_names_without_their_titles(nlp: Language, authority: Authority, text: str, found: list[str]) -> None:
    assert names(nlp, authority, text) == found


def test_a_surname_is_found_again_on_its_own(nlp: Language, authority: Authority) -> None:
    text = "Foreign Minister Kari Solvang spoke. Later Solvang left."
    assert names(nlp, authority, text) == ["Kari Solvang", "Solvang"]


def test_a_possessive_is_no_part_of_the_name(nlp: Language, authority: Authority) -> None:
    assert names(nlp, authority, "Kari Solvang's plane landed.") == ["Kari Solvang"]


def test_names_do_not_overlap(nlp: Language, authority: Authority) -> None:
    doc = nlp("President Moon Jae-in met Foreign Minister Kang Kyung-wha and Mr Otieno, Daniel Otieno's brother.")
    spans = find_names(doc, {}, authority)
    assert len(spans) > 2
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Kari Solvang", "Kari Solvang"),
        ("Solvang Kari", "Kari Solvang"),
        ("K. Solvang", "Kari Solvang"),
        ("Kari Anne Solvang", "Kari Solvang"),
        ("Moon Jae In", "Moon Jae-in"),
        ("José García", "Jose Garcia"),
    ],
)
def test_one_person(a: str, b: str) -> None:
    assert same_person(tokens(a), tokens(b))
    assert same_person(tokens(b), tokens(a))


@pytest.mark.parametrize(
    ("a", "b"),
    [("Kari Solvang", "Per Solvang"), ("Kari Solvang", "Kari Otieno"), ("P. Solvang", "Kari Solvang")],
)
def test_two_people(a: str, b: str) -> None:
    assert not same_person(tokens(a), tokens(b))


def test_parts_of_a_name() -> None:
    assert tokens("José M. García-López") == ("jose", "m", "garcia", "lopez")

"""The grammar that bears status: what is planned, done, given up, denied or only thought of."""

from __future__ import annotations

import numpy as np
import pytest
from spacy.language import Language

from kg.extract.clause import NAMES, Clause, clause_of, senses, subjects_of
from kg.extract.words import words_of
from kg.parse import load_model


@pytest.fixture(scope="module")
def nlp() -> Language:
    """Return the packaged language model."""
    return load_model()


def clause(nlp: Language, sentence: str, word: str) -> Clause:
    """Return the clause of the first token that is the given word."""
    return clause_of(next(token for token in words_of(nlp(sentence)) if token.text == word))


def test_a_plain_past_has_no_other_flag(nlp: Language) -> None:
    found = clause(nlp, "The president met the king on Monday.", "met")
    assert found.tense == "past"
    assert [name for name in NAMES if found[name]] == ["past"]


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("The president will visit Peru in May.", "visit"),
        ("The president is to visit Peru in May.", "visit"),
        ("The president is scheduled to visit Peru in May.", "visit"),
        ("The president is expected to visit Peru in May.", "visit"),
        ("The president plans to visit Peru in May.", "visit"),
    ],
)
def test_what_is_ahead_is_future(nlp: Language, sentence: str, word: str) -> None:
    found = clause(nlp, sentence, word)
    assert found.tense == "future"
    assert found["future"]


@pytest.mark.parametrize("verb", ["scheduled", "expected", "due", "set"])
def test_words_of_planning_set_the_flag(nlp: Language, verb: str) -> None:
    assert clause(nlp, f"The minister is {verb} to meet the king.", "meet")["plan"]


def test_the_flag_of_is_to_needs_the_bare_verb_be(nlp: Language) -> None:
    assert clause(nlp, "The minister is to meet the king.", "meet")["isto"]
    assert not clause(nlp, "The minister hopes to meet the king.", "meet")["isto"]


def test_had_is_past_and_perfect(nlp: Language) -> None:
    found = clause(nlp, "The minister had met the king before.", "met")
    assert found["past"]
    assert found["perfect"]
    assert not found["future"]


def test_was_to_have_is_no_plain_past(nlp: Language) -> None:
    found = clause(nlp, "The minister was to have met the king on Friday.", "met")
    assert found["perfect"]
    assert found["future"] or found["infinitive"] or found["isto"]


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("The minister cancelled his visit to Peru.", "visit"),
        ("The minister postponed his visit to Peru.", "visit"),
        ("The visit was cancelled.", "visit"),
    ],
)
def test_words_that_undo_set_the_flag(nlp: Language, sentence: str, word: str) -> None:
    assert clause(nlp, sentence, word)["cancel"]


def test_called_off_is_seen_though_it_is_two_words(nlp: Language) -> None:
    assert clause(nlp, "The minister called off his visit to Peru.", "visit")["called_off"]


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("The minister did not meet the king.", "meet"),
        ("The minister never met the king.", "met"),
        ("No meeting took place.", "meeting"),
        ("The minister has not visited Peru.", "visited"),
    ],
)
def test_negation(nlp: Language, sentence: str, word: str) -> None:
    assert clause(nlp, sentence, word)["negated"]


def test_negation_of_another_clause_stays_there(nlp: Language) -> None:
    assert not clause(nlp, "The minister met the king. She did not smile.", "met")["negated"]


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("The minister denied meeting the king.", "meeting"),
        ("The minister refused to meet the king.", "meet"),
        ("The minister declined to visit Peru.", "visit"),
    ],
)
def test_denial_and_refusal(nlp: Language, sentence: str, word: str) -> None:
    assert clause(nlp, sentence, word)["deny"]


def test_if_makes_a_condition(nlp: Language) -> None:
    assert clause(nlp, "If the minister visits Peru, protests will follow.", "visits")["conditional"]
    assert not clause(nlp, "When the minister visited Peru, protests followed.", "visited")["conditional"]


def test_would_and_other_modals(nlp: Language) -> None:
    assert clause(nlp, "The minister would visit Peru.", "visit")["would"]
    might = clause(nlp, "The minister might visit Peru.", "visit")
    assert might["modal"]
    assert not might["would"]


def test_an_invitation_is_no_visit_yet(nlp: Language) -> None:
    assert clause(nlp, "The king invited the minister to visit Peru.", "visit")["invite"]


def test_subjects(nlp: Language) -> None:
    doc = words_of(nlp("The minister met the king in Lima."))
    found, steps = subjects_of(doc[2])
    assert {doc[i].text for i in found} == {"minister"}
    assert steps < 9


def test_senses_are_whole_for_listed_words_and_less_for_others(nlp: Language) -> None:
    groups = senses(nlp.vocab)
    doc = words_of(nlp("The minister met the king and ate."))
    near = groups.of(doc[2])
    assert near.shape == (len(groups.names),)
    assert near[groups.names.index("meeting.verb")] == 1
    assert groups.listed(doc[2], "meeting.verb")
    assert not groups.listed(doc[1], "meeting.verb", "visit.go")
    other = groups.of(doc[6])
    assert np.all((other >= 0) & (other <= 0.9) | (other == 1))

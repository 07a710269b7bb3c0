"""The possible statements of plain sentences: the words and the speaker are among the candidates."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from kg.extract import statement
from kg.extract.candidate import Scene
from kg.reader import Reader
from kg.records import Article


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Return the reader; no test here asks its models."""
    return Reader()


def scene_of(reader: Reader, text: str) -> Scene:
    """Return the scene of a short text below a headline."""
    whole = f"Ministers talk in Lisbon\n\n{text}\n"
    digest = hashlib.sha256(whole.encode()).hexdigest()
    article = Article("x", whole, digest, published=date(2013, 4, 9), date_source="metadata")
    return reader.scene(article, lambda span, readings, rows, model: [0.0] * len(readings))


def said(scene: Scene) -> set[tuple[str, str]]:
    """Return the words and the speaker of each candidate."""
    return {(c.content.of(scene.parsed.text), scene.cast.entities[c.entity].name) for c in statement.candidates(scene)}


@pytest.mark.parametrize(
    ("text", "words", "speaker"),
    [
        (
            "The harbour tax, Luis Amado promised, would be halved by June.",
            "The harbour tax, Luis Amado promised, would be halved by June",
            "Luis Amado",
        ),
        ("In that case, Luis Amado noted, the vote can wait.", "the vote can wait", "Luis Amado"),
        ('"The fleet is not for sale, said Luis Amado. It never was.', "The fleet is not for sale,", "Luis Amado"),
        ("The fleet is not for sale, said Luis Amado.", "The fleet is not for sale", "Luis Amado"),
        (
            "Luis Amado welcomed the new treaty, called for patience and urged Spain to open the border.",
            "Luis Amado welcomed the new treaty",
            "Luis Amado",
        ),
        (
            "Luis Amado welcomed the new treaty, called for patience and urged Spain to open the border.",
            "Spain to open the border",
            "Luis Amado",
        ),
        (
            "Luis Amado gave an assurance that the bridge would be finished.",
            "the bridge would be finished",
            "Luis Amado",
        ),
        ("The host, Luis Amado, pleaded for a longer truce.", "a longer truce", "Luis Amado"),
        ("Moscow denied the charge, as did Spain.", "as did Spain", "Spain"),
        ("Luis Amado thanked Spain for the hospital ships.", "Spain for the hospital ships", "Luis Amado"),
    ],
)
def test_words_and_speaker_are_among_the_candidates(reader: Reader, text: str, words: str, speaker: str) -> None:
    assert (words, speaker) in said(scene_of(reader, text))


def test_a_quotation_has_those_named_near_it_and_the_subject_of_its_verb(reader: Reader) -> None:
    scene = scene_of(
        reader, 'Ana Gomes met Luis Amado on Monday. "We shall not wait for ever," Luis Amado told reporters.'
    )
    speakers = {who for words, who in said(scene) if words == "We shall not wait for ever,"}
    assert {"Luis Amado", "Ana Gomes"} <= speakers


def test_an_unresolved_subject_may_be_any_of_those_named_before(reader: Reader) -> None:
    scene = scene_of(reader, "Ana Gomes met Luis Amado on Monday. The veteran warned that the river would rise again.")
    speakers = {who for words, who in said(scene) if words == "the river would rise again"}
    assert {"Luis Amado", "Ana Gomes"} <= speakers


def test_the_writers_words_after_a_quotation_are_not_the_speakers(reader: Reader) -> None:
    scene = scene_of(reader, 'Luis Amado praised "a frank and open exchange", which is what ministers praise.')
    assert ("a frank and open exchange", "Luis Amado") in said(scene)


def test_all_candidates_have_the_same_number_of_features(reader: Reader) -> None:
    scene = scene_of(reader, 'Luis Amado said: "We shall wait." Spain denied that it was late, and so did Italy.')
    found = statement.candidates(scene)
    assert len(found) > 3
    assert len({len(c.features) for c in found}) == 1


def test_those_whom_the_words_name_are_what_a_statement_is_about(reader: Reader) -> None:
    scene = scene_of(reader, "Luis Amado accused Spain of closing the border.")
    about = {
        tuple(scene.cast.entities[e].name for e in statement.about(scene, c))
        for c in statement.candidates(scene)
        if scene.cast.entities[c.entity].name == "Luis Amado" and c.kind == "of"
    }
    assert about == {("Spain",)}

"""The parse as plain objects says what spaCy's tokens say."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from spacy.tokens import Doc

from kg.extract.words import Word, root_of, words_of
from kg.parse import load_model

TEXT = (
    'Ana Gomes, the minister, and Luis Amado met Ali, Bo and "Cy" in Paris on Monday; they did not, she said, '
    "discuss what Spain had called the river's future. Was it late? -- No!  (He had gone.)"
)


@pytest.fixture(scope="module")
def doc() -> Doc:
    """Return a parsed text with names joined to each other, asides, marks and several sentences."""
    return load_model()(TEXT)


def test_words_say_of_themselves_what_tokens_do(doc: Doc) -> None:
    for token, word in zip(doc, words_of(doc), strict=True):
        for name in ("i", "text", "lower_", "lemma", "lemma_", "dep_", "pos_", "tag_", "is_space"):
            assert getattr(word, name) == getattr(token, name), name
        assert word.base == token.lemma_.lower()


def test_words_are_tied_to_each_other_as_tokens_are(doc: Doc) -> None:
    for token, word in zip(doc, words_of(doc), strict=True):
        for name in ("head", "left_edge", "right_edge"):
            assert getattr(word, name).i == getattr(token, name).i, name
        for name in ("children", "conjuncts", "sent"):
            assert places(getattr(word, name)) == [other.i for other in getattr(token, name)], name
        assert sorted(places(word.subtree)) == sorted(other.i for other in token.subtree)


def test_a_word_is_above_those_that_it_is_above_in_the_parse(doc: Doc) -> None:
    words = words_of(doc)
    for one in doc:
        assert [one.is_ancestor(two) for two in doc] == [words[one.i].is_ancestor(two) for two in words]


def test_a_stretch_has_the_root_that_its_span_has(doc: Doc) -> None:
    words = words_of(doc)
    for first in range(len(doc)):
        for stop in range(first + 1, len(doc) + 1):
            assert root_of(words[first:stop]).i == doc[first:stop].root.i, doc[first:stop]


def test_a_text_without_words_has_none() -> None:
    assert words_of(load_model()("")) == []


def places(words: Iterable[Word]) -> list[int]:
    """Return where words stand."""
    return [word.i for word in words]

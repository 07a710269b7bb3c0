"""Attribute rules looked up say what spaCy's own component says."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from kg.attributes import LOOKED_UP, RULER, look_up_attributes
from kg.errors import ModelError
from kg.parse import load_model, plain_model
from tests.conftest import SEEDS

OPEN = Path(__file__).parent / "corpus" / "open"
SET = ["TAG", "POS", "MORPH", "LEMMA", "DEP", "NORM"]
ODD = (
    "",
    " ",
    "\n\n\t x",
    "I'm gonna go. Y'all c'mon, it ain't nothin' and somethin' I've got ta see: there's doin' and goin', let's.",
    "There were many of them. She'd said it'll do; who's that? 'Twas ol' 'nuff n't nt not.",
)


@pytest.fixture(scope="module")
def plain() -> Language:
    return plain_model()


def values(doc: Doc) -> list[list[int]]:
    return doc.to_array(SET).tolist()  # type: ignore[no-any-return]


@pytest.mark.slow
def test_every_token_gets_the_same_attributes(plain: Language) -> None:
    texts = [path.read_text("utf-8") for folder in (SEEDS, OPEN) for path in sorted(folder.glob("*.txt"))][:60]
    shouted = [text.upper() for text in texts[:5]]
    looked_up = load_model()
    assert (RULER in plain.pipe_names, LOOKED_UP in looked_up.pipe_names) == (True, True)
    with plain.select_pipes(disable="ner"), looked_up.select_pipes(disable="ner"):
        for text in (*ODD, *shouted, *texts):
            assert values(looked_up(text)) == values(plain(text)), text[:80]


def ruled(*rules: dict[str, object]) -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe(RULER).add_patterns(rules)  # type: ignore[attr-defined]
    return nlp


RULES: tuple[dict[str, object], ...] = (
    {"patterns": [[{"LOWER": {"NOT_IN": ["the", "port"]}}]], "attrs": {"LEMMA": "any"}},
    {"patterns": [[{"LOWER": {"REGEX": "^po"}}, {"LOWER": "of"}, {}]], "attrs": {"POS": "PROPN"}, "index": -1},
    {"patterns": [[{"LOWER": "of"}], [{"LOWER": {"IN": ["call"]}}]], "attrs": {"POS": "ADP", "LEMMA": "of"}},
    {"patterns": [[{"LOWER": "of"}, {"LOWER": "of"}]], "attrs": {"POS": "X"}, "index": 1},
)


@pytest.mark.parametrize("text", ["The port of call", "of of of", "ports of", "port of", "poem of \n port"])
def test_rules_over_several_tokens_and_later_rules_count_as_with_spacy(text: str) -> None:
    assert values(look_up_attributes(ruled(*RULES))(text)) == values(ruled(*RULES)(text))


def test_a_rule_that_asks_for_more_is_refused() -> None:
    with pytest.raises(ModelError, match="FUZZY"):
        look_up_attributes(ruled({"patterns": [[{"LOWER": {"FUZZY": "port"}}]], "attrs": {"POS": "X"}}))

"""The annotations are well-formed: known values, declared names, valid dates, and words that are in the article."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from edtf import parse_edtf

from kg.evaluate import Gold, GoldEvent, load_gold
from kg.evaluate.match import flat, start_of
from kg.records import Act, ActorKind, Mode, Status

HERE = Path(__file__).parent
OPEN, BLIND = HERE / "corpus" / "open", HERE / "corpus" / "blind"
TEXTS = {"gold": HERE.parent / "seeds", "corpus/open": OPEN}
LONGEST_EVIDENCE = 200
WHYS = {"hypothetical", "negated", "metaphor", "tourism", "sports", "other"}
ANNOTATED = [
    pytest.param(gold, flat((texts / f"{key}.txt").read_text("utf-8")), id=key)
    for folder, texts in TEXTS.items()
    for key, gold in load_gold(HERE / folder).items()
]


def values(literal: object) -> set[object]:
    """Return the values of a ``Literal`` type."""
    return set(literal.__args__)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("gold", "text"), ANNOTATED)
def test_words_are_in_the_article(gold: Gold, text: str) -> None:
    quoted = [event.evidence for event in gold.events] + [trap.text for trap in gold.traps]
    quoted += [retelling.evidence for retelling in gold.retellings]
    assert [words for words in quoted if flat(words) not in text or not words.strip()] == []
    told = [event.evidence for event in gold.events if event.kind != "statement"]
    assert [words for words in told if len(words) > LONGEST_EVIDENCE] == []


@pytest.mark.parametrize(("gold", "text"), ANNOTATED)
def test_names_are_declared_once(gold: Gold, text: str) -> None:
    names = [actor.name for actor in gold.actors]
    assert len(names) == len(set(names))
    used = {name for event in gold.events for name in (*event.actors, *event.about)}
    assert used <= set(names)
    assert {actor.kind for actor in gold.actors} <= values(ActorKind)
    assert [a.wikidata for a in gold.actors if a.wikidata and not re.fullmatch(r"Q\d+", a.wikidata)] == []


@pytest.mark.parametrize(("gold", "text"), ANNOTATED)
def test_values_are_known(gold: Gold, text: str) -> None:
    assert [event for event in gold.events if defects(event)] == []
    assert {trap.why for trap in gold.traps} <= WHYS
    assert gold.published is None or re.fullmatch(r"\d{4}-\d\d-\d\d", gold.published)
    assert all(retelling.event < len(gold.events) for retelling in gold.retellings)


def defects(event: GoldEvent) -> list[str]:
    """Return what is wrong with an event's values."""
    found = []
    if event.kind != "statement" and event.status not in values(Status):
        found.append("status")
    if event.kind == "meeting" and (event.mode not in values(Mode) or len(event.actors) < 2):
        found.append("mode or participants")
    if event.kind == "visit" and not (event.actors and event.place and re.fullmatch("[A-Z]{2}", event.country or "")):
        found.append("visitor or destination")
    if event.kind == "statement" and (event.act not in values(Act) or event.direct is None):
        found.append("act or direct")
    if start_of(event.edtf) and parse_edtf(start_of(event.edtf)) is None:
        found.append("date")
    return found


@pytest.mark.parametrize("path", sorted(OPEN.glob("*.coref.json")), ids=lambda path: path.stem)
def test_mentions_are_where_they_say(path: Path) -> None:
    data = json.loads(path.read_text("utf-8"))
    text = (OPEN / f"{data['id']}.txt").read_text("utf-8")
    names = {actor["name"] for actor in json.loads((OPEN / f"{data['id']}.json").read_text("utf-8"))["actors"]}
    for mention in data["mentions"]:
        assert text[mention["start"] : mention["end"]] == mention["text"]
        actors = mention["actor"] if isinstance(mention["actor"], list) else [mention["actor"]]
        assert set(actors) <= names


def test_the_halves_are_apart_and_complete() -> None:
    """Odd numbers are open, even ones blind; only names of files are looked at, never the blind articles."""
    for folder, odd in ((OPEN, 1), (BLIND, 0)):
        texts = {path.stem for path in folder.glob("*.txt")}
        annotations = {path.stem for path in folder.glob("*.json") if not path.stem.endswith(".coref")}
        assert texts == annotations
        assert len(texts) > 100
        assert {int(stem[-3:]) % 2 for stem in texts} == {odd}
    assert list(BLIND.glob("*.coref.json")) == []


def test_the_seeds_are_the_annotated_ones() -> None:
    assert {path.stem for path in TEXTS["gold"].glob("*.txt")} == set(load_gold(HERE / "gold"))

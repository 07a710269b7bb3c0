"""Who is who: each line of ``cases_identity.jsonl`` is an invented sentence, its day, and whom its names stand for.

``who`` gives the authority's key for a form, or null where nobody known is meant; behind a key, ``?`` says that a close
match will do. The people are real, the sentences are not.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kg.cast import Entity
from kg.known import Person
from kg.link import Linker
from kg.reader import Reader
from kg.records import Article

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases_identity.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Return the reader with its packaged models."""
    return Reader()


def article(case: dict[str, Any]) -> Article:
    """Return the sentence as an article under a headline that names nobody."""
    day = date.fromisoformat(case["published"]) if case["published"] else None
    return Article("case", f"Diplomacy in brief\n\n{case['text']}", "0" * 64, published=day)


def people(reader: Reader, case: dict[str, Any]) -> dict[str, Entity]:
    """Return the people of the sentence by each of their forms."""
    return {form: entity for entity in reader.scene(article(case)).cast.people() for form in entity.forms}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['why']} {case['published']}")
def test_names_stand_for_the_right_people(reader: Reader, case: dict[str, Any]) -> None:
    found = people(reader, case)
    for form, wanted in case["who"].items():
        entity = found[form]
        key = entity.known.key if isinstance(entity.known, Person) else None
        close = entity.identity.person.key if entity.identity else None
        assert wanted == (f"{close}?" if wanted and wanted.endswith("?") else key)


def test_a_link_says_how_sure_it_is_and_why(reader: Reader) -> None:
    case = {"text": "President Aliyev of Azerbaijan opened the games in Baku.", "published": "2015-06-12"}
    scene = reader.scene(article(case))
    linker = Linker(scene.cast, article(case), reader.authority, reader.judge.confidence)
    aliyev = next(e for e in scene.cast.people() if "Aliyev" in e.forms)
    linker.actor(aliyev.index)
    (link,) = next(actor for actor in linker.actors() if actor.kind == "person").links
    assert link.relation == "exactMatch"
    assert 0.9 <= link.confidence < 1
    assert "surname" in link.reasons
    assert "office held on the day" in link.reasons


def test_a_holder_without_a_day_stays_unnamed_with_the_reason(reader: Reader) -> None:
    case = {"text": "The foreign minister of Italy met Mevlut Cavusoglu in Antalya.", "published": None}
    holder = people(reader, case)["The foreign minister of Italy"]
    assert holder.name == "Foreign Minister of Italy"
    assert holder.note == "not named: the article has no date by which to tell the holder"


def test_the_name_of_a_known_person_who_is_not_meant_gets_a_key_of_its_own(reader: Reader) -> None:
    scene = reader.scene(article(CASES[0]))
    stranger = Entity(len(scene.cast.entities), "person", "Angela Merkel")
    scene.cast.entities.append(stranger)
    linker = Linker(scene.cast, article(CASES[0]), reader.authority, reader.judge.confidence)
    assert linker.actor(stranger.index) == "person/angela-merkel--case"

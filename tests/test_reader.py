"""Plain constructions are read right: each folder of ``tests/cases`` is an invented article and what it must give.

``expected.json`` names the day of publication, the events that must be among those found (only the details that are
written down are compared) and under ``none`` the kinds of event that must not be found at all.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kg.reader import Reader
from kg.records import Account, Article, Meeting, Report, Statement, Visit

CASES = sorted(path.parent for path in (Path(__file__).parent / "cases").glob("*/expected.json"))
KINDS = {"visits": Visit, "meetings": Meeting, "statements": Statement}


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Return the reader with its packaged models."""
    return Reader()


def read(folder: Path, reader: Reader) -> tuple[Account, dict[str, Any]]:
    """Return the account of a case's article, and what is expected of it."""
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    text = (folder / "article.txt").read_text("utf-8")
    published = date.fromisoformat(expected["published"])
    digest = hashlib.sha256(text.encode()).hexdigest()
    return reader.read(Article(folder.name, text, digest, published=published, date_source="metadata")), expected


def told(account: Account, report: Report) -> dict[str, Any]:
    """Return a report as ``expected.json`` writes events."""
    names = {actor.key: actor.name for actor in account.actors}
    countries = {place.key: place.country for place in account.places}
    event, seen = report.event, {"status": report.status, "date": report.edtf and report.edtf.partition("/")[0]}
    if isinstance(event, Visit):
        return {
            "visitor": " and ".join(names[v] for v in event.visitors),
            "country": countries[event.destination],
            **seen,
        }
    if isinstance(event, Meeting):
        participants = sorted(names[p] for p in event.participants)
        where = countries[event.place] if event.place else None
        return {"participants": participants, "country": where, "mode": event.mode, **seen}
    said = event.content.of(account.article.text)
    return {"speaker": names[event.speaker], "act": event.act, "direct": event.direct, "words": said, **seen}


def fits(wanted: dict[str, Any], found: dict[str, Any]) -> bool:
    """Say whether an event has every detail that is written down; of words, that they are among those found."""
    for name, value in wanted.items():
        if name == "words":
            if value not in found["words"]:
                return False
        elif name == "participants":
            if sorted(value) != found["participants"]:
                return False
        elif found[name] != value:
            return False
    return True


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_the_article_is_read_right(folder: Path, reader: Reader) -> None:
    account, expected = read(folder, reader)
    found = {k: [told(account, r) for r in account.reports if isinstance(r.event, t)] for k, t in KINDS.items()}
    for kind in KINDS:
        for wanted in expected.get(kind, []):
            assert any(fits(wanted, event) for event in found[kind]), (wanted, found[kind])
    for kind in expected.get("none", []):
        assert found[kind] == []


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_expectations_are_written_in_known_words(folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    text = (folder / "article.txt").read_text("utf-8")
    assert set(expected) <= {"published", "none", *KINDS}
    assert any(expected.get(key) for key in ("none", *KINDS)), "the case expects nothing"
    assert set(expected.get("none", [])) <= set(KINDS)
    for event in (e for kind in KINDS for e in expected.get(kind, [])):
        assert event.get("words", "") in text


def test_every_kind_of_event_has_a_case() -> None:
    expected = [json.loads((folder / "expected.json").read_text("utf-8")) for folder in CASES]
    assert all(any(case.get(kind) for case in expected) for kind in KINDS)
    assert any(case.get("none") for case in expected)

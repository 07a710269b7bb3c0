"""Invented articles, a reader for them that needs no language model, quick enough to be killed hundreds of times."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

from kg.records import Account, Actor, Article, Meeting, Place, Report, Span, Statement, Visit

PEOPLE = (
    "Ana Petrova",
    "Jon Linden",
    "Ulla Marsh",
    "Tomas Reed",
    "Vera Holt",
    "Ilja Brandt",
    "Sofia Kent",
    "Paul Orme",
)
TOWNS = ("Harbour", "Bridgeton", "Northfield", "Eastmere", "Lakeside", "Millbrook")
KINDS = (
    "{one} visited {town} on {day}.",
    "{one} met {two} in {town} on {day}.",
    "{one} said on {day} that {two} is welcome.",
)
SAID = re.compile(
    r"(?P<one>[A-Z]\w+ [A-Z]\w+) "
    r"(?:(?P<visit>visited) (?P<to>\w+)|met (?P<two>[A-Z]\w+ [A-Z]\w+) in (?P<town>\w+)|said)"
    r" on (?P<day>\d{4}-\d\d-\d\d)(?: that (?P<words>[^.]+))?\."
)


class InventedReader:
    """Reads the sentences of these articles, each an event; no doubt about any, and quick."""

    model_name = "no-model 1.0"

    def read(self, article: Article, *, min_confidence: float | None = None) -> Account:
        """Return what the article says."""
        actors: dict[str, Actor] = {}
        places: dict[str, Place] = {}
        reports = []
        for found in SAID.finditer(article.text):
            one = _actor(actors, found["one"])
            event: Visit | Meeting | Statement
            if found["visit"]:
                event, rule = Visit((one,), _place(places, found["to"])), "visit/arrive"
            elif found["two"]:
                both = (one, _actor(actors, found["two"]))
                event, rule = Meeting(both, _place(places, found["town"]), "in-person"), "meeting/meet"
            else:
                event, rule = Statement(one, Span(*found.span("words")), "say", False), "statement/say"
            reports.append(Report(event, "occurred", found["day"], Span(*found.span()), 0.9, rule))
        return Account(article, tuple(actors.values()), tuple(places.values()), (), tuple(reports))


def invented_reader() -> InventedReader:
    """Return the reader; worker processes find this function by its name."""
    return InventedReader()


def _actor(known: dict[str, Actor], name: str) -> str:
    key = f"person/{name.lower().replace(' ', '-')}"
    known[key] = Actor(key, "person", name, (name.split()[1],))
    return key


def _place(known: dict[str, Place], name: str) -> str:
    key = f"place/{name.lower()}-no"
    known[key] = Place(key, name, "NO")
    return key


def text(key: str, *, edition: int = 1) -> str:
    """Return an article that the key and the edition determine."""
    draw = random.Random(f"{key}/{edition}")
    sentences = []
    for _ in range(6):
        one, two = draw.sample(PEOPLE, 2)
        day = f"2022-{draw.randint(1, 4):02}-{draw.randint(1, 5):02}"
        sentences.append(draw.choice(KINDS).format(one=one, two=two, town=draw.choice(TOWNS), day=day))
    return " ".join(sentences)


def write(folder: Path, keys: Sequence[str], *, edition: int = 1) -> Path:
    """Write one text file an article and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for key in keys:
        (folder / f"{key}.txt").write_text(text(key, edition=edition), encoding="utf-8")
    return folder
